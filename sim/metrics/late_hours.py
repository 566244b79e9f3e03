"""At which hours letters come that will be late: worth telling only where more of them come than of all letters."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.tables import Floats, Int64s
from sim.statistics import Ratio, ratio_over

DAY_HOURS: Final = 24

LEAST_LATE: Final = 30
"""Late letters, in all replications together, below which their hours are chance."""

LEAST_LIFT: Final = 1.25
"""So many times as many late letters as letters in all must come in the hours that are told."""

CHOSEN: Final = 1.5
"""The span is the best of many, so it needs an interval so many times as wide: late letters without any pattern then
are told hours in at most 5% of cases, from 30 late letters on."""


@dataclass(frozen=True)
class LateHours:
    """The shortest span of hours of the day in which half of the late letters are received.

    Attributes:
        start, end: hours, [start, end) with end up to start + 24.
        late: share of the late letters that come then.
        letters: share of all letters that come then.
    """

    start: int
    end: int
    late: float
    letters: float

    @property
    def span(self) -> tuple[int, int]:
        """The hours."""
        return self.start, self.end

    @property
    def lift(self) -> float:
        """How many times as many late letters come then as there would be if all hours were alike."""
        return self.late / self.letters


def half_of(by_hour: Floats | Int64s) -> tuple[int, int] | None:
    """Shortest span of hours of the day, [start, end) with end up to start + 24, with half of something.

    Of several the one with most of it, then the first; None of nothing.

    Args:
        by_hour: shape (24,).
    """
    total = float(by_hour.sum())
    if not total > 0:
        return None
    upto = np.cumsum([0.0, *by_hour, *by_hour])
    for length in range(1, DAY_HOURS):
        within = upto[length : length + DAY_HOURS] - upto[:DAY_HOURS]
        start = int((within > within.max() * (1 - 1e-12)).argmax())
        if within[start] >= 0.5 * total * (1 - 1e-12):
            return start, start + length
    return 0, DAY_HOURS


def late_hours(late: Floats | Int64s, letters: Floats | Int64s) -> LateHours | None:
    """Hours of receipt at which letters are late more often than at others; None where that is not shown.

    Args:
        late, letters: by hour of receipt, shape (replications, 24); at least one replication.
    """
    by_hour = late.sum(axis=0)
    span = half_of(by_hour)
    if span is None or by_hour.sum() < LEAST_LATE:
        return None
    hours = np.arange(*span) % DAY_HOURS
    share = ratio_over(Ratio(late[:, hours].sum(axis=1), late.sum(axis=1)), share=True).at()
    usual = float(letters[:, hours].sum() / letters.sum())
    if share.mean is None or share.low is None or share.mean - CHOSEN * (share.mean - share.low) <= usual:
        return None
    found = LateHours(*span, late=share.mean, letters=usual)
    return found if found.lift >= LEAST_LIFT else None
