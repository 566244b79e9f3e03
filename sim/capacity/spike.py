"""Spike: many times the letters for a few hours, and how long the staffing takes to get over it.

Each replication is simulated twice, with and without the letters that the spike adds; all other letters are the same.
An SLA is *back* at the first full hour, at or after the end of the spike, from which on the letters of a whole day meet
it as well as without the spike: no more of them are late than one, or 1%. The queue is back when over such a day no
more letters wait than without the spike, on average, than one, or 1% of those that come. Where the rate is above the
stability limit the queue never is, nor an SLA with a step for which letters wait ever longer anyhow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from sim.capacity.counts import ComplianceCounts, compliance_by_sla, count_compliance, waiting_at
from sim.capacity.limits import Limits
from sim.capacity.runner import Runner
from sim.capacity.variants import own_rate, with_surge
from sim.core.clock import DAY, HOUR
from sim.core.tables import Bools, Floats, Int64s
from sim.metrics.compliance import count_decided
from sim.metrics.replication import Replication
from sim.models.arrivals import Surge
from sim.models.sla import Sla
from sim.models.studies import Spike
from sim.scenario.setting import Setting
from sim.statistics import Band, Compliance, Decided, Estimate, mean_over, stacked

_HARM: Final = 0.01
"""Share of the letters of a day that may be late for the spike's sake when the staffing has recovered."""

_BEGINS: Final = 10 * HOUR
"""Time of day at which a spike begins if the scenario does not say."""

_FEW: Final = 30
"""An hour to which fewer letters come, in all replications together, is not called the worst."""

_LEAD: Final = DAY
"""How long before the spike its course is shown."""


@dataclass(frozen=True)
class Back:
    """When something is again as it would be without the spike.

    Attributes:
        hours: from the end of the spike; over the replications in which it is back before the window ends.
        not_back: replications in which it is not.
        above_limit: whether it cannot be, because the rate is above what can be worked off in the long run.
    """

    hours: Estimate
    not_back: int
    above_limit: bool


@dataclass(frozen=True)
class SpikeSla:
    """Compliance with one SLA of the letters that come in a spike.

    Attributes:
        without: compliance of the letters that come in those hours without the spike.
        during: of all letters that come in the spike.
        worst: of the letters of the worst hour of the spike and the day after it, all replications together.
        worst_hour: the hour from so many hours after the spike began on.
        by_hour: by hour of the course, nan where no letter comes, shape (hours,).
        back: when it is met again as well as without the spike.
    """

    without: Compliance
    during: Compliance
    worst: float | None
    worst_hour: int | None
    by_hour: Floats
    back: Back


@dataclass(frozen=True)
class SpikeFigures:
    """Figures of a spike.

    Attributes:
        times: factor on the rate.
        letters, added: that come in the spike, and how many of them it added.
        peak_waiting: most letters in queues at the end of an hour of the spike and the day after it.
        peak_excess: most letters more than without the spike at the end of such an hour.
        sla_back: when every SLA is back.
        queue_back: when the queue is.
        seen_d: days after the spike that are looked at, to the end of the window.
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
    sla_back: Back
    queue_back: Back
    seen_d: float
    hours: Floats
    waiting: Band
    waiting_without: Band


class _SpikeCounts(NamedTuple):
    decided: Decided  # letters by hour of the course, (slas, hours)
    letters: Floats  # ()
    coming: Floats  # letters that come in each hour of the course, (hours,)
    waiting: Floats  # at the end of each hour of the course, (hours,)


def spike(setting: Setting, asked: Spike, replications: int, limits: Limits, runner: Runner) -> SpikeFigures:
    """Simulate the replications with and without the spike.

    Args:
        limits: of the staffing, which the scenario's own rate may exceed.
    """
    from_ = _default_begin(setting) if asked.from_ is None else asked.from_
    surge = Surge.model_construct(from_=from_, lasts=asked.lasts, times=asked.times)
    begin = setting.calendar.seconds_of(surge.from_)
    end = begin + round(asked.lasts)
    without, within = (
        list(runner.replicate(each, range(replications), partial(_measure, begin, end)))
        for each in (setting, with_surge(setting, surge))
    )
    slas = list(setting.scenario.sla)
    usual, hit = (compliance_by_sla(slas, [each for each, _ in seen]) for seen in (without, within))
    figures = _Figures(setting, (begin, end), *(stacked([each for _, each in seen]) for seen in (without, within)))
    return figures.found(asked, limits, usual, hit)


def recovery(harmed: Floats, letters: Floats, hours: Floats, end: float) -> float | None:
    """Hours from the end of a spike until what it did is over; None if it is not within the course.

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
        most = np.maximum(1.0, _HARM * letters[:, day].sum(axis=1))
        if (harmed[:, day].sum(axis=1) <= most).all():
            return float(hours[first] - 1 - end)
    return None


def _is_blocked(setting: Setting, sla: Sla, limits: Limits) -> bool:
    """Whether letters wait ever longer for a step between the two milestones of an SLA, at the scenario's own rate."""
    scenario = setting.scenario
    names = [step.name for step in scenario.workflow]
    (begin, _, since), (end, _, what) = sla.from_.rpartition("."), sla.until.rpartition(".")
    first = names.index(begin) + (since == "finished") if begin else 0
    last = names.index(end) + (what != "queued") if end else len(names)
    return any(limits.steps.get(name, np.inf) <= own_rate(scenario) for name in names[first:last])


