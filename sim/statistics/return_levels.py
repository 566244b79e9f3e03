"""Return levels: how high the peak of a count is that comes once in a day, a week, a month or a year.

A count (calls in each second, minute, hour) has a largest value on each day. The return level of T days is the least
number that is exceeded on no more than one day in T on average. With G(x) = -log P(day's largest <= x), which is the
rate a day at which independent days exceed x (Coles, An Introduction to Statistical Modeling of Extreme Values, 2001,
ch. 3), it is the least x with G(x) <= 1/T. Unlike the largest value of a simulation it does not grow with the number of
replications, and unlike a percentile of all seconds it does not depend on how many of them are empty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from scipy.special import pdtrc

from sim.core.clock import DAY
from sim.core.tables import Floats, Int64s
from sim.statistics.estimates import jackknife_variance, student_t

RECURRENCES: Final = {"day": 1, "week": 7, "month": 30, "year": 365}
"""Days in which a return level is exceeded once."""

_TAIL_SHARE: Final = 0.1
_TAIL_DAYS: Final = 10
"""The tail, in which counts are extrapolated, is made of the days with the largest counts: a tenth of all, or ten."""

_FARTHEST: Final = 5
"""Times as many days as were simulated for which a level is still extrapolated."""


@dataclass(frozen=True)
class ReturnLevel:
    """A return level with its 95% confidence interval.

    Attributes:
        low, high: None where one replication says nothing about chance; `level` itself where it follows from the rates.
    """

    level: int
    low: int | None
    high: int | None


ReturnLevels = dict[str, ReturnLevel | None]
"""By the name of the recurrence, from those that are longer than the period; None where too few days were simulated."""


def recurrences(period: int) -> dict[str, int]:
    """The recurrences that are longer than a period of so many seconds, in days."""
    return {name: days for name, days in RECURRENCES.items() if days * DAY > period}


def least(rate: Callable[[int], float], days: int) -> int:
    """The least number whose rate a day of being exceeded is at most one in so many days.

    Args:
        rate: G of the module's description, which falls to 0.
    """
    low, high = -1, 1
    while rate(high) > 1 / days:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rate(middle) > 1 / days else (low, middle)
    return high


def levels_of_poisson_days(mean: Floats, times: Floats, mixture: tuple[Floats, Floats], period: int) -> ReturnLevels:
    """Return levels of days whose counts are Poisson, given a random factor of the day, in closed form.

    Args:
        mean: of the counts of each day's stretches, and `times` how many stretches have it, shape (days, kinds); all
            of these days are equally frequent.
        mixture: values of the factor and their weights, which sum to 1.
        period: seconds in which is counted.
    """
    factor, weight = mixture
    alike, many = np.unique(np.concatenate([mean, times], axis=1), axis=0, return_counts=True)
    means, numbers = np.split(alike, 2, axis=1)

    @cache
    def rate(most: int) -> float:
        with np.errstate(divide="ignore"):  # a chance of 0 is a rate without end
            none = np.log1p(-pdtrc(most, means[..., None] * factor))
            upto = np.exp((numbers[..., None] * none).sum(axis=1)) @ weight
            return float(-(many * np.log(upto)).sum() / len(mean))

    levels = {name: least(rate, days) for name, days in recurrences(period).items()}
    return {name: ReturnLevel(level, level, level) for name, level in levels.items()}


def levels_of_days(largest: Sequence[Int64s], period: int) -> ReturnLevels:
    """Return levels from the largest counts of simulated days.

    Up to where a tenth of the days exceed it, G is the share of days that do. Beyond, the excess follows a generalised
    Pareto distribution: its shape from probability-weighted moments (Hosking and Wallis 1987) but never a heavy tail,
    which sums of many callers do not have, and its scale so that excesses would be geometric if the shape were 0.
    Intervals are by a jackknife over replications: of the level in the tail, and before it of log G, turned round.

    Args:
        largest: of each replication, on each whole day; shape (days,) each.
        period: seconds in which is counted.
    """
    counts = np.concatenate([np.asarray(each) for each in largest])
    days = len(counts)
    if not days:
        return dict.fromkeys(recurrences(period))
    ascending = np.sort(counts)
    threshold = int(ascending[max(days - 1 - int(max(_TAIL_DAYS, _TAIL_SHARE * days)), 0)])
    which = np.repeat(np.arange(len(largest)), [len(each) for each in largest])
    tails = [_tail(counts, threshold), *(_tail(counts[which != row], threshold) for row in range(len(largest)))]
    return {
        name: _level(tails, threshold, recurrence) if recurrence <= _FARTHEST * days else None
        for name, recurrence in recurrences(period).items()
    }


def at_least(levels: Mapping[str, ReturnLevel | None], shorter: Mapping[str, ReturnLevel | None]) -> ReturnLevels:
    """The levels of a period, and never less than those of a shorter one, which counts a part of it.

    Each is estimated on its own, so that where counts are small two may cross.
    """
    raised: ReturnLevels = {}
    for name, level in levels.items():
        part = shorter.get(name)
        if level is None or part is None or part.level <= level.level:
            raised[name] = level
        else:
            high = None if level.high is None or part.high is None else max(level.high, part.high)
            raised[name] = ReturnLevel(part.level, level.low, high)
    return raised


class _Tail(NamedTuple):
    """How often days exceed a number, by the days that there are."""

    log_rate: Floats  # log G at each number up to the threshold
    shape: float
    scale: float

    def beyond(self, days: int) -> float:
        """How far beyond the threshold the level of so many days lies."""
        times = float(self.log_rate[-1]) + np.log(days)
        return float(self.scale * (np.expm1(self.shape * times) / self.shape if self.shape else times))


def _tail(counts: Int64s, threshold: int) -> _Tail:
    days = len(counts)
    above = days - np.searchsorted(np.sort(counts), np.arange(threshold + 1), side="right")
    exceeding = np.clip(above, 0.5, days - 0.5)  # none or all of some days are not none or all of all
    log_rate = np.log(-np.log1p(-exceeding / days)) if days else np.full(threshold + 1, np.nan)
    excess = np.sort(counts[counts > threshold]) - threshold - 1
    # Half an excess more and half a day, so that a few days without any deeper one are no proof that there is none.
    ratio = (excess.sum() + 0.5) / (len(excess) + excess.sum() + 1)
    shape = _shape(excess.astype(np.float64) + 0.5)
    return _Tail(log_rate, shape, float((1 - shape) / -np.log(ratio)))


def _shape(excess: Floats) -> float:
    """Shape of a generalised Pareto distribution, from excesses in ascending order; between -1/2 and 0."""
    if len(excess) < 2:
        return 0.0
    weight = 1 - (np.arange(1, len(excess) + 1) - 0.35) / len(excess)
    mean, weighted = float(excess.mean()), float((weight * excess).mean())
    return min(max(2 - mean / (mean - 2 * weighted), -0.5), 0.0) if mean > 2 * weighted else 0.0


def _level(tails: Sequence[_Tail], threshold: int, recurrence: int) -> ReturnLevel:
    """The level of a recurrence, in days.

    Args:
        tails: of all replications, and then without each of them.
    """
    everything, *without = tails
    goal = -np.log(recurrence)
    reached = np.flatnonzero(everything.log_rate <= goal)
    few = len(without) < 2
    if not len(reached):
        beyond = everything.beyond(recurrence)
        level = threshold + int(np.ceil(beyond))
        if few:
            return ReturnLevel(level, None, None)
        half = _half(np.array([each.beyond(recurrence) for each in without]))
        low, high = (threshold + int(np.ceil(beyond + sign * half)) for sign in (-1, 1))
    else:
        level = int(reached[0])
        if few:
            return ReturnLevel(level, None, None)
        width = _half(np.array([each.log_rate for each in without]))
        low, high = (int(np.argmax(np.append(everything.log_rate + sign * width, -np.inf) <= goal)) for sign in (-1, 1))
    return ReturnLevel(level, min(max(low, 0), level), max(high, level))


def _half(without: Floats) -> Floats:
    """Half the width of an interval, from figures without each replication."""
    half: Floats = student_t(len(without) - 1) * np.sqrt(jackknife_variance(without))
    return half
