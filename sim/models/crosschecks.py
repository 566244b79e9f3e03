"""Consistency checks of a whole scenario: names that must exist, shares that must sum to 100%, SLAs that make sense."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from sim.core.clock import DAY, Clock, seconds_since
from sim.core.errors import Problem
from sim.models.backlog import BacklogRows, OpenState
from sim.models.lateness_checks import lateness_checks, repeat_letters_checks, repeat_letters_sla_checks
from sim.models.periods import Period
from sim.models.roster_rules import RosterRules
from sim.models.shift_patterns import shift_patterns
from sim.models.sla_checks import milestone_checks, runs_from_receipt, sla_checks
from sim.models.staffing import ALWAYS, MAX_UNITS, ROSTERS, Allocation, Team, home_team, teams_above, unit_names
from sim.models.wording import are, dotted, named_rows
from sim.models.workflow import (
    DetourStep,
    LoopStep,
    Step,
    WaitStep,
    WorkStep,
    differs_by_channel,
)
from sim.models.workflow_checks import for_some, known, sums_to_one, workflow_checks

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

_REMEDIES = {
    "category": "Add it to categories, or leave categories out: they are then those of the trace",
    "channel": "Add it to channels, or leave channels out: they are then those of the trace",
    "unit": "Give the units their names with `names`, or leave the field empty",
}
"""What helps where a trace has names that a scenario does not have."""


def cross_checks(scenario: "Scenario") -> list[Problem]:
    """Every problem that a scenario has as a whole; empty if it is sound."""
    families: list[Callable[[Scenario], Iterator[Problem]]]
    families = [
        _letters,
        _rosters,
        _teams,
        workflow_checks,
        lateness_checks,
        _slas,
        _supervise,
        _extension,
        repeat_letters_checks,
        _stress,
        _plan,
        _system,
    ]
    problems = [problem for family in families for problem in family(scenario)]
    # Which places there are is only known where the teams are sound.
    if not any(problem.path.startswith("teams") for problem in problems):
        problems += [*_surges(scenario), *_staff_changes(scenario), *_backlog(scenario), *_trace(scenario)]
    # Likewise which ways letters go.
    if not any(problem.path.startswith("workflow") for problem in problems):
        problems += repeat_letters_sla_checks(scenario)
    return problems


def _shares(shares: Mapping[str, float | None], path: str) -> Iterator[Problem]:
    """Shares that a trace does not say."""
    said = {name: share for name, share in shares.items() if share is not None}
    for name in shares:
        if name not in said:
            yield Problem("is missing", dotted(path, name, "share"))
    if len(said) == len(shares):
        yield from sums_to_one(said, path)


def _letters(scenario: "Scenario") -> Iterator[Problem]:
    yield from _shares({name: channel.share for name, channel in scenario.channels.items()}, "channels")
    yield from _shares({name: category.share for name, category in scenario.categories.items()}, "categories")
    if "default" in scenario.categories:
        yield Problem("'default' cannot be the name of a category", "categories.default")
    if "default" in scenario.channels and differs_by_channel(scenario.workflow):
        yield Problem("'default' cannot be the name of a channel where a step says per_channel", "channels.default")
    for name, channel in scenario.channels.items():
        path = dotted("channels", name, "registered")
        yield from known(channel.registered, _roster_names(scenario), "roster", path)


def _surges(scenario: "Scenario") -> Iterator[Problem]:
    homes = home_team(scenario.teams)
    line = [homes, *teams_above(homes, scenario.teams)]
    places = [unit for name in line for unit in unit_names(name, scenario.teams[name])]
    for position, surge in enumerate(scenario.arrivals.surges):
        path = f"arrivals.surges[{position}]"
        yield from known(surge.category, scenario.categories, "category", f"{path}.category")
        yield from known(surge.unit, places, "unit where letters come from", f"{path}.unit")
        yield from _period(scenario, surge, path)


def _staff_changes(scenario: "Scenario") -> Iterator[Problem]:
    rosters = _roster_names(scenario)
    for position, change in enumerate(scenario.staff_changes):
        path = f"staff_changes[{position}]"
        yield from known(change.team, scenario.teams, "team", f"{path}.team")
        yield from known(change.roster, rosters, "roster", f"{path}.roster")
        yield from _period(scenario, change, path)
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


def _period(scenario: "Scenario", period: Period, path: str) -> Iterator[Problem]:
    """What is wrong with when something holds."""
    if isinstance(period.from_, datetime) and period.from_.date() < scenario.start:
        yield Problem(f"must not be before the start, {scenario.start}", f"{path}.from")
    elif period.until is not None:
        begins, ends = (seconds_since(scenario.start, moment) for moment in (period.from_, period.until))
        if ends <= begins:
            yield Problem("must be later than from", f"{path}.until")


def _backlog(scenario: "Scenario") -> Iterator[Problem]:
    backlog = scenario.backlog
    if backlog is None:
        return
    places = {
        step.name: step
        for step in scenario.workflow
        if isinstance(step, WorkStep | WaitStep) or (isinstance(step, LoopStep) and step.after is not None)
    }
    for position, group in enumerate(backlog.counts or ()):
        path = f"backlog.counts[{position}]"
        yield from known(group.step, places, "step at which a letter can be", f"{path}.step")
        yield from known(group.category, scenario.categories, "category", f"{path}.category")
    if backlog.rows is not None:
        yield from _backlog_file(scenario, backlog.rows, places)


def _backlog_file(scenario: "Scenario", rows: BacklogRows, places: Mapping[str, Step]) -> Iterator[Problem]:
    """What is wrong with the rows of a backlog file."""
    assert scenario.backlog is not None, "it has rows"
    file, homes = scenario.backlog.file, home_team(scenario.teams)
    known: dict[str, tuple[tuple[str, ...], Iterable[str]]] = {
        "step": (rows.step, places),
        "category": (rows.category, ("", *scenario.categories)),
        "channel": (rows.channel, ("", *scenario.channels)),
        "unit": (rows.unit, ("", *unit_names(homes, scenario.teams[homes]))),
    }
    for what, (written, names) in known.items():
        there = [name for name in names if name]
        strange = [(line, name) for line, name in zip(rows.line, written, strict=True) if name not in names]
        if strange:
            said = named_rows(strange, f"with a {what} that the scenario does not have")
            yield Problem(f"{file}: {said}; there {are(there)}", "backlog.file")
    unfit = [
        (line, f"{step} {state}")
        for line, step, state in zip(rows.line, rows.step, rows.state, strict=True)
        if step in places and state == (OpenState.DELAY if isinstance(places[step], WorkStep) else OpenState.WORKING)
    ]
    if unfit:
        yield Problem(f"{file}: {named_rows(unfit, 'in a state that its step does not have')}", "backlog.file")
    late = rows.received >= np.datetime64(scenario.start, "s")
    if late.any():
        bad = [(rows.line[row], str(rows.received[row]).replace("T", " ")) for row in np.flatnonzero(late)]
        said = named_rows(bad, f"received after the start, {scenario.start} 00:00")
        yield Problem(f"{file}: {said}; the backlog is that of the start", "backlog.file")


def _trace(scenario: "Scenario") -> Iterator[Problem]:
    trace = scenario.arrivals.trace
    if trace is None:
        return
    homes = home_team(scenario.teams)
    known: dict[str, Iterable[str]] = {
        "category": scenario.categories,
        "channel": scenario.channels,
        "unit": unit_names(homes, scenario.teams[homes]),
    }
    for what, names in known.items():
        written: tuple[str, ...] = getattr(trace.letters, what)
        strange = set(written) - {"", *names}
        if strange:
            rows = sorted(
                (int(line), name) for line, name in zip(trace.letters.line, written, strict=True) if name in strange
            )
            said = named_rows(rows, f"with a {what} that the scenario does not have")
            yield Problem(f"{trace.file}: {said}; there {are(list(names))}. {_REMEDIES[what]}", "arrivals.trace")
    seconds = trace.letters.seconds_from(scenario.start)
    if not np.any((seconds >= 0) & (seconds < scenario.horizon)):
        first, last = (str(trace.letters.received[end]).replace("T", " ") for end in (0, -1))
        yield Problem(
            f"{trace.file}: no letter lies within the {scenario.horizon // DAY} days that are simulated from "
            f"{scenario.start}; they were received from {first} to {last}",
            "arrivals.trace",
        )


def _roster_names(scenario: "Scenario") -> list[str]:
    return [ALWAYS, *ROSTERS, *scenario.rosters]


def _rosters(scenario: "Scenario") -> Iterator[Problem]:
    for name in scenario.rosters:
        if name == ALWAYS or name in ROSTERS:
            yield Problem("is the name of a built-in roster; choose another", dotted("rosters", name))


def _teams(scenario: "Scenario") -> Iterator[Problem]:
    teams = scenario.teams
    for name, team in teams.items():
        path = dotted("teams", name)
        yield from known(team.within, teams, "team", f"{path}.within")
        for roster in team.staff:
            yield from known(roster, _roster_names(scenario), "roster", f"{path}.{dotted('staff', roster)}")
        for roster in team.staff_by if isinstance(team.staff_by, Mapping) else ():
            yield from known(roster, _roster_names(scenario), "roster", f"{path}.{dotted('staff_by', roster)}")
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


def _slas(scenario: "Scenario") -> Iterator[Problem]:
    steps = [step.name for step in scenario.workflow if isinstance(step, WorkStep | WaitStep)]
    for name, sla in scenario.sla.items():
        path = dotted("sla", name)
        for key, milestone in (("from", sla.from_), ("until", sla.until)):
            if "." in milestone:
                yield from milestone_checks(scenario, milestone, f"{path}.{key}")
        if all(each.rsplit(".", 1)[0] in ("received", "closed", *steps) for each in (sla.from_, sla.until)):
            yield from sla_checks(scenario, sla, path)
        yield from for_some(scenario, sla, path)
        for step in sla.paused_during:
            yield from known(step, steps, "step", f"{path}.paused_during")
        taken = [step.name for step in scenario.workflow if isinstance(step, WorkStep | WaitStep | DetourStep)]
        for key in ("only_after", "unless"):
            for step in getattr(sla, key):
                yield from known(step, taken, "step or detour", f"{path}.{key}")


def _supervise(scenario: "Scenario") -> Iterator[Problem]:
    for position, rule in enumerate(scenario.supervise):
        path = f"supervise[{position}]"
        yield from known(rule.sla, scenario.sla, "SLA", f"{path}.sla")
        yield from known(rule.move_to, scenario.teams, "team", f"{path}.move_to")
        yield from known(rule.task.by if rule.task is not None else None, scenario.teams, "team", f"{path}.task.by")
        yield from runs_from_receipt(scenario, rule.sla, path)


def _extension(scenario: "Scenario") -> Iterator[Problem]:
    for position, rule in enumerate(scenario.extension):
        path = f"extension[{position}]"
        yield from known(rule.sla, scenario.sla, "SLA", f"{path}.sla")
        for key, work in (("request", rule.request), ("approve", rule.approve)):
            yield from known(work.by if work is not None else None, scenario.teams, "team", f"{path}.{key}.by")
        yield from runs_from_receipt(scenario, rule.sla, path)
        if rule.sla in [earlier.sla for earlier in scenario.extension[:position]]:
            yield Problem(f"{rule.sla} has an extension already", f"{path}.sla")
        sla = scenario.sla.get(rule.sla)
        if sla is not None:
            clock = Clock.WORKING if sla.within.clock is Clock.DAY_ENDS else sla.within.clock
            if rule.by.clock is not clock:
                unit = "calendar time" if clock is Clock.CALENDAR else clock.value
                yield Problem(f"must be in {unit}, as {rule.sla} is (got {rule.by})", f"{path}.by")


def _stress(scenario: "Scenario") -> Iterator[Problem]:
    if scenario.stress is None:
        return
    ramp, begins = scenario.stress.ramp, scenario.stress.spike.from_
    if ramp.from_ is not None and ramp.to is not None and ramp.from_ >= ramp.to:
        yield Problem(f"must be less than {ramp.to:g}, its end (got {ramp.from_:g})", "stress.ramp.from")
    if begins is not None:
        midnight = datetime.combine(scenario.start, datetime.min.time())
        second = (begins - midnight).total_seconds() if isinstance(begins, datetime) else begins
        if not scenario.window_start <= second < scenario.window_end:
            yield Problem("must lie in the window", "stress.spike.from")


def _plan(scenario: "Scenario") -> Iterator[Problem]:
    if scenario.plan is None:
        return
    for section, entries in (("vary", scenario.plan.vary or {}), ("cost", scenario.plan.cost)):
        for name, by_roster in entries.items():
            yield from known(name, scenario.teams, "team", dotted("plan", section, name))
            for roster in by_roster:
                yield from known(roster, _roster_names(scenario), "roster", dotted("plan", section, name, roster))
    for name, by_roster in (scenario.plan.vary or {}).items():
        if ALWAYS in by_roster and name in scenario.teams and scenario.teams[name].absence:
            yield Problem(
                "a seat of the roster 'always' is never empty; absence needs shifts", dotted("plan", "vary", name)
            )
    for name in scenario.plan.targets:
        yield from known(name, scenario.sla, "SLA", dotted("plan", "targets", name))
    for position, name in enumerate(scenario.plan.may_fall_behind):
        yield from known(name, scenario.teams, "team", f"plan.may_fall_behind[{position}]")
    if scenario.plan.rosters is not None:
        yield from _generated_rosters(scenario, scenario.plan.rosters.generate)


def _generated_rosters(scenario: "Scenario", rules: RosterRules) -> Iterator[Problem]:
    path = "plan.rosters.generate"
    for position, name in enumerate(rules.teams or ()):
        yield from known(name, scenario.teams, "team", f"{path}.teams[{position}]")
    if not shift_patterns(rules):
        yield Problem("leave no roster: no length has a cycle of days on and off that keeps all of them", path)


def _system(scenario: "Scenario") -> Iterator[Problem]:
    if scenario.system is None:
        return
    work = [step.name for step in scenario.workflow if isinstance(step, WorkStep)]
    operations = ["all", "receive", *(f"{step}.{moment}" for step in work for moment in ("start", "finish"))]
    operations += [f"read.{kind}" for kind in ("lists", "dashboards", "lookups")]
    for name in scenario.system.service:
        yield from known(name, operations, "operation", dotted("system", "service", name))
    if "text" in scenario.system.attachments:
        yield Problem("every letter has a text; its size is system.text", "system.attachments.text")
