"""What is measured of one replication: counts that add up over replications, and tallies of durations."""

from typing import NamedTuple

import numpy as np

from sim.measuring.backlog import OpenLetters, instants_of, open_letters
from sim.measuring.causes import CauseCounts, cause_counts
from sim.measuring.compliance import SlaCounts, elapsed_tallies, sla_counts
from sim.measuring.journeys import Journeys
from sim.measuring.outcome import Outcome
from sim.measuring.steps import StepCounts, StepTallies, step_counts, step_tallies
from sim.measuring.tally import Tally, tally
from sim.measuring.teamhours import TeamSeconds, team_seconds
from sim.setting import Setting
from sim.tables import NOT_YET, Bools, Int64s, Log, Roster, Workload


class LetterCounts(NamedTuple):
    """Letters of the window, each shape ()."""

    received: Int64s
    closed: Int64s
    left: Int64s  # that leave the workflow before its end
    open_at_window_end: Int64s  # of all letters since day 0
    time_in_system: Int64s  # seconds, all closed letters together


class Counts(NamedTuple):
    """Everything of one replication that adds up: small, whatever the number of letters."""

    letters: LetterCounts
    slas: tuple[SlaCounts, ...]  # in the order of the scenario
    causes: tuple[CauseCounts, ...]  # of each SLA
    steps: StepCounts
    teams: TeamSeconds
    open_letters: OpenLetters


class Tallies(NamedTuple):
    """Durations of the letters of the window: as large as the number of different durations."""

    time_in_system: Tally  # of the closed letters
    elapsed: tuple[Tally, ...]  # of each SLA
    steps: StepTallies


class Measures(NamedTuple):
    """What one replication says. Keep the counts of many replications, and merge their tallies."""

    counts: Counts
    tallies: Tallies


def measure(setting: Setting, workload: Workload, roster: Roster, log: Log) -> Measures:
    """Measure one replication; the log must have stretches.

    Who also wants `sim.measuring.rows` of it makes one `Outcome` for both and calls `measures_of`.
    """
    return measures_of(Outcome(setting, workload, roster, log))


def measures_of(outcome: Outcome) -> Measures:
    """Measure one replication; the log must have stretches."""
    counts = Counts(
        letters=_letter_counts(outcome),
        slas=sla_counts(outcome),
        causes=cause_counts(outcome),
        steps=step_counts(outcome),
        teams=team_seconds(outcome),
        open_letters=open_letters(outcome, instants_of(outcome.setting.scenario.horizon)),
    )
    tallies = Tallies(
        time_in_system=tally(_times_in_system(outcome)),
        elapsed=elapsed_tallies(outcome),
        steps=step_tallies(outcome),
    )
    return Measures(counts, tallies)


def _letter_counts(journeys: Journeys) -> LetterCounts:
    window_end = journeys.setting.scenario.window_end
    left = journeys.workload.left[journeys.letters]
    times = _times_in_system(journeys)
    at_end = open_letters(journeys, np.array([window_end]))
    return LetterCounts(
        received=_number(journeys.counted),
        closed=np.asarray(len(times)),
        left=_number(journeys.counted & left),
        open_at_window_end=at_end.number[0],
        time_in_system=times.sum(),
    )


def _times_in_system(journeys: Journeys) -> Int64s:
    closed = journeys.counted & (journeys.closed != NOT_YET)
    times: Int64s = journeys.closed[closed] - journeys.received[closed]
    return times


def _number(letters: Bools) -> Int64s:
    return np.asarray(np.count_nonzero(letters))
