"""Outages of a system during a replay: stretches in which it accepted nothing, though calls were due."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from sim.operations.answers import Answers

_SHORTEST: Final = 0.5
"""Seconds without any accepted call that may come by chance."""

_FEWEST: Final = 10
"""Calls that must be due in such a stretch, so that it means anything."""


class OutageKind(StrEnum):
    """What became of the calls that were due in an outage."""

    STALLED = "stalled"
    """Most were accepted in the end."""
    DOWN = "down"
    """Most were lost."""


@dataclass(frozen=True)
class Outage:
    """A stretch in which a system accepted nothing.

    Attributes:
        start, end: seconds, from the first call that was due after the last accepted one to the next accepted one.
        due: calls that were due in it.
        lost: of these, how many were never accepted.
    """

    kind: OutageKind
    start: float
    end: float
    due: int
    lost: int


def outages_of(answers: Answers) -> tuple[Outage, ...]:
    """The outages of a replay, by time."""
    begun = answers.of(answers.begun)
    if not len(begun.due):
        return ()
    order = np.argsort(begun.due, kind="stable")
    due, lost_until = begun.due[order], np.append(0, np.cumsum(~begun.accepted[order]))
    moments = np.sort((begun.due + begun.latency)[begun.accepted])
    edges = np.concatenate([[0.0], moments, [max(float(due[-1]), float(moments.max(initial=0.0)))]])
    found = []
    for gap in np.flatnonzero(np.diff(edges) >= _SHORTEST).tolist():
        end = float(edges[gap + 1])
        first, last = np.searchsorted(due, (edges[gap], end)).tolist()
        lost = int(lost_until[last] - lost_until[first])
        # Before the first of them was due there was nothing to accept.
        if last - first >= _FEWEST and end - due[first] >= _SHORTEST:
            kind = OutageKind.DOWN if 2 * lost > last - first else OutageKind.STALLED
            found.append(Outage(kind, float(due[first]), end, last - first, lost))
    return tuple(found)
