"""Consistency checks of a whole scenario: names that must exist, shares that must sum to 100%, SLAs that make sense."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sim.core.clock import Clock
from sim.core.errors import Problem
from sim.models.lateness_checks import lateness_checks, repeat_letters_checks, repeat_letters_sla_checks
from sim.models.recorded_checks import backlog_checks, trace_checks
from sim.models.sla_checks import milestone_checks, runs_from_receipt, sla_checks
from sim.models.staffing import home_team, teams_above, unit_names
from sim.models.staffing_checks import (
    leave_checks,
    period_checks,
    roster_checks,
    roster_names,
    staff_change_checks,
    team_checks,
)
from sim.models.study_checks import plan_checks, stress_checks, system_checks
from sim.models.wording import dotted
from sim.models.workflow import DetourStep, WaitStep, WorkStep, differs_by_channel
from sim.models.workflow_checks import for_some, known, sums_to_one, workflow_checks

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


def cross_checks(scenario: "Scenario") -> list[Problem]:
    """Every problem that a scenario has as a whole; empty if it is sound."""
    families: list[Callable[[Scenario], Iterator[Problem]]]
    families = [
        _letters,
        roster_checks,
        team_checks,
        workflow_checks,
        lateness_checks,
        _slas,
        _supervise,
        _extension,
        repeat_letters_checks,
        stress_checks,
        plan_checks,
        system_checks,
    ]
    problems = [problem for family in families for problem in family(scenario)]
    # Which places there are is only known where the teams are sound.
    if not any(problem.path.startswith("teams") for problem in problems):
        problems += [
            *_surges(scenario),
            *staff_change_checks(scenario),
            *leave_checks(scenario),
            *backlog_checks(scenario),
            *trace_checks(scenario),
        ]
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
        yield from known(channel.registered, roster_names(scenario), "roster", path)


def _surges(scenario: "Scenario") -> Iterator[Problem]:
    homes = home_team(scenario.teams)
    line = [homes, *teams_above(homes, scenario.teams)]
    places = [unit for name in line for unit in unit_names(name, scenario.teams[name])]
    for position, surge in enumerate(scenario.arrivals.surges):
        path = f"arrivals.surges[{position}]"
        yield from known(surge.category, scenario.categories, "category", f"{path}.category")
        yield from known(surge.unit, places, "unit where letters come from", f"{path}.unit")
        yield from period_checks(scenario, surge, path)


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
