"""The requirement and people on duty by slot of the week, today and as planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.clock import HOUR
from sim.core.tables import Floats
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.load import load_of
from sim.forecast.requirement import requirement
from sim.scenario.setting import Setting

_HALF_HOUR: Final = HOUR // 2

_LOAD_REPLICATIONS: Final = 4
"""Simulated without queues to see the load."""


@dataclass(frozen=True)
class SlotRequirement:
    """Requirement of a team and people on duty by half hour of the week, Monday 00:00 first.

    Attributes:
        people: needed under the plan's roster, shape (336,).
        today, planned: mean number on duty, shape (336,).
        shortfall: people whom its units lack under the plan, summed over the units, shape (336,).
    """

    people: Floats
    today: Floats
    planned: Floats
    shortfall: Floats


def requirement_by_slot(today: Setting, planned: Setting) -> Mapping[str, SlotRequirement]:
    """Of each counted team, by the requirement under the plan: who is awake decides whose work it is."""
    before, after = (
        load_of([simulate_infinite_servers(each, number) for number in range(_LOAD_REPLICATIONS)], _HALF_HOUR)
        for each in (today, planned)
    )
    found = requirement(planned, after)
    with np.errstate(divide="ignore", invalid="ignore"):
        duty = [np.nan_to_num(load.on_duty / load.seconds) for load in (before, after)]
    return {
        name: SlotRequirement(found[name].people, duty[0][index], duty[1][index], found[name].shortfall)
        for index, name in enumerate(today.places.teams)
        if today.scenario.teams[name].counted
    }
