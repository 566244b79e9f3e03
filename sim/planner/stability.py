"""Stability: people of every unit must be on duty for more hours than its work takes.

A unit whose work does not fit into its hours, or where letters wait for somebody who never comes, has a backlog that
grows without end, even where no target watches it or a short window shows no breach of it yet.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import HOUR, WEEK
from sim.core.tables import Bools, Floats
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.ordinary_week import ordinary_week, own_work, work_that_stays
from sim.models.workflow import impatient_steps
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
        some_leave: whether that is so only as long as nobody leaves out of patience.
    """

    team: str
    unit: str
    load: float | None
    some_leave: bool = False


class Stability:
    """Hours that people bring each unit and hours that its letters take, in an average week.

    A plan does not count on letters that leave out of patience: work that may come is work.

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
        work, _, on_duty = loads = unit_loads(setting)
        over = (work > 0) & (work >= _MOST_LOAD * on_duty) & self._watched
        if over.any():
            self._work = np.where(over, np.maximum(self._work, work), self._work)
            self._known = {}
        return unstable_units(setting, loads, over)

    def excepted(self, people: People) -> tuple[UnstableUnit, ...]:
        """Units of the teams that may fall behind, which a staffing leaves with more work that stays than hours."""
        setting = staffed(self._simulator.setting, self._simulator.cells, people)
        _, stays, on_duty = loads = unit_loads(setting)
        return unstable_units(setting, loads, (stays > 0) & (stays >= on_duty) & ~self._watched)

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


class UnitLoads(NamedTuple):
    """Hours of each unit in an ordinary week, shape (units,) each."""

    work: Floats
    stays: Floats  # of the work, what comes however many letters leave out of patience
    on_duty: Floats


def unit_loads(setting: Setting) -> UnitLoads:
    """What an ordinary week brings each unit, and the hours that it has."""
    replications = [simulate_infinite_servers(setting, 0)]
    work, on_duty = ordinary_week(setting, replications)
    stays = work_that_stays(setting, replications) if impatient_steps(setting.scenario.workflow) else work
    return UnitLoads(work / HOUR, stays / HOUR, on_duty / HOUR)


def unstable_units(setting: Setting, loads: UnitLoads, over: Bools) -> tuple[UnstableUnit, ...]:
    """Units that are marked, with their load."""
    places, (work, stays, on_duty) = setting.places, loads
    return tuple(
        UnstableUnit(
            places.teams[places.team_of[unit]],
            places.names[unit],
            float(work[unit] / on_duty[unit]) if on_duty[unit] > 0 else None,
            some_leave=bool(stays[unit] < work[unit] and stays[unit] < on_duty[unit]),
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
