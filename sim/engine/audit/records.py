"""A workload, a roster and a log as plain records; and what keeps a log from being read so."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from sim.core.tables import (
    ANYHOW,
    FINISHED_IN_TIME,
    FINISHED_LATE,
    NEVER,
    NO_UNIT,
    NOT_YET,
    STARTED_IN_TIME,
    STARTED_LATE,
    WAIT,
    WORK,
    Log,
    Roster,
    ShiftRow,
    Stretches,
    VisitRow,
    Workload,
    dtypes,
    numbered_rows,
)


class Stretch(NamedTuple):
    """A row of the log's stretches."""

    visit: int
    kind: int
    unit: int
    shift: int
    start: int
    end: int


@dataclass(slots=True, eq=False)
class ShiftRecord(ShiftRow):
    """A shift, as the roster has it."""

    @property
    def staffed(self) -> bool:
        """Somebody is on duty at some second."""
        return self.people > 0 and self.start < self.end


@dataclass(slots=True, eq=False)
class VisitRecord(VisitRow):
    """What the workload asks of a visit, and what the log says of it."""

    stretches: list[Stretch] = field(default_factory=list)
    open_before: int = 0
    """Seconds before second 0 at which its letter was received, if it is the first visit of the letter."""
    priorities: list[tuple[int, int]] = field(default_factory=list)
    """When prompts give it another priority, and which."""
    asked_away: list[tuple[int, int]] = field(default_factory=list)
    """When prompts ask it to another unit, and to which, whether it waits then or not."""
    is_passed_over: bool = False
    """What it hangs on did not come about, whether its letter has come to it or not."""

    def rank(self, priority: int) -> tuple[int, int, int]:
        """The visit that ranks smaller is served first."""
        return (priority, self.queued - self.open_before, self.number)

    @property
    def leaves(self) -> float:
        """The second at which it leaves if nobody has started it before; infinity for one that does not."""
        if self.patience == NEVER or self.unit == NO_UNIT:
            return inf
        return max(self.queued - self.open_before + self.patience, self.queued)

    def is_so(self, outcome: int, late_from: int) -> bool:
        """Whether the outcome is true of it."""
        reached = {
            FINISHED_IN_TIME: self.finished,
            FINISHED_LATE: self.finished,
            STARTED_IN_TIME: self.started,
            STARTED_LATE: self.started,
        }[outcome]
        is_late = reached == NOT_YET or reached >= late_from
        return is_late if outcome in (FINISHED_LATE, STARTED_LATE) else not is_late

    @property
    def works(self) -> list[Stretch]:
        """The stretches during which somebody works on it."""
        return [stretch for stretch in self.stretches if stretch.kind == WORK]


def shift_records(roster: Roster) -> list[ShiftRecord]:
    """All shifts, by number."""
    return [ShiftRecord(*row) for row in numbered_rows(roster, dtypes(Roster))]


def visit_records(workload: Workload, log: Log, stretches: Stretches) -> list[VisitRecord]:
    """All visits, by number, each with its stretches."""
    asked = numbered_rows(workload, workload.visit_columns())
    said = numbered_rows(log, dtypes(Log))
    visits = [VisitRecord(*row, *facts) for row, (_, *facts) in zip(asked, said, strict=True)]
    for row in zip(*(column.tolist() for column in stretches), strict=True):
        visits[row[0]].stretches.append(Stretch(*row))
    for visit in visits:
        if visit.made_if != ANYHOW:
            earlier = visits[visit.number - visit.made_if_back]
            visit.is_passed_over = not earlier.is_so(visit.made_if, visit.made_late_from)
    for received, (first, end) in zip(workload.received, pairwise(workload.first_visit), strict=True):
        if received < 0 and first < end:
            visits[first].open_before = -int(received)
    return visits


def malformed(workload: Workload, roster: Roster, log: Log, stretches: Stretches) -> Iterator[str]:
    """Tables of the wrong length or order, or with numbers of things that do not exist."""
    for name in dtypes(Log):
        rows = len(getattr(log, name))
        if rows != workload.visits:
            yield f"the log's {name} has {rows} rows for {workload.visits} visits"
    rows = len(stretches.visit)
    if {column.shape for column in stretches} != {(rows,)}:
        yield "the columns of the stretches differ in length"
        return

    visit, kind, unit, shift, start, end = stretches
    numbered = (shift >= 0) & (shift < roster.shifts)
    unit_of_shift = np.append(roster.unit, -1)[np.where(numbered, shift, -1)]
    rules = {
        "is of no visit": (visit < 0) | (visit >= workload.visits),
        "is neither work nor a wait": (kind != WORK) & (kind != WAIT),
        "is empty": start >= end,
        "is at no unit": (unit < 0) | (unit >= roster.units),
        "is a wait of a shift": (kind == WAIT) & (shift != -1),
        "is work by a shift that its unit does not have": (kind == WORK) & (unit_of_shift != unit),
    }
    for what, wrong in rules.items():
        yield from (f"stretch {row} {what}" for row in np.flatnonzero(wrong))
    if not np.array_equal(np.lexsort((start, visit)), np.arange(rows)):
        yield "the stretches are not sorted by visit, then start"
