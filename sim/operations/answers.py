"""Answers of a real system to the calls of a replay, and their latency.

Latencies are told from an HDR histogram: percentiles to three digits, whatever the number of calls.
"""

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.core.tables import Bools, Floats, Int16s, Int64s
from sim.models.operation_names import RECEIVE

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

_MICROSECONDS: Final = 1_000_000
_LONGEST: Final = 24 * 3_600 * _MICROSECONDS
_MILLISECOND: Final = 1_000
"""Microseconds in one."""

_DIGITS: Final = 3
"""Significant digits of a latency."""

_TICKS: Final = 5
"""Lines of a file of percentiles for each halving of what lies above."""


class Unanswered(IntEnum):
    """Why a call has no HTTP status; numbers of this kind are 0 or less."""

    UNSENT = 0
    TIMED_OUT = -1
    NO_CONNECTION = -2
    CONNECTION_LOST = -3
    STOPPED = -4
    NOT_SECURE = -5
    BAD_ANSWER = -6
    OUR_ERROR = -7
    NO_ID = -8


CONNECTION_FAILURES: Final = (Unanswered.NO_CONNECTION, Unanswered.CONNECTION_LOST, Unanswered.NOT_SECURE)
"""Failures of a call that nobody was there to take."""

NEVER_SENT: Final = (Unanswered.UNSENT, Unanswered.NO_ID)
"""What becomes of calls that never went out: there was no connection, or no id of their letter."""


class Answers(NamedTuple):
    """Outcome of each call of a replay, in the order of the trace; arrays of shape (calls,), times in seconds."""

    due: Floats  # from the start
    late: Floats  # from due until its sending was begun: our own delay; nan for one never begun
    latency: Floats  # from due until the answer was read, or the letter given up; nan for one never begun
    outcome: Int16s  # HTTP status, or an `Unanswered` number
    resent: Bools  # sent again, because an idle connection was closed as the call went out on it
    waited: Floats  # from due until its letter had an id, of a call that was due before; else 0
    operation: Int16s  # index of its operation
    letter: Int64s  # index of its letter

    @property
    def accepted(self) -> Bools:
        """Calls that were answered 200 to 299."""
        return (self.outcome >= 200) & (self.outcome < 300)

    @property
    def failed(self) -> Bools:
        """Calls that were sent, but answered otherwise, or never."""
        failed: Bools = ~self.accepted & ~np.isin(self.outcome, NEVER_SENT)
        return failed

    @property
    def begun(self) -> Bools:
        """Calls that became due before the end."""
        return ~np.isnan(self.late)

    def of(self, rows: Bools) -> "Answers":
        """The answers to some of the calls."""
        return Answers._make(column[rows] for column in self)


def losses_of(answers: Answers) -> dict[int, int]:
    """How many calls were not accepted, by outcome, the commonest first."""
    return dict(Counter(answers.outcome[~answers.accepted].tolist()).most_common())


def outcome_name(outcome: int) -> str:
    """An HTTP status, or why there is none."""
    return Unanswered(outcome).name.lower() if outcome <= 0 else str(outcome)


@dataclass(frozen=True)
class Sent:
    """Outcome of a replay.

    Attributes:
        stopped: by Ctrl-C.
        aborted: because too many calls in a row found no connection.
        operations: names, in the order of their numbers.
        received_before: letters that were taken in before the first call.
        counted_from: seconds after the start; calls that were due before are not counted.
    """

    answers: Answers
    stopped: bool = False
    aborted: bool = False
    operations: tuple[str, ...] = (RECEIVE,)
    received_before: int = 0
    counted_from: float = 0.0

    @property
    def counted(self) -> Bools:
        """Calls that are counted."""
        counted: Bools = self.answers.due >= self.counted_from
        return counted


def require_histograms() -> None:
    """Check that the library of histograms is installed, before anything is sent.

    Raises: ModuleNotFoundError without it.
    """
    from hdrh.histogram import HdrHistogram  # noqa: F401


@dataclass(frozen=True)
class Milliseconds:
    """Mean, percentiles and maximum of a latency over many calls; None where there are none."""

    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    max: float | None


def milliseconds(seconds: Floats) -> Milliseconds:
    """Mean and percentiles of durations, shape (calls,)."""
    if not len(seconds):
        return Milliseconds(None, None, None, None, None, None, None)
    recorded = histogram(seconds)
    percentiles = (recorded.get_value_at_percentile(percentile) for percentile in (50, 90, 95, 99, 99.9))
    microseconds = (recorded.get_mean_value(), *percentiles, recorded.get_max_value())
    return Milliseconds(*(round(value / _MILLISECOND, 3) for value in microseconds))


def histogram(seconds: Floats) -> "HdrHistogram":
    """HDR histogram of durations, in microseconds, from 1 microsecond to a day."""
    from hdrh.histogram import HdrHistogram  # only who replays has it

    recorded = HdrHistogram(1, _LONGEST, _DIGITS)
    values, counts = np.unique(np.clip(np.rint(seconds * _MICROSECONDS), 1, _LONGEST), return_counts=True)
    for value, count in zip(values.astype(np.int64).tolist(), counts.tolist(), strict=True):
        recorded.record_value(value, count)
    return recorded


def write_percentiles(seconds: Floats, path: Path) -> None:
    """Write a latency distribution in the text format of plotters of HDR histograms, in milliseconds."""
    recorded = histogram(seconds)
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    for each in recorded.get_percentile_iterator(_TICKS):
        share = each.percentile_level_iterated_to / 100
        odds = f" {1 / (1 - share):14.2f}" if share < 1 else ""
        told = each.value_iterated_to / _MILLISECOND
        lines.append(f"{told:12.3f} {share:14.12f} {each.total_count_to_this_value:10}{odds}")
    mean, deviation, most = (
        each / _MILLISECOND for each in (recorded.get_mean_value(), recorded.get_stddev(), recorded.get_max_value())
    )
    lines += [
        f"#[Mean    = {mean:12.3f}, StdDeviation   = {deviation:12.3f}]",
        f"#[Max     = {most:12.3f}, TotalCount     = {recorded.get_total_count():12}]",
        f"#[Buckets = {recorded.bucket_count:12}, SubBuckets     = {recorded.sub_bucket_count:12}]",
    ]
    path.write_text("\n".join([*lines, ""]), "utf-8")
