"""What the contract says of a visit by itself: when it comes, where it waits, how long it takes, and in whose hands."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, zip_longest
from math import inf
from typing import NamedTuple

from sim.core.tables import ALL_TIME, FINISH, HAND_OVER, NEVER, NO_UNIT, NOT_YET, WAIT, WORK, Spans, Workload
from sim.engine.audit.records import ShiftRecord, VisitRecord


def precedence(
    workload: Workload, visits: Sequence[VisitRecord], horizon: int, never_received: Container[int]
) -> Iterator[str]:
    """A letter reaches its first visit when it is received, and the next in the second in which one is finished.

    Args:
        never_received: numbers of letters about others that did not come.
    """
    of_letters = pairwise(workload.first_visit.tolist())
    for number, (received, (first, end)) in enumerate(zip(workload.received.tolist(), of_letters, strict=True)):
        is_received = max(received, 0) < horizon and number not in never_received
        reached = max(received, 0) if is_received else NOT_YET
        for visit in visits[first:end]:
            if visit.is_passed_over:
                if visit.queued != NOT_YET:
                    yield f"visit {visit.number} is queued at {visit.queued}, but its letter passes over it"
                continue
            if visit.queued != reached:
                yield f"visit {visit.number} is queued at {visit.queued}, but its letter reaches it at {reached}"
            reached = visit.finished


class EndsOfDelays:
    """When delays end, by the seconds that each clock has counted at the ends of its spans."""

    def __init__(self, clocks: Sequence[Spans]) -> None:
        self.spans = [list(zip(clock.start.tolist(), clock.end.tolist(), strict=True)) for clock in clocks]
        self.counted = [list(accumulate(end - start for start, end in spans)) for spans in self.spans]

    def of(self, visit: VisitRecord) -> float:
        """The first second before which so many seconds have counted since it was queued; infinity if there is none."""
        if visit.clock == ALL_TIME or not visit.service:
            return visit.queued + visit.service
        spans, counted = self.spans[visit.clock - 1], self.counted[visit.clock - 1]
        passed = sum(min(end, visit.queued) - start for start, end in spans if start < visit.queued)
        span = bisect_left(counted, passed + visit.service)
        return spans[span][1] - (counted[span] - passed - visit.service) if span < len(spans) else inf


def columns(visit: VisitRecord, horizon: int, ends_of_delays: EndsOfDelays) -> Iterator[str]:
    """The stretches lead without gaps from queued to finished or to the horizon, and the row says what they say."""
    who = f"visit {visit.number}"
    reached, is_delay = visit.queued != NOT_YET, visit.unit == NO_UNIT
    if visit.stretches and (is_delay or not reached):
        yield f"{who} has stretches, but {'is a delay' if is_delay else 'was never reached'}"
    elif not visit.stretches and reached and not is_delay and visit.leaves > visit.queued:
        yield f"{who} is queued at {visit.queued}, but has no stretch"
    if visit.stretches:
        yield from _gaps(visit, horizon)
    says = (visit.started, visit.finished, visit.served_by, visit.interruptions)
    names = ("started", "finished", "served_by", "interruptions")
    for name, value, expected in zip(names, says, _expected(visit, horizon, ends_of_delays), strict=True):
        if value != expected:
            yield f"{who} has {name} {value}, it should be {expected}"


def _gaps(visit: VisitRecord, horizon: int) -> Iterator[str]:
    who, first, last = f"visit {visit.number}", visit.stretches[0], visit.stretches[-1]
    if first.start != visit.queued:
        yield f"{who} is queued at {visit.queued}, but its first stretch starts at {first.start}"
    for one, other in pairwise(visit.stretches):
        if one.end != other.start:
            yield f"{who} has a stretch that ends at {one.end}, and the next starts at {other.start}"
        elif one.kind == other.kind == WAIT and one.unit == other.unit:
            yield f"{who} has one wait in two stretches, at {one.end}"
    if visit.works:
        if visit.works[0].start >= visit.leaves:
            yield f"{who} is started at {visit.works[0].start}, although it leaves at {visit.leaves}"
    elif visit.leaves < horizon:
        if last.end != visit.leaves:
            yield f"{who} has a last stretch that ends at {last.end}, although it leaves at {visit.leaves}"
        return
    if last.end > horizon or (last.kind == WAIT and last.end < horizon):
        yield f"{who} has a last stretch that ends at {last.end}, with the horizon at {horizon}"


def _expected(visit: VisitRecord, horizon: int, ends_of_delays: EndsOfDelays) -> tuple[int, int, int, int]:
    """Its started, finished, served_by and interruptions."""
    if visit.queued == NOT_YET:
        return (NOT_YET, NOT_YET, NOT_YET, 0)
    if visit.unit == NO_UNIT:
        end = ends_of_delays.of(visit)
        return (visit.queued, int(end) if end < horizon else NOT_YET, NOT_YET, 0)
    works = visit.works
    if not works:
        return (NOT_YET, NOT_YET, NOT_YET, 0)
    last = visit.stretches[-1]
    if last.kind == WORK and last.end < horizon:
        return (works[0].start, last.end, last.unit, len(works) - 1)
    return (works[0].start, NOT_YET, NOT_YET, len(works) - (last.kind == WORK))


def effort(visit: VisitRecord, horizon: int) -> Iterator[str]:
    """It is finished when its service and a resume cost a resumption are worked off, neither before nor after."""
    done = 0
    for resumptions, work in enumerate(visit.works):
        done += work.end - work.start
        asked = visit.service + resumptions * visit.resume_cost
        is_finished = work is visit.stretches[-1] and work.end < horizon
        if is_finished and done != asked:
            yield f"visit {visit.number} is finished at {work.end} after {done} s of work, its effort is {asked} s"
        elif not is_finished and (done > asked or (done == asked and work.end < horizon)):
            yield f"visit {visit.number} is not finished at {work.end}, although its effort of {asked} s is done"


def hands(visit: VisitRecord, shifts: Sequence[ShiftRecord]) -> Iterator[str]:
    """People start work during their shift; after it they only finish what stays with them, and never put that down."""
    for work in visit.works:
        shift = shifts[work.shift]
        who, whose = f"visit {visit.number}", f"shift {shift.number} ({shift.start} to {shift.end})"
        if not shift.start <= work.start < shift.end:
            yield f"{who} is started at {work.start} by {whose}"
        if not shift.people:
            yield f"{who} is started at {work.start} by {whose}, which is nobody's"
        if work.end > shift.end and visit.at_shift_end == HAND_OVER:
            yield f"{who} is not handed over at the end of {whose}"
        if work.end >= shift.end and visit.at_shift_end == FINISH and work is not visit.stretches[-1]:
            yield f"{who} is put down at {work.end} by {whose}, which was to finish it"


class Move(NamedTuple):
    """A visit goes on waiting at another unit."""

    second: float
    unit: int


class DutyTimes:
    """When somebody is on duty at a unit, from its shifts that have anybody, by start."""

    def __init__(self, shifts: Iterable[ShiftRecord]) -> None:
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


def places(visit: VisitRecord, presence: Sequence[DutyTimes], horizon: int) -> Iterator[str]:
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
        # In the second in which it leaves it does not move any more.
        until = min(horizon, stretch.end) - 1 if stretch.kind == WAIT else stretch.start
        due = _moves_due(visit, place, since, until, presence)
        differs = next(((does, should) for does, should in zip_longest(moves, due) if does != should), None)
        if differs:
            does, should = (f"move at {m.second} to unit {m.unit}" if m else "not move" for m in differs)
            yield f"visit {visit.number}, which waits at unit {place} from {since}, should {should}, but does {does}"
        place, since, moves = stretch.unit, stretch.end, []


def _moves_due(visit: VisitRecord, place: int, since: int, until: int, presence: Sequence[DutyTimes]) -> list[Move]:
    """The moves of a visit that waits at a place from one second until another one, both included."""
    due: list[Move] = []
    homes = [unit for unit in (visit.unit, visit.cover) if unit != NO_UNIT]
    escalation = inf
    if visit.escalate_after != NEVER and since == visit.queued:
        escalation = presence[visit.escalate_to].next_on(
            visit.queued + max(visit.escalate_after - visit.open_before, 0)
        )
    asked = deque((second, unit) for second, unit in visit.asked_away if since < second <= until)
    moved: float = since
    now: float = since
    while True:
        alone = presence[place].next_off(now)  # from here on cover is looked for, until company comes
        company = presence[place].next_on(alone)
        covered = min(presence[unit].next_on(alone) for unit in homes)
        now = min(escalation, covered, company, asked[0][0] if asked else inf)
        if now > until:
            return due
        if asked and now == asked[0][0]:
            target = asked.popleft()[1]
            if target == place or moved == now or presence[target].next_on(now) > now:
                continue
            escalation = inf
        elif now == escalation:
            escalation = inf
            target = visit.escalate_to
        elif now < company:
            target = next(unit for unit in homes if presence[unit].next_on(now) == now)
        else:
            target = place
        if target != place:
            due.append(Move(now, target))
            place, moved = target, now