def _default_begin(setting: Setting) -> int:
    """10:00 of the first working day of the window, or of its first day if it has none."""
    scenario, calendar = setting.scenario, setting.calendar
    first, last = -(-scenario.window_start // DAY), scenario.window_end // DAY
    working = np.flatnonzero(calendar.working[first:last])
    return int(first + (working[0] if len(working) else 0)) * DAY + _BEGINS


def _course(setting: Setting, begin: int) -> Int64s:
    """Edges of the hours of the course, from a day before the spike to the end of the window."""
    lead = min(_LEAD, begin) // HOUR * HOUR
    return np.arange(begin - lead, setting.scenario.window_end + 1, HOUR)


def _measure(begin: int, end: int, replication: Replication) -> tuple[ComplianceCounts, _SpikeCounts]:
    edges = _course(replication.setting, begin)
    hours = len(edges) - 1
    place = np.searchsorted(edges, replication.received, side="right") - 1
    inside = (replication.received >= begin) & (replication.received < end)
    return count_compliance(replication, inside), _SpikeCounts(
        count_decided(replication, np.where(place < hours, place, -1), hours),
        np.asarray(float(inside.sum())),
        np.bincount(place[replication.counted & (place >= 0) & (place < hours)], minlength=hours).astype(np.float64),
        waiting_at(replication, edges[1:]),
    )


class _Figures:
    """The figures of a spike, from counts without it and with it, stacked over replications."""

    def __init__(self, setting: Setting, span: tuple[int, int], without: _SpikeCounts, within: _SpikeCounts) -> None:
        self._setting, self._without, self._within = setting, without, within
        (self._begin, self._end), edges = span, _course(setting, span[0])
        self._hours, self._lasts = (edges[1:] - self._begin) / HOUR, (self._end - self._begin) / HOUR

    def found(
        self, asked: Spike, limits: Limits, usual: Mapping[str, Compliance], hit: Mapping[str, Compliance]
    ) -> SpikeFigures:
        """All figures.

        Args:
            limits: of the staffing.
            usual, hit: compliance with each SLA of the letters that come while it lasts, without it and with it.
        """
        scenario, without, within = self._setting.scenario, self._without, self._within
        excess, struck = within.waiting - without.waiting, _hit(self._hours, self._lasts)
        harmed, letters = within.decided.late - without.decided.late, without.decided.letters
        blocked = [_is_blocked(self._setting, sla, limits) for sla in scenario.sla.values()]
        limit = limits.stability
        full = limit is not None and not limit.some_leave and limit.per_day <= own_rate(scenario)
        slas = {}
        for index, name in enumerate(scenario.sla):
            one = slice(index, index + 1)
            back = self._back(harmed[:, one], letters[:, one], blocked[index])
            slas[name] = _sla(within.decided.cell(index), self._hours, self._lasts, usual[name], hit[name], back)
        return SpikeFigures(
            times=asked.times,
            begins=self._setting.calendar.date_of(self._begin),
            lasts_h=self._lasts,
            letters=mean_over(within.letters).at(),
            added=mean_over(within.letters - without.letters).at(),
            slas=slas,
            peak_waiting=mean_over(within.waiting[:, struck].max(axis=1)).at(),
            peak_excess=mean_over(excess[:, struck].max(axis=1)).at(),
            sla_back=self._back(harmed, letters, any(blocked)),
            queue_back=self._back(excess[:, np.newaxis] / 24, without.coming[:, np.newaxis], full),
            seen_d=(scenario.window_end - self._end) / DAY,
            hours=self._hours,
            waiting=mean_over(within.waiting),
            waiting_without=mean_over(without.waiting),
        )

    def _back(self, harmed: Floats, letters: Floats, above_limit: bool) -> Back:
        """When what is counted is back; shapes (replications, rows, hours)."""
        replications = zip(harmed, letters, strict=True)
        after = [None if above_limit else recovery(*each, self._hours, self._lasts) for each in replications]
        known = np.array([each for each in after if each is not None])
        mean = mean_over(known).at() if len(known) else Estimate(None, None, None)
        return Back(mean, len(after) - len(known), above_limit)


def _hit(hours: Floats, lasts: float) -> Bools:
    """Hours of the spike, and of the day after it, which meets what the spike left behind."""
    return (hours > 0) & (hours <= lasts + 24)


def _sla(
    decided: Decided, hours: Floats, lasts: float, without: Compliance, during: Compliance, back: Back
) -> SpikeSla:
    met, known = (each.sum(axis=0) for each in (decided.met, decided.met + decided.late))
    by_hour = np.divide(met, known, out=np.full(len(met), np.nan), where=known > 0)
    hit = np.flatnonzero(_hit(hours, lasts) & (known >= _FEW))
    worst = int(hit[by_hour[hit].argmin()]) if len(hit) else None
    return SpikeSla(
        without=without,
        during=during,
        worst=None if worst is None else float(by_hour[worst]),
        worst_hour=None if worst is None else round(hours[worst]) - 1,
        by_hour=by_hour,
        back=back,
    )
