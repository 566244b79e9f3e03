"""A workload, a roster and a log as plain records; and what keeps a log from being read so."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.core.tables import WAIT, WORK, Log, Roster, Stretches, Workload


class Stretch(NamedTuple):
    """A row of the log's stretches."""

    visit: int
    kind: int
    unit: int
    shift: int
    start: int
    end: int


class Shift(NamedTuple):
    """A row of the roster."""

    number: int
    unit: int
    start: int
    end: int
    people: int

    @property
    def staffed(self) -> bool:
        """Somebody is on duty at some second."""
        return self.people > 0 and self.start < self.end


class Visit(NamedTuple):
    """What the workload asks of a visit, and what the log says of it."""

    number: int
    stretches: list[Stretch]

    unit: int
    service: int
    priority: int
    interrupts: bool
    interruptible: bool
    resume_cost: int
    at_shift_end: int
    cover: int
    escalate_after: int
    escalate_to: int

    queued: int
    started: int
    finished: int
    served_by: int
    interruptions: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """The visit that ranks smaller is served first."""
        return (self.priority, self.queued, self.number)

    @property
    def works(self) -> list[Stretch]:
        """The stretches during which somebody works on it."""
        return [stretch for stretch in self.stretches if stretch.kind == WORK]


def read_shifts(roster: Roster) -> list[Shift]:
    """All shifts, by number."""
    rows = zip(*(column.tolist() for column in roster[:4]), strict=True)
    return [Shift(number, *row) for number, row in enumerate(rows)]


def read_visits(workload: Workload, log: Log, stretches: Stretches) -> list[Visit]:
    """All visits, by number, each with its stretches."""
    asked = [getattr(workload, name) for name in Visit._fields if name in Workload._fields]
    said = [getattr(log, name) for name in Visit._fields if name in Log._fields and name != "stretches"]
    rows = zip(*(column.tolist() for column in asked + said), strict=True)
    visits = [Visit(number, [], *row) for number, row in enumerate(rows)]
    for stretch in zip(*(column.tolist() for column in stretches), strict=True):
        visits[stretch[0]].stretches.append(Stretch(*stretch))
    return visits


def malformed(workload: Workload, roster: Roster, log: Log, stretches: Stretches) -> Iterator[str]:
    """Tables of the wrong length or order, or with numbers of things that do not exist."""
    lengths = {name: len(getattr(log, name)) for name in Log._fields if name != "stretches"}
    for name, rows in lengths.items():
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
