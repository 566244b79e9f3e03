"""What there is in a bureau: visits, shifts and units."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import Final

import simpy

from sim.core.tables import (
    ANYHOW,
    FINISHED_IN_TIME,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    NOT_YET,
    STARTED_IN_TIME,
    STARTED_LATE,
    Roster,
    ShiftRow,
    VisitRow,
    Workload,
    dtypes,
    numbered_rows,
)

RANK: Final = attrgetter("rank")
TURN: Final = attrgetter("turn")
NUMBER: Final = attrgetter("number")


@dataclass(slots=True, eq=False)
class Visit(VisitRow):
    """One step of a letter: what the workload asks, and how far it has come."""

    next: "Visit | None" = None  # of the same letter
    open_before: int = 0  # seconds before second 0 at which its letter was received, if it is the first visit
    effort_left: int = 0
    place: "Unit" = field(init=False)  # where it waits, or where a person works on it
    shift: "Shift | None" = None  # whose person works on it; None while it waits
    since: int = NOT_YET  # when it began to wait there, or that person to work on it
    work: simpy.Process = field(init=False)  # of that person
    has_left: bool = False  # out of patience, and its letter with it
    is_passed_over: bool = False
    hangs_on: "Visit | None" = None  # the earlier visit of `made_if`

    @property
    def rank(self) -> tuple[int, int, int]:
        """The order in which a unit serves, smaller first; the number orders by letter, then visit."""
        return (self.priority, self.queued - self.open_before, self.number)

    def is_so(self, outcome: int, late_from: int) -> bool:
        """Whether an outcome is true of it, as far as it has come."""
        by_start = outcome in (STARTED_IN_TIME, STARTED_LATE)
        reached = self.started if by_start else self.finished
        in_time = reached != NOT_YET and reached < late_from
        return in_time == (outcome in (FINISHED_IN_TIME, STARTED_IN_TIME))


@dataclass(slots=True, eq=False)
class Letter:
    """A letter to be received: its visits, and if it is about a visit of another one, what has to be true of that."""

    visits: list[Visit]
    earlier: "Letter | None" = None  # that it is about
    about: Visit | None = None  # the visit of it
    until_start: bool = False
    once_over: bool = False
    received_if: int = ANYHOW
    hangs_on: Visit | None = None  # the visit of `received_if`
    received_late_from: int = 0
    new_priority: int = NO_PRIORITY
    move_to: int = NO_UNIT
    is_received: bool = False


@dataclass(slots=True, eq=False)
class Shift(ShiftRow):
    """People on duty at a unit from start to end, and the visits that they hold."""

    holds: list[Visit] = field(default_factory=list)

    @property
    def turn(self) -> tuple[int, int]:
        """The order in which free people start work: the shift that ends last first, then the lowest."""
        return (-self.end, self.number)


@dataclass(slots=True, eq=False)
class Unit:
    """A place with one queue, and its shifts in progress that have anybody."""

    number: int
    queue: list[Visit] = field(default_factory=list)  # by rank
    shifts: list[Shift] = field(default_factory=list)  # by turn

    @property
    def on_duty(self) -> bool:
        """Somebody is on duty, busy or free."""
        return bool(self.shifts)

    def shift_of_free_person(self) -> Shift | None:
        """The shift of the free person whose turn it is; None if nobody is free."""
        return next((shift for shift in self.shifts if len(shift.holds) < shift.people), None)

    def last_interruptible(self) -> Visit | None:
        """Of the interruptible visits held by shifts in progress, the one that ranks last."""
        held = (visit for shift in self.shifts for visit in shift.holds if visit.interruptible)
        return max(held, key=RANK, default=None)


def read_visits(workload: Workload) -> list[Visit]:
    """The visits of all letters, each knowing the next one of its letter."""
    visits = [Visit(*row) for row in numbered_rows(workload, Workload.visit_columns())]
    first_of_a_letter = set(workload.first_visit.tolist())
    for visit, following in pairwise(visits):
        visit.next = None if following.number in first_of_a_letter else following
    for visit in visits:
        if visit.made_if != ANYHOW:
            visit.hangs_on = visits[visit.number - visit.made_if_back]
    return visits


def read_letters(workload: Workload, visits: list[Visit]) -> list[Letter]:
    """All letters, those without visits too."""
    letters: list[Letter] = []
    for number, (first, end) in enumerate(pairwise(workload.first_visit.tolist())):
        letter = Letter(visits[first:end])
        about = int(workload.about[number])
        if about != NO_VISIT:
            letter.earlier = letters[bisect_right(workload.first_visit, about) - 1]
            letter.about = visits[about]
            for name in ("until_start", "once_over", "received_if", "received_late_from", "new_priority", "move_to"):
                setattr(letter, name, getattr(workload, name)[number].item())
            if letter.received_if != ANYHOW:
                letter.hangs_on = visits[about - int(workload.received_if_back[number])]
        letters.append(letter)
    return letters


def read_shifts(roster: Roster) -> list[Shift]:
    """The shifts during which, from second 0 on, somebody is on duty."""
    shifts = [Shift(*row) for row in numbered_rows(roster, dtypes(Roster))]
    return [shift for shift in shifts if shift.people > 0 and shift.end > max(shift.start, 0)]
