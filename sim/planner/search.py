"""The search: from plenty of people down to the fewest that hold, and from there to cheaper staffings elsewhere.

1. Down from plenty, in ever smaller steps: of the removals that still hold, the one that uses up least of the allowed
   lateness for its cost (marginal allocation). The result is the incumbent.
2. Exchanges of several people at once (`sim.planner.local_search`), until none saves any.
3. Restarts: one cell is changed by many people, the others make that good, and exchanges begin anew from there.
4. From below (`sim.planner.lower_bound`) a lower bound rises, by staffings that fail, until it meets the incumbent.

The budget is counted in letters, and chance comes from a stream of its own, so that the same scenario and seed always
find the same.
"""

import heapq
from typing import Final

import numpy as np

from sim.planner.local_search import LocalSearch
from sim.planner.lower_bound import STEPS
from sim.planner.staffing_cells import People
from sim.planner.trials import EPSILON, Problem, Trial, Trials, towards, with_heads

COARSE: Final = 4
"""The first steps down are this part of the way."""

RESTARTS: Final = 1
"""Restarts for each cell, in a row without a cheaper staffing, after which restarting ends."""

WORTH: Final = 1.06
"""A restart is given up once its staffing costs this much more than the incumbent."""


class Search:
    """One search; what was tried is remembered over its stages.

    Attributes:
        trials: everything that was tried.
        local: exchanges on the same trials.
    """

    def __init__(self, problem: Problem, budget: int, seed: int = 0) -> None:
        self.trials = Trials(problem, budget)
        self.local = LocalSearch(self.trials)
        self._problem, self._seed = problem, seed

    @property
    def best(self) -> People | None:
        """The cheapest staffing so far that holds."""
        return self.trials.best

    def begin(self) -> bool:
        """Find some staffing that just holds; false if nothing within the bounds does."""
        if not self.trials.holds(self._problem.most):
            return False
        self.raised(self._problem.least)
        return True

    def restart(self) -> None:
        """Change one cell by many people and search on from there, until that has not helped for some time."""
        trials, problem, chance = self.trials, self._problem, np.random.default_rng(self._seed)
        free = [cell for cell, (low, high) in enumerate(zip(problem.least, problem.most, strict=True)) if low < high]
        failures, here = 0, None
        while len(free) > 1 and failures < RESTARTS * len(free) and not trials.exhausted:
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
            if people is not None and trials.cost(people) <= WORTH * trials.cost(best):
                self.local.improve(people)
            failures = failures + 1 if self.best == best else 0

    def raised(self, people: People) -> People:
        """A staffing that holds, on the straight way from one that perhaps does not to the most."""
        low, high = -1, STEPS
        while high - low > 1:
            middle = (low + high) // 2
            if self.trials.holds(towards(people, self._problem.most, middle, STEPS)):
                high = middle
            else:
                low = middle
        return towards(people, self._problem.most, high, STEPS)

    def descend(self, people: People, part: int = COARSE) -> People:
        """Take people away as long as it holds, in ever smaller steps, and return what is left.

        Of each post it is known what the last removal cost in pressure. As removals hurt the more, the fewer people
        are left, only the cheapest has to be tried before it is taken.

        Args:
            part: the first steps are this part of the way to the fewest.
        """
        cost, fewest, trials = self._problem.cost, self._problem.least, self.trials
        steps = [max((heads - low) // part, 1) for heads, low in zip(people, fewest, strict=True)]
        queue = [(-np.inf, post) for post in range(len(people))]
        while queue and not trials.exhausted:
            _, post = heapq.heappop(queue)
            fewer = min(steps[post], people[post] - fewest[post])
            if fewer <= 0:
                continue
            there = with_heads(people, post, people[post] - fewer)
            if not trials.holds(there):
                steps[post] = fewer // 2
                if steps[post]:
                    heapq.heappush(queue, (-np.inf, post))
                continue
            hurts = pressure(trials.of(there)) - pressure(trials.of(people))
            price = float(hurts / (fewer * cost[post]))
            if not queue or price <= queue[0][0] + EPSILON:
                people = there
            heapq.heappush(queue, (price, post))
        return people


def pressure(trial: Trial) -> float:
    """How close a staffing is to the allowed lateness, without bound where it reaches one."""
    return float(-np.log(np.maximum(1 - trial.used, 1e-3)).sum())
