"""Search: from plenty of people down to the fewest that meet the targets, and on to cheaper staffings elsewhere.

1. Down from plenty, in ever smaller steps: of the removals that still meet them, the one that uses up least of the
   allowed lateness for its cost (marginal allocation). The result is the incumbent.
2. Substitution of many people of one roster by fewer of another of the same team.
3. Exchanges of several people at once (`sim.planner.local_search`), until none saves any.
4. Restarts: one cell is changed by many people, the others make that good, and exchanges begin anew from there.

The budget is counted in letters, and chance comes from a stream of its own, so that the same scenario and seed always
find the same.
"""

import heapq
from collections.abc import Callable
from itertools import permutations
from typing import Final

import numpy as np

from sim.planner.local_search import LocalSearch
from sim.planner.lower_bound import STEPS
from sim.planner.response_surface import Surface
from sim.planner.sample import EPSILON, SearchSample, SearchTrials, Trial, towards
from sim.planner.staffing_cells import People, with_heads

_COARSE: Final = 4
"""The first steps down are this part of the way."""

_SAVED: Final = 0.1
"""People of one roster that replace those of another save this part of them at least."""

_RESTARTS: Final = 1
"""Restarts for each cell, in a row without a cheaper staffing, after which restarting ends."""

_WORTH: Final = 1.06
"""A restart is given up once its staffing costs this much more than the incumbent."""


class Search:
    """One search; what was tried is remembered over its stages.

    Attributes:
        trials: everything that was tried.
        local: exchanges on the same trials.
    """

    def __init__(self, problem: SearchSample, budget: int, seed: int = 0) -> None:
        self.trials = SearchTrials(problem, budget)
        self.local = LocalSearch(self.trials)
        self._problem, self._seed = problem, seed

    @property
    def best(self) -> People | None:
        """The cheapest staffing so far that meets the targets."""
        return self.trials.best

    def begin(self) -> bool:
        """Find some staffing that just meets the targets; false if nothing within the bounds does."""
        if not self.trials.meets(self._problem.most):
            return False
        self.raised(self._problem.least)
        return True

    def substitute(self, people: People) -> People:
        """Replace many people of one roster by fewer of another of the same team, as long as that saves any.

        Removals one at a time end where two rosters could replace each other only by many at once.
        """
        trials, problem, found = self.trials, self._problem, True
        while found:
            found = False
            for gone, come in permutations(range(len(people)), 2):
                if problem.team[gone] == problem.team[come] and not trials.exhausted:
                    there = self._substituted(people, gone, come)
                    if there is not None:
                        people, found = there, True
        return people

    def _substituted(self, people: People, gone: int, come: int) -> People | None:
        """Half of one cell replaced by the fewest of another that make it good at less cost; None if none do."""
        cost, most, trials = self._problem.cost, self._problem.most, self.trials
        fewer = -(-(people[gone] - self._problem.least[gone]) // 2)
        without = with_heads(people, gone, people[gone] - fewer)
        saved = fewer * cost[gone] - EPSILON
        high = min(int(saved / cost[come] - _SAVED * fewer), most[come] - people[come])
        if high < 1 or not trials.meets(with_heads(without, come, people[come] + high)):
            return None
        more = least_meeting(-1, high, lambda more: trials.meets(with_heads(without, come, people[come] + more)))
        return with_heads(without, come, people[come] + more)

    def near(self, people: People, surface: Surface | None = None) -> People:
        """A cheap staffing near one that meets the targets.

        Args:
            surface: measured somewhere near; at the staffing itself if not said.
        """
        surface = self.local.surface(people) if surface is None else surface
        if not self.trials.meets(people):
            people = self.local.repaired(people, surface) or self.descend(self.raised(people))
        return self.local.improve(self.best or people, self.local.learned or surface)

    def restart(self) -> None:
        """Change one cell by many people and search on from there, until that has not helped for some time."""
        trials, problem, chance = self.trials, self._problem, np.random.default_rng(self._seed)
        free = [cell for cell, (low, high) in enumerate(zip(problem.least, problem.most, strict=True)) if low < high]
        failures, here = 0, None
        while len(free) > 1 and failures < _RESTARTS * len(free) and not trials.exhausted:
            best = self.best
            if best is None:
                return
            if here is None or here[0] != best:
                here = best, self.local.surface(best)
            cell, share, up = int(chance.choice(free)), chance.uniform(0.15, 0.6), bool(chance.random() < 0.5)
            change = max(round(share * max(best[cell], (problem.most[cell] - problem.least[cell]) / 8)), 1)
            heads = best[cell] + change if up else best[cell] - change
            heads = min(max(heads, problem.least[cell]), problem.most[cell])
            people = None if heads == best[cell] else self.local.forced(best, here[1], cell, heads)
            if people is not None and trials.cost(people) <= _WORTH * trials.cost(best):
                self.local.improve(people)
            failures = failures + 1 if self.best == best else 0

    def raised(self, people: People) -> People:
        """A staffing that meets the targets, on the straight way from one that perhaps does not to the most."""
        most, meets = self._problem.most, self.trials.meets
        step = least_meeting(-1, STEPS, lambda step: meets(towards(people, most, step, STEPS)))
        return towards(people, most, step, STEPS)

    def descend(self, people: People, part: int = _COARSE) -> People:
        """Take people away as long as the targets are met, in ever smaller steps, and return what is left.

        Of each cell it is known what the last removal cost in pressure. As removals hurt the more, the fewer people
        are left, only the cheapest has to be tried before it is taken.

        Args:
            part: the first steps are this part of the way to the fewest.
        """
        cost, fewest, trials = self._problem.cost, self._problem.least, self.trials
        steps = [max((heads - low) // part, 1) for heads, low in zip(people, fewest, strict=True)]
        queue = [(-np.inf, cell) for cell in range(len(people))]
        while queue and not trials.exhausted:
            _, cell = heapq.heappop(queue)
            fewer = min(steps[cell], people[cell] - fewest[cell])
            if fewer <= 0:
                continue
            there = with_heads(people, cell, people[cell] - fewer)
            if not trials.meets(there):
                steps[cell] = fewer // 2
                if steps[cell]:
                    heapq.heappush(queue, (-np.inf, cell))
                continue
            hurts = pressure(trials.of(there)) - pressure(trials.of(people))
            price = float(hurts / (fewer * cost[cell]))
            if not queue or price <= queue[0][0] + EPSILON:
                people = there
            heapq.heappush(queue, (price, cell))
        return people


def least_meeting(low: int, high: int, meets: Callable[[int], bool]) -> int:
    """The fewest above `low` that do, by bisection.

    Args:
        high: known to do.
    """
    while high - low > 1:
        middle = (low + high) // 2
        if meets(middle):
            high = middle
        else:
            low = middle
    return high


def pressure(trial: Trial) -> float:
    """How close a staffing is to the allowed lateness, without bound where it reaches one."""
    return float(-np.log(np.maximum(1 - trial.used, 1e-3)).sum())
