"""What an SLA of a scenario cannot mean: milestones in the wrong order, targets for letters that never come there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sim.core.errors import Problem
from sim.models.sla import MOMENTS, Sla
from sim.models.workflow import LeaveStep, LoopStep, WaitStep, WorkStep

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

BEFORE_ALL: Final = -1
"""Place of the receipt before the steps of a workflow."""


def sla_checks(scenario: "Scenario", sla: Sla, path: str) -> Iterator[Problem]:
    """What is wrong with an SLA whose steps all exist."""
    from_, until = (_place(scenario, milestone) for milestone in (sla.from_, sla.until))
    if sla.from_ == "closed":
        yield Problem("must come before closed", f"{path}.from")
    elif until <= from_:
        yield Problem(f"must come after {sla.from_}", f"{path}.until")
    elif _stands_still(scenario, sla, from_, until):
        yield Problem(
            f"leaves no step between {sla.from_} and {sla.until} at which the clock runs", f"{path}.paused_during"
        )
    if sla.target is not None:
        for key, milestone, place in (("from", sla.from_, from_), ("until", sla.until, until)):
            if not any(_can_reach(scenario, category, place[0]) for category in sla.for_ or scenario.categories):
                yield Problem(f"has a target, and no letter that it is for can reach {milestone}", f"{path}.{key}")


def _place(scenario: "Scenario", milestone: str) -> tuple[int, int]:
    """Where a milestone stands in the workflow: number of the step, and of the moment in it."""
    if milestone == "received":
        return BEFORE_ALL, 0
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


def _can_reach(scenario: "Scenario", category: str, place: int) -> bool:
    """Whether some letter of a category can come to a step, or to the end of the workflow."""
    for step in scenario.workflow[: max(place, 0)]:
        applies = step.for_ is None or category in step.for_
        if isinstance(step, LeaveStep) and applies and step.leave.get(category, 0.0) >= 1:
            return False
    if not 0 <= place < len(scenario.workflow):
        return True
    step = scenario.workflow[place]
    applies = step.for_ is None or category in step.for_
    return applies and (not isinstance(step, WorkStep | WaitStep) or step.chance.get(category, 1.0) > 0)
