"""Work besides letters: jobs that come to a unit while somebody is on duty there."""

from typing import NamedTuple

import numpy as np

from sim.core.clock import HOUR
from sim.core.streams import Purpose, stream, subject, uniforms
from sim.core.tables import OTHER_DUTY, Bools, Int32s, Int64s, Roster
from sim.models.staffing import OtherDuty
from sim.sampling.quantiles import quantile
from sim.sampling.visits import Block, whole
from sim.scenario.setting import Setting


class Jobs(NamedTuple):
    """Other duty of all teams; one row a job."""

    received: Int64s
    unit: Int32s
    visits: list[Block]  # one visit a job; `letter` is the job's row


def draw_other_duty(setting: Setting, roster: Roster, replication: int) -> Jobs:
    """Jobs are drawn round the clock; those at seconds when nobody is on duty at their unit are dropped.

    So the jobs of one roster are those of another, as far as both are on duty.
    """
    received, unit = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    visits: list[Block] = []
    for name, team in setting.scenario.teams.items():
        if team.other_duty is not None:
            instants, where, service = _jobs(team.other_duty, name, setting, roster, replication)
            visits.append(
                Block(
                    letter=np.arange(len(instants)) + sum(len(others) for others in received),
                    nth=np.zeros_like(instants),
                    step=OTHER_DUTY,
                    unit=where,
                    service=service,
                    priority=team.other_duty.priority,
                    interrupts=team.other_duty.interrupts,
                    interruptible=team.other_duty.interruptible,
                )
            )
            received.append(instants)
            unit.append(where)
    return Jobs(np.concatenate(received), np.concatenate(unit), visits)


def _jobs(
    duty: OtherDuty, name: str, setting: Setting, roster: Roster, replication: int
) -> tuple[Int64s, Int32s, Int64s]:
    """When the jobs of a team come, to which unit, and their effort."""
    seed, horizon = setting.scenario.seed, setting.scenario.horizon
    units = setting.places.of_team(name)
    key = (seed, replication, Purpose.OTHER_DUTY_ARRIVALS, subject(name))
    jobs = stream(*key, 0).poisson(duty.per_hour * horizon / HOUR, len(units))
    unit = np.repeat(np.arange(units.start, units.stop, dtype=np.int32), jobs)
    begin = _axis(unit, horizon)
    instants = np.sort(begin + (uniforms(len(unit), *key, 1) * horizon).astype(np.int64)) - begin
    effort = quantile(duty.effort, uniforms(len(unit), seed, replication, Purpose.OTHER_DUTY_SERVICE, subject(name)))
    come = on_duty(roster, unit, instants, horizon)
    return instants[come], unit[come], whole(effort[come], least=1)


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
