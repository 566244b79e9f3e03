"""What a judgement says: an office's log beside simulated ones, as records for people and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.tables import Floats


@dataclass(frozen=True)
class SimulatedRange:
    """Mean over the simulated logs, and the lowest and highest of them."""

    mean: float
    low: float
    high: float


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
    open_simulated: SimulatedRanges
    busy_by: str
    busy: tuple[SideBySide, ...]
    slas: tuple[SideBySide, ...]
    distances: tuple[FieldDistance, ...]
    misfits: tuple[Misfit, ...]


def range_of(values: Sequence[float]) -> SimulatedRange:
    """Of one figure of several simulated logs; nan do not count."""
    known = [float(value) for value in values if np.isfinite(value)]
    return (
        SimulatedRange(float(np.mean(known)), min(known), max(known))
        if known
        else SimulatedRange(np.nan, np.nan, np.nan)
    )


def ranges_of(values: Sequence[Floats]) -> SimulatedRanges:
    """Of several figures of each simulated log."""
    table = np.array(values)
    return SimulatedRanges(table.mean(axis=0), table.min(axis=0), table.max(axis=0))
