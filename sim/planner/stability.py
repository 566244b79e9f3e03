"""Stability: people of every unit must be on duty for more hours than its work takes.

A unit whose work does not fit into its hours, or where letters wait for somebody who never comes, has a backlog that
grows without end, even where no target watches it or a short window shows no breach of it yet.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.clock import HOUR, WEEK
from sim.core.tables import Bools, Floats
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.ordinary_week import ordinary_week, own_work
from sim.planner.simulator import Simulator
from sim.planner.staffing_cells import People, staffed
from sim.sampling.attendance import average_week
from sim.scenario.setting import Setting

_MOST_LOAD: Final = 0.97
"""Share of its hours that the work of a unit may take: it is an estimate, and at 1 a queue has no end."""


@dataclass(frozen=True)
class UnstableUnit:
    """Unstable unit: one that a staffing leaves with more work than hours.

    Attributes:
        load: work by hours on duty; None where nobody ever is.
    """

    team: str
    unit: str
    load: float | None


class Stability:
    """Hours that people bring each unit and hours that its letters take, in an average week.

    Work that others may take over (cover, escalation) and other duty are left out, so that what remains is surely the
    unit's; `unstable` counts all of it, for one staffing. What that finds is remembered for those that follow.

    Attributes:
        hours: that a person of each cell is on duty for each team, at most, shape (teams, cells).
        work: that surely come to each team, less the hours of its staff that does not vary, shape (teams,).
    """

    def __init__(self, simulator: Simulator) -> None:
        setting, cells = simulator.setting, simulator.cells
        scenario, places = setting.scenario, setting.places
        self._simulator = simulator
        self._work = own_work(setting) / HOUR
        self._known: dict[People, bool] = {}
        self._presence: dict[tuple[int, int], Floats] = {}
        self.teams = tuple(dict.fromkeys(cell.team for cell in cells))
        asked = scenario.plan
        excepted = set(asked.may_fall_behind) if asked else set()
        self._watched = np.array([name not in excepted for name in places.teams])[places.team_of]
        self.hours: Floats = np.array(
            [[_hours(setting, cell.roster, name) * (cell.team == name) for cell in cells] for name in self.teams]
        )
        by_team = np.bincount(places.team_of, self._work, len(places.teams))
        varied = {(cell.team, cell.roster) for cell in cells}
        fixed = [
            sum(
                heads * _hours(setting, roster, name)
                for roster, heads in scenario.teams[name].staff.items()
                if (name, roster) not in varied
            )
            for name in self.teams
        ]
        self._fixed = np.zeros(places.units)
        for name, team in scenario.teams.items():
            units = places.of_team(name)
            for roster in team.staff:
                if (name, roster) not in varied:
                    self._fixed[units.start : units.stop] += _hours_of_units(setting, name, roster)
        needed = [by_team[places.teams.index(name)] if name not in excepted else 0.0 for name in self.teams]
        self.work: Floats = np.array(needed) / _MOST_LOAD - np.array(fixed)

    def fits(self, people: People) -> bool:
        """Whether the work that is surely each unit's fits into its hours."""
        if people not in self._known:
            hours = self._on_duty(people)
            self._known[people] = bool((self._work <= _MOST_LOAD * hours + 1e-9)[self._watched].all())
        return self._known[people]

    def unstable(self, people: People) -> tuple[UnstableUnit, ...]:
        """Units that a staffing leaves with more work than hours, all work counted; they are remembered."""
        setting = staffed(self._simulator.setting, self._simulator.cells, people)
        work, on_duty = unit_loads(setting)
        over = (work > 0) & (work >= _MOST_LOAD * on_duty) & self._watched
        if over.any():
            self._work = np.where(over, np.maximum(self._work, work), self._work)
            self._known = {}
        return unstable_units(setting, work, on_duty, over)

    def excepted(self, people: People) -> tuple[UnstableUnit, ...]:
        """Units of the teams that may fall behind, which a staffing leaves with more work than hours."""
        setting = staffed(self._simulator.setting, self._simulator.cells, people)
        work, on_duty = unit_loads(setting)
        return unstable_units(setting, work, on_duty, (work > 0) & (work >= on_duty) & ~self._watched)

    def _on_duty(self, people: People) -> Floats:
        """Hours of an ordinary week that people are on duty, stand-ins included, shape (units,)."""
        setting = self._simulator.setting
        hours = self._fixed.copy()
        for index, (cell, heads) in enumerate(zip(self._simulator.cells, people, strict=True)):
            if (index, heads) not in self._presence:
                there = staffed(setting, (cell,), (heads,))
                self._presence[index, heads] = _hours_of_units(there, cell.team, cell.roster)
            units = setting.places.of_team(cell.team)
            hours[units.start : units.stop] += self._presence[index, heads]
        return hours


def unit_loads(setting: Setting) -> tuple[Floats, Floats]:
    """Hours of work of each unit in an ordinary week, and hours on duty, each shape (units,)."""
    week = ordinary_week(setting, [simulate_infinite_servers(setting, 0)])
    return week.work / HOUR, week.on_duty / HOUR


def unstable_units(setting: Setting, work: Floats, on_duty: Floats, over: Bools) -> tuple[UnstableUnit, ...]:
    """Units that are marked, with their load."""
    places = setting.places
    return tuple(
        UnstableUnit(
            places.teams[places.team_of[unit]],
            places.names[unit],
            float(work[unit] / on_duty[unit]) if on_duty[unit] > 0 else None,
        )
        for unit in np.flatnonzero(over).tolist()
    )


def _hours_of_units(setting: Setting, team: str, roster: str) -> Floats:
    """Hours a week of a team's roster by unit of the team."""
    return average_week(setting, team, roster).on_duty / HOUR


def _hours(setting: Setting, roster: str, team: str) -> float:
    """Hours a week that one more person of a roster brings a team, at most."""
    pattern = setting.scenario.roster(roster)
    if pattern is None:
        return WEEK / HOUR
    # Who stands in for the absent, so that a shift keeps its least number, is not known in advance.
    absence = 0.0 if setting.scenario.teams[team].at_least else setting.scenario.teams[team].absence
    return pattern.hours_a_week * (1 - absence)
