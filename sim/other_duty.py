"""Work besides letters: jobs that come to a unit while somebody is on duty there."""

from typing import NamedTuple

import numpy as np

from sim.clock import HOUR
from sim.quantiles import quantile
from sim.setting import Setting
from sim.streams import Purpose, stream, subject, uniforms
from sim.tables import OTHER_DUTY, Bools, Int32s, Int64s, Roster
from sim.visits import Block, whole


class Jobs(NamedTuple):
    """Other duty of all teams; one row a job."""

    received: Int64s
    unit: Int32s
    visits: list[Block]  # one visit a job; `letter` is the job's row


def draw_other_duty(setting: Setting, roster: Roster, replication: int) -> Jobs:
    """Jobs are drawn round the clock; those at seconds when nobody is on duty at their unit are dropped.

    So the jobs of one roster are those of another, as far as both are on duty.
    """
    scenario, horizon = setting.scenario, setting.scenario.horizon
    received, unit = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    visits: list[Block] = []
    rows = 0
    for name, team in scenario.teams.items():
        duty = team.other_duty
        if duty is None:
            continue
        key, units = (scenario.seed, replication), setting.places.of_team(name)
        jobs = stream(*key, Purpose.OTHER_DUTY_ARRIVALS, subject(name), 0).poisson(
            duty.per_hour * horizon / HOUR, len(units)
        )
        at = np.repeat(np.arange(units.start, units.stop, dtype=np.int32), jobs)
        moments = uniforms(len(at), *key, Purpose.OTHER_DUTY_ARRIVALS, subject(name), 1)
        instants = np.sort(_axis(at, horizon) + (moments * horizon).astype(np.int64)) - _axis(at, horizon)
        effort = quantile(duty.effort, uniforms(len(at), *key, Purpose.OTHER_DUTY_SERVICE, subject(name)))
        come = on_duty(roster, at, instants, horizon)
        received.append(instants[come])
        unit.append(at[come])
        visits.append(
            Block(
                letter=np.arange(rows, rows + len(received[-1])),
                nth=np.zeros(len(received[-1]), dtype=np.int64),
                step=OTHER_DUTY,
                unit=unit[-1],
                service=whole(effort[come], least=1),
                priority=duty.priority,
                interrupts=duty.interrupts,
                interruptible=duty.interruptible,
            )
        )
        rows += len(received[-1])
    return Jobs(np.concatenate(received), np.concatenate(unit), visits)


def on_duty(roster: Roster, unit: Int32s, instants: Int64s, horizon: int) -> Bools:
    """Whether anybody is on duty at a unit at an instant; one row a question, sorted by unit, then instant.

    Args:
        instants: 0 to horizon - 1.
    """
    staffed = roster.people > 0
    stretch = _axis(roster.unit[staffed], horizon)
    questions = _axis(unit, horizon) + instants
    first = np.searchsorted(questions, stretch + np.clip(roster.start[staffed], 0, horizon))
    after = np.searchsorted(questions, stretch + np.clip(roster.end[staffed], 0, horizon))
    rows = len(questions) + 1
    present: Bools = np.cumsum(np.bincount(first, minlength=rows) - np.bincount(after, minlength=rows))[:-1] > 0
    return present


def _axis(unit: Int32s, horizon: int) -> Int64s:
    """One axis of time for all units: where each unit's stretch begins on it."""
    return unit.astype(np.int64) * horizon
