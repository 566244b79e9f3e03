"""Shifts of every unit: headcounts allocated to units and groups, patterns laid over days, absences drawn."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.core.calendar import Calendar, DaysOff
from sim.core.clock import DAY, WORKING_CLOCKS
from sim.core.streams import Purpose, stream, subject
from sim.core.tables import Bools, Int64s, Roster
from sim.models.staffing import RosterPattern
from sim.models.workflow import waits_in_working_time
from sim.sampling.headcount import StaffCourse, spreading_order, staff_course
from sim.scenario.setting import Setting


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
    holidays = setting.scenario.holidays
    return _shifts_of(pattern, setting.calendar, holidays.rule if holidays else None, setting.scenario.horizon)


@lru_cache(maxsize=256)
def _shifts_of(pattern: RosterPattern, calendar: Calendar, holidays: DaysOff | None, horizon: int) -> Shifts:
    """The same, remembered, since all replications and staffings have the same; not to be changed."""
    days = np.arange(-1, -(-horizon // DAY))
    turn, takes_place = _turns(pattern, days, calendar, holidays)
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
    remembered = Shifts(*(column[inside] for column in columns))
    for each in remembered:
        each.flags.writeable = False
    return remembered


def _turns(pattern: RosterPattern, days: Int64s, calendar: Calendar, holidays: DaysOff | None) -> tuple[Int64s, Bools]:
    """Which day of the pattern each group has on each day, shape (groups, days), and on which days it takes place."""
    weekday, holiday, working = _yesterday(calendar.start, holidays)
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
    order = np.lexsort((rows.end, rows.start * setting.places.units + rows.unit))
    unit, start, end, rostered, present = (column[order] for column in rows)
    same = (np.diff(start) == 0) & (np.diff(unit) == 0) & (np.diff(end) == 0)
    first = np.flatnonzero(np.concatenate([[True], ~same])) if len(order) else order
    unit, start, end = unit[first], start[first], end[first]
    rostered, present = (np.add.reduceat(people, first) if len(first) else people for people in (rostered, present))
    at_least = np.array([team.at_least for team in setting.scenario.teams.values()])
    people = np.maximum(present, np.minimum(rostered, at_least[setting.places.team_of[unit]]))
    in_working_time = waits_in_working_time(setting.scenario.workflow)
    clocks = tuple(setting.calendar.spans(clock) for clock in WORKING_CLOCKS) if in_working_time else ()
    return Roster(unit.astype(np.int32), start, end, people.astype(np.int32), setting.places.units, clocks)


def people_of_groups(pattern: RosterPattern, people: Int64s) -> Int64s:
    """How many of each unit's people are in each of the groups that take turns, shape (units, groups).

    Args:
        people: headcount of each unit.
    """
    return _people_of_groups(groups_of(pattern), people.tobytes())


@lru_cache(maxsize=1024)
def _people_of_groups(groups: int, people_of_units: bytes) -> Int64s:
    """The same, remembered, since replications ask for it again and again; not to be changed."""
    people = np.frombuffer(people_of_units, dtype=np.int64)
    order, units = spreading_order(groups), np.arange(len(people))
    rostered = np.zeros((len(people), groups), dtype=np.int64)
    for person in range(groups):
        # This one, and every further one who joins the same group.
        rostered[units, _group(person, units, order)] += (people - person + groups - 1) // groups
    rostered.flags.writeable = False
    return rostered


def _rows(setting: Setting, replication: int) -> _ShiftRows:
    scenario, places = setting.scenario, setting.places
    parts = [_ShiftRows(*(np.empty(0, dtype=np.int64) for _ in _ShiftRows._fields))]
    for name, team in scenario.teams.items():
        units = places.of_team(name)
        for roster, course in staff_course(setting, name).items():
            pattern = scenario.roster(roster)
            if pattern is None:
                rows = _always(course, scenario.horizon)
            else:
                key = (scenario.seed, replication, Purpose.ABSENCE, subject(name), subject(roster))
                rows = _shifts(pattern, course, setting, team.absence, stream(*key))
            parts.append(rows._replace(unit=rows.unit + units.start))
    return _ShiftRows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _always(course: StaffCourse, horizon: int) -> _ShiftRows:
    """Seats that are never empty: one of a unit is one shift for as long as the unit has so many people."""
    units = np.arange(course.people.shape[1])
    edges = [*np.maximum(course.start, 0).tolist(), horizon]
    rows: list[_ShiftRows] = []
    # People who come last go first, so that nobody is relieved by somebody else for a change of others.
    for begins in range(len(course.start)):
        before = course.people[begins - 1] if begins else np.zeros_like(units)
        lowest = course.people[begins]
        for ends in range(begins + 1, len(edges)):
            after = course.people[ends] if ends < len(course.start) else np.zeros_like(units)
            leaving = np.maximum(lowest - np.maximum(before, after), 0)
            unit = np.flatnonzero(leaving)
            start, end = (np.full_like(unit, edges[each]) for each in (begins, ends))
            rows.append(_ShiftRows(unit, start, end, leaving[unit], leaving[unit]))
            lowest = np.minimum(lowest, after)
            if not lowest.any():
                break
    return _ShiftRows(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _shifts(
    pattern: RosterPattern, course: StaffCourse, setting: Setting, absence: float, chance: np.random.Generator
) -> _ShiftRows:
    """The shifts of the groups of one roster of a team; its units are numbered from 0."""
    shifts = shifts_of(pattern, setting)
    period = np.searchsorted(course.start, shifts.start, side="right") - 1
    rostered = np.array([people_of_groups(pattern, people) for people in course.people])
    unit, shift = np.nonzero(rostered[period, :, shifts.group].T)
    group = shifts.group[shift]
    heads = rostered[period[shift], unit, group]
    present = heads
    if absence:
        absent = _absent(course, shifts, period, spreading_order(groups_of(pattern)), absence, chance)
        present = heads - absent[unit, group, shifts.occurrence[shift]]
    return _ShiftRows(unit, shifts.start[shift], shifts.end[shift], heads, present)


def _group(person: int, unit: Int64s, order: Int64s) -> Int64s:
    """The group of each unit's first (second, ...) person.

    The offset by unit lets the single people of small units rest on different days.
    """
    group: Int64s = (order[person % len(order)] + unit) % len(order)
    return group


def _absent(
    course: StaffCourse, shifts: Shifts, period: Int64s, order: Int64s, absence: float, chance: np.random.Generator
) -> Int64s:
    """How many of each unit's group miss each of its shifts, shape (units, groups, occurrences).

    Args:
        period: of the staff's course, in which each shift starts.
    """
    units, occurrences = course.people.shape[1], int(shifts.occurrence.max(initial=-1)) + 1
    absent = np.zeros((units * len(order), occurrences), dtype=np.int64)
    period_of = np.zeros((len(order), occurrences), dtype=np.int64)
    period_of[shifts.group, shifts.occurrence] = period
    most, everywhere = course.people.max(axis=0), np.arange(units)
    fewest = int(most.min(initial=0))
    for person in range(most.max(initial=0)):
        # Drawn for every unit, so that nobody's chance moves when another unit gets more people.
        missed = chance.random((units, occurrences)) < absence
        staffed = everywhere
        if person >= fewest:
            staffed = np.flatnonzero(most > person)
            missed = missed[staffed]
        group = _group(person, staffed, order)
        if len(course.start) > 1:
            missed &= course.people[period_of[group], staffed[:, np.newaxis]] > person
        absent[staffed * len(order) + group] += missed
    return absent.reshape(units, len(order), occurrences)
