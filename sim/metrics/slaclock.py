"""The clock of an SLA: how long it ran for each letter, and what that says."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Int8s, Int64s
from sim.metrics.letter_view import Journeys, steps_of
from sim.metrics.milestones import milestone
from sim.models.sla import Sla


class Fate(IntEnum):
    """What an SLA says of one letter."""

    NOT_PROMISED = 0
    """It is of another category, or its way does not lead there."""
    UNDECIDED = 1
    """The simulation ended within the limit, or before the clock began: it may still be met or breached."""
    MET = 2
    BREACHED = 3
    """Too late, or still not there although the limit has passed."""


class Run(NamedTuple):
    """How the clock of one SLA ran; rows as in `Journeys`."""

    begin: Int64s  # or NOT_YET
    end: Int64s  # the milestone, or the horizon
    open: Bools  # the milestone was not reached
    elapsed: Int64s  # seconds on the SLA's own clock from begin to end, pauses taken off; or NOT_YET
    fate: Int8s  # a `Fate`
    team: Int64s  # who brings the milestone about, or -1


def run_clock(journeys: Journeys, sla: Sla) -> Run:
    """Let the clock of an SLA run for every letter."""
    scenario = journeys.setting.scenario
    from_, until = milestone(journeys, sla.from_), milestone(journeys, sla.until)
    promised = from_.applies & until.applies & _promised_to(journeys, sla)
    begun, reached = from_.reached != NOT_YET, until.reached != NOT_YET
    # A milestone that came before the clock began was in time.
    end = np.where(reached, np.maximum(until.reached, from_.reached), scenario.horizon)
    begin = np.where(begun, from_.reached, end)
    elapsed = elapsed_at(journeys, sla, begin, end)
    late = elapsed > sla.within.seconds
    fate = np.where(late, Fate.BREACHED, np.where(reached, Fate.MET, Fate.UNDECIDED))
    fate = np.where(promised, np.where(begun, fate, Fate.UNDECIDED), Fate.NOT_PROMISED).astype(np.int8)
    return Run(from_.reached, end, ~reached, np.where(promised & begun, elapsed, NOT_YET), fate, until.team)


def elapsed_at(journeys: Journeys, sla: Sla, begin: Int64s, end: Int64s) -> Int64s:
    """Seconds that the clock of an SLA shows at some instants, pauses taken off; same shape as all.

    Args:
        begin: when it was started, or NOT_YET.
        end: not before it; pauses that have not ended at the horizon go on.
    """
    elapsed = journeys.setting.calendar.elapsed(begin, end, sla.within.clock, sla.office_hours)
    return elapsed - _paused(journeys, sla, begin, end) if sla.paused_during else elapsed


def paused_visits(journeys: Journeys, sla: Sla) -> Bools:
    """Which visits the clock of an SLA stands still at, shape (visits,)."""
    steps = steps_of(journeys.setting)
    return np.isin(journeys.workload.step, [steps[name] for name in sla.paused_during])


def _promised_to(journeys: Journeys, sla: Sla) -> Bools:
    categories = list(journeys.setting.scenario.categories)
    named = [categories.index(name) for name in sla.for_ or categories]
    return np.isin(journeys.workload.category[journeys.letters], named)


def _paused(journeys: Journeys, sla: Sla, begin: Int64s, end: Int64s) -> Int64s:
    """Seconds between begin and end, on the SLA's clock, that each letter spent at steps that pause it."""
    log, row_of_visit = journeys.log, journeys.row_of_visit
    visits = np.flatnonzero(paused_visits(journeys, sla) & (log.queued != NOT_YET) & (row_of_visit >= 0))
    row = row_of_visit[visits]
    visits, row = visits[begin[row] != NOT_YET], row[begin[row] != NOT_YET]
    finished = np.where(log.finished[visits] != NOT_YET, log.finished[visits], end[row])
    start = np.maximum(log.queued[visits], begin[row])
    stop = np.maximum(np.minimum(finished, end[row]), start)
    seconds = seconds_between(journeys, sla, begin[row], start, stop)
    return np.bincount(row, weights=seconds, minlength=len(begin)).astype(np.int64)


def seconds_between(journeys: Journeys, sla: Sla, begin: Int64s, start: Int64s, end: Int64s) -> Int64s:
    """Seconds that the clock of an SLA, started at `begin`, counts between two later instants; same shape as all."""
    calendar, clock, hours = journeys.setting.calendar, sla.within.clock, sla.office_hours
    begins = calendar.begins(begin, clock, hours)
    start, end = np.maximum(start, begins), np.maximum(end, begins)
    return calendar.counted(end, clock, hours) - calendar.counted(start, clock, hours)
