"""Why letters breached an SLA: where most of their time went.

All time that the clock of an SLA ran for a letter, from its begin to the milestone (or to the horizon), is
part of exactly one of the letter's visits, and of that visit's time

- *elapsed wait*, if the visit is a delay;
- *being worked on*, while a person works on it;
- *nobody on duty*, while it waits for its first start and nobody has been on duty since then at the unit that
  it waits at;
- *all busy*, while it waits on for its first start: a shift was there and did not get to it. The nights after
  that count here too, else a unit with office hours would seem to lack a night shift where it lacks people;
- *put down at shift end* or *interrupted*, while it waits for a person to take it up again: the first if
  the person's shift ended in the second in which it was put down, else urgent work came in between.

The largest of all these parts, over all visits, is the cause of the breach; of equal parts the earlier.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.core.clock import hour_of
from sim.core.tables import NO_UNIT, NOT_YET, WORK, Bools, Floats, Int64s, Stretches
from sim.metrics.figures.slas import Why
from sim.metrics.replication import Fate, Replication, SlaClock, paused_visits, seconds_between, spans
from sim.models.sla import Sla
from sim.scenario.setting import Setting


class CauseCounts(NamedTuple):
    """Breaches of an SLA by letters of the window."""

    by_place: Int64s  # (steps, teams + 1, causes); the last team is none
    by_hour: Int64s  # hour of the day at which the longest delay began, (24, causes)


_NOBODY, _BUSY, _INTERRUPTED, _SHIFT_END, _WORKED_ON, _ELAPSED = range(len(Why))


class Breaches(NamedTuple):
    """The breaches of one SLA, one row a breach; rows of the letters ascending."""

    row: Int64s  # of the letter in the replication
    step: Int64s  # index in the workflow, of the visit with the largest part
    unit: Int64s  # where that part passed, or NO_UNIT for an elapsed wait
    why: Int64s  # index into `Why`
    seconds: Int64s  # of that part, on the SLA's clock
    hour: Int64s  # of the day, at which the longest piece of that part began


class _Parts(NamedTuple):
    """The parts of the time of some visits, one row a piece of a visit's time."""

    key: Int64s  # the visit's place among them, times the number of causes, plus the cause
    seconds: Int64s  # on the SLA's clock
    unit: Int64s  # or NO_UNIT
    begin: Int64s


def cause_counts(setting: Setting, each: Sequence[Breaches]) -> tuple[CauseCounts, ...]:
    """Count the breaches of each SLA by cause."""
    teams = len(setting.places.teams)
    shape = (len(setting.scenario.workflow), teams + 1, len(Why))
    team_of = np.append(setting.places.team_of, teams)  # NO_UNIT takes the last
    counts = []
    for found in each:
        place = (found.step, team_of[found.unit], found.why)
        by_place = np.bincount(np.ravel_multi_index(place, shape), minlength=math.prod(shape)).reshape(shape)
        by_hour = np.bincount(found.hour * len(Why) + found.why, minlength=24 * len(Why)).reshape(24, len(Why))
        counts.append(CauseCounts(by_place, by_hour))
    return tuple(counts)


def breaches(replication: Replication, letters: Bools | None = None) -> tuple[Breaches, ...]:
    """The cause of each breach, of each SLA; the log must have stretches.

    Args:
        letters: which rows of the replication are looked at; those of the window if None.
    """
    which = replication.counted if letters is None else letters
    slas = replication.setting.scenario.sla.values()
    return tuple(_of_sla(replication, sla, clock, which) for sla, clock in zip(slas, replication.clocks, strict=True))


def _of_sla(replication: Replication, sla: Sla, clock: SlaClock, which: Bools) -> Breaches:
    stretches, log = replication.log.stretches, replication.log
    assert stretches is not None, "simulated with stretches"
    late = np.flatnonzero(which & (clock.fate == Fate.BREACHED))
    letters, first_visit = replication.letters[late], replication.workload.first_visit
    first, end = first_visit[letters], first_visit[letters + 1]
    visits, row = spans(first, end), np.repeat(late, end - first)
    some = (log.queued[visits] != NOT_YET) & (log.queued[visits] < clock.end[row])
    if sla.paused_during:
        some &= ~paused_visits(replication, sla)[visits]
    visits, row = visits[some], row[some]
    if not len(visits):
        nothing = np.zeros(0, dtype=np.int64)
        return Breaches(*[nothing] * len(Breaches._fields))
    pieces = [
        *_waits_and_work(replication, sla, clock, stretches, visits, row),
        _delays(replication, sla, clock, visits, row),
    ]
    parts = _Parts(*(np.concatenate(column) for column in zip(*pieces, strict=True)))
    seconds = np.bincount(parts.key, parts.seconds, len(visits) * len(Why)).reshape(-1, len(Why))

    visit, why = _largest(seconds.astype(np.float64, copy=False), row)
    longest = _longest(parts, visit * len(Why) + why, len(visits))
    return Breaches(
        row=row[visit],
        step=replication.workload.step[visits[visit]].astype(np.int64),
        unit=parts.unit[longest].astype(np.int64),
        why=why,
        seconds=seconds[visit, why].astype(np.int64),
        hour=hour_of(parts.begin[longest]),
    )


