"""Effort and waits where only starts and ends are known: what of the time is work, and what nobody's."""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import MINUTE
from sim.core.tables import NOT_YET, Bools, Floats, Int64s, first_of_group, last_of_group, true_runs
from sim.fit.log import AXIS, NO_CODE, EventLog
from sim.fit.places import LogPlaces
from sim.fit.staffing import Hours, on_duty_seconds

_NEGLIGIBLE: Final = MINUTE
"""Waits up to this are no waits."""


class FreeTimes(NamedTuple):
    """When somebody of a team was on duty and free, ascending and apart."""

    start: Int64s
    end: Int64s

    def first(self, instants: Int64s) -> Int64s:
        """The first free second not before each instant; the instant itself after all free times."""
        place = np.searchsorted(self.end, instants, side="right")
        begins = np.append(self.start, np.iinfo(np.int64).max)[place]
        return np.where(begins == np.iinfo(np.int64).max, instants, np.maximum(begins, instants))


def ready_times(log: EventLog) -> Int64s:
    """When each event could have begun: as it was queued, or the one before it in its case ended, or at receipt."""
    ready = np.where(log.queued != NOT_YET, log.queued, log.received[log.case])
    last = np.where(log.finished != NOT_YET, log.finished, log.started)
    before = np.append(0, last)[: log.events]
    follows = ~first_of_group(log.case) & (log.queued == NOT_YET) & (before != NOT_YET)
    return np.where(follows, np.maximum(ready, before), ready)


def work_of_events(log: EventLog, places: LogPlaces, hours: list[tuple[Int64s, Int64s]]) -> Floats:
    """Effort of each event: its time on duty, divided among what the same person did at once.

    Args:
        hours: when each team was on duty.
    """
    spells = log.spells
    seconds = (spells.finished - spells.started).astype(np.float64)
    team = np.append(places.team_of, -1)[places.unit_of_spell]
    for index, on_duty in enumerate(hours):
        rows = np.flatnonzero(team == index)
        on = on_duty_seconds(on_duty, spells.started[rows], spells.finished[rows])
        # Work that lies outside all hours was done all the same.
        seconds[rows] = np.where(on >= 1, on, seconds[rows])
    seconds *= _undivided(spells.resource.astype(np.int64), spells.started, spells.finished)
    return np.bincount(spells.event, seconds, minlength=log.events).astype(np.float64)


def _undivided(person: Int64s, start: Int64s, end: Int64s) -> Floats:
    """Part of each spell that its person gave to it: of two at once, half of the time that they share."""
    part = np.ones(len(person))
    order = np.lexsort((end, start, person))
    order = order[person[order] != NO_CODE]
    if len(order) < 2:
        return part
    who, begins, ends = person[order], start[order], end[order]
    latest = np.maximum.accumulate(who * AXIS + ends) - who * AXIS
    meets = np.append(False, (who[1:] == who[:-1]) & (begins[1:] < latest[:-1]))
    group = np.cumsum(~meets)
    sizes = np.bincount(group)
    for number in np.flatnonzero(sizes > 1).tolist():
        first = np.searchsorted(group, number)
        rows = order[first : first + sizes[number]]
        if len(rows) > 500:
            continue  # not a person, but a machine or an account of many
        edges = np.unique(np.concatenate([start[rows], end[rows]]))
        begin, length = edges[:-1], np.diff(edges)
        there = (start[rows][:, None] <= begin) & (end[rows][:, None] > begin)
        given = (there * (length / np.maximum(there.sum(axis=0), 1))).sum(axis=1)
        part[rows] = given / np.maximum(end[rows] - start[rows], 1)
    return part


def free_times(log: EventLog, places: LogPlaces, team: int, hours: Hours, weekday: Int64s) -> FreeTimes:
    """When a team had fewer people at work than on duty."""
    begins, ends = hours.intervals(weekday)
    units = places.teams[team].units
    rows = np.flatnonzero(np.isin(places.unit_of_spell, units))
    people = int(hours.people.max()) * len(units)
    at = np.concatenate([log.spells.started[rows], log.spells.finished[rows], begins, ends])
    busy = np.concatenate([np.ones(len(rows)), -np.ones(len(rows)), np.zeros(2 * len(begins))])
    duty = np.concatenate([np.zeros(2 * len(rows)), np.ones(len(begins)), -np.ones(len(begins))])
    order = np.argsort(at, kind="stable")
    at = at[order]
    free: Bools = (np.cumsum(busy[order]) < people) & (np.cumsum(duty[order]) > 0)
    last = last_of_group(at)
    at, free = at[last], free[last]
    begin, end = np.array(list(true_runs(free)), dtype=np.int64).reshape(-1, 2).T
    return FreeTimes(at[begin], np.append(at, at[-1] + 1)[end])


def idle_waits(log: EventLog, rows: Int64s, ready: Int64s, free: FreeTimes | None) -> tuple[Int64s, Int64s]:
    """Events that are begun, and how long each waited though somebody was free and on duty.

    Args:
        free: when that was so; None for what is nobody's work, which might have begun at any time.
    """
    begun = rows[log.started[rows] != NOT_YET]
    possible = ready[begun] if free is None else free.first(ready[begun])
    return begun, np.maximum(log.started[begun] - possible, 0)


def is_wait(waits: Int64s) -> Bools:
    """Which waits are longer than a look at the clock."""
    long: Bools = waits > _NEGLIGIBLE
    return long
