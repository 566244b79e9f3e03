"""What happened to each letter of a replication, event by event, as logs of the process hold it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.core.tables import NO_UNIT, NOT_YET, WORK, Int64s
from sim.metrics.letter_view import Journeys

OFFSET = "+08:00"
"""The formats ask for the zone of local time; the mailboxes are in China, which has one zone and no summer time."""


class Event(NamedTuple):
    """One event of a letter."""

    activity: str
    moment: str  # "start" or "complete"; a receipt is only completed
    when: str  # ISO 8601 with milliseconds and zone
    unit: int  # number of the unit that did it, or NO_UNIT for a wait


def events_of(journeys: Journeys) -> Iterator[list[Event]]:
    """The events of each letter in their order, letter by letter as in `Journeys`; the log must have stretches."""
    setting, workload, log = journeys.setting, journeys.workload, journeys.log
    steps = [step.name for step in setting.scenario.workflow]
    started, finished = (_written(journeys, instants) for instants in (log.started, log.finished))
    received = _written(journeys, journeys.received)
    step, began, ended = (column.tolist() for column in (workload.step, _first_unit(journeys), log.served_by))
    home, first = workload.home.tolist(), workload.first_visit.tolist()
    for row, letter in enumerate(journeys.letters.tolist()):
        events = [Event("receive", "complete", received[row], home[letter])]
        for visit in range(first[letter], first[letter + 1]):
            if not started[visit]:
                break
            events.append(Event(steps[step[visit]], "start", started[visit], began[visit]))
            if finished[visit]:
                events.append(Event(steps[step[visit]], "complete", finished[visit], ended[visit]))
        yield events


def _first_unit(journeys: Journeys) -> Int64s:
    """The unit that started each visit, or NO_UNIT; it may be another than the one that finished it."""
    stretches = journeys.log.stretches
    assert stretches is not None, "asked for when simulated"
    work = np.flatnonzero(stretches.kind == WORK)
    visits, first = np.unique(stretches.visit[work], return_index=True)
    unit = np.full(journeys.workload.visits, NO_UNIT)
    unit[visits] = stretches.unit[work[first]]
    return unit


def _written(journeys: Journeys, instants: Int64s) -> list[str]:
    """Instants as local time; an empty text for NOT_YET."""
    midnight = np.datetime64(journeys.setting.scenario.start, "s")
    texts = np.datetime_as_string(midnight + instants.astype("timedelta64[s]"), unit="ms")
    return [f"{text}{OFFSET}" if there else "" for text, there in zip(texts, instants != NOT_YET, strict=True)]
