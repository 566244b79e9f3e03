"""How many letters to expect in every hour: the daily level, shaped by weekday, holiday, hour and busyness."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from sim.core.clock import DAY, HOUR
from sim.core.streams import Purpose, stream
from sim.core.tables import Floats
from sim.models.arrivals import Busyness, Decay
from sim.sampling.quantiles import gamma_quantile
from sim.scenario.setting import Setting


def expected_letters(setting: Setting) -> Floats:
    """Letters expected in each hour from the start by category, shape (hours, categories).

    A last hour that the horizon cuts short counts in part. Surges and the busyness of days are left out; a
    scenario driven by a trace expects none.
    """
    scenario, calendar, shape = setting.scenario, setting.calendar, _shape(setting)
    hours = -(-scenario.horizon // HOUR)
    day = np.arange(-(-hours // 24))
    level = letters_a_day(scenario.arrivals.per_day, len(day))[:, None] * shape.share
    expected = level[:, None] * (shape.by_weekday.T[calendar.weekday[day], None] * shape.by_hour.T)
    expected *= np.where(calendar.holiday[day, None], shape.on_holidays, 1.0)[:, None]
    of_hours: Floats = expected.reshape(-1, len(shape.share))[:hours]
    of_hours[-1] *= (scenario.horizon - (hours - 1) * HOUR) / HOUR
    return of_hours


def expected_between(setting: Setting, start: int, end: int) -> Floats:
    """Letters expected from one second to a later one by category, shape (categories,); as `expected_letters`.

    Worked out from whole days, so that it takes no longer for years than for weeks.
    """
    calendar, shape = setting.calendar, _shape(setting)
    day = np.arange(start // DAY, -(-end // DAY))
    expected = letters_a_day(setting.scenario.arrivals.per_day, int(day[-1]) + 1)[day, None] * shape.share
    expected *= shape.by_weekday.T[calendar.weekday[day]]
    expected *= np.where(calendar.holiday[day, None], shape.on_holidays, 1.0)
    before, upto = (_part_of_day(shape, second) for second in (start - day[0] * DAY, end - day[-1] * DAY))
    total: Floats = expected.sum(axis=0) - expected[0] * before - expected[-1] * (1 - upto)
    return total


def letters_a_day(level: float | Decay | None, days: int) -> Floats:
    """Letters a day over a week without holidays, on each day from the start, shape (days,); 0 for None."""
    if isinstance(level, Decay):
        midnights = np.arange(days + 1) * DAY
        # The integral of 2^(-t / half_life) over each day, in days.
        excess = -np.diff(np.exp2(-midnights / level.half_life)) * level.half_life / DAY / np.log(2)
        letters: Floats = level.floor + (level.start - level.floor) * excess
        return letters
    return np.full(days, level or 0.0)


def busyness_of_days(busyness: Busyness, days: int, seed: int, replication: int) -> Floats:
    """The factor on each day's rate, shape (days,): gamma with mean 1, tied to the day before by a Gaussian copula."""
    fresh = stream(seed, replication, Purpose.BUSYNESS).standard_normal(days)
    normal = np.empty(days)
    rest = np.sqrt(1 - busyness.ar1**2)
    normal[:1] = fresh[:1]
    for day in range(1, days):
        normal[day] = busyness.ar1 * normal[day - 1] + rest * fresh[day]
    return gamma_quantile(1.0, busyness.cv, ndtr(normal))


class _Shape(NamedTuple):
    """What shapes the daily level; of each category a row."""

    share: Floats  # (categories,)
    by_hour: Floats  # sums to 1, (categories, 24)
    by_weekday: Floats  # 1 on average, (categories, 7)
    on_holidays: Floats  # (categories,)


def _shape(setting: Setting) -> _Shape:
    arrivals, categories = setting.scenario.arrivals, setting.scenario.categories.values()
    by_hour = np.array([category.by_hour or arrivals.by_hour for category in categories])
    by_weekday = np.array([category.by_weekday or arrivals.by_weekday for category in categories])
    return _Shape(
        share=np.array(list(setting.scenario.category_shares.values())),
        by_hour=by_hour / by_hour.sum(axis=1, keepdims=True),
        by_weekday=by_weekday / by_weekday.mean(axis=1, keepdims=True),
        on_holidays=np.array([_first_said(each.on_holidays, arrivals.on_holidays) for each in categories]),
    )


def _part_of_day(shape: _Shape, second: int) -> Floats:
    """Share of a day's letters that come before a second of it, (categories,)."""
    hours = np.clip(second / HOUR - np.arange(24), 0, 1)
    part: Floats = shape.by_hour @ hours
    return part


def _first_said(own: float | None, common: float) -> float:
    return common if own is None else own
