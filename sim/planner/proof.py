"""Proof on fresh seeds: how well a staffing meets its targets in replications that no search has seen.

This is the one place where a plan judges. A plan is proved by one block of replications with seeds of its own. It may
fail and be followed by another plan on another block, so the chance to err is spread over the blocks (alpha spending):
that of block k is 1 / (k (k + 1)) of it, which adds up to all of it however many there are. All targets have to be met
at once, which needs no further correction (intersection-union test: Berger, Technometrics 24, 1982).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import ndtri

from sim.core.tables import Floats
from sim.planner.finished_replications import Observed
from sim.planner.simulator import PlanTargets, Simulator, first_of, worst_case_compliance
from sim.planner.staffing_cells import People
from sim.statistics import (
    LEVEL,
    Compliance,
    Decided,
    Difference,
    Verdict,
    body_effect,
    judge,
    paired_difference,
    stacked,
    together,
    verdict,
)
from sim.statistics.judging import chosen_effect, korn_graubard, own_effect, share_variance

FRESH: Final = 1_000_000
"""Number of the first replication of a proof; no search and no run comes that far."""

_ASSURANCE: Final = 0.97
"""A plan is looked for that a further block of the same size would show again with this probability."""

FIRST_LOOK: Final = 8
"""Replications after which it is first asked whether a question is decided; then at twice as many, and so on."""


@dataclass(frozen=True)
class TargetCompliance:
    """Compliance with one target.

    Attributes:
        hour: hour of receipt of the letters that it is about; None for all.
    """

    sla: str
    hour: int | None
    target: float
    compliance: Compliance
    verdict: Verdict


@dataclass(frozen=True)
class FreshBlock:
    """A staffing on fresh seeds.

    Attributes:
        decided: letters by what became of them, shape (replications, targets).
    """

    people: People
    replications: range
    decided: Decided

    @property
    def shares(self) -> Floats:
        """Compliance with each target, undecided letters at worst, shape (targets,); 1 where there are no letters."""
        return worst_case_compliance(self.decided)


@dataclass(frozen=True)
class Proof(FreshBlock):
    """Proof of a staffing on fresh seeds.

    Attributes:
        look: which of the blocks that proved plans it is, from 1 on; 0 where it is no proof of a plan.
        met: targets that are met, or cannot be judged, with what confidence is left for this look.
        missed: whether a target is missed with that confidence.
        copies: whether the replications are one and the same, so that they say nothing of chance.
    """

    targets: tuple[TargetCompliance, ...]
    look: int
    met: tuple[int, ...]
    missed: bool
    copies: bool

    @property
    def verdict(self) -> Verdict:
        """Met if every target that can be judged is, missed if one is."""
        return together([each.verdict for each in self.targets]) or Verdict.NOT_JUDGED

    @property
    def shown(self) -> bool:
        """Whether every target that can be judged is met with what confidence is left for this look."""
        return len(self.met) == len(self.targets)


@dataclass(frozen=True)
class Change:
    """Effect of one person more, or fewer, in a cell, on the same fresh seeds.

    Attributes:
        post: index of the cell.
        more: 1 or -1.
        proof: of the changed staffing.
        differences: by which compliance with each target changes, shape (targets,).
    """

    post: int
    more: int
    proof: Proof
    differences: tuple[Difference, ...]

    @property
    def most(self) -> int:
        """The target that changes most, of the lateness that it allows."""
        lateness = [1 - each.target for each in self.proof.targets]
        changes = [abs(each.paired.mean or 0.0) / late for each, late in zip(self.differences, lateness, strict=True)]
        return int(np.argmax(changes))


class Blocks:
    """Blocks of fresh seeds, each used for one plan only.

    Attributes:
        looks: blocks that were used for proofs so far.
        size: replications of a block.
        chance: whether replications differ; else no margin makes a plan surer.
        made: every block so far.
    """

    def __init__(self, simulator: Simulator, size: int, *, chance: bool = True) -> None:
        self.simulator, self.size, self.chance = simulator, size, chance
        self.looks = 0
        self.made: list[FreshBlock] = []

    @property
    def letters(self) -> float:
        """Letters of a block, by those of all replications so far."""
        meter = self.simulator.meter
        return self.size * meter.letters / max(meter.replications, 1)

    def explore(self, people: People) -> FreshBlock:
        """Simulate a plan on the next block, without a judgement, which therefore takes no confidence."""
        replications = self._next(self.size)
        self.made.append(FreshBlock(people, replications, self.simulator.decided(people, replications)))
        return self.made[-1]

    def prove(self, people: People, size: int | None = None) -> Proof:
        """Judge a plan on the next block.

        Args:
            size: replications, where they are to be more than usual.
        """
        block = self._next(size or self.size)
        self.looks += 1
        observed = list(self.simulator.observed(people, block))
        proof = judged(self.simulator.targets, people, block, observed, look=self.looks)
        self.made.append(proof)
        return proof

    def _next(self, size: int) -> range:
        start = FRESH
        if self.made:
            self.simulator.forget(self.made[-1].replications)
            start = self.made[-1].replications.stop
        return range(start, start + size)

    def margin(self, decided: Decided) -> Floats:
        """By how much compliance has to exceed each target, so that the next block will show it, shape (targets,).

        The chance of the blocks so far and that of the next one are allowed for, so that a plan with this margin is
        shown again with probability `_ASSURANCE`.

        Args:
            decided: over the replications of a sample, of a staffing that just meets the targets.
        """
        shares = self.simulator.targets.shares
        if not self.chance:
            return np.zeros(len(shares))
        spread = standard_error(decided, shares) * np.sqrt(len(decided.letters) / self.size)
        proved = sum(len(each.replications) for each in self.made)
        # At first the sample's own chance is left to the first block, which says better what it is.
        known = self.size / proved if proved else 0.0
        needed = critical_value(self.looks + 1) + float(ndtri(_ASSURANCE)) * np.sqrt(1 + known)
        margin: Floats = np.minimum(needed * spread, (1 - shares) / 2)
        return margin


def critical_value(look: int) -> float:
    """Standard errors by which compliance must exceed a target on a look, so that it is shown to be met."""
    return float(-ndtri((1 - LEVEL) / 2 * _spent(look)))


def _spent(look: int) -> float:
    """Share of the chance to err that a look may take."""
    return 1.0 if look == 0 else 1 / (look * (look + 1))


def standard_error(decided: Decided, targets: Floats) -> Floats:
    """Standard error of compliance over replications, shape (targets,); that of independent letters at least."""
    _, variance, many = share_variance(decided.met, decided.letters)
    independent = targets * (1 - targets) / np.maximum(decided.letters.sum(axis=0), 1.0)
    error: Floats = np.sqrt(np.maximum(np.where(many > 1, np.nan_to_num(variance), 0.0), independent))
    return error


def judged(
    targets: PlanTargets, people: People, replications: range, observed: Sequence[Observed], look: int = 0
) -> Proof:
    """Judge every target with 95% confidence on some replications."""
    decided = stacked([each.decided for each in observed])
    prints = {each.fingerprint for each in observed}
    copies = len(observed) > 1 and len(prints) == 1
    found, met, missed = [], [], False
    for index, (sla, hour, target) in enumerate(
        zip(targets.names, targets.hours, targets.shares.tolist(), strict=True)
    ):
        body = body_effect([each.elapsed[index] for each in observed])
        cell = decided.cell(index)
        compliance = judge(cell, body, copies=copies)
        verdict_of = verdict(compliance, target)
        assert verdict_of is not None, "there is a target"
        found.append(TargetCompliance(sla, hour, target, compliance, verdict_of))
        low, high = (0.0, 1.0) if copies else _ends(cell, body, look)
        if verdict_of is Verdict.NOT_JUDGED or low >= target:
            met.append(index)
        missed |= verdict_of is Verdict.MISSED and high < target
    return Proof(people, replications, decided, tuple(found), look, tuple(met), missed, copies)


def decided(simulator: Simulator, people: People, replications: range, proof: Proof | None = None) -> Proof:
    """Judge a staffing on as few of the replications as decide: until a target is surely missed, or all of them.

    Args:
        proof: of a staffing near it on the same replications. Where the difference to that one tells that all
            replications would surely show it to meet its targets, or would not decide, the rest is left out.
    """
    observed: list[Observed] = []
    looks = 0
    found = None
    for each in simulator.observed(people, replications):
        observed.append(each)
        if len(observed) == min(FIRST_LOOK << looks, len(replications)):
            looks += 1
            found = judged(simulator.targets, people, replications[: len(observed)], observed, look=looks)
            # A target is missed by what confidence is left for one of several looks at ever more replications.
            if found.missed or (proof is not None and _foreseen(found, proof)):
                break
    assert found is not None, "at least one replication"
    return replace(found, look=0)


def expected_shares(found: Proof, proof: Proof) -> tuple[Floats, Floats]:
    """Compliance of a staffing on the whole of a block of which it met a part, and its standard error, (targets,).

    The difference to the staffing that met all of it is added to what that one shows (control variate).
    """
    many = len(found.decided.letters)
    first = first_of(proof.decided, many)
    letters = np.maximum(first.letters, 1.0)
    difference = (found.decided.met - first.met) / letters
    error = difference.std(axis=0, ddof=1) / np.sqrt(many) if many > 1 else np.full(len(proof.shares), np.inf)
    expected: Floats = proof.shares + found.shares - worst_case_compliance(first)
    return expected, np.asarray(error)


def surely_met(found: Proof, proof: Proof) -> bool:
    """Whether a staffing would surely meet every target on the whole block, of which it met a part."""
    if proof.copies:
        return found.verdict is Verdict.MET
    expected, error = expected_shares(found, proof)
    targets, half = _targets_and_half(proof)
    return bool((expected - 2 * error - half > targets).all())


def _foreseen(found: Proof, proof: Proof) -> bool:
    """Whether it is plain what the whole block would say: that all targets are met, or nothing that is sure."""
    expected, error = expected_shares(found, proof)
    targets, half = _targets_and_half(proof)
    not_missed = (expected - 2 * error + half > targets).all()
    undecided = bool(not_missed and (expected + 2 * error - half < targets).any())
    return undecided or surely_met(found, proof)


def _targets_and_half(proof: Proof) -> tuple[Floats, Floats]:
    """The targets, and half the width of the interval of compliance on the whole block, each shape (targets,)."""
    targets = np.array([each.target for each in proof.targets])
    return targets, critical_value(0) * standard_error(proof.decided, targets)


def change_between(proof: Proof, other: Proof, cell: int, more: int) -> Change:
    """Paired differences between a staffing and another, on the replications that the other was judged on."""
    first = first_of(proof.decided, len(other.replications))
    differences = tuple(
        paired_difference(first.cell(index), other.decided.cell(index), copies=proof.copies)
        for index in range(len(proof.targets))
    )
    return Change(cell, more, other, differences)


def _ends(cell: Decided, body: float, look: int) -> tuple[float, float]:
    """Ends of the interval of `sim.statistics.judge`, with what confidence is left for a look."""
    alpha = (1 - LEVEL) / 2 * _spent(look)
    letters, intervals = cell.letters.sum(axis=0), []
    for part in (cell.met, cell.letters - cell.late):
        share, variance, many = share_variance(part, cell.letters)
        if many < 2:
            return 0.0, 1.0
        effect = chosen_effect(share, letters, own_effect(share, variance, letters), np.asarray(body))
        intervals.append(korn_graubard(share, letters, effect, many, alpha))
    (low, _), (_, high) = intervals
    return float(low), float(high)
