"""Hours of the week and of the day: what happens on Mondays from 08:00 to 09:00 is hour 8, whatever the week."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import Bools, Floats, Int64s
from sim.statistics import Ratio, ratio_over

if TYPE_CHECKING:
    from sim.scenario.setting import Setting

HOURS_OF_DAY: Final = 24
HOURS_OF_WEEK: Final = 7 * 24

_LEAST_LATE: Final = 30
"""Late letters, in all replications together, below which their hours are chance."""

LEAST_LIFT: Final = 1.25
"""So many times as many late letters as letters in all must there be in the hours, or units, that are told."""

_WIDER: Final = 1.5
"""The span is the best of many, so it needs an interval so many times as wide: late letters without any pattern then
are told hours in at most 5% of cases, from 30 late letters on."""


def hour_of_week(setting: "Setting", instants: Int64s) -> Int64s:
    """Hour of the week of each instant, from 0 at 00:00 on Mondays; same shape as `instants`."""
    return slot_of_week(setting, instants, HOUR)


def slot_of_week(setting: "Setting", instants: Int64s, slot: int) -> Int64s:
    """The same for slots of another length, which a day is a multiple of."""
    weekday = (setting.calendar.weekday[0] + instants // DAY) % 7
    slots: Int64s = weekday * (DAY // slot) + instants % DAY // slot
    return slots


def slots_of_week(slot: int) -> int:
    """How many slots a week has."""
    return 7 * DAY // slot


def window_by_slot(setting: "Setting", slot: int = HOUR) -> Int64s:
    """Seconds of the window in each hour of the week, or slot of another length, shape (slots,)."""
    start, end = setting.scenario.window_start, setting.scenario.window_end
    edges = np.concatenate([[start], np.arange(start // slot * slot + slot, end, slot), [end]])
    return np.bincount(slot_of_week(setting, edges[:-1], slot), np.diff(edges), slots_of_week(slot)).astype(np.int64)


def spans_of_hours(hours: Bools) -> tuple[tuple[int, int], ...]:
    """The runs of hours of the day that are true, [start, end); a run across midnight ends after 24.

    Args:
        hours: shape (24,).
    """
    if hours.all():
        return ((0, HOURS_OF_DAY),)
    begins = np.flatnonzero(hours & ~np.roll(hours, 1))
    lasts = [int(np.argmin(np.roll(hours, -begin))) for begin in begins]
    return tuple((int(begin), int(begin) + last) for begin, last in zip(begins, lasts, strict=True))


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


def shortest_half(by_hour: Floats | Int64s) -> tuple[int, int] | None:
    """Shortest span of hours of the day, [start, end) with end up to start + 24, with half of something.

    Of several the one with most of it, then the first; None of nothing.

    Args:
        by_hour: shape (24,).
    """
    total = float(by_hour.sum())
    if not total > 0:
        return None
    upto = np.cumsum([0.0, *by_hour, *by_hour])
    for length in range(1, HOURS_OF_DAY):
        within = upto[length : length + HOURS_OF_DAY] - upto[:HOURS_OF_DAY]
        start = int((within > within.max() * (1 - 1e-12)).argmax())
        if within[start] >= 0.5 * total * (1 - 1e-12):
            return start, start + length
    return 0, HOURS_OF_DAY


def late_hours(late: Floats | Int64s, letters: Floats | Int64s) -> LateHours | None:
    """Hours of receipt at which letters are late more often than at others; None where that is not shown.

    Args:
        late, letters: by hour of receipt, shape (replications, 24); at least one replication.
    """
    by_hour = late.sum(axis=0)
    span = shortest_half(by_hour)
    if span is None or by_hour.sum() < _LEAST_LATE:
        return None
    hours = np.arange(*span) % HOURS_OF_DAY
    share = ratio_over(Ratio(late[:, hours].sum(axis=1), late.sum(axis=1)), share=True).at()
    usual = float(letters[:, hours].sum() / letters.sum())
    if share.mean is None or share.low is None or share.mean - _WIDER * (share.mean - share.low) <= usual:
        return None
    found = LateHours(*span, late=share.mean, letters=usual)
    return found if found.lift >= LEAST_LIFT else None
