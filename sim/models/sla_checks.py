"""Consistency checks of an SLA against the workflow: milestones in order that letters can reach, a clock that runs."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Final

from sim.core.errors import Problem
from sim.models.base import is_for
from sim.models.sla import MOMENTS, Sla
from sim.models.wording import are
from sim.models.workflow import DetourStep, Layout, LeaveStep, LoopStep, WaitStep, WorkStep, is_switched_off, share_of
from sim.models.workflow_checks import ends_letters, known

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

_BEFORE_ALL: Final = -1
"""Place of the receipt before the steps of a workflow."""


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


def runs_from_receipt(scenario: "Scenario", name: str, path: str) -> Iterator[Problem]:
    """An SLA whose limit is to pass at a second that is known as a letter is received."""
    sla = scenario.sla.get(name)
    if sla is not None and (sla.from_ != "received" or sla.paused_during):
        why = f"is paused during {', '.join(sla.paused_during)}" if sla.paused_during else f"runs from {sla.from_}"
        yield Problem(
            "must be an SLA that runs from receipt without pauses, so that it is known from the start when this is "
            f"due; {name} {why}",
            f"{path}.sla",
        )


def milestone_checks(scenario: "Scenario", milestone: str, path: str) -> Iterator[Problem]:
    """What is wrong with the milestone of a step: a name that does not exist, or of what letters pass in no time."""
    name, moment = milestone.rsplit(".", 1)
    steps = {step.name: step for step in scenario.workflow}
    visited = [each for each, step in steps.items() if isinstance(step, WorkStep | WaitStep)]
    named = steps.get(name)
    if isinstance(named, DetourStep):
        inside = [each.name for each in named.steps if each.name in visited]
        which = inside[-1 if moment == "finished" else 0] if inside else ""
        hint = f"; did you mean '{which}.{moment}'?" if inside else ""
        yield Problem(f"'{name}' is a detour, and only its steps have milestones{hint}", path)
    elif named is not None and name not in visited:
        yield Problem(f"'{name}' takes no time, and has no milestones; there {are(visited)}", path)
    else:
        yield from known(name, visited, "step", path)


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
    return detour is not None and ends_letters(scenario, detour) and layout.end[detour] <= until < closed


def _can_reach(scenario: "Scenario", category: str, channel: str, place: int) -> bool:
    """Whether some letter of a category and channel can come to a step, or to the end of the workflow.

    A step or detour that no letter at all takes is switched off, as at the first point of a sweep from 0%; its SLA
    has no letters then, and is not judged.
    """
    layout, closed = Layout.of(scenario.workflow), len(scenario.workflow)
    mine = layout.detour[place] if 0 <= place < closed else None
    for number, step in enumerate(scenario.workflow[: max(place, 0)]):
        share = share_of(step).get(category, channel, 0.0) if is_for(step, category, channel) else 0.0
        if isinstance(step, LeaveStep) and layout.detour[number] in (None, mine) and share >= 1:
            return False
        if number == mine and share <= 0 and not is_switched_off(step):
            return False
        if isinstance(step, DetourStep) and number != mine and step.then == "end" and share >= 1 and place < closed:
            return False
    if not 0 <= place < len(scenario.workflow):
        return True
    step = scenario.workflow[place]
    applies = is_for(step, category, channel)
    if not isinstance(step, WorkStep | WaitStep) or is_switched_off(step):
        return applies
    return applies and step.chance.get(category, channel, 1.0) > 0
