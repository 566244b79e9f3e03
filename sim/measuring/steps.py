"""What happened at each step of the workflow in one replication, and how letters' time divides among them."""

from typing import Final, NamedTuple

import numpy as np

from sim.clock import DAY, HOUR, MINUTE
from sim.measuring.counting import Sum, count_visits
from sim.measuring.journeys import Journeys
from sim.measuring.tally import Tally, tallies_by
from sim.statistics import Ratio
from sim.tables import NOT_YET, Int64s

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
    workload, log, steps = journeys.workload, journeys.log, len(journeys.setting.scenario.workflow)
    sums = np.zeros((steps, len(Sum)), dtype=np.int64)
    reached = np.zeros((steps, len(WAITS) + 1), dtype=np.int64)
    count_visits(
        journeys.letters[journeys.counted], (journeys.closed != NOT_YET)[journeys.counted], workload.first_visit,
        workload.step, workload.unit, workload.service, workload.resume_cost,
        log.queued, log.started, log.finished, log.interruptions, np.array(WAITS), sums, reached,
    )  # fmt: skip
    of = {each: sums[:, each] for each in Sum}
    return StepCounts(
        visits=of[Sum.VISITS],
        delayed=of[Sum.DELAYED],
        not_started=of[Sum.VISITS] - of[Sum.STARTED],
        interruptions=of[Sum.INTERRUPTIONS],
        wait=Ratio(of[Sum.WAIT].astype(np.float64), of[Sum.STARTED].astype(np.float64)),
        service=Ratio(of[Sum.SERVICE].astype(np.float64), of[Sum.VISITS].astype(np.float64)),
        longer=np.cumsum(reached[:, ::-1], axis=1)[:, -2::-1],
        waiting=of[Sum.CLOSED_AT_WORK] - of[Sum.CLOSED_EFFORT],
        work=of[Sum.CLOSED_EFFORT],
        elapsed=of[Sum.CLOSED_ELAPSED],
    )


def step_tallies(journeys: Journeys) -> StepTallies:
    """Tally waits until the first start, and efforts (or lengths of delays) without interruptions."""
    workload, log, visits = journeys.workload, journeys.log, journeys.counted_visits
    steps = len(journeys.setting.scenario.workflow)
    step = workload.step[visits].astype(np.int64)
    started = np.flatnonzero(log.started[visits] != NOT_YET)
    wait = log.started[visits[started]] - log.queued[visits[started]]
    return StepTallies(tallies_by(steps, step[started], wait), tallies_by(steps, step, workload.service[visits]))
