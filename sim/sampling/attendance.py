"""Who is on duty at a unit, and when: the one answer to it, of a drawn roster and of an average week."""

from functools import lru_cache
from math import lgamma
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import WEEK
from sim.core.tables import Bools, Floats, Int32s, Int64s, Roster
from sim.sampling.headcount import people_of_roster, staff_course
from sim.sampling.roster import people_of_groups
from sim.scenario.setting import Setting

_AFTER_ALL: Final = 2**62
"""Later than any instant of any unit."""


class Attendance:
    """When anybody is on duty at each unit, for many units and instants at once.

    Args:
        horizon: shifts are cut to [0, horizon).
    """

    def __init__(self, roster: Roster, horizon: int) -> None:
        start, end = np.clip(roster.start, 0, horizon), np.clip(roster.end, 0, horizon)
        shifts = np.flatnonzero((roster.people > 0) & (end > start))
        shifts = shifts[np.lexsort((start[shifts], roster.unit[shifts]))]
        # One axis of time for all units; the stretch of each is a second too long, so that those of two never meet.
        self._length, self._units = horizon + 1, roster.units
        unit = roster.unit[shifts].astype(np.int64)
        start, until = start[shifts] + unit * self._length, end[shifts] + unit * self._length
        until = np.maximum.accumulate(until)
        first = np.flatnonzero(np.append(True, start[1:] > until[:-1])) if len(shifts) else shifts
        self._start, self._end = start[first], until[np.append(first[1:], len(shifts))[: len(first)] - 1]

    def first(self, unit: Int32s | Int64s, instants: Int64s) -> Int64s:
        """The first second, not before each instant, with somebody on duty at a unit; beyond the horizon if never."""
        stretch = unit.astype(np.int64) * self._length
        following = np.searchsorted(self._end, stretch + instants, side="right")
        return np.maximum(np.append(self._start, _AFTER_ALL)[following] - stretch, instants)

    def at(self, unit: Int32s | Int64s, instants: Int64s) -> Bools:
        """Whether anybody is on duty at a unit at each instant."""
        there: Bools = self.first(unit, instants) == instants
        return there

    def ever(self) -> Bools:
        """Whether anybody is ever on duty, shape (units,)."""
        units: Bools = np.bincount(self._start // self._length, minlength=self._units) > 0
        return units

    def periods(self, begin: int, stop: int) -> tuple[Int64s, Int64s, Int64s]:
        """Unit, start and end of each period of [begin, stop) in which anybody is on duty; they do not meet."""
        unit, start = np.divmod(self._start, self._length)
        end = np.minimum(self._end - unit * self._length, stop)
        start = np.maximum(start, begin)
        some = np.flatnonzero(end > start)
        return unit[some], start[some], end[some]


def person_seconds(roster: Roster, begin: int, stop: int) -> Int64s:
    """Person-seconds of each shift within [begin, stop), shape (shifts,)."""
    seconds: Int64s = roster.people * (np.clip(roster.end, begin, stop) - np.clip(roster.start, begin, stop))
    return seconds


class AverageWeek(NamedTuple):
    """A week of the people of each unit on one roster, shape (units,)."""

    on_duty: Floats  # person-seconds, of those who stand in too
    absent: Floats  # shifts of a person that are missed
    stand_ins: Floats  # of them, those in which somebody stands in
    stood_in: Floats  # person-seconds of those who do


def average_week(setting: Setting, name: str, roster: str, people: Int64s | None = None) -> AverageWeek:
    """The average week of a team's roster, without holidays.

    Those who begin and end together are one shift, whatever their turn, and it is the shift that does not fall below
    its least number; other rosters of the team with the same hours are left out of that.

    Args:
        people: of each unit; those whom the scenario says without what changes on dates, if not given.
    """
    team = setting.scenario.teams[name]
    people = people_of_roster(setting, name, roster) if people is None else people
    nobody = np.zeros(len(people))
    pattern = setting.scenario.roster(roster)
    if pattern is None:
        return AverageWeek(people.astype(np.float64) * WEEK, nobody, nobody, nobody)
    groups, days = people_of_groups(pattern, people), pattern.days_of_shifts
    on_duty, absent, stand_ins, stood_in = (nobody.copy() for _ in AverageWeek._fields)
    for day in range(len(days)):
        rostered: dict[tuple[int, int], Int64s] = {}
        for group in range(groups.shape[1]):
            for span in days[(day - group) % len(days)]:  # each group is a day behind the one before
                rostered[span] = rostered.get(span, np.zeros_like(people)) + groups[:, group]
        for (start, end), heads in rostered.items():
            missed = heads * team.absence
            others = _stand_ins(heads, team.at_least, team.absence)
            on_duty += (heads - missed + others) * (end - start)
            absent += missed
            stand_ins += others
            stood_in += others * (end - start)
    weeks = len(days) / 7
    return AverageWeek(*(each / weeks for each in (on_duty, absent, stand_ins, stood_in)))


def average_on_duty(setting: Setting) -> Floats:
    """Person-seconds on duty in an average week without holidays of those there at the window's end, (units,)."""
    seconds = np.zeros(setting.places.units)
    for name in setting.scenario.teams:
        units = setting.places.of_team(name)
        for roster, course in staff_course(setting, name).items():
            people = course.at(setting.scenario.window_end - 1)
            seconds[units.start : units.stop] += average_week(setting, name, roster, people).on_duty
    return seconds


def _stand_ins(people: Int64s, at_least: int, absence: float) -> Floats:
    """How many stand in on average so that shifts of some people do not fall below their least number."""
    sizes, which = np.unique(people, return_inverse=True)
    return np.array([_of_shift(min(size, at_least), size, absence) for size in sizes.tolist()])[which]


@lru_cache(maxsize=10_000)
def _of_shift(least: int, people: int, absence: float) -> float:
    if not least or not 0 < absence < 1:
        return least * absence
    present = np.arange(least)
    ways = np.array([lgamma(people + 1) - lgamma(each + 1) - lgamma(people - each + 1) for each in present.tolist()])
    chance = np.exp(ways + present * np.log1p(-absence) + (people - present) * np.log(absence))
    return float(((least - present) * chance).sum())
