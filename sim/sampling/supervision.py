"""Prompts: when letters are due to be supervised, if what an SLA asks for has not come by then."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.streams import Purpose
from sim.core.tables import ANYHOW, NO_PRIORITY, NO_UNIT, Bools, Floats, Int32s, Int64s, Roster
from sim.models.base import is_for
from sim.models.sla import Sla
from sim.models.supervision import Extension, PromptSheet, Supervise, rule_of_extension
from sim.models.workflow import with_steps_inside
from sim.sampling.arrivals import Letters
from sim.sampling.attendance import Attendance
from sim.sampling.drawn_visits import Block, Prompts, Visits, further_down, of_other_duty
from sim.sampling.jurisdiction import Jurisdiction, OneALetter
from sim.sampling.limits import due_seconds
from sim.sampling.quantiles import quantile
from sim.sampling.visits import whole_seconds
from sim.scenario.setting import Setting

NO_SUCH_VISIT: Final = 2**40
"""In place of the number of a visit that a letter does not make."""


def draw_prompts(
    setting: Setting,
    letters: Letters,
    visits: Visits,
    own: Jurisdiction,
    uniforms: OneALetter,
    others: Sequence[Prompts] = (),
) -> Prompts | None:
    """The prompts of the letters that are simulated, by rule, with some others; None where there are none of either."""
    scenario = setting.scenario
    if not scenario.supervise and not scenario.extension and not others:
        return None
    parts = [*others]
    for number, rule in enumerate(scenario.supervise):
        sla = scenario.sla[rule.sla]
        awaited = _Awaited(setting, letters, visits, sla)
        asked = awaited.asked(awaited.rows, sla.within.seconds * rule.at)
        for priority, unit, tasks in _actions(rule, number, asked.rows, own, uniforms):
            parts.append(asked.prompts(number, priority, unit, tasks))
    for number, extension in enumerate(scenario.extension):
        awaited = _Awaited(setting, letters, visits, scenario.sla[extension.sla])
        parts += _requests(extension, number, awaited, len(scenario.supervise), own, uniforms)
    before = np.cumsum([0, *(len(part.letter) for part in parts)]).tolist()
    columns: Any = zip(*(part[:-1] for part in parts), strict=True)
    tasks = [block for part, rows in zip(parts, before, strict=False) for block in further_down(rows, part.tasks)]
    return Prompts._make([*(np.concatenate(column) for column in columns), tasks])


class _Asked(NamedTuple):
    """Letters that prompts are about; one row each."""

    rows: Int64s  # in the order of drawing
    nth: Int64s
    due: Int64s
    until_start: bool

    def some(self, which: Bools) -> "_Asked":
        return self._replace(rows=self.rows[which], nth=self.nth[which], due=self.due[which])

    def prompts(self, rule: int, priority: int, unit: Int32s | None, tasks: list[Block]) -> Prompts:
        """A prompt for each; `tasks` are in their order."""
        many = len(self.rows)
        return Prompts(
            letter=self.rows,
            nth=self.nth,
            received=self.due,
            until_start=np.full(many, self.until_start),
            once_over=np.zeros(many, np.bool_),
            received_if=np.full(many, ANYHOW, np.int8),
            received_if_back=np.zeros(many, np.int32),
            received_late_from=np.zeros(many, np.int64),
            new_priority=np.full(many, priority, np.int8),
            move_to=unit[self.rows] if unit is not None else np.full(many, NO_UNIT, np.int32),
            rule=np.full(many, rule, np.int16),
            made=np.full(many, len(tasks)),
            tasks=tasks,
        )


class _Awaited:
    """The letters that are simulated to which an SLA applies, and the visits that it waits for."""

    def __init__(self, setting: Setting, letters: Letters, visits: Visits, sla: Sla) -> None:
        self._setting, self._sla, self._received = setting, sla, letters.received
        self._nth, self._until_start = awaited_visit(setting, visits, sla)
        applies = letters.kept & (self._nth != NO_SUCH_VISIT) & applies_to(setting, letters, visits, sla)
        self.rows = np.flatnonzero(applies)
        self.limit = sla.within.seconds

    def asked(self, rows: Int64s, seconds: float) -> _Asked:
        """Those of some letters for which the SLA's clock shows so much before the end of the simulation."""
        due = due_seconds(self._setting, self._sla, seconds, self._received[rows])
        asked = _Asked(rows, self._nth[rows], due, self._until_start)
        return asked.some(due < self._setting.scenario.horizon)

    def has_passed(self, asked: _Asked, limit: int) -> Bools:
        """Whether a limit of so many seconds has passed when each is due, as of letters late from the start."""
        sla, received = self._sla, self._received[asked.rows]
        return self._setting.calendar.elapsed(received, asked.due, sla.within.clock, sla.office_hours) > limit


