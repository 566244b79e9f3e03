"""What the contract says of a unit at the end of each second: who is served, by whom, and who is put down."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sim.core.tables import WAIT, WORK
from sim.engine.audit.records import ShiftRecord, Stretch, VisitRecord


class DispatchAudit:
    """One unit: who waits there, and who is held by whom, as the log has it."""

    def __init__(self, unit: int, visits: Sequence[VisitRecord], shifts: Sequence[ShiftRecord]) -> None:
        self.unit = unit
        self.visits = visits
        self.shifts = shifts
        self.waiting: list[tuple[int, int, int]] = []  # ranks
        self.priority: dict[int, int] = {}  # of visits that prompts have given another one
        self.held: dict[int, set[int]] = {}  # visits, by shift in progress

    def judge(self, stretches: Sequence[Stretch], shifts: Sequence[ShiftRecord], horizon: int) -> Iterator[str]:
        """What is wrong at each second at which anything changes, given what happens here and who is on duty."""
        begun, ended = defaultdict(list), defaultdict(list)
        for stretch in stretches:
            begun[stretch.start].append(stretch)
            ended[stretch.end].append(stretch)
        opened, closed = defaultdict(list), defaultdict(list)
        for shift in shifts:
            opened[shift.start].append(shift.number)
            closed[shift.end].append(shift.number)
        changed = defaultdict(list)
        for visit in {stretch.visit for stretch in stretches}:
            for second, priority in self.visits[visit].priorities:
                changed[second].append((visit, priority))
        for second in sorted({*begun, *ended, *opened, *closed, *changed}):
            if second >= horizon:
                return
            for stretch in ended[second]:
                self._end(stretch)
            for number in closed[second]:
                del self.held[number]
            for number in opened[second]:
                self.held[number] = set()
            for visit, priority in changed[second]:
                self._prefer(visit, priority)
            for stretch in begun[second]:
                self._begin(stretch)
            started = sorted((each for each in begun[second] if each.kind == WORK), key=self._rank)
            put_down = sorted(filter(self._is_interrupted, ended[second]), key=self._rank, reverse=True)
            where = f"at unit {self.unit} at {second}"
            yield from self._served(started, where)
            yield from self._hands(started[: max(len(started) - len(put_down), 0)], where)
            yield from self._interrupted(started[-len(put_down) :] if put_down else [], put_down, where)

    def _begin(self, stretch: Stretch) -> None:
        if stretch.kind == WAIT:
            insort(self.waiting, self._rank(stretch))
        elif stretch.shift in self.held:
            self.held[stretch.shift].add(stretch.visit)

    def _end(self, stretch: Stretch) -> None:
        if stretch.kind == WAIT:
            self.waiting.remove(self._rank(stretch))
        elif stretch.shift in self.held:
            self.held[stretch.shift].discard(stretch.visit)

    def _prefer(self, visit: int, priority: int) -> None:
        before = self._rank_of(visit)
        self.priority[visit] = priority
        if before in self.waiting:
            self.waiting.remove(before)
            insort(self.waiting, self._rank_of(visit))

    def _served(self, started: Sequence[Stretch], where: str) -> Iterator[str]:
        """Nobody waits for a free person, after one that ranks behind, or without interrupting if that is allowed."""
        for number, held in self.held.items():
            if len(held) > self.shifts[number].people:
                yield f"shift {number} of {self.shifts[number].people} people holds {len(held)} visits {where}"
        if not self.waiting:
            return
        first, last = self.visits[self.waiting[0][-1]], self._last_interruptible()
        for number in self._free()[:1]:
            yield f"visit {first.number} waits {where} although somebody of shift {number} is free"
        if started and self._rank(started[-1]) > self._rank_of(first.number):
            yield f"visit {started[-1].visit} is started {where} before visit {first.number}, which ranks first"
        if first.interrupts and last and self._rank_of(last.number)[0] > self._rank_of(first.number)[0]:
            yield f"visit {first.number} waits {where} and does not interrupt visit {last.number}"

    def _hands(self, started: Sequence[Stretch], where: str) -> Iterator[str]:
        """Free people start visits in the order of the ends of their shifts, the last one first."""
        in_order = [work.shift for work in started] + self._free()[:1]
        for number, next_number in pairwise(in_order):
            if self._ends_last(number) > self._ends_last(next_number):
                yield f"shift {number} starts a visit {where} before shift {next_number}, whose turn it is"

    def _interrupted(self, started: Sequence[Stretch], put_down: Sequence[Stretch], where: str) -> Iterator[str]:
        """What interrupts takes the person of what ranks last; the visits put down come in that order."""
        for victim in put_down[len(started) :]:
            yield f"visit {victim.visit} is put down {where} with nothing to interrupt it"
        last = self._last_interruptible()
        for urgent, victim in zip(started, put_down, strict=False):
            by, of = self.visits[urgent.visit], self.visits[victim.visit]
            is_urgent = self._rank(urgent)[0] < self._rank(victim)[0]
            if not (by.interrupts and of.interruptible and is_urgent):
                yield f"visit {of.number} is put down {where} by visit {by.number}, which may not interrupt it"
            if urgent.shift != victim.shift:
                yield f"visit {by.number} interrupts visit {of.number} {where}, but does not take its person"
            if last and self._rank_of(last.number) > self._rank(victim):
                yield f"visit {of.number} is put down {where} instead of visit {last.number}, which ranks last"

    def _is_interrupted(self, stretch: Stretch) -> bool:
        """Work that ends before the visit is finished and before the shift ends."""
        last = self.visits[stretch.visit].stretches[-1]
        return stretch.kind == WORK and stretch is not last and stretch.end < self.shifts[stretch.shift].end

    def _free(self) -> list[int]:
        """The shifts that have somebody free, the one whose turn it is first."""
        free = (number for number, held in self.held.items() if len(held) < self.shifts[number].people)
        return sorted(free, key=self._ends_last)

    def _last_interruptible(self) -> VisitRecord | None:
        held = (self.visits[visit] for visits in self.held.values() for visit in visits)
        return max(
            (visit for visit in held if visit.interruptible),
            key=lambda visit: self._rank_of(visit.number),
            default=None,
        )

    def _ends_last(self, shift: int) -> tuple[int, int]:
        return (-self.shifts[shift].end, shift)

    def _rank(self, stretch: Stretch) -> tuple[int, int, int]:
        return self._rank_of(stretch.visit)

    def _rank_of(self, visit: int) -> tuple[int, int, int]:
        record = self.visits[visit]
        return record.rank(self.priority.get(visit, record.priority))
