"""How often letters come to each step on average: the workflow walked through with shares instead of chance."""

from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.models.scenario import Scenario
from sim.models.workflow import LeaveStep, LoopStep

NEGLIGIBLE: Final = 1e-9
"""Share of the letters of a category that is not followed any further round a loop."""


def expected_visits(scenario: Scenario) -> Floats:
    """Mean number of first and of later visits that a letter makes to each step, shape (2, categories, steps)."""
    return np.stack([_of_category(scenario, category) for category in scenario.categories], axis=1)


def _of_category(scenario: Scenario, category: str) -> Floats:
    steps = scenario.workflow
    number = {step.name: index for index, step in enumerate(steps)}
    loops = {index: step for index, step in enumerate(steps) if isinstance(step, LoopStep)}
    visits = np.zeros((2, len(steps)))
    # Letters stand at a step, having gone back from each loop some number of times. The earliest goes on first.
    standing: dict[tuple[int, tuple[int, ...]], float] = {(0, (0,) * len(loops)): 1.0}
    while standing:
        at = min(standing)
        share, (index, gone_back) = standing.pop(at), at
        if index == len(steps) or share < NEGLIGIBLE:
            continue
        step = steps[index]
        chance = step.leave if isinstance(step, LeaveStep) else step.chance
        takes = chance.of(category) if step.for_ is None or category in step.for_ else 0.0
        if isinstance(step, LoopStep):
            nth = list(loops).index(index)
            if step.at_most is None and takes >= 1:
                continue  # it never ends, which is refused where letters are drawn
            if step.at_most is not None and gone_back[nth] >= step.at_most:
                takes = 0.0
            # Of a loop without a bound it matters only whether a letter has been round it.
            times = gone_back[nth] + 1 if step.at_most is not None else 1
            back = (number[step.back_to], (*gone_back[:nth], times, *gone_back[nth + 1 :]))
            standing[back] = standing.get(back, 0.0) + share * takes
            share *= 1 - takes
        elif isinstance(step, LeaveStep):
            share *= 1 - takes
        else:
            again = any(
                times and number[loop.back_to] <= index < end
                for times, (end, loop) in zip(gone_back, loops.items(), strict=True)
            )
            visits[int(again), index] += share * takes
        on = (index + 1, gone_back)
        standing[on] = standing.get(on, 0.0) + share
    return visits
