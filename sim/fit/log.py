"""An office's log as arrays, whatever file it came from: what was read, and nothing that was inferred.

All instants are whole seconds since 00:00 of `origin`, the day of the first instant; NOT_YET stands for one that the
log does not have. Codes are indices into the names of the same record; NO_CODE is a code that the log does not have.
"""

from datetime import date
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Int8s, Int32s, Int64s

NO_CODE: Final = -1
"""Resource or unit of which a row says nothing."""

UNSPECIFIED: Final = "unspecified"
"""Name of the category or channel of rows that leave the field of their column empty."""

SATISFIED_UNKNOWN: Final = -1
"""`satisfied` of a letter whose writer was not asked or did not answer."""

AXIS: Final = 2**40
"""Seconds of the part that each case, person or unit has of an axis on which the instants of all of them lie."""


class Spells(NamedTuple):
    """Uninterrupted stretches of work on events, sorted by event then start.

    An event that was put down and resumed has several; one that has a start and an end, and of which nothing more is
    known, has one from start to end; one without a start or without an end has none, and where a log says who did what,
    one that nobody did has none either.
    """

    event: Int64s
    started: Int64s
    finished: Int64s
    resource: Int32s  # code, or NO_CODE
    unit: Int32s  # code, or NO_CODE

    def some(self, which: Int64s | Bools) -> "Spells":
        """Some of them."""
        return Spells(
            self.event[which], self.started[which], self.finished[which], self.resource[which], self.unit[which]
        )


class EventLog(NamedTuple):
    """Cases and their events. An event is one activity instance: what one row a visit is in a log of an engine."""

    origin: date
    receipts: bool  # whether the log says when cases were received; else `received` is their first instant

    # one row a case, sorted by `received`
    received: Int64s
    category: Int32s
    channel: Int32s
    home: Int32s  # unit that a case belongs to, or NO_CODE
    ids: tuple[str, ...]

    # one row an event, sorted by case, then started (or else finished, or queued)
    case: Int64s
    activity: Int32s
    queued: Int64s
    started: Int64s  # NOT_YET where a log has ends only, or an event waits
    finished: Int64s
    resource: Int32s  # person who finished it, or else began it
    unit: Int32s

    spells: Spells

    activities: tuple[str, ...]
    categories: tuple[str, ...]  # at least one
    channels: tuple[str, ...]  # at least one
    resources: tuple[str, ...]
    units: tuple[str, ...]
    teams: tuple[str, ...]  # team of each unit; an empty text where the log does not say it

    @property
    def cases(self) -> int:
        """Number of cases."""
        return len(self.received)

    @property
    def events(self) -> int:
        """Number of events."""
        return len(self.case)

    @property
    def until(self) -> int:
        """End of the observation: one second after the last instant in the log."""
        last = [int(each.max()) for each in (self.received, self.queued, self.started, self.finished) if len(each)]
        return max(last, default=NOT_YET) + 1

    def first_event(self) -> Int64s:
        """Row of the first event of each case, and the number of events at the end, shape (cases + 1,)."""
        return np.searchsorted(self.case, np.arange(self.cases + 1))


class LetterLog(NamedTuple):
    """One row a letter, sorted by `received`. A plain trace has no milestones."""

    origin: date

    received: Int64s
    milestones: dict[str, Int64s]  # by name, in the order of their mean age; NOT_YET where not reached
    category: Int32s
    channel: Int32s
    unit: Int32s  # code, or NO_CODE
    handler: Int32s  # code, or NO_CODE
    satisfied: Int8s  # 1, 0 or SATISFIED_UNKNOWN

    categories: tuple[str, ...]  # at least one
    channels: tuple[str, ...]  # at least one
    units: tuple[str, ...]
    handlers: tuple[str, ...]

    @property
    def letters(self) -> int:
        """Number of letters."""
        return len(self.received)

    @property
    def until(self) -> int:
        """End of the observation: one second after the last instant in the log."""
        return max((int(each.max()) for each in (self.received, *self.milestones.values()) if len(each)), default=0) + 1


class KnownRoster(NamedTuple):
    """Who was on duty where, as the office knows it: one row a shift, sorted by start, then unit, then end."""

    unit: Int32s  # code
    start: Int64s  # seconds since 00:00 of the log's `origin`, and negative before it
    end: Int64s
    people: Int32s
    units: tuple[str, ...]
