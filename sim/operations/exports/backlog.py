"""Backlog at an instant in CSV: one row an open letter, as an office would list what lies on its desks."""

from pathlib import Path

import numpy as np

from sim.core.tables import NO_UNIT, NOT_YET, WORK, Bools, Int64s
from sim.metrics.replication import steps_of
from sim.models.backlog import OpenState
from sim.operations.exports.simulated import Simulated
from sim.scenario.open_letters import write_backlog


def write_backlog_at(simulated: Simulated, instant: int, path: Path) -> int:
    """Write the letters received by then and not closed, in the order of receipt, after all that happens that second.

    `unit` is the letter's home, as in a trace; `step` is where it is, `state` whether it waits there for somebody, is
    worked on, or is at a wait that occupies nobody, and `since` when that began.

    Returns: number of open letters.
    """
    replication = simulated.replication
    workload = replication.workload
    visit = _open_visits(simulated, instant)
    row = replication.row_of_visit[visit]
    working, since = _states(simulated, visit, instant)
    delay = workload.unit[visit] == NO_UNIT
    state = np.where(delay, OpenState.DELAY, np.where(working, OpenState.WORKING, OpenState.WAITING)).tolist()
    steps = steps_of(simulated.setting)
    done = [simulated.local(_done(simulated, row, index, instant)) for index in steps.values()]
    letters, names = simulated.letters, simulated.steps
    at = (letters[each] for each in row.tolist())
    write_backlog(
        path,
        steps,
        (
            (
                number + 1, letter.received.isoformat(), letter.channel, letter.category, letter.unit,
                names[step], how, begun, *finished,
            )
            for number, letter, step, how, begun, *finished in zip(
                row.tolist(), at, workload.step[visit].tolist(), state, simulated.local(since), *done, strict=True
            )
        ),
    )  # fmt: skip
    return len(visit)


def _open_visits(simulated: Simulated, instant: int) -> Int64s:
    """The visit at which each open letter is; a letter is at one at a time."""
    log = simulated.replication.log
    reached = (log.queued != NOT_YET) & (log.queued <= instant)
    over = (log.finished != NOT_YET) & (log.finished <= instant)
    return np.flatnonzero(reached & ~over & (simulated.replication.row_of_visit >= 0))


def _states(simulated: Simulated, visit: Int64s, instant: int) -> tuple[Bools, Int64s]:
    """Whether somebody works on each visit, and since when that, or waiting, goes on."""
    log = simulated.replication.log
    assert log.stretches is not None, "asked for when simulated"
    work = log.stretches.kind == WORK
    over = np.flatnonzero(work & (log.stretches.end <= instant))
    going_on = np.flatnonzero(work & (log.stretches.start <= instant) & (log.stretches.end > instant))
    since, working = log.queued.copy(), np.zeros(len(log.queued), dtype=np.bool_)
    np.maximum.at(since, log.stretches.visit[over], log.stretches.end[over])
    since[log.stretches.visit[going_on]] = log.stretches.start[going_on]
    working[log.stretches.visit[going_on]] = True
    return working[visit], since[visit]


def _done(simulated: Simulated, row: Int64s, step: int, instant: int) -> Int64s:
    """When each letter last finished a step by then, or NOT_YET."""
    replication = simulated.replication
    workload, log = replication.workload, replication.log
    over = (log.finished != NOT_YET) & (log.finished <= instant) & (replication.row_of_visit >= 0)
    visits = np.flatnonzero(over & (workload.step == step))
    last = np.full(len(replication.letters), NOT_YET)
    np.maximum.at(last, replication.row_of_visit[visits], log.finished[visits])
    return last[row]
