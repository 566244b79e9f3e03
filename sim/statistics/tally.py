"""Tallies: how many times each number occurred, so that percentiles over many replications stay exact."""

from collections.abc import Sequence
from typing import Final, Generic, NamedTuple, TypeVar, cast

import numpy as np

from sim.core.tables import Int64s
from sim.statistics.estimates import combined

T = TypeVar("T")

SMALL: Final = 1_000_000
"""Different numbers that are not worth merging yet."""


class Tally(NamedTuple):
    """How many times each number occurred; as long as there are different ones."""

    values: Int64s  # ascending, none twice
    times: Int64s  # at least 1

    @property
    def total(self) -> int:
        """How many there are."""
        return int(self.times.sum())

    def percentile(self, share: float) -> int | None:
        """The least number that at least this share of all did not exceed; None of an empty tally.

        Args:
            share: in (0, 1].
        """
        upto = self.times.cumsum()
        if not len(upto):
            return None
        # Exact in whole numbers, but for the rounding of the product.
        needed = np.ceil(share * upto[-1] * (1 - 1e-12))
        return int(self.values[np.searchsorted(upto, needed)])


def tally(numbers: Int64s) -> Tally:
    """Count whole numbers."""
    values, count = np.unique(numbers, return_counts=True)
    return Tally(values, count)


def merged(tallies: Sequence[T]) -> T:
    """Tallies of several replications as one: a tally each, or a tuple of tallies each; at least one."""
    return combined(tallies, _merge, Tally)


class Pool(Generic[T]):
    """Tallies of many replications, merged whenever those not yet merged have outgrown the others.

    So memory stays within twice what the merged tallies need, and each number is sorted a few times at most.
    """

    def __init__(self) -> None:
        self._tallies: list[T] = []
        self._merged_size = SMALL
        self._size = 0

    def add(self, tallies: T) -> None:
        """Add the tallies of one replication, a tally or a tuple of tallies."""
        self._tallies.append(tallies)
        self._size += _size(tallies)
        if self._size > 2 * self._merged_size:
            self._tallies = [self.merged()]
            self._size = _size(self._tallies[0])
            self._merged_size = max(self._size, SMALL)

    def merged(self) -> T:
        """All tallies as one; at least one was added."""
        return merged(self._tallies)


def _size(tallies: object) -> int:
    if isinstance(tallies, Tally):
        return len(tallies.values)
    return sum(_size(each) for each in cast(tuple[object, ...], tallies))


def _merge(tallies: Sequence[Tally]) -> Tally:
    values, place = np.unique(np.concatenate([each.values for each in tallies]), return_inverse=True)
    times = np.bincount(place, np.concatenate([each.times for each in tallies]), len(values))
    return Tally(values, times.astype(np.int64))
