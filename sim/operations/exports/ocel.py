"""Object-centric event log in OCEL 2.0 (JSON); its objects are letters and units."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from sim.core.json_text import to_json
from sim.core.tables import NO_UNIT
from sim.operations.exports.simulated import Simulated
from sim.operations.operations import RECEIVE
from sim.scenario.setting import Places

_OPERATION_MOMENTS: Final = {"start": "start", "complete": "finish"}
"""How operations name the moments of a step."""

_ALWAYS: Final = "1970-01-01T00:00:00.000Z"
"""Since when attributes that never change have their value, by the standard."""

_LETTER_ATTRIBUTES: Final = {"channel": "string", "category": "string", "size": "integer"}
_UNIT_ATTRIBUTES: Final = {"name": "string", "team": "string", "tier": "string"}


def write_ocel(simulated: Simulated, path: Path) -> None:
    """Write the event log of all letters.

    An event belongs to its letter and, but for waits, to the unit that did it. Its type is its operation:
    `receive`, or a step with `.start` or `.finish`.
    """
    seen: set[str] = set()
    ids = _unit_ids(simulated.setting.places)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{\n"objectTypes": ')
        kinds = (("letter", _LETTER_ATTRIBUTES), ("unit", _UNIT_ATTRIBUTES))
        json.dump([{"name": name, "attributes": _typed(attributes)} for name, attributes in kinds], file)
        file.write(',\n"objects": ')
        _write_list(file, _objects(simulated, ids))
        file.write(',\n"events": ')
        _write_list(file, _events(simulated, ids, seen))
        file.write(',\n"eventTypes": ')
        json.dump([{"name": name, "attributes": []} for name in sorted(seen)], file, ensure_ascii=False)
        file.write("\n}\n")


def _objects(simulated: Simulated, ids: list[str]) -> Iterator[dict[str, Any]]:
    places, teams = simulated.setting.places, simulated.setting.scenario.teams
    for unit, name in enumerate(places.names):
        team = places.teams[places.team_of[unit]]
        values = {"name": name, "team": team, "tier": teams[team].tier or ""}
        yield {"id": ids[unit], "type": "unit", "attributes": _values(values)}
    homes = {places.names[unit]: ids[unit] for unit in places.of_team(places.home_team)}
    for number, letter in enumerate(simulated.letters, start=1):
        values = {name: getattr(letter, name) for name in _LETTER_ATTRIBUTES}
        yield {
            "id": f"letter {number}",
            "type": "letter",
            "attributes": _values(values),
            "relationships": [{"objectId": homes[letter.unit], "qualifier": "home"}],
        }


def _events(simulated: Simulated, ids: list[str], seen: set[str]) -> Iterator[dict[str, Any]]:
    count = 0
    for number, happened in enumerate(simulated.events(), start=1):
        letter = {"objectId": f"letter {number}", "qualifier": "letter"}
        for event in happened:
            count += 1
            moment = "" if event.activity == RECEIVE else f".{_OPERATION_MOMENTS[event.moment]}"
            kind = f"{event.activity}{moment}"
            seen.add(kind)
            by = [] if event.unit == NO_UNIT else [{"objectId": ids[event.unit], "qualifier": "by"}]
            yield {"id": f"event {count}", "type": kind, "time": event.when, "relationships": [letter, *by]}


def _unit_ids(places: Places) -> list[str]:
    """Two teams may have units of the same name, so a unit's id has both."""
    return [f"{places.teams[team]}: {name}" for team, name in zip(places.team_of.tolist(), places.names, strict=True)]


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
