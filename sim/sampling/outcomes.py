"""Steps that a letter takes or not by whether it missed an SLA: chance is drawn for both outcomes, engines choose.

Most letters take a step, or do not, by both outcomes. One that takes it by one alone is followed in that one until
the step is behind it, or all of the loop or detour; its visits there hang on the outcome.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import (
    ANYHOW,
    FINISHED_IN_TIME,
    FINISHED_LATE,
    STARTED_IN_TIME,
    STARTED_LATE,
    Bools,
    Int8s,
    Int32s,
    Int64s,
)
from sim.models.base import is_for
from sim.models.workflow import DetourStep, Layout, LoopStep, sla_of_when_late
from sim.sampling.arrivals import Letters
from sim.sampling.limits import late_from
from sim.scenario.setting import Setting


class Outcome(IntEnum):
    """Whether a letter missed the SLA, as rows of what is drawn for both."""

    IN_TIME = 0
    LATE = 1


_EITHER: Final = 2
"""In place of an outcome: the letter is followed in both."""

_NOT_THERE: Final = -2
"""In place of the number of the visit that the SLA waits for: the letter has not come to it."""

_AT_RECEIPT: Final = -1
"""Likewise: what the SLA asks for comes as the letter is received, and is never late."""

_NOWHERE: Final = -1
"""In place of the loop or detour in which a letter is followed in one outcome."""


class Hangs(NamedTuple):
    """On what visits hang, as columns of `sim.core.tables.Workload`."""

    made_if: Int8s | int = ANYHOW
    made_if_back: Int32s | int = 0
    made_late_from: Int64s | int = 0


HANGS_ON_NOTHING: Final = Hangs()


class Outcomes:
    """In which outcome of the SLA each letter is followed; all rows are in the order of drawing."""

    def __init__(self, setting: Setting, letters: Letters, layout: Layout) -> None:
        scenario = setting.scenario
        steps = scenario.workflow
        name = sla_of_when_late(steps)
        assert name is not None, "some step says when_late"
        sla, number = scenario.sla[name], {step.name: number for number, step in enumerate(steps)}
        self.awaited, self._moment = sla.until.rsplit(".", 1)
        self._step = number[self.awaited]
        self.late_from = late_from(setting, sla, letters.received)
        table = np.array(
            [[is_for(sla, category, channel) for channel in scenario.channels] for category in scenario.categories]
        )
        self.applies: Bools = table[letters.category, letters.channel]
        count = len(letters.received)
        self._nth = np.full(count, _NOT_THERE)
        self._followed = np.full(count, _EITHER, dtype=np.int8)
        self._where = np.full(count, _NOWHERE, dtype=np.int16)
        # The steps in which a loop or detour holds its letters.
        self._first, self._last = np.zeros((2, len(steps)), dtype=np.int16)
        for each, step in enumerate(steps):
            if isinstance(step, LoopStep):
                self._first[each], self._last[each] = number[step.back_to], each
            elif isinstance(step, DetourStep):
                self._first[each], self._last[each] = each + 1, layout.end[each] - 1

    def note(self, step: int, letters: Int64s, nth: Int64s) -> None:
        """Letters make a visit to a step."""
        if step == self._step:
            first = self.applies[letters] & (self._nth[letters] == _NOT_THERE)
            # It is queued as the visit before is finished.
            self._nth[letters[first]] = np.maximum(nth[first] - (self._moment == "queued"), _AT_RECEIPT)

    def was(self, letters: Int64s, outcome: Outcome) -> None:
        """Of some open letters the outcome is known from the start."""
        self._followed[letters[self.applies[letters]]] = outcome

    def can_be_late(self, letters: Int64s) -> Bools:
        """Which letters have come to what the SLA asks for, or were late before the start."""
        can: Bools = (self._nth[letters] > _AT_RECEIPT) | (self._followed[letters] == Outcome.LATE)
        return can

    def follows(self, letters: Int64s) -> Bools:
        """Which letters are followed in each outcome, shape (2, letters)."""
        followed = self._followed[letters]
        return np.stack([(followed == _EITHER) | (followed == each) for each in Outcome])

    def in_force(self, letters: Int64s, takes: Bools) -> Bools:
        """Which letters take a step by each outcome; those followed in one by both if by that one, shape as `takes`."""
        followed = self._followed[letters]
        mine = takes[np.minimum(followed, Outcome.LATE), np.arange(len(letters))]
        return np.where(followed == _EITHER, takes, mine)

    def hangs(self, letters: Int64s, made: Int64s, takes: Bools | None = None) -> Hangs:
        """On what the next visits of some letters hang.

        Args:
            made: visits that each has made before.
            takes: by which outcomes they make this one, shape (2, letters); if not said, as they are followed.
        """
        outcome = np.where(self._where[letters] == _NOWHERE, _EITHER, self._followed[letters])
        if takes is not None:
            by_one = takes[Outcome.LATE] != takes[Outcome.IN_TIME]
            outcome = np.where(by_one, takes[Outcome.LATE], outcome)
        if (outcome == _EITHER).all():
            return HANGS_ON_NOTHING
        by_start = self._moment == "started"
        codes = [STARTED_IN_TIME, STARTED_LATE] if by_start else [FINISHED_IN_TIME, FINISHED_LATE]
        hangs = outcome != _EITHER
        return Hangs(
            np.array([*codes, ANYHOW], np.int8)[outcome],
            np.where(hangs, made - self._nth[letters], 0).astype(np.int32),
            np.where(hangs, self.late_from[letters], 0),
        )

    def enter(self, step: int, letters: Int64s, takes: Bools) -> None:
        """Letters go into a loop or detour: those that do so by one outcome alone are followed in that one there."""
        by_one = takes[Outcome.LATE] != takes[Outcome.IN_TIME]
        self._followed[letters[by_one]] = takes[Outcome.LATE, by_one]
        self._where[letters[by_one]] = step

    def arrive(self, step: int, letters: Int64s) -> None:
        """Letters come to a step: those whose loop or detour is behind them are followed in both outcomes again."""
        inside = letters[self._where[letters] != _NOWHERE]
        if len(inside):
            where = self._where[inside]
            gone = inside[(step < self._first[where]) | (step > self._last[where])]
            self._followed[gone], self._where[gone] = _EITHER, _NOWHERE
