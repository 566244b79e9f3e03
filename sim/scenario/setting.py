"""A scenario made ready: its units numbered, and all that is the same in its replications worked out once."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.core.calendar import Calendar
from sim.core.tables import NO_UNIT, Floats, Int32s
from sim.models.scenario import Scenario
from sim.models.staffing import Team, home_team, teams_above, unit_names


class Places(NamedTuple):
    """All units, numbered through the teams in the order of the scenario.

    The units of team t are `first[t]` to `first[t + 1] - 1`.
    """

    teams: tuple[str, ...]
    first: tuple[int, ...]  # one more than there are teams
    names: tuple[str, ...]  # one a unit
    team_of: Int32s  # index of the team of each unit
    above: Int32s  # the unit that each unit lies within, or NO_UNIT
    share: Floats  # share of the letters of its team's units, sums to 1 over a team
    home_team: str  # the team whose units are the homes of letters: the one with most teams above it

    @property
    def units(self) -> int:
        """Number of units of all teams."""
        return self.first[-1]

    def of_team(self, team: str) -> range:
        """The units of a team."""
        index = self.teams.index(team)
        return range(self.first[index], self.first[index + 1])


def places_of(teams: Mapping[str, Team]) -> Places:
    """Number the units of a scenario's teams.

    A team that says only how many units it has spreads them evenly over the units above, in their order.
    Where it says no weights, a unit's share of the letters is split evenly among the units within it.
    """
    names = tuple(teams)
    counts = [team.unit_count for team in teams.values()]
    first = (0, *(int(end) for end in np.cumsum(counts)))
    above = np.full(first[-1], NO_UNIT, dtype=np.int32)
    share = np.zeros(first[-1])
    for name in sorted(names, key=lambda name: len(teams_above(name, teams))):
        team = teams[name]
        units = slice(first[names.index(name)], first[names.index(name) + 1])
        if team.within is not None:
            parent = names.index(team.within)
            above[units] = first[parent] + _parents(team, counts[parent])
        share[units] = _shares(team, above[units], share)
    return Places(
        teams=names,
        first=first,
        names=tuple(unit for name in names for unit in unit_names(name, teams[name])),
        team_of=np.repeat(np.arange(len(names), dtype=np.int32), counts),
        above=above,
        share=share,
        home_team=home_team(teams),
    )


def _parents(team: Team, parents: int) -> Int32s:
    if isinstance(team.units, int):
        return (np.arange(team.units) * parents // team.units).astype(np.int32)
    return np.repeat(np.arange(parents, dtype=np.int32), team.units)


def _shares(team: Team, above: Int32s, share: Floats) -> Floats:
    if team.weights is not None:
        return np.array(team.weights) / sum(team.weights)
    if team.within is None:
        return np.full(team.unit_count, 1 / team.unit_count)
    split = share[above] / np.bincount(above)[above]
    # Units above without any unit within them leave their letters to the others.
    return split / split.sum() if split.sum() > 0 else np.full(team.unit_count, 1 / team.unit_count)


class CoolDown(NamedTuple):
    """Why a simulation goes on for so long after its window."""

    typed: int | None  # seconds, as the scenario says; None if it does not
    seconds: int  # as it is
    sla: str  # the one that needs most
    lacking: int | None  # seconds by which it is too short for that one; None if longer than can be told


class Setting(NamedTuple):
    """A scenario with its units numbered and its calendar known."""

    scenario: Scenario
    places: Places
    calendar: Calendar
    cool_down: CoolDown | None = None  # None if nobody has asked what its SLAs need


def setting_of(scenario: Scenario) -> Setting:
    """Make a scenario ready to be drawn and measured."""
    return Setting(scenario, places_of(scenario.teams), scenario.calendar())
