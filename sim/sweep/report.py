"""What a sweep found: compliance at every point of a design."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.core.json_text import jsonable
from sim.metrics.figures import Caution
from sim.statistics import Compliance, Estimate, Verdict, together


@dataclass(frozen=True)
class SlaAtPoint:
    """Compliance with an SLA at a point.

    Attributes:
        letters: of all replications.
        difference: compliance minus that at the first point, with its paired interval; None at the first point.
        left_in_time_share: letters that left out of patience within the limit, of these and `letters`, among which
            they are not; None if none does at any point.
        left_difference: that share minus the one at the first point, likewise.
    """

    target: float | None
    compliance: Compliance
    verdict: Verdict | None
    letters: float
    difference: Estimate | None
    left_in_time_share: Estimate | None
    left_difference: Estimate | None

    @property
    def is_better(self) -> bool:
        """Whether compliance is surely higher than at the first point."""
        return self.difference is not None and self.difference.is_above_zero

    @property
    def loses_more(self) -> bool:
        """Whether more letters surely leave within the limit than at the first point, so that fewer count."""
        return self.left_difference is not None and self.left_difference.is_above_zero


@dataclass(frozen=True)
class SweptPoint:
    """One point of a sweep.

    Attributes:
        values: of each key, as a scenario has them.
        slas: by name.
        cautions: about the scenario at this point.
    """

    values: tuple[str, ...]
    headcount: int
    cost: float
    slas: Mapping[str, SlaAtPoint]
    cautions: tuple[Caution, ...]

    @property
    def verdict(self) -> Verdict | None:
        """On all its targets together."""
        return together([each.verdict for each in self.slas.values()])


class SweptCaution(NamedTuple):
    """A caution, as the first point that has it says it, and the points that have one of its kind about the same."""

    caution: Caution
    points: tuple[int, ...]


@dataclass(frozen=True)
class Sweep:
    """A scenario at every point of a design.

    Attributes:
        scenario, title: of the scenario that is varied.
        copies: whether the replications of every point are the same, so that they say nothing about chance.
        points: in the order of the design; differences are from the first.
    """

    scenario: str
    title: str
    design: str
    keys: tuple[str, ...]
    replications: int
    seed: int
    copies: bool
    points: tuple[SweptPoint, ...]

    @property
    def slas(self) -> tuple[str, ...]:
        """Names of all SLAs, those of the first point first."""
        return tuple(dict.fromkeys(sla for point in self.points for sla in point.slas))

    @property
    def slas_by_weight(self) -> list[str]:
        """Names of all SLAs, the one that is missed at most points first, then by points where it is open."""

        def weight(sla: str) -> tuple[int, int, float]:
            found = [point.slas[sla] for point in self.points if sla in point.slas]
            verdicts = [each.verdict for each in found]
            above = [
                each.compliance.worst - (each.target or 0.0) for each in found if each.compliance.worst is not None
            ]
            return -verdicts.count(Verdict.MISSED), -verdicts.count(Verdict.UNCLEAR), min(above, default=1.0)

        return sorted(self.slas, key=weight)

    @property
    def leaving(self) -> tuple[str, ...]:
        """The SLAs within whose limits letters leave out of patience, at some point."""
        each = ((sla, at_point) for point in self.points for sla, at_point in point.slas.items())
        return tuple(dict.fromkeys(sla for sla, at_point in each if at_point.left_in_time_share is not None))

    @property
    def is_grid(self) -> bool:
        """Whether every combination of levels is there."""
        return self.design == "grid"

    def levels(self, key: int) -> tuple[str, ...]:
        """The values that a key takes, each once, in the order of the points."""
        return tuple(dict.fromkeys(point.values[key] for point in self.points))

    @property
    def cautions(self) -> tuple[SweptCaution, ...]:
        """What to know of any of the points."""
        found: dict[tuple[str, str | None], list[tuple[int, Caution]]] = {}
        for number, point in enumerate(self.points):
            for caution in point.cautions:
                found.setdefault((caution.kind, caution.subject), []).append((number, caution))
        return tuple(SweptCaution(those[0][1], tuple(number for number, _ in those)) for those in found.values())

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row a point and SLA, the same columns in each; no value where there is none, shares as fractions."""
        for number, point in enumerate(self.points):
            for sla, each in point.slas.items():
                between = each.compliance.between or (None, None)
                difference, left, left_difference = (
                    found or Estimate(None, None, None)
                    for found in (each.difference, each.left_in_time_share, each.left_difference)
                )
                yield {
                    "point": number,
                    **dict(zip(self.keys, point.values, strict=True)),
                    "headcount": point.headcount,
                    "cost": point.cost,
                    "sla": sla,
                    "letters": each.letters,
                    "target": each.target,
                    "compliance": each.compliance.mean,
                    "low": each.compliance.low,
                    "high": each.compliance.high,
                    "between_low": between[0],
                    "between_high": between[1],
                    "verdict": None if each.verdict is None else each.verdict.value,
                    "difference": difference.mean,
                    "difference_low": difference.low,
                    "difference_high": difference.high,
                    "left_in_time_share": left.mean,
                    "left_in_time_low": left.low,
                    "left_in_time_high": left.high,
                    "left_difference": left_difference.mean,
                    "left_difference_low": left_difference.low,
                    "left_difference_high": left_difference.high,
                }

    def summary(self) -> dict[str, Any]:
        """The content of sweep.json."""
        return {
            "scenario": self.scenario,
            "design": self.design,
            "keys": list(self.keys),
            "replications": self.replications,
            "seed": self.seed,
            "points": [
                {
                    "values": dict(zip(self.keys, point.values, strict=True)),
                    "headcount": point.headcount,
                    "cost": point.cost,
                    "verdict": None if point.verdict is None else point.verdict.value,
                    "sla": jsonable(point.slas),
                }
                for point in self.points
            ],
        }
