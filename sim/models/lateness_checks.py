"""Consistency checks of what hangs on lateness: an SLA that is decided by then, and letters that all go on."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.core.errors import Problem
from sim.models.sla_checks import runs_from_receipt
from sim.models.workflow import (
    DetourStep,
    Layout,
    LeaveStep,
    LoopStep,
    Step,
    WhenLate,
    decided_by_lateness,
    sla_of_when_late,
    when_late,
)
from sim.models.workflow_checks import differing, ends_letters, for_some, known, paths_of

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


def lateness_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the steps that letters take or not by whether they missed an SLA."""
    steps = scenario.workflow
    if sla_of_when_late(steps) is None:
        return
    paths, names = paths_of(Layout.of(steps)), [step.name for step in steps]
    if all(step.back_to in names for step in steps if isinstance(step, LoopStep)):
        decided = decided_by_lateness(steps)
        for number, (step, path) in enumerate(zip(steps, paths, strict=True)):
            is_end = isinstance(step, LeaveStep) or (isinstance(step, DetourStep) and ends_letters(scenario, number))
            if is_end and step.name in decided:
                yield Problem("must not hang on lateness, since letters end here", path)
    for number, (step, path) in enumerate(zip(steps, paths, strict=True)):
        rule = when_late(step)
        if rule is not None:
            yield from _rule(scenario, rule, number, f"{path}.when_late")


def repeat_letters_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with repeat letters."""
    again = scenario.repeat_letters
    if again is None:
        return
    path, rule = "repeat_letters", again.when_late
    yield from for_some(scenario, again, path)
    yield from known(again.join.by, scenario.teams, "team", f"{path}.join.by")
    yield from differing(scenario, again, again.chance, f"{path}.chance")
    yield from differing(scenario, again, rule.chance, f"{path}.when_late.chance")
    yield from known(rule.sla, scenario.sla, "SLA", f"{path}.when_late.sla")
    yield from runs_from_receipt(scenario, rule.sla, f"{path}.when_late")
    sla = scenario.sla.get(rule.sla)
    on = None if sla is None else _first_visit_hangs_on(scenario, sla.until.rpartition(".")[0])
    if sla is not None and on is not None:
        yield Problem(
            f"must not wait for what hangs on lateness itself, as {sla.until} does through {on}; take an SLA until an "
            "earlier step, or without such a condition",
            f"{path}.when_late.sla",
        )


def _first_visit_hangs_on(scenario: "Scenario", name: str) -> str | None:
    """Through which step it may hang on lateness that a letter ever comes to one; going back to it does not count.

    Returns: the loop that goes back, the detour or the step itself; None if it does not.
    """
    steps = scenario.workflow
    decided, detours = decided_by_lateness(steps), Layout.of(steps).detour
    for step, detour in zip(steps, detours, strict=True):
        if step.name == name:
            if when_late(step) is not None:
                return step.name
            names = (*step.only_after, *step.unless, *(() if detour is None else (steps[detour].name,)))
            on = next((each for each in names if each in decided), None)
            return on if on is None else _loop_around(steps, on) or on
    return None


def _loop_around(steps: Sequence[Step], name: str) -> str | None:
    """The first loop with `when_late` that goes back over a step."""
    names = [step.name for step in steps]
    at = names.index(name)
    for end, loop in enumerate(steps):
        if isinstance(loop, LoopStep) and when_late(loop) is not None and names.index(loop.back_to) <= at < end:
            return loop.name
    return None


def _rule(scenario: "Scenario", rule: WhenLate, number: int, path: str) -> Iterator[Problem]:
    step, first = scenario.workflow[number], sla_of_when_late(scenario.workflow)
    yield from known(rule.sla, scenario.sla, "SLA", f"{path}.sla")
    yield from runs_from_receipt(scenario, rule.sla, path)
    yield from differing(scenario, step, rule.chance, f"{path}.chance")
    if rule.sla != first:
        yield Problem(f"must be {first}, as of the first step that says so: the way of a letter hangs on one SLA", path)
    sla = scenario.sla.get(rule.sla)
    earlier = [each.name for each in scenario.workflow[:number]]
    if sla is not None and sla.until.rpartition(".")[0] not in earlier:
        yield Problem(
            f"must be an SLA that is decided before this step; {rule.sla} runs until {sla.until}", f"{path}.sla"
        )
    if sla is not None and (sla.only_after or sla.unless):
        yield Problem(
            f"must be an SLA of all letters of its categories and channels; {rule.sla} has only_after or unless",
            f"{path}.sla",
        )
    if isinstance(step, LoopStep) and step.at_most is None and any(chance >= 1 for chance in rule.chance.values):
        yield Problem("a chance of 100% without at_most would never end", f"{path}.chance")
