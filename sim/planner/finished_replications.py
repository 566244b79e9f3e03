"""Finished replications of a plan, kept so that a plan that was killed goes on where it was.

A plan is one course of questions, what some replications say of a staffing; each answer decides what is asked next,
and the same question has the same answer. A plan that is begun again asks the same questions, and takes from what was
kept whatever was answered before. A point holds what was simulated in some seconds, for a file each would be too many.
"""

import base64
import time
import zlib
from itertools import count
from typing import Final, NamedTuple

import numpy as np

from sim.experiment.points import KeptPoints
from sim.statistics import Decided, Durations

SECONDS_A_POINT: Final = 2.0
"""What a killed plan may lose of its time, about."""


class Observed(NamedTuple):
    """Counts of one replication under a staffing, as closely as a verdict needs them."""

    decided: Decided  # (targets,)
    elapsed: tuple[Durations, ...]  # of the letters of each target
    fingerprint: int  # of the letters and the log: equal in replications that are copies


class Finished(NamedTuple):
    """One replication of a staffing, as a point holds it."""

    staffing: str  # as the simulator names it
    number: int
    letters: int
    decided: Decided
    elapsed: tuple[str, ...] | None  # `packed`; None where it was not asked for
    fingerprint: int | None


class FinishedPoint(NamedTuple):
    """What was simulated one after another, until some seconds were over."""

    replications: tuple[Finished, ...]


class FinishedReplications:
    """Replications that are finished, by staffing and number: those of earlier processes, and those of this one.

    Args:
        kept: where the points are.
    """

    def __init__(self, kept: KeptPoints[FinishedPoint]) -> None:
        self._kept = kept
        self._next: list[Finished] = []
        self._since = time.monotonic()
        whole = kept.whole()
        self._free = (number for number in count() if number not in whole)
        self._known: dict[tuple[str, int], Finished] = {}
        for point in whole.values():
            for each in point.replications:
                self._know(each)

    def decided(self, staffing: str, number: int) -> tuple[Decided, int] | None:
        """What became of the letters of a replication, and how many there were; None if it is not finished."""
        known = self._known.get((staffing, number))
        return None if known is None else (known.decided, known.letters)

    def observed(self, staffing: str, number: int) -> tuple[Observed, int] | None:
        """The same with elapsed times."""
        known = self._known.get((staffing, number))
        if known is None or known.elapsed is None or known.fingerprint is None:
            return None
        elapsed = tuple(unpacked(each) for each in known.elapsed)
        return Observed(known.decided, elapsed, known.fingerprint), known.letters

    def add(self, staffing: str, number: int, seen: Decided | Observed, letters: int) -> None:
        """Keep what was seen of a replication, by the end of its point.

        Raises: SimError as `put` of the points.
        """
        if isinstance(seen, Decided):
            finished = Finished(staffing, number, letters, seen, None, None)
        else:
            elapsed = tuple(packed(each) for each in seen.elapsed)
            finished = Finished(staffing, number, letters, seen.decided, elapsed, seen.fingerprint)
        self._know(finished)
        self._next.append(finished)
        if time.monotonic() - self._since >= SECONDS_A_POINT:
            self.flush()

    def flush(self) -> None:
        """End the point, if there is anything in it."""
        if self._next:
            self._kept.put(next(self._free), FinishedPoint(tuple(self._next)))
        self._next, self._since = [], time.monotonic()

    def _know(self, finished: Finished) -> None:
        # What was observed may have been asked for before with fewer figures, or after.
        if finished.elapsed is not None or (finished.staffing, finished.number) not in self._known:
            self._known[finished.staffing, finished.number] = finished


def packed(durations: Durations) -> str:
    """Durations as a short text: a large replication has thousands of different ones."""
    columns = np.diff(durations.seconds, prepend=0), durations.ended, durations.open
    plain = np.concatenate(columns).astype("<i8").tobytes()
    return base64.b64encode(zlib.compress(plain, level=1)).decode("ascii")


def unpacked(text: str) -> Durations:
    """The durations that were packed."""
    columns = np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i8").astype(np.int64).reshape(3, -1)
    return Durations(columns[0].cumsum(), columns[1], columns[2])
