"""Consistency checks of a whole scenario: names that must exist, shares that must sum to 100%, SLAs that make sense."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.clock import DAY, seconds_since
from sim.core.errors import Problem
from sim.models.backlog import BacklogRows, OpenState
from sim.models.base import ForSome, PerCategory, is_for
from sim.models.periods import Period
from sim.models.roster_rules import RosterRules
from sim.models.shift_patterns import shift_patterns
from sim.models.sla import MOMENTS, Sla
from sim.models.staffing import ALWAYS, MAX_UNITS, ROSTERS, Allocation, Team, home_team, teams_above, unit_names
from sim.models.wording import are, dotted, named_rows, one_of
from sim.models.workflow import (
    DetourStep,
    Layout,
    LeaveStep,
    LoopStep,
    Step,
    WaitStep,
    WorkStep,
    differs_by_channel,
    share_of,
)

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

_SHARE_TOLERANCE = 1e-6

_REMEDIES = {
    "category": "Add it to categories, or leave categories out: they are then those of the trace",
    "channel": "Add it to channels, or leave channels out: they are then those of the trace",
    "unit": "Give the units their names with `names`, or leave the field empty",
}
"""What helps where a trace has names that a scenario does not have."""

_BEFORE_ALL: Final = -1
"""Place of the receipt before the steps of a workflow."""


def cross_checks(scenario: "Scenario") -> list[Problem]:
    """Every problem that a scenario has as a whole; empty if it is sound."""
    families: list[Callable[[Scenario], Iterator[Problem]]]
    families = [_letters, _rosters, _teams, _workflow, _slas, _supervise, _stress, _plan, _system]
    problems = [problem for family in families for problem in family(scenario)]
    # Which places there are is only known where the teams are sound.
    if not any(problem.path.startswith("teams") for problem in problems):
        problems += [*_surges(scenario), *_staff_changes(scenario), *_backlog(scenario), *_trace(scenario)]
    return problems


def _known(name: str | None, names: Iterable[str], what: str, path: str) -> Iterator[Problem]:
    if name is not None and name not in (names := list(names)):
        yield Problem(f"no such {what} {one_of(name, names)}", path)


def _sums_to_one(shares: Mapping[str, float], path: str) -> Iterator[Problem]:
    total = sum(shares.values())
    if abs(total - 1) > _SHARE_TOLERANCE:
        yield Problem(f"shares must sum to 100% (got {100 * total:.6g}%)", path)


def _shares(shares: Mapping[str, float | None], path: str) -> Iterator[Problem]:
    """Shares that a trace does not say."""
    said = {name: share for name, share in shares.items() if share is not None}
    for name in shares:
        if name not in said:
            yield Problem("is missing", dotted(path, name, "share"))
    if len(said) == len(shares):
        yield from _sums_to_one(said, path)


def _letters(scenario: "Scenario") -> Iterator[Problem]:
    yield from _shares({name: channel.share for name, channel in scenario.channels.items()}, "channels")
    yield from _shares({name: category.share for name, category in scenario.categories.items()}, "categories")
    if "default" in scenario.categories:
        yield Problem("'default' cannot be the name of a category", "categories.default")
    if "default" in scenario.channels and differs_by_channel(scenario.workflow):
        yield Problem("'default' cannot be the name of a channel where a step says per_channel", "channels.default")
    for name, channel in scenario.channels.items():
        path = dotted("channels", name, "registered")
        yield from _known(channel.registered, _roster_names(scenario), "roster", path)


def _surges(scenario: "Scenario") -> Iterator[Problem]:
    homes = home_team(scenario.teams)
    line = [homes, *teams_above(homes, scenario.teams)]
    places = [unit for name in line for unit in unit_names(name, scenario.teams[name])]
    for position, surge in enumerate(scenario.arrivals.surges):
        path = f"arrivals.surges[{position}]"
        yield from _known(surge.category, scenario.categories, "category", f"{path}.category")
        yield from _known(surge.unit, places, "unit where letters come from", f"{path}.unit")
        yield from _period(scenario, surge, path)


def _staff_changes(scenario: "Scenario") -> Iterator[Problem]:
    rosters = _roster_names(scenario)
    for position, change in enumerate(scenario.staff_changes):
        path = f"staff_changes[{position}]"
        yield from _known(change.team, scenario.teams, "team", f"{path}.team")
        yield from _known(change.roster, rosters, "roster", f"{path}.roster")
        yield from _period(scenario, change, path)
        if change.team not in scenario.teams:
            continue
        team = scenario.teams[change.team]
        yield from _known(change.unit, unit_names(change.team, team), f"unit of {change.team}", f"{path}.unit")
        there = team.headcount if change.roster is None else team.staff.get(change.roster, 0)
        if isinstance(change.people, int) and there + change.people < 0:
            yield Problem(f"takes {-change.people} people from {there}", f"{path}.people")
        if change.people is not None and change.roster is None and not team.staff:
            yield Problem(f"needs a roster, since {change.team} has none yet", path)
        if isinstance(change.people, float) and change.roster is not None and change.roster not in team.staff:
            yield Problem(f"is a part of nobody: {change.team} has no one on {change.roster}", f"{path}.people")
    for position, calendar in enumerate(scenario.leave):
        path = f"leave[{position}]"
        yield from _known(calendar.team, scenario.teams, "team", f"{path}.team")
        yield from _known(calendar.roster, rosters, "roster", f"{path}.roster")
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
        yield from _known(group.step, places, "step at which a letter can be", f"{path}.step")
        yield from _known(group.category, scenario.categories, "category", f"{path}.category")
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
        yield from _known(team.within, teams, "team", f"{path}.within")
        for roster in team.staff:
            yield from _known(roster, _roster_names(scenario), "roster", f"{path}.{dotted('staff', roster)}")
        for roster in team.staff_by if isinstance(team.staff_by, Mapping) else ():
            yield from _known(roster, _roster_names(scenario), "roster", f"{path}.{dotted('staff_by', roster)}")
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


def _workflow(scenario: "Scenario") -> Iterator[Problem]:
    layout, seen = Layout.of(scenario.workflow), set[str]()
    for number, (step, path) in enumerate(zip(scenario.workflow, _paths(layout), strict=True)):
        if step.name in seen:
            yield Problem(f"there is a step '{step.name}' already", path)
        yield from _for_some(scenario, step, path)
        for key in ("only_after", "unless"):
            for name in getattr(step, key):
                yield from _known(name, _earlier(scenario, layout, number), "earlier step", f"{path}.{key}")
        for key, value in step:
            if isinstance(value, PerCategory):
                yield from _differing(scenario, step, value, f"{path}.{key}")
        if isinstance(step, WorkStep):
            yield from _work(scenario, step, path)
        if isinstance(step, LoopStep):
            yield from _loop(step, _earlier(scenario, layout, number, together=True), path)
        if not isinstance(step, LeaveStep | LoopStep):
            seen.add(step.name)


def _paths(layout: Layout) -> list[str]:
    """Where the steps of a workflow are written."""
    paths: list[str] = []
    written = 0
    for number, detour in enumerate(layout.detour):
        paths.append(f"workflow[{written}]" if detour is None else f"{paths[detour]}.steps[{number - detour - 1}]")
        written += detour is None
    return paths


def _earlier(scenario: "Scenario", layout: Layout, number: int, *, together: bool = False) -> list[str]:
    """Steps that a letter may have taken before it comes to one.

    Args:
        together: only those of the same detour, or outside of all detours as that one.
    """
    mine, names = layout.detour[number], []
    for step, detour in zip(scenario.workflow[:number], layout.detour, strict=False):
        apart = detour != mine and (together or _ends(scenario, detour))
        if not isinstance(step, LeaveStep | LoopStep) and not apart:
            names.append(step.name)
    return names


def _ends(scenario: "Scenario", detour: int | None) -> bool:
    """Whether letters end with a detour."""
    step = None if detour is None else scenario.workflow[detour]
    return isinstance(step, DetourStep) and step.then == "end"


def _for_some(scenario: "Scenario", some: ForSome, path: str) -> Iterator[Problem]:
    """What is wrong with the categories and channels that a step or an SLA is for."""
    for chosen, names, what, key in (
        (some.for_, scenario.categories, "category", "for"),
        (some.for_channel, scenario.channels, "channel", "for_channel"),
    ):
        if chosen is not None and not chosen:
            yield Problem(f"must name at least one {what}", f"{path}.{key}")
        for name in chosen or ():
            yield from _known(name, names, what, f"{path}.{key}")


def _differing(scenario: "Scenario", step: Step, value: "PerCategory[object]", path: str) -> Iterator[Problem]:
    """What is wrong with a value that differs by category or channel."""
    strange = False
    for key, values, names, what in (
        ("per_category", value.per_category, scenario.categories, "category"),
        ("per_channel", value.per_channel, scenario.channels, "channel"),
    ):
        for name in sorted(set(values) - {"default", *names}):
            strange = True
            yield from _known(name, names, what, f"{path}.{dotted(key, name)}")
    if value.per_channel and value.per_category:
        yield from _in_both(scenario, step, value, path)
    if strange or any("default" in values for values in (value.per_category, value.per_channel)):
        return
    others = [name for name in step.for_channel or scenario.channels if name not in value.per_channel]
    if others and value.per_channel and not value.per_category:
        yield Problem(f"needs a value for {', '.join(others)}, or a default", f"{path}.per_channel")
    elif others:
        missing = [name for name in step.for_ or scenario.categories if name not in value.per_category]
        if missing:
            yield Problem(f"needs a value for {', '.join(missing)}, or a default", f"{path}.per_category")


def _in_both(scenario: "Scenario", step: Step, value: "PerCategory[object]", path: str) -> Iterator[Problem]:
    """What leaves `per_category` without a letter where the channels that are named have values of their own."""
    if "default" in value.per_channel:
        yield Problem(
            "excludes per_category, whose values are those of all other channels", f"{path}.per_channel.default"
        )
    elif set(step.for_channel or scenario.channels) <= set(value.per_channel):
        yield Problem("means nothing, since per_channel names every channel", f"{path}.per_category")


def _work(scenario: "Scenario", step: WorkStep, path: str) -> Iterator[Problem]:
    by_category = [("per_category", name, routing) for name, routing in step.by.per_category.items()]
    by_channel = [("per_channel", name, routing) for name, routing in step.by.per_channel.items()]
    bare = not by_channel and list(step.by.per_category) == ["default"]
    for key, of, routing in by_category + by_channel:
        where = f"{path}.by" if bare else f"{path}.by.{dotted(key, of)}"
        for team in routing:
            yield from _known(team, scenario.teams, "team", where)
        yield from _sums_to_one(routing, where)
    own = {team for routing in step.by.values for team, share in routing.items() if share > 0}
    places = [(step.cover, "cover"), (step.escalate.to if step.escalate is not None else None, "escalate.to")]
    for name, key in places:
        yield from _known(name, scenario.teams, "team", f"{path}.{key}")
        if own == {name}:
            yield Problem(f"must be another team than the one that does the step, {name}", f"{path}.{key}")


def _loop(step: LoopStep, earlier: list[str], path: str) -> Iterator[Problem]:
    if step.back_to not in earlier:
        yield Problem(f"must name an earlier step {one_of(step.back_to, earlier)}", f"{path}.back_to")
    if step.at_most is None and any(chance >= 1 for chance in step.chance.values):
        yield Problem("a chance of 100% without at_most would never end", f"{path}.chance")


def _slas(scenario: "Scenario") -> Iterator[Problem]:
    steps = [step.name for step in scenario.workflow if isinstance(step, WorkStep | WaitStep)]
    for name, sla in scenario.sla.items():
        path = dotted("sla", name)
        for key, milestone in (("from", sla.from_), ("until", sla.until)):
            if "." in milestone:
                yield from _known(milestone.rsplit(".", 1)[0], steps, "step", f"{path}.{key}")
        if all(each.rsplit(".", 1)[0] in ("received", "closed", *steps) for each in (sla.from_, sla.until)):
            yield from sla_checks(scenario, sla, path)
        yield from _for_some(scenario, sla, path)
        for step in sla.paused_during:
            yield from _known(step, steps, "step", f"{path}.paused_during")
        taken = [step.name for step in scenario.workflow if isinstance(step, WorkStep | WaitStep | DetourStep)]
        for key in ("only_after", "unless"):
            for step in getattr(sla, key):
                yield from _known(step, taken, "step or detour", f"{path}.{key}")


def _supervise(scenario: "Scenario") -> Iterator[Problem]:
    for position, rule in enumerate(scenario.supervise):
        path = f"supervise[{position}]"
        yield from _known(rule.sla, scenario.sla, "SLA", f"{path}.sla")
        yield from _known(rule.move_to, scenario.teams, "team", f"{path}.move_to")
        yield from _known(rule.task.by if rule.task is not None else None, scenario.teams, "team", f"{path}.task.by")
        sla = scenario.sla.get(rule.sla)
        if sla is not None and (sla.from_ != "received" or sla.paused_during):
            why = f"is paused during {', '.join(sla.paused_during)}" if sla.paused_during else f"runs from {sla.from_}"
            yield Problem(
                "must be an SLA that runs from receipt without pauses, so that it is known from the start when this is "
                f"due; {rule.sla} {why}",
                f"{path}.sla",
            )


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
            yield from _known(name, scenario.teams, "team", dotted("plan", section, name))
            for roster in by_roster:
                yield from _known(roster, _roster_names(scenario), "roster", dotted("plan", section, name, roster))
    for name, by_roster in (scenario.plan.vary or {}).items():
        if ALWAYS in by_roster and name in scenario.teams and scenario.teams[name].absence:
            yield Problem(
                "a seat of the roster 'always' is never empty; absence needs shifts", dotted("plan", "vary", name)
            )
    for name in scenario.plan.targets:
        yield from _known(name, scenario.sla, "SLA", dotted("plan", "targets", name))
    for position, name in enumerate(scenario.plan.may_fall_behind):
        yield from _known(name, scenario.teams, "team", f"plan.may_fall_behind[{position}]")
    if scenario.plan.rosters is not None:
        yield from _generated_rosters(scenario, scenario.plan.rosters.generate)


def _generated_rosters(scenario: "Scenario", rules: RosterRules) -> Iterator[Problem]:
    path = "plan.rosters.generate"
    for position, name in enumerate(rules.teams or ()):
        yield from _known(name, scenario.teams, "team", f"{path}.teams[{position}]")
    if not shift_patterns(rules):
        yield Problem("leave no roster: no length has a cycle of days on and off that keeps all of them", path)


def sla_checks(scenario: "Scenario", sla: Sla, path: str) -> Iterator[Problem]:
    """What is wrong with an SLA whose steps all exist."""
    from_, until = (_place(scenario, milestone) for milestone in (sla.from_, sla.until))
    if sla.from_ == "closed":
        yield Problem("must come before closed", f"{path}.from")
    elif until <= from_:
        yield Problem(f"must come after {sla.from_}", f"{path}.until")
    elif _ended_between(scenario, from_[0], until[0]):
        yield Problem(f"cannot come after {sla.from_}, at whose detour letters end", f"{path}.until")
    elif _stands_still(scenario, sla, from_, until):
        yield Problem(
            f"leaves no step between {sla.from_} and {sla.until} at which the clock runs", f"{path}.paused_during"
        )
    if sla.target is not None:
        kinds = list(product(sla.for_ or scenario.categories, sla.for_channel or scenario.channels))
        for key, milestone, place in (("from", sla.from_, from_), ("until", sla.until, until)):
            if not any(_can_reach(scenario, *kind, place[0]) for kind in kinds):
                yield Problem(f"has a target, and no letter that it is for can reach {milestone}", f"{path}.{key}")


def _place(scenario: "Scenario", milestone: str) -> tuple[int, int]:
    """Where a milestone stands in the workflow: number of the step, and of the moment in it."""
    if milestone == "received":
        return _BEFORE_ALL, 0
    if milestone == "closed":
        return len(scenario.workflow), 0
    step, moment = milestone.rsplit(".", 1)
    return [each.name for each in scenario.workflow].index(step), MOMENTS.index(moment)


def _stands_still(scenario: "Scenario", sla: Sla, from_: tuple[int, int], until: tuple[int, int]) -> bool:
    """Whether an SLA pauses at every step between its milestones, from which no letter goes back."""
    begins = max(from_[0], 0) + (sla.from_.endswith(".finished"))
    ends = until[0] + (not sla.until.endswith(".queued"))
    between = scenario.workflow[begins:ends]
    steps = [step.name for step in between if isinstance(step, WorkStep | WaitStep)]
    goes_back = any(isinstance(step, LoopStep) for step in between)
    return bool(steps) and not goes_back and set(steps) <= set(sla.paused_during)


def _ended_between(scenario: "Scenario", from_: int, until: int) -> bool:
    """Whether a step is one of a detour that ends letters, and another one comes behind that."""
    layout, closed = Layout.of(scenario.workflow), len(scenario.workflow)
    detour = layout.detour[from_] if 0 <= from_ < closed else None
    return detour is not None and _ends(scenario, detour) and layout.end[detour] <= until < closed


def _can_reach(scenario: "Scenario", category: str, channel: str, place: int) -> bool:
    """Whether some letter of a category and channel can come to a step, or to the end of the workflow."""
    layout, closed = Layout.of(scenario.workflow), len(scenario.workflow)
    mine = layout.detour[place] if 0 <= place < closed else None
    for number, step in enumerate(scenario.workflow[: max(place, 0)]):
        share = share_of(step).get(category, channel, 0.0) if is_for(step, category, channel) else 0.0
        if isinstance(step, LeaveStep) and layout.detour[number] in (None, mine) and share >= 1:
            return False
        if number == mine and share <= 0:
            return False
        if isinstance(step, DetourStep) and number != mine and step.then == "end" and share >= 1 and place < closed:
            return False
    if not 0 <= place < len(scenario.workflow):
        return True
    step = scenario.workflow[place]
    applies = is_for(step, category, channel)
    return applies and (not isinstance(step, WorkStep | WaitStep) or step.chance.get(category, channel, 1.0) > 0)


def _system(scenario: "Scenario") -> Iterator[Problem]:
    if scenario.system is None:
        return
    work = [step.name for step in scenario.workflow if isinstance(step, WorkStep)]
    operations = ["all", "receive", *(f"{step}.{moment}" for step in work for moment in ("start", "finish"))]
    operations += [f"read.{kind}" for kind in ("lists", "dashboards", "lookups")]
    for name in scenario.system.service:
        yield from _known(name, operations, "operation", dotted("system", "service", name))
    if "text" in scenario.system.attachments:
        yield Problem("every letter has a text; its size is system.text", "system.attachments.text")
