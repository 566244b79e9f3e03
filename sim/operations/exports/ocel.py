"""Object-centric event log in OCEL 2.0 (JSON); its objects are letters, units and people."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from sim.core.json_text import to_json
from sim.core.tables import NO_UNIT
from sim.models.operation_names import RECEIVE
from sim.operations.exports.events import Reason, Transition
from sim.operations.exports.people import NOBODY
from sim.operations.exports.simulated import Event, Simulated
from sim.scenario.setting import Places

_TRANSITIONS: Final = {each: each.name.lower() for each in Transition} | {Transition.COMPLETE: "finish"}
"""How types of events name the moments of a step; starts and finishes are named as the operations."""

_ALWAYS: Final = "1970-01-01T00:00:00.000Z"
"""Since when attributes that never change have their value, by the standard."""

_LETTER_ATTRIBUTES: Final = {"channel": "string", "category": "string", "size": "integer", "counted": "boolean"}
_UNIT_ATTRIBUTES: Final = {"name": "string", "team": "string", "tier": "string"}
_PERSON_ATTRIBUTES: Final = {"number": "integer"}
_EVENT_ATTRIBUTES: Final = {"instance": "integer", "reason": "string"}


def write_ocel(simulated: Simulated, path: Path) -> None:
    """Write the event log of all letters.

    An event belongs to its letter, is `at` a unit but for waits that occupy nobody, and is done `by` a person. Its type
    is `receive`, or a step with `.schedule`, `.reassign`, `.start`, `.suspend`, `.resume` or `.finish`.
    """
    seen: set[str] = set()
    people: set[tuple[int, int]] = set()
    ids = _unit_ids(simulated.setting.places)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{\n"objectTypes": ')
        kinds = (("letter", _LETTER_ATTRIBUTES), ("unit", _UNIT_ATTRIBUTES), ("person", _PERSON_ATTRIBUTES))
        json.dump([{"name": name, "attributes": _typed(attributes)} for name, attributes in kinds], file)
        file.write(',\n"events": ')
        _write_list(file, _events(simulated, ids, seen, people))
        # Who takes part is known after the events; the order of the keys of an object means nothing in JSON.
        file.write(',\n"objects": ')
        _write_list(file, _objects(simulated, ids, people))
        file.write(',\n"eventTypes": ')
        types = [{"name": name, "attributes": _typed(_EVENT_ATTRIBUTES)} for name in sorted(seen)]
        json.dump(types, file, ensure_ascii=False)
        file.write("\n}\n")


def _objects(simulated: Simulated, ids: list[str], people: set[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    places, teams = simulated.setting.places, simulated.setting.scenario.teams
    for unit, name in enumerate(places.names):
        team = places.teams[places.team_of[unit]]
        values = {"name": name, "team": team, "tier": teams[team].tier or ""}
        yield {"id": ids[unit], "type": "unit", "attributes": _values(values)}
    for unit, number in sorted(people):
        yield {
            "id": _person(ids, unit, number),
            "type": "person",
            "attributes": _values({"number": number}),
            "relationships": [{"objectId": ids[unit], "qualifier": "of"}],
        }
    homes = {places.names[unit]: ids[unit] for unit in places.of_team(places.home_team)}
    counted = simulated.replication.counted.tolist()
    for number, (letter, within) in enumerate(zip(simulated.letters, counted, strict=True), start=1):
        values = {**letter.as_json(), "counted": str(within).lower()}
        yield {
            "id": f"letter {number}",
            "type": "letter",
            "attributes": _values({name: values[name] for name in _LETTER_ATTRIBUTES}),
            "relationships": [{"objectId": homes[letter.unit], "qualifier": "home"}],
        }


def _events(
    simulated: Simulated, ids: list[str], seen: set[str], people: set[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    count = 0
    for number, happened in enumerate(simulated.events(), start=1):
        letter = {"objectId": f"letter {number}", "qualifier": "letter"}
        for event in happened:
            count += 1
            kind = event.activity if event.activity == RECEIVE else f"{event.activity}.{_TRANSITIONS[event.transition]}"
            seen.add(kind)
            yield {
                "id": f"event {count}",
                "type": kind,
                "time": event.when,
                "attributes": _event_values(event),
                "relationships": [letter, *_taking_part(event, ids, people)],
            }


def _taking_part(event: Event, ids: list[str], people: set[tuple[int, int]]) -> Iterator[dict[str, str]]:
    if event.unit != NO_UNIT:
        yield {"objectId": ids[event.unit], "qualifier": "at"}
    if event.person != NOBODY:
        people.add((event.unit, event.person))
        yield {"objectId": _person(ids, event.unit, event.person), "qualifier": "by"}


def _event_values(event: Event) -> list[dict[str, str]]:
    values = {"instance": str(event.instance)}
    if event.reason != Reason.NONE:
        values["reason"] = event.reason.text
    return [{"name": name, "value": value} for name, value in values.items()]


def _unit_ids(places: Places) -> list[str]:
    """Two teams may have units of the same name, so a unit's id has both."""
    return [f"{places.teams[team]}: {name}" for team, name in zip(places.team_of.tolist(), places.names, strict=True)]


def _person(ids: list[str], unit: int, number: int) -> str:
    return f"{ids[unit]}/{number}"


def _typed(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in attributes.items()]


def _values(values: dict[str, Any]) -> list[dict[str, Any]]:
    # Whatever their type, values are written as text; readers go by the type that is declared.
    return [{"name": name, "time": _ALWAYS, "value": str(value)} for name, value in values.items()]


def _write_list(file: TextIO, rows: Iterable[dict[str, Any]]) -> None:
    before = "[\n"
    for row in rows:
        file.write(before + to_json(row, indent=None))
        before = ",\n"
    file.write("\n]" if before != "[\n" else "[]")
