"""The spike: many times the letters for a few hours, and how long the staffing takes to get over it.

Each replication is lived twice, with and without the letters that the spike adds; all other letters are the same. The
staffing has *recovered* at the first full hour, at or after the end of the spike, from which on the letters of a whole
day keep every promise as well as without the spike: no more of them are late than one, or 1%.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from sim.clock import DAY, HOUR
from sim.experiment import Replication
from sim.models.arrivals import Surge
from sim.models.stress import Spike
from sim.setting import Setting
from sim.statistics import Band, Estimate, Ratio, mean_over, ratio_over, stacked
from sim.stress.runner import Runner, outcome_of
from sim.stress.trials import kept_by, waiting_at
from sim.stress.variants import with_surge
from sim.tables import Bools, Floats, Int64s

HARM: Final = 0.01
"""Share of the letters of a day that may be late for the spike's sake when the staffing has recovered."""

BEGINS: Final = 10 * HOUR
"""Time of day at which a spike begins if the scenario does not say."""

FEW: Final = 30
"""An hour to which fewer letters come, in all replications together, is not called the worst."""

LEAD: Final = DAY
"""How long before the spike its course is shown."""


@dataclass(frozen=True)
class SpikeSla:
    """How one promise was kept to the letters that came in a spike.

    Attributes:
        without: compliance of the letters that come in those hours without the spike.
        during: of all letters that come in the spike.
        worst: of the letters of the worst hour of the spike and the day after it, all replications together.
        worst_hour: the hour from so many hours after the spike began on.
        by_hour: by hour of the course, nan where no letter comes, shape (hours,).
    """

    without: Estimate
    during: Estimate
    worst: float | None
    worst_hour: int | None
    by_hour: Floats


@dataclass(frozen=True)
class SpikeFigures:
    """What a spike does.

    Attributes:
        times: factor on the rate.
        letters, added: that come in the spike, and how many of them it added.
        peak_waiting: most letters in queues at the end of an hour of the spike and the day after it.
        peak_excess: most letters more than without the spike at the end of such an hour.
        recovery_h: hours from the end of the spike until the staffing has recovered; over the replications that do.
        not_recovered: replications that have not recovered when the window ends.
        hours: of the course, ends of hours since the spike began, shape (hours,).
        waiting, waiting_without: letters in queues in that course.
    """

    times: float
    begins: datetime
    lasts_h: float
    letters: Estimate
    added: Estimate
    slas: Mapping[str, SpikeSla]
    peak_waiting: Estimate
    peak_excess: Estimate
    recovery_h: Estimate
    not_recovered: int
    hours: Floats
    waiting: Band
    waiting_without: Band


class _Seen(NamedTuple):
    kept: Ratio  # letters by SLA and hour of the course, (slas, hours)
    inside: Ratio  # letters that came in the spike, (slas,)
    letters: Floats  # ()
    waiting: Floats  # at the end of each hour of the course, (hours,)


def spike(
    setting: Setting,
    asked: Spike,
    replications: int,
    runner: Runner,
) -> SpikeFigures:
    """Live through the replications with and without the spike."""
    from_ = _default_begin(setting) if asked.from_ is None else asked.from_
    surge = Surge.model_construct(from_=from_, lasts=asked.lasts, times=asked.times)
    begin = setting.calendar.seconds_of(surge.from_)
    end = begin + round(asked.lasts)
    without, within = (
        stacked(list(runner.each(each, range(replications), partial(_look, begin, end))))
        for each in (setting, with_surge(setting, surge))
    )
    return _figures(setting, asked, begin, end, without, within)


def recovery(harmed: Floats, letters: Floats, hours: Floats, end: float) -> float | None:
    """Hours from the end of a spike until the staffing has recovered; None if it has not within the course.

    Args:
        harmed: letters late with the spike less those late without it, by hour of receipt, shape (slas, hours).
        letters: that come, shape (slas, hours).
        hours: ends of the hours since the spike began, ascending by 1, shape (hours,).
        end: hours that the spike lasts.
    """
    for first in np.flatnonzero(hours - 1 >= end):
        day = slice(first, first + 24)
        if first + 24 > len(hours):
            break
        most = np.maximum(1.0, HARM * letters[:, day].sum(axis=1))
        if (harmed[:, day].sum(axis=1) <= most).all():
            return float(hours[first] - 1 - end)
    return None


