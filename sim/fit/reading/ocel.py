"""Object-centric event log (OCEL 2.0, JSON) as rows, one an event of one case.

The cases are the objects of the type of which most events have exactly one. A type of event that ends in a moment, as
in `sign.start`, is that moment of the activity `sign`.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.fit.reading.columns import ATTRIBUTES, normal, role_of, transitions
from sim.fit.reading.rows import MalformedLogError, SheetRows


def read_ocel(text: str, wanted: Callable[[str], bool]) -> SheetRows:  # noqa: ARG001 - as every reader
    """The events of a log.

    Raises: MalformedLogError.
    """
    try:
        content = json.loads(text)
    except RecursionError:
        raise MalformedLogError("is JSON nested too deeply") from None
    except ValueError as error:
        raise MalformedLogError(f"is not JSON that can be read: {error}") from None
    del text
    try:
        return _rows(content["events"], content["objects"])
    except (AttributeError, KeyError, TypeError) as error:
        raise MalformedLogError(
            f"is JSON, and not an event log in OCEL 2.0 ({type(error).__name__}: {error})"
        ) from None


def _rows(events: Sequence[Mapping[str, Any]], objects: Sequence[Mapping[str, Any]]) -> SheetRows:
    kinds = {each["id"]: each["type"] for each in objects}
    case_type = _case_type(events, kinds)
    names = {each["id"]: _attributes(each).get("name", each["id"]) for each in objects}
    of_object = {each["id"]: _roles(each) for each in objects}
    for each in objects:
        if each["type"] == case_type:
            for related in each.get("relationships", ()):
                if role_of(kinds.get(related["objectId"], "")) == "unit":
                    of_object[each["id"]]["home"] = names[related["objectId"]]
    columns: dict[str, list[Any]] = {name: [] for name in ("case", "activity", "lifecycle", "time", *ATTRIBUTES)}
    lines, bad = [], []
    for number, event in enumerate(events, start=1):
        related = [each["objectId"] for each in event.get("relationships", ())]
        cases = [each for each in related if kinds.get(each) == case_type]
        if len(cases) != 1:
            bad.append(
                (number, f"with {'no' if not cases else 'several'} objects of the type {case_type!r}", event["id"])
            )
            continue
        lines.append(number)
        said = {**of_object[cases[0]], **_roles(event)}
        for each in related:
            role = role_of(kinds.get(each, ""))
            if role in ("unit", "handler", "team"):
                said[role] = names[each]
                said.update({key: value for key, value in of_object[each].items() if key == "team"})
        activity, moment = _moment(event["type"])
        row = {"case": cases[0], "activity": activity, "lifecycle": moment, "time": event["time"], **said}
        for name, fields in columns.items():
            fields.append(row.get(name))
    there = {name: fields for name, fields in columns.items() if any(each is not None for each in fields)}
    return SheetRows(list(there), there, lines, bad)


def _case_type(events: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> str:
    """The type of objects of which most events have exactly one, and of those the one with most objects."""
    having_one: Counter[str] = Counter()
    for event in events:
        related = Counter(kinds.get(each["objectId"], "") for each in event.get("relationships", ()))
        having_one.update(kind for kind, count in related.items() if count == 1 and kind)
    if not having_one:
        raise MalformedLogError("has no type of objects of which events have exactly one, so no cases")
    of_type = Counter(kinds.values())
    return max(having_one, key=lambda kind: (having_one[kind], of_type[kind]))


def _attributes(each: Mapping[str, Any]) -> dict[str, str]:
    return {attribute["name"]: str(attribute["value"]) for attribute in each.get("attributes", ())}


def _roles(each: Mapping[str, Any]) -> dict[str, str]:
    """Attributes that say what a letter or an event is like."""
    said = _attributes(each)
    by_role = {role_of(name): value for name, value in said.items()}
    return {role: said.get(role, value) for role, value in by_role.items() if role in ATTRIBUTES}


def _moment(kind: str) -> tuple[str, str | None]:
    activity, dot, moment = kind.rpartition(".")
    return (activity, moment) if dot and normal(moment) in transitions() else (kind, None)
