"""What is measured of one replication: sums that add up over replications, and tallies of durations."""

from typing import NamedTuple

from sim.statistics import Ratio
from sim.tables import Floats, Int64s


class Tally(NamedTuple):
    """How many times each duration occurred; exact, and no longer than the number of different durations."""

    seconds: Int64s  # ascending, no duration twice
    count: Int64s


class LetterCounts(NamedTuple):
    """Letters of the window, each shape ()."""

    received: Int64s
    closed: Int64s
    left: Int64s
    open_at_window_end: Int64s  # of all letters since day 0
    time_in_system: Int64s  # seconds, all closed letters together


class SlaCounts(NamedTuple):
    """Letters of the window that kept each SLA, of those to which it applies and whose outcome is known.

    The first axis is the SLA, in the order of the scenario.
    """

    compliance: Ratio  # (slas,)
    undecided: Int64s  # (slas,)
    elapsed: Ratio  # seconds and letters, (slas,)
    histogram: Int64s  # letters by elapsed time, the last bin beyond all edges, (slas, bins + 1)
    by_hour_of_week: Ratio  # of receipt, Monday 00 first, (slas, 168)
    by_category: Ratio  # (slas, categories)
    by_channel: Ratio  # (slas, channels)
    by_home: Ratio  # home unit, (slas, units)
    by_team: Ratio  # (slas, teams)


class CauseCounts(NamedTuple):
    """Breaches of each SLA by cause."""

    by_place: Int64s  # (slas, steps, teams + 1, causes); the last team is none
    by_hour: Int64s  # hour of the day at which the longest part began, (slas, 24, causes)


class StepCounts(NamedTuple):
    """Visits of letters of the window at each step of the workflow, shape (steps, ...)."""

    visits: Int64s
    delayed: Int64s
    not_started: Int64s
    interruptions: Int64s
    wait: Ratio  # seconds and started visits
    service: Ratio  # seconds and visits
    longer: Int64s  # started visits that waited longer than each of `WAITS`, (steps, waits)
    waiting: Int64s  # seconds of closed letters in queues
    work: Int64s  # seconds of closed letters in somebody's hands
    elapsed: Int64s  # seconds of closed letters without anybody


class TeamSeconds(NamedTuple):
    """Person-seconds and letter-seconds by team and hour of the week of the window, shape (teams, 168)."""

    on_duty: Floats
    busy: Floats  # other duty included, overtime not
    other_duty: Floats
    overtime: Floats
    waiting: Floats
    queue_max: Int64s  # most letters waiting at once in the window, (teams,)


class OpenLetters(NamedTuple):
    """Letters open at the instants of `instants_of`, shape (instants,)."""

    count: Int64s
    age: Floats  # mean seconds since receipt; 0 where none is open


class Tallies(NamedTuple):
    """Durations of the letters of the window."""

    time_in_system: Tally
    elapsed: tuple[Tally, ...]  # of each SLA
    wait: tuple[Tally, ...]  # of each step
    service: tuple[Tally, ...]  # of each step


class Measures(NamedTuple):
    """What one replication says. All but the tallies is small, whatever the number of letters."""

    letters: LetterCounts
    slas: SlaCounts
    causes: CauseCounts
    steps: StepCounts
    teams: TeamSeconds
    open_letters: OpenLetters
    tallies: Tallies
