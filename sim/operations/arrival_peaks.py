"""Peaks of arriving letters in closed form, from the rates of the scenario.

Letters of a day are a Poisson process whose rate is that of the hour times the busyness of the day, a gamma factor. So
the counts of its seconds, minutes and hours are independent given the factor, and the chance that none exceeds x is

    P(day's largest <= x) = E[ product over stretches of P(Poisson(factor * rate * length) <= x) ],

the mean being taken over the factor by numerical integration. Nothing is drawn, so these levels have no error of
sampling. That busy days follow each other changes how they cluster, and not how many there are.
"""

from itertools import pairwise

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import Floats
from sim.sampling.arrival_rate import busyness_quadrature
from sim.sampling.arrivals import letters_expected, rate_edges
from sim.scenario.setting import Setting
from sim.statistics.return_levels import ReturnLevels, levels_of_poisson_days, recurrences


class ArrivalPeaks:
    """Return levels of the letters of a scenario whose arrivals are drawn, not recorded."""

    def __init__(self, setting: Setting) -> None:
        scenario = setting.scenario
        first, end = -(-scenario.window_start // DAY) * DAY, scenario.window_end // DAY * DAY
        edges = rate_edges(setting, first, end) if first < end else np.array([0])
        letters = [letters_expected(setting, begin, until) for begin, until in pairwise(edges.tolist())]
        self._letters, self._start, self._length = np.array(letters), edges[:-1] - first, np.diff(edges)
        self._days = (end - first) // DAY
        self._busyness = scenario.arrivals.busyness

    def levels(self, period: int, share: float = 1.0) -> ReturnLevels:
        """Return levels of the letters in each stretch of so many seconds; None of a window without a whole day.

        Args:
            period: divides an hour, or is an hour or a day.
            share: of all letters; these are a random part of them.
        """
        if self._days < 1:
            return dict.fromkeys(recurrences(period))
        mean, times = self._means(period, share)
        return levels_of_poisson_days(mean, times, busyness_quadrature(self._busyness, float(mean.max())), period)

    def _means(self, period: int, share: float) -> tuple[Floats, Floats]:
        """Mean of the stretches and how many there are of each mean, a row a day."""
        letters, day = self._letters * share, self._start // DAY
        if period >= HOUR:
            of_stretches: Floats = np.bincount(self._start // period, letters).astype(np.float64)
            whole = of_stretches.reshape(self._days, -1)
            return whole, np.ones_like(whole)
        nth = np.arange(len(day)) - np.searchsorted(day, day)
        mean, times = (np.zeros((self._days, int(nth.max()) + 1)) for _ in range(2))
        mean[day, nth] = letters / self._length * period
        times[day, nth] = self._length / period
        return mean, times


def arrival_peaks(setting: Setting) -> ArrivalPeaks | None:
    """Return levels of the letters of a scenario; None of a trace, and where an office registers some channel's."""
    scenario = setting.scenario
    waits = any(channel.registered is not None for channel in scenario.channels.values())
    return None if waits or scenario.arrivals.trace is not None else ArrivalPeaks(setting)