def _requests(
    extension: Extension, number: int, awaited: _Awaited, supervised: int, own: Jurisdiction, uniforms: OneALetter
) -> Iterator[Prompts]:
    """Requests for more time, before the limit passes: the second of a letter only if its first one is granted."""
    rows = awaited.rows
    last = np.zeros(int(rows.max(initial=0)) + 1, np.int64)  # when each letter asked last
    for time in range(extension.at_most):
        drawn = [uniforms(Purpose.EXTENSION, number, time, use) for use in range(4)]
        longer = time * extension.by.seconds
        asked = awaited.asked(rows[drawn[0][rows] < extension.chance], awaited.limit * extension.at + longer)
        # What was due before the start is asked for once, at the start.
        asked = asked.some((asked.due > last[asked.rows]) & ~awaited.has_passed(asked, awaited.limit + longer))
        last[asked.rows] = asked.due
        granted = drawn[1][asked.rows] < extension.granted
        for which, is_granted in ((granted, True), (~granted, False)):
            each = asked.some(which)
            tasks = [
                task_of(work, each.rows, own, drawn[use][each.rows])
                for use, work in ((2, extension.request), (3, extension.approve))
                if work is not None
            ]
            tasks = [task._replace(nth=np.full_like(task.nth, nth)) for nth, task in enumerate(tasks)]
            rule = rule_of_extension(supervised, number, granted=is_granted)
            yield each.prompts(rule, NO_PRIORITY, None, tasks)
        rows = asked.rows[granted]


def _actions(
    rule: Supervise, number: int, rows: Int64s, own: Jurisdiction, uniforms: OneALetter
) -> Iterator[tuple[int, Int32s | None, list[Block]]]:
    """What a rule does, each by prompts of its own: a priority, the letters' units to move to, and tasks."""
    if rule.priority is not None:
        yield rule.priority, None, []
    if rule.move_to is not None:
        yield NO_PRIORITY, own.unit_of(rule.move_to), []
    if rule.task is not None:
        drawn = uniforms(Purpose.SUPERVISION, number)[rows]
        yield NO_PRIORITY, None, [task_of(rule.task, rows, own, drawn)]


def task_of(task: PromptSheet, rows: Int64s, own: Jurisdiction, drawn: Floats) -> Block:
    """The work of prompts about some letters, one visit each.

    Args:
        drawn: the uniforms of their efforts.
    """
    effort = quantile(task.effort, drawn)
    here = np.arange(len(rows))
    return of_other_duty(here, own.unit_of(task.by)[rows], whole_seconds(effort, least=1), task.priority)


def at_staffed_seconds(prompts: Prompts, roster: Roster, horizon: int) -> Prompts:
    """The same, with those that move letters as late as somebody is on duty there; those that never are left out."""
    moving = np.flatnonzero(prompts.move_to != NO_UNIT)
    if not len(moving):
        return prompts
    received = prompts.received.copy()
    received[moving] = Attendance(roster, horizon).first(prompts.move_to[moving], received[moving])
    # None of these has a task, whose numbers would change.
    return prompts._replace(received=np.minimum(received, horizon))


def awaited_visit(setting: Setting, visits: Visits, sla: Sla) -> tuple[Int64s, bool]:
    """The visit of each letter that an SLA waits for, or NO_SUCH_VISIT, and whether for its start."""
    if sla.until == "closed":
        return np.where(visits.left | (visits.made == 0), NO_SUCH_VISIT, visits.made - 1), False
    name, moment = sla.until.rsplit(".", 1)
    nth = _first_visits(setting, visits, [name])
    if moment == "queued":  # as the visit before it is finished; the first one is, at once
        nth = np.where((nth == NO_SUCH_VISIT) | (nth == 0), NO_SUCH_VISIT, nth - 1)
    return nth, moment == "started"


def _first_visits(setting: Setting, visits: Visits, names: Sequence[str]) -> Int64s:
    """How many visits each letter makes before it first comes to one of some steps, or NO_SUCH_VISIT."""
    steps = [number for number, step in enumerate(setting.scenario.workflow) if step.name in names]
    nth = np.full(len(visits.made), NO_SUCH_VISIT)
    for block in visits.blocks:
        if block.step in steps:
            nth[block.letter] = np.minimum(nth[block.letter], block.nth)
    return nth


def applies_to(setting: Setting, letters: Letters, visits: Visits, sla: Sla) -> Bools:
    """Which letters an SLA is for, shape (letters,)."""
    scenario = setting.scenario
    table = np.array(
        [[is_for(sla, category, channel) for channel in scenario.channels] for category in scenario.categories]
    )
    applies: Bools = table[letters.category, letters.channel]
    for names, comes in ((sla.only_after, True), (sla.unless, False)):
        if names:
            named = with_steps_inside(scenario.workflow, names)
            applies &= (_first_visits(setting, visits, named) != NO_SUCH_VISIT) == comes
    return applies
