"""Absence behind known shifts: who was missing, and how many were there at least because somebody stood in."""

from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc

from sim.core.tables import Int64s

_VIOLATIONS: Final = 3.0
"""Shifts that should have fallen below a least number if nobody stood in, from which on somebody did."""


def absence_of(rostered: Int64s, present: Int64s) -> tuple[float, int]:
    """Chance that a person misses a shift, and the least number that a shift fell to because somebody stood in.

    Args:
        rostered, present: people that should have been there and that were, of each shift; at least one is rostered.
    Returns: share, and a number of people; 0 if nobody stood in.
    """
    absence = float(np.clip(1 - present.sum() / rostered.sum(), 0, 1))
    at_least = 0
    for _ in range(3):
        at_least = _least(rostered, present, absence)
        absence = _behind(rostered, float(present.sum()), at_least)
    return absence, at_least


def _least(rostered: Int64s, present: Int64s, absence: float) -> int:
    """The largest number below which no shift of as many people or more fell, though by chance some would have."""
    found = 0
    for least in range(1, int(rostered.max(initial=0)) + 1):
        many = rostered >= least
        expected = float(bdtr(least - 1, rostered[many], 1 - absence).sum())
        if expected >= _VIOLATIONS and not (present < np.minimum(rostered, least)).any():
            found = least
    return found


def _behind(rostered: Int64s, present: float, at_least: int) -> float:
    """The absence behind the people that were there, of whom some stood in."""
    sizes, counts = np.unique(rostered, return_counts=True)

    def expected(absence: float) -> float:
        # E max(X, m) = m + sum over k >= m of P(X > k).
        total = 0.0
        for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
            least = min(at_least, size)
            above = np.arange(least, size)
            total += count * (least + float(bdtrc(above, size, 1 - absence).sum()))
        return total - present

    if expected(0.0) <= 0 or expected(0.999) >= 0:
        return 0.0
    return float(brentq(expected, 0.0, 0.999))
