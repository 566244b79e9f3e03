"""The search: from plenty of people down to the fewest that hold.

1. Down from plenty, in ever smaller steps: of the removals that still hold, the one that uses up least of the allowed
   lateness for its cost (marginal allocation). The result is the incumbent.
2. From below (`sim.planning.below`) a lower bound rises, by staffings that surely fail.
3. Some more of one post, if that lets others go who cost more.
4. From below again, by all staffings that fail on the sample, until the bound meets the incumbent.

Everything is counted in replications, so that the same budget always finds the same.
"""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.planning.below import STEPS, missed_by_far, on_the_sample
from sim.planning.posts import People
from sim.planning.problem import Problem, Trial
from sim.planning.trials import EPSILON, Trials, towards, with_heads

COARSE: Final = 4
"""The first steps down are this part of the way."""

FINE: Final = 32
"""The same near an incumbent."""


@dataclass(frozen=True)
class Found:
    """What a search found on its sample.

    Attributes:
        best: the cheapest staffing that holds; None if none within the bounds was found.
        bound: nothing that holds costs less, as far as more people never hurt.
        optimal: whether `best` reaches that bound.
        steady: whether more people never hurt in anything that was tried; else `bound` may be too high.
    """

    best: People | None
    cost: float
    bound: float
    optimal: bool
    steady: bool


class Search:
    """One search; what was tried is remembered over its stages.

    Attributes:
        trials: everything that was tried.
    """

    def __init__(self, problem: Problem, budget: int) -> None:
        self.trials = Trials(problem, budget)
        self._problem = problem

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

    def finish(self, hint: People | None = None) -> Found:
        """Find the cheapest staffing, until a lower bound meets it or the budget is used up.

        Args:
            hint: a staffing that may be near it.
        """
        trials, problem = self.trials, self._problem
        if not trials.holds(problem.most):
            return Found(None, np.inf, np.inf, optimal=False, steady=True)
        self.descend(self.raised(hint or problem.least))
        missed_by_far(trials)
        self.exchange()
        bound = on_the_sample(trials)
        best = trials.best or problem.most
        failed = (trial.people for trial in trials.all if not trial.holds)
        steady = not any(all(a <= b for a, b in zip(best, each, strict=True)) for each in failed)
        return Found(best, trials.cost(best), bound.cost, bound.reached, steady)

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

    def descend(self, people: People, but: int = -1, part: int = COARSE) -> People:
        """Take people away as long as it holds, in ever smaller steps, and return what is left.

        Of each post it is known what the last removal cost in pressure. As removals hurt the more, the fewer people
        are left, only the cheapest has to be tried before it is taken.

        Args:
            but: a post that keeps its people.
            part: the first steps are this part of the way to the fewest.
        """
        cost, fewest, trials = self._problem.cost, self._problem.least, self.trials
        steps = [max((heads - low) // part, 1) for heads, low in zip(people, fewest, strict=True)]
        queue = [(-np.inf, post) for post in range(len(people)) if post != but]
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
            hurts = _pressure(trials.of(there)) - _pressure(trials.of(people))
            price = float(hurts / (fewer * cost[post]))
            if not queue or price <= queue[0][0] + EPSILON:
                people = there
            heapq.heappush(queue, (price, post))
        return people

    def exchange(self) -> None:
        """One or some more of a post, if that lets others go that cost more."""
        most = self._problem.most
        for more in (8, 4, 2, 1):
            for post in range(len(most)):
                best = self.best
                if best is None or self.trials.exhausted or best[post] + more > most[post]:
                    continue
                there = with_heads(best, post, best[post] + more)
                if self.trials.holds(there):
                    self.descend(there, post)


def _pressure(trial: Trial) -> float:
    """How close a staffing is to the allowed lateness, without bound where it reaches one."""
    return float(-np.log(np.maximum(1 - trial.used, 1e-3)).sum())
