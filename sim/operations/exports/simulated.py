"""Simulated letters and their events, the content of all exports."""

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from sim.core.streams import Purpose, stream
from sim.core.tables import NO_UNIT, NOT_YET, WORK, Int64s
from sim.metrics.replication import Replication
from sim.operations.operations import RECEIVE
from sim.operations.trace_files import TracedLetter
from sim.scenario.setting import Setting

SIZE_MEAN: Final = 900.0
"""Mean bytes of a letter's text. An assumption: some 300 Chinese characters, without pictures or voice."""

_SIZE_CV: Final = 1.0
"""Coefficient of variation of the sizes, which are lognormal. An assumption."""

_OFFSET: Final = "+08:00"
"""The formats ask for the zone of local time; the mailboxes are in China, which has one zone and no summer time."""


class Event(NamedTuple):
    """One event of a letter."""

    activity: str  # a step, or `RECEIVE`
    moment: str  # "start" or "complete"; a receipt is only completed
    when: str  # ISO 8601 with milliseconds and zone
    unit: int  # number of the unit that did it, or NO_UNIT for a wait


class Simulated:
    """All letters of one replication, from the first second to the horizon; its log must have stretches."""

    def __init__(self, replication: Replication) -> None:
        self.setting: Setting = replication.setting
        self._replication = replication

    @cached_property
    def letters(self) -> list[TracedLetter]:
        """Every letter received before the horizon, in order of receipt, with the size of its text."""
        scenario, names = self.setting.scenario, self.setting.places.names
        workload, rows = self._replication.workload, self._replication.letters
        received = (np.datetime64(scenario.start, "s") + self._replication.received.astype("timedelta64[s]")).tolist()
        channels, categories = list(scenario.channels), list(scenario.categories)
        sizes = letter_sizes(len(rows), scenario.seed, self._replication.number)
        columns = (workload.channel[rows], workload.category[rows], workload.home[rows], sizes)
        return [
            TracedLetter(when, channels[channel], categories[category], names[home], size)
            for when, channel, category, home, size in zip(received, *(each.tolist() for each in columns), strict=True)
        ]

    def events(self) -> Iterator[list[Event]]:
        """The events of each letter in their order, letter by letter."""
        workload, log = self._replication.workload, self._replication.log
        steps = [step.name for step in self.setting.scenario.workflow]
        received, started, finished = map(self._local_time, (self._replication.received, log.started, log.finished))
        step, began, ended = (each.tolist() for each in (workload.step, self._first_unit(), log.served_by))
        home, first = workload.home.tolist(), workload.first_visit.tolist()
        for row, letter in enumerate(self._replication.letters.tolist()):
            events = [Event(RECEIVE, "complete", received[row], home[letter])]
            for visit in range(first[letter], first[letter + 1]):
                if not started[visit]:
                    break
                events.append(Event(steps[step[visit]], "start", started[visit], began[visit]))
                if finished[visit]:
                    events.append(Event(steps[step[visit]], "complete", finished[visit], ended[visit]))
            yield events

    def _first_unit(self) -> Int64s:
        """The unit that started each visit, or NO_UNIT; it may be another than the one that finished it."""
        stretches = self._replication.log.stretches
        assert stretches is not None, "asked for when simulated"
        work = np.flatnonzero(stretches.kind == WORK)
        visits, first = np.unique(stretches.visit[work], return_index=True)
        unit = np.full(self._replication.workload.visits, NO_UNIT)
        unit[visits] = stretches.unit[work[first]]
        return unit

    def _local_time(self, instants: Int64s) -> list[str]:
        """Instants as local time; an empty text for NOT_YET."""
        midnight = np.datetime64(self.setting.scenario.start, "s")
        texts = np.datetime_as_string(midnight + instants.astype("timedelta64[s]"), unit="ms")
        return [f"{text}{_OFFSET}" if there else "" for text, there in zip(texts, instants != NOT_YET, strict=True)]


def letter_sizes(letters: int, seed: int, replication: int) -> Int64s:
    """Bytes of each letter's text, at least 1, shape (letters,)."""
    variance = np.log1p(_SIZE_CV**2)
    chance = stream(seed, replication, Purpose.SIZE)
    drawn = chance.lognormal(np.log(SIZE_MEAN) - variance / 2, np.sqrt(variance), letters)
    return np.maximum(np.rint(drawn), 1).astype(np.int64)
