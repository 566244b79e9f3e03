"""Backward elimination: take one person of each cell away, and see on fresh seeds what that breaks.

Whoever is not needed goes. A removal is judged on the replications that proved the plan, only as long as it takes
until a target is surely missed or it is plain that they cannot decide. Those that they leave undecided are asked on
larger blocks, first the one that needs the fewest letters, as far as the budget reaches; and when one of them is shown
to meet every target there, it becomes the plan.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from sim.planning.proof import (
    Blocks,
    Change,
    Proof,
    change,
    changed,
    decided,
    expected_shares,
    quantile,
    standard_error,
)
from sim.planning.staffing_cells import People
from sim.statistics import Verdict

LARGEST: Final = 32
"""A removal is judged on at most so many times the replications of a block."""

MOST_ROUNDS: Final = 16
"""Blocks that may prove plans in all."""


class BackwardElimination:
    """The plan without those who are not needed.

    Args:
        proof: of the plan, which meets every target.
        fits: whether the work of every unit fits into its hours.
        budget: letters that may be simulated until the last removal is judged, counted from the first of the plan.
    """

    def __init__(self, blocks: Blocks, proof: Proof, fits: Callable[[People], bool], budget: int) -> None:
        self._blocks, self._fits, self._budget = blocks, fits, budget
        self._simulator = blocks.simulator
        self.proof = proof
        self.removals: dict[int, Change] = {}

    def run(self) -> tuple[Proof, tuple[Change, ...]]:
        """The proof of what is left, and what the removal of one more of each cell changes."""
        self._judge_all()
        while self._blocks.looks < MOST_ROUNDS:
            cell = self._promising()
            if cell is None:
                break
            self._ask(cell)
        return self.proof, tuple(self.removals.values())

    def _judge_all(self) -> None:
        self.removals = {}
        for cell, heads in enumerate(self.proof.people):
            if heads > self._simulator.posts[cell].least:
                people = changed(self.proof.people, cell, -1)
                other = decided(self._simulator, people, self.proof.replications, self.proof)
                self.removals[cell] = change(self.proof, other, cell, -1)

    def _promising(self) -> int | None:
        """The removal that saves most of those that fresh letters may decide within the budget; None if none may."""
        affordable = [
            (-self._simulator.posts[cell].cost, needed, cell)
            for cell, removal in self.removals.items()
            if removal.proof.verdict is not Verdict.MISSED
            and removal.proof.look == 0
            and self._fits(removal.proof.people)
            and (needed := self._needed(removal)) is not None
        ]
        return min(affordable)[2] if affordable else None

    def _needed(self, removal: Change) -> int | None:
        """Replications of a block that would show it to meet every target, or to miss one; None if too many."""
        expected, _ = expected_shares(removal.proof, self.proof)
        targets = np.array([each.target for each in self.proof.targets])
        deviation = standard_error(self.proof.decided, targets) * np.sqrt(len(self.proof.decided.letters))
        away = np.abs(expected - targets)
        # Of a miss one target is enough, and everything must be met.
        missed = expected < targets
        which = missed if missed.any() else np.ones(len(targets), dtype=np.bool_)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = ((quantile(self._blocks.looks + 1) + 1.3) * deviation / away) ** 2
        many = float(each[which].min() if missed.any() else each.max())
        many = max(many, self._blocks.size)
        letters = self._simulator.meter.letters / max(self._simulator.meter.replications, 1)
        left = self._budget - self._simulator.meter.letters
        if not many <= LARGEST * self._blocks.size or many * letters > left:
            return None
        return int(np.ceil(many))

    def _ask(self, cell: int) -> None:
        removal = self.removals[cell]
        needed = self._needed(removal)
        assert needed is not None, "promising"
        shown = self._blocks.prove(removal.proof.people, needed)
        if shown.shown:
            self.proof = shown
            self._judge_all()
        else:
            self.removals[cell] = replace(removal, proof=shown)
