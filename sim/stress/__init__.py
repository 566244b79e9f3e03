"""Stress runs: how much load a staffing carries, what limits it, and how it takes a spike and a long time.

Ramp, breakpoint (the capacity), spike and soak, in the words of load testing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from sim.forecast.cautions import cautions
from sim.measuring.figures import Caution
from sim.models.stress import Ramp, Stress
from sim.setting import Setting
from sim.stress.bottleneck import Bottleneck, Relieved, bottlenecks, relieved
from sim.stress.capacity import Capacity, Found, find_capacity
from sim.stress.letters import drawn_at
from sim.stress.limits import Limit, without_queues
from sim.stress.ramp import Step, ramp
from sim.stress.runner import Runner
from sim.stress.soak import SoakFigures, soak
from sim.stress.spike import SpikeFigures, spike
from sim.stress.trials import Trials
from sim.stress.variants import at_rate, own_rate

__all__ = [
    "Bottleneck",
    "Capacity",
    "Found",
    "Limit",
    "Relieved",
    "SoakFigures",
    "SpikeFigures",
    "Step",
    "StressReport",
    "stress",
]

ABOVE: Final = 1.5
"""The highest rate that is tried, as a multiple of the scenario's own and of the rate that fills a team's hours."""

PAST: Final = 1.2
"""How far the ramp goes past the scenario's own rate, the capacity and the breaking point."""


@dataclass(frozen=True)
class StressReport:
    """Everything that a stress run found.

    Attributes:
        per_day: the scenario's own rate, of spike and soak.
        targets: of each SLA that has one.
        limits: where the backlog of each team grows without bound, the lowest first.
        ceiling: compliance with each SLA if nobody ever had to queue.
        bottlenecks: the team that limits the capacity, for each SLA that may be the first to fail.
        relieved: what there is once the first of their teams has twice the people.
        replications_lived: how many it took.
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
    limits: tuple[Limit, ...]
    ceiling: Mapping[str, float]
    bottlenecks: tuple[Bottleneck, ...]
    relieved: Relieved | None
    ramp: tuple[Step, ...]
    spike: SpikeFigures
    soak: SoakFigures
    replications_lived: int
    cautions: tuple[Caution, ...]

    def plain(self) -> dict[str, Any]:
        """The content of stress.json."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def stress(
    setting: Setting,
    *,
    scenario: str,
    engine: str = "compiled",
    workers: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> StressReport:
    """Stress a scenario as its `stress:` section says.

    Args:
        scenario: short name, usually the stem of the file.
        progress: told how many replications were lived so far.

    Raises: SimError for a scenario without a rate to raise, or one that does not fit into memory.
    """
    model, asked = setting.scenario, setting.scenario.stress or Stress()
    rate = own_rate(model)
    runner = Runner(engine, workers, progress)
    steady = at_rate(setting, rate)
    limits, ceiling = without_queues(steady)
    capacity, found, more = _breakpoint(steady, asked, limits, runner)
    rates = _rates(asked.ramp, rate, capacity, limits)
    return StressReport(
        scenario=scenario,
        title=model.name,
        engine=engine,
        replications=asked.replications,
        seed=model.seed,
        per_day=rate,
        targets={name: sla.target for name, sla in model.sla.items() if sla.target is not None},
        capacity=capacity,
        limits=limits,
        ceiling=ceiling,
        bottlenecks=found,
        relieved=more,
        ramp=ramp(steady, rates, asked.replications, runner),
        spike=spike(steady, asked.spike, asked.replications, runner),
        soak=soak(steady, asked.soak, runner),
        replications_lived=runner.lived,
        cautions=cautions(setting),
    )


def _breakpoint(
    setting: Setting, asked: Stress, limits: Sequence[Limit], runner: Runner
) -> tuple[Capacity, tuple[Bottleneck, ...], Relieved | None]:
    """The capacity, what limits it, and what would limit it next."""
    capacity, near, trials = _capacity(setting, asked, limits, runner)
    found = bottlenecks(setting, capacity, near, asked.replications)
    return capacity, found, relieved(setting, capacity, found, near, trials, asked.replications, asked.step)


def _capacity(
    setting: Setting, asked: Stress, limits: Sequence[Limit], runner: Runner
) -> tuple[Capacity, Trials, Trials]:
    """The capacity, the trials near it, and those up to the highest rate, which any that can be worked off is below."""
    rate = own_rate(setting.scenario)
    of_teams = [limit.per_day.mean or 0.0 for limit in limits]
    highest = ABOVE * max(rate, min(of_teams, default=rate))
    while True:
        trials = Trials(setting, drawn_at(highest), runner)
        capacity, near = find_capacity(trials, asked.replications, asked.step)
        if capacity.found is not Found.BEYOND or highest >= ABOVE * max(of_teams, default=rate):
            return capacity, near, trials
        highest = min(2 * highest, ABOVE * max(of_teams))


def _rates(asked: Ramp, rate: float, capacity: Capacity, limits: Sequence[Limit]) -> list[float]:
    """The rates of the ramp, to three digits."""
    last = asked.to or PAST * max(rate, capacity.high or 0.0, *(limit.unit_per_day.mean or 0.0 for limit in limits[:1]))
    first = asked.from_ or last / 10
    return [float(f"{each:.3g}") for each in np.linspace(first, last, asked.steps)]


def _plain(value: Any) -> Any:
    """Arrays as lists, nan as null, moments as text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return [_plain(each) for each in value.tolist()]
    if isinstance(value, datetime):
        return value.isoformat()
    return None if isinstance(value, float) and not np.isfinite(value) else value
