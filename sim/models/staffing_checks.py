"""Consistency checks of teams, rosters and changes of staff."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sim.core.clock import seconds_since
from sim.core.errors import Problem
from sim.models.periods import Period
from sim.models.staffing import ALWAYS, MAX_UNITS, ROSTERS, Allocation, Team, unit_names
from sim.models.wording import are, dotted, named_rows
from sim.models.workflow_checks import known

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


def roster_names(scenario: "Scenario") -> list[str]:
    """The rosters that people can be on: those built in and the scenario's own."""
    return [ALWAYS, *ROSTERS, *scenario.rosters]


def roster_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the names of the scenario's own rosters."""
    for name in scenario.rosters:
        if name == ALWAYS or name in ROSTERS:
            yield Problem("is the name of a built-in roster; choose another", dotted("rosters", name))


def team_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with teams, their units and their people."""
    teams = scenario.teams
    for name, team in teams.items():
        path = dotted("teams", name)
        yield from known(team.within, teams, "team", f"{path}.within")
        for roster in team.staff:
            yield from known(roster, roster_names(scenario), "roster", f"{path}.{dotted('staff', roster)}")
        for roster in team.staff_by if isinstance(team.staff_by, Mapping) else ():
            yield from known(roster, roster_names(scenario), "roster", f"{path}.{dotted('staff_by', roster)}")
        if team.absence and ALWAYS in team.staff:
            yield Problem("a seat of the roster 'always' is never empty; absence needs shifts", f"{path}.absence")
        yield from _units(team, teams, path)
        circle = _circle(name, teams)
        if circle and name == min(circle, key=list(teams).index):
            yield Problem(f"lies within itself: {' -> '.join([*circle, name])}", f"{path}.within")


def _units(team: Team, teams: Mapping[str, Team], path: str) -> Iterator[Problem]:
    count = team.unit_count
    if count < 1:
        yield Problem("must have at least one unit", f"{path}.units")
        return
    if count > MAX_UNITS:
        yield Problem(f"must have at most {MAX_UNITS} units (got {count})", f"{path}.units")
    if isinstance(team.units, tuple):
        parent = teams.get(team.within or "")
        if team.within is None:
            yield Problem("a list needs `within`: it says how many units each unit above has", f"{path}.units")
        elif parent and len(team.units) != parent.unit_count:
            yield Problem(
                f"must have one number for each of the {parent.unit_count} units of {team.within} "
                f"(got {len(team.units)})",
                f"{path}.units",
            )
    if team.weights is not None and len(team.weights) != count:
        yield Problem(f"must be {count} weights, one a unit (got {len(team.weights)})", f"{path}.weights")
    elif team.weights is not None and sum(team.weights) <= 0:
        yield Problem("must have at least one weight above 0", f"{path}.weights")
    for allocation in _allocations(team):
        if isinstance(allocation, tuple) and (len(allocation) != count or sum(allocation) <= 0):
            yield Problem(f"must be {count} weights, one a unit, and one above 0", f"{path}.staff_by")
    if team.weights is None and team.within is None and "weights" in _allocations(team):
        yield Problem("'weights' needs weights", f"{path}.staff_by")
    if team.names is not None and len(team.names) != count:
        yield Problem(f"must be {count} names, one a unit (got {len(team.names)})", f"{path}.names")
    elif team.names is not None and len(set(team.names)) != count:
        yield Problem("must be different names", f"{path}.names")


def _allocations(team: Team) -> tuple[Allocation, ...]:
    return tuple(team.staff_by.values()) if isinstance(team.staff_by, Mapping) else (team.staff_by,)


def _circle(name: str, teams: Mapping[str, Team]) -> list[str]:
    """The teams on the way from a team up to itself; none if there is no such way."""
    circle, above = [name], teams[name].within
    while above is not None and above in teams and above not in circle:
        circle.append(above)
        above = teams[above].within
    return circle if above == name else []


def staff_change_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with changes of staff."""
    rosters = roster_names(scenario)
    for position, change in enumerate(scenario.staff_changes):
        path = f"staff_changes[{position}]"
        yield from known(change.team, scenario.teams, "team", f"{path}.team")
        yield from known(change.roster, rosters, "roster", f"{path}.roster")
        yield from period_checks(scenario, change, path)
        if change.team not in scenario.teams:
            continue
        team = scenario.teams[change.team]
        yield from known(change.unit, unit_names(change.team, team), f"unit of {change.team}", f"{path}.unit")
        there = team.headcount if change.roster is None else team.staff.get(change.roster, 0)
        if isinstance(change.people, int) and there + change.people < 0:
            yield Problem(f"takes {-change.people} people from {there}", f"{path}.people")
        if change.people is not None and change.roster is None and not team.staff:
            yield Problem(f"needs a roster, since {change.team} has none yet", path)
        if isinstance(change.people, float) and change.roster is not None and change.roster not in team.staff:
            yield Problem(f"is a part of nobody: {change.team} has no one on {change.roster}", f"{path}.people")


def leave_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with leave calendars, and with the rows of their files."""
    rosters = roster_names(scenario)
    for position, calendar in enumerate(scenario.leave):
        path = f"leave[{position}]"
        yield from known(calendar.team, scenario.teams, "team", f"{path}.team")
        yield from known(calendar.roster, rosters, "roster", f"{path}.roster")
        if calendar.team not in scenario.teams:
            continue
        names = unit_names(calendar.team, scenario.teams[calendar.team])
        rows = zip(calendar.rows.line, calendar.rows.unit, strict=True)
        strange = [(line, name) for line, name in rows if name not in names]
        if strange:
            said = named_rows(strange, f"with a unit that {calendar.team} does not have")
            yield Problem(f"{calendar.file}: {said}; there {are(list(names))}", f"{path}.file")


def period_checks(scenario: "Scenario", period: Period, path: str) -> Iterator[Problem]:
    """What is wrong with when something holds."""
    if isinstance(period.from_, datetime) and period.from_.date() < scenario.start:
        yield Problem(f"must not be before the start, {scenario.start}", f"{path}.from")
    elif period.until is not None:
        begins, ends = (seconds_since(scenario.start, moment) for moment in (period.from_, period.until))
        if ends <= begins:
            yield Problem("must be later than from", f"{path}.until")
