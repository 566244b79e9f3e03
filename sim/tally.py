"""Tallies: how many times each duration occurred, so that percentiles over many replications stay exact."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.tables import Int64s


class Tally(NamedTuple):
    """How many times each duration occurred; no longer than the number of different durations."""

    seconds: Int64s  # ascending, no duration twice
    times: Int64s  # at least 1

    @property
    def total(self) -> int:
        """Number of durations."""
        return int(self.times.sum())

    def percentile(self, share: float) -> int | None:
        """The least duration that at least this share of all did not exceed; None of an empty tally.

        Args:
            share: in (0, 1].
        """
        upto = self.times.cumsum()
        if not len(upto):
            return None
        # Exact in whole numbers of durations, but for the rounding of the product.
        needed = np.ceil(share * upto[-1] * (1 - 1e-12))
        return int(self.seconds[np.searchsorted(upto, needed)])


def tally(durations: Int64s) -> Tally:
    """Count durations, in whole seconds."""
    seconds, count = np.unique(durations, return_counts=True)
    return Tally(seconds, count)


def merged(tallies: Sequence[Tally]) -> Tally:
    """One tally of all durations of several; at least one."""
    seconds, place = np.unique(np.concatenate([each.seconds for each in tallies]), return_inverse=True)
    count = np.bincount(place, weights=np.concatenate([each.times for each in tallies]), minlength=len(seconds))
    return Tally(seconds, count.astype(np.int64))
