"""Names of columns and values by which an office's export is understood, in the languages of offices."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.core.errors import Problem
from sim.models.wording import one_of

ATTRIBUTES: Final = ("category", "channel", "home", "unit", "team", "handler", "satisfied")
"""Columns that say what a letter or an event is like; all others but those that name things hold instants."""

NAMES: Final = ("case", "activity", "lifecycle", "instance", "ended")
"""Columns that say what a row is about."""

EVENT_INSTANTS: Final = ("queued", "start", "end")
"""Instants of an event, in their order."""

JOINED: Final = "+"
"""Between the columns of the day and of the time of day in `--columns received=day+time`."""

_LONGEST_EMPTY: Final = 6
"""Characters; a longer field says something."""


class Columns(NamedTuple):
    """Which column of a file is what."""

    named: Mapping[str, str]
    """What the user said: role -> column, or two of them with `+` between; an empty text for none."""

    def knows(self, name: str) -> bool:
        """Whether a column may be of use."""
        said = {part for column in self.named.values() for part in column.split(JOINED)}
        return name in said or normal(name) in _known()

    def among(self, header: Sequence[str]) -> dict[str, str]:
        """The column of each role that a header has."""
        found = _columns_of("columns", header)
        found = {role: column for role, column in found.items() if role not in self.named}
        taken = set(self.named.values())
        found = {role: column for role, column in found.items() if column not in taken}
        return {**found, **{role: column for role, column in self.named.items() if column}}

    def problems(self, header: Sequence[str]) -> list[Problem]:
        """What the user named and is not there."""
        parts = [(role, part) for role, column in self.named.items() if column for part in column.split(JOINED)]
        return [
            Problem(f"has no column {one_of(part, header)}", path=f"--columns {role}")
            for role, part in parts
            if part not in header
        ]


def said_columns(pairs: Mapping[str, str]) -> Columns:
    """Columns as the user says them; a role may have any of its names."""
    return Columns({role_of(role) or role: column.strip() for role, column in pairs.items()})


def role_of(name: str) -> str | None:
    """The role that has a name."""
    roles: dict[str, list[str]] = _table()["columns"]
    own = {normal(role): role for role in roles}
    others = {normal(each): role for role, names in reversed(roles.items()) for each in names}
    return own.get(normal(name)) or others.get(normal(name))


def date_column(role: str, header: Sequence[str]) -> str | None:
    """The column with the day of instants of which another column has the time of day only."""
    return _columns_of("dates", header).get(role)


def is_roster_column(name: str) -> bool:
    """Whether a roster has a column of this name."""
    return any(normal(name) in map(normal, names) for names in _table()["roster"].values())


def roster_columns(header: Sequence[str]) -> dict[str, str]:
    """The column of a roster that is `unit`, `from`, `to` and `people`, where it is there."""
    return _columns_of("roster", header)


def _columns_of(kind: str, header: Sequence[str]) -> dict[str, str]:
    """The column of each role that a header has: the first of the role's names that is there."""
    by_normal = {normal(name): name for name in reversed(header)}
    fitting = {
        role: next((by_normal[normal(name)] for name in names if normal(name) in by_normal), None)
        for role, names in _table()[kind].items()
    }
    return {role: column for role, column in fitting.items() if column is not None}


@cache
def values(kind: str) -> frozenset[str]:
    """What a field of a kind may say: `empty`, `yes`, `no`, and `receipts` of activities; in `normal` form."""
    return frozenset(map(normal, _table()["values"][kind]))


def is_empty(text: str) -> bool:
    """Whether a field says that it says nothing."""
    return not text or (len(text) <= _LONGEST_EMPTY and normal(text) in values("empty"))


@cache
def transitions() -> dict[str, str]:
    """What each transition of a lifecycle means, as `columns.toml` lists it."""
    return {normal(name): meaning for meaning, names in _table()["lifecycle"].items() for name in names}


@cache
def normal(name: str) -> str:
    """A name as it is compared."""
    return re.sub(r"[\s_-]+", "", name).casefold() or name.strip()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))


@cache
def _known() -> frozenset[str]:
    table = _table()
    return frozenset(normal(name) for kind in ("columns", "dates") for names in table[kind].values() for name in names)
