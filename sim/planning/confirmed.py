"""The confirmed bound: what no staffing that meets every target costs less than, on fresh seeds.

Every staffing that misses a target with 95% confidence on seeds that no search has seen rules out all staffings with
nobody more anywhere, as far as more people never hurt. Those that failed by far on the sample are asked, and only
those that the master programme's answer makes it ask for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sim.planning.master import master, maximal
from sim.planning.posts import People
from sim.planning.problem import Trial
from sim.planning.proof import Proof, prove
from sim.planning.sample import Lives
from sim.planning.trials import EPSILON, Trials
from sim.statistics import Verdict

LOOKS: Final = 6
"""Staffings that are asked about the programme's answer, before it has to stand."""

MORE: Final = 0.1
"""After one that fresh seeds do not confirm comes one that failed by more."""


@dataclass(frozen=True)
class Confirmed:
    """A lower bound of the cost.

    Attributes:
        cost: no staffing that meets every target costs less.
        relaxations: the staffings that carry the bound, each shown on fresh seeds to miss a target.
    """

    cost: float
    relaxations: tuple[Proof, ...]


def confirmed(trials: Trials, lives: Lives, fresh: range, ceiling: float, known: Iterable[Proof] = ()) -> Confirmed:
    """Raise the bound by what fresh seeds confirm, until the programme's answer cannot be ruled out.

    Args:
        fresh: replications that no search has seen.
        ceiling: cost of a staffing that meets every target; there is nothing to show beyond.
        known: staffings that were judged on fresh seeds already.
    """
    failed = [trial for trial in trials.all if trial.misses]
    # Of two staffings that fail the larger one rules out more.
    failed.sort(key=lambda trial: (-trials.cost(trial.people), trial.people))
    shown = [proof for proof in known if proof.verdict is Verdict.MISSED]
    while True:
        answer = master(trials.problem, [proof.people for proof in shown])
        if answer.people is None or answer.bound >= ceiling - EPSILON:
            return Confirmed(min(answer.bound, ceiling), _largest(shown))
        found = _shown(lives, answer.people, failed, fresh)
        if found is None:
            return Confirmed(max(answer.bound, trials.cost(trials.problem.least)), _largest(shown))
        shown.append(found)


def _shown(lives: Lives, people: People, failed: list[Trial], fresh: range) -> Proof | None:
    """A staffing with nobody fewer that fresh seeds show to miss a target; those that they do not are struck off."""
    least = 0.0
    for _ in range(LOOKS):
        trial = next((each for each in failed if each.excess >= least and _covers(each.people, people)), None)
        if trial is None:
            return None
        failed.remove(trial)
        proof = prove(lives, trial.people, fresh)
        if proof.verdict is Verdict.MISSED:
            return proof
        least = trial.excess + MORE
    return None


def _largest(shown: list[Proof]) -> tuple[Proof, ...]:
    largest = maximal(proof.people for proof in shown)
    return tuple(next(proof for proof in shown if proof.people == people) for people in largest)


def _covers(cut: People, people: People) -> bool:
    return all(heads <= high for heads, high in zip(people, cut, strict=True))
