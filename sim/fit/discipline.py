"""Queue discipline: which work goes first, what interrupts what, and what becomes of work at a shift end.

All of it follows from what happened: who was started while somebody else had waited longer, whose work was put down
in the second in which the same person began something else.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.fit.duty import Duty, put_downs
from sim.fit.finding import Finding
from sim.fit.log import AXIS, NO_CODE, EventLog
from sim.fit.places import LogPlaces

_MOST_STARTS: Final = 300_000
"""Starts of which it is looked at who else waited."""

_MOST_WAITING: Final = 50
"""Waiting visits that are looked at at each start, those that wait longest."""

_MOST_BEHIND: Final = 10
"""Visits behind the one that starts that are looked at."""

_MOST_ACTIVITIES: Final = 100
"""Activities among which those that take turns are looked for."""

_SOME: Final = 3
"""Times that something must have happened to be believed."""

_SELDOM: Final = 0.05
"""Share of the visits of an activity below which a team seldom does it."""

_AGAINST: Final = 0.2
"""Times that the contrary may have happened for one time that it did, in a log with faults."""

_UNKNOWN_PRIORITY: Final = 5


class Discipline(NamedTuple):
    """Keys of each work step, by activity, and what they rest on."""

    of_activity: dict[int, dict[str, Any]]
    findings: list[Finding]


def discipline_of(log: EventLog, places: LogPlaces, work: Bools, duty: Duty | None) -> Discipline:
    """Priorities and interruptions of the steps that are work.

    Args:
        work: which activities are work.
    """
    count = len(log.activities)
    unit, spell_unit = _where_usual(log, places), places.unit_of_spell
    overtook, in_turn = _overtakings(log, unit)
    puts = put_downs(log, spell_unit, duty)
    took_away = np.zeros((count, count))
    there = puts.by >= 0
    np.add.at(took_away, (puts.by[there], puts.activity[there]), 1)
    np.fill_diagonal(took_away, 0)
    before: Bools = (overtook >= _SOME) & (_AGAINST * overtook >= overtook.T)
    before |= (took_away >= _SOME) & (_AGAINST * took_away >= took_away.T)
    np.fill_diagonal(before, False)
    group = _as_equals(before, np.minimum(in_turn, in_turn.T))
    groups = int(group.max(initial=-1)) + 1
    between, weight = np.zeros((groups, groups), dtype=np.bool_), np.zeros((groups, groups))
    pairs = (group[:, None], group[None, :])
    np.logical_or.at(between, pairs, before)
    np.add.at(weight, pairs, overtook + took_away)
    level = _levels(between, weight)[group]
    interrupts: Bools = np.any(took_away >= _SOME, axis=1)
    disturbed = np.bincount(puts.activity[~puts.at_shift_end], minlength=count)
    exposed = _exposed(log, unit, spell_unit, interrupts, level)
    compared: Bools = np.any(between | between.T, axis=0)[group]
    by_others = bool((puts.activity[~puts.at_shift_end & ~there]).size >= _SOME)
    found: dict[int, dict[str, Any]] = {}
    findings: list[Finding] = []
    for activity in np.flatnonzero(work).tolist():
        body: dict[str, Any] = {}
        if compared.any():
            body["priority"] = int(level[activity]) + int(by_others) if compared[activity] else _UNKNOWN_PRIORITY
            body["priority"] = min(body["priority"], 9)
            findings.append(
                Finding(
                    f"workflow.{log.activities[activity]}.priority",
                    body["priority"],
                    None,
                    int(overtook[activity].sum() + overtook[:, activity].sum()),
                )
            )
        if interrupts[activity]:
            body["interrupts"] = True
        if exposed[activity] >= 5 and disturbed[activity] <= 0.02 * exposed[activity]:
            body["interruptible"] = False
        if duty is not None:
            crossed, handed = _at_shift_ends(log, spell_unit, activity, duty, puts.activity, puts.at_shift_end)
            if crossed > handed and crossed >= _SOME:
                body["at_shift_end"] = "finish"
        found[activity] = body
    return Discipline(found, findings)


def _where_usual(log: EventLog, places: LogPlaces) -> Int64s:
    """Unit of each event, or NO_CODE where a team did it that seldom does: it was moved there while it waited."""
    unit, teams = places.unit_of_event, len(places.teams)
    team = np.append(places.team_of, teams)[unit]
    counts = np.zeros((len(log.activities), teams + 1))
    np.add.at(counts, (log.activity, team), 1)
    seldom = counts < _SELDOM * counts.sum(axis=1, keepdims=True)
    return np.where(seldom[log.activity, team], NO_CODE, unit)


def _overtakings(log: EventLog, unit: Int64s) -> tuple[Floats, Floats]:
    """How often a visit of one activity was started while one of another that had waited longer went on waiting.

    Returns: that, and how often one that had waited longer was started while another waited too.
    """
    count = len(log.activities)
    counts, in_turn = np.zeros((count, count)), np.zeros((count, count))
    rows = np.flatnonzero((unit != NO_CODE) & (log.queued != NOT_YET) & (log.started != NOT_YET))
    open_ = np.flatnonzero((unit != NO_CODE) & (log.queued != NOT_YET) & (log.started == NOT_YET))
    rows = rows[np.argsort(log.started[rows], kind="stable")][:_MOST_STARTS]
    # Only visits that wait can be overtaken.
    waits = np.concatenate([rows[log.started[rows] > log.queued[rows]], open_])
    waits = waits[np.lexsort((log.queued[waits], unit[waits]))]
    if not len(waits):
        return counts, in_turn
    wait_unit = unit[waits]
    first = np.searchsorted(wait_unit, np.arange(int(unit.max()) + 2))
    queued = log.queued[waits].tolist()
    started = np.where(log.started[waits] == NOT_YET, np.iinfo(np.int64).max, log.started[waits]).tolist()
    activity = log.activity[waits].tolist()
    columns = (unit[rows], log.started[rows], log.queued[rows], log.activity[rows])
    heads = first[:-1].tolist()
    ends = first[1:].tolist()
    for where, at, since, which in zip(*(column.tolist() for column in columns), strict=True):
        position, end = heads[where], ends[where]
        # Those in front that have started by now are never waiting again: starts come in the order of time.
        while position < end and started[position] <= at:
            position += 1
        heads[where] = position
        stop = min(end, position + _MOST_WAITING)
        while position < stop and queued[position] < since:
            if started[position] > at and queued[position] < at:
                counts[which, activity[position]] += 1
            position += 1
        stop = min(end, position + _MOST_BEHIND)
        while position < stop and queued[position] < at:
            if started[position] > at and queued[position] > since:
                in_turn[which, activity[position]] += 1
            position += 1
    return counts, in_turn


def _as_equals(before: Bools, in_turn: Floats) -> Int64s:
    """Group of each activity; those of a group take turns where they wait together, and no chain leads between them.

    Args:
        in_turn: how often each two took turns, the one after the other and the other after the one.
    """
    group = np.arange(len(before))
    if len(before) > _MOST_ACTIVITIES:
        return group
    turns = np.triu(in_turn, 1)
    pairs = np.argwhere((turns >= _SOME) & ~before & ~before.T)
    for one, other in sorted(pairs.tolist(), key=lambda pair: -turns[tuple(pair)]):
        reach = before.copy()
        for middle in range(len(before)):
            same = group == group[middle]
            reach |= np.outer(reach[:, same].any(axis=1), reach[same].any(axis=0))
        ours, theirs = group == group[one], group == group[other]
        if not (reach[np.ix_(ours, theirs)].any() or reach[np.ix_(theirs, ours)].any()):
            group[theirs] = group[one]
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def _levels(before: Bools, weight: Floats) -> Int64s:
    """The length of the longest chain of activities that go before each one; circles are cut where they are weakest."""
    edges = before.copy()
    while True:
        level = np.zeros(len(edges), dtype=np.int64)
        for _ in range(len(edges) + 1):
            longer = np.where(edges, level[:, None] + 1, 0).max(axis=0, initial=0)
            if (longer == level).all():
                return level
            level = np.maximum(longer, level)
        inside = edges & (level[:, None] >= len(edges) // 2)
        weakest = np.where(inside if inside.any() else edges, weight, np.inf)
        edges[np.unravel_index(int(weakest.argmin()), edges.shape)] = False


def _exposed(log: EventLog, unit: Int64s, spell_unit: Int64s, interrupts: Bools, level: Int64s) -> Floats:
    """How often work of each activity went on while interrupting work that goes before it waited at the same unit."""
    count = len(log.activities)
    exposed = np.zeros(count)
    waits = (unit != NO_CODE) & (log.queued != NOT_YET) & (log.started > log.queued) & interrupts[log.activity]
    spells = np.flatnonzero(spell_unit != NO_CODE)
    if not waits.any() or not len(spells):
        return exposed
    order = spells[np.lexsort((log.spells.started[spells], spell_unit[spells]))]
    key = spell_unit[order] * AXIS + log.spells.started[order]
    rows = np.flatnonzero(waits)
    at = unit[rows] * AXIS + log.queued[rows]
    # The last few spells that began before the visit was queued; more people than that are rarely at one unit.
    last = np.searchsorted(key, at, side="right")
    for back in range(1, 9):
        position = last - back
        good = position >= 0
        spell = order[np.maximum(position, 0)]
        activity = log.activity[log.spells.event[spell]]
        runs = good & (spell_unit[spell] == unit[rows]) & (log.spells.finished[spell] > log.queued[rows] + 1)
        runs &= level[activity] > level[log.activity[rows]]
        np.add.at(exposed, activity[runs], 1)
    return exposed


def _at_shift_ends(
    log: EventLog, spell_unit: Int64s, activity: int, duty: Duty, put_activity: Int64s, at_shift_end: Bools
) -> tuple[int, int]:
    """How often work of an activity went on beyond a shift end at which all change, and how often it was put down."""
    spells = np.flatnonzero((log.activity[log.spells.event] == activity) & (spell_unit != NO_CODE))
    key = spell_unit[spells] * AXIS
    after = np.searchsorted(duty.changes, key + log.spells.started[spells], side="right")
    before = np.searchsorted(duty.changes, key + log.spells.finished[spells], side="left")
    return int((before > after).sum()), int((at_shift_end & (put_activity == activity)).sum())
