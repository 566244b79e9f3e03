"""Percentiles of durations over replications, with intervals, when some durations have not ended.

A duration that has not ended is known to be at least what it is so far, and no more. So a percentile lies between
the one with open durations as they are so far and the one with open durations that never end; where these are the
same it is told, else both ends are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import Bools, Floats, Int64s, Ints, first_of_group
from sim.statistics.estimates import LEVEL, Ratio, ratio_over
from sim.statistics.judging import chosen_effect, effective_letters, own_effect, share_variance

_SHARES: Final = (0.5, 0.9, 0.95, 0.99)
"""The percentiles that are told, as shares."""

_BODY: Final = (0.8, 0.9, 0.95)
"""Shares of the durations at whose percentiles the design effect of their body is told."""

_ROUNDING: Final = 1e-12
"""So much of a number of durations is rounding."""

_LOOKS: Final = 64
"""Durations at which the end of an interval is looked for at first."""

_ALL_AT_ONCE: Final = 512
"""Durations among which it is looked for one by one."""

_TINY: Final = 1e-300
"""In place of a 0 that the incomplete beta function does not take."""


class Durations(NamedTuple):
    """How many durations of each length there are in one replication, in as few bytes as hold them; a row a length."""

    seconds: Ints  # ascending, none twice
    ended: Ints
    open: Ints  # not ended; the length is what they are so far

    @property
    def total(self) -> int:
        """Number of durations."""
        return int(self.ended.sum()) + int(self.open.sum())


@dataclass(frozen=True)
class Figure:
    """A percentile, mean or maximum, in the unit of its owner.

    Attributes:
        value: None where open durations leave it unknown, or where there are no durations.
        low, high: its 95% interval; None where one cannot be told.
        more_than, at_most: what is known where `value` is not; `at_most` is None where open durations may last
            for ever.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    more_than: float | None = None
    at_most: float | None = None

    @property
    def least(self) -> float | None:
        """The value, or what it is known to exceed."""
        return self.value if self.value is not None else self.more_than

    def __truediv__(self, unit: float) -> "Figure":
        """The same in another unit."""
        numbers = (self.value, self.low, self.high, self.more_than, self.at_most)
        value, low, high, more, most = (None if each is None else each / unit for each in numbers)
        return Figure(value, low, high, more, most)


_NOTHING: Final = Figure(None)


@dataclass(frozen=True)
class Spread:
    """How long something took, over all letters (or visits) of all replications; open ones are bounds, see `Figure`.

    A percentile is the least duration that this share did not exceed.
    """

    mean: Figure
    p50: Figure
    p90: Figure
    p95: Figure
    p99: Figure
    max: Figure

    def __truediv__(self, unit: float) -> "Spread":
        """The same in another unit."""
        mean, p50, p90, p95, p99, most = (
            each / unit for each in (self.mean, self.p50, self.p90, self.p95, self.p99, self.max)
        )
        return Spread(mean, p50, p90, p95, p99, most)


def durations_of(seconds: Int64s, open_: Bools | None = None) -> Durations:
    """Count durations of one replication.

    Args:
        seconds: 0 or more, shape (durations,).
        open_: which of them have not ended; none if not said.
    """
    code = seconds * 2 if open_ is None else seconds * 2 + open_
    return _separate(*_counted(code, 2 * int(seconds.max(initial=0)) + 1))


def durations_by(groups: int, group: Int64s, seconds: Int64s, open_: Bools) -> tuple[Durations, ...]:
    """Count durations of several groups, 0 to `groups` - 1."""
    span = 2 * (int(seconds.max(initial=0)) + 1)
    codes, times = _counted(group * span + 2 * seconds + open_, groups * span)
    ends = np.searchsorted(codes, np.arange(groups + 1) * span).tolist()
    return tuple(
        _separate(codes[start:end] - each * span, times[start:end]) for each, (start, end) in enumerate(pairwise(ends))
    )


def pooled(replications: Sequence[Durations]) -> Durations:
    """Durations of several replications as one."""
    seconds, ended, open_ = (np.concatenate(column).astype(np.int64) for column in zip(*replications, strict=True))
    # Each is in order already, which a stable sort makes use of.
    order = np.argsort(seconds, kind="stable")
    seconds = seconds[order]
    first = np.flatnonzero(first_of_group(seconds))
    if not len(seconds):
        return Durations(seconds, ended, open_)
    return Durations(seconds[first], *(np.add.reduceat(counts[order], first) for counts in (ended, open_)))


