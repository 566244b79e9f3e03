"""Mean number of visits that letters make to each step, without drawing any: the workflow followed by shares."""

import heapq
from itertools import count
from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.models.base import is_for
from sim.models.scenario import Scenario
from sim.models.workflow import DetourStep, Layout, LeaveStep, LoopStep, WorkStep, differs_by_channel, share_of
from sim.sampling.visits import conditions

_NEGLIGIBLE: Final = 1e-9
"""Share of the letters of a category that is not followed any further round a loop."""

_State = tuple[int, tuple[int, ...], frozenset[str]]
"""At which step, how often gone back from each loop, and which steps taken on which others depend."""


def expected_visits(scenario: Scenario, *, all_leave: bool = False) -> Floats:
    """Mean first and later visits that a letter makes to each step, shape (2, categories, channels, steps).

    Args:
        all_leave: whether every letter that comes to a step with `patience` leaves there before anybody starts it, so
            that what is left are the visits that are made however long it waits; else nobody leaves out of patience.
    """
    channels = list(scenario.channels)
    different = channels if differs_by_channel(scenario.workflow) else channels[:1]
    visits = [
        np.stack([_of_kind(scenario, kind, each, all_leave) for each in different], axis=1)
        for kind in scenario.categories
    ]
    shape = (2, len(visits), len(channels), len(scenario.workflow))
    return np.broadcast_to(np.stack(visits, axis=1), shape)


def _of_kind(scenario: Scenario, category: str, channel: str, all_leave: bool) -> Floats:
    steps = scenario.workflow
    number = {step.name: index for index, step in enumerate(steps)}
    loops = {index: step for index, step in enumerate(steps) if isinstance(step, LoopStep)}
    layout = Layout.of(steps)
    visits = np.zeros((2, len(steps)))
    depended_on = conditions(steps)
    shares = [
        share_of(step).of(category, channel) if is_for(step, category, channel) else 0.0 for step in scenario.workflow
    ]
    # Letters stand at a step, having gone back from each loop some number of times, and having taken, of the steps
    # on which others depend, some or other. The earliest goes on first.
    standing: dict[_State, float] = {}
    earliest: list[tuple[int, tuple[int, ...], int, _State]] = []
    number_of_state = count()  # of two states that are as early the one that was come to first

    def come(state: _State, share: float) -> None:
        if state not in standing:
            heapq.heappush(earliest, (*state[:2], next(number_of_state), state))
        standing[state] = standing.get(state, 0.0) + share

    come((0, (0,) * len(loops), frozenset()), 1.0)
    while earliest:
        *_, at = heapq.heappop(earliest)
        share, (index, gone_back, took) = standing.pop(at), at
        if index == len(steps) or share < _NEGLIGIBLE:
            continue
        step = steps[index]
        takes = shares[index]
        if (step.only_after and took.isdisjoint(step.only_after)) or not took.isdisjoint(step.unless):
            takes = 0.0
        if isinstance(step, LoopStep):
            nth = list(loops).index(index)
            if step.at_most is None and takes >= 1:
                continue  # it never ends, which is refused where letters are drawn
            if step.at_most is not None and gone_back[nth] >= step.at_most:
                takes = 0.0
            # Of a loop without a bound it matters only whether a letter has been round it.
            times = gone_back[nth] + 1 if step.at_most is not None else 1
            back = (number[step.back_to], (*gone_back[:nth], times, *gone_back[nth + 1 :]), took)
            come(back, share * takes)
            share *= 1 - takes
        elif isinstance(step, LeaveStep):
            share *= 1 - takes
        elif all_leave and isinstance(step, WorkStep) and step.patience is not None:
            share, took = share * (1 - takes), took - {step.name}
        elif isinstance(step, DetourStep):
            past = (layout.end[index], gone_back, took - {step.name, *(each.name for each in step.steps)})
            come(past, share * (1 - takes))
            share *= takes
            took = took | {step.name} if step.name in depended_on else took
        else:
            again = any(
                times and number[loop.back_to] <= index < end
                for times, (end, loop) in zip(gone_back, loops.items(), strict=True)
            )
            visits[int(again), index] += share * takes
            if step.name in depended_on:
                taken = (layout.next[index], gone_back, took | {step.name})
                come(taken, share * takes)
                share, took = share * (1 - takes), took - {step.name}
        on = (layout.next[index], gone_back, took)
        come(on, share)
    return visits
