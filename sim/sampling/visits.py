"""The visits of letters: the workflow unrolled, step by step for all letters at once.

Whatever is drawn for a step comes from streams of that step alone, one uniform a letter, and a further one for
each time that a letter comes there again.
"""

# Annotations are not looked at: pydantic would make a class of each generic one, which takes a fifth of a second.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core.clock import LONGEST_DURATION, WORKING_CLOCKS
from sim.core.errors import SimError
from sim.core.streams import Purpose, subject
from sim.core.tables import (
    ALL_TIME,
    FINISH,
    HAND_OVER,
    NEVER,
    NO_UNIT,
    Bools,
    Floats,
    Int8s,
    Int16s,
    Int32s,
    Int64s,
    Workload,
    dtypes,
)
from sim.models.base import PerCategory, is_for
from sim.models.distributions import Constant, Wait, WorkingTime
from sim.models.workflow import (
    DetourStep,
    Layout,
    LeaveStep,
    LoopStep,
    Step,
    WaitStep,
    WorkStep,
    differs_by_channel,
    share_of,
    sla_of_when_late,
    when_late,
)
from sim.sampling.arrivals import Letters
from sim.sampling.backlog import UNKNOWN, Standing
from sim.sampling.drawn_visits import Block
from sim.sampling.drawn_visits import Visits as Visits
from sim.sampling.jurisdiction import Jurisdiction, OneALetter
from sim.sampling.outcomes import HANGS_ON_NOTHING, Hangs, Outcome, Outcomes
from sim.sampling.quantiles import choice, quantile, quantile_of_each, rows_of_each, share_below
from sim.scenario.setting import Setting

_MOST_TIMES = 10_000
"""How often a letter may come to a step before a loop is taken to be endless."""

_MOST_SECONDS = 2**31 - 1
"""Largest value of the columns of 32 bits."""

T = TypeVar("T")

FLAGS: Final = tuple(
    name for name, dtype in dtypes(Workload).items() if dtype == np.bool_ and name in WorkStep.model_fields
)
"""Columns of truth values that a step says by a key of the same name."""

_NEARLY_ALL: Final = 1 - 1e-12
"""Share of a distribution beyond which nothing is drawn."""


def unroll(
    setting: Setting, letters: Letters, own: Jurisdiction, uniforms: OneALetter, standing: Standing | None = None
) -> Visits:
    """The visits that each kept letter makes, whenever it comes to make them.

    Args:
        standing: where the last of the letters stand that are open at second 0; they make the rest of their visits.

    Raises:
        SimError: a letter goes round a loop without end.
    """
    return _Unrolling(setting, letters, own, uniforms).visits(standing)


