"""Latencies in an HDR histogram: percentiles to three digits, whatever the number of letters."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.tables import Floats

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

MICROSECONDS: Final = 1_000_000
LONGEST: Final = 24 * 3_600 * MICROSECONDS
MILLISECOND: Final = 1_000
"""Microseconds in one."""

DIGITS: Final = 3

TICKS: Final = 5
"""Lines of a file of percentiles for each halving of what lies above."""


def require_histograms() -> None:
    """Look for the library that latencies are told with, before anything is sent.

    Raises: ModuleNotFoundError without it.
    """
    from hdrh.histogram import HdrHistogram  # noqa: F401


@dataclass(frozen=True)
class Milliseconds:
    """How long something took, over many letters; None where there are none."""

    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    max: float | None


def milliseconds(seconds: Floats) -> Milliseconds:
    """Mean and percentiles of durations, shape (letters,)."""
    if not len(seconds):
        return Milliseconds(None, None, None, None, None, None, None)
    recorded = histogram(seconds)
    percentiles = (recorded.get_value_at_percentile(percentile) for percentile in (50, 90, 95, 99, 99.9))
    microseconds = (recorded.get_mean_value(), *percentiles, recorded.get_max_value())
    return Milliseconds(*(round(value / MILLISECOND, 3) for value in microseconds))


def histogram(seconds: Floats) -> "HdrHistogram":
    """An HDR histogram, in microseconds, of durations from 1 microsecond to a day."""
    from hdrh.histogram import HdrHistogram  # only who replays has it

    recorded = HdrHistogram(1, LONGEST, DIGITS)
    for duration in np.clip(np.rint(seconds * MICROSECONDS), 1, LONGEST).astype(np.int64).tolist():
        recorded.record_value(duration)
    return recorded


def write_percentiles(seconds: Floats, path: Path) -> None:
    """Write durations in the text format that plotters of HDR histograms read: all of it in milliseconds."""
    recorded = histogram(seconds)
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    for each in recorded.get_percentile_iterator(TICKS):
        share = each.percentile_level_iterated_to / 100
        odds = f" {1 / (1 - share):14.2f}" if share < 1 else ""
        told = each.value_iterated_to / MILLISECOND
        lines.append(f"{told:12.3f} {share:14.12f} {each.total_count_to_this_value:10}{odds}")
    mean, deviation, most = (
        each / MILLISECOND for each in (recorded.get_mean_value(), recorded.get_stddev(), recorded.get_max_value())
    )
    lines += [
        f"#[Mean    = {mean:12.3f}, StdDeviation   = {deviation:12.3f}]",
        f"#[Max     = {most:12.3f}, TotalCount     = {recorded.get_total_count():12}]",
        f"#[Buckets = {recorded.bucket_count:12}, SubBuckets     = {recorded.sub_bucket_count:12}]",
    ]
    path.write_text("\n".join([*lines, ""]), "utf-8")
