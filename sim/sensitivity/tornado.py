"""The tornado: each figure alone at either end of its range, against the scenario as it is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sim.experiment.points import PointOutcome
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
        total: its total-order index; None for one of the rest.
    """

    figure: int
    low: Estimate | None
    high: Estimate | None
    reach: float
    replications: int
    total: Estimate | None

    @property
    def is_sure(self) -> bool:
        """Whether an end surely differs: the interval of one leaves 0 out."""
        ends = (each for each in (self.low, self.high) if each is not None)
        return any(each.is_above_zero or each.is_below_zero for each in ends)


def effects_of(
    base: PointOutcome, found: Mapping[tuple[int, int], PointOutcome], figures: int, replications: int
) -> dict[str, dict[int, FigureEffect]]:
    """The effect of each figure on each SLA, from its outcomes at both ends."""
    effects = dict[str, dict[int, FigureEffect]]()
    for name, sla in base.slas.items():
        same = Decided(*(each[:replications] for each in sla.decided))
        effects[name] = {}
        for number in range(figures):
            ends = [_difference(same, found.get((number, side)), name) for side in (0, 1)]
            moved = [0.0, *(each.mean or 0.0 for each in ends if each is not None)]
            effects[name][number] = FigureEffect(number, ends[0], ends[1], max(moved) - min(moved), replications, None)
    return effects


def _difference(base: Decided, end: PointOutcome | None, sla: str) -> Estimate | None:
    if end is None:
        return None
    return paired_difference(base, end.slas[sla].decided, copies=end.copies).paired


def largest_figures(effects: Mapping[str, Mapping[int, FigureEffect]]) -> list[int]:
    """The figures that move SLAs most: the first two of each, and then those that move any of them most."""
    by_sla = [[each for each in ranked(found.values()) if each.reach > 0] for found in effects.values()]
    of_each = [found[place] for place in range(_OF_EACH) for found in by_sla if place < len(found)]
    others = ranked(each for found in by_sla for each in found)
    return list(dict.fromkeys(each.figure for each in (*of_each, *others)))[:SINGLED_OUT]


def ranked(effects: Iterable[FigureEffect]) -> list[FigureEffect]:
    """Effects, the largest first."""
    return sorted(effects, key=lambda each: (-each.reach, each.figure))
