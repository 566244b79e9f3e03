"""Allocation: whether the people of each cell go to the units evenly, or by the units' shares of the letters.

Where one way takes many more people than the other with all other cells at their most, that decides. Elsewhere, from a
staffing of few people, each cell is allocated the other way, with the fewest people that meet the targets then, again
and again until that saves nothing: which way serves best depends on the other cells of the team.
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
"""Of the sample on which allocations are compared."""

_HOPELESS: Final = 1.1
"""An allocation is given up if it takes so many times the cost before anybody is taken away."""

_MORE: Final = 1.1
"""The allocation of a cell is decided where the one way takes so many times the people of the other."""


class Allocated(NamedTuple):
    """Cells with the allocation that serves best, by a simulator of them, and what few people meet the targets then."""

    simulator: Simulator
    people: People | None = None


def allocated(simulator: Simulator, replications: int, budget: int) -> Allocated:
    """The same cells, each allocated the way that serves better.

    Args:
        replications: of the search; a few of them are used.
        budget: letters at which the search ends.
    """
    return _AllocationSearch(simulator, range(min(replications, _REPLICATIONS)), budget).run()


class _AllocationSearch:
    def __init__(self, simulator: Simulator, numbers: range, budget: int) -> None:
        self._simulator, self._numbers, self._budget = simulator, numbers, budget
        self._open: set[int] = set()  # cells whose allocation is not decided on its own

    def run(self) -> Allocated:
        """Allocate what is plain, look for few people, and allocate otherwise what saves some of them."""
        search = self._search(self._alone())
        if not search.begin() or search.best is None:
            return Allocated(self._simulator)
        people = search.substitute(search.descend(search.best))
        search, people = self._cheaper(search, search.best or people)
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

    def _cheaper(self, search: Search, people: People) -> tuple[Search, People]:
        """Each cell allocated the other way, with the fewest people that do then, until none costs less."""
        tried: set[tuple[StaffingCell, ...]] = set()  # of one team, as other teams hardly matter to it
        before: People | None = None
        while people != before and not search.trials.exhausted:
            before = people
            for index in sorted(self._open):
                now, other = _cells(search), _other(_cells(search), index)
                team = now[index].team
                if not people[index] or _of_team(other, team) in tried:
                    continue
                tried |= {_of_team(now, team), _of_team(other, team)}
                there = self._search(other)
                start = people if there.trials.meets(people) else there.raised(people)
                if there.trials.exhausted or there.trials.cost(start) > _HOPELESS * there.trials.cost(people):
                    continue
                there.descend(start)
                if there.best is not None and there.trials.cheaper(there.best, people):
                    search, people = there, there.best
        return search, people

    def _search(self, cells: tuple[StaffingCell, ...]) -> Search:
        simulator = self._simulator.of(cells)
        return Search(SearchSample(simulator, self._numbers, Stability(simulator)), self._budget)


def _cells(search: Search) -> tuple[StaffingCell, ...]:
    return search.trials.problem.simulator.cells


def _of_team(cells: tuple[StaffingCell, ...], team: str) -> tuple[StaffingCell, ...]:
    return tuple(cell for cell in cells if cell.team == team)


def _may_differ(setting: Setting, cell: StaffingCell) -> bool:
    units = setting.places.of_team(cell.team)
    several = len(units) > 1 and float(np.ptp(setting.places.share[units.start : units.stop])) > 0
    return several and cell.most > 0


def _other(cells: tuple[StaffingCell, ...], index: int) -> tuple[StaffingCell, ...]:
    cell = cells[index]
    return (*cells[:index], cell._replace(deal="evenly" if cell.deal == "weights" else "weights"), *cells[index + 1 :])
