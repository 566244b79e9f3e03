"""Figures of letters, steps and the backlog."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sim.core.tables import Floats
from sim.statistics import Band, Estimate, Spread

_GROWTH: Final = 0.01
"""Growth of the backlog a day, of the letters that come in a day, above which it is told."""


@dataclass(frozen=True)
class Exceedance:
    """Share of visits that waited longer than each of some durations, shape (durations,)."""

    minutes: Floats
    share: Band


@dataclass(frozen=True)
class Fan:
    """A course of time over replications: its mean and percentiles across them, shape (instants,)."""

    mean: Floats
    p5: Floats
    p25: Floats
    p50: Floats
    p75: Floats
    p95: Floats


@dataclass(frozen=True)
class LetterFigures:
    """What became of the letters of the window.

    Attributes:
        received, closed: letters a replication; closed ones may have left for another authority.
        closed_share: closed of received.
        open_at_end: letters of the window that the simulation leaves open.
        left: letters that leave the workflow before its end.
        abandoned, abandoned_share: letters that left a queue because nobody started them in time, and their share; None
            where no step has `patience`.
        open_at_window_end: letters open when the window ends, of all that came since day 0.
        growth_per_day: by how many the open letters grow, from the first whole week of the window to the last; None
            where it has fewer than two or the warm-up is shorter than one, which is too short to tell.
        time_in_system_min: from received to closed, or until it left out of patience.
        window_days: length of the window.
    """

    received: Estimate
    closed: Estimate
    closed_share: Estimate
    open_at_end: Estimate
    left: Estimate
    open_at_window_end: Estimate
    growth_per_day: Estimate | None
    time_in_system_min: Spread
    window_days: float
    abandoned: Estimate | None = None
    abandoned_share: Estimate | None = None

    @property
    def grew(self) -> bool:
        """Whether the backlog surely grew through the window, by more than a hundredth of the letters that come."""
        least = _GROWTH * (self.received.mean or 0.0) / self.window_days
        return self.growth_per_day is not None and (self.growth_per_day.low or 0.0) > least


@dataclass(frozen=True)
class StepFigures:
    """What happened at one step, and how much of a letter's way it takes.

    Attributes:
        visits: visits a replication that reached the step.
        wait_min: from joining the queue to the first start, or until the letter left; open where nobody has started it.
        delayed_share: visits that waited at all, of all.
        service_min: effort (or elapsed time) without interruptions.
        abandoned_share: visits that letters left because nobody started them in time, of all; None where the step has
            no `patience`.
        interruptions: times a replication that a visit was put down, by urgent work or by a shift end.
        waits: share of the started visits that waited longer than some durations.
        time_in_system_share: of the mean time in system, how much passes at this step; None without
            closed letters.
        waiting_min, work_min, elapsed_min: minutes of a closed letter's time in system that pass at this step
            in queues, in somebody's hands, and without anybody. Over all steps they sum to its mean.
    """

    name: str
    visits: Estimate
    wait_min: Spread
    delayed_share: Estimate
    service_min: Spread
    interruptions: Estimate
    waits: Exceedance
    waiting_min: Estimate
    work_min: Estimate
    elapsed_min: Estimate
    time_in_system_share: float | None
    abandoned_share: Estimate | None = None


@dataclass(frozen=True)
class Backlog:
    """Letters open and their mean age in the course of the whole simulation.

    Attributes:
        start: day 0.
        days: instants in days since the start, shape (instants,).
        window_days: first and last day of the counted window.
        open_letters: received and not closed.
        age_days: mean time since receipt of the open letters; 0 where none is open.
    """

    start: date
    days: Floats
    window_days: tuple[float, float]
    open_letters: Fan
    age_days: Fan
