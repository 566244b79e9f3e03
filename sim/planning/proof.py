"""Proof on fresh seeds: what a staffing keeps in replications that no search has seen, and what one person changes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.planning.posts import People
from sim.planning.sample import Lives, Promises
from sim.statistics import (
    Compliance,
    Difference,
    Ratio,
    Verdict,
    all_decided,
    judge,
    paired_difference,
    ratio_over,
    verdict,
)
from sim.tables import Floats

FRESH: Final = 1_000_000
"""Number of the first replication of a proof; no search and no run comes that far."""

WIDTH: Final = 0.9
"""A half-width from few replications is wider than the one from many, by Student's t; but a plan should do by more
than a hair."""


@dataclass(frozen=True)
class Kept:
    """How a promise is kept.

    Attributes:
        hour: hour of receipt of the letters that it is about; None for all.
    """

    sla: str
    hour: int | None
    target: float
    compliance: Compliance
    verdict: Verdict


@dataclass(frozen=True)
class Proof:
    """A staffing on fresh seeds.

    Attributes:
        ratio: letters that kept each promise, of all, shape (replications, promises).
    """

    people: People
    replications: range
    kept: tuple[Kept, ...]
    ratio: Ratio

    @property
    def verdict(self) -> Verdict:
        """Met if every target is, missed if one is."""
        verdicts = {each.verdict for each in self.kept}
        return next((each for each in (Verdict.MISSED, Verdict.UNCLEAR) if each in verdicts), Verdict.MET)

    @property
    def lacking(self) -> Floats:
        """How far the lower end of each interval is below its target, shape (promises,)."""
        return np.maximum(-self.slack, 0.0)

    @property
    def compliance(self) -> Floats:
        """Mean compliance with each promise, 1 where there are no letters, shape (promises,)."""
        return np.array([1.0 if each.compliance.mean is None else each.compliance.mean for each in self.kept])

    @property
    def slack(self) -> Floats:
        """How far the lower end of each interval is above its target, shape (promises,); negative below."""
        return np.array([_low(each) - each.target for each in self.kept])

    @property
    def least_slack(self) -> float:
        """What the promise that is kept with least to spare has to spare, as a part of the lateness that it allows."""
        return float((self.slack / np.array([1 - each.target for each in self.kept])).min())


@dataclass(frozen=True)
class Change:
    """What one person more, or fewer, of a post changes, on the same fresh seeds.

    Attributes:
        post: index of the post.
        more: 1 or -1.
        proof: of the changed staffing; of a removal that fresh seeds did not confirm, theirs.
        differences: by which compliance with each promise changes, shape (promises,).
    """

    post: int
    more: int
    proof: Proof
    differences: tuple[Difference, ...]

    @property
    def most(self) -> int:
        """The promise that changes most, of the lateness that it allows."""
        lateness = [1 - each.target for each in self.proof.kept]
        changes = [abs(each.paired.mean or 0.0) / late for each, late in zip(self.differences, lateness, strict=True)]
        return int(np.argmax(changes))


class Fresh:
    """Blocks of seeds that nothing was judged on before, one block a proof.

    Attributes:
        rounds: blocks that were used so far.
    """

    def __init__(self, lives: Lives, replications: int) -> None:
        self.lives, self.posts = lives, lives.posts
        self.rounds = 0
        self._replications = replications

    @property
    def block(self) -> range:
        """The block that was used last, or the first one."""
        return self._block(max(self.rounds - 1, 0))

    def prove(self, people: People) -> Proof:
        """Judge a staffing on the next block."""
        self.lives.forget(self.block)
        self.rounds += 1
        return prove(self.lives, people, self.block)

    def margin(self, kept: Ratio) -> Floats:
        """By how much compliance must exceed its target, so that a block shows that it is met, (promises,).

        Args:
            kept: of a staffing that just holds, over the replications of a sample.
        """
        band, targets = ratio_over(kept), self.lives.promises.targets
        half = np.nan_to_num(band.high - band.mean)
        margin: Floats = half * np.sqrt(len(kept.part) / self._replications) * WIDTH
        return np.minimum(margin, (1 - targets) / 2)

    def _block(self, number: int) -> range:
        first = FRESH + number * self._replications
        return range(first, first + self._replications)


def prove(lives: Lives, people: People, replications: range) -> Proof:
    """Live through replications with a staffing, and judge every promise with 95% confidence."""
    each = list(lives.each(people, replications))
    ratio = Ratio(np.array([one.part for one in each]), np.array([one.whole for one in each]))
    return Proof(people, replications, kept_promises(lives.promises, ratio), ratio)


def kept_promises(promises: Promises, ratio: Ratio) -> tuple[Kept, ...]:
    """Compliance with each promise over replications; one without letters is kept."""
    decided, kept = all_decided(ratio), []
    for index, (sla, hour, target) in enumerate(
        zip(promises.names, promises.hours, promises.targets.tolist(), strict=True)
    ):
        compliance = judge(decided.cell(index))
        found = verdict(compliance, target)
        judged = Verdict.MET if found in (None, Verdict.NOT_JUDGED) else found
        kept.append(Kept(sla, hour, target, compliance, judged))
    return tuple(kept)


def change(lives: Lives, proof: Proof, post: int, more: int) -> Change:
    """Live through the same replications with one person more or fewer."""
    people = list(proof.people)
    people[post] += more
    other = prove(lives, tuple(people), proof.replications)
    differences = tuple(
        paired_difference(*(all_decided(each.ratio).cell(index) for each in (proof, other)))
        for index in range(len(proof.kept))
    )
    return Change(post, more, other, differences)


def _low(kept: Kept) -> float:
    return 1.0 if kept.compliance.low is None else kept.compliance.low
