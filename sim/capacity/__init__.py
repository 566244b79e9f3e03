"""Stress test: capacity of a staffing, what limits it, and its behaviour in a spike and over a long time.

Ramp, breakpoint (the capacity), spike and soak, in the words of load testing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.capacity.bottleneck import Bottleneck, Effect, Relief, Relieved, bottlenecks, relieved
from sim.capacity.capacity import Capacity, CapacityBound, CapacityStatus, find_capacity
from sim.capacity.limits import Limits, StabilityLimit, TeamLimit, staffing_limits
from sim.capacity.ramp import RampStep, ramp
from sim.capacity.runner import Runner
from sim.capacity.soak import SoakFigures, soak
from sim.capacity.spike import Back, SpikeFigures, SpikeSla, spike
from sim.capacity.trials import Trials
from sim.capacity.variants import at_rate, own_rate
from sim.core.json_text import jsonable
from sim.core.options import DEFAULT, Options
from sim.forecast.cautions import cautions
from sim.metrics.figures import Caution
from sim.models.studies import Ramp, Stress
from sim.scenario.setting import Setting

__all__ = [
    "Back",
    "Bottleneck",
    "Capacity",
    "CapacityBound",
    "CapacityStatus",
    "Effect",
    "RampStep",
    "Relief",
    "Relieved",
    "SoakFigures",
    "SpikeFigures",
    "SpikeSla",
    "StabilityLimit",
    "StressReport",
    "TeamLimit",
    "stress",
]

_PAST: Final = 1.2
"""How far the ramp goes past the scenario's own rate, the capacity and the breaking point."""


@dataclass(frozen=True)
class StressReport:
    """Findings of a stress run.

    Attributes:
        per_day: the scenario's own rate, of spike and soak.
        targets: of each SLA that has one.
        stability: from where on the backlog grows for ever; None where letters bring work to nobody on duty.
        limits: the same for each team and the work that only it can do, the lowest first.
        ceiling: compliance with each SLA if nobody ever had to queue.
        bottlenecks: the team that limits the capacity, for each SLA that may be the first to fail.
        relieved: what there is once the first of their teams has twice the people.
        replications_lived: replications that were simulated for it.
        cautions: what to know before believing the rest.
    """

    scenario: str
    title: str
    engine: str
    replications: int
    seed: int
    per_day: float
    targets: Mapping[str, float]
    capacity: Capacity
    stability: StabilityLimit | None
    limits: tuple[TeamLimit, ...]
    ceiling: Mapping[str, float]
    bottlenecks: tuple[Bottleneck, ...]
    relieved: Relieved | None
    ramp: tuple[RampStep, ...]
    spike: SpikeFigures
    soak: SoakFigures
    replications_lived: int
    cautions: tuple[Caution, ...]

    def summary(self) -> dict[str, Any]:
        """The content of stress.json."""
        content: dict[str, Any] = jsonable(self)
        return content


def stress(
    setting: Setting,
    options: Options = DEFAULT,
    *,
    scenario: str,
    progress: Callable[[int], object] | None = None,
) -> StressReport:
    """Run the stress test of a scenario as its `stress:` section says.

    Args:
        scenario: short name, usually the stem of the file.
        progress: told how many replications were simulated so far.

    Raises: SimError for a scenario without a rate to raise, or one that does not fit into memory.
    """
    model, asked = setting.scenario, setting.scenario.stress or Stress()
    rate = own_rate(model)
    runner = Runner(options, progress)
    steady = at_rate(setting, rate)
    limits = staffing_limits(steady)
    capacity, found, more = _breakpoint(steady, asked, limits.stability, runner)
    return StressReport(
        scenario=scenario,
        title=model.name,
        engine=options.engine,
        replications=asked.replications,
        seed=model.seed,
        per_day=rate,
        targets={name: sla.target for name, sla in model.sla.items() if sla.target is not None},
        capacity=capacity,
        stability=limits.stability,
        limits=limits.teams,
        ceiling=limits.ceiling,
        bottlenecks=found,
        relieved=more,
        ramp=ramp(steady, _rates(asked.ramp, rate, capacity, limits), asked.replications, runner),
        spike=spike(steady, asked.spike, asked.replications, limits, runner),
        soak=soak(steady, asked.soak, runner),
        replications_lived=runner.simulated,
        cautions=cautions(setting),
    )


def _breakpoint(
    setting: Setting, asked: Stress, limit: StabilityLimit | None, runner: Runner
) -> tuple[Capacity, tuple[Bottleneck, ...], Relieved | None]:
    """The capacity, what limits it, and what would limit it next."""
    capacity, near = find_capacity(
        Trials(setting, limit, runner), asked.replications, asked.step, letters=asked.letters
    )
    found = bottlenecks(setting, capacity, near, asked.replications)
    return capacity, found, relieved(setting, capacity, found, limit, runner, asked.replications, asked.step)


def _rates(asked: Ramp, rate: float, capacity: Capacity, limits: Limits) -> list[float]:
    """The rates of the ramp, to three digits."""
    full = limits.stability.per_day if limits.stability is not None else 0.0
    last = asked.to or _PAST * max(rate, capacity.high or 0.0, full)
    first = asked.from_ or last / 10
    return [float(f"{each:.3g}") for each in np.linspace(first, last, asked.steps)]
