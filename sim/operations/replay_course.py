"""Course of a replay over time: load asked and achieved, latency, losses, and letters that the system has not done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import numpy as np

from sim.core.tables import Floats, Int64s
from sim.operations.answers import Answers, losses_of, outcome_name

_MOST_INTERVALS: Final = 200
"""Points of the course over time."""


@dataclass(frozen=True)
class Course:
    """Course of a replay over time, shape (intervals,).

    Attributes:
        seconds: middle of each interval since the start.
        asked: calls that became due, a second.
        achieved: calls that were accepted, by the moment of the answer, a second.
        waiting: calls due and neither answered nor given up at the end of the interval.
        p50_ms, p99_ms, max_ms: latency of the accepted calls by the moment they were due; nan where there is none.
        lost: calls that were not accepted, by the moment they were due.
        losses: the same by what became of them, the commonest first.
        open_as_simulated: letters whose first call was due by the end of the interval, and whose last one was not.
        open_letters: letters that the system has taken in by then, and whose last call it has not accepted.
    """

    seconds: Floats
    asked: Floats
    achieved: Floats
    waiting: Floats
    p50_ms: Floats
    p99_ms: Floats
    max_ms: Floats
    lost: Floats
    losses: Mapping[str, Floats]
    open_as_simulated: Floats
    open_letters: Floats


def course_of(answers: Answers, read: Sequence[bool]) -> Course:
    """Evaluate a replay over time, by intervals of a second or more.

    Args:
        read: whether each operation is a read, which has no part in what becomes of a letter.
    """
    accepted, begun = answers.accepted, answers.begun
    ended = answers.due + answers.latency
    end = max(float(answers.due[begun].max(initial=0.0)), float(ended[accepted].max(initial=0.0)))
    length = max(1.0, end / _MOST_INTERVALS)
    count = int(end // length) + 1
    edges = np.arange(1, count + 1, dtype=np.float64) * length
    interval = (answers.due // length).astype(np.int64)
    latency = np.full((3, count), np.nan)
    order = np.flatnonzero(accepted)
    order = order[np.argsort(interval[order], kind="stable")]
    ends = np.cumsum(np.bincount(interval[order], minlength=count))
    for place, group in enumerate(np.split(answers.latency[order] * 1_000, ends[:-1])):
        if len(group):
            latency[:, place] = np.percentile(group, (50, 99, 100))
    of_way = answers.of(begun & ~np.array(read)[answers.operation])
    done = np.where(of_way.accepted, of_way.due + of_way.latency, np.inf)
    missed = np.where(begun & ~accepted, answers.outcome, HTTPStatus.OK)
    return Course(
        seconds=edges - length / 2,
        asked=np.bincount(interval[begun], minlength=count) / length,
        achieved=np.bincount((ended[accepted] // length).astype(np.int64), minlength=count) / length,
        waiting=(_until(answers.due[begun], edges) - _until(ended[begun], edges)).astype(np.float64),
        p50_ms=latency[0],
        p99_ms=latency[1],
        max_ms=latency[2],
        lost=np.bincount(interval[begun & ~accepted], minlength=count).astype(np.float64),
        losses={
            outcome_name(code): np.bincount(interval[missed == code], minlength=count).astype(np.float64)
            for code in losses_of(answers.of(begun))
        },
        open_as_simulated=_open(of_way.letter, of_way.due, of_way.due, edges),
        open_letters=_open(of_way.letter, of_way.due, done, edges),
    )


def _until(moments: Floats, edges: Floats) -> Int64s:
    """How many moments come before each edge."""
    return np.searchsorted(np.sort(moments), edges).astype(np.int64)


def _open(letter: Int64s, due: Floats, done: Floats, edges: Floats) -> Floats:
    """Letters open at each edge: from the moment their first call is done until their last one is.

    A letter that is never taken in is not open; one that the system never has done stays so.
    """
    order = np.lexsort((due, letter))
    letter, done = letter[order], done[order]
    first = np.flatnonzero(np.diff(letter, prepend=-1))
    last = np.append(first[1:], len(letter)) - 1
    # With a single call there is nothing to be done after the receipt.
    several = last[: len(first)] > first
    begins, ends = done[first[several]], done[last[: len(first)][several]]
    taken = np.isfinite(begins)
    return (_until(begins[taken], edges) - _until(np.maximum(ends, begins)[taken], edges)).astype(np.float64)
