"""The problem of a search, least cost so that every target is met on a sample, and the trials of staffings on it."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from sim.core.tables import Floats
from sim.planner.staffing_cells import People

EPSILON: Final = 1e-6


@dataclass(frozen=True)
class Trial:
    """Outcome of one staffing on the sample.

    Attributes:
        met: whether every target is met on the sample.
        used: of the lateness that each target allows, how much is used, shape (targets,); more than 1 is too much.
        excess: the same of the target that is used up most, with so much more allowed that fresh seeds will hardly
            say otherwise.
    """

    people: People
    met: bool
    used: Floats
    excess: float

    @property
    def misses(self) -> bool:
        """Whether it misses a target by so much that fresh seeds will hardly say otherwise."""
        return self.excess > 1


class SearchProblem(Protocol):
    """Headcounts with bounds and costs, and a judge of staffings."""

    @property
    def least(self) -> People:
        """Fewest people of each cell."""

    @property
    def most(self) -> People:
        """Most people of each cell."""

    @property
    def team(self) -> tuple[int, ...]:
        """Number of the team of each cell."""

    @property
    def cost(self) -> Floats:
        """Cost of one person of each cell, more than 0, shape (cells,)."""

    @property
    def hours(self) -> Floats:
        """Weekly hours that a person of each cell brings each team, shape (teams, cells)."""

    @property
    def work(self) -> Floats:
        """Weekly hours of work that each team must at least be staffed for, shape (teams,)."""

    @property
    def rostered(self) -> Floats:
        """Weekly hours on the roster of a person of each cell, shape (cells,); of equal costs fewer are better."""

    @property
    def spent(self) -> int:
        """Letters simulated so far."""

    def fits(self, people: People) -> bool:
        """Whether the work of every unit fits into its hours."""

    def trial(self, people: People) -> Trial:
        """Try one staffing within the bounds."""

    def surface(self, people: People) -> Floats:
        """Of the lateness that each target allows, how much is used in each replication that effects are measured on.

        They are simulated to the end, so that the figures of two staffings differ by the staffings alone; shape
        (replications, targets).
        """


class SearchTrials:
    """Trials of staffings on one problem, each simulated once.

    Attributes:
        best: the cheapest staffing so far that meets the targets, or None.
    """

    def __init__(self, problem: SearchProblem, budget: int) -> None:
        self.problem = problem
        self.best: People | None = None
        self._budget = budget
        self._tried: dict[People, Trial] = {}

    @property
    def all(self) -> list[Trial]:
        """Everything that was tried, in its order."""
        return list(self._tried.values())

    @property
    def least_cost(self) -> float:
        """Cost of the cheapest staffing so far that meets the targets; infinite without one."""
        return np.inf if self.best is None else self.cost(self.best)

    @property
    def exhausted(self) -> bool:
        """Whether the budget is used up."""
        return self.problem.spent >= self._budget

    def limit(self, budget: int) -> None:
        """Set the letters at which the search ends, counted from the first one of the plan."""
        self._budget = budget

    def cost(self, people: People) -> float:
        """Cost of a staffing."""
        return float(np.dot(self.problem.cost, people))

    def of(self, people: People) -> Trial:
        """Try a staffing, or remember what became of it."""
        if people not in self._tried:
            self._tried[people] = self.problem.trial(people)
            if self._tried[people].met and self.fits(people) and self.cheaper(people, self.best):
                self.best = people
        return self._tried[people]

    def meets(self, people: People) -> bool:
        """Whether a staffing meets every target, and has hours for all its work."""
        return self.fits(people) and self.of(people).met

    def cheaper(self, people: People, than: People | None) -> bool:
        """Whether one staffing costs less than another, or the same and is on the roster for fewer hours."""
        if than is None:
            return True
        less = self.cost(than) - self.cost(people)
        fewer = float(np.dot(self.problem.rostered, than) - np.dot(self.problem.rostered, people))
        return less > EPSILON or (less > -EPSILON and fewer > EPSILON)

    def fits(self, people: People) -> bool:
        """Whether the work fits into the hours, by teams and by units."""
        by_teams = bool((self.problem.hours @ np.array(people) >= self.problem.work - EPSILON).all())
        return by_teams and self.problem.fits(people)

    def steady(self) -> bool:
        """Whether nothing failed that has as many people everywhere as something that did not, or more."""
        failed = [trial.people for trial in self.all if not trial.met]
        met = [trial.people for trial in self.all if trial.met]
        return not any(all(a <= b for a, b in zip(one, each, strict=True)) for one in met for each in failed)

    def fewest(self) -> People:
        """Of each cell more people than any that missed a target by far with all others at their most."""
        most, fewest = self.problem.most, list(self.problem.least)
        for trial in self.all:
            lacking = [cell for cell, heads in enumerate(trial.people) if heads < most[cell]]
            if trial.misses and len(lacking) == 1:
                fewest[lacking[0]] = max(fewest[lacking[0]], trial.people[lacking[0]] + 1)
        return tuple(fewest)

    def judge_again(self) -> None:
        """Judge whatever was tried by margins that have changed."""
        tried, self._tried, self.best = list(self._tried), {}, None
        for people in tried:
            self.of(people)


def towards(people: People, most: People, step: int, steps: int) -> People:
    """A staffing on the straight way from one to another that has nobody fewer, rounded up."""
    return tuple(heads + -(-(high - heads) * step // steps) for heads, high in zip(people, most, strict=True))
