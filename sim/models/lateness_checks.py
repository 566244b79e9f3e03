"""Consistency checks of what hangs on lateness: an SLA that is decided by then, and letters that all go on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.core.errors import Problem
from sim.models.base import is_for
from sim.models.sla_checks import runs_from_receipt
from sim.models.workflow import (
    DetourStep,
    Layout,
    LeaveStep,
    LoopStep,
    Step,
    WhenLate,
    decided_by_lateness,
    share_of,
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


def repeat_letters_sla_checks(scenario: "Scenario") -> Iterator[Problem]:
    """Whether the SLA of repeat letters hangs on lateness itself, in a scenario whose workflow is sound."""
    again = scenario.repeat_letters
    sla = None if again is None else scenario.sla.get(again.when_late.sla)
    on = None if sla is None else _first_visit_hangs_on(scenario, sla.until.rpartition(".")[0])
    if sla is not None and on is not None:
        yield Problem(
            f"must not wait for what hangs on lateness itself, as {sla.until} does through {on}; take an SLA until an "
            "earlier step, or one that letters come to whether late or not",
            "repeat_letters.when_late.sla",
        )


def _first_visit_hangs_on(scenario: "Scenario", name: str) -> str | None:
    """Through which step it may hang on lateness that a letter ever comes to one; going back to it does not count.

    Returns: the step with `when_late` itself, or the loop in which chance has another try at a step that a letter has
        passed over; None if there is neither.
    """
    steps = scenario.workflow
    decided, detours = decided_by_lateness(steps), Layout.of(steps).detour
    number = {step.name: number for number, step in enumerate(steps)}
    asked = {number[name]} if name in number else set[int]()
    while True:  # all on which it depends whether it is taken
        more = {number[each] for at in asked for each in (*steps[at].only_after, *steps[at].unless)}
        more |= {detour for at in asked if (detour := detours[at]) is not None}
        if more <= asked:
            break
        asked |= more
    for at in sorted(asked):
        if when_late(steps[at]) is not None:
            return steps[at].name
    for end, loop in enumerate(steps):
        if isinstance(loop, LoopStep) and loop.name in decided:
            again = asked.intersection(range(number[loop.back_to], end))
            if any(_is_left_to_chance(scenario, steps[at]) for at in again):
                return loop.name
    return None


def _is_left_to_chance(scenario: "Scenario", step: Step) -> bool:
    """Whether some letters of one kind take a step and others do not, by its own share."""
    kinds = [(category, channel) for category in scenario.categories for channel in scenario.channels]
    return any(0 < share_of(step).get(*kind, 1.0) < 1 for kind in kinds if is_for(step, *kind))


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
