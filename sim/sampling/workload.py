"""The workload of one replication: every letter and every visit that it will make, with everything random drawn."""

from dataclasses import MISSING, fields
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.clock import HOUR
from sim.core.streams import Purpose, stream, subject, uniforms
from sim.core.tables import (
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    OTHER_DUTY,
    Int32s,
    Int64s,
    Roster,
    VisitRow,
    Workload,
    dtypes,
)
from sim.models.staffing import OtherDuty
from sim.sampling.arrivals import Letters, draw_letters
from sim.sampling.attendance import Attendance
from sim.sampling.backlog import draw_backlog
from sim.sampling.jurisdiction import Jurisdiction
from sim.sampling.quantiles import quantile
from sim.sampling.supervision import at_staffed_seconds, draw_prompts
from sim.sampling.visits import FLAGS, Block, Prompts, Visits, of_other_duty, unroll, whole_seconds
from sim.scenario.setting import Setting

_USUAL: Final = {each.name: 0 if each.default is MISSING else each.default for each in fields(VisitRow)}
"""What most visits have in each column; where it is not said, each has a value of its own."""


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
                of_other_duty(
                    np.arange(len(instants)) + sum(len(others) for others in received),
                    where,
                    service,
                    team.other_duty.priority,
                    {name: getattr(team.other_duty, name) for name in FLAGS if name in OtherDuty.model_fields},
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
    begin = unit.astype(np.int64) * horizon  # one axis of time for all units
    instants = np.sort(begin + (uniforms(len(unit), *key, 1) * horizon).astype(np.int64)) - begin
    effort = quantile(duty.effort, uniforms(len(unit), seed, replication, Purpose.OTHER_DUTY_SERVICE, subject(name)))
    come = Attendance(roster, horizon).at(unit, instants)
    return instants[come], unit[come], whole_seconds(effort[come], least=1)


def draw_workload(setting: Setting, roster: Roster, replication: int, *, keep: float = 1.0) -> Workload:
    """The letters of one replication and their visits, with other duty among them.

    Args:
        roster: decides only which other duty there is; letters are the same under every roster.
        keep: share of the letters that take part, the others are thinned out: the letters of a smaller share
            are a subset of those of a larger one, each as hard as there. Other duty is not thinned.

    Raises:
        SimError: `keep` is not in [0, 1], or a loop does not end.
    """
    return with_other_duty(setting, roster, replication, *draw_visits(setting, replication, keep=keep))


def draw_visits(setting: Setting, replication: int, *, keep: float = 1.0) -> tuple[Letters, Visits]:
    """The letters of one replication and their visits, which no roster changes; as `draw_workload`."""
    scenario = setting.scenario
    letters, standing = draw_letters(setting, replication, keep), None
    backlog = draw_backlog(setting, replication)
    if backlog is not None:
        # They come after all others, so that nobody else's chance moves.
        open_letters, standing = backlog
        columns: Any = zip(letters, open_letters, strict=True)
        letters = Letters(*(np.concatenate(column) for column in columns))
    one_a_letter = partial(uniforms, len(letters.received), scenario.seed, replication)
    own = Jurisdiction(setting, letters.category, letters.home, one_a_letter)
    visits = unroll(setting, letters, own, one_a_letter, standing)
    return letters, visits._replace(prompts=draw_prompts(setting, letters, visits, own, one_a_letter))


def with_other_duty(setting: Setting, roster: Roster, replication: int, letters: Letters, visits: Visits) -> Workload:
    """Letters that are drawn already, with the other duty that there is under a roster among them, and the prompts."""
    if visits.prompts is not None:
        prompts = at_staffed_seconds(visits.prompts, roster, setting.scenario.horizon)
        visits = visits._replace(prompts=prompts)
    return _at_speeds(setting, _put_together(letters, visits, draw_other_duty(setting, roster, replication)))


def _at_speeds(setting: Setting, workload: Workload) -> Workload:
    """The same with the work of those units longer or shorter where the scenario changes their speed."""
    changes = [(change, change.speed) for change in setting.scenario.staff_changes if change.speed is not None]
    if not changes:
        return workload
    received = np.repeat(workload.received, np.diff(workload.first_visit))
    speed = np.ones(workload.visits)
    for change, factor in changes:
        start, end = change.seconds(setting.calendar, setting.scenario.horizon)
        units = setting.places.of_team(change.team)
        if change.unit is not None:
            at = setting.places.names.index(change.unit, units.start)
            units = range(at, at + 1)
        there = (workload.unit >= units.start) & (workload.unit < units.stop)
        speed[there & (received >= start) & (received < end)] *= factor
    longer = whole_seconds(workload.service / speed, least=1)
    return workload._replace(service=np.where(speed != 1, longer, workload.service))


def _put_together(letters: Letters, visits: Visits, jobs: Jobs) -> Workload:
    """Letters, jobs and prompts sorted by the time they are received, and their visits in that order."""
    prompts = visits.prompts or _no_prompts()
    kept = np.flatnonzero(letters.kept)
    received = np.concatenate([letters.received[kept], jobs.received, prompts.received])
    order = _order(received)
    made = np.concatenate([visits.made[kept], np.ones(len(jobs.received), dtype=np.int64), prompts.made])
    first_visit = np.concatenate([[0], np.cumsum(made[order])])
    first = np.empty_like(order)
    first[order] = first_visit[:-1]
    first_of_letter = np.zeros(len(letters.kept), dtype=np.int64)
    first_of_letter[kept] = first[: len(kept)]
    first_of_job, first_of_prompt = np.split(first[len(kept) :], [len(jobs.received)])
    places = [(block, first_of_letter[block.letter] + block.nth) for block in visits.blocks]
    places += [(block, first_of_job[block.letter] + block.nth) for block in jobs.visits]
    places += [(block, first_of_prompt[block.letter] + block.nth) for block in prompts.tasks]
    duty = np.full(len(jobs.received) + len(prompts.received), OTHER_DUTY, dtype=np.int16)
    home = [letters.home[kept], jobs.unit, letters.home[prompts.letter]]

    def of_prompts(column: npt.NDArray[Any], usual: int) -> npt.NDArray[Any]:
        asked = np.full(len(order), usual, column.dtype)
        asked[len(order) - len(column) :] = column
        return asked[order] if len(column) else asked

    return Workload(
        received=received[order],
        category=np.concatenate([letters.category[kept], duty])[order],
        channel=np.concatenate([letters.channel[kept], duty])[order],
        home=np.concatenate(home)[order],
        left=np.concatenate([visits.left[kept], duty == 0])[order],
        about=of_prompts(first_of_letter[prompts.letter] + prompts.nth, NO_VISIT),
        until_start=of_prompts(prompts.until_start, False),
        new_priority=of_prompts(prompts.new_priority, NO_PRIORITY),
        move_to=of_prompts(prompts.move_to, NO_UNIT),
        rule=of_prompts(prompts.rule, OTHER_DUTY),
        first_visit=first_visit,
        **{name: _column(name, places, int(first_visit[-1])) for name in Workload.visit_columns()},
    )


def _no_prompts() -> Prompts:
    none = np.zeros(0, np.int64)
    return Prompts(
        letter=none,
        nth=none,
        received=none,
        until_start=none.astype(np.bool_),
        new_priority=none.astype(np.int8),
        move_to=none.astype(np.int32),
        rule=none.astype(np.int16),
        made=none,
        tasks=[],
    )


def _order(received: Int64s) -> Int64s:
    """A stable argsort, faster because instant and row are sorted as one number."""
    bits = len(received).bit_length()
    return np.sort((received << bits) | np.arange(len(received))) & ((1 << bits) - 1)


def _column(name: str, places: list[tuple[Block, Int64s]], rows: int) -> npt.NDArray[Any]:
    """A column of the visits; most of them have its usual value."""
    dtype, usual = dtypes(Workload)[name], _USUAL[name]
    column = np.full(rows, usual, dtype)
    for block, at in places:
        value = block.flags.get(name, usual) if dtype == np.bool_ else getattr(block, name)
        if isinstance(value, np.ndarray) or value != usual:
            column[at] = value
    return column