def _default_begin(setting: Setting) -> int:
    """10:00 of the first working day of the window, or of its first day if it has none."""
    scenario, calendar = setting.scenario, setting.calendar
    first, last = -(-scenario.window_start // DAY), scenario.window_end // DAY
    working = np.flatnonzero(calendar.working[first:last])
    return int(first + (working[0] if len(working) else 0)) * DAY + BEGINS


def _course(setting: Setting, begin: int) -> Int64s:
    """Edges of the hours of the course, from a day before the spike to the end of the window."""
    lead = min(LEAD, begin) // HOUR * HOUR
    return np.arange(begin - lead, setting.scenario.window_end + 1, HOUR)


def _look(begin: int, end: int, replication: Replication) -> _Seen:
    outcome, edges = outcome_of(replication), _course(replication.setting, begin)
    hours = len(edges) - 1
    place = np.searchsorted(edges, outcome.received, side="right") - 1
    inside = (outcome.received >= begin) & (outcome.received < end)
    together = kept_by(outcome, np.where(inside, 0, -1), 1)
    return _Seen(
        kept_by(outcome, np.where(place < hours, place, -1), hours),
        Ratio(together.part[:, 0], together.whole[:, 0]),
        np.asarray(float(inside.sum())),
        waiting_at(outcome, edges[1:]),
    )


def _figures(setting: Setting, asked: Spike, begin: int, end: int, without: _Seen, within: _Seen) -> SpikeFigures:
    edges = _course(setting, begin)
    hours, lasts = (edges[1:] - begin) / HOUR, (end - begin) / HOUR
    excess = within.waiting - without.waiting
    struck = _hit(hours, lasts)
    late, usually_late = (each.kept.whole - each.kept.part for each in (within, without))
    recovered = [
        recovery(harmed, letters, hours, lasts)
        for harmed, letters in zip(late - usually_late, without.kept.whole, strict=True)
    ]
    known = np.array([each for each in recovered if each is not None])
    usual, hit = (ratio_over(each.inside, share=True) for each in (without, within))
    return SpikeFigures(
        times=asked.times,
        begins=setting.calendar.date_of(begin),
        lasts_h=lasts,
        letters=mean_over(within.letters).at(),
        added=mean_over(within.letters - without.letters).at(),
        slas={
            name: _sla(within.kept, index, hours, lasts, usual.at(index), hit.at(index))
            for index, name in enumerate(setting.scenario.sla)
        },
        peak_waiting=mean_over(within.waiting[:, struck].max(axis=1)).at(),
        peak_excess=mean_over(excess[:, struck].max(axis=1)).at(),
        recovery_h=mean_over(known).at() if len(known) else Estimate(None, None, None),
        not_recovered=len(recovered) - len(known),
        hours=hours,
        waiting=mean_over(within.waiting),
        waiting_without=mean_over(without.waiting),
    )


def _hit(hours: Floats, lasts: float) -> Bools:
    """Hours of the spike, and of the day after it, which meets what the spike left behind."""
    return (hours > 0) & (hours <= lasts + 24)


def _sla(kept: Ratio, index: int, hours: Floats, lasts: float, without: Estimate, during: Estimate) -> SpikeSla:
    met, decided = (each[:, index].sum(axis=0) for each in kept)
    by_hour = np.divide(met, decided, out=np.full(len(met), np.nan), where=decided > 0)
    hit = np.flatnonzero(_hit(hours, lasts) & (decided >= FEW))
    worst = int(hit[by_hour[hit].argmin()]) if len(hit) else None
    return SpikeSla(
        without=without,
        during=during,
        worst=None if worst is None else float(by_hour[worst]),
        worst_hour=None if worst is None else round(hours[worst]) - 1,
        by_hour=by_hour,
    )
