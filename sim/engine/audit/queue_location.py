"""What the contract says of where a visit waits: escalation and cover."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from math import inf
from typing import NamedTuple

from sim.core.tables import NEVER, NO_UNIT, NOT_YET, WAIT
from sim.engine.audit.records import Shift, Visit


class Move(NamedTuple):
    """A visit goes on waiting at another unit."""

    second: float
    unit: int


class Presence:
    """When somebody is on duty at a unit, from its shifts that have anybody, by start."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for shift in shifts:
            if self.ends and shift.start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], shift.end)
            else:
                self.starts.append(shift.start)
                self.ends.append(shift.end)

    def next_on(self, second: float) -> float:
        """The first second, from this one on, at which somebody is on duty; infinity if there is none."""
        interval = bisect_right(self.ends, second)
        return max(second, self.starts[interval]) if interval < len(self.ends) else inf

    def next_off(self, second: float) -> float:
        """The first second, from this one on, at which nobody is on duty."""
        return self.ends[bisect_right(self.ends, second)] if self.next_on(second) == second < inf else second


def places(visit: Visit, presence: Sequence[Presence], horizon: int) -> Iterator[str]:
    """It waits where it joined or was put down, but moves when escalation or cover say so, and at no other time."""
    if visit.unit == NO_UNIT or visit.queued == NOT_YET:
        return
    place, since = visit.unit, visit.queued
    moves: list[Move] = []
    for stretch in visit.stretches:
        if stretch.unit != (moves[-1].unit if moves else place):
            moves.append(Move(stretch.start, stretch.unit))
        if stretch.kind == WAIT and stretch is not visit.stretches[-1]:
            continue
        until = horizon - 1 if stretch.kind == WAIT else stretch.start
        due = _moves_due(visit, place, since, until, presence)
        differs = next(((does, should) for does, should in zip_longest(moves, due) if does != should), None)
        if differs:
            does, should = (f"move at {m.second} to unit {m.unit}" if m else "not move" for m in differs)
            yield f"visit {visit.number}, which waits at unit {place} from {since}, should {should}, but does {does}"
        place, since, moves = stretch.unit, stretch.end, []


def _moves_due(visit: Visit, place: int, since: int, until: int, presence: Sequence[Presence]) -> list[Move]:
    """The moves of a visit that waits at a place from one second until another one, both included."""
    due: list[Move] = []
    homes = [unit for unit in (visit.unit, visit.cover) if unit != NO_UNIT]
    escalation = inf
    if visit.escalate_after != NEVER and since == visit.queued:
        escalation = presence[visit.escalate_to].next_on(visit.queued + visit.escalate_after)
    now: float = since
    while True:
        alone = presence[place].next_off(now)  # from here on cover is looked for, until company comes
        company = presence[place].next_on(alone)
        covered = min(presence[unit].next_on(alone) for unit in homes)
        now = min(escalation, covered, company)
        if now > until:
            return due
        if now == escalation:
            escalation = inf
            target = visit.escalate_to
        elif now < company:
            target = next(unit for unit in homes if presence[unit].next_on(now) == now)
        else:
            target = place
        if target != place:
            due.append(Move(now, target))
            place = target
