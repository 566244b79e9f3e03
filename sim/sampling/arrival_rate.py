"""The rate of the arrival process: letters expected by hour and day, and how busy days differ."""

from typing import NamedTuple, TypeVar

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.streams import Purpose, stream
from sim.core.tables import Floats
from sim.models.arrivals import DAYS_OF_YEAR, Busyness, Decay
from sim.models.categories import Channel
from sim.models.weights import Hours
from sim.sampling.quantiles import gamma_quantile, ndtr
from sim.scenario.setting import Setting

T = TypeVar("T")


def expected_letters(setting: Setting) -> Floats:
    """Letters expected in each hour from the start by category, shape (hours, categories).

    A last hour that the horizon cuts short counts in part. Surges and the busyness of days are left out; a
    scenario driven by a trace expects none.
    """
    by_category: Floats = expected_by_channel(setting).sum(axis=1)
    return by_category


def expected_by_channel(setting: Setting) -> Floats:
    """As `expected_letters`, by channel, or of all channels as of one if none has times of its own.

    Shape (hours, channels, categories).
    """
    scenario, calendar, shape = setting.scenario, setting.calendar, _shape(setting)
    hours = -(-scenario.horizon // HOUR)
    day = np.arange(-(-hours // 24))
    level = letters_a_day(setting, len(day))[:, None] * shape.share
    expected = level[:, None] * (shape.by_weekday.T[calendar.weekday[day], None] * shape.by_hour.T)
    expected *= np.where(calendar.holiday[day, None], shape.on_holidays, 1.0)[:, None]
    of_hours: Floats = expected.reshape(-1, len(shape.share))[:hours]
    of_hours[-1] *= (scenario.horizon - (hours - 1) * HOUR) / HOUR
    return of_hours.reshape(hours, -1, len(scenario.categories))


def expected_between(setting: Setting, start: int, end: int, by_hour: Hours | None = None) -> Floats:
    """Letters expected from one second to a later one by category, shape (categories,); as `expected_letters`.

    Worked out from whole days, so that it takes no longer for years than for weeks.

    Args:
        by_hour: the hours at which they come, if they are not the scenario's own.
    """
    calendar, shape = setting.calendar, _shape(setting)
    if by_hour is not None:
        shape = shape._replace(by_hour=np.broadcast_to(np.array(by_hour) / sum(by_hour), shape.by_hour.shape))
    day = np.arange(start // DAY, -(-end // DAY))
    expected = letters_a_day(setting, int(day[-1]) + 1)[day, None] * shape.share
    expected *= shape.by_weekday.T[calendar.weekday[day]]
    expected *= np.where(calendar.holiday[day, None], shape.on_holidays, 1.0)
    before, upto = (_part_of_day(shape, second) for second in (start - day[0] * DAY, end - day[-1] * DAY))
    total: Floats = expected.sum(axis=0) - expected[0] * before - expected[-1] * (1 - upto)
    by_category: Floats = total.reshape(-1, len(setting.scenario.categories)).sum(axis=0)
    return by_category


def letters_a_day(setting: Setting, days: int) -> Floats:
    """Letters a day over a week without holidays, on each day from the start, shape (days,); 0 for a trace."""
    arrivals = setting.scenario.arrivals
    level = _level(arrivals.per_day, days)
    if arrivals.growth is not None:
        level *= (1 + arrivals.growth) ** ((np.arange(days) + 0.5) / DAYS_OF_YEAR)
    if arrivals.by_month is not None:
        first = np.datetime64(setting.scenario.start, "D")
        month = (first + np.arange(days)).astype("datetime64[M]").astype(np.int64) % 12
        level *= np.array(arrivals.by_month)[month] / np.mean(arrivals.by_month)
    return level


def _level(level: float | Decay | None, days: int) -> Floats:
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


def busiest_factor(setting: Setting, replications: int) -> float:
    """How many times the letters of the arrival process that are expected the busiest replication expects.

    Args:
        replications: the first so many are looked at.
    """
    busyness = setting.scenario.arrivals.busyness
    if busyness is None or setting.scenario.arrivals.trace is not None:
        return 1.0
    by_hour = expected_letters(setting).sum(axis=1)
    by_day = np.add.reduceat(by_hour, np.arange(0, len(by_hour), 24))
    if not by_day.sum():
        return 1.0
    factors = [busyness_of_days(busyness, len(by_day), setting.scenario.seed, each) for each in range(replications)]
    return float(max(factor @ by_day for factor in factors) / by_day.sum())


class Quadrature(NamedTuple):
    """Points and weights of a numerical integration over a random factor; the weights sum to 1."""

    factor: Floats
    weight: Floats


def busyness_quadrature(busyness: Busyness | None, most: float) -> Quadrature:
    """The busyness of a day by the trapezoidal rule on its normal scale, from -8 to 8.

    Args:
        most: largest mean of the Poisson counts that are to be mixed; points are no farther apart than one is wide.
    """
    if busyness is None or not busyness.cv:
        return Quadrature(np.ones(1), np.ones(1))
    normal = np.linspace(-8, 8, max(129, int(16 * busyness.cv * most**0.5) + 1))
    weight = np.exp(-(normal**2) / 2)
    return Quadrature(gamma_quantile(1.0, busyness.cv, ndtr(normal)), weight / weight.sum())


class _Shape(NamedTuple):
    """What shapes the daily level: a row for each category, or for each channel and category of it."""

    share: Floats  # (rows,)
    by_hour: Floats  # sums to 1, (rows, 24)
    by_weekday: Floats  # 1 on average, (rows, 7)
    on_holidays: Floats  # (rows,)


def _shape(setting: Setting) -> _Shape:
    scenario = setting.scenario
    arrivals, categories = scenario.arrivals, scenario.categories.values()
    channels, shares = [Channel()], [1.0]
    if scenario.channels_have_times:
        channels, shares = list(scenario.channels.values()), list(scenario.channel_shares.values())
    said = [(channel, category, arrivals) for channel in channels for category in categories]
    by_hour = np.array([_first_said(*(each.by_hour for each in row)) for row in said])
    by_weekday = np.array([_first_said(*(each.by_weekday for each in row)) for row in said])
    return _Shape(
        share=np.outer(shares, list(scenario.category_shares.values())).ravel(),
        by_hour=by_hour / by_hour.sum(axis=1, keepdims=True),
        by_weekday=by_weekday / by_weekday.mean(axis=1, keepdims=True),
        on_holidays=np.array([_first_said(*(each.on_holidays for each in row)) for row in said]),
    )


def _part_of_day(shape: _Shape, second: int) -> Floats:
    """Share of a day's letters that come before a second of it, (categories,)."""
    hours = np.clip(second / HOUR - np.arange(24), 0, 1)
    part: Floats = shape.by_hour @ hours
    return part


def _first_said(*said: T | None) -> T:
    """What is said first, by the channel, the category or all arrivals."""
    return next(each for each in said if each is not None)
