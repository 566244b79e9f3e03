"""What is measured of one replication: counts that add up over replications, and durations."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from sim.core.clock import DAY, HOUR, WEEK
from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.metrics.causes import Breaches, CauseCounts, breaches, cause_counts
from sim.metrics.compliance import SlaCounts, elapsed_durations, sla_counts
from sim.metrics.extension import ExtensionCounts, extension_counts
from sim.metrics.occupancy import TeamSeconds, team_seconds
from sim.metrics.open_at_start import OpenAtStart, open_at_start
from sim.metrics.repeat_letters import RepeatCounts, repeat_counts
from sim.metrics.replication import Replication
from sim.metrics.staffed_weeks import StaffedSeconds, staffed_seconds
from sim.metrics.steps import StepCounts, StepDurations, step_counts, step_durations
from sim.metrics.supervision import SupervisionCounts, supervision_counts
from sim.statistics import Durations, durations_of

MOST_HOURS = 2_500
"""Longest simulation that is looked at every hour; a longer one is looked at every day."""


class OpenLetters(NamedTuple):
    """Letters open at the instants of `instants_of`, shape (instants,)."""

    number: Int64s
    seconds: Int64s  # since receipt, all letters together

    @property
    def age(self) -> Floats:
        """Mean seconds since receipt; 0 where none is open."""
        return np.divide(self.seconds, self.number, out=np.zeros(self.number.shape), where=self.number > 0)


class LetterTotals(NamedTuple):
    """Letters of the window, each shape ()."""

    received: Int64s
    closed: Int64s  # those that left out of patience are not among them
    left: Int64s  # that leave the workflow before its end
    abandoned: Int64s  # that left a queue out of patience
    open_at_window_end: Int64s  # of all letters since day 0


class Counts(NamedTuple):
    """Everything of one replication that adds up: small, whatever the number of letters."""

    letters: LetterTotals
    slas: tuple[SlaCounts, ...]  # in the order of the scenario
    causes: tuple[CauseCounts, ...]  # of each SLA
    steps: StepCounts
    teams: TeamSeconds
    staffed: StaffedSeconds
    open_letters: OpenLetters
    open_by_week: Int64s  # letter-seconds in each whole week of the window, (weeks,)
    open_at_start: OpenAtStart
    supervision: SupervisionCounts
    extension: ExtensionCounts
    repeat_letters: RepeatCounts
    fingerprint: Int64s  # of the letters and the log: equal in replications that are copies, ()


class Times(NamedTuple):
    """Durations of the letters of the window: as large as the number of different durations."""

    time_in_system: Durations  # open where the letter is
    elapsed: tuple[Durations, ...]  # of each SLA
    steps: StepDurations


class Measures(NamedTuple):
    """What one replication says."""

    counts: Counts
    times: Times


def measure(replication: Replication, late: Sequence[Breaches] | None = None) -> Measures:
    """Measure one replication; the log must have stretches.

    Args:
        late: its breaches, if somebody has looked for their causes already.
    """
    measures = measure_part(replication, late)
    return measures._replace(counts=narrowed(measures.counts))


def narrowed(counts: Counts) -> Counts:
    """Counts of a whole replication, in as few bytes as do for averages."""
    seconds: Any = (column.astype(np.float32) for column in counts.staffed)
    return counts._replace(staffed=StaffedSeconds(*seconds))


def measure_part(replication: Replication, late: Sequence[Breaches] | None = None) -> Measures:
    """Measure a replication, or some of its letters: what is counted adds up, exactly."""
    counts = Counts(
        letters=_letter_totals(replication),
        slas=sla_counts(replication),
        causes=cause_counts(replication.setting, breaches(replication) if late is None else late),
        steps=step_counts(replication),
        teams=team_seconds(replication.setting, replication.occupancy),
        staffed=staffed_seconds(replication),
        open_letters=open_letters(replication, instants_of(replication.setting.scenario.horizon)),
        open_by_week=open_by_week(replication),
        open_at_start=open_at_start(replication),
        supervision=supervision_counts(replication),
        extension=extension_counts(replication),
        repeat_letters=repeat_counts(replication),
        fingerprint=fingerprint(replication),
    )
    times = Times(
        time_in_system=_times_in_system(replication),
        elapsed=elapsed_durations(replication),
        steps=step_durations(replication),
    )
    return Measures(counts, times)


def instants_of(horizon: int) -> Int64s:
    """The ends of the whole hours of a simulation, of the whole days of a long one; at least the horizon."""
    every = HOUR if horizon <= MOST_HOURS * HOUR else DAY
    return np.arange(every, horizon + 1, every) if horizon >= every else np.array([horizon])


def open_letters(replication: Replication, instants: Int64s) -> OpenLetters:
    """Letters received before each instant and not closed before it."""
    has_closed = np.flatnonzero(replication.closed != NOT_YET)
    in_order = has_closed[np.argsort(replication.closed[has_closed])]
    came = np.searchsorted(replication.received, instants)
    went = np.searchsorted(replication.closed[in_order], instants)
    total = np.append(0, np.cumsum(replication.received))[came]
    total -= np.append(0, np.cumsum(replication.received[in_order]))[went]
    count = came - went
    return OpenLetters(count, instants * count - total)


def open_by_week(replication: Replication) -> Int64s:
    """Seconds that letters were open in each whole week of the window, all letters together, shape (weeks,)."""
    scenario = replication.setting.scenario
    starts = np.arange(scenario.window_start, scenario.window_end - WEEK + 1, WEEK)
    closed = np.where(replication.closed != NOT_YET, replication.closed, scenario.horizon)
    seconds = [
        np.maximum(np.minimum(closed, start + WEEK) - np.maximum(replication.received, start), 0).sum()
        for start in starts.tolist()
    ]
    return np.array(seconds, dtype=np.int64)


def _letter_totals(replication: Replication) -> LetterTotals:
    window_end = replication.setting.scenario.window_end
    left, abandoned = replication.workload.left[replication.letters], replication.abandoned != NOT_YET
    at_end = open_letters(replication, np.array([window_end]))
    return LetterTotals(
        received=_number(replication.counted),
        closed=_number(replication.counted & (replication.closed != NOT_YET) & ~abandoned),
        left=_number(replication.counted & left),
        abandoned=_number(replication.counted & abandoned),
        open_at_window_end=at_end.number[0],
    )


def _times_in_system(replication: Replication) -> Durations:
    closed, received = replication.closed[replication.counted], replication.received[replication.counted]
    is_open = closed == NOT_YET
    return durations_of(np.where(is_open, replication.setting.scenario.horizon, closed) - received, is_open)


def fingerprint(replication: Replication) -> Int64s:
    """A check sum of the letters and the log: equal in replications that are copies, shape ()."""
    log, check = replication.log, 0
    columns = (replication.workload.received, log.queued, log.started, log.finished, log.served_by)
    for column in columns:
        check = crc32(np.ascontiguousarray(column).data, check)
    return np.asarray(check, dtype=np.int64)


def are_copies(fingerprints: Sequence[Int64s] | Int64s) -> bool:
    """Whether several replications are one and the same, so that they say nothing about chance."""
    return len(fingerprints) > 1 and all(each == fingerprints[0] for each in fingerprints)


def _number(letters: Bools) -> Int64s:
    return np.asarray(np.count_nonzero(letters))
