"""Who did it: a number for the person behind each stretch of work, since engines only know how many are on duty.

A person is `unit/number`. Numbers are posts on duty and no names: as a shift begins, its people take the lowest numbers
of the unit that nobody has; a stretch of work goes to the lowest number of its shift that is free; a number is given
back when the shift has ended and its last work is done. So nobody works at two things at once, and none outside a shift
but in overtime.
"""

from heapq import heapify, heappop, heappush
from typing import Final

import numpy as np

from sim.core.tables import WORK, Int64s, Roster, Stretches

NOBODY: Final = 0
"""The number of a wait; people count from 1."""


def person_numbers(roster: Roster, stretches: Stretches) -> Int64s:
    """Number of the person of each stretch within its unit, or NOBODY for a wait, shape (stretches,)."""
    numbers = np.full(len(stretches.visit), NOBODY, dtype=np.int64)
    work = np.flatnonzero(stretches.kind == WORK)
    # At one second people come before anybody begins; who is put down and who takes over begin in no certain order,
    # and the visit decides.
    begin = np.concatenate([roster.start, stretches.start[work]])
    is_work = np.repeat([0, 1], [roster.shifts, len(work)])
    row = np.concatenate([np.arange(roster.shifts), work])
    order = np.lexsort((row, is_work, begin))
    posts = [_Posts() for _ in range(roster.units)]
    unit, end, people = roster.unit.tolist(), roster.end.tolist(), roster.people.tolist()
    shift, until = stretches.shift.tolist(), stretches.end.tolist()
    for now, working, each in zip(begin[order].tolist(), is_work[order].tolist(), row[order].tolist(), strict=True):
        if working:
            numbers[each] = posts[unit[shift[each]]].work(shift[each], now, until[each])
        elif people[each] and end[each] > now:
            posts[unit[each]].begin(each, now, end[each], people[each])
    return numbers


class _Posts:
    """The numbers of one unit: those that nobody has, and those of each shift that has some."""

    def __init__(self) -> None:
        self._known = 0  # numbers ever given
        self._spare: list[int] = []  # given back, a heap
        self._ending: list[tuple[int, int]] = []  # (end, shift), a heap
        self._free: dict[int, list[int]] = {}  # by shift, heaps
        self._busy: dict[int, list[tuple[int, int]]] = {}  # (until, number) by shift, heaps

    def begin(self, shift: int, now: int, end: int, people: int) -> None:
        self._give_back(now)
        numbers = [heappop(self._spare) for _ in range(min(people, len(self._spare)))]
        more = people - len(numbers)
        numbers += range(self._known + 1, self._known + more + 1)
        self._known += more
        heapify(numbers)
        self._free[shift], self._busy[shift] = numbers, []
        heappush(self._ending, (end, shift))

    def work(self, shift: int, now: int, until: int) -> int:
        free, busy = self._free[shift], self._busy[shift]
        while busy and busy[0][0] <= now:
            heappush(free, heappop(busy)[1])
        number = heappop(free)
        heappush(busy, (until, number))
        return number

    def _give_back(self, now: int) -> None:
        while self._ending and self._ending[0][0] <= now:
            _, shift = heappop(self._ending)
            for number in self._free.pop(shift):
                heappush(self._spare, number)
            for until, number in self._busy.pop(shift):
                if until <= now:
                    heappush(self._spare, number)
                else:  # overtime: a shift of this one alone, that ends with its work
                    late = -number
                    self._free[late], self._busy[late] = [number], []
                    heappush(self._ending, (until, late))
