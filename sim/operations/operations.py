"""Operations of the real system, and how often letters call them: a receipt, and every start and finish of a step.

They are named `receive`, `sign.start`, `sign.finish`. Calls count when they happen in the window, whenever their letter
was received. A wait that occupies nobody makes none as it begins or ends, and other duty makes none.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, hour_of
from sim.core.tables import NO_UNIT, NOT_YET, Bools, Floats, Int64s
from sim.metrics.compliance import elapsed_of
from sim.metrics.replication import Fate, Replication, SlaClock, steps_of
from sim.models.operation_names import RECEIVE
from sim.models.sla import MOMENTS, Sla
from sim.models.workflow import WorkStep
from sim.operations.service_level import PERIODS
from sim.operations.system_load import OnDuty, on_duty_of
from sim.scenario.setting import Setting
from sim.statistics import Durations, Ratio
from sim.statistics.tally import Tally, tally

COUNTED: Final = {**PERIODS, "day": DAY}
"""Lengths of the stretches in which calls are counted, in seconds."""

TENTHS: Final = 10
"""Headroom is kept in tenths of a second."""


class OperationSums(NamedTuple):
    """Sums over the window of one replication."""

    calls: Floats  # (operations,)
    by_hour_of_day: Floats  # letters received, (channels, 24)
    open_seconds: Floats  # open letters, integrated over the window, ()


class Peaks(NamedTuple):
    """Largest counts of one thing in stretches of one length."""

    most: int  # of the window
    daily: Int64s  # of each whole day of the window, shape (days,)


class Slack(NamedTuple):
    """How much longer each call of one replication could take before its letter misses an SLA."""

    tenths: Tally  # seconds a call, times `TENTHS`, rounded down, by letter; -1 for one not known to be in time anyway
    elapsed: Durations  # on the clock of the SLA, by letter
    on_way: Bools  # operations that some letter calls while the clock runs, (operations,)
    calls: Ratio  # calls while the clock runs, and letters, ()


class OperationCounts(NamedTuple):
    """Calls of one replication, and the slack of its letters."""

    sums: OperationSums
    calls: tuple[tuple[Peaks, ...], ...]  # of each operation, and last of all; in each length of `COUNTED`
    letters: tuple[tuple[Peaks, ...], ...]  # of each channel, and last of all; likewise
    open_letters: Peaks  # of every second
    on_duty: OnDuty
    slacks: tuple[Slack, ...]  # of each SLA


def operations_of(setting: Setting) -> tuple[str, ...]:
    """Names of all operations, in the order of the workflow."""
    return (RECEIVE, *(f"{step}.{moment}" for step in work_steps(setting) for moment in ("start", "finish")))


def work_steps(setting: Setting) -> dict[str, int]:
    """Index in the workflow of each step at which somebody works, by its name."""
    workflow = setting.scenario.workflow
    return {step: index for step, index in steps_of(setting).items() if isinstance(workflow[index], WorkStep)}


def count_operations(replication: Replication) -> OperationCounts:
    """Count the calls of one replication; its log may be without stretches."""
    instants = [_in_window(replication, each) for each in _instants(replication)]
    together = [*instants, np.concatenate(instants)]
    channel = replication.workload.channel[replication.letters][replication.counted]
    received = replication.received[replication.counted]
    by_channel = [received[channel == code] for code in range(len(replication.setting.scenario.channels))]
    level, since = _open_letters(replication)
    return OperationCounts(
        OperationSums(
            calls=np.array([len(each) for each in instants], dtype=np.float64),
            by_hour_of_day=np.array([np.bincount(hour_of(each), minlength=24) for each in by_channel], np.float64),
            open_seconds=np.asarray(float((level * np.diff(since)).sum())),
        ),
        calls=tuple(_peaks(replication, each) for each in together),
        letters=tuple(_peaks(replication, each) for each in (*by_channel, received)),
        open_letters=Peaks(int(level.max()), _daily_level(replication, level, since)),
        on_duty=on_duty_of(replication),
        slacks=tuple(
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
    instants = [replication.received[replication.received >= 0]]
    for index in work_steps(replication.setting).values():
        visits = np.flatnonzero(real & (replication.workload.step == index))
        instants += [log.started[visits], log.finished[visits]]
    return instants


def _in_window(replication: Replication, instants: Int64s) -> Int64s:
    scenario = replication.setting.scenario
    return instants[(instants >= scenario.window_start) & (instants < scenario.window_end)]


def _peaks(replication: Replication, instants: Int64s) -> tuple[Peaks, ...]:
    """Most calls in stretches of each length of `COUNTED`, which begin at full multiples of it."""
    first, end = _days(replication)
    peaks = []
    for length in COUNTED.values():
        stretch, calls = np.unique(instants // length, return_counts=True)
        day = stretch * length // DAY - first
        inside = (day >= 0) & (day < end - first)
        daily = np.zeros(max(end - first, 0), dtype=np.int64)
        np.maximum.at(daily, day[inside], calls[inside])
        peaks.append(Peaks(int(calls.max(initial=0)), daily))
    return tuple(peaks)


def _days(replication: Replication) -> tuple[int, int]:
    """First whole day of the window, and the one after the last."""
    scenario = replication.setting.scenario
    return -(-scenario.window_start // DAY), scenario.window_end // DAY


def _open_letters(replication: Replication) -> tuple[Int64s, Int64s]:
    """How many letters are open in the window, and the instants between which they are, from its start to its end."""
    scenario = replication.setting.scenario
    closed = replication.closed[replication.closed != NOT_YET]
    moments = np.concatenate([replication.received, closed])
    change = np.repeat([1, -1], [len(replication.received), len(closed)])
    order = np.argsort(moments)
    count = np.append(0, np.cumsum(change[order]))
    edges = np.concatenate([[scenario.window_start], moments[order], [scenario.window_end]])
    edges = np.clip(edges, scenario.window_start, scenario.window_end)
    some = np.diff(edges) > 0
    return count[some], np.append(edges[:-1][some], scenario.window_end)


def _daily_level(replication: Replication, level: Int64s, since: Int64s) -> Int64s:
    """Most letters open at once on each whole day of the window, shape (days,)."""
    first, end = _days(replication)
    midnights = np.arange(first, end) * DAY
    # What is open as a day begins counts for it too.
    most = level[np.searchsorted(since, midnights, side="right") - 1] if len(midnights) else midnights
    day = since[:-1] // DAY - first
    inside = (day >= 0) & (day < end - first)
    np.maximum.at(most, day[inside], level[inside])
    return most


def _on_way(replication: Replication, rows: Int64s, begin: Int64s, end: Int64s) -> Bools:
    """Which operations some letters call after their call number `begin`, up to number `end`."""
    workload = replication.workload
    letter = replication.letters[rows]
    first, visits = workload.first_visit[letter], workload.first_visit[letter + 1] - workload.first_visit[letter]
    row = np.repeat(np.arange(len(rows)), visits)
    visit = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(visits) - visits, visits)
    before = _works_before(replication)
    started = 2 + 2 * (before[visit] - before[first[row]])
    way = [((begin < 1) & (end >= 1)).any()]
    for index in work_steps(replication.setting).values():
        at = workload.step[visit] == index
        calls = (started[at], started[at] + 1)
        way += [((call > begin[row[at]]) & (call <= end[row[at]])).any() for call in calls]
    return np.array(way)


def _works_before(replication: Replication) -> Int64s:
    """How many of the visits before each one are work, and of all at the end, shape (visits + 1,)."""
    return np.append(0, np.cumsum(replication.workload.unit != NO_UNIT))


def _position(replication: Replication, milestone: str) -> Int64s:
    """How many calls a letter has made when it reaches a milestone, the one that is the milestone included.

    Counted on the way that it is to take, whether or not it has got there.
    """
    first, end = (replication.workload.first_visit[replication.letters + after] for after in (0, 1))
    before = _works_before(replication)
    if milestone == "received":
        # The clock starts as the letter comes; taking it in is the first call that the clock sees.
        return np.zeros(len(first), dtype=np.int64)
    if milestone == "closed":
        return 1 + 2 * (before[end] - before[first])
    step, moment = milestone.rsplit(".", 1)
    visit = replication.first_visits(step)
    calls = MOMENTS.index(moment) if step in work_steps(replication.setting) else 0
    return 1 + 2 * (before[visit] - before[first]) + calls
