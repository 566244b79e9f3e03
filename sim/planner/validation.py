"""Validation: a plan of a quick search is made good on a larger sample and on fresh seeds, and proved on other ones.

On fresh seeds a staffing meets its targets a little better or worse than on the sample on which it was chosen (the
winner's curse). So the plan is explored on fresh blocks, which judge nothing and take no confidence: what they say is
taken off the margin, weighted by their replications, and the search goes on from there. Only what they all together
hold to be shown again is proved, on seeds of its own; a plan that fails, for all that, is made good and proved again.
"""

from typing import Final

import numpy as np

from sim.planner.local_search import LocalSearch
from sim.planner.proof import Blocks, FreshBlock, Proof
from sim.planner.response_surface import Surface
from sim.planner.sample import SearchSample, SearchTrials
from sim.planner.search import Search
from sim.planner.simulator import concatenated
from sim.planner.staffing_cells import People

_EXPLORED: Final = 2
"""Blocks on which the plan is explored before its proof."""

_PART: Final = 4
"""The search after a block goes on on this part of it: to compare staffings takes fewer letters than to judge one.

It is the first part, whose letters are still at hand.
"""

_LOOKS: Final = 5
"""How often a plan is proved and corrected, at most."""

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
        self._surface: Surface | None = None
        self.search = Search(sample, 0)

    def find(self, budget: int, each: int) -> None:
        """Find the cheapest staffing near the plan that fresh seeds will show to meet the targets.

        Args:
            budget: letters after which nothing is explored, counted from the first of all.
            each: letters that the search before and after each block may take.
        """
        self._sample.margin = self._blocks.margin(self._sample.decided(self._people))
        self._measure()
        self._search_on(each)
        for _ in range(_EXPLORED if self._blocks.chance else 0):
            # What is explored still has to be proved.
            if self._sample.spent + 2 * self._blocks.letters > budget:
                break
            # The letters of this sample make room for those of the next one.
            self._sample.simulator.forget(self._sample.replications)
            self._learn(self._blocks.explore(self._people))
            self._measure()
            self._search_on(each)

    def proved(self, each: int) -> Proof:
        """A plan that fresh seeds showed to meet every target; the last one tried if none did.

        Args:
            each: letters that the search for another plan may take.
        """
        while True:
            proof = self._blocks.prove(self._people)
            if proof.shown or proof.copies or self._blocks.looks >= _LOOKS:
                return proof
            self._learn(proof)
            lacking = np.array([index not in proof.met for index in range(len(proof.targets))])
            failed = self._sample.compliance(proof.people) - self._sample.targets + _A_HAIR
            self._sample.margin = np.where(lacking, np.maximum(self._sample.margin, failed), self._sample.margin)
            self._search_on(each)
            if self._people == proof.people or not self.search.trials.meets(self._people):
                return proof

    def _measure(self) -> None:
        """Measure effects at the plan; what was measured before, with other letters, counts as much."""
        surface = LocalSearch(SearchTrials(self._sample, 0)).surface(self._people)
        self._surface = surface if self._surface is None else surface.pooled(self._surface)

    def _search_on(self, letters: int) -> None:
        """Find a cheap and stable staffing near the plan that meets the targets; the most people if none was found."""
        budget = self._sample.spent + letters
        for _ in range(_STABLE):
            self.search = search = Search(self._sample, budget)
            self._people = search.near(self._people, self._surface)
            if not self._sample.stability.unstable(self._people):
                break

    def _learn(self, block: FreshBlock) -> None:
        """Search on a block from now on, with a margin by what all blocks so far say."""
        before, replications = self._sample, block.replications[: -(-len(block.replications) // _PART)]
        self._sample = sample = SearchSample(before.simulator, replications, before.stability, block.people)
        made = self._blocks.made
        weights = np.array([float(len(each.replications)) for each in made])
        differences = np.array([each.shares - sample.compliance(each.people) for each in made])
        margin = self._blocks.margin(concatenated([each.decided for each in made]))
        sample.margin = margin - (weights @ differences) / weights.sum()
