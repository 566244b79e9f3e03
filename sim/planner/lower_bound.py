"""Lower bound on the cost from monotone no-good cuts.

Every staffing that was tried and missed a target rules out all staffings with nobody more anywhere: some cell must have
more people than there. These cuts, the bounds, and hours enough for the work stay in one mixed-integer programme, the
master, so that its optimum is a lower bound on the cost of every staffing that meets the targets, as far as more people
never hurt (Atlason, Epelman and Henderson, Management Science 54, 2008; Cezik and L'Ecuyer, Management Science 54,
2008). It names the cheapest staffing that nothing rules out. If that fails too, it is raised as far as it still fails,
and makes a cut; then the programme is solved again. Of the staffings that failed on the sample, those that fresh seeds
show to miss a target with 95% confidence carry the bound that is told.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from sim.planner.proof import Proof, decided
from sim.planner.sample import EPSILON, SearchSample, SearchTrials, towards
from sim.planner.simulator import Simulator
from sim.planner.staffing_cells import People, with_heads
from sim.statistics import Verdict

STEPS: Final = 32
"""Steps of the straight way from a staffing to the most."""

_CANDIDATES: Final = 6
"""Staffings that are asked about the programme's answer, before it has to stand."""

_CUTS: Final = 120
"""Staffings that carry a bound, at most; with more of them the programme takes long."""

_MORE: Final = 0.1
"""After one that fresh seeds do not confirm comes one that failed by more."""

_NODES: Final = 20_000
"""Nodes of the search tree after which the best bound so far has to do."""

_SLACK: Final = 1e-6
_NOTHING_LEFT: Final = 2
"""Status of a programme that no staffing satisfies."""


@dataclass(frozen=True)
class ConfirmedBound:
    """Lower bound on the cost that fresh seeds confirm.

    Attributes:
        cost: no staffing that meets every target costs less, as far as more people never hurt.
        relaxations: the staffings that carry the bound, each shown on fresh seeds to miss a target.
    """

    cost: float
    relaxations: tuple[Proof, ...]


class LowerBound:
    """Lower bound on the cost from staffings that miss a target on the sample for certain."""

    def __init__(self, trials: SearchTrials) -> None:
        self._trials, self._problem = trials, trials.problem

    def find(self) -> float:
        """Cut and solve the master programme again, until its solution does not fail, or the budget is used up."""
        trials = self._trials
        bound = trials.cost(self._problem.least)
        while True:
            left = master(self._problem, [trial.people for trial in trials.all if trial.misses])
            bound = max(bound, left.bound)
            if left.people is None or bound >= trials.least_cost - EPSILON:
                return min(bound, trials.least_cost)
            if trials.exhausted or not self._fails(left.people):
                return bound
            self.raise_failing(left.people)

    def _fails(self, people: People) -> bool:
        return self._trials.of(people).misses

    def raise_failing(self, people: People) -> None:
        """Raise a staffing that fails as far as it still does: whole teams, all cells at once, then each.

        So a cut names as few teams as it can: what one team alone lacks, no other team makes good.
        """
        problem, most = self._problem, self._problem.most
        for team in dict.fromkeys(problem.team):
            there = tuple(
                high if own == team else heads for own, heads, high in zip(problem.team, people, most, strict=True)
            )
            if not self._trials.exhausted and self._fails(there):
                people = there
        people = self._highest(people, 0, STEPS, lambda there, step: towards(there, most, step, STEPS))
        for cell in sorted(range(len(people)), key=lambda cell: people[cell] - most[cell]):

            def with_step(there: People, heads: int, cell: int = cell) -> People:
                return with_heads(there, cell, heads)

            people = self._highest(people, people[cell], most[cell] + 1, with_step)

    def _highest(self, people: People, low: int, high: int, at: Callable[[People, int], People]) -> People:
        """The staffing at the highest step, from low on and below high, that fails; it does at low."""
        start = people
        while high - low > 1 and not self._trials.exhausted:
            middle = (low + high) // 2
            if self._fails(at(start, middle)):
                low = middle
            else:
                high = middle
        return at(start, low)


def confirmed(
    trials: SearchTrials, simulator: Simulator, fresh: range, ceiling: float, budget: int, known: Iterable[Proof] = ()
) -> ConfirmedBound:
    """Raise the bound by what fresh seeds confirm, until the programme's answer cannot be ruled out.

    Args:
        fresh: replications that no search has seen.
        ceiling: cost of a staffing that meets every target; there is nothing to show beyond.
        budget: letters after which nothing more is asked.
        known: staffings that were judged on fresh seeds already.
    """
    asked: set[People] = set()
    shown = [proof for proof in known if proof.verdict is Verdict.MISSED]
    while True:
        answer = master(trials.problem, [proof.people for proof in shown])
        if answer.people is None or answer.bound >= ceiling - EPSILON:
            return ConfirmedBound(min(answer.bound, ceiling), _largest(shown))
        found = None
        if simulator.meter.letters < budget and len(shown) < _CUTS:
            found = _shown(trials, simulator, answer.people, asked, fresh)
        if found is None:
            return ConfirmedBound(max(answer.bound, trials.cost(trials.problem.least)), _largest(shown))
        shown.append(found)


