"""Who is on duty in an ordinary week, on average: absences, and those who stand in for the absent."""

from functools import lru_cache
from math import lgamma
from typing import NamedTuple

import numpy as np

from sim.core.clock import WEEK
from sim.core.tables import Floats, Int64s
from sim.sampling.roster import people_of_groups, people_of_units
from sim.scenario.setting import Setting


class Presence(NamedTuple):
    """A week of the people of each unit on one roster, shape (units,)."""

    on_duty: Floats  # person-seconds, of those who stand in too
    absent: Floats  # shifts of a person that are missed
    stand_ins: Floats  # of them, those in which somebody stands in
    stood_in: Floats  # person-seconds of those who do


def presence(setting: Setting, name: str, roster: str) -> Presence:
    """The average week of a team's roster, without holidays.

    Those who begin and end together are one shift, whatever their turn, and it is the shift that does not fall below
    its least number; other rosters of the team with the same hours are left out of that.
    """
    team, units = setting.scenario.teams[name], setting.places.of_team(name)
    people = people_of_units(team, roster, team.staff[roster], setting.places.share[units.start : units.stop])
    nobody = np.zeros(len(people))
    pattern = setting.scenario.roster(roster)
    if pattern is None:
        return Presence(people.astype(np.float64) * WEEK, nobody, nobody, nobody)
    groups, days = people_of_groups(pattern, people), pattern.days_of_shifts
    on_duty, absent, stand_ins, stood_in = (nobody.copy() for _ in Presence._fields)
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
    return Presence(*(each / weeks for each in (on_duty, absent, stand_ins, stood_in)))


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
