"""Counting what a log says, in one pass over its stretches and one over its visits: compiled loops, for speed alone.

All is whole numbers, so the order of adding up does not matter.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import HOUR
from sim.core.compiler import compiled, inner
from sim.core.tables import NO_UNIT, NOT_YET, OTHER_DUTY, WAIT, WORK, Bools, Floats, Int16s, Int32s, Int64s, Stretches

_HOUR: Final = np.uint64(HOUR)


class Doing(IntEnum):
    """What people, or letters in queues, do in a stretch."""

    LETTER_WORK = 0
    """Within the shift, as is other duty."""
    WAITING = 1
    OTHER_DUTY = 2
    OTHER_WAITING = 3
    """Other duty in queues."""
    OVERTIME = 4
    """Work of either kind after the end of the shift."""


class Sum(IntEnum):
    """What is added up of the visits at a step."""

    VISITS = 0
    DELAYED = 1
    STARTED = 2
    INTERRUPTIONS = 3
    CLOSED_AT_WORK = 4
    """Seconds of closed letters, as are the next ones."""
    CLOSED_EFFORT = 5
    CLOSED_ELAPSED = 6


class StretchSums(NamedTuple):
    """What is added up of the stretches of a log."""

    counts: Int64s  # how many more begin than end in each cell, shape (len(Doing), teams, cells + 1)
    moments: Int64s  # sum of the instants at which they do, same shape
    events: Int64s
    """Beginnings and ends of waits of letters that have a part in the window, as codes: team, instant, whether it
    begins."""


class VisitColumns(NamedTuple):
    """Columns of `sim.core.tables.Workload`, then of `sim.core.tables.Log`; one row a visit."""

    step: Int16s
    unit: Int32s
    service: Int64s
    resume_cost: Int32s
    queued: Int64s
    started: Int64s
    finished: Int64s
    interruptions: Int32s


@compiled
def count_stretches(
    stretches: Stretches, step: Int16s, team_of: Int32s, shift_end: Int64s, cuts: Int64s, window: tuple[int, int],
    sums: StretchSums,
) -> int:  # fmt: skip
    """Count the stretches of a log by what was done, team, and cell of time (see `sim.metrics.occupancy.Cells`).

    Args:
        step: of each visit.
        shift_end: of each shift.
        cuts: instants within hours that begin a cell.
        window: its start and end.
        sums: added to; at first zeros, and room for two events a stretch.

    Returns: how many events there are.
    """
    visit, kind, unit, shift, start, end = stretches
    counts, moments, events = sums
    span = 2 * (window[1] + 1)
    many = 0
    for row in range(len(visit)):
        team, begin, until = team_of[unit[row]], start[row], end[row]
        doing = kind[row] + (Doing.OTHER_DUTY.value if step[visit[row]] == OTHER_DUTY else 0)
        if kind[row] == WORK and until > shift_end[shift[row]]:
            # Nobody starts anything in overtime, so that a stretch begins within its shift.
            until = shift_end[shift[row]]
            first, last = _cell(until, cuts), _cell(end[row], cuts)
            counts[Doing.OVERTIME.value, team, first] += 1
            counts[Doing.OVERTIME.value, team, last] -= 1
            moments[Doing.OVERTIME.value, team, first] += until
            moments[Doing.OVERTIME.value, team, last] -= end[row]
        first, last = _cell(begin, cuts), _cell(until, cuts)
        counts[doing, team, first] += 1
        counts[doing, team, last] -= 1
        moments[doing, team, first] += begin
        moments[doing, team, last] -= until
        if doing == WAIT:
            begins, ends = max(begin, window[0]), min(until, window[1])
            if begins < ends:
                events[many] = team * span + 2 * begins + 1
                events[many + 1] = team * span + 2 * ends
                many += 2
    return many


@inner
def _cell(instant: int, cuts: Int64s) -> np.uint64:
    # Numbers without a sign are divided, and find their place in an array, in half of the time.
    cell = np.uint64(instant) // _HOUR
    for cut in cuts:
        cell += np.uint64(instant >= cut)
    return cell


@compiled
def add_by_hour(
    group: Int64s, start: Int64s, end: Int64s, weight: Int64s, hours: Int64s, window: tuple[int, int], sums: Floats
) -> None:
    """Add up intervals [start, end) in a window by group and hour of the week, in seconds times their weight.

    Args:
        group: of each interval; a negative one is left out.
        hours: hour of the week of each hour since second 0.
        window: its start and end.
        sums: shape (groups, 168); added to.
    """
    for row in range(len(group)):
        if group[row] >= 0:
            _add(sums[group[row]], start[row], end[row], weight[row], hours, window)


@inner
def _add(sums: Floats, start: int, end: int, weight: int, hours: Int64s, window: tuple[int, int]) -> None:
    at, until = max(start, window[0]), min(end, window[1])
    while at < until:
        hour = np.uint64(at) // _HOUR
        upto = min((int(hour) + 1) * HOUR, until)
        sums[hours[hour]] += weight * (upto - at)
        at = upto


@compiled
def add_work(
    stretches: Stretches, row_of_visit: Int64s, late_until: Int64s, service: Int64s, group_of: Int64s,
    hours: Int64s, window: tuple[int, int], in_time: Floats, delayed: Floats, at_once: Floats,
) -> None:  # fmt: skip
    """Add up work by group and hour of the week, and what late letters' work would be without their waits, in seconds.

    Args:
        row_of_visit: letter of each visit, or -1.
        late_until: when each letter stops to be late, or 0: a wait that begins earlier made it so.
        service: effort of each visit.
        group_of: of each unit, or -1.
        hours, window: as for `add_by_hour`.
        in_time, delayed: work at visits that did not make a letter late, and at those that did, (groups, 168).
        at_once: work at these from when they first waited so, (groups, 168).
    """
    visit, kind, unit, _, start, end = stretches
    row = 0
    while row < len(visit):
        first, until = row, 0
        if row_of_visit[visit[first]] >= 0:
            until = late_until[row_of_visit[visit[first]]]
        is_late = False
        while row < len(visit) and visit[row] == visit[first]:
            if kind[row] == WAIT and start[row] < until and not is_late:
                is_late = True
                if group_of[unit[row]] >= 0:
                    upto = start[row] + service[visit[row]]
                    _add(at_once[group_of[unit[row]]], start[row], upto, 1, hours, window)
            row += 1
        for each in range(first, row):
            group = group_of[unit[each]]
            if kind[each] == WORK and group >= 0:
                _add(delayed[group] if is_late else in_time[group], start[each], end[each], 1, hours, window)


@compiled
def most_at_once(events: Int64s, window_end: int, most: Int64s) -> None:
    """The largest number of waits of each team that overlap, from the sorted events of `count_stretches`.

    Args:
        most: shape (teams,); zeros.
    """
    span = 2 * (window_end + 1)
    team, at_once = -1, 0
    for event in events:
        if event // span != team:
            team, at_once = event // span, 0
        # In one second what ends goes before what begins.
        at_once += 2 * (event % 2) - 1
        most[team] = max(most[team], at_once)


@compiled
def first_visits(letters: Int64s, first_visit: Int64s, step: Int16s, first: Int64s) -> None:
    """Find the visits with which letters first come to each step.

    Args:
        letters: their numbers.
        first_visit, step: as in `sim.core.tables.Workload`.
        first: shape (steps, letters); stays as it is where a letter never comes.
    """
    for row in range(len(letters)):
        for visit in range(first_visit[letters[row] + 1] - 1, first_visit[letters[row]] - 1, -1):
            first[step[visit], row] = visit


@compiled
def count_visits(
    letters: Int64s, closed: Bools, first_visit: Int64s, visits: VisitColumns, waits: Int64s,
    sums: Int64s, longer: Int64s,
) -> None:  # fmt: skip
    """Add up the visits of some letters by step, those that were reached.

    Args:
        letters: their numbers.
        closed: whether each of these is closed.
        first_visit: as in `sim.core.tables.Workload`.
        waits: ascending durations.
        sums: shape (steps, len(Sum)); zeros.
        longer: started visits by the number of durations that they waited longer than, (steps, waits + 1); zeros.
    """
    step, unit, service, resume_cost, queued, started, finished, interruptions = visits
    for row in range(len(letters)):
        for visit in range(first_visit[letters[row]], first_visit[letters[row] + 1]):
            if queued[visit] == NOT_YET:
                break
            at = sums[step[visit]]
            at[Sum.VISITS.value] += 1
            at[Sum.INTERRUPTIONS.value] += interruptions[visit]
            at[Sum.DELAYED.value] += started[visit] != queued[visit]
            if started[visit] != NOT_YET:
                wait = started[visit] - queued[visit]
                at[Sum.STARTED.value] += 1
                shorter = 0
                while shorter < len(waits) and waits[shorter] < wait:
                    shorter += 1
                longer[step[visit], shorter] += 1
            if closed[row] and unit[visit] == NO_UNIT:
                at[Sum.CLOSED_ELAPSED.value] += finished[visit] - queued[visit]
            elif closed[row]:
                at[Sum.CLOSED_AT_WORK.value] += finished[visit] - queued[visit]
                # Each time that a visit of a closed letter was put down it was resumed.
                at[Sum.CLOSED_EFFORT.value] += service[visit] + resume_cost[visit] * interruptions[visit]