def _shown(
    trials: SearchTrials, simulator: Simulator, people: People, asked: set[People], fresh: range
) -> Proof | None:
    """A staffing with nobody fewer that fresh seeds show to miss a target; None if none was found."""
    if not any(trial.misses and _covers(trial.people, people) for trial in trials.all) and trials.of(people).misses:
        LowerBound(trials).raise_failing(people)
    failed = [trial for trial in trials.all if trial.misses and _covers(trial.people, people)]
    # Of two staffings that fail the larger one rules out more.
    failed.sort(key=lambda trial: (-trials.cost(trial.people), trial.people))
    least = 0.0
    for _ in range(_CANDIDATES):
        trial = next((each for each in failed if each.excess >= least and each.people not in asked), None)
        if trial is None:
            break
        asked.add(trial.people)
        proof = decided(simulator, trial.people, fresh)
        if proof.verdict is Verdict.MISSED:
            return proof
        least = trial.excess + _MORE
    # Nothing larger is known to fail: then the programme's own answer, which rules out at least itself.
    proof = decided(simulator, people, fresh)
    return proof if proof.verdict is Verdict.MISSED else None


def _largest(shown: list[Proof]) -> tuple[Proof, ...]:
    largest = maximal(proof.people for proof in shown)
    return tuple(next(proof for proof in shown if proof.people == people) for people in largest)


def _covers(cut: People, people: People) -> bool:
    return all(heads <= high for heads, high in zip(people, cut, strict=True))


class CheapestLeft(NamedTuple):
    """Solution of the master programme."""

    people: People | None  # None if nothing within the bounds is left
    bound: float  # infinite then


def master(problem: SearchSample, cuts: Iterable[People]) -> CheapestLeft:
    """The cheapest staffing that no cut rules out.

    Args:
        cuts: staffings that miss a target; each rules out all staffings with nobody more anywhere.
    """
    largest = maximal(cuts)
    programme = _Programme(problem, largest)
    for cut in largest:
        programme.exceed(cut)
    return programme.solve()


def maximal(staffings: Iterable[People]) -> list[People]:
    """Maximal staffings: those than which no other one has as many people everywhere, or more."""
    kept: list[People] = []
    for each in sorted(set(staffings), key=sum, reverse=True):
        if not any(all(a <= b for a, b in zip(each, other, strict=True)) for other in kept):
            kept.append(each)
    return kept


class _Programme:
    """The master programme: headcounts x, and for each number of people that a cut names, whether a cell reaches it."""

    def __init__(self, problem: SearchSample, cuts: Sequence[People]) -> None:
        self._problem = problem
        cells = range(len(problem.least))
        self._level: dict[tuple[int, int], int] = {}
        for cell in cells:
            # Whether a cell reaches the cut itself as well: that settles which of several cheapest staffings is named.
            for number in sorted({cut[cell] + more for cut in cuts for more in (0, 1)}):
                if problem.least[cell] < number <= problem.most[cell]:
                    self._level[cell, number] = len(cells) + len(self._level)
        self._entries: list[tuple[int, int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []
        for (cell, number), column in self._level.items():
            reached, missed = number - problem.least[cell], problem.most[cell] - number + 1
            self._add([(cell, 1.0), (column, -float(reached))], low=problem.least[cell])  # reached: x >= number
            self._add([(cell, 1.0), (column, -float(missed))], high=number - 1)  # not reached: x < number
        for hours, work in zip(problem.hours, problem.work, strict=True):
            self._add([(cell, float(hours[cell])) for cell in cells], low=float(work) - _SLACK)

    def exceed(self, cut: People) -> None:
        """Some cell has more people than in the cut."""
        above = ((cell, heads + 1) for cell, heads in enumerate(cut))
        self._add([(self._level[at], 1.0) for at in above if at in self._level], low=1.0)

    def solve(self) -> CheapestLeft:
        problem, levels = self._problem, len(self._level)
        columns = len(problem.least) + levels
        row, at, value = (np.array([entry[field] for entry in self._entries]) for field in range(3))
        matrix = coo_array(
            (value, (row.astype(np.int32), at.astype(np.int32))), shape=(len(self._low), columns)
        ).tocsc()
        found = milp(
            np.concatenate([problem.cost, np.zeros(levels)]),
            integrality=np.ones(columns),
            bounds=Bounds([*problem.least, *[0] * levels], [*problem.most, *[1] * levels]),
            constraints=LinearConstraint(matrix, self._low, self._high) if self._low else (),
            options={"mip_rel_gap": 0.0, "node_limit": _NODES},
        )
        bound = np.inf if found.status == _NOTHING_LEFT else found.mip_dual_bound
        if found.x is None:
            return CheapestLeft(None, bound)
        return CheapestLeft(tuple(int(heads) for heads in np.rint(found.x[: len(problem.least)])), float(bound))

    def _add(self, entries: list[tuple[int, float]], low: float = -np.inf, high: float = np.inf) -> None:
        self._entries += [(len(self._low), column, value) for column, value in entries]
        self._low.append(low)
        self._high.append(high)
