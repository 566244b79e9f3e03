"""The tornado: each figure alone at either end of its range, against the scenario as it is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sim.experiment.points import PointOutcome, SlaOutcome
from sim.statistics import Decided, Estimate, paired_difference

SINGLED_OUT: Final = 10
"""Figures that are simulated with all replications, and have an index of their own; the others have one together."""

_OF_EACH: Final = 2
"""Of these the largest of each SLA, even if it hardly moves."""


@dataclass(frozen=True)
class FigureEffect:
    """What a figure does to compliance with an SLA.

    Attributes:
        figure: its number.
        low, high: compliance at either end of its range minus that as written, paired; None where that is no other.
        reach: by how much compliance differs between the best and the worst of these.
        replications: that say it.
        left_low, left_high: share of the letters that left out of patience within the limit, at either end minus as
            written, paired; None where that is no other, or none leaves at any end of any figure.
        total: its total-order index; None for one of the rest.
    """

    figure: int
    low: Estimate | None
    high: Estimate | None
    reach: float
    replications: int
    left_low: Estimate | None
    left_high: Estimate | None
    total: Estimate | None

    @property
    def ends(self) -> tuple[tuple[Estimate | None, Estimate | None], ...]:
        """At the low and at the high end what it does to compliance and to who left."""
        return (self.low, self.left_low), (self.high, self.left_high)

    @property
    def left_reach(self) -> float:
        """By how much the share of letters that left differs between the most and the least of the three."""
        moved = [0.0, *(left.mean or 0.0 for _, left in self.ends if left is not None)]
        return max(moved) - min(moved)

    @property
    def better_by_losing(self) -> tuple[bool, bool]:
        """At which end compliance is surely higher, and surely more letters leave within the limit."""
        low, high = (
            share is not None and left is not None and share.is_above_zero and left.is_above_zero
            for share, left in self.ends
        )
        return low, high


def effects_of(
    base: PointOutcome, found: Mapping[tuple[int, int], PointOutcome], figures: int, replications: int
) -> dict[str, dict[int, FigureEffect]]:
    """The effect of each figure on each SLA, from its outcomes at both ends."""
    effects = dict[str, dict[int, FigureEffect]]()
    for name, sla in base.slas.items():
        leaves = any(each.left.any() for each in (sla, *(end.slas[name] for end in found.values())))
        effects[name] = {}
        for number in range(figures):
            ends = [found.get((number, side)) for side in (0, 1)]
            low, high = (_difference(sla, end, name, lambda each: each.decided) for end in ends)
            left = [_difference(sla, end if leaves else None, name, lambda each: each.left_in_time) for end in ends]
            moved = [0.0, *(each.mean or 0.0 for each in (low, high) if each is not None)]
            effects[name][number] = FigureEffect(
                figure=number,
                low=low,
                high=high,
                reach=max(moved) - min(moved),
                replications=replications,
                left_low=left[0],
                left_high=left[1],
                total=None,
            )
    return effects


def _difference(
    base: SlaOutcome, end: PointOutcome | None, sla: str, letters: Callable[[SlaOutcome], Decided]
) -> Estimate | None:
    """The paired difference of a share of letters at an end, over as many replications as that has."""
    if end is None:
        return None
    now = letters(end.slas[sla])
    before = Decided(*(each[: len(now.letters)] for each in letters(base)))
    return paired_difference(before, now, copies=end.copies).paired


def largest_figures(effects: Mapping[str, Mapping[int, FigureEffect]]) -> list[int]:
    """The figures that move SLAs most: the first two of each, and then those that move any of them most."""
    by_sla = [[each for each in ranked(found.values()) if each.reach > 0] for found in effects.values()]
    of_each = [found[place] for place in range(_OF_EACH) for found in by_sla if place < len(found)]
    others = ranked(each for found in by_sla for each in found)
    return list(dict.fromkeys(each.figure for each in (*of_each, *others)))[:SINGLED_OUT]


def ranked(effects: Iterable[FigureEffect]) -> list[FigureEffect]:
    """Effects, the largest first."""
    return sorted(effects, key=lambda each: (-each.reach, each.figure))
