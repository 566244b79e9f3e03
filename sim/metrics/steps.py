"""What happened at each step of the workflow in one replication, and how letters' time divides among them."""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.tables import NOT_YET, Bools, Int64s
from sim.metrics.counting import Sum, VisitColumns, count_visits
from sim.metrics.replication import Replication
from sim.statistics import Durations, durations_by

WAITS: Final = (
    *(0, 1 * MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE),
    *(1 * HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR),
    *(1 * DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY),
)
"""Durations for which it is counted how many visits waited longer."""


class StepCounts(NamedTuple):
    """Visits of letters of the window at each step of the workflow."""

    visits: Int64s  # that the letters reached, (steps,)
    delayed: Int64s  # that waited at all, (steps,)
    interruptions: Int64s  # (steps,)
    started: Int64s  # (steps,)
    abandoned: Int64s  # that letters left because nobody started them, (steps,)
    longer: Int64s  # started visits that waited longer than each of `WAITS`, (steps, waits)
    waiting: Int64s  # seconds of closed letters in queues, (steps,)
    work: Int64s  # seconds of closed letters in somebody's hands, (steps,)
    elapsed: Int64s  # seconds of closed letters without anybody, (steps,)


class StepDurations(NamedTuple):
    """Durations of the visits that `StepCounts` counts, for each step."""

    wait: tuple[Durations, ...]  # until the first start; open where nobody has started them
    service: tuple[Durations, ...]


def step_counts(replication: Replication) -> StepCounts:
    """Count the visits; the log may be without stretches."""
    workload, log, steps = replication.workload, replication.log, len(replication.setting.scenario.workflow)
    counted = replication.counted
    sums = np.zeros((steps, len(Sum)), dtype=np.int64)
    reached = np.zeros((steps, len(WAITS) + 1), dtype=np.int64)
    service, finished = workload.service, log.finished
    abandoned, left = replication.abandoned_visits
    if len(abandoned):  # their letters are over when they leave, and nobody has worked on them
        service, finished = service.copy(), finished.copy()
        service[abandoned], finished[abandoned] = 0, left
    visits = VisitColumns(
        *(workload.step, workload.unit, service, workload.resume_cost),
        *(log.queued, log.started, finished, log.interruptions),
    )
    closed = replication.closed[counted] != NOT_YET
    count_visits(replication.letters[counted], closed, workload.first_visit, visits, np.array(WAITS), sums, reached)
    of = {each: sums[:, each] for each in Sum}
    return StepCounts(
        visits=of[Sum.VISITS],
        delayed=of[Sum.DELAYED],
        interruptions=of[Sum.INTERRUPTIONS],
        started=of[Sum.STARTED],
        abandoned=np.bincount(workload.step[abandoned[_counted(replication, abandoned)]], minlength=steps),
        longer=np.cumsum(reached[:, ::-1], axis=1)[:, -2::-1],
        waiting=of[Sum.CLOSED_AT_WORK] - of[Sum.CLOSED_EFFORT],
        work=of[Sum.CLOSED_EFFORT],
        elapsed=of[Sum.CLOSED_ELAPSED],
    )


def step_durations(replication: Replication) -> StepDurations:
    """Waits until the first start, or until the letter left, and efforts (or lengths of delays)."""
    workload, log, visits = replication.workload, replication.log, replication.counted_visits
    steps = len(replication.setting.scenario.workflow)
    step = workload.step[visits].astype(np.int64)
    queued, started = log.queued[visits], log.started[visits]
    until = np.where(started == NOT_YET, replication.setting.scenario.horizon, started)
    waiting = started == NOT_YET
    abandoned, left = replication.abandoned_visits
    if len(abandoned):
        among = _counted(replication, abandoned)
        at = np.searchsorted(visits, abandoned[among])
        until[at], waiting[at] = left[among], False
    wait = until - queued
    service = replication.ends(visits, queued) - queued
    return StepDurations(
        durations_by(steps, step, wait, waiting),
        durations_by(steps, step, service, np.zeros(len(step), dtype=np.bool_)),
    )


def _counted(replication: Replication, visits: Int64s) -> Bools:
    """Which of some visits are of letters of the window."""
    counted: Bools = np.append(replication.counted, False)[replication.row_of_visit[visits]]
    return counted
