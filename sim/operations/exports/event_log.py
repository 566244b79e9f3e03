"""Event log in CSV: one row a stretch in which somebody worked on a visit without interruption, or it waited."""

from pathlib import Path
from typing import Final

import numpy as np

from sim.core.safe_text import write_csv
from sim.core.tables import NO_UNIT, NOT_YET, WORK, Int64s
from sim.operations.exports.people import NOBODY, person_numbers
from sim.operations.exports.simulated import Simulated

_COLUMNS: Final = (
    "case", "received", "channel", "category", "home", "counted",
    "activity", "instance", "queued", "start", "end", "ended", "resource", "unit", "team",
)  # fmt: skip
"""`instance` numbers the visits of a letter, and `ended` says how a row did: `complete`, `suspend`, or not yet."""


def write_event_log(simulated: Simulated, path: Path) -> None:
    """Write one row a stretch of work, one a wait that occupies nobody, and one a visit that nobody has begun.

    A visit that was put down and resumed has several rows with the same `case` and `instance`; its effort is their sum.
    Instants are local time; an empty cell is one that has not come.
    """
    visit, start, end, ended, unit, person = _rows(simulated)
    replication = simulated.replication
    workload, row = replication.workload, replication.row_of_visit[visit]
    instance = visit - workload.first_visit[replication.letters[row]] + 1
    counted, letters = replication.counted.tolist(), simulated.letters
    steps, units = simulated.steps, simulated.units
    columns = (row, workload.step[visit], instance, unit, person, ended)
    instants = (simulated.local(each) for each in (replication.log.queued[visit], start, end))
    write_csv(
        path,
        [
            _COLUMNS,
            *(
                (
                    letter + 1, letters[letter].received.isoformat(), letters[letter].channel, letters[letter].category,
                    units[simulated.homes[letter]], "yes" if counted[letter] else "no",
                    steps[step], nth, queued, began, stopped, how,
                    simulated.person(at, number), "" if at == NO_UNIT else units[at], simulated.team(at),
                )
                for letter, step, nth, at, number, how, queued, began, stopped in zip(
                    *(each.tolist() for each in columns), *instants, strict=True
                )
            ),
        ],
        marked=False,
    )  # fmt: skip


def _rows(simulated: Simulated) -> tuple[Int64s, ...]:
    """Visit, start, end, how it ended, unit and person of each row, by visit and then start."""
    replication = simulated.replication
    workload, log, stretches = replication.workload, replication.log, replication.log.stretches
    assert stretches is not None, "asked for when simulated"
    work = np.flatnonzero((stretches.kind == WORK) & (replication.row_of_visit[stretches.visit] >= 0))
    person = person_numbers(replication.roster, stretches)[work]
    worked = stretches.visit[work]
    until = stretches.end[work]
    running = (until == replication.setting.scenario.horizon) & (log.finished[worked] == NOT_YET)
    reached = np.flatnonzero((replication.row_of_visit >= 0) & (log.queued != NOT_YET))
    others = reached[(workload.unit[reached] == NO_UNIT) | (log.started[reached] == NOT_YET)]
    nobody = np.full(len(others), NOBODY)
    visit = np.concatenate([worked, others])
    end = np.concatenate([np.where(running, NOT_YET, until), log.finished[others]])
    done = np.where(end == log.finished[visit], "complete", "suspend")
    columns = (
        visit,
        np.concatenate([stretches.start[work], log.started[others]]),
        end,
        np.where(end == NOT_YET, "", done),
        np.concatenate([stretches.unit[work], workload.unit[others]]),
        np.concatenate([person, nobody]),
    )
    order = np.lexsort((columns[1], visit))
    return tuple(column[order] for column in columns)