class _Unrolling:
    def __init__(self, setting: Setting, letters: Letters, own: Jurisdiction, uniforms: OneALetter) -> None:
        scenario = setting.scenario
        self.calendar = setting.calendar
        self.steps = scenario.workflow
        # One empty name stands for all channels where no step asks for them.
        self.channels = tuple(scenario.channels) if differs_by_channel(self.steps) else ("",)
        self.kinds = list(product(scenario.categories, self.channels))
        self.kind: Int16s | Int32s = letters.category
        if len(self.channels) > 1:
            self.kind = letters.category.astype(np.int32) * len(self.channels) + letters.channel
        self.letters = letters
        self.own = own
        self.uniforms = uniforms
        count = len(letters.received)
        # Remembered, since letters come to a step again and again.
        self.different_known: dict[int, tuple[PerCategory[Any], tuple[list[Any], Int16s]]] = {}
        self.shares_known: dict[tuple[str, int], Floats] = {}
        self.units_known: dict[int, Int32s] = {}
        self.priorities_known: dict[int, Int8s | int] = {}
        self.after: dict[str, PerCategory[Wait]] = {}
        self.blocks: list[Block] = []
        self.made = np.zeros(count, dtype=np.int64)
        self.left = np.zeros(count, dtype=np.bool_)
        self.number = {step.name: number for number, step in enumerate(self.steps)}
        self.layout = Layout.of(self.steps)
        loops = [(number, step) for number, step in enumerate(self.steps) if isinstance(step, LoopStep)]
        again = {number for end, loop in loops for number in range(self.number[loop.back_to], end + 1)}
        # How often each letter has come to the steps that it can come to again, and has gone back from each loop.
        self.times = {number: np.zeros(count, dtype=np.int16) for number in again}
        self.outcomes = Outcomes(setting, letters, self.layout) if sla_of_when_late(self.steps) is not None else None
        # Of each outcome that steps tell apart: one row, or two.
        by_outcome = (1 if self.outcomes is None else len(Outcome), count)
        self.gone_back = {number: np.zeros(by_outcome, dtype=np.int16) for number, _ in loops}
        # Whether each letter took the steps on which others depend when it last came by.
        self.took = {self.number[name]: np.zeros(by_outcome, dtype=np.bool_) for name in conditions(self.steps)}

    def visits(self, open_letters: Standing | None) -> Visits:
        """Take the letters that stand at the earliest step on, until none is left: so those that went back catch up."""
        new = self.letters.kept.copy()
        standing: dict[int, list[Int64s]] = {}
        if open_letters is not None:
            new[len(new) - open_letters.letters :] = False
            for number in np.unique(open_letters.step).tolist():
                target, moved = self._go_on(number, open_letters)
                standing.setdefault(target, []).append(moved)
        standing.setdefault(0, []).append(np.flatnonzero(new))
        while standing:
            number = min(standing)
            arrived = standing.pop(number)
            if number == len(self.steps):
                break
            here = arrived[0] if len(arrived) == 1 else np.concatenate(arrived)
            if self.outcomes is not None:
                self.outcomes.arrive(number, here)
            for time, letters in self._by_time(number, here):
                for target, moved in self._take(number, letters, time):
                    if len(moved):
                        standing.setdefault(target, []).append(moved)
        return Visits(self.blocks, self.made, self.left)

    def _go_on(self, number: int, standing: Standing) -> tuple[int, Int64s]:
        """Let open letters make the rest of the visit at which they are, and say where they stand then."""
        step, rows = self.steps[number], np.flatnonzero(standing.step == number)
        letters = rows + len(self.letters.received) - standing.letters
        for earlier, times in self.times.items():
            if earlier <= number:
                times[letters] = 1
        for earlier, took in self.took.items():
            took[:, letters] = (earlier < number) & self._took_before(earlier, number, standing)[rows]
        if self.outcomes is not None:
            finished = standing.done.get(self.outcomes.awaited, np.full(standing.letters, UNKNOWN))[rows]
            late = (finished != UNKNOWN) & (finished >= self.outcomes.late_from[letters])
            self.outcomes.was(letters[late], Outcome.LATE)
        if isinstance(step, WorkStep):
            self._work(number, step, letters, 0, (standing, rows))
        elif isinstance(step, WaitStep):
            self._wait(number, step.wait, Purpose.SERVICE, letters, 0, standing.spent[rows])
        else:
            assert isinstance(step, LoopStep), "a scenario is checked for that"
            assert step.after is not None, "a scenario is checked for that"
            self.gone_back[number][:, letters] += 1
            self._wait(number, self._after(step), Purpose.RETURN_DELAY, letters, 0, standing.spent[rows])
            return self.number[step.back_to], letters
        return self.layout.next[number], letters

    def _took_before(self, earlier: int, number: int, standing: Standing) -> Bools:
        """Which letters that stand at a step took an earlier one; where nothing is said of it, those it was open to."""
        step, mine = self.steps[earlier], self.layout.detour[number]
        inside = step.steps if isinstance(step, DetourStep) else ()
        known = [standing.done[each.name] != UNKNOWN for each in (step, *inside) if each.name in standing.done]
        open_to = earlier == mine if inside else self.layout.detour[earlier] in (None, mine)
        took = np.full(standing.letters, open_to and (bool(inside) or not known))
        for finished in known:
            took |= finished
        return took

    def _by_time(self, number: int, letters: Int64s) -> Iterator[tuple[int, Int64s]]:
        """The letters at a step by how often they have been there before."""
        if number not in self.times:
            yield 0, letters
            return
        before = self.times[number][letters]
        self.times[number][letters] = before + 1
        most = int(before.max(initial=0))
        least = int(before.min(initial=most))
        if most >= _MOST_TIMES:
            name = self.steps[number].name
            raise SimError(f"workflow: a letter came to '{name}' {_MOST_TIMES} times; its loop needs at_most")
        for time in range(least, most + 1):
            yield time, letters if least == most else letters[before == time]

    def _take(self, number: int, letters: Int64s, time: int) -> list[tuple[int, Int64s]]:
        """Let letters take a step, and say where they stand then."""
        step = self.steps[number]
        takes = self._takes(step, letters, time)
        takers = takes[0] if self.outcomes is None else np.logical_or.reduce(takes, axis=0)
        taking, passing, taken = letters, letters[:0], takes
        if not takers.all():
            taking, passing, taken = letters[takers], letters[~takers], takes[:, takers]
        if isinstance(step, LeaveStep):
            self.left[taking] = True
            return [(self.layout.next[number], passing)]
        if isinstance(step, LoopStep):
            self._enter(number, taking, taken)
            self._note(self.gone_back[number], taking, self.gone_back[number][:, taking] + taken)
            if step.after is not None:
                self._wait(number, self._after(step), Purpose.RETURN_DELAY, taking, time, hangs=self._hangs(taking))
            return [(self.number[step.back_to], taking), (self.layout.next[number], passing)]
        if number in self.took:
            self._note(self.took[number], letters, takes)
        if isinstance(step, DetourStep):
            end = self.layout.end[number]
            for inside in range(number + 1, end):
                if inside in self.took:
                    self._note(self.took[inside], letters, self.took[inside][:, letters] & takes)
            self._enter(number, taking, taken)
            return [(number + 1, taking), (end, passing)]
        hangs = self._hangs(taking, taken)
        if isinstance(step, WorkStep):
            self._work(number, step, taking, time, hangs=hangs)
        else:
            self._wait(number, step.wait, Purpose.SERVICE, taking, time, hangs=hangs)
        return [(self.layout.next[number], letters)]

    def _takes(self, step: Step, letters: Int64s, time: int) -> Bools:
        """Which of the letters a step is for and chance lets take it, by each outcome, shape (outcomes, letters)."""
        shares = self._shares(step, share_of(step))
        takes = np.ones((1 if self.outcomes is None else len(Outcome), len(letters)), dtype=np.bool_)
        rule = when_late(step)
        if rule is not None or not (shares == 1).all():
            drawn = self._drawn(Purpose.CHANCE, step, letters, time)
            takes[:] = drawn < shares[self.kind[letters]]
            if rule is not None and self.outcomes is not None:
                late = self._shares(step, rule.chance)[self.kind[letters]]
                takes[Outcome.LATE] = np.where(self.outcomes.can_be_late(letters), drawn < late, takes[Outcome.LATE])
        if step.only_after:
            takes &= self._took_one(step.only_after, letters)
        if step.unless:
            takes &= ~self._took_one(step.unless, letters)
        if isinstance(step, LoopStep) and step.at_most is not None:
            takes &= self.gone_back[self.number[step.name]][:, letters] < step.at_most
        return takes if self.outcomes is None else self.outcomes.in_force(letters, takes)

    def _shares(self, step: Step, chance: PerCategory[float]) -> Floats:
        """Share of the letters of each category and channel that take a step; none where it is not for them."""
        known = self.shares_known.get((step.name, id(chance)))
        if known is None:
            known = self._table(chance)
            known[[not is_for(step, *kind) for kind in self.kinds]] = 0
            self.shares_known[step.name, id(chance)] = known
        return known

    def _took_one(self, names: tuple[str, ...], letters: Int64s) -> Bools:
        """Which of the letters took at least one of some steps when they last came by, by each outcome."""
        taken: Bools = np.any([self.took[self.number[name]][:, letters] for name in names], axis=0)
        return taken

    def _note(self, table: npt.NDArray[Any], letters: Int64s, values: npt.NDArray[Any]) -> None:
        """Write down something of letters by each outcome in which they are followed."""
        if self.outcomes is not None:
            values = np.where(self.outcomes.follows(letters), values, table[:, letters])
        table[:, letters] = values

    def _hangs(self, letters: Int64s, takes: Bools | None = None) -> Hangs:
        """On what the next visits of some letters hang."""
        return HANGS_ON_NOTHING if self.outcomes is None else self.outcomes.hangs(letters, self.made[letters], takes)

    def _enter(self, number: int, letters: Int64s, takes: Bools) -> None:
        """Let letters that take a loop or detour go into it."""
        if self.outcomes is not None:
            self.outcomes.enter(number, letters, takes)

    def _work(
        self,
        number: int,
        step: WorkStep,
        letters: Int64s,
        time: int,
        going_on: tuple[Standing, Int64s] | None = None,
        hangs: Hangs = HANGS_ON_NOTHING,
    ) -> None:
        """Work on some letters, or what is left of it.

        Args:
            going_on: if they are open at second 0, where they stand, and their rows there.
        """
        priorities = self._priorities(number, step)
        spent = None if going_on is None else going_on[0].spent[going_on[1]]
        effort = self._seconds(step.effort, Purpose.SERVICE, step, letters, time, spent)
        if time and step.effort_again != 1:
            effort *= step.effort_again
        escalate = step.escalate
        escalate_after: Int32s | int = NEVER if escalate is None else min(round(escalate.after), _MOST_SECONDS)
        if going_on is not None and escalate is not None:
            escalate_after = self._escalate_later(escalate_after, letters, *going_on)
        block = Block(
            letter=letters,
            nth=self.made[letters],
            step=number,
            unit=self._units(number, step)[letters],
            service=whole_seconds(effort, least=1),
            priority=priorities if isinstance(priorities, int) else priorities[self.kind[letters]],
            resume_cost=min(round(step.resume_cost), _MOST_SECONDS),
            at_shift_end=FINISH if step.at_shift_end == "finish" else HAND_OVER,
            cover=NO_UNIT if step.cover is None else self.own.unit_of(step.cover)[letters],
            escalate_after=escalate_after,
            escalate_to=NO_UNIT if escalate is None else self.own.unit_of(escalate.to)[letters],
            patience=NEVER if step.patience is None else self._patience(step, step.patience, letters, time, going_on),
            flags={name: getattr(step, name) for name in FLAGS},
            **hangs._asdict(),
        )
        self._add(block)

    def _escalate_later(
        self, escalate_after: Int32s | int, letters: Int64s, standing: Standing, rows: Int64s
    ) -> Int32s:
        """When open letters escalate, counted from their receipt; never those that somebody has worked on."""
        after = standing.queued[rows] - self.letters.received[letters] + escalate_after
        return np.where(standing.begun[rows], NEVER, np.minimum(after, _MOST_SECONDS)).astype(np.int32)

    def _patience(
        self,
        step: WorkStep,
        patience: PerCategory[Any],
        letters: Int64s,
        time: int,
        going_on: tuple[Standing, Int64s] | None,
    ) -> Int32s:
        """How long letters wait to be started; that of open letters is counted from their receipt, and not over yet."""
        if going_on is None:
            drawn = whole_seconds(self._seconds(patience, Purpose.PATIENCE, step, letters, time), least=1)
            return np.minimum(drawn, _MOST_SECONDS).astype(np.int32)
        standing, rows = going_on
        left = whole_seconds(
            self._seconds(patience, Purpose.PATIENCE, step, letters, time, -standing.queued[rows]), least=1
        )
        seconds = np.minimum(left - self.letters.received[letters], _MOST_SECONDS)
        return np.where(standing.begun[rows], NEVER, seconds).astype(np.int32)

    def _wait(
        self,
        number: int,
        wait: PerCategory[Wait],
        purpose: Purpose,
        letters: Int64s,
        time: int,
        spent: Int64s | None = None,
        hangs: Hangs = HANGS_ON_NOTHING,
    ) -> None:
        seconds = whole_seconds(self._seconds(wait, purpose, self.steps[number], letters, time, spent), least=0)
        clock: Int8s | int = ALL_TIME
        if any(isinstance(each, WorkingTime) for each in wait.values):
            clock = np.full(len(letters), ALL_TIME, dtype=np.int8)
            for each, rows in self._each(wait, letters):
                clock[rows] = 1 + WORKING_CLOCKS.index(each.clock) if isinstance(each, WorkingTime) else ALL_TIME
        self._add(Block(letters, self.made[letters], number, NO_UNIT, seconds, clock=clock, **hangs._asdict()))

    def _add(self, block: Block) -> None:
        self.blocks.append(block)
        if self.outcomes is not None:
            self.outcomes.note(block.step, block.letter, block.nth)
        self.made[block.letter] = block.nth + 1

    def _priorities(self, number: int, step: WorkStep) -> Int8s | int:
        """Priority of a step for letters of each category and channel, or of all."""
        if number not in self.priorities_known:
            priorities = self._table(step.priority).astype(np.int8)
            self.priorities_known[number] = priorities if np.ptp(priorities) else int(priorities[0])
        return self.priorities_known[number]

    def _units(self, number: int, step: WorkStep) -> Int32s:
        """The unit of every letter for a step, whether it comes there or not: it takes the same route each time."""
        if number not in self.units_known:
            self.units_known[number] = self._routed(step)
        return self.units_known[number]

    def _routed(self, step: WorkStep) -> Int32s:
        everybody = np.arange(len(self.made))
        units = np.empty(len(everybody), dtype=np.int32)
        drawn: Floats | None = None
        for routing, rows in self._each(step.by, everybody):
            teams = list(routing)
            if len(teams) == 1:
                units[rows] = self.own.unit_of(teams[0])[rows]
                continue
            drawn = self._drawn(Purpose.ROUTE, step, everybody) if drawn is None else drawn
            route = choice(list(routing.values()), drawn[rows])
            possible = np.stack([self.own.unit_of(team)[rows] for team in teams])
            units[rows] = possible[route, np.arange(len(route))]
        return units

    def _seconds(
        self,
        value: PerCategory[Any],
        purpose: Purpose,
        step: Step,
        letters: Int64s,
        time: int,
        spent: Int64s | None = None,
    ) -> Floats:
        """Drawn durations, or what is left of those that are longer than what is `spent` already before second 0."""
        distributions, of_kind = self._different(value)
        varies = not all(isinstance(distribution, Constant) for distribution in distributions)
        drawn = self._drawn(purpose, step, letters, time) if varies else np.zeros(len(letters))
        if spent is None:
            if len(distributions) == 1:
                return quantile(distributions[0], drawn)
            return quantile_of_each(distributions, of_kind[self.kind[letters]], drawn)
        seconds = np.empty(len(letters))
        for distribution, rows in self._each(value, letters):
            chance = drawn[rows]
            passed = self._passed(distribution, spent[rows])
            if spent.any():
                below = share_below(distribution, passed)
                chance = np.minimum(below + chance * (1 - below), _NEARLY_ALL)
            seconds[rows] = quantile(distribution, chance) - passed
        return seconds

    def _passed(self, distribution: Wait, spent: Int64s) -> Int64s:
        """What has passed before second 0, on the clock of a duration, of so many seconds."""
        if not isinstance(distribution, WorkingTime):
            return spent
        then, now = (self.calendar.counted(instants, distribution.clock) for instants in (-spent, np.zeros_like(spent)))
        passed: Int64s = now - then
        return passed

    def _drawn(self, purpose: Purpose, step: Step, letters: Int64s, time: int = 0) -> Floats:
        """The uniforms of some letters for a step, fresh ones for each time that they come there."""
        again = (time,) if time else ()
        return self.uniforms(purpose, subject(step.name), *again)[letters]

    def _each(self, value: PerCategory[T], letters: Int64s) -> Iterator[tuple[T, Int64s | slice]]:
        """Each value that differs by category or channel, and which of the letters have it."""
        different, of_kind = self._different(value)
        if len(different) == 1:
            return iter([(different[0], slice(None))])
        return zip(different, rows_of_each(len(different), of_kind[self.kind[letters]]), strict=True)

    def _different(self, value: PerCategory[T]) -> tuple[list[T], Int16s]:
        """The different values of letters, and which of them those of each category and channel have.

        It is the first one where they have none, because the step is not for them.
        """
        if id(value) not in self.different_known:  # it is kept with them, so that nothing else gets its number
            places = value.indices(self.kinds)
            different = list(dict.fromkeys(place for place in places if place is not None))
            of_kind = np.array([0 if place is None else different.index(place) for place in places], dtype=np.int16)
            self.different_known[id(value)] = value, ([value.values[place] for place in different], of_kind)
        return self.different_known[id(value)][1]

    def _table(self, value: PerCategory[float] | PerCategory[int]) -> Floats:
        """Value of each category and channel; 0 where there is none, because the step is not for it."""
        values, places = value.values, value.indices(self.kinds)
        return np.array([0 if place is None else values[place] for place in places], dtype=np.float64)

    def _after(self, step: LoopStep) -> PerCategory[Wait]:
        """How long letters wait before they go back from a loop that has them wait."""
        if step.name not in self.after:
            self.after[step.name] = PerCategory[Wait](per_category={"default": step.after})
        return self.after[step.name]


def conditions(steps: Sequence[Step]) -> list[str]:
    """The steps on which others depend, in the order of the workflow."""
    named = {name for step in steps for name in (*step.only_after, *step.unless)}
    return [step.name for step in steps if step.name in named]


def whole_seconds(seconds: Floats, least: int) -> Int64s:
    """Durations rounded to whole seconds, not below `least` and, at the far tail, not beyond a hundred years."""
    return np.clip(np.rint(seconds), least, LONGEST_DURATION).astype(np.int64)
