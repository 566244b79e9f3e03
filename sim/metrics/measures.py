"""What is measured of one replication: counts that add up over replications, and durations."""

from typing import NamedTuple
from zlib import crc32

import numpy as np

from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.metrics.backlog import OpenLetters, instants_of, open_by_week, open_letters
from sim.metrics.causes import CauseCounts, cause_counts
from sim.metrics.compliance import SlaCounts, elapsed_durations, sla_counts
from sim.metrics.replication import Replication
from sim.metrics.steps import StepCounts, StepDurations, step_counts, step_durations
from sim.metrics.teamhours import TeamSeconds, team_seconds
from sim.statistics import Durations, durations_of


class LetterCounts(NamedTuple):
    """Letters of the window, each shape ()."""

    received: Int64s
    closed: Int64s
    left: Int64s  # that leave the workflow before its end
    open_at_window_end: Int64s  # of all letters since day 0


class Counts(NamedTuple):
    """Everything of one replication that adds up: small, whatever the number of letters."""

    letters: LetterCounts
    slas: tuple[SlaCounts, ...]  # in the order of the scenario
    causes: tuple[CauseCounts, ...]  # of each SLA
    steps: StepCounts
    teams: TeamSeconds
    open_letters: OpenLetters
    open_by_week: Floats  # mean open letters in each whole week of the window, (weeks,)
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


def measure(outcome: Replication) -> Measures:
    """Measure one replication; the log must have stretches."""
    counts = Counts(
        letters=_letter_counts(outcome),
        slas=sla_counts(outcome),
        causes=cause_counts(outcome),
        steps=step_counts(outcome),
        teams=team_seconds(outcome),
        open_letters=open_letters(outcome, instants_of(outcome.setting.scenario.horizon)),
        open_by_week=open_by_week(outcome),
        fingerprint=fingerprint(outcome),
    )
    times = Times(
        time_in_system=_times_in_system(outcome),
        elapsed=elapsed_durations(outcome),
        steps=step_durations(outcome),
    )
    return Measures(counts, times)


def _letter_counts(replication: Replication) -> LetterCounts:
    window_end = replication.setting.scenario.window_end
    left = replication.workload.left[replication.letters]
    at_end = open_letters(replication, np.array([window_end]))
    return LetterCounts(
        received=_number(replication.counted),
        closed=_number(replication.counted & (replication.closed != NOT_YET)),
        left=_number(replication.counted & left),
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
        check = crc32(column.tobytes(), check)
    return np.asarray(check, dtype=np.int64)


def _number(letters: Bools) -> Int64s:
    return np.asarray(np.count_nonzero(letters))