def merged(parts: Sequence[Durations]) -> Durations:
    """Durations of several parts of one replication together, as if they had been counted at once."""
    whole = pooled(parts)
    return Durations(_short(whole.seconds), whole.ended.astype(np.int32), whole.open.astype(np.int32))


def spread(replications: Sequence[Durations], *, copies: bool = False) -> Spread:
    """Mean, percentiles and maximum over replications, in seconds.

    Args:
        replications: at least one.
        copies: whether the replications are the same, so that they say nothing about chance.
    """
    whole = pooled(replications)
    if not whole.total:
        return Spread(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)
    some = [each for each in replications if each.total]
    search = None if copies or len(some) < 2 else _Search(some, whole)
    p50, p90, p95, p99 = (_percentile(whole, share, search) for share in _SHARES)
    last, is_open = float(whole.seconds[-1]), bool(whole.open.any())
    maximum = Figure(None, more_than=last) if is_open else Figure(last)
    return Spread(_mean(some, whole, copies), p50, p90, p95, p99, maximum)


def body_effect(replications: Sequence[Durations]) -> float:
    """Design effect of the body of the durations: the largest at their pooled 80th, 90th and 95th percentile.

    Args:
        replications: open durations count as they are so far, and those that have not begun as 0.

    Returns: at least 1; 1 where nothing can be told.
    """
    some = [each for each in replications if each.total]
    if len(some) < 2:
        return 1.0
    return _body_effect(_upto(some), pooled(some))


def _body_effect(some: Sequence["_Upto"], whole: Durations) -> float:
    at = np.array([whole.seconds[_rank(whole.ended + whole.open, share)] for share in _BODY])
    return float(_effects(some, at, only_ended=False)[1].max(initial=1.0))


def _counted(codes: Int64s, most: int) -> tuple[Ints, Int64s]:
    """Different codes up to some number, ascending, and how many there are of each."""
    from sim.core.radix_sort import ascending  # loads the compiler, and who only shows figures needs none

    in_order = ascending(codes, most)
    first = np.flatnonzero(first_of_group(in_order))
    return in_order[first], np.diff(first, append=len(in_order))


def _separate(codes: Ints, times: Int64s) -> Durations:
    """Counts of ascending codes, each twice the seconds and one more for an open duration, as durations."""
    of_codes = codes >> 1
    first = first_of_group(of_codes)
    seconds, place = of_codes[first], np.cumsum(first) - 1
    is_open = codes & 1 == 1
    ended, open_ = np.zeros(len(seconds), np.int32), np.zeros(len(seconds), np.int32)
    ended[place[~is_open]], open_[place[is_open]] = times[~is_open], times[is_open]
    return Durations(_short(seconds), ended, open_)


def _short(seconds: Ints) -> Ints:
    """Ascending durations in as few bytes as hold them."""
    return seconds.astype(np.int32) if not len(seconds) or seconds[-1] < np.iinfo(np.int32).max else seconds


def _rank(counts: Ints, share: float) -> int:
    """Index of the least duration that at least this share did not exceed; beyond the last one if none is."""
    upto = counts.cumsum()
    return int(np.searchsorted(upto, np.ceil(share * upto[-1] * (1 - _ROUNDING))))


def _percentile(whole: Durations, share: float, search: "_Search | None") -> Figure:
    least = float(whole.seconds[_rank(whole.ended + whole.open, share)])
    needed = np.ceil(share * whole.total * (1 - _ROUNDING))
    rank = int(np.searchsorted(whole.ended.cumsum(), needed))
    most = float(whole.seconds[rank]) if rank < len(whole.seconds) else None
    low, high = (search.low(share), search.high(share)) if search is not None else (None, None)
    if least == most:
        return Figure(least, low, high)
    return Figure(None, low, high, least, most)


