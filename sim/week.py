"""Hours of the week: what happens on Mondays from 08:00 to 09:00 is hour 8, whatever the week."""

from typing import Final

import numpy as np

from sim.clock import DAY, HOUR, hour_of
from sim.setting import Setting
from sim.tables import Int64s

HOURS_OF_WEEK: Final = 7 * 24


def hour_of_week(setting: Setting, instants: Int64s) -> Int64s:
    """Hour of the week of each instant, from 0 at 00:00 on Mondays; same shape as `instants`."""
    return setting.calendar.weekday[instants // DAY] * 24 + hour_of(instants)


def window_by_hour(setting: Setting) -> Int64s:
    """Seconds of the window in each hour of the week, shape (168,)."""
    start, end = setting.scenario.window_start, setting.scenario.window_end
    edges = np.unique([start, *range(start // HOUR * HOUR + HOUR, end, HOUR), end])
    return np.bincount(hour_of_week(setting, edges[:-1]), np.diff(edges), HOURS_OF_WEEK).astype(np.int64)
