"""Who is on duty when: headcounts dealt over units and groups, rosters turned into shifts, absences drawn."""

import heapq
from typing import NamedTuple

import numpy as np

from sim.core.streams import Purpose, stream, subject
from sim.core.tables import Floats, Int64s, Roster
from sim.models.staffing import RosterPattern, Team
from sim.sampling.shifts import groups_of, shifts_of, spreading_order
from sim.scenario.setting import Setting


class _Rows(NamedTuple):
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
        share: share of the letters of each unit; read where the roster is dealt by weights.
    """
    if team.dealt(roster) == "weights":
        return _by_weights(headcount, share)
    order = spreading_order(len(share))
    people = np.full(len(share), headcount // len(share))
    people[order[: headcount % len(share)]] += 1
    return people


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


def _rows(setting: Setting, replication: int) -> _Rows:
    scenario, places = setting.scenario, setting.places
    parts = [_Rows(*(np.empty(0, dtype=np.int64) for _ in _Rows._fields))]
    for name, team in scenario.teams.items():
        units = places.of_team(name)
        for roster, headcount in team.staff.items():
            people = people_of_units(team, roster, headcount, places.share[units.start : units.stop])
            pattern = scenario.roster(roster)
            if pattern is None:
                rows = _always(people, scenario.horizon)
            else:
                key = (scenario.seed, replication, Purpose.ABSENCE, subject(name), subject(roster))
                rows = _shifts(pattern, people, setting, team.absence, stream(*key))
            parts.append(rows._replace(unit=rows.unit + units.start))
    return _Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _always(people: Int64s, horizon: int) -> _Rows:
    unit = np.flatnonzero(people)
    rostered = people[unit]
    return _Rows(unit, np.zeros_like(unit), np.full_like(unit, horizon), rostered, rostered)


def _shifts(
    pattern: RosterPattern, people: Int64s, setting: Setting, absence: float, chance: np.random.Generator
) -> _Rows:
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
    return _Rows(unit, shifts.start[shift], shifts.end[shift], rostered[unit, group], present)


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