def _mean(some: Sequence[Durations], whole: Durations, copies: bool) -> Figure:
    mean = float(whole.seconds @ (whole.ended + whole.open)) / whole.total
    if whole.open.any():
        return Figure(None, more_than=mean)
    if copies or len(some) < 2:
        return Figure(mean)
    sums = np.array([float(each.seconds.astype(np.int64) @ each.ended) for each in some])
    estimate = ratio_over(Ratio(sums, np.array([float(each.total) for each in some]))).at()
    return Figure(mean, estimate.low, estimate.high)


class _Upto(NamedTuple):
    """Durations of one replication up to each length, ready to be looked up."""

    seconds: Ints
    all: Int64s  # up to each length, from none of them on, (lengths + 1,)
    ended: Int64s


def _upto(some: Sequence[Durations]) -> list[_Upto]:
    return [
        _Upto(each.seconds, *(np.append(0, counts.cumsum()) for counts in (each.ended + each.open, each.ended)))
        for each in some
    ]


def _effects(some: Sequence[_Upto], at: Ints, *, only_ended: bool) -> tuple[Floats, Floats]:
    """Share of the durations up to each length, and its own design effect, same shape as `at`."""
    counts = np.empty((len(some), len(at)))
    for row, each in zip(counts, some, strict=True):
        row[:] = (each.ended if only_ended else each.all)[np.searchsorted(each.seconds, at, side="right")]
    letters = np.array([[float(each.all[-1])] for each in some])
    share, variance, _ = share_variance(counts, np.broadcast_to(letters, counts.shape))
    return share, own_effect(share, variance, letters.sum())


class _Search:
    """Ends of the intervals of percentiles, by inversion of the interval of the share up to a duration."""

    def __init__(self, some: Sequence[Durations], whole: Durations) -> None:
        self._some, self._lengths = _upto(some), whole.seconds
        self._closed = whole.seconds[whole.ended > 0]
        self._letters = np.asarray(float(whole.total))
        self._body = np.asarray(_body_effect(self._some, whole))

    def low(self, share: float) -> float | None:
        """The smallest length whose share's interval reaches up to `share`."""
        from scipy.special import betainc  # takes long to be loaded, and who only shows figures needs none

        def reaches(at: Ints) -> Bools:
            below, above, is_there = self._worth(at, share, only_ended=False)
            there: Bools = is_there | (betainc(below + 1, np.maximum(above, _TINY), share) <= (1 + LEVEL) / 2)
            return there

        return _first(self._lengths, reaches, for_good=False)

    def high(self, share: float) -> float | None:
        """The smallest length from which on the intervals lie at `share` and above; None where there is none."""
        from scipy.special import betainc  # takes long to be loaded, and who only shows figures needs none

        def exceeds(at: Ints) -> Bools:
            below, above, is_there = self._worth(at, share, only_ended=True)
            there: Bools = is_there & (betainc(np.maximum(below, _TINY), above + 1, share) <= (1 - LEVEL) / 2)
            return there

        return _first(self._closed, exceeds, for_good=True)

    def _worth(self, at: Ints, target: float, *, only_ended: bool) -> tuple[Floats, Floats, Bools]:
        """Durations up to each length and beyond it, in independent ones, and whether their share is the target."""
        share, own = _effects(self._some, at, only_ended=only_ended)
        effect = chosen_effect(share, self._letters, own, self._body)
        worth = effective_letters(self._letters, effect, np.asarray(len(self._some)))
        return worth * share, worth * (1 - share), share >= target


def _first(lengths: Ints, holds: Callable[[Ints], Bools], *, for_good: bool) -> float | None:
    """The first length that holds, or from which on all hold; looked for in steps, then one by one."""
    low, high = 0, len(lengths)  # the answer is in [low, high]
    while low < high:
        looks = np.arange(low, high)
        if len(looks) > _ALL_AT_ONCE:
            looks = np.unique(np.linspace(low, high - 1, _LOOKS).astype(np.int64))
        held = holds(lengths[looks])
        if for_good:
            failed = np.flatnonzero(~held)
            place = int(failed[-1]) + 1 if len(failed) else 0
        else:
            place = int(held.argmax()) if held.any() else len(looks)
        low = int(looks[place - 1]) + 1 if place else int(looks[0])
        high = int(looks[place]) if place < len(looks) else high
        if place == 0:
            break
    return float(lengths[low]) if low < len(lengths) else None