def _waits_and_work(
    replication: Replication,
    sla: Sla,
    clock: SlaClock,
    stretches: Stretches,
    visits: Int64s,
    row: Int64s,
) -> list[_Parts]:
    first, after = replication.first_stretch[visits], replication.first_stretch[visits + 1]
    place, row = np.repeat(np.arange(len(visits)), after - first), np.repeat(row, after - first)
    chosen = spans(first, after)
    _, kind, unit, shift, start, end = (column[chosen] for column in stretches)
    unit, is_work = unit.astype(np.int64), kind == WORK

    last_work = np.maximum.accumulate(np.where(is_work, np.arange(len(place)), -1))
    put_down = (last_work >= 0) & (place[last_work] == place)
    shift_ends = np.append(replication.roster.end, replication.setting.scenario.horizon)
    at_shift_end = end[last_work] >= shift_ends[shift[last_work]]
    why = np.where(put_down, np.where(at_shift_end, _SHIFT_END, _INTERRUPTED), _BUSY)
    why[is_work] = _WORKED_ON

    begin = np.minimum(np.maximum(start, clock.begin[row]), end)
    stop = np.maximum(np.minimum(end, clock.end[row]), begin)
    began = clock.begin[row]
    seconds = seconds_between(replication, sla, began, begin, stop)
    waits = np.flatnonzero((why == _BUSY) & (stop > begin))
    staffed = np.minimum(replication.attendance.first(unit[waits], begin[waits]), stop[waits])
    nobody = seconds_between(replication, sla, began[waits], begin[waits], staffed)
    seconds[waits] -= nobody
    key = place * len(Why)
    unstaffed = _Parts(key[waits] + _NOBODY, nobody, unit[waits], begin[waits])
    begin = begin.copy()
    begin[waits] = staffed
    return [_Parts(key + why, seconds, unit, begin), unstaffed]


def _delays(replication: Replication, sla: Sla, clock: SlaClock, visits: Int64s, row: Int64s) -> _Parts:
    log = replication.log
    place = np.flatnonzero(replication.workload.unit[visits] == NO_UNIT)
    delays, row = visits[place], row[place]
    finished = np.where(log.finished[delays] != NOT_YET, log.finished[delays], replication.setting.scenario.horizon)
    # No milestone lies within a delay: it is before the clock began or after.
    begin = np.where(log.queued[delays] < clock.begin[row], finished, log.queued[delays])
    seconds = seconds_between(replication, sla, clock.begin[row], begin, finished)
    return _Parts(place * len(Why) + _ELAPSED, seconds, np.full(len(delays), NO_UNIT), begin)


def _largest(seconds: Floats, row: Int64s) -> tuple[Int64s, Int64s]:
    """For each letter, the index of the visit and the cause with most seconds; rows ascending."""
    most = seconds.max(axis=1)
    begins = np.flatnonzero(np.diff(row, prepend=-1))
    largest = np.maximum.reduceat(most, begins)
    candidates = np.flatnonzero(most == np.repeat(largest, np.diff(begins, append=len(row))))
    visit = candidates[np.flatnonzero(np.diff(row[candidates], prepend=-1))]
    return visit, seconds[visit].argmax(axis=1)


def _longest(parts: _Parts, keys: Int64s, visits: int) -> Int64s:
    """The longest piece of each part, as its row; of equal pieces the last."""
    piece = np.zeros(visits * len(Why), dtype=np.int64)
    wanted = np.zeros(len(piece), dtype=np.bool_)
    wanted[keys] = True
    of_these = np.flatnonzero(wanted[parts.key])
    ascending = of_these[np.argsort(parts.seconds[of_these], kind="stable")]
    piece[parts.key[ascending]] = ascending  # the last assignment stays: the longest piece
    return piece[keys]
