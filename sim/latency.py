"""Latencies in an HDR histogram: percentiles to three digits, whatever the number of letters."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.tables import Floats

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

MICROSECONDS: Final = 1_000_000
LONGEST: Final = 24 * 3_600 * MICROSECONDS
DIGITS: Final = 3


@dataclass(frozen=True)
class Milliseconds:
    """How long something took, over many letters; None where there are none."""

    mean: float | None
    p50: float | None
    p90: float | None
    p99: float | None
    p999: float | None
    max: float | None


def milliseconds(seconds: Floats) -> Milliseconds:
    """Mean and percentiles of durations, shape (letters,)."""
    if not len(seconds):
        return Milliseconds(None, None, None, None, None, None)
    recorded = histogram(seconds)
    percentiles = (recorded.get_value_at_percentile(percentile) for percentile in (50, 90, 99, 99.9))
    microseconds = (recorded.get_mean_value(), *percentiles, recorded.get_max_value())
    return Milliseconds(*(round(value / 1_000, 3) for value in microseconds))


def histogram(seconds: Floats) -> "HdrHistogram":
    """An HDR histogram, in microseconds, of durations from 1 microsecond to a day."""
    from hdrh.histogram import HdrHistogram  # only who replays has it

    recorded = HdrHistogram(1, LONGEST, DIGITS)
    for duration in np.clip(np.rint(seconds * MICROSECONDS), 1, LONGEST).astype(np.int64).tolist():
        recorded.record_value(duration)
    return recorded


def write_percentiles(seconds: Floats, path: Path) -> None:
    """Write durations, in milliseconds, in the text format that plotters of HDR histograms read."""
    with path.open("wb") as file:
        histogram(seconds).output_percentile_distribution(file, MICROSECONDS / 1_000)
