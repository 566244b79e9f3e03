"""The ramp: what happens as more letters come, from few to more than the staffing can work off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.clock import WEEK
from sim.experiment import Replication
from sim.setting import Setting
from sim.statistics import Estimate, Ratio, mean_over, ratio_over, stacked
from sim.stress.letters import Letters
from sim.stress.runner import Runner, outcome_of
from sim.stress.trials import growth_per_day, kept
from sim.tables import Floats


@dataclass(frozen=True)
class Step:
    """One rate of the ramp.

    Attributes:
        compliance: with each SLA.
        utilisation: of each team, other duty included.
        waiting: letters in queues, averaged over the window.
        growth_per_day: by how many letters a day the last week of the window has longer queues than the first.
    """

    per_day: float
    compliance: Mapping[str, Estimate]
    utilisation: Mapping[str, Estimate]
    waiting: Estimate
    growth_per_day: Estimate


class _Seen(NamedTuple):
    compliance: Ratio  # (slas,)
    utilisation: Ratio  # (teams,)
    waiting: Floats  # ()
    growth: Floats  # ()


def ramp(
    setting: Setting,
    rates: Sequence[float],
    replications: int,
    runner: Runner,
) -> tuple[Step, ...]:
    """Live through the replications at each rate; the letters are nested in those of the highest rate."""
    letters = Letters(setting, max(rates))
    steps = []
    for per_day in rates:
        seen = list(runner.at_rate(letters, per_day, range(replications), _look))
        steps.append(_step(setting, per_day, stacked(seen)))
    return tuple(steps)


def _look(replication: Replication) -> _Seen:
    outcome = outcome_of(replication)
    scenario, occupancy = replication.setting.scenario, outcome.occupancy
    window = occupancy.cells.between(scenario.window_start, scenario.window_end)
    seconds = scenario.window_end - scenario.window_start
    busy = occupancy.letter_work.seconds + occupancy.other_duty.seconds
    return _Seen(
        kept(outcome),
        Ratio(busy[:, window].sum(axis=1), occupancy.on_duty.seconds[:, window].sum(axis=1)),
        np.asarray(occupancy.waiting.seconds[:, window].sum() / seconds),
        growth_per_day(outcome, WEEK),
    )


def _step(setting: Setting, per_day: float, seen: _Seen) -> Step:
    compliance, utilisation = ratio_over(seen.compliance, share=True), ratio_over(seen.utilisation, share=True)
    return Step(
        per_day=per_day,
        compliance={name: compliance.at(index) for index, name in enumerate(setting.scenario.sla)},
        utilisation={name: utilisation.at(index) for index, name in enumerate(setting.scenario.teams)},
        waiting=mean_over(seen.waiting).at(),
        growth_per_day=mean_over(seen.growth).at(),
    )
