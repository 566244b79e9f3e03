"""Allocation: whether the people of each cell go to the units evenly, or by the units' shares of the letters.

Where one way takes many more people than the other with all other cells at their most, that decides. Elsewhere, at a
staffing of few people, each cell is allocated the other way, and the way that uses less of the allowed lateness stays,
with the fewest people that meet the targets then. That is asked again until nothing changes, as which way serves best
depends on the other cells of the team.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.planner.sample import SearchSample
from sim.planner.search import Search, least_meeting
from sim.planner.simulator import Simulator
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, StaffingCell, with_heads
from sim.scenario.setting import Setting

_REPLICATIONS: Final = 4
"""Of the sample on which few people are looked for."""

_MORE: Final = 1.1
"""The allocation of a cell is decided where the one way takes so many times the people of the other."""


class Allocated(NamedTuple):
    """Cells with the allocation that serves best, by a simulator of them, and what few people meet the targets then."""

    simulator: Simulator
    people: People | None = None


def allocated(simulator: Simulator, replications: int, budget: int) -> Allocated:
    """The same cells, each allocated the way that serves better.

    Args:
        replications: of the search; some of them are used.
        budget: letters at which the search ends.
    """
    return _AllocationSearch(simulator, replications, budget).run()


class _AllocationSearch:
    def __init__(self, simulator: Simulator, replications: int, budget: int) -> None:
        self._simulator, self._budget = simulator, budget
        self._numbers, self._all = range(min(replications, _REPLICATIONS)), range(replications)
        self._open: set[int] = set()  # cells whose allocation is not decided on its own

    def run(self) -> Allocated:
        """Allocate what is plain, look for few people, and allocate otherwise what is served better then."""
        search = self._search(self._alone())
        if not search.begin() or search.best is None:
            return Allocated(self._simulator)
        people = search.substitute(search.descend(search.best))
        while not search.trials.exhausted and (cells := self._better(_cells(search), people)) != _cells(search):
            there = self._search(cells)
            found = there.descend(people if there.trials.meets(people) else there.raised(people))
            if not there.trials.cheaper(found, people):
                break
            search, people = there, found
        return Allocated(search.trials.problem.simulator, people)

    def _alone(self) -> tuple[StaffingCell, ...]:
        """Cells allocated the way that takes fewer people if all others have their most, where the other takes many."""
        cells = self._simulator.cells
        for index, cell in enumerate(cells):
            if not _may_differ(self._simulator.setting, cell):
                continue
            other = _other(cells, index)
            now, then = (self._needed(each, index) for each in (cells, other))
            if max(now, then) <= _MORE * min(now, then):
                self._open.add(index)
            elif then < now:
                cells = other
        return cells

    def _needed(self, cells: tuple[StaffingCell, ...], index: int) -> int:
        """The fewest people of a cell that meet the targets with all other cells at their most."""
        trials = self._search(cells).trials
        most = trials.problem.most
        low, high = cells[index].least - 1, cells[index].most
        if low + 1 < high and trials.meets(with_heads(most, index, low + 1)):
            return low + 1
        return least_meeting(low, high, lambda heads: trials.meets(with_heads(most, index, heads)))

    def _better(self, cells: tuple[StaffingCell, ...], people: People) -> tuple[StaffingCell, ...]:
        """Each cell allocated the way that uses less of the allowed lateness, one after another."""
        used = self._used(cells, people)
        for index in sorted(self._open):
            other = _other(cells, index)
            if people[index] and (then := self._used(other, people)) < used:
                cells, used = other, then
        return cells

    def _used(self, cells: tuple[StaffingCell, ...], people: People) -> float:
        """Allowed lateness used, over all targets; those that are used up most count most (root of squares)."""
        simulator = self._simulator.of(cells)
        sample = SearchSample(simulator, self._all, Stability(simulator))
        return float(np.linalg.norm(sample.surface(people).mean(axis=0)))

    def _search(self, cells: tuple[StaffingCell, ...]) -> Search:
        simulator = self._simulator.of(cells)
        return Search(SearchSample(simulator, self._numbers, Stability(simulator)), self._budget)


def _cells(search: Search) -> tuple[StaffingCell, ...]:
    return search.trials.problem.simulator.cells


def _may_differ(setting: Setting, cell: StaffingCell) -> bool:
    units = setting.places.of_team(cell.team)
    several = len(units) > 1 and float(np.ptp(setting.places.share[units.start : units.stop])) > 0
    return several and cell.most > 0


def _other(cells: tuple[StaffingCell, ...], index: int) -> tuple[StaffingCell, ...]:
    cell = cells[index]
    return (*cells[:index], cell._replace(deal="evenly" if cell.deal == "weights" else "weights"), *cells[index + 1 :])
