"""Validation: a plan of a quick search is made good on a larger sample, proved on fresh seeds, and corrected by that.

On fresh seeds a staffing meets its targets a little better or worse than on the sample on which it was chosen (the
winner's curse). What the proofs so far say of that is taken off the margin, weighted by their replications, and the
search goes on from there: a plan that fails, or was shown by luck, is made good, and one that has more to spare than
the next proof asks for is made cheaper, and is proved again on other seeds.
"""

from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.planner.local_search import Surface
from sim.planner.proof import Blocks, Proof
from sim.planner.sample import SearchSample
from sim.planner.search import Search
from sim.planner.staffing_cells import People

_LOOKS: Final = 5
"""How often a plan is proved and corrected, at most."""

_ROUNDS: Final = 4
"""How often the first plan is looked for anew, with effects measured where the last search ended, at most."""

_STABLE: Final = 4
"""How often a plan is looked for again because a unit of the one found is not stable."""

_A_HAIR: Final = 1e-5
"""A staffing that failed its proof is not proposed again, nor one that is no better."""


class Validation:
    """A search on a larger sample, near a plan.

    Args:
        sample: whose margins are set by this.

    Attributes:
        search: the last search on the sample.
    """

    def __init__(self, people: People, sample: SearchSample, blocks: Blocks) -> None:
        self._sample, self._blocks, self._people = sample, blocks, people
        self._floor: Floats = np.full(len(sample.targets), -np.inf)
        self._surface: Surface | None = None
        self.search = Search(sample, 0)

    def find(self, budget: int) -> None:
        """Find the cheapest staffing near the plan that meets the targets on the sample, as a proof will ask for.

        Args:
            budget: letters at which the search ends, counted from the first of all.
        """
        for _ in range(_ROUNDS):
            self._sample.margin = self._blocks.margin(self._sample.decided(self._people))
            before, self._people = self._people, self._near(self._people, budget)
            # What was measured far from here does not tell which exchange saves the last few people.
            self._surface = None
            if self._people == before or self._sample.spent >= budget:
                break

    def proved(self, budget: int, each: int) -> Proof:
        """A plan that fresh seeds showed to meet every target; the last one tried if none did.

        Args:
            budget: letters after which no other plan is proved, counted from the first of all.
            each: letters that the search for another plan may take.
        """
        best: Proof | None = None
        lucky = False
        while True:
            proof = self._blocks.prove(self._people)
            if proof.shown and (best is None or lucky or self.search.trials.cheaper(proof.people, best.people)):
                best = proof
            if proof.copies:
                return proof
            self._learn(proof)
            # A plan that is not shown is of no use, so the budget ends only the search for better ones.
            if self._blocks.looks >= _LOOKS or (best is not None and self._sample.spent >= budget):
                return best or proof
            people = self._near(proof.people, self._sample.spent + each)
            trials = self.search.trials
            if people == proof.people or not trials.meets(people):
                return best or proof
            # What all blocks together hold to miss a target was shown by luck, and gives way to a dearer plan.
            lucky = best is not None and not trials.meets(best.people)
            if best is not None and not lucky and not trials.cheaper(people, best.people):
                return best
            self._people = people

    def _near(self, people: People, budget: int) -> People:
        """A cheap and stable staffing near one, that meets the targets; the most people if none was found."""
        for _ in range(_STABLE):
            self.search = search = Search(self._sample, budget)
            people, self._surface = search.near(people, self._surface)
            if not self._sample.stability.unstable(people):
                break
        return people

    def _learn(self, proof: Proof) -> None:
        made = self._blocks.made
        weights = np.array([float(len(each.replications)) for each in made])
        differences = np.array([each.shares - self._sample.compliance(each.people) for each in made])
        # The sample's own replications count too: all together they estimate how much it flatters.
        share = weights.sum() / (weights.sum() + len(self._sample.replications))
        flattered = share * (weights @ differences) / weights.sum()
        if not proof.shown:
            failed = self._sample.compliance(proof.people) - self._sample.targets + _A_HAIR
            lacking = np.array([index not in proof.met for index in range(len(failed))])
            self._floor = np.where(lacking, np.maximum(self._floor, failed), self._floor)
        margin = self._blocks.margin(self._sample.decided(proof.people))
        self._sample.margin = np.maximum(margin - flattered, self._floor)
