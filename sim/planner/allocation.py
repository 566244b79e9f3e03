"""Allocation: whether the people of each cell go to the units evenly, or by the units' shares of the letters.

At a staffing that meets the targets each cell is allocated the other way. The change that uses up least of the allowed
lateness is made, as long as one uses less; then fewer people are looked for, and it is asked again. At last each cell
is allocated the other way with the fewest people of all cells that do then, again and again until that saves nothing:
which way serves best depends on the other cells of the team.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.planner.sample import SearchSample
from sim.planner.search import Search, pressure
from sim.planner.simulator import Simulator
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, StaffingCell
from sim.scenario.setting import Setting

_REPLICATIONS: Final = 4
"""Of the sample on which allocations are compared."""

_HOPELESS: Final = 1.2
"""An allocation is given up if it takes so many times the cost before anybody is taken away."""

_ROUNDS: Final = 2
"""How often the allocation is asked far from the optimum, at most."""


class Allocated(NamedTuple):
    """Cells with the allocation that serves best, and a staffing that just meets the targets, if there is one."""

    cells: tuple[StaffingCell, ...]
    people: People | None


def allocated(simulator: Simulator, replications: int, budget: int) -> Allocated:
    """The same cells, each allocated the way that serves better.

    Args:
        replications: of the search; a few of them are used.
        budget: letters at which the search ends.
    """
    numbers = range(min(replications, _REPLICATIONS))
    search = _search(simulator, numbers, budget)
    if not search.begin() or search.best is None:
        return Allocated(simulator.cells, None)
    # Far from the optimum first, so that what is taken away later is taken from a good allocation.
    for _ in range(_ROUNDS):
        better = _better(search, simulator, search.best, numbers, budget, alone=True)
        if better is search:
            break
        better.raised(better.trials.problem.least)
        search = better
    people = search.descend(search.best or search.trials.problem.most)
    search = _better(search, simulator, people, numbers, budget)
    search, people = _cheaper(search, simulator, search.best or people, numbers, budget)
    return Allocated(_cells(search), people)


def _cheaper(
    search: Search, simulator: Simulator, people: People, numbers: range, budget: int
) -> tuple[Search, People]:
    """Each cell allocated the other way, with the fewest people of all cells that do then, until none costs less."""
    tried: set[tuple[StaffingCell, ...]] = set()  # of one team, as other teams hardly matter to it
    before: People | None = None
    while people != before:
        before = people
        for index, cell in enumerate(_cells(search)):
            now, other = _cells(search), _other(_cells(search), index)
            if not people[index] or not _may_differ(simulator.setting, cell) or _of_team(other, cell.team) in tried:
                continue
            tried |= {_of_team(now, cell.team), _of_team(other, cell.team)}
            there = _search(simulator.of(other), numbers, budget)
            start = people if there.trials.meets(people) else there.raised(people)
            if there.trials.exhausted or there.trials.cost(start) > _HOPELESS * there.trials.cost(people):
                continue
            there.descend(start)
            if there.best is not None and there.trials.cheaper(there.best, people):
                search, people = there, there.best
    return search, people


def _better(
    search: Search, simulator: Simulator, people: People, numbers: range, budget: int, *, alone: bool = False
) -> Search:
    """A search with the cells allocated otherwise, one after the other, as long as that uses less; else the same.

    Args:
        alone: only cells that are the only one of their team; which of several serves better depends on the others.
    """
    while not search.trials.exhausted:
        now, cells, tried = pressure(search.trials.of(people)), _cells(search), []
        for index, cell in enumerate(cells):
            if alone and sum(each.team == cell.team and each.least < each.most for each in cells) > 1:
                continue
            if people[index] and _may_differ(simulator.setting, cell):
                there = _search(simulator.of(_other(cells, index)), numbers, budget)
                if there.trials.meets(people):
                    tried.append((pressure(there.trials.of(people)), index, there))
        least, _, found = min(tried, key=lambda each: each[:2], default=(now, 0, search))
        if least >= now:
            break
        search = found
    return search


def _cells(search: Search) -> tuple[StaffingCell, ...]:
    return search.trials.problem.simulator.cells


def _search(simulator: Simulator, numbers: range, budget: int) -> Search:
    return Search(SearchSample(simulator, numbers, Stability(simulator)), budget)


def _of_team(cells: tuple[StaffingCell, ...], team: str) -> tuple[StaffingCell, ...]:
    return tuple(cell for cell in cells if cell.team == team)


def _may_differ(setting: Setting, cell: StaffingCell) -> bool:
    units = setting.places.of_team(cell.team)
    several = len(units) > 1 and float(np.ptp(setting.places.share[units.start : units.stop])) > 0
    return several and cell.most > 0


def _other(cells: tuple[StaffingCell, ...], index: int) -> tuple[StaffingCell, ...]:
    cell = cells[index]
    return (*cells[:index], cell._replace(deal="evenly" if cell.deal == "weights" else "weights"), *cells[index + 1 :])
