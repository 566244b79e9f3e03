"""Backward elimination: remove people of a cell at a time while all targets stay met on fresh seeds.

Whoever is not needed goes. The removal of one person of each cell is looked at on the first replications that proved
the plan, as differences to the plan (common random numbers). Where these show that a target would surely be met
without somebody, as many as that leaves to spare are taken at once, and the block that shows it is the plan's new
proof. Only then are the other removals judged closer, on all replications of the proof, until a target is surely missed
or it is plain that they cannot decide; and those that they leave undecided are asked on larger blocks. All of it ends
with the budget.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.planner.proof import (
    FIRST_LOOK,
    Blocks,
    Change,
    Proof,
    change_between,
    critical_value,
    decided,
    expected_shares,
    standard_error,
    surely_met,
)
from sim.planner.staffing_cells import People, with_heads
from sim.statistics import Verdict

_LARGEST: Final = 32
"""A removal is judged on at most so many times the replications of a block."""

_MOST_ROUNDS: Final = 16
"""Blocks that may prove plans in all."""

_SCREENED: Final = 2 * FIRST_LOOK
"""Replications on which every removal is looked at first."""

_PART: Final = 4
"""At most this part of a cell's people go at once."""

_LONGER: Final = 1.25
"""Several go at once as long as their proof takes no more than so many times the replications of that for one."""


class BackwardElimination:
    """Backward elimination from a plan.

    Args:
        proof: of the plan, which meets every target.
        fits: whether the work of every unit fits into its hours.
        budget: letters that may be simulated until the last removal is judged, counted from the first of the plan.
    """

    def __init__(self, blocks: Blocks, proof: Proof, fits: Callable[[People], bool], budget: int) -> None:
        self._blocks, self._fits, self._budget = blocks, fits, budget
        self._simulator = blocks.simulator
        self._targets: Floats = np.array([each.target for each in proof.targets])
        self.proof = proof
        self.removals: dict[int, Change] = {}
        self._closer: set[int] = set()  # cells whose removal was judged on all that the budget allows
        self._at_once: dict[int, int] = {}  # of a cell so many may go at once, after more of them failed

    def run(self) -> tuple[Proof, tuple[Change, ...]]:
        """The proof of what is left, and what the removal of one more of each cell changes."""
        self._screen()
        while self._blocks.looks < _MOST_ROUNDS:
            cell = self._promising(sure=True)
            if cell is None:
                self._judge_closer()
                cell = self._promising(sure=False)
            if cell is None:
                break
            self._ask(cell)
        return self.proof, tuple(self.removals.values())

    def _screen(self) -> None:
        self.removals, self._closer = {}, set()
        cells = [cell for cell, heads in enumerate(self.proof.people) if heads > self._simulator.cells[cell].least]
        for index, cell in enumerate(cells):
            self._judge(cell, max(min(self._affordable() // (len(cells) - index), _SCREENED), FIRST_LOOK))

    def _judge_closer(self) -> None:
        """Judge what the first replications left open, the dearest first, each with its part of the budget."""
        open_ = sorted(
            (cell for cell in self.removals if self._is_open(cell) and cell not in self._closer),
            key=lambda cell: -self._simulator.cells[cell].cost,
        )
        self._closer |= set(open_)
        for index, cell in enumerate(open_):
            replications = self._affordable() // (len(open_) - index)
            if replications > len(self.removals[cell].proof.replications):
                self._judge(cell, replications)

    def _judge(self, cell: int, replications: int) -> None:
        people = with_heads(self.proof.people, cell, self.proof.people[cell] - 1)
        other = decided(self._simulator, people, self.proof.replications[:replications], self.proof)
        self.removals[cell] = change_between(self.proof, other, cell, -1)

    def _affordable(self) -> int:
        """Replications for which the budget still suffices."""
        meter = self._simulator.meter
        return max(int((self._budget - meter.letters) * meter.replications / max(meter.letters, 1)), 0)

    def _is_open(self, cell: int) -> bool:
        removal = self.removals[cell].proof
        return removal.verdict is not Verdict.MISSED and removal.look == 0

    def _promising(self, *, sure: bool) -> int | None:
        """The removal that saves most of those that fresh letters may decide within the budget; None if none may.

        Args:
            sure: only of those that would surely do.
        """
        affordable = [
            (-self._simulator.cells[cell].cost, needed, cell)
            for cell, removal in self.removals.items()
            if self._is_open(cell)
            and (not sure or surely_met(removal.proof, self.proof))
            and self._fits(removal.proof.people)
            and (needed := self._needed(expected_shares(removal.proof, self.proof)[0])) is not None
        ]
        return min(affordable)[2] if affordable else None

    def _needed(self, expected: Floats) -> int | None:
        """Replications of a block that would show every target to be met, or one to be missed; None if too many.

        Args:
            expected: compliance with each target, shape (targets,).
        """
        if self.proof.copies:
            return self._blocks.size if self._blocks.size <= self._affordable() else None
        deviation = standard_error(self.proof.decided, self._targets) * np.sqrt(len(self.proof.decided.letters))
        away = np.abs(expected - self._targets)
        # Of a miss one target is enough, and everything must be met.
        missed = expected < self._targets
        which = missed if missed.any() else np.ones(len(away), dtype=np.bool_)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = ((critical_value(self._blocks.looks + 1) + 1.3) * deviation / away) ** 2
        many = float(each[which].min() if missed.any() else each.max())
        many = max(many, self._blocks.size)
        if not many <= min(_LARGEST * self._blocks.size, self._affordable()):
            return None
        return int(np.ceil(many))

    def _several(self, cell: int) -> tuple[int, int]:
        """How many of a cell may go at once, and the replications that would show it."""
        removal = self.removals[cell].proof
        expected, error = expected_shares(removal, self.proof)
        needed = self._needed(expected)
        assert needed is not None, "promising"
        if not surely_met(removal, self.proof):
            return 1, needed
        each, heads = self.proof.shares - expected + error, self.proof.people[cell]
        most = min(self._at_once.get(cell, heads // _PART), heads - self._simulator.cells[cell].least)
        for many in range(most, 1, -1):
            there = self.proof.shares - many * each
            replications = self._needed(there) if (there > self._targets).all() else None
            soon = replications is not None and replications <= _LONGER * needed
            if replications is not None and soon and self._fits(with_heads(self.proof.people, cell, heads - many)):
                return many, replications
        return 1, needed

    def _ask(self, cell: int) -> None:
        many, replications = self._several(cell)
        people = with_heads(self.proof.people, cell, self.proof.people[cell] - many)
        shown = self._blocks.prove(people, replications)
        if shown.shown:
            self.proof = shown
            self._screen()
        elif many > 1:
            self._at_once[cell] = many // 2
        else:
            self.removals[cell] = replace(self.removals[cell], proof=shown)
