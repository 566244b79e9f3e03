"""Repeat letters: drawn for every letter whose writer may write again, received if what became of it makes him.

Each generation has a row for each letter of the one before, so that a letter's repeat is the same whoever else writes.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from sim.core.streams import Purpose, uniforms
from sim.core.tables import (
    ANYHOW,
    FINISHED_IN_TIME,
    FINISHED_LATE,
    NO_PRIORITY,
    NO_UNIT,
    OTHER_DUTY,
    STARTED_IN_TIME,
    STARTED_LATE,
    Floats,
)
from sim.models.base import PerCategory, is_for
from sim.models.repeat_letters import RepeatLetters
from sim.sampling.arrivals import Letters
from sim.sampling.drawn_visits import Prompts, Repeats, Visits, further_down
from sim.sampling.jurisdiction import Jurisdiction, OneALetter
from sim.sampling.limits import late_from
from sim.sampling.quantiles import quantile
from sim.sampling.supervision import NO_SUCH_VISIT, applies_to, awaited_visit, task_of
from sim.sampling.visits import unroll, whole_seconds
from sim.scenario.setting import Setting


class Drawn(NamedTuple):
    """Letters with their visits, and what is needed to draw more about them."""

    letters: Letters
    visits: Visits
    own: Jurisdiction
    uniforms: OneALetter


def draw_repeats(setting: Setting, replication: int, first: Drawn, rule: RepeatLetters) -> Drawn:
    """Letters, and behind them those of each generation of repeats; `visits.repeats` says what these are about."""
    count = len(first.letters.received)
    generations, about = [first], []
    for generation in range(1, rule.at_most + 1):
        letters, repeats = _written_again(setting, rule, generations[-1], first.uniforms, generation)
        again = partial(_of_generation, count, setting.scenario.seed, replication, generation)
        visits = unroll(setting, letters, first.own, again)
        generations.append(Drawn(letters, visits, first.own, again))
        behind = generation * count
        about.append(repeats._replace(letter=repeats.letter + behind, earlier=repeats.earlier + behind - count))
    each = [drawn.visits for drawn in generations]
    blocks = [block for number, visits in enumerate(each) for block in further_down(number * count, visits.blocks)]
    return Drawn(
        Letters(*(np.concatenate(column) for column in zip(*(drawn.letters for drawn in generations), strict=True))),
        Visits(
            blocks=blocks,
            made=np.concatenate([visits.made for visits in each]),
            left=np.concatenate([visits.left for visits in each]),
            repeats=Repeats(*(np.concatenate(column) for column in zip(*about, strict=True))),
        ),
        first.own.repeated(len(generations)),
        lambda *key: np.concatenate([drawn.uniforms(*key) for drawn in generations]),
    )


def _of_generation(
    count: int, seed: int, replication: int, generation: int, purpose: Purpose, *subjects: int
) -> Floats:
    return uniforms(count, seed, replication, Purpose.REPEAT_LETTER, generation, int(purpose), *subjects)


def _written_again(
    setting: Setting, rule: RepeatLetters, earlier: Drawn, one_a_letter: OneALetter, generation: int
) -> tuple[Letters, Repeats]:
    """What may be written again about letters: as letters of the same rows, and what each is about.

    Letters of a backlog are left out: who would write again about them is not known to have done so or not.
    """
    letters, visits, scenario = earlier.letters, earlier.visits, setting.scenario
    sla = scenario.sla[rule.when_late.sla]
    nth, until_start = awaited_visit(setting, visits, sla)
    applies = (nth != NO_SUCH_VISIT) & applies_to(setting, letters, visits, sla)
    usual = _shares(setting, rule, rule.chance)[letters.category, letters.channel]
    late = np.where(applies, _shares(setting, rule, rule.when_late.chance)[letters.category, letters.channel], usual)
    drawn = one_a_letter(Purpose.WRITES_AGAIN, generation, 0)
    may = letters.kept & (letters.received >= 0) & (visits.made > 0) & (drawn < np.maximum(usual, late))
    lag = whole_seconds(quantile(rule.after, one_a_letter(Purpose.WRITES_AGAIN, generation, 1)), least=0)
    late_at = late_from(setting, sla, letters.received)
    received = np.minimum(late_at + lag, scenario.horizon)  # the calendar knows no later day
    may &= received < scenario.horizon
    rows = np.flatnonzero(may)
    in_any_case = drawn[rows] < np.minimum(usual, late)[rows]
    in_time, is_late = (STARTED_IN_TIME, STARTED_LATE) if until_start else (FINISHED_IN_TIME, FINISHED_LATE)
    last = visits.made[rows] - 1
    return letters._replace(received=received, kept=may), Repeats(
        letter=rows,
        earlier=rows,
        nth=last,
        received_if=np.where(in_any_case, ANYHOW, np.where(late > usual, is_late, in_time)[rows]).astype(np.int8),
        received_if_back=np.where(in_any_case, 0, last - nth[rows]).astype(np.int32),
        received_late_from=late_at[rows],
    )


def _shares(setting: Setting, rule: RepeatLetters, chance: PerCategory[float]) -> Floats:
    """Share of the writers by category and channel, shape (categories, channels)."""
    scenario = setting.scenario
    return np.array(
        [
            [chance.get(kind, channel, 0.0) if is_for(rule, kind, channel) else 0.0 for channel in scenario.channels]
            for kind in scenario.categories
        ]
    )


def joining(drawn: Drawn, rule: RepeatLetters) -> Prompts:
    """The repeats that join their case: work beside it, if the case is still open."""
    repeats = drawn.visits.repeats
    assert repeats is not None, "they were drawn"
    many, effort = len(repeats.letter), drawn.uniforms(Purpose.WRITES_AGAIN, 0, 2)
    return Prompts(
        letter=repeats.earlier,
        nth=repeats.nth,
        received=drawn.letters.received[repeats.letter],
        until_start=np.zeros(many, np.bool_),
        once_over=np.zeros(many, np.bool_),
        received_if=repeats.received_if,
        received_if_back=repeats.received_if_back,
        received_late_from=repeats.received_late_from,
        new_priority=np.full(many, NO_PRIORITY, np.int8),
        move_to=np.full(many, NO_UNIT, np.int32),
        rule=np.full(many, OTHER_DUTY, np.int16),
        made=np.ones(many, np.int64),
        tasks=[task_of(rule.join, repeats.letter, drawn.own, effort[repeats.letter])],
    )
