"""Hours of the week: what happens on Mondays from 08:00 to 09:00 is hour 8, whatever the week."""

from typing import Final

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import Int64s
from sim.scenario.setting import Setting

HOURS_OF_WEEK: Final = 7 * 24


def hour_of_week(setting: Setting, instants: Int64s) -> Int64s:
    """Hour of the week of each instant, from 0 at 00:00 on Mondays; same shape as `instants`."""
    return slot_of_week(setting, instants, HOUR)


def slot_of_week(setting: Setting, instants: Int64s, slot: int) -> Int64s:
    """The same for slots of another length, which a day is a multiple of."""
    return setting.calendar.weekday[instants // DAY] * (DAY // slot) + instants % DAY // slot


def slots_of_week(slot: int) -> int:
    """How many slots a week has."""
    return 7 * DAY // slot


def window_by_slot(setting: Setting, slot: int = HOUR) -> Int64s:
    """Seconds of the window in each hour of the week, or slot of another length, shape (slots,)."""
    start, end = setting.scenario.window_start, setting.scenario.window_end
    edges = np.concatenate([[start], np.arange(start // slot * slot + slot, end, slot), [end]])
    return np.bincount(slot_of_week(setting, edges[:-1], slot), np.diff(edges), slots_of_week(slot)).astype(np.int64)
