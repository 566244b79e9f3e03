"""All figures varied at once: how far compliance is uncertain, and which figures make it so.

Saltelli's design (2010): two independent samples A and B of all figures, and for each figure, or group of them, A with
that one taken from B. Half the mean squared change from A is the variance that would be left if all others were known
(Jansen 1999); over the whole variance it is the figure's total-order index (Homma and Saltelli 1996). Figures that a
tornado shows to move little share one index as a group, so that the cost does not grow with their number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.scenario.factors import Range
from sim.statistics import Estimate, Ratio, ratio_over

_TAILS: Final = (0.025, 0.5, 0.975)
"""Ends and middle of the range that holds 95% of the points."""


@dataclass(frozen=True)
class JointUncertainty:
    """Compliance with an SLA where all figures lie anywhere in their ranges, each value as likely as another.

    Attributes:
        points: scenarios of the two samples.
        low, median, high: between the first and the last lies compliance at 95% of them.
        deviation: standard deviation of compliance over the points.
        met_share: at how many of them the target is reached; None without a target.
        total: total-order index of each group, a share of the variance, which sum to 1 or more; None where none varies.
    """

    points: int
    low: float
    median: float
    high: float
    deviation: float
    met_share: float | None
    total: tuple[Estimate, ...] | None


def joint_design(
    ranges: Sequence[Range], groups: Sequence[Sequence[int]], points: int, seed: int
) -> Iterator[list[str]]:
    """The values of all figures at each point: all of A, all of B, then A with each group from B.

    Args:
        groups: figures by number; together all of them.
        points: of a sample; a power of 2.
    """
    from scipy.stats import qmc  # takes long to be loaded, and a design without points needs none

    sample = qmc.Sobol(2 * len(ranges), rng=seed).random_base2(points.bit_length() - 1)
    first, second = sample[:, : len(ranges)], sample[:, len(ranges) :]
    exchanged = []
    for group in groups:
        mixed = first.copy()
        mixed[:, list(group)] = second[:, list(group)]
        exchanged.append(mixed)
    for row in np.concatenate([first, second, *exchanged]):
        yield [each.drawn(float(uniform)) for each, uniform in zip(ranges, row, strict=True)]


def joint_uncertainty(found: Floats, points: int, target: float | None) -> JointUncertainty:
    """What the points of a design say.

    Args:
        found: compliance at each, in the order of `joint_design`.
        points: of a sample.
    """
    samples = found[: 2 * points]
    low, median, high = (float(each) for each in np.quantile(samples, _TAILS))
    return JointUncertainty(
        points=2 * points,
        low=low,
        median=median,
        high=high,
        deviation=float(samples.std()),
        met_share=None if target is None else float((samples >= target).mean()),
        total=total_indices(found, points),
    )


def total_indices(found: Floats, points: int) -> tuple[Estimate, ...] | None:
    """Total-order index of each group, with a jackknife interval over the points of a sample; as `joint_uncertainty`.

    None where compliance is the same at all points.
    """
    rows = found.reshape(-1, points)
    first, second, exchanged = rows[0], rows[1], rows[2:]
    variance = ((first - found[: 2 * points].mean()) ** 2 + (second - found[: 2 * points].mean()) ** 2) / 2
    if variance.sum() <= 0:
        return None
    band = ratio_over(Ratio(((exchanged - first) ** 2 / 2).T, np.repeat(variance[:, None], len(exchanged), axis=1)))
    return tuple(
        Estimate(each.mean, *(None if end is None else min(max(end, 0.0), 1.0) for end in (each.low, each.high)))
        for each in (band.at(group) for group in range(len(exchanged)))
    )
