"""Lower bound on the cost from monotone no-good cuts: what no staffing that meets every target can cost less than.

The master programme names the cheapest staffing that nothing rules out. If that fails too, it is raised as far as it
still fails, and rules out all staffings with nobody more anywhere; then the programme is asked again. Of the
staffings that failed on the sample, those that fresh seeds show to miss a target with 95% confidence carry the bound
that is told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sim.planner.master import master, maximal
from sim.planner.problem import Trial
from sim.planner.proof import Proof, decided
from sim.planner.simulator import Simulator
from sim.planner.staffing_cells import People
from sim.planner.trials import EPSILON, Trials, towards, with_heads
from sim.statistics import Verdict

STEPS: Final = 32
"""Steps of the straight way from a staffing to the most."""

CAREFUL: Final = 60
"""Staffings that are tried although one that failed by little has people enough for them."""

CANDIDATES: Final = 6
"""Staffings that are asked about the programme's answer, before it has to stand."""

CUTS: Final = 120
"""Staffings that carry a bound, at most; with more of them the programme takes long."""

MORE: Final = 0.1
"""After one that fresh seeds do not confirm comes one that failed by more."""


@dataclass(frozen=True)
class Bound:
    """What was found on a sample.

    Attributes:
        cost: no staffing that does not fail costs less, as far as more people never hurt.
        reached: whether the cheapest staffing that holds costs no more.
    """

    cost: float
    reached: bool


@dataclass(frozen=True)
class ConfirmedBound:
    """A lower bound of the cost that fresh seeds confirm.

    Attributes:
        cost: no staffing that meets every target costs less, as far as more people never hurt.
        relaxations: the staffings that carry the bound, each shown on fresh seeds to miss a target.
    """

    cost: float
    relaxations: tuple[Proof, ...]


def missed_by_far(trials: Trials) -> Bound:
    """The bound by staffings that miss a target by more than the margin, so that fresh seeds will say the same."""
    return _Below(trials, lambda trial: trial.misses).bound()


def on_the_sample(trials: Trials) -> Bound:
    """The bound by staffings that do not hold on the sample; ends with the optimum, or when the budget is used up.

    Near the limit a person more may harm by a letter or two. When all is done and there is budget left, everything
    is looked at once more with those staffings that failed by little ruling out only themselves.
    """
    found = _Below(trials, lambda trial: not trial.holds or not trials.fits(trial.people)).bound()
    if found.reached and not trials.exhausted:
        cost = trials.least_cost
        careful = _careful(trials)
        return careful if trials.least_cost < cost else found
    return found


def _careful(trials: Trials) -> Bound:
    bound = trials.cost(trials.problem.least)
    for _ in range(CAREFUL):
        failed = [trial for trial in trials.all if not trial.holds]
        cuts = [trial.people for trial in failed if trial.clearly]
        answer = master(trials.problem, cuts, [trial.people for trial in failed if not trial.clearly])
        bound = max(bound, answer.bound)
        if answer.people is None or bound >= trials.least_cost - EPSILON:
            return Bound(min(bound, trials.least_cost), reached=True)
        if trials.exhausted:
            break
        trials.of(answer.people)
    return Bound(bound, reached=False)


class _Below:
    def __init__(self, trials: Trials, fails: Callable[[Trial], bool]) -> None:
        self._trials, self._problem, self._is_failure = trials, trials.problem, fails

    def bound(self) -> Bound:
        """Cut and ask again, until the programme's answer does not fail."""
        trials = self._trials
        bound = trials.cost(self._problem.least)
        while True:
            answer = master(self._problem, [trial.people for trial in trials.all if self._is_failure(trial)])
            bound = max(bound, answer.bound)
            if answer.people is None or bound >= trials.least_cost - EPSILON:
                return Bound(min(bound, trials.least_cost), reached=trials.best is not None)
            if trials.exhausted or not self._fails(answer.people):
                return Bound(bound, reached=bound >= trials.least_cost - EPSILON)
            self.raised(answer.people)

    def _fails(self, people: People) -> bool:
        return self._is_failure(self._trials.of(people))

    def raised(self, people: People) -> None:
        """Raise a staffing that fails as far as it still does: whole teams, all posts at once, then each.

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
        for post in sorted(range(len(people)), key=lambda post: people[post] - most[post]):

            def with_step(there: People, heads: int, post: int = post) -> People:
                return with_heads(there, post, heads)

            people = self._highest(people, people[post], most[post] + 1, with_step)

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
    trials: Trials, simulator: Simulator, fresh: range, ceiling: float, budget: int, known: Iterable[Proof] = ()
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
        if simulator.meter.letters < budget and len(shown) < CUTS:
            found = _shown(trials, simulator, answer.people, asked, fresh)
        if found is None:
            return ConfirmedBound(max(answer.bound, trials.cost(trials.problem.least)), _largest(shown))
        shown.append(found)


def _shown(trials: Trials, simulator: Simulator, people: People, asked: set[People], fresh: range) -> Proof | None:
    """A staffing with nobody fewer that fresh seeds show to miss a target; None if none was found."""
    if not any(trial.misses and _covers(trial.people, people) for trial in trials.all) and trials.of(people).misses:
        _Below(trials, lambda trial: trial.misses).raised(people)
    failed = [trial for trial in trials.all if trial.misses and _covers(trial.people, people)]
    # Of two staffings that fail the larger one rules out more.
    failed.sort(key=lambda trial: (-trials.cost(trial.people), trial.people))
    least = 0.0
    for _ in range(CANDIDATES):
        trial = next((each for each in failed if each.excess >= least and each.people not in asked), None)
        if trial is None:
            break
        asked.add(trial.people)
        proof = decided(simulator, trial.people, fresh)
        if proof.verdict is Verdict.MISSED:
            return proof
        least = trial.excess + MORE
    # Nothing larger is known to fail: then the programme's own answer, which rules out at least itself.
    proof = decided(simulator, people, fresh)
    return proof if proof.verdict is Verdict.MISSED else None


def _largest(shown: list[Proof]) -> tuple[Proof, ...]:
    largest = maximal(proof.people for proof in shown)
    return tuple(next(proof for proof in shown if proof.people == people) for people in largest)


def _covers(cut: People, people: People) -> bool:
    return all(heads <= high for heads, high in zip(people, cut, strict=True))
