"""The rows of a replication's tables: one a letter, and one a team and hour, over the whole simulation."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.clock import HOUR
from sim.core.tables import NO_UNIT, NOT_YET, OTHER_DUTY, Bools, Floats, Int8s, Int16s, Int32s, Int64s
from sim.metrics.causes import Breaches
from sim.metrics.replication import Replication, moment_of, steps_of
from sim.models.sla import MOMENTS

NO_LETTER: Final = -1
"""What a letter repeats whose writer has not written before."""


class LostTime(NamedTuple):
    """Where letters that breached an SLA lost most of their time, one row a letter; -1 for the others.

    That is known of letters received in the window.
    """

    step: Int16s  # index into the workflow
    unit: Int32s  # or NO_UNIT for an elapsed wait
    cause: Int8s  # index into `sim.metrics.figures.slas.Why`
    seconds: Int64s  # that it lost there, on the SLA's clock


class LetterTable(NamedTuple):
    """Every letter received before the horizon, in order of receipt; all columns have one row a letter.

    Instants are seconds since the start; codes are indices into what the scenario lists.
    """

    letter: Int64s  # its index in the workload
    received: Int64s
    counted: Bools  # received in the window
    left: Bools  # leaves the workflow before its end, there or out of patience
    closed: Int64s  # or NOT_YET
    category: Int16s
    channel: Int16s
    unit: Int32s  # home unit
    repeat_of: Int64s | None  # the letter about which its writer wrote again, or NO_LETTER; None where nobody does
    milestones: dict[str, Int64s]  # by name, such as `sign.finished`: of its first visit to the step, or NOT_YET
    elapsed: dict[str, Int64s]  # by SLA: seconds on the SLA's clock until met, or until the horizon; or NOT_YET
    fate: dict[str, Int8s]  # by SLA: a `sim.metrics.replication.Fate`
    lost: dict[str, LostTime]  # by SLA


class HourTable(NamedTuple):
    """Every team in every hour of the simulation, by team, then hour; the last hour may be cut short."""

    team: Int64s  # index into the scenario's teams
    hour: Int64s  # since the start
    received: Int64s  # visits of letters that joined a queue of the team when their turn came
    on_duty: Floats  # people, averaged over the hour, as are the next four
    busy: Floats  # people at work within their shift, other duty included
    other_duty: Floats  # of these, at other duty
    overtime: Floats  # people at work after the end of their shift
    waiting: Floats  # letters in queues
    backlog: Int64s  # letters in queues or in somebody's hands at the end of the hour


def letter_table(replication: Replication, late: Sequence[Breaches]) -> LetterTable:
    """What became of every letter; the log may be without stretches.

    Args:
        late: the breaches of each SLA by letters of the window, with their causes.
    """
    workload, letters, slas = replication.workload, replication.letters, replication.setting.scenario.sla
    milestones: dict[str, Int64s] = {}
    for step in steps_of(replication.setting):
        visit = replication.first_visits(step)
        milestones |= {f"{step}.{moment}": moment_of(replication.log, visit, moment) for moment in MOMENTS}
    return LetterTable(
        letter=letters,
        received=replication.received,
        counted=replication.counted,
        left=workload.left[letters] | (replication.abandoned != NOT_YET),
        closed=replication.closed,
        category=workload.category[letters],
        channel=workload.channel[letters],
        unit=workload.home[letters],
        repeat_of=_repeat_of(replication),
        milestones=milestones,
        elapsed={name: clock.elapsed for name, clock in zip(slas, replication.clocks, strict=True)},
        fate={name: clock.fate for name, clock in zip(slas, replication.clocks, strict=True)},
        lost={name: _lost_time(found, len(letters)) for name, found in zip(slas, late, strict=True)},
    )


def _repeat_of(replication: Replication) -> Int64s | None:
    if replication.setting.scenario.repeat_letters is None:
        return None
    about = replication.workload.about[replication.letters]
    return np.append(replication.workload.letter_of_visit(), NO_LETTER)[about]  # NO_VISIT is the last


def _lost_time(late: Breaches, letters: int) -> LostTime:
    def column(of_late: Int64s, dtype: type[np.signedinteger[Any]]) -> npt.NDArray[Any]:
        of_all = np.full(letters, -1, dtype=dtype)
        of_all[late.row] = of_late
        return of_all

    return LostTime(
        column(late.step, np.int16),
        column(late.unit, np.int32),
        column(late.why, np.int8),
        column(late.seconds, np.int64),
    )


def hour_table(replication: Replication) -> HourTable:
    """What people and letters did, hour by hour; the log must have stretches."""
    occupancy, horizon = replication.occupancy, replication.setting.scenario.horizon
    teams = len(replication.setting.places.teams)
    begins = np.flatnonzero(occupancy.cells.edges[:-1] % HOUR == 0)  # an edge of the window may cut an hour in two
    ends = np.append(begins[1:], len(occupancy.cells)) - 1
    hours = np.arange(len(begins))
    length = np.minimum(horizon - hours * HOUR, HOUR)

    def mean(seconds: Floats) -> Floats:
        averages: Floats = (np.add.reduceat(seconds, begins, axis=1) / length).ravel()
        return averages

    backlog = occupancy.waiting.at_end + occupancy.letter_work.at_end + occupancy.overtime.at_end
    return HourTable(
        team=np.repeat(np.arange(teams), len(hours)),
        hour=np.tile(hours, teams),
        received=_joined(replication, teams, len(hours)),
        on_duty=mean(occupancy.on_duty.seconds),
        busy=mean(occupancy.letter_work.seconds + occupancy.other_duty.seconds),
        other_duty=mean(occupancy.other_duty.seconds),
        overtime=mean(occupancy.overtime.seconds),
        waiting=mean(occupancy.waiting.seconds),
        backlog=backlog[:, ends].ravel().astype(np.int64),
    )


def _joined(replication: Replication, teams: int, hours: int) -> Int64s:
    workload, queued = replication.workload, replication.log.queued
    joined = np.flatnonzero((queued != NOT_YET) & (workload.unit != NO_UNIT) & (workload.step != OTHER_DUTY))
    team = replication.setting.places.team_of[workload.unit[joined]]
    return np.bincount(team * hours + queued[joined] // HOUR, minlength=teams * hours)
