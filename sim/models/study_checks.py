"""Consistency checks of what a scenario says for stress, plan and targets."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.core.clock import seconds_since
from sim.core.errors import Problem
from sim.models.operation_names import CALL_MOMENTS, READS, RECEIVE
from sim.models.roster_rules import RosterRules
from sim.models.shift_patterns import shift_patterns
from sim.models.staffing import ALWAYS
from sim.models.staffing_checks import roster_names
from sim.models.wording import dotted
from sim.models.workflow import WorkStep
from sim.models.workflow_checks import known

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


def stress_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the ramp and the spike."""
    if scenario.stress is None:
        return
    ramp, begins = scenario.stress.ramp, scenario.stress.spike.from_
    if ramp.from_ is not None and ramp.to is not None and ramp.from_ >= ramp.to:
        yield Problem(f"must be less than {ramp.to:g}, its end (got {ramp.from_:g})", "stress.ramp.from")
    if begins is not None and not scenario.window_start <= seconds_since(scenario.start, begins) < scenario.window_end:
        yield Problem("must lie in the window", "stress.spike.from")


def plan_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with what a plan may vary, pays, aims at and generates."""
    if scenario.plan is None:
        return
    for section, entries in (("vary", scenario.plan.vary or {}), ("cost", scenario.plan.cost)):
        for name, by_roster in entries.items():
            yield from known(name, scenario.teams, "team", dotted("plan", section, name))
            for roster in by_roster:
                yield from known(roster, roster_names(scenario), "roster", dotted("plan", section, name, roster))
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


def system_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the system whose targets are asked for."""
    if scenario.system is None:
        return
    work = [step.name for step in scenario.workflow if isinstance(step, WorkStep)]
    operations = ["all", RECEIVE, *(f"{step}.{moment}" for step in work for moment in CALL_MOMENTS)]
    operations += [f"read.{kind}" for kind in READS]
    for name in scenario.system.service:
        yield from known(name, operations, "operation", dotted("system", "service", name))
    if "text" in scenario.system.attachments:
        yield Problem("every letter has a text; its size is system.text", "system.attachments.text")
