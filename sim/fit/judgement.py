"""What a judgement says: an office's log beside simulated ones, as records for people and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from sim.core.tables import Floats

FEWEST_LOGS: Final = 3
"""Simulated logs below which nothing can be said to be outside of them."""


@dataclass(frozen=True)
class SimulatedRange:
    """Mean over the simulated logs, the lowest and highest of them, and their standard deviation.

    Attributes:
        logs: how many of them have the figure.
    """

    mean: float
    low: float
    high: float
    deviation: float
    logs: int

    def holds(self, real: float, among: int = 1) -> bool:
        """Whether a figure of the office may be that of one more simulated log; nan may.

        Args:
            among: figures that are asked of, of which by chance 5% have one that is not held.
        """
        if not np.isfinite(real) or self.logs < FEWEST_LOGS:
            return True
        most = stdtrit(self.logs - 1, 1 - 0.025 / among) * self.deviation * np.sqrt(1 + 1 / self.logs)
        return bool(abs(real - self.mean) <= most + 1e-9)


@dataclass(frozen=True)
class SimulatedRanges:
    """The same of many figures at once."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class AgeCurve:
    """Share of letters that reached a milestone within some hours of their receipt.

    Attributes:
        hours: ascending.
        ks: largest difference between the two curves, mean over the simulated logs.
        area_h: area between them, in hours.
        ks_halves, area_halves_h: the same between two halves of the office's log.
        mean_h: mean age of the letters that reached it, of the office and of the model, by `PARTS`.
        letters: that reached it.
    """

    milestone: str
    hours: Floats
    real: Floats
    simulated: SimulatedRanges
    ks: float
    area_h: float
    ks_halves: float
    area_halves_h: float
    mean_h: Mapping[str, tuple[float, float]]
    letters: int


@dataclass(frozen=True)
class SideBySide:
    """One figure of the office and of the model.

    Attributes:
        letters: on which the office's rests; 0 where it rests on none.
    """

    name: str
    real: float
    simulated: SimulatedRange
    letters: int = 0


@dataclass(frozen=True)
class FieldDistance:
    """Distance between the office's log and the simulated ones by one of the field's measures.

    Attributes:
        unit: `h`, or empty.
        halves: distance of two halves of the office's log, the least that a model can be expected to have.
    """

    name: str
    unit: str
    simulated: SimulatedRange
    halves: float


@dataclass(frozen=True)
class Misfit:
    """Something in which the model differs from the office by more than chance.

    Attributes:
        kind: names its sentence.
        subject: milestone, SLA, unit or activity; empty for all letters.
        size: how much, from 0 to 1; by it misfits are ordered.
        figures: what the sentence is filled in with: hours, shares or numbers.
    """

    kind: str
    subject: str
    size: float
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Judgement:
    """An office's log and simulated ones, side by side.

    Attributes:
        begins, ends: of the period from which letters were taken, ISO 8601.
        held_out: whether the period is the last part of the log that was fitted; else it is another log's.
        known_staffing: whether the simulated letters met the office's own shifts.
        days: ends of days, for `open_letters`.
        busy_by: `unit` or `activity`.
        busy_as: `utilisation`, the share of the hours on duty that were worked, where the office's own shifts are
            known; else `hours` of work a day.
        distances: none where the package with the field's measures is not installed, or the log has no events.
        misfits: the worst first.
    """

    begins: str
    ends: str
    held_out: bool
    known_staffing: bool
    replications: int
    letters: SideBySide
    by_hour: Floats
    by_hour_simulated: SimulatedRanges
    by_hour_apart: float
    by_hour_apart_halves: float
    curves: tuple[AgeCurve, ...]
    days: tuple[str, ...]
    open_letters: Floats
    open_by_day: tuple[SimulatedRange, ...]
    busy_by: str
    busy_as: str
    busy: tuple[SideBySide, ...]
    slas: tuple[SideBySide, ...]
    distances: tuple[FieldDistance, ...]
    misfits: tuple[Misfit, ...]


def range_of(values: Sequence[float]) -> SimulatedRange:
    """Of one figure of several simulated logs; nan do not count."""
    known = np.array([value for value in values if np.isfinite(value)])
    if not len(known):
        return SimulatedRange(np.nan, np.nan, np.nan, np.nan, 0)
    deviation = float(known.std(ddof=1)) if len(known) > 1 else np.nan
    return SimulatedRange(float(known.mean()), float(known.min()), float(known.max()), deviation, len(known))


def ranges_of(values: Sequence[Floats]) -> SimulatedRanges:
    """Of several figures of each simulated log."""
    table = np.array(values)
    return SimulatedRanges(table.mean(axis=0), table.min(axis=0), table.max(axis=0))
