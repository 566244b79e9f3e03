"""Cautions about the calendar and the trace: days that are not known, rows that are not simulated, gaps."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import numpy as np

from sim.core.calendar import regional_days, unannounced_years
from sim.core.clock import DAY, HOUR, MINUTE, Clock
from sim.core.tables import Int64s
from sim.metrics.figures import Caution
from sim.metrics.hours import HOURS_OF_WEEK, hour_of_week
from sim.models.workflow import waits_in_working_time
from sim.sampling.quantiles import mean
from sim.scenario.setting import Setting

_DATES: Final = 3
"""How many days are named at most."""

_LEAST_MISSED: Final = 3.0
"""Letters that are missed at an end of a trace, at the rate of the rest of it, before it is said."""

_SURELY_MISSED: Final = 10.0
"""Letters that are missed in a gap: at that rate chance alone leaves one in 20,000 such times empty."""


def unknown_years(setting: Setting) -> Iterator[Caution]:
    """Years whose make-up working days are not known."""
    scenario = setting.scenario
    if scenario.holidays is not None:
        last = scenario.start + timedelta(seconds=scenario.horizon - 1)
        for year in unannounced_years(scenario.holidays.rule, scenario.start, last):
            yield Caution("holidays", str(year))


def regional_holidays(setting: Setting) -> Iterator[Caution]:
    """Days that are holidays only in some regions of a country, where no region is named."""
    scenario = setting.scenario
    if scenario.holidays is None:
        return
    last = scenario.start + timedelta(seconds=scenario.horizon - 1)
    regional = regional_days(scenario.holidays.rule, scenario.start, last)
    if regional is not None:
        dates = [day.isoformat() for day in regional.days[:_DATES]]
        figures = {"days": len(regional.days), "dates": dates, "example": regional.regions[0]}
        yield Caution("regions", regional.country, figures)


def clock_without_holidays(setting: Setting) -> Iterator[Caution]:
    """SLAs and waits that count working days or office hours, where no holidays are known."""
    scenario = setting.scenario
    if scenario.holidays is not None:
        return
    slas = [name for name, sla in scenario.sla.items() if sla.within.clock is not Clock.CALENDAR]
    if slas:
        yield Caution("clock without holidays", None, {"slas": slas})
    steps = waits_in_working_time(scenario.workflow)
    if steps:
        yield Caution("waits without holidays", None, {"steps": steps})


def granted_too_late(setting: Setting) -> Iterator[Caution]:
    """Extensions whose work takes longer on average than is left of the limit when they are asked for."""
    for rule in setting.scenario.extension:
        work = sum(mean(task.effort) for task in (rule.request, rule.approve) if task is not None)
        limit = setting.scenario.sla[rule.sla].within
        if work > limit.seconds - limit.seconds * rule.at:
            figures = {"work_min": work / MINUTE, "left_share": round(1 - rule.at, 4), "limit": str(limit)}
            yield Caution("granted too late", rule.sla, figures)


def times_as_written(setting: Setting) -> Iterator[Caution]:
    """A time zone that a trace was rid of, and rows that say no time of day."""
    trace = setting.scenario.arrivals.trace
    if trace is not None and trace.letters.zone:
        yield Caution("zone", None, {"zone": trace.letters.zone})
    if trace is not None and trace.letters.days_only:
        yield Caution("days only", None, {"rows": trace.letters.days_only})


def outside(setting: Setting) -> Iterator[Caution]:
    """Letters of a trace outside the simulated time."""
    received = _received(setting)
    if received is not None:
        inside = (received >= 0) & (received < setting.scenario.horizon)
        if not inside.all():
            yield Caution("trace", None, {"outside": int((~inside).sum()), "of": len(received)})


def ends_early(setting: Setting) -> Iterator[Caution]:
    """A trace that begins after the first second, or ends inside the window."""
    received, end = _received(setting), setting.scenario.window_end
    if received is None or len(received) < 2:
        return
    longest = max(float(np.diff(received).max()), DAY)
    rate = (len(received) - 1) / max(int(received[-1] - received[0]), 1)
    for kind, idle in (("trace begins late", int(received[0])), ("trace ends early", end - int(received[-1]))):
        if idle > longest and idle * rate >= _LEAST_MISSED:
            yield Caution(kind, None, {"days": idle / DAY})


def gaps(setting: Setting) -> Iterator[Caution]:
    """Times of a day or more without a letter, in which the same hours of other weeks have many."""
    received, window = _received(setting), setting.scenario.window_end
    if received is None or len(received) < 2:
        return
    inside = received[(received >= 0) & (received < window)]
    if not len(inside):
        return
    span = np.arange(inside[0] // HOUR, inside[-1] // HOUR + 1)
    usual = np.bincount(hour_of_week(setting, inside), minlength=HOURS_OF_WEEK)
    known = np.bincount(hour_of_week(setting, span * HOUR), minlength=HOURS_OF_WEEK)
    found = []
    for row in np.flatnonzero(np.diff(inside) >= DAY).tolist():
        begin, end = int(inside[row]), int(inside[row + 1])
        hours = np.arange(begin // HOUR + 1, end // HOUR)
        hours = hours[~setting.calendar.holiday[hours * HOUR // DAY]]
        of_week = hour_of_week(setting, hours * HOUR)
        others = known - np.bincount(of_week, minlength=HOURS_OF_WEEK)
        rate = np.divide(usual, others, out=np.zeros(HOURS_OF_WEEK), where=others > 0)
        if rate[of_week].sum() >= _SURELY_MISSED:
            found.append((end - begin, begin))
    if found:
        length, begin = max(found)
        day = np.datetime64(setting.scenario.start, "D") + begin // DAY
        yield Caution("trace gaps", None, {"gaps": len(found), "days": length / DAY, "from": str(day)})


def _received(setting: Setting) -> Int64s | None:
    """Seconds from the start at which the letters of a trace were received, ascending; None without a trace."""
    trace = setting.scenario.arrivals.trace
    return None if trace is None else trace.letters.seconds_from(setting.scenario.start)
