"""What a sensitivity says: for each SLA the figures by what they move, and what to measure first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sim.core.json_text import jsonable
from sim.metrics.figures import Caution
from sim.sensitivity.figures import LeftAlone, UncertainFigure
from sim.sensitivity.joint import JointUncertainty
from sim.sensitivity.tornado import FigureEffect
from sim.statistics import Compliance, Estimate, Verdict, together

_FIRST: Final = 3
"""How many figures are named to be measured first."""


@dataclass(frozen=True)
class SlaSensitivity:
    """Compliance with an SLA, and what moves it.

    Attributes:
        left_in_time_share: letters that left out of patience within the limit, of these and those that count; None if
            none does, at any end of any figure either.
        effects: of all figures, the largest first.
        joint: where all figures are varied; None if none were, or the SLA has no letters.
        rest: total-order index of all figures together that have none of their own.
    """

    target: float | None
    compliance: Compliance
    verdict: Verdict | None
    left_in_time_share: Estimate | None
    effects: tuple[FigureEffect, ...]
    joint: JointUncertainty | None
    rest: Estimate | None

    @property
    def effects_on_left(self) -> list[FigureEffect]:
        """Of all figures, what moves the share of letters that left most first."""
        return sorted(self.effects, key=lambda each: (-each.left_reach, each.figure))

    @property
    def first(self) -> tuple[int, ...]:
        """Figures that leave it most uncertain, at most three."""
        return first_of_all([self])


@dataclass(frozen=True)
class Sensitivity:
    """Which figures decide the answer.

    Attributes:
        scenario, title: of the scenario that is asked about.
        marks: whose figures are varied.
        copies: whether all replications are the same, so that they say nothing about chance.
        slas: by name.
    """

    scenario: str
    title: str
    marks: tuple[str, ...]
    spread: float
    replications: int
    seed: int
    copies: bool
    figures: tuple[UncertainFigure, ...]
    left_alone: tuple[LeftAlone, ...]
    slas: Mapping[str, SlaSensitivity]
    cautions: tuple[Caution, ...]

    @property
    def first(self) -> tuple[int, ...]:
        """Figures to measure first, at most three: those that leave most uncertain over all SLAs."""
        return first_of_all(self.slas.values())

    @property
    def most_open(self) -> str | None:
        """The SLA that is most open, by what is not known or else by what one figure moves; None without SLAs."""

        def width(sla: str) -> float:
            found = self.slas[sla]
            reach = found.effects[0].reach if found.effects else 0.0
            return reach if found.joint is None else found.joint.high - found.joint.low

        return max(self.slas, key=width, default=None)

    @property
    def verdict(self) -> Verdict | None:
        """On all targets together, as written."""
        return together([each.verdict for each in self.slas.values()])

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row an SLA and figure, the largest first; no value where there is none, shares as fractions."""
        nothing = Estimate(None, None, None)
        for sla, each in self.slas.items():
            for rank, effect in enumerate(each.effects, start=1):
                figure = self.figures[effect.figure]
                low, high, total, left_low, left_high = (
                    found or nothing
                    for found in (effect.low, effect.high, effect.total, effect.left_low, effect.left_high)
                )
                yield {
                    "sla": sla,
                    "rank": rank,
                    "figure": figure.key,
                    "mark": figure.mark,
                    "written": figure.written,
                    "low": figure.low,
                    "high": figure.high,
                    "replications": effect.replications,
                    "reach": effect.reach,
                    "at_low": low.mean,
                    "at_low_low": low.low,
                    "at_low_high": low.high,
                    "at_high": high.mean,
                    "at_high_low": high.low,
                    "at_high_high": high.high,
                    "total_index": total.mean,
                    "total_index_low": total.low,
                    "total_index_high": total.high,
                    "left_at_low": left_low.mean,
                    "left_at_low_low": left_low.low,
                    "left_at_low_high": left_low.high,
                    "left_at_high": left_high.mean,
                    "left_at_high_low": left_high.low,
                    "left_at_high_high": left_high.high,
                }

    def summary(self) -> dict[str, Any]:
        """The content of sensitivity.json."""
        return {
            "scenario": self.scenario,
            "marks": list(self.marks),
            "spread": self.spread,
            "replications": self.replications,
            "seed": self.seed,
            "first": [self.figures[each].key for each in self.first],
            "sla": {
                name: {
                    "target": each.target,
                    "compliance": jsonable(each.compliance),
                    "verdict": None if each.verdict is None else each.verdict.value,
                    "left_in_time_share": jsonable(each.left_in_time_share),
                    "first": [self.figures[number].key for number in each.first],
                    "joint": None
                    if each.joint is None
                    else jsonable(each.joint, omit=["total"]) | {"rest_total": jsonable(each.rest)},
                    "figures": [
                        {"key": self.figures[effect.figure].key} | jsonable(effect, omit=["figure"])
                        for effect in each.effects
                    ],
                }
                for name, each in self.slas.items()
            },
            "figures": jsonable(self.figures),
            "left_alone": jsonable(self.left_alone),
        }


def first_of_all(slas: Iterable[SlaSensitivity]) -> tuple[int, ...]:
    """The figures that leave compliance with SLAs most uncertain, by the variance that each leaves in all of them."""
    left: dict[int, float] = {}
    for sla in slas:
        for effect in sla.effects:
            left[effect.figure] = left.get(effect.figure, 0.0) + _left_uncertain(effect, sla.joint)
    order = sorted(left, key=lambda number: (-left[number], number))
    return tuple(number for number in order if left[number] > 0)[:_FIRST]


def _left_uncertain(effect: FigureEffect, joint: JointUncertainty | None) -> float:
    """The variance of compliance that is left if all other figures are known; of the tornado alone its size, about."""
    if joint is None:
        return effect.reach**2
    return 0.0 if effect.total is None else (effect.total.mean or 0.0) * joint.deviation**2
