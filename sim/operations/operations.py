"""Operations of the real system, and how often letters call them: a receipt, and every start and finish of a step.

They are named `receive`, `sign.start`, `sign.finish`. Calls count when they happen in the window, whenever their letter
was received; other duty makes none.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR, hour_of
from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.metrics.compliance import elapsed_of
from sim.metrics.replication import Fate, Replication, SlaClock, steps_of
from sim.models.sla import MOMENTS, Sla
from sim.operations.service_level import PERIODS
from sim.scenario.setting import Setting
from sim.statistics import Durations, Ratio
from sim.statistics.tally import Tally, tally

RECEIVE: Final = "receive"

TENTHS: Final = 10
"""Headroom is kept in tenths of a second."""


class OperationSums(NamedTuple):
    """Sums over the window of one replication."""

    calls: Floats  # (operations,)
    by_hour_of_day: Floats  # letters received, (channels, 24)
    open_seconds: Floats  # open letters, integrated over the window, ()


class OperationTallies(NamedTuple):
    """How often each number occurred; numbers of calls or letters."""

    rates: tuple[tuple[Tally, ...], ...]  # calls in each of `PERIODS` from the window's start; last all operations
    channels: tuple[tuple[Tally, Tally], ...]  # letters a day and an hour, by channel; the last is all together
    open_letters: Tally  # open at once, and for how many seconds of the window


class Slack(NamedTuple):
    """How much longer each call of one replication could take before its letter misses an SLA."""

    tenths: Tally  # seconds a call, times `TENTHS`, rounded down, by letter; -1 for one not known to be in time anyway
    elapsed: Durations  # on the clock of the SLA, by letter
    on_way: Bools  # operations that some letter calls while the clock runs, (operations,)
    calls: Ratio  # calls while the clock runs, and letters, ()


class OperationCounts(NamedTuple):
    """Calls of one replication, and the slack of its letters."""

    sums: OperationSums
    tallies: OperationTallies
    slacks: tuple[Slack, ...]  # of each SLA


def operations_of(setting: Setting) -> tuple[str, ...]:
    """Names of all operations, in the order of the workflow."""
    return (RECEIVE, *(f"{step}.{moment}" for step in steps_of(setting) for moment in ("start", "finish")))


def count_operations(replication: Replication) -> OperationCounts:
    """Count the calls of one replication; its log may be without stretches."""
    instants = [_in_window(replication, each) for each in _instants(replication)]
    together = [*instants, np.concatenate(instants)]
    channel = replication.workload.channel[replication.letters][replication.counted]
    received = replication.received[replication.counted]
    by_channel = [received[channel == code] for code in range(len(replication.setting.scenario.channels))]
    open_letters = _open_letters(replication)
    return OperationCounts(
        OperationSums(
            calls=np.array([len(each) for each in instants], dtype=np.float64),
            by_hour_of_day=np.array([np.bincount(hour_of(each), minlength=24) for each in by_channel], np.float64),
            open_seconds=np.asarray(float((open_letters.values * open_letters.times).sum())),
        ),
        OperationTallies(
            rates=tuple(tuple(_a_bin(replication, each, length) for length in PERIODS.values()) for each in together),
            channels=tuple(
                (_a_bin(replication, each, DAY), _a_bin(replication, each, HOUR)) for each in (*by_channel, received)
            ),
            open_letters=open_letters,
        ),
        tuple(
            _slack(replication, sla, clock)
            for sla, clock in zip(replication.setting.scenario.sla.values(), replication.clocks, strict=True)
        ),
    )


def _slack(replication: Replication, sla: Sla, clock: SlaClock) -> Slack:
    """Slack of the letters of the window to which an SLA applies, at each call.

    A letter that is on time by some seconds, and makes some calls while the clock runs, can spare that quotient at
    each of them. It is a first-order answer: nobody's queue grows by the delay.
    """
    letters = np.flatnonzero(replication.counted & (clock.fate != Fate.NOT_APPLICABLE))
    begin, end = (_position(replication, milestone)[letters] for milestone in (sla.from_, sla.until))
    left = sla.within.seconds - clock.elapsed[letters]
    # A letter without a call on its way is not delayed.
    slack = np.where(clock.fate[letters] == Fate.MET, left * TENTHS // np.maximum(end - begin, 1), -1)
    return Slack(
        tally(slack),
        elapsed_of(clock, replication.counted),
        _on_way(replication, letters, begin, end),
        Ratio(np.asarray(float((end - begin).sum())), np.asarray(float(len(letters)))),
    )


def _instants(replication: Replication) -> list[Int64s]:
    """Instants at which each operation was called, in the order of `operations_of`."""
    log, real = replication.log, replication.row_of_visit >= 0
    instants = [replication.received]
    for index in steps_of(replication.setting).values():
        visits = np.flatnonzero(real & (replication.workload.step == index))
        instants += [log.started[visits], log.finished[visits]]
    return instants


def _in_window(replication: Replication, instants: Int64s) -> Int64s:
    scenario = replication.setting.scenario
    return instants[(instants >= scenario.window_start) & (instants < scenario.window_end)]


def _a_bin(replication: Replication, instants: Int64s, length: int) -> Tally:
    """How often each number of calls fell into a bin of the window, bins without any among them."""
    scenario = replication.setting.scenario
    window = scenario.window_end - scenario.window_start
    _, calls = np.unique((instants - scenario.window_start) // length, return_counts=True)
    some = tally(calls)
    none = -(-window // length) - len(calls)
    if not none:
        return some
    return Tally(np.append(0, some.values), np.append(none, some.times))


def _open_letters(replication: Replication) -> Tally:
    """For how many seconds of the window each number of letters was open."""
    scenario = replication.setting.scenario
    closed = replication.closed[replication.closed != NOT_YET]
    moments = np.concatenate([replication.received, closed])
    change = np.repeat([1, -1], [len(replication.received), len(closed)])
    order = np.argsort(moments)
    count = np.append(0, np.cumsum(change[order]))
    edges = np.concatenate([[scenario.window_start], moments[order], [scenario.window_end]])
    length = np.diff(np.clip(edges, scenario.window_start, scenario.window_end))
    level, place = np.unique(count[length > 0], return_inverse=True)
    return Tally(level, np.bincount(place, length[length > 0], len(level)).astype(np.int64))


def _on_way(replication: Replication, rows: Int64s, begin: Int64s, end: Int64s) -> Bools:
    """Which operations some letters call after their call number `begin`, up to number `end`."""
    workload = replication.workload
    letter = replication.letters[rows]
    first, visits = workload.first_visit[letter], workload.first_visit[letter + 1] - workload.first_visit[letter]
    row = np.repeat(np.arange(len(rows)), visits)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(visits) - visits, visits)
    step = workload.step[first[row] + nth]
    way = [((begin < 1) & (end >= 1)).any()]
    for index in steps_of(replication.setting).values():
        at = step == index
        calls = (2 * nth[at] + 2, 2 * nth[at] + 3)
        way += [((call > begin[row[at]]) & (call <= end[row[at]])).any() for call in calls]
    return np.array(way)


def _position(replication: Replication, milestone: str) -> Int64s:
    """How many calls a letter has made when it reaches a milestone, the one that is the milestone included.

    Counted on the way that it is to take, whether or not it has got there.
    """
    first, end = (replication.workload.first_visit[replication.letters + after] for after in (0, 1))
    if milestone == "received":
        # The clock starts as the letter comes; taking it in is the first call that the clock sees.
        return np.zeros(len(first), dtype=np.int64)
    if milestone == "closed":
        return 1 + 2 * (end - first)
    step, moment = milestone.rsplit(".", 1)
    return 1 + 2 * (replication.first_visits(step) - first) + MOMENTS.index(moment)
