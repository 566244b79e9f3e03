"""Refinement: the plan of a quick search, made good on a larger sample, and corrected by its proofs.

On fresh seeds a staffing keeps its promises a little better or worse than on the sample. What all proofs so far say of
that is taken off the margin, so that the next plan is judged by the letters of them all.
"""

from typing import Final

import numpy as np

from sim.planning.allotment import added
from sim.planning.posts import People
from sim.planning.proof import Fresh, Proof
from sim.planning.sample import Sample
from sim.planning.search import FINE, Search
from sim.planning.trials import with_heads
from sim.statistics import Verdict
from sim.tables import Floats

TIMES: Final = 3
"""The larger sample has so many times the replications of the quick search."""

ROUNDS: Final = 6
"""How often a plan is proved and corrected, at most."""

ATTEMPTS: Final = 3
"""How often people are added by what one of each adds, before they are added everywhere."""

GENEROUS: Final = 1.1
"""What lacks is made good by a tenth more, because a second person adds less than the first."""

A_HAIR: Final = 1e-5
"""A staffing that failed its proof is not proposed again, nor one that is no better."""


class Refinement:
    """A search on a larger sample, near a plan.

    Args:
        people: the plan of the quick search.
        small: sample of the quick search.
        budget: replications that each round may simulate.
    """

    def __init__(self, people: People, small: Sample, fresh: Fresh, budget: int) -> None:
        asked = len(small.replications)
        self._fresh, self._budget = fresh, budget
        self._sample = Sample(small.lives, range(asked, (1 + TIMES) * asked), small.workweek)
        self._half: Floats = fresh.margin(self._sample.kept(people))
        self._floor: Floats = np.full(len(self._half), -np.inf)
        self._differences: list[Floats] = []
        self._sample.margin = self._half
        self._people = people

    def proved(self) -> Proof:
        """A plan that fresh seeds showed to meet every target; the last one tried if none did."""
        while True:
            people = self._cheapest() or self._sample.most
            proof = self._fresh.prove(people)
            if proof.verdict is Verdict.MET or self._fresh.rounds >= ROUNDS or people == self._sample.most:
                return proof
            self._learn(proof)
            self._people = people

    def _learn(self, proof: Proof) -> None:
        on_sample = self._sample.compliance(proof.people)
        self._differences.append(proof.compliance - on_sample)
        failed = on_sample - self._sample.targets + A_HAIR
        self._floor = np.where(proof.lacking > 0, np.maximum(self._floor, failed), self._floor)
        self._sample.margin = np.maximum(self._half - np.mean(self._differences, axis=0), self._floor)

    def _cheapest(self) -> People | None:
        """A cheap staffing near the last one that holds on the sample; None if none within the bounds does."""
        search = Search(self._sample, self._sample.spent + self._budget)
        if search.trials.holds(self._people):
            search.descend(self._people, part=FINE)
            return search.best
        return self._climbed(search, self._people)

    def _climbed(self, search: Search, people: People) -> People | None:
        """Add people by what one of each adds, until it holds."""
        sample = self._sample
        for _ in range(ATTEMPTS):
            now = sample.compliance(people)
            gain = np.array([self._gain(people, post, now) for post in range(len(people))])
            lacking = GENEROUS * (sample.targets + sample.margin - now)
            more = added(lacking, gain, sample.cost, np.array(sample.most) - np.array(people))
            if more is None or not more.any():
                break
            people = tuple(int(heads) for heads in np.array(people) + more)
            if search.trials.holds(people):
                return people
        if not search.trials.holds(sample.most):
            return None
        search.descend(search.raised(people))
        return search.best

    def _gain(self, people: People, post: int, now: Floats) -> Floats:
        """Compliance that one person more adds, measured on so many that it is more than chance, (promises,)."""
        more = min(max(people[post] // FINE, 1), self._sample.most[post] - people[post])
        there = with_heads(people, post, people[post] + more)
        gain: Floats = (self._sample.compliance(there) - now) / max(more, 1)
        return gain
