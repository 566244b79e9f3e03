"""The workload of one replication: every letter and every visit that it will make, with everything random drawn."""

from functools import partial
from typing import Any

import numpy as np

from sim.core.clock import HOUR
from sim.core.radix_sort import ascending
from sim.core.streams import Purpose, stream, subject, uniforms
from sim.core.tables import NO_UNIT, Roster, Workload, some_rows
from sim.models.staffing import OtherDuty
from sim.sampling.arrivals import Letters, draw_letters
from sim.sampling.attendance import Attendance
from sim.sampling.backlog import draw_backlog
from sim.sampling.drawn_visits import Block, Jobs, Prompts, Visits, of_other_duty
from sim.sampling.jurisdiction import Jurisdiction
from sim.sampling.merging import put_together
from sim.sampling.quantiles import quantile
from sim.sampling.repeat_letters import Drawn, draw_repeats, joining
from sim.sampling.supervision import at_staffed_seconds, draw_prompts
from sim.sampling.visits import FLAGS, unroll, whole_seconds
from sim.scenario.setting import Setting


def draw_other_duty(setting: Setting, replication: int) -> Jobs:
    """Jobs of all teams round the clock, as if somebody were always on duty; by unit, then in time."""
    seed, horizon = setting.scenario.seed, setting.scenario.horizon
    parts = [Jobs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0))]
    for name, team in setting.scenario.teams.items():
        if team.other_duty is not None:
            units = setting.places.of_team(name)
            key = (seed, replication, Purpose.OTHER_DUTY_ARRIVALS, subject(name))
            many = stream(*key, 0).poisson(team.other_duty.per_hour * horizon / HOUR, len(units))
            unit = np.repeat(np.arange(units.start, units.stop, dtype=np.int32), many)
            begin = unit.astype(np.int64) * horizon  # one axis of time for all units
            instants = begin + (uniforms(len(unit), *key, 1) * horizon).astype(np.int64)
            instants = ascending(instants, units.stop * horizon) - begin
            chance = uniforms(len(unit), seed, replication, Purpose.OTHER_DUTY_SERVICE, subject(name))
            parts.append(Jobs(instants, unit, chance))
    return Jobs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _visits_of(setting: Setting, jobs: Jobs) -> list[Block]:
    """The visit of each job; `letter` is its row."""
    blocks = []
    for name, team in setting.scenario.teams.items():
        duty, units = team.other_duty, setting.places.of_team(name)
        if duty is not None:
            rows = np.arange(*np.searchsorted(jobs.unit, [units.start, units.stop]))
            service = whole_seconds(quantile(duty.effort, jobs.chance[rows]), least=1)
            flags = {name: getattr(duty, name) for name in FLAGS if name in OtherDuty.model_fields}
            blocks.append(of_other_duty(rows, jobs.unit[rows], service, duty.priority, flags))
    return blocks


def draw_workload(setting: Setting, roster: Roster, replication: int, *, keep: float = 1.0) -> Workload:
    """The letters of one replication and their visits, with other duty among them.

    Args:
        roster: decides only which other duty there is; letters are the same under every roster.
        keep: share of the letters that take part, the others are thinned out: the letters of a smaller share
            are a subset of those of a larger one, each as hard as there. Other duty is not thinned.

    Raises:
        SimError: `keep` is not in [0, 1], or a loop does not end.
    """
    return with_other_duty(setting, roster, replication, *_drawn(setting, replication, keep))


def draw_visits(setting: Setting, replication: int) -> tuple[Letters, Visits]:
    """The letters of one replication and their visits, and all other duty: what no roster changes.

    They are put together already where no roster has a say: without other duty, and prompts that move letters.
    """
    letters, visits = _drawn(setting, replication)
    prompts, jobs = visits.prompts, visits.jobs
    if jobs is None or len(jobs.received) or (prompts is not None and (prompts.move_to != NO_UNIT).any()):
        return letters, visits
    return letters, visits._replace(blocks=[], together=put_together(letters, visits, jobs, [], prompts))


def _drawn(setting: Setting, replication: int, keep: float = 1.0) -> tuple[Letters, Visits]:
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
    drawn = Drawn(letters, unroll(setting, letters, own, one_a_letter, standing), own, one_a_letter)
    joins: list[Prompts] = []
    if scenario.repeat_letters is not None:
        drawn = draw_repeats(setting, replication, drawn, scenario.repeat_letters)
        joins = [joining(drawn, scenario.repeat_letters)]
    prompts = draw_prompts(setting, *drawn, joins)
    return drawn.letters, drawn.visits._replace(prompts=prompts, jobs=draw_other_duty(setting, replication))


def with_other_duty(setting: Setting, roster: Roster, replication: int, letters: Letters, visits: Visits) -> Workload:
    """Letters that are drawn already, with the other duty that there is under a roster among them, and the prompts.

    Jobs at seconds when nobody is on duty at their unit are dropped. So the jobs of one roster are those of another,
    as far as both are on duty.
    """
    if visits.together is not None:
        return _at_speeds(setting, visits.together)
    horizon = setting.scenario.horizon
    jobs = draw_other_duty(setting, replication) if visits.jobs is None else visits.jobs
    come = Attendance(roster, horizon).at(jobs.unit, jobs.received)
    prompts = None if visits.prompts is None else at_staffed_seconds(visits.prompts, roster, horizon)
    return workload_of(setting, letters, visits, some_rows(jobs, np.flatnonzero(come)), prompts)


def workload_of(
    setting: Setting, letters: Letters, visits: Visits, jobs: Jobs, prompts: Prompts | None = None
) -> Workload:
    """Letters, jobs and prompts that are drawn, in the order in which they are received, with their visits."""
    return _at_speeds(setting, put_together(letters, visits, jobs, _visits_of(setting, jobs), prompts))


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
