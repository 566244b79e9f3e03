"""Allocation: whether the people of each cell go to the units evenly, or by the units' shares of the letters.

At a staffing that meets the targets each cell is allocated the other way. The change that uses up least of the allowed
lateness is made, as long as one uses less; then fewer people are looked for, and it is asked again. At last each cell
is allocated the other way with the fewest people of all cells that do then.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.planner.sample import Sample
from sim.planner.search import Search, pressure
from sim.planner.simulator import Simulator
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, Post
from sim.scenario.setting import Setting

REPLICATIONS: Final = 4
"""Of the sample on which allocations are compared."""

HOPELESS: Final = 1.2
"""An allocation is given up if it takes so many times the cost before anybody is taken away."""

ROUNDS: Final = 2
"""How often the allocation is asked far from the optimum, at most."""


class Allocated(NamedTuple):
    """Cells with the allocation that serves best, and a staffing that just holds, if there is one."""

    posts: tuple[Post, ...]
    people: People | None


def allocated(simulator: Simulator, replications: int, budget: int) -> Allocated:
    """The same cells, each allocated the way that serves better.

    Args:
        replications: of the search; a few of them are used.
        budget: letters at which the search ends.
    """
    numbers = range(min(replications, REPLICATIONS))
    search = _search(simulator, numbers, budget)
    if not search.begin() or search.best is None:
        return Allocated(simulator.posts, None)
    # Far from the optimum first, so that what is taken away later is taken from a good allocation.
    for _ in range(ROUNDS):
        better = _better(search, simulator, search.best, numbers, budget, alone=True)
        if better is search:
            break
        better.raised(better.trials.problem.least)
        search = better
    people = search.descend(search.best or search.trials.problem.most)
    search = _better(search, simulator, people, numbers, budget)
    search, people = _cheaper(search, simulator, search.best or people, numbers, budget)
    return Allocated(_posts(search), people)


def _cheaper(
    search: Search, simulator: Simulator, people: People, numbers: range, budget: int
) -> tuple[Search, People]:
    """Each cell allocated the other way, with the fewest people of all cells that do then; the cheapest of these."""
    for cell, post in enumerate(_posts(search)):
        if not people[cell] or not _may_differ(simulator.setting, post):
            continue
        there = _search(simulator.of(_other(_posts(search), cell)), numbers, budget)
        start = people if there.trials.holds(people) else there.raised(people)
        if there.trials.exhausted or there.trials.cost(start) > HOPELESS * there.trials.cost(people):
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
        now, posts, tried = pressure(search.trials.of(people)), _posts(search), []
        for cell, post in enumerate(posts):
            if alone and sum(each.team == post.team and each.least < each.most for each in posts) > 1:
                continue
            if people[cell] and _may_differ(simulator.setting, post):
                there = _search(simulator.of(_other(posts, cell)), numbers, budget)
                if there.trials.holds(people):
                    tried.append((pressure(there.trials.of(people)), cell, there))
        least, _, found = min(tried, key=lambda each: each[:2], default=(now, 0, search))
        if least >= now:
            break
        search = found
    return search


def _posts(search: Search) -> tuple[Post, ...]:
    problem = search.trials.problem
    assert isinstance(problem, Sample), "made here"
    return problem.simulator.posts


def _search(simulator: Simulator, numbers: range, budget: int) -> Search:
    return Search(Sample(simulator, numbers, Stability(simulator)), budget)


def _may_differ(setting: Setting, post: Post) -> bool:
    units = setting.places.of_team(post.team)
    several = len(units) > 1 and float(np.ptp(setting.places.share[units.start : units.stop])) > 0
    return several and post.most > 0


def _other(posts: tuple[Post, ...], index: int) -> tuple[Post, ...]:
    post = posts[index]
    return (*posts[:index], post._replace(deal="evenly" if post.deal == "weights" else "weights"), *posts[index + 1 :])
