"""Problem of a search on a sample, least cost so that every target is met and every unit is stable, and trials on it.

A staffing that is surely too small, or surely does, is not simulated to the end: after each replication its late
letters are compared with those that the whole sample allows, and after some with those of a staffing that was (racing).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.planner.simulator import Simulator, late_at_worst, worst_case_compliance
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People
from sim.statistics import Decided, stacked

EPSILON: Final = 1e-6

_CLEARLY: Final = 1.05
_A_FEW: Final = 2
"""Late letters beyond 1.05 times the allowed ones, and two more, are clearly too many."""

_BY_FAR: Final = 1.1
"""Lateness of more than 1.1 times what the target allows, and the margin, misses it by far."""

_LEAST_LOOKS: Final = 3
"""So many replications are simulated before a staffing is given up: one bad one says little."""

_RACED: Final = (12, 24, 48)
"""Replications after which it is asked whether the late letters, compared with another's, will surely be too many, or,
from half the sample on, surely few enough."""

_SURE: Final = 2
"""Standard errors of that comparison by which they must be too many, or few enough."""

_MEASURED: Final = 7
"""On this part of the replications it is measured what people more or fewer change; differences need fewer than levels.
"""

_LEAST_MEASURED: Final = 12
"""And on at least so many, as far as there are."""

_LEAST_ALLOWED: Final = 1e-6
"""Lateness of a target that allows none."""


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


class SearchSample:
    """Problem of a search on some replications.

    Attributes:
        least, most: fewest and most people of each cell.
        team: number of the team of each cell.
        cost: of one person of each cell, more than 0, shape (cells,).
        rostered: weekly hours on the roster of a person of each cell, shape (cells,); of equal costs fewer are better.
        targets: shape (targets,).
        margin: by how much compliance on the sample has to exceed each target, shape (targets,).

    Args:
        known: a staffing that was simulated on the whole sample, if any was.
    """

    def __init__(
        self, simulator: Simulator, replications: Sequence[int], stability: Stability, known: People | None = None
    ) -> None:
        self.simulator, self.replications, self.stability = simulator, replications, stability
        cells = simulator.cells
        self.least: People = tuple(cell.least for cell in cells)
        self.most: People = tuple(cell.most for cell in cells)
        teams = tuple(dict.fromkeys(cell.team for cell in cells))
        self.team = tuple(teams.index(cell.team) for cell in cells)
        self.cost: Floats = np.array([cell.cost for cell in cells])
        self.rostered: Floats = np.array([cell.hours for cell in cells])
        self.targets: Floats = simulator.targets.shares
        self.margin: Floats = np.zeros(len(self.targets))
        self._known = self.most if known is None else known
        self._whole: Decided | None = None  # of the last staffing that was tried to the end

    @property
    def hours(self) -> Floats:
        """Weekly hours that a person of each cell brings each team, shape (teams, cells)."""
        return self.stability.hours

    @property
    def work(self) -> Floats:
        """Weekly hours of work that each team must at least be staffed for, shape (teams,)."""
        return self.stability.work

    @property
    def spent(self) -> int:
        """Letters simulated so far."""
        return self.simulator.meter.letters

    def fits(self, people: People) -> bool:
        """Whether the work of every unit fits into its hours."""
        return self.stability.fits(people)

    def trial(self, people: People) -> Trial:
        """Try a staffing; one that clearly misses a target, or surely meets all, is not tried to the end."""
        # To which letters an SLA applies does not depend on the staffing.
        all_letters = self._tried_to_the_end.letters.sum(axis=0)
        lateness = 1 - self.targets
        allowed, by_far = np.maximum(lateness - self.margin, 0.0), _BY_FAR * lateness + np.abs(self.margin)
        parts: list[Decided] = []
        late, letters = np.zeros(len(allowed)), np.zeros(len(allowed))
        for decided in self.simulator.each(people, self.replications):
            parts.append(decided)
            late, letters = late + late_at_worst(decided), letters + decided.letters
            surely = _CLEARLY * by_far * np.maximum(all_letters, letters) + _A_FEW
            if len(parts) >= _LEAST_LOOKS and (late > surely).any():
                break
            if len(parts) in _RACED:
                expected, error = _expected(stacked(parts), self._tried_to_the_end)
                limit = allowed * all_letters
                too_many = (expected - _SURE * error > limit + _A_FEW).any()
                # A few replications in which nothing differs would say as much.
                enough = 2 * len(parts) >= len(self.replications) and (expected + _SURE * error < limit).all()
                if too_many or enough:
                    late, letters = expected, all_letters
                    break
        else:
            self._whole = stacked(parts)
        used = _used(late, allowed * letters)
        return Trial(people, bool((used <= 1).all()), used, _excess(stacked(parts), by_far))

    def surface(self, people: People) -> Floats:
        """Of the allowed lateness, how much each of the first replications uses, shape (replications, targets).

        They are simulated to the end, so that the figures of two staffings differ by the staffings alone.
        """
        many = max(len(self.replications) // _MEASURED, _LEAST_MEASURED)
        decided = self.simulator.decided(people, self.replications[:many])
        allowed = np.maximum(1 - self.targets - self.margin, _LEAST_ALLOWED)
        return _used(late_at_worst(decided), allowed * decided.letters.mean(axis=0))

    def decided(self, people: People) -> Decided:
        """What became of the letters of the whole sample, shape (replications, targets)."""
        return self.simulator.decided(people, self.replications)

    def compliance(self, people: People) -> Floats:
        """Compliance with each target on the whole sample, at worst, shape (targets,); 1 where there are no letters."""
        return worst_case_compliance(self.decided(people))

    @property
    def _tried_to_the_end(self) -> Decided:
        if self._whole is None:
            self._whole = self.decided(self._known)
        return self._whole


class SearchTrials:
    """Trials of staffings on one problem, each simulated once.

    Attributes:
        best: the cheapest staffing so far that meets the targets, or None.
    """

    def __init__(self, problem: SearchSample, budget: int) -> None:
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


def _expected(part: Decided, whole: Decided) -> tuple[Floats, Floats]:
    """Late letters of a whole sample by those of its first replications, and the standard error, each (targets,).

    Args:
        whole: of another staffing, with whose letters they are compared (control variate).
    """
    other = late_at_worst(whole)
    difference = late_at_worst(part) - other[: len(part.letters)]
    scale = len(other) / np.sqrt(len(difference))
    expected: Floats = np.maximum(other.sum(axis=0) + len(other) * difference.mean(axis=0), 0.0)
    return expected, np.asarray(scale * difference.std(axis=0, ddof=1))


def _excess(decided: Decided, by_far: Floats) -> float:
    """Lateness of all replications but the worst, of the lateness that is too much by far, by the worst target."""
    late, letters = late_at_worst(decided), decided.letters.copy()
    if len(late) > 1:
        rows = np.arange(len(by_far))
        worst = np.divide(late, letters, out=np.zeros_like(late), where=letters > 0).argmax(axis=0)
        late[worst, rows] = letters[worst, rows] = 0.0
    return float(_used(late.sum(axis=0), by_far * letters.sum(axis=0)).max(initial=0.0))


def _used(late: Floats, allowed: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        used: Floats = np.where(late > 0, late / allowed, 0.0)
    return used
