"""Shifts of every unit: headcounts allocated to units and groups, patterns laid over days, absences drawn."""

import heapq
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sim.core.calendar import Calendar, DaysOff
from sim.core.clock import DAY
from sim.core.streams import Purpose, stream, subject
from sim.core.tables import Bools, Floats, Int64s, Roster
from sim.models.staffing import RosterPattern, Team
from sim.scenario.setting import Setting

_GOLDEN_RATIO: Final = (5**0.5 - 1) / 2


class Shifts(NamedTuple):
    """The shifts of the groups of people that take turns in a roster, by day; one row a shift of one group."""

    group: Int64s
    occurrence: Int64s  # number that no other shift of the group has
    start: Int64s  # negative for a shift of the evening before day 0
    end: Int64s


def groups_of(pattern: RosterPattern) -> int:
    """In how many groups the people take turns: one a day of the cycle, or one that works all shifts."""
    return len(pattern.cycle) if pattern.cycle is not None else 1


def shifts_of(pattern: RosterPattern, setting: Setting) -> Shifts:
    """All shifts that some second of [0, horizon) belongs to, those that begin before day 0 included."""
    horizon = setting.scenario.horizon
    days = np.arange(-1, -(-horizon // DAY))
    turn, takes_place = _turns(pattern, days, setting)
    spans = pattern.days_of_shifts
    most = max(len(shifts) for shifts in spans)
    parts = []
    for day_of_pattern, shifts in enumerate(spans):
        group, column = np.nonzero((turn == day_of_pattern) & takes_place)
        for position, (start, end) in enumerate(shifts):
            midnight = days[column] * DAY
            parts.append((group, column * most + position, midnight + start, midnight + end))
    columns = Shifts(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    inside = (columns.end > 0) & (columns.start < horizon)
    return Shifts(*(column[inside] for column in columns))


def spreading_order(count: int) -> Int64s:
    """The numbers 0 to count - 1 in an order of which every beginning is spread evenly.

    Steps of the golden ratio: four give 0, 2, 1, 3; seven give 0, 4, 2, 6, 3, 1, 5, so that of three people
    who each rest two days a week at least two work every day.
    """
    return np.argsort(np.argsort(np.arange(count) * _GOLDEN_RATIO % 1))


def _turns(pattern: RosterPattern, days: Int64s, setting: Setting) -> tuple[Int64s, Bools]:
    """Which day of the pattern each group has on each day, shape (groups, days), and on which days it takes place."""
    calendar, holidays = setting.calendar, setting.scenario.holidays
    weekday, holiday, working = _yesterday(calendar.start, holidays.rule if holidays else None)
    known = days[1:]
    if pattern.working_days is not None:
        is_working = np.concatenate([[working], calendar.working[known]])
        return np.zeros((1, len(days)), dtype=np.int64), is_working
    takes_place = ~np.concatenate([[holiday], calendar.holiday[known]]) | pattern.on_holidays
    if pattern.weekly is not None:
        return np.concatenate([[weekday], calendar.weekday[known]])[None, :], takes_place
    # Each group is a day behind the one before.
    groups = groups_of(pattern)
    return (days[None, :] - np.arange(groups)[:, None]) % groups, takes_place


@lru_cache(maxsize=16)
def _yesterday(start: date, holidays: DaysOff | None) -> tuple[int, bool, bool]:
    """Weekday of the day before the scenario's first, and whether it is a holiday and a working day."""
    day = Calendar(start - timedelta(days=1), 1, holidays)
    return int(day.weekday[0]), bool(day.holiday[0]), bool(day.working[0])


class _ShiftRows(NamedTuple):
    unit: Int64s
    start: Int64s
    end: Int64s
    rostered: Int64s
    present: Int64s


def draw_roster(setting: Setting, replication: int) -> Roster:
    """The shifts of every unit, one row for the people of a unit who start and end together.

    A shift may begin before second 0 and end after the horizon. Absence is drawn per person and shift, from
    streams of the team and roster, so that nobody's absence depends on how many others there are.
    """
    rows = _rows(setting, replication)
    order = np.lexsort((rows.end, rows.unit, rows.start))
    unit, start, end, rostered, present = (column[order] for column in rows)
    same = (np.diff(start) == 0) & (np.diff(unit) == 0) & (np.diff(end) == 0)
    first = np.flatnonzero(np.concatenate([[True], ~same])) if len(order) else order
    unit, start, end = unit[first], start[first], end[first]
    rostered, present = (np.add.reduceat(people, first) if len(first) else people for people in (rostered, present))
    at_least = np.array([team.at_least for team in setting.scenario.teams.values()])
    people = np.maximum(present, np.minimum(rostered, at_least[setting.places.team_of[unit]]))
    return Roster(unit.astype(np.int32), start, end, people.astype(np.int32), setting.places.units)


def people_of_units(team: Team, roster: str, headcount: int, share: Floats) -> Int64s:
    """Headcount of each unit on a roster, shape (units,); one person more changes one unit only.

    Args:
        share: share of the letters of each unit; read where the roster is allocated by weights.
    """
    allocation = team.allocation(roster)
    if allocation != "evenly":
        return _by_weights(headcount, share if allocation == "weights" else np.array(allocation))
    order = spreading_order(len(share))
    people = np.full(len(share), headcount // len(share))
    people[order[: headcount % len(share)]] += 1
    return people


def people_of_roster(setting: Setting, name: str, roster: str) -> Int64s:
    """People of each unit of a team on one of its rosters, shape (units,)."""
    team, units = setting.scenario.teams[name], setting.places.of_team(name)
    return people_of_units(team, roster, team.staff[roster], setting.places.share[units.start : units.stop])


def people_of_groups(pattern: RosterPattern, people: Int64s) -> Int64s:
    """How many of each unit's people are in each of the groups that take turns, shape (units, groups).

    Args:
        people: headcount of each unit.
    """
    order = spreading_order(groups_of(pattern))
    units = np.arange(len(people))
    rostered = np.zeros((len(people), len(order)), dtype=np.int64)
    for person in range(len(order)):
        # This one, and every further one who joins the same group.
        rostered[units, _group(person, units, order)] += (people - person + len(order) - 1) // len(order)
    return rostered


def _by_weights(headcount: int, share: Floats) -> Int64s:
    # Highest averages (Webster): unlike largest remainders, nobody moves when the headcount grows.
    people = np.zeros(len(share), dtype=np.int64)
    claims = [(0.5 / part, unit) for unit, part in enumerate(share.tolist()) if part > 0]
    heapq.heapify(claims)
    for _ in range(headcount):
        unit = claims[0][1]
        people[unit] += 1
        heapq.heapreplace(claims, ((people[unit] + 0.5) / share[unit], unit))
    return people


def _rows(setting: Setting, replication: int) -> _ShiftRows:
    scenario, places = setting.scenario, setting.places
    parts = [_ShiftRows(*(np.empty(0, dtype=np.int64) for _ in _ShiftRows._fields))]
    for name, team in scenario.teams.items():
        units = places.of_team(name)
        for roster in team.staff:
            people = people_of_roster(setting, name, roster)
            pattern = scenario.roster(roster)
            if pattern is None:
                rows = _always(people, scenario.horizon)
            else:
                key = (scenario.seed, replication, Purpose.ABSENCE, subject(name), subject(roster))
                rows = _shifts(pattern, people, setting, team.absence, stream(*key))
            parts.append(rows._replace(unit=rows.unit + units.start))
    return _ShiftRows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _always(people: Int64s, horizon: int) -> _ShiftRows:
    unit = np.flatnonzero(people)
    rostered = people[unit]
    return _ShiftRows(unit, np.zeros_like(unit), np.full_like(unit, horizon), rostered, rostered)


def _shifts(
    pattern: RosterPattern, people: Int64s, setting: Setting, absence: float, chance: np.random.Generator
) -> _ShiftRows:
    """The shifts of the groups of one roster of a team; its units are numbered from 0."""
    shifts = shifts_of(pattern, setting)
    order = spreading_order(groups_of(pattern))
    rostered = people_of_groups(pattern, people)
    unit, shift = np.nonzero(rostered[:, shifts.group])
    group = shifts.group[shift]
    present = rostered[unit, group]
    if absence:
        absent = _absent(people, order, int(shifts.occurrence.max(initial=-1)) + 1, absence, chance)
        present = present - absent[unit, group, shifts.occurrence[shift]]
    return _ShiftRows(unit, shifts.start[shift], shifts.end[shift], rostered[unit, group], present)


def _group(person: int, unit: Int64s, order: Int64s) -> Int64s:
    """The group of each unit's first (second, ...) person.

    The offset by unit lets the single people of small units rest on different days.
    """
    group: Int64s = (order[person % len(order)] + unit) % len(order)
    return group


def _absent(people: Int64s, order: Int64s, occurrences: int, absence: float, chance: np.random.Generator) -> Int64s:
    """How many of each unit's group miss each of its shifts, shape (units, groups, occurrences)."""
    absent = np.zeros((len(people), len(order), occurrences), dtype=np.int64)
    for person in range(people.max(initial=0)):
        # Drawn for every unit, so that nobody's chance moves when another unit gets more people.
        missed = chance.random((len(people), occurrences)) < absence
        staffed = np.flatnonzero(people > person)
        absent[staffed, _group(person, staffed, order)] += missed[staffed]
    return absent
