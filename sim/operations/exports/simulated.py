"""Simulated letters and their events, the content of all exports."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np

from sim.core.streams import Purpose, stream
from sim.core.tables import NO_UNIT, NOT_YET, Int64s
from sim.metrics.replication import Replication
from sim.models.operation_names import RECEIVE
from sim.models.system import System
from sim.operations.exports.events import RECEIPT, Reason, Transition, events_of
from sim.operations.exports.people import NOBODY
from sim.operations.trace_files import TracedLetter
from sim.scenario.setting import Setting

_SIZE_CV: Final = 1.0
"""Coefficient of variation of the sizes, which are lognormal. An assumption."""

_OFFSET: Final = "+08:00"
"""The formats ask for the zone of local time; the mailboxes are in China, which has one zone and no summer time."""


class Event(NamedTuple):
    """One event of a letter, in words."""

    activity: str  # a step, or `RECEIVE`
    instance: int  # number of the visit among those of its letter, 0 for the receipt
    transition: Transition
    when: str  # ISO 8601 with milliseconds and zone
    unit: int  # number of the unit, or NO_UNIT for a wait that occupies nobody
    person: int  # number of the person within it, or NOBODY
    reason: Reason


class Simulated:
    """All letters of one replication, from the first second to the horizon; its log must have stretches."""

    def __init__(self, replication: Replication) -> None:
        self.setting: Setting = replication.setting
        self.replication = replication

    @cached_property
    def letters(self) -> list[TracedLetter]:
        """Every letter received before the horizon, in order of receipt, with the size of its text."""
        scenario, names = self.setting.scenario, self.setting.places.names
        workload, rows = self.replication.workload, self.replication.letters
        received = (np.datetime64(scenario.start, "s") + self.replication.received.astype("timedelta64[s]")).tolist()
        channels, categories = list(scenario.channels), list(scenario.categories)
        mean = (scenario.system or System()).text
        sizes = letter_sizes(len(rows), mean, scenario.seed, self.replication.number)
        columns = (workload.channel[rows], workload.category[rows], workload.home[rows], sizes)
        return [
            TracedLetter(when, channels[channel], categories[category], names[home], size)
            for when, channel, category, home, size in zip(received, *(each.tolist() for each in columns), strict=True)
        ]

    @cached_property
    def arrivals(self) -> list[TracedLetter]:
        """The letters that come during the simulation; those of a backlog at its start came before."""
        return self.letters[int(np.searchsorted(self.replication.received, 0)) :]

    @cached_property
    def homes(self) -> list[int]:
        """Home unit of each letter."""
        homes: list[int] = self.replication.workload.home[self.replication.letters].tolist()
        return homes

    @cached_property
    def steps(self) -> list[str]:
        """Names of the steps, by their index in the workflow."""
        return [step.name for step in self.setting.scenario.workflow]

    @cached_property
    def units(self) -> list[str]:
        """A name for each unit that no other has: its own, behind that of its team where two share it."""
        places = self.setting.places
        many = Counter(places.names)
        return [f"{self.team(unit)}: {name}" if many[name] > 1 else name for unit, name in enumerate(places.names)]

    def team(self, unit: int) -> str:
        """The name of the team of a unit; an empty text for NO_UNIT."""
        places = self.setting.places
        return "" if unit == NO_UNIT else places.teams[places.team_of[unit]]

    def person(self, unit: int, number: int) -> str:
        """The name of a person, `unit/number`; an empty text for NOBODY."""
        return "" if number == NOBODY else f"{self.units[unit]}/{number}"

    def events(self) -> Iterator[list[Event]]:
        """The events of each letter in their order, letter by letter."""
        events = events_of(self.replication)
        first = self.replication.workload.first_visit[self.replication.letters][events.letter]
        receipt = events.visit == RECEIPT
        instance = np.where(receipt, 0, events.visit - first + 1).tolist()
        # The receipt takes the last name.
        step = np.where(receipt, -1, self.replication.workload.step[events.visit]).tolist()
        names, transitions, reasons = [*self.steps, RECEIVE], list(Transition), list(Reason)
        columns = (events.transition, events.unit, events.person, events.reason)
        rows = [
            Event(names[at], nth, transitions[transition], when, unit, person, reasons[reason])
            for at, nth, when, transition, unit, person, reason in zip(
                step, instance, self.zoned(events.instant), *(each.tolist() for each in columns), strict=True
            )
        ]
        ends = np.cumsum(np.bincount(events.letter, minlength=len(self.replication.letters))).tolist()
        start = 0
        for end in ends:
            yield rows[start:end]
            start = end

    def local(self, instants: Int64s) -> list[str]:
        """Instants as local time to the second, without a zone; an empty text for NOT_YET."""
        texts = self._texts(instants, "s")
        return [text if there else "" for text, there in zip(texts, instants != NOT_YET, strict=True)]

    def zoned(self, instants: Int64s) -> list[str]:
        """Instants as local time to the millisecond, with the zone."""
        return [f"{text}{_OFFSET}" for text in self._texts(instants, "ms")]

    def _texts(self, instants: Int64s, precision: Literal["s", "ms"]) -> list[str]:
        midnight = np.datetime64(self.setting.scenario.start, "s")
        texts: list[str] = np.datetime_as_string(midnight + instants.astype("timedelta64[s]"), unit=precision).tolist()
        return texts


def letter_sizes(letters: int, mean: float, seed: int, replication: int) -> Int64s:
    """Bytes of each letter's text, at least 1, shape (letters,)."""
    variance = np.log1p(_SIZE_CV**2)
    chance = stream(seed, replication, Purpose.SIZE)
    drawn = chance.lognormal(np.log(mean) - variance / 2, np.sqrt(variance), letters)
    return np.maximum(np.rint(drawn), 1).astype(np.int64)
