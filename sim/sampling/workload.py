"""The workload of one replication: every letter and every visit that it will make, with everything random drawn."""

from dataclasses import MISSING, fields
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.clock import HOUR
from sim.core.radix_sort import ascending
from sim.core.streams import Purpose, stream, subject, uniforms
from sim.core.tables import (
    ANYHOW,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    OTHER_DUTY,
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
from sim.sampling.repeat_letters import Drawn, draw_repeats, joining
from sim.sampling.supervision import at_staffed_seconds, draw_prompts
from sim.sampling.visits import (
    FLAGS,
    Block,
    Jobs,
    Prompts,
    PutTogether,
    Repeats,
    Visits,
    of_other_duty,
    unroll,
    whole_seconds,
)
from sim.scenario.setting import Setting

_USUAL: Final = {each.name: 0 if each.default is MISSING else each.default for each in fields(VisitRow)}
"""What most visits have in each column; where it is not said, each has a value of its own."""


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
            rows = np.flatnonzero((jobs.unit >= units.start) & (jobs.unit < units.stop))
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

    They are put together already, unless prompts have to come among them, at seconds that the roster decides.
    """
    letters, visits = _drawn(setting, replication)
    if visits.prompts is not None or visits.jobs is None:
        return letters, visits
    together = _put_together(setting, letters, visits, visits.jobs, _no_prompts())
    return letters, visits._replace(blocks=[], together=together)


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
    horizon, together = setting.scenario.horizon, visits.together
    jobs = draw_other_duty(setting, replication) if visits.jobs is None else visits.jobs
    come = Attendance(roster, horizon).at(jobs.unit, jobs.received)
    if together is not None:
        stays = np.ones(together.workload.letters, dtype=np.bool_)
        stays[together.job] = come
        workload = together.workload if come.all() else together.workload.some_letters(stays)
    else:
        prompts = _no_prompts() if visits.prompts is None else at_staffed_seconds(visits.prompts, roster, horizon)
        coming = Jobs(jobs.received[come], jobs.unit[come], jobs.chance[come])
        workload = _put_together(setting, letters, visits, coming, prompts).workload
    return _at_speeds(setting, workload)


def workload_of(setting: Setting, letters: Letters, visits: Visits, jobs: Jobs) -> Workload:
    """Letters and jobs that are drawn, in the order in which they are received, with their visits; no prompts."""
    return _at_speeds(setting, _put_together(setting, letters, visits, jobs, _no_prompts()).workload)


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


def _put_together(setting: Setting, letters: Letters, visits: Visits, jobs: Jobs, prompts: Prompts) -> PutTogether:
    """Letters, jobs and prompts sorted by the time they are received, and their visits in that order."""
    kept = np.flatnonzero(letters.kept)
    received = np.concatenate([letters.received[kept], jobs.received, prompts.received])
    order = _order(received)
    made = np.concatenate([visits.made[kept], np.ones(len(jobs.received), dtype=np.int64), prompts.made])
    first_visit = np.concatenate([[0], np.cumsum(made[order])])
    row, first = np.empty_like(order), np.empty_like(order)
    row[order], first[order] = np.arange(len(order)), first_visit[:-1]
    first_of_letter = np.zeros(len(letters.kept), dtype=np.int64)
    first_of_letter[kept] = first[: len(kept)]
    first_of_job, first_of_prompt = np.split(first[len(kept) :], [len(jobs.received)])
    places = [(block, first_of_letter[block.letter] + block.nth) for block in visits.blocks]
    places += [(block, first_of_job[block.letter] + block.nth) for block in _visits_of(setting, jobs)]
    places += [(block, first_of_prompt[block.letter] + block.nth) for block in prompts.tasks]
    duty = np.full(len(jobs.received) + len(prompts.received), OTHER_DUTY, dtype=np.int16)
    home = [letters.home[kept], jobs.unit, letters.home[prompts.letter]]

    repeats = visits.repeats or _no_repeats()
    of_repeats = (np.cumsum(letters.kept) - 1)[repeats.letter]

    def of_prompts(column: npt.NDArray[Any], usual: int, again: npt.NDArray[Any] | int | None = None) -> Any:
        asked = np.full(len(order), usual, column.dtype)
        asked[len(order) - len(column) :] = column
        asked[of_repeats] = usual if again is None else again
        return asked[order] if len(column) + len(of_repeats) else asked

    workload = Workload(
        received=received[order],
        category=np.concatenate([letters.category[kept], duty])[order],
        channel=np.concatenate([letters.channel[kept], duty])[order],
        home=np.concatenate(home)[order],
        left=np.concatenate([visits.left[kept], duty == 0])[order],
        about=of_prompts(
            first_of_letter[prompts.letter] + prompts.nth, NO_VISIT, first_of_letter[repeats.earlier] + repeats.nth
        ),
        until_start=of_prompts(prompts.until_start, False),
        once_over=of_prompts(prompts.once_over, False, True),
        received_if=of_prompts(prompts.received_if, ANYHOW, repeats.received_if),
        received_if_back=of_prompts(prompts.received_if_back, 0, repeats.received_if_back),
        received_late_from=of_prompts(prompts.received_late_from, 0, repeats.received_late_from),
        new_priority=of_prompts(prompts.new_priority, NO_PRIORITY),
        move_to=of_prompts(prompts.move_to, NO_UNIT),
        rule=of_prompts(prompts.rule, OTHER_DUTY),
        first_visit=first_visit,
        **{name: _column(name, places, int(first_visit[-1])) for name in Workload.visit_columns()},
    )
    return PutTogether(workload, row[len(kept) : len(kept) + len(jobs.received)])


def _no_repeats() -> Repeats:
    none = np.zeros(0, np.int64)
    return Repeats(none, none, none, none.astype(np.int8), none.astype(np.int32), none)


def _no_prompts() -> Prompts:
    none = np.zeros(0, np.int64)
    return Prompts(
        letter=none,
        nth=none,
        received=none,
        until_start=none.astype(np.bool_),
        once_over=none.astype(np.bool_),
        received_if=none.astype(np.int8),
        received_if_back=none.astype(np.int32),
        received_late_from=none,
        new_priority=none.astype(np.int8),
        move_to=none.astype(np.int32),
        rule=none.astype(np.int16),
        made=none,
        tasks=[],
    )


def _order(received: Int64s) -> Int64s:
    """A stable argsort, faster because instant and row are sorted as one number."""
    bits, since = len(received).bit_length(), received - received.min(initial=0)
    both = ascending((since << bits) | np.arange(len(received)), (int(since.max(initial=0)) + 1) << bits)
    return both.astype(np.int64, copy=False) & ((1 << bits) - 1)


def _column(name: str, places: list[tuple[Block, Int64s]], rows: int) -> npt.NDArray[Any]:
    """A column of the visits; most of them have its usual value."""
    dtype, usual = dtypes(Workload)[name], _USUAL[name]
    column = np.full(rows, usual, dtype)
    for block, at in places:
        value = block.flags.get(name, usual) if dtype == np.bool_ else getattr(block, name)
        if isinstance(value, np.ndarray) or value != usual:
            column[at] = value
    return column
