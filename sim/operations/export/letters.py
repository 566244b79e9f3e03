"""The letters of a replication as a trace, with sizes that a real system has to take in."""

from typing import Final

import numpy as np

from sim.core.streams import Purpose, stream
from sim.core.tables import Int64s
from sim.metrics.letter_view import Journeys
from sim.operations.trace_files import TracedLetter

SIZE_MEAN: Final = 900.0
"""Mean bytes of a letter's text. An assumption: some 300 Chinese characters, without pictures or voice."""

SIZE_CV: Final = 1.0
"""Coefficient of variation of the sizes, which are lognormal. An assumption."""


def letters_of(journeys: Journeys, replication: int) -> list[TracedLetter]:
    """Every letter received before the horizon, in order of receipt."""
    scenario, places = journeys.setting.scenario, journeys.setting.places
    workload, rows = journeys.workload, journeys.letters
    midnight = np.datetime64(scenario.start, "s")
    received = (midnight + journeys.received.astype("timedelta64[s]")).tolist()
    channels, categories = list(scenario.channels), list(scenario.categories)
    sizes = sizes_of(len(rows), scenario.seed, replication)
    columns = (workload.channel[rows], workload.category[rows], workload.home[rows], sizes)
    return [
        TracedLetter(when, channels[channel], categories[category], places.names[home], size)
        for when, channel, category, home, size in zip(received, *(column.tolist() for column in columns), strict=True)
    ]


def sizes_of(letters: int, seed: int, replication: int) -> Int64s:
    """Bytes of each letter's text, at least 1, shape (letters,)."""
    variance = np.log1p(SIZE_CV**2)
    chance = stream(seed, replication, Purpose.SIZE)
    drawn = chance.lognormal(np.log(SIZE_MEAN) - variance / 2, np.sqrt(variance), letters)
    return np.maximum(np.rint(drawn), 1).astype(np.int64)
