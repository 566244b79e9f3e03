"""Prompts: when letters are due to be supervised, if what an SLA asks for has not come by then."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from sim.core.streams import Purpose
from sim.core.tables import NO_PRIORITY, NO_UNIT, Bools, Int32s, Int64s, Roster
from sim.models.base import is_for
from sim.models.sla import Sla
from sim.models.supervision import PromptSheet, Supervise
from sim.models.workflow import with_steps_inside
from sim.sampling.arrivals import Letters
from sim.sampling.attendance import Attendance
from sim.sampling.jurisdiction import Jurisdiction, OneALetter
from sim.sampling.quantiles import quantile
from sim.sampling.visits import Block, Prompts, Visits, of_other_duty, whole_seconds
from sim.scenario.setting import Setting

_NONE: Final = 2**40
"""In place of the number of a visit that a letter does not make."""


def draw_prompts(
    setting: Setting, letters: Letters, visits: Visits, own: Jurisdiction, uniforms: OneALetter
) -> Prompts | None:
    """The prompts of the letters that are simulated, by rule; None where nothing is supervised."""
    if not setting.scenario.supervise:
        return None
    parts: list[Prompts] = []
    for number, rule in enumerate(setting.scenario.supervise):
        sla = setting.scenario.sla[rule.sla]
        nth, until_start = _awaited(setting, visits, sla)
        rows = np.flatnonzero(letters.kept & (nth != _NONE) & _applies(setting, letters, visits, sla))
        due = due_seconds(setting, sla, rule.at, letters.received[rows])
        rows, due = rows[due < setting.scenario.horizon], due[due < setting.scenario.horizon]
        for priority, unit, tasks in _actions(rule, number, rows, own, uniforms):
            parts.append(
                Prompts(
                    letter=rows,
                    nth=nth[rows],
                    received=due,
                    until_start=np.full(len(rows), until_start),
                    new_priority=np.full(len(rows), priority, np.int8),
                    move_to=unit[rows] if unit is not None else np.full(len(rows), NO_UNIT, np.int32),
                    rule=np.full(len(rows), number, np.int16),
                    made=np.full(len(rows), len(tasks)),
                    tasks=[block._replace(letter=block.letter + sum(len(p.letter) for p in parts)) for block in tasks],
                )
            )
    columns: Any = zip(*(part[:-1] for part in parts), strict=True)
    tasks = [block for part in parts for block in part.tasks]
    return Prompts._make([*(np.concatenate(column) for column in columns), tasks])


def _actions(
    rule: Supervise, number: int, rows: Int64s, own: Jurisdiction, uniforms: OneALetter
) -> Iterator[tuple[int, Int32s | None, list[Block]]]:
    """What a rule does, each by prompts of its own: a priority, the letters' units to move to, and tasks."""
    if rule.priority is not None:
        yield rule.priority, None, []
    if rule.move_to is not None:
        yield NO_PRIORITY, own.unit_of(rule.move_to), []
    if rule.task is not None:
        yield NO_PRIORITY, None, [_task(rule.task, number, rows, own, uniforms)]


def _task(task: PromptSheet, number: int, rows: Int64s, own: Jurisdiction, uniforms: OneALetter) -> Block:
    effort = quantile(task.effort, uniforms(Purpose.SUPERVISION, number)[rows])
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


def due_seconds(setting: Setting, sla: Sla, share: float, received: Int64s) -> Int64s:
    """The first second at which the clock of an SLA shows a share of its limit, same shape as `received`.

    At least a second after receipt, and second 1 for what was due before; the horizon where it does not come before.
    """
    calendar, horizon = setting.calendar, setting.scenario.horizon
    least = max(round(sla.within.seconds * share), 1)
    early, late = received.copy(), np.full(len(received), horizon)  # not shown yet, and shown or too late
    while (late - early > 1).any():
        middle = (early + late) // 2
        shown = calendar.elapsed(received, middle, sla.within.clock, sla.office_hours) >= least
        early, late = np.where(shown, early, middle), np.where(shown, middle, late)
    due: Int64s = np.maximum(late, 1)
    return due


def _awaited(setting: Setting, visits: Visits, sla: Sla) -> tuple[Int64s, bool]:
    """The visit of each letter that an SLA waits for, or _NONE, and whether for its start."""
    if sla.until == "closed":
        return np.where(visits.left | (visits.made == 0), _NONE, visits.made - 1), False
    name, moment = sla.until.rsplit(".", 1)
    nth = _first_visits(setting, visits, [name])
    if moment == "queued":  # as the visit before it is finished; the first one is, at once
        nth = np.where((nth == _NONE) | (nth == 0), _NONE, nth - 1)
    return nth, moment == "started"


def _first_visits(setting: Setting, visits: Visits, names: Sequence[str]) -> Int64s:
    """How many visits each letter makes before it first comes to one of some steps, or _NONE."""
    steps = [number for number, step in enumerate(setting.scenario.workflow) if step.name in names]
    nth = np.full(len(visits.made), _NONE)
    for block in visits.blocks:
        if block.step in steps:
            nth[block.letter] = np.minimum(nth[block.letter], block.nth)
    return nth


def _applies(setting: Setting, letters: Letters, visits: Visits, sla: Sla) -> Bools:
    scenario = setting.scenario
    table = np.array(
        [[is_for(sla, category, channel) for channel in scenario.channels] for category in scenario.categories]
    )
    applies: Bools = table[letters.category, letters.channel]
    for names, comes in ((sla.only_after, True), (sla.unless, False)):
        if names:
            named = with_steps_inside(scenario.workflow, names)
            applies &= (_first_visits(setting, visits, named) != _NONE) == comes
    return applies
