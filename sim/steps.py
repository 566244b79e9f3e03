"""What happened at each step of the workflow in one replication, and how letters' time divides among them."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.clock import DAY, HOUR, MINUTE
from sim.journeys import Journeys
from sim.statistics import Ratio
from sim.tables import NO_UNIT, NOT_YET, Floats, Int64s
from sim.tally import Tally, tallies_by

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
    not_started: Int64s  # (steps,)
    interruptions: Int64s  # (steps,)
    wait: Ratio  # seconds and started visits, (steps,)
    service: Ratio  # seconds and visits, (steps,)
    longer: Int64s  # started visits that waited longer than each of `WAITS`, (steps, waits)
    waiting: Int64s  # seconds of closed letters in queues, (steps,)
    work: Int64s  # seconds of closed letters in somebody's hands, (steps,)
    elapsed: Int64s  # seconds of closed letters without anybody, (steps,)


class StepTallies(NamedTuple):
    """Durations of the visits that `StepCounts` counts, for each step."""

    wait: tuple[Tally, ...]
    service: tuple[Tally, ...]


def step_counts(journeys: Journeys) -> StepCounts:
    """Count the visits; the log may be without stretches."""
    workload, log, visits = journeys.workload, journeys.log, journeys.counted_visits
    steps = len(journeys.setting.scenario.workflow)
    step = workload.step[visits].astype(np.int64)
    started, wait = _waits(journeys)
    waited = np.searchsorted(WAITS, wait)  # how many of WAITS it is longer than
    shape = (steps, len(WAITS) + 1)
    reached = np.bincount(step[started] * shape[1] + waited, minlength=shape[0] * shape[1]).reshape(shape)
    waiting, work, elapsed = _time_of_closed(journeys, steps)

    def count(visit: Int64s | None, weights: npt.NDArray[np.integer[Any]] | None = None) -> Floats:
        return np.bincount(step if visit is None else step[visit], weights, steps).astype(np.float64)

    return StepCounts(
        visits=count(None).astype(np.int64),
        delayed=count(np.flatnonzero(log.started[visits] != log.queued[visits])).astype(np.int64),
        not_started=count(np.flatnonzero(log.started[visits] == NOT_YET)).astype(np.int64),
        interruptions=count(None, log.interruptions[visits]).astype(np.int64),
        wait=Ratio(count(started, wait), count(started)),
        service=Ratio(count(None, workload.service[visits]), count(None)),
        longer=np.cumsum(reached[:, ::-1], axis=1)[:, -2::-1],
        waiting=waiting,
        work=work,
        elapsed=elapsed,
    )


def step_tallies(journeys: Journeys) -> StepTallies:
    """Tally waits until the first start, and efforts (or lengths of delays) without interruptions."""
    workload, visits = journeys.workload, journeys.counted_visits
    started, wait = _waits(journeys)
    step, service = workload.step[visits].astype(np.int64), workload.service[visits]
    steps = len(journeys.setting.scenario.workflow)
    return StepTallies(tallies_by(steps, step[started], wait), tallies_by(steps, step, service))


def _waits(journeys: Journeys) -> tuple[Int64s, Int64s]:
    """Which of the counted visits were started, and how long each of these waited."""
    log, visits = journeys.log, journeys.counted_visits
    started = np.flatnonzero(log.started[visits] != NOT_YET)
    return started, log.started[visits[started]] - log.queued[visits[started]]


def _time_of_closed(journeys: Journeys, steps: int) -> tuple[Int64s, Int64s, Int64s]:
    """Seconds that the closed letters of the window spent at each step: waiting, in work, in delays."""
    workload, log, visits = journeys.workload, journeys.log, journeys.counted_visits
    visits = visits[(journeys.closed != NOT_YET)[journeys.row_of_visit[visits]]]
    effort = workload.service[visits]
    # Each time that a visit of a closed letter was put down it was resumed.
    put_down = np.flatnonzero(log.interruptions[visits])
    resumed = visits[put_down]
    effort[put_down] += workload.resume_cost[resumed].astype(np.int64) * log.interruptions[resumed]
    kind = workload.step[visits] * np.int64(2) + (workload.unit[visits] != NO_UNIT)
    (elapsed, time), (_, work) = (
        np.bincount(kind, seconds, 2 * steps).astype(np.int64).reshape(steps, 2).T
        for seconds in (log.finished[visits] - log.queued[visits], effort)
    )
    return time - work, work, elapsed
