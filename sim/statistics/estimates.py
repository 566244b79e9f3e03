"""Estimates over replications, with intervals that respect what is independent.

Letters of one replication share its busy days and its queues, so only replications are independent units.
Every interval here comes from the variation between replications; its level is 95%.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np

from sim.core.tables import Floats, Int64s

T = TypeVar("T")

LEVEL: Final = 0.95
"""Confidence level of every interval."""


@dataclass(frozen=True)
class Estimate:
    """A figure estimated over replications, with its 95% confidence interval.

    `mean` is None where there is nothing to estimate (a share of no letters), `low` and `high` also where
    one replication alone says nothing about chance.
    """

    mean: float | None
    low: float | None
    high: float | None

    @property
    def width(self) -> float | None:
        """Width of the interval; None without one."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def is_above_zero(self) -> bool:
        """Whether its interval lies above 0."""
        return self.low is not None and self.low > 0

    @property
    def is_below_zero(self) -> bool:
        """Whether its interval lies below 0."""
        return self.high is not None and self.high < 0


@dataclass(frozen=True)
class Band:
    """Estimates of many figures at once, for example of every hour of the week; nan where there is none."""

    mean: Floats
    low: Floats
    high: Floats

    def at(self, *index: int) -> Estimate:
        """One of the figures."""
        return Estimate(*(_or_none(column[index]) for column in (self.mean, self.low, self.high)))

    def __getitem__(self, key: int | slice) -> "Band":
        """Some of the figures, along the first axis."""
        return Band(self.mean[key], self.low[key], self.high[key])

    def __truediv__(self, unit: float) -> "Band":
        """The same figures in another unit."""
        return Band(self.mean / unit, self.low / unit, self.high / unit)


class Ratio(NamedTuple):
    """Sums whose quotient is a figure: letters on time and all letters, busy seconds and seconds on duty.

    Both have the same shape. In the measures of one replication that is the shape of the figure; stacked
    over replications it has one axis more, the first.
    """

    part: Floats | Int64s
    whole: Floats | Int64s


def combined(records: Sequence[T], combine: Callable[[Sequence[Any]], Any], leaf: type | tuple[type, ...]) -> T:
    """Tuples of one shape, nested or not, as one: what stands at the same place in all of them is combined.

    Args:
        leaf: the type of what is combined.
    """
    first = records[0]
    if isinstance(first, leaf):
        return cast(T, combine(records))
    columns = zip(*cast(Sequence[tuple[Any, ...]], records), strict=True)
    together = [combined(column, combine, leaf) for column in columns]
    return cast(T, type(first)(*together) if hasattr(first, "_fields") else tuple(together))


def stacked(replications: Sequence[T]) -> T:
    """Measures of several replications as one: every array gets a first axis, the replications; at least one."""
    return combined(replications, np.stack, (np.ndarray, np.generic))


def mean_over(replications: Floats | Int64s) -> Band:
    """Mean over replications with a t interval.

    Args:
        replications: shape (replications, ...), at least one replication.
    """
    count = len(replications)
    mean = replications.mean(axis=0)
    if count < 2:
        return _unknown_width(mean)
    half = student_t(count - 1) * replications.std(axis=0, ddof=1) / np.sqrt(count)
    return Band(mean, mean - half, mean + half)


def ratio_over(ratio: Ratio, *, share: bool = False) -> Band:
    """Ratio of the sums over replications, with a delete-one jackknife interval (Efron and Tibshirani 1993, ch. 11).

    Args:
        ratio: shape (replications, ...).
        share: whether the figure is a share, whose interval stays within [0, 1].

    Returns: nan where the whole is 0; no interval with fewer than two replications, or where deleting one
        leaves nothing.
    """
    mean, without = jackknife(ratio)
    count = len(without)
    if count < 2:
        return _unknown_width(mean)
    half = student_t(count - 1) * np.sqrt(jackknife_variance(without))
    low, high = mean - half, mean + half
    return Band(mean, np.clip(low, 0, 1), np.clip(high, 0, 1)) if share else Band(mean, low, high)


def jackknife(ratio: Ratio) -> tuple[Floats, Floats]:
    """The ratio of the sums, and the same without each replication in turn, shape (replications, ...)."""
    part, whole = ratio.part.sum(axis=0), ratio.whole.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return part / whole, (part - ratio.part) / (whole - ratio.whole)


def jackknife_variance(without: Floats) -> Floats:
    """Jackknife variance of a figure, from its values without each replication."""
    count = len(without)
    variance: Floats = (count - 1) / count * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return variance


def student_t(freedom: Floats | int, several: int = 1) -> Floats:
    """Quantile of Student's t that leaves half of 1 - LEVEL above it.

    Args:
        several: number of intervals that hold together with this confidence; each of them errs so many times less
            often (Bonferroni).
    """
    from scipy.special import stdtrit  # takes long to be loaded, and who only shows figures needs none

    quantile: Floats = stdtrit(freedom, 1 - (1 - LEVEL) / 2 / several)
    return quantile


def _unknown_width(mean: Floats) -> Band:
    return Band(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan))


def _or_none(number: np.floating[Any]) -> float | None:
    return float(number) if np.isfinite(number) else None
