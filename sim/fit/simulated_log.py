"""A simulated replication as the log that an office would have of it."""

from collections.abc import Mapping

import numpy as np

from sim.core.tables import NO_UNIT, NOT_YET, WORK, Int64s
from sim.fit.log import NO_CODE, EventLog, Spells
from sim.metrics.replication import Replication
from sim.metrics.replication import spans as rows_of


def simulated_log(replication: Replication, activities: Mapping[str, str] | None = None) -> EventLog:
    """The log of all letters received before the horizon; persons are not known.

    Args:
        activities: of the log to be compared with, by step; visits of other steps are left out. If None every step is
            the activity of its name.

    A delay, which is nobody's work, has no unit. The log of the replication must have stretches.
    """
    scenario, workload, log = replication.setting.scenario, replication.workload, replication.log
    places, letters = replication.setting.places, replication.letters
    steps = [step.name for step in scenario.workflow]
    named = {step: step for step in steps} if activities is None else dict(activities)
    names = list(dict.fromkeys(named.values()))
    code = np.array([names.index(named[step]) if step in named else NO_CODE for step in steps], dtype=np.int64)
    visits = rows_of(workload.first_visit[letters], workload.first_visit[letters + 1])
    visits = visits[(log.queued[visits] != NOT_YET) & (code[workload.step[visits]] != NO_CODE)]
    case = replication.row_of_visit[visits]
    # As an office's log is sorted; what waits is there since it was queued.
    begun = np.where(log.started[visits] != NOT_YET, log.started[visits], log.queued[visits])
    order = np.lexsort((visits, begun, case))
    visits, case = visits[order], case[order]
    delay = workload.unit[visits] == NO_UNIT
    unit = np.where(log.served_by[visits] == NOT_YET, workload.unit[visits], log.served_by[visits])
    return EventLog(
        origin=scenario.start,
        receipts=True,
        received=replication.received,
        category=workload.category[letters].astype(np.int32),
        channel=workload.channel[letters].astype(np.int32),
        home=workload.home[letters].astype(np.int32),
        ids=tuple(map(str, range(1, len(letters) + 1))),
        case=case,
        activity=code[workload.step[visits]].astype(np.int32),
        queued=np.where(delay, NOT_YET, log.queued[visits]),
        started=log.started[visits],
        finished=log.finished[visits],
        resource=np.full(len(visits), NO_CODE, dtype=np.int32),
        unit=np.where(delay, NO_CODE, unit).astype(np.int32),
        spells=_spells(replication, visits),
        activities=tuple(names),
        categories=tuple(scenario.categories),
        channels=tuple(scenario.channels),
        resources=(),
        units=tuple(places.names),
        teams=tuple(places.teams[team] for team in places.team_of.tolist()),
    )


def _spells(replication: Replication, visits: Int64s) -> Spells:
    stretches = replication.log.stretches
    assert stretches is not None, "asked for when simulated"
    event = np.full(replication.workload.visits, NO_CODE)
    event[visits] = np.arange(len(visits))
    # What is still worked on at the horizon has not been done.
    over = stretches.end < replication.setting.scenario.horizon
    work = np.flatnonzero((stretches.kind == WORK) & (event[stretches.visit] != NO_CODE) & over)
    work = work[np.lexsort((stretches.start[work], event[stretches.visit[work]]))]
    return Spells(
        event[stretches.visit[work]],
        stretches.start[work],
        stretches.end[work],
        np.full(len(work), NO_CODE, dtype=np.int32),
        stretches.unit[work].astype(np.int32),
    )
