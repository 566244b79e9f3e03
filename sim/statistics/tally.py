"""Tallies: how many times each number occurred, so that percentiles stay exact."""

from typing import NamedTuple

import numpy as np

from sim.core.tables import Int64s


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
