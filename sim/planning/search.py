"""The search: from plenty of people down to the fewest that hold, and from below by the master programme.

1. The fewest people of each post with all others at their most: nothing cheaper can hold.
2. Down from plenty, in ever smaller steps: of the removals that still hold, the one that uses up least of the allowed
   lateness for its cost (marginal allocation). The result is the incumbent.
3. The master programme names the cheapest staffing that nothing rules out. If it holds, it is optimal. If not, it is
   raised as far as it still does not hold, and rules out everything below. Its cost bounds the optimum from below.
4. Near the limit a person more may harm by a letter or two. When the programme is done, and there is budget left, it
   is solved once more with those staffings that failed by little ruling out only themselves.

Everything is counted in replications, so that the same budget always finds the same.
"""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.planning.master import master
from sim.planning.posts import People
from sim.planning.problem import Problem, Trial

EPSILON: Final = 1e-6


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
    """One search; what was tried is remembered over its stages."""

    def __init__(self, problem: Problem, budget: int) -> None:
        self._problem, self._budget = problem, budget
        self._tried: dict[People, Trial] = {}
        self._best: People | None = None
        self._fewest: People = problem.least

    # asking

    def cost(self, people: People) -> float:
        """Cost of a staffing."""
        return float(np.dot(self._problem.cost, people))

    def trial(self, people: People) -> Trial:
        """Try a staffing, or remember what became of it; the cheapest that holds is the incumbent."""
        if people not in self._tried:
            self._tried[people] = self._problem.trial(people)
            best = np.inf if self._best is None else self.cost(self._best)
            if self._tried[people].holds and self.fits(people) and self.cost(people) < best - EPSILON:
                self._best = people
        return self._tried[people]

    def holds(self, people: People) -> bool:
        """Whether a staffing keeps every promise, and has hours for all its work."""
        return self.fits(people) and self.trial(people).holds

    def fits(self, people: People) -> bool:
        """Whether the work fits into the hours."""
        return bool((self._problem.hours @ np.array(people) >= self._problem.work - EPSILON).all())

    @property
    def best(self) -> People | None:
        """The cheapest staffing so far that holds."""
        return self._best

    @property
    def tried(self) -> list[Trial]:
        """Everything that was tried."""
        return list(self._tried.values())

    @property
    def fewest_of_each(self) -> People:
        """Of each post the fewest people that hold with all others at their most."""
        return self._fewest

    def allow(self, replications: int) -> None:
        """Let the search simulate so many replications more from now on."""
        self._budget = max(self._budget, self._problem.spent + replications)

    @property
    def exhausted(self) -> bool:
        """Whether the budget is used up."""
        return self._problem.spent >= self._budget

    # stages

    def begin(self, hint: People | None = None) -> bool:
        """Find a first incumbent; false if nothing within the bounds holds.

        Args:
            hint: a staffing that may be near the optimum.
        """
        problem = self._problem
        if not self.holds(problem.most):
            return False
        if not self.holds(problem.least):
            self._fewest = self.fewest()
            self.descend(self.raised(self._within(hint or self._fewest)))
        return True

    def judge_again(self, best: People) -> bool:
        """Judge what was tried by promises that have become harder; begin again near a staffing.

        Returns: false if nothing within the bounds holds any more.
        """
        tried, self._tried, self._best = list(self._tried), {}, None
        for people in tried:
            self.trial(people)
        if not self.holds(self._problem.most):
            return False
        # What held before by more than was asked for may be the cheapest that still holds.
        kept, near = self.best, self.climb(best)
        self.descend(near if kept is None or self.cost(near) < self.cost(kept) else kept)
        return True

    def finish(self) -> Found:
        """Raise the lower bound until it meets the incumbent, or the budget is used up."""
        if self._best is None:
            return self._found(np.inf, optimal=False)
        self.exchange()
        found = self._from_below(careful=False)
        if found.optimal and not self.exhausted:
            careful = self._from_below(careful=True)
            return careful if careful.cost < found.cost else found
        return found

    def fewest(self) -> People:
        """Of each post the fewest people that hold with all others at their most."""
        problem = self._problem
        found = []
        for post in range(len(problem.least)):
            low, high = problem.least[post] - 1, problem.most[post]
            while high - low > 1:
                middle = (low + high) // 2
                if self.holds(_with(problem.most, post, middle)):
                    high = middle
                else:
                    low = middle
            found.append(high)
        return tuple(found)

    def raised(self, people: People) -> People:
        """A staffing that holds, on the straight way from one that perhaps does not to the most."""
        low, high = -1, STEPS
        while high - low > 1:
            middle = (low + high) // 2
            if self.holds(self._towards_most(people, middle)):
                high = middle
            else:
                low = middle
        return self._towards_most(people, high)

    def climb(self, people: People) -> People:
        """A staffing that holds, by adding those who help most for their cost to one that nearly does."""
        most = self._problem.most
        while not self.holds(people) and not self.exhausted:
            moves: list[tuple[float, People]] = []
            now = self._excess(people)
            for post, heads in enumerate(people):
                if heads < most[post]:
                    more = min(max((most[post] - self._fewest[post]) // FINE_STEPS, 1), most[post] - heads)
                    there = _with(people, post, heads + more)
                    gain = (now - self._excess(there)) / (more * self._problem.cost[post])
                    moves.append((gain, there))
            gain, there = max(moves)
            people = there if gain > 0 else self.raised(people)
        return people if self.holds(people) else self.raised(people)

    def descend(self, people: People, but: int = -1) -> People:
        """Take people away as long as it holds, in ever smaller steps, and return what is left.

        Of each post it is known what the last removal cost in pressure. As removals hurt the more, the fewer people
        are left, only the cheapest has to be tried before it is taken.

        Args:
            but: a post that keeps its people.
        """
        cost, fewest = self._problem.cost, self._fewest
        steps = [max((heads - low) // 4, 1) for heads, low in zip(people, fewest, strict=True)]
        queue = [(-np.inf, post) for post in range(len(people)) if post != but]
        while queue and not self.exhausted:
            _, post = heapq.heappop(queue)
            fewer = min(steps[post], people[post] - fewest[post])
            if not fewer:
                continue
            there = _with(people, post, people[post] - fewer)
            if not self.holds(there):
                steps[post] = fewer // 2
                if steps[post]:
                    heapq.heappush(queue, (-np.inf, post))
                continue
            hurts = _pressure(self.trial(there)) - _pressure(self.trial(people))
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
                best = self._best
                if best is None or self.exhausted or best[post] + more > most[post]:
                    continue
                there = _with(best, post, best[post] + more)
                if self.holds(there):
                    self.descend(there, post)

    def _from_below(self, *, careful: bool) -> Found:
        """Raise the lower bound until it meets the incumbent, or the budget is used up."""
        bound = self.cost(self._problem.least)
        steps = 0
        while True:
            steps += 1
            failed = [trial for trial in self._tried.values() if not trial.holds]
            cuts = [trial.people for trial in failed if trial.clearly or not careful]
            only = [trial.people for trial in failed if careful and not trial.clearly]
            answer = master(self._problem, cuts, only)
            bound = max(bound, answer.bound)
            best = np.inf if self._best is None else self.cost(self._best)
            if answer.people is None or bound >= best - EPSILON:
                return self._found(min(bound, best), optimal=self._best is not None and bound >= best - EPSILON)
            if self.exhausted or (careful and steps > CAREFUL):
                return self._found(bound, optimal=False)
            if not self.trial(answer.people).holds and not careful:
                self._raise_cut(answer.people)

    def _raise_cut(self, people: People) -> None:
        """Raise a staffing that does not hold as far as it still does not, all posts at once, then each."""
        low, high = 0, STEPS
        while high - low > 1 and not self.exhausted:
            middle = (low + high) // 2
            if self.trial(self._towards_most(people, middle)).holds:
                high = middle
            else:
                low = middle
        people = self._towards_most(people, low)
        for post in sorted(range(len(people)), key=lambda post: people[post] - self._problem.most[post]):
            low, high = people[post], self._problem.most[post] + 1
            while high - low > 1 and not self.exhausted:
                middle = (low + high) // 2
                if self.trial(_with(people, post, middle)).holds:
                    high = middle
                else:
                    low = middle
            people = _with(people, post, low)

    # helpers

    def _found(self, bound: float, *, optimal: bool) -> Found:
        best = self._best
        failed = (trial.people for trial in self._tried.values() if not trial.holds)
        steady = best is None or not any(all(a <= b for a, b in zip(best, each, strict=True)) for each in failed)
        return Found(best, np.inf if best is None else self.cost(best), bound, optimal, steady)

    def _within(self, people: People) -> People:
        bounds = zip(people, self._fewest, self._problem.most, strict=True)
        return tuple(min(max(heads, low), high) for heads, low, high in bounds)

    def _excess(self, people: People) -> float:
        if not self.fits(people):
            return np.inf
        used = self.trial(people).used
        return float(np.maximum(used - 1, 0).sum() + 1e-3 * used.sum())

    def _towards_most(self, people: People, step: int) -> People:
        most = self._problem.most
        return tuple(heads + -(-(high - heads) * step // STEPS) for heads, high in zip(people, most, strict=True))


CAREFUL: Final = 60
"""Staffings that are tried although one that failed by little has people enough for them."""

STEPS: Final = 32
"""Steps of the straight way from a staffing to the most."""


FINE_STEPS: Final = 64
"""Parts of a post's range that are added at a time to a staffing that nearly holds."""


def _pressure(trial: Trial) -> float:
    """How close a staffing is to the allowed lateness, without bound where it reaches one."""
    return float(-np.log(np.maximum(1 - trial.used, 1e-3)).sum())


def _with(people: People, post: int, heads: int) -> People:
    return (*people[:post], heads, *people[post + 1 :])
