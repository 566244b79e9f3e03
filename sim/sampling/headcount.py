"""How many people work at each unit on each roster, and how that changes on dates."""

import heapq
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import Floats, Int64s
from sim.models.staffing import Allocation, Team
from sim.scenario.setting import Setting

_GOLDEN_RATIO: Final = (5**0.5 - 1) / 2

_BEFORE_ALL: Final = -(2**62)
"""Earlier than any shift."""


@lru_cache(maxsize=1024)
def spreading_order(count: int) -> Int64s:
    """The numbers 0 to count - 1 in an order of which every beginning is spread evenly; not to be changed.

    Steps of the golden ratio: four give 0, 2, 1, 3; seven give 0, 4, 2, 6, 3, 1, 5, so that of three people
    who each rest two days a week at least two work every day.
    """
    order = np.argsort(np.argsort(np.arange(count) * _GOLDEN_RATIO % 1))
    order.flags.writeable = False
    return order


def people_of_units(team: Team, roster: str, headcount: int, share: Floats) -> Int64s:
    """Headcount of each unit on a roster, shape (units,); one person more changes one unit only.

    Args:
        share: share of the letters of each unit; read where the roster is allocated by weights.
    """
    return _allocated(team.allocation(roster), headcount, share.tobytes()).copy()


@lru_cache(maxsize=1024)
def _allocated(allocation: Allocation, headcount: int, share: bytes) -> Int64s:
    """The same, remembered, since replications ask for it again and again."""
    weights = np.frombuffer(share)
    if allocation != "evenly":
        return _by_weights(headcount, weights if allocation == "weights" else np.array(allocation))
    order = spreading_order(len(weights))
    people = np.full(len(weights), headcount // len(weights))
    people[order[: headcount % len(weights)]] += 1
    return people


def people_of_roster(setting: Setting, name: str, roster: str) -> Int64s:
    """People of each unit of a team on one of its rosters, shape (units,)."""
    team, units = setting.scenario.teams[name], setting.places.of_team(name)
    return people_of_units(team, roster, team.staff[roster], setting.places.share[units.start : units.stop])


class StaffCourse(NamedTuple):
    """People of each unit of a team on one roster, from each of some instants until the next one."""

    start: Int64s  # ascending, (periods,); the first is before every shift
    people: Int64s  # (periods, units)

    @property
    def periods(self) -> Iterator[tuple[int, int, Int64s]]:
        """Start, end and people of each period; the last one ends after everything."""
        ends = [*self.start[1:].tolist(), -_BEFORE_ALL]
        yield from zip(self.start.tolist(), ends, self.people, strict=True)

    def at(self, second: int) -> Int64s:
        """People of each unit at a second, shape (units,)."""
        now: Int64s = self.people[np.searchsorted(self.start, second, side="right") - 1]
        return now


class _Change(NamedTuple):
    start: int
    end: int
    roster: str
    unit: int | None  # of the team, from 0
    people: int


def staff_course(setting: Setting, name: str) -> dict[str, StaffCourse]:
    """How many people of a team there are, by roster, with all that changes on dates; shifts go by their start.

    Changes of the team as a whole are added up and allocated to units as its headcount is; those of a unit come
    on top. Nobody is taken from where nobody is.
    """
    team, units = setting.scenario.teams[name], setting.places.of_team(name)
    changes = list(_changes(setting, name))
    rosters = dict.fromkeys([*team.staff, *(change.roster for change in changes)])
    share, horizon = setting.places.share[units.start : units.stop], setting.scenario.horizon
    return {
        roster: _course(team, roster, share, [change for change in changes if change.roster == roster], horizon)
        for roster in rosters
    }


def _course(team: Team, roster: str, share: Floats, changes: list[_Change], horizon: int) -> StaffCourse:
    edges = {edge for change in changes for edge in (change.start, change.end) if 0 < edge < horizon}
    starts = [_BEFORE_ALL, *sorted(edges)]
    people = []
    for start in starts:
        # What is in force in the evening before day 0 is what is in force on day 0.
        now = [change for change in changes if change.start <= max(start, 0) < change.end]
        headcount = team.staff.get(roster, 0) + sum(change.people for change in now if change.unit is None)
        of_units = people_of_units(team, roster, max(headcount, 0), share)
        for change in now:
            if change.unit is not None:
                of_units[change.unit] += change.people
        people.append(np.maximum(of_units, 0))
    return StaffCourse(np.array(starts, dtype=np.int64), np.array(people))


def _changes(setting: Setting, name: str) -> Iterator[_Change]:
    """The changes of a team's people by roster; a part of them is one of those who are there without changes."""
    scenario, places = setting.scenario, setting.places
    units = places.of_team(name)
    there = {roster: people_of_roster(setting, name, roster) for roster in scenario.teams[name].staff}
    names = list(places.names[units.start : units.stop])
    for change in scenario.staff_changes:
        if change.team == name and change.people is not None:
            unit = None if change.unit is None else names.index(change.unit)
            period = change.seconds(setting.calendar, scenario.horizon)
            for roster, people in _spread(there, change.roster, unit, change.people):
                yield _Change(*period, roster, unit, people)
    for calendar in scenario.leave:
        if calendar.team == name:
            rows = calendar.rows
            for of_unit, day, absent in zip(rows.unit, rows.day, rows.people, strict=True):
                start, unit = (day - scenario.start).days * DAY, names.index(of_unit)
                for roster, people in _spread(there, calendar.roster, unit, -absent):
                    yield _Change(start, start + DAY, roster, unit, people)


def _spread(
    of_units: Mapping[str, Int64s], roster: str | None, unit: int | None, people: int | float
) -> list[tuple[str, int]]:
    """People more or less, by roster: on the one that is named, or on all in proportion to those there.

    Args:
        of_units: people of each unit by roster, without changes.
    """
    there = {each: int(heads.sum() if unit is None else heads[unit]) for each, heads in of_units.items()}
    if isinstance(people, float):
        rosters = list(there) if roster is None else [roster]
        return [(each, round(people * there.get(each, 0))) for each in rosters]
    if roster is not None:
        return [(roster, people)]
    total = sum(there.values())
    if total == 0:
        return [(next(iter(there)), people)] if there else []
    shares = _by_weights(abs(people), np.array(list(there.values())) / total)
    return [(each, int(np.sign(people)) * int(many)) for each, many in zip(there, shares, strict=True)]


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
