"""What takes place at once for one letter, which a scenario puts one after the other."""

from typing import Final

import numpy as np

from sim.core.tables import NOT_YET
from sim.fit.finding import Note
from sim.fit.log import AXIS, EventLog

_OFTEN: Final = 0.05
"""Share of the letters from which on it is worth saying."""


def at_once(log: EventLog) -> list[Note]:
    """How many letters have an event that begins before an earlier one is over, and which these mostly are."""
    timed = np.flatnonzero((log.started != NOT_YET) & (log.finished > log.started))
    case, activity = log.case[timed].astype(np.int64), log.activity[timed].astype(np.int64)
    begin, end = case * AXIS + log.started[timed], case * AXIS + log.finished[timed]
    if len(timed) < 2:
        return []
    latest = np.maximum.accumulate(end)
    meets = (case[1:] == case[:-1]) & (begin[1:] < latest[:-1])
    share = len(np.unique(case[1:][meets])) / log.cases
    if share < _OFTEN:
        return []
    neighbours = meets & (begin[1:] < end[:-1])
    which = neighbours if neighbours.any() else meets
    pairs = np.sort(np.stack([activity[:-1][which], activity[1:][which]]), axis=0)
    kinds, counts = np.unique(pairs, axis=1, return_counts=True)
    one, other = kinds[:, counts.argmax()].tolist()
    return [Note("at-once", {"share": share, "one": log.activities[one], "other": log.activities[other]})]
