"""The soak: the scenario's own rate held for long, to see what only months show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.capacity.counts import LetterCounts, compliance_of, counts, decided_in, growth_per_day, waiting_at
from sim.capacity.runner import Runner
from sim.capacity.variants import own_rate, with_window
from sim.core.clock import DAY
from sim.core.tables import Floats
from sim.experiment.cost import affordable, estimate
from sim.experiment.pool import cores
from sim.metrics.replication import Replication
from sim.models.studies import Soak
from sim.scenario.setting import Setting
from sim.statistics import Band, Compliance, ComplianceTable, Decided, Estimate, judge_cells, mean_over, stacked

LEFT_OVER: Final = 0.01
"""Share of the letters that queues may grow by: holidays and the first weeks move them a little, for good or bad."""

MONTH: Final = 28
"""Days of a month of a soak: four whole weeks, so that months compare."""


@dataclass(frozen=True)
class SoakFigures:
    """What a long time at one rate does.

    Attributes:
        per_day: letters.
        days: counted, after the warm-up.
        compliance: with each SLA, over all letters.
        by_month: the same by 28 days of receipt, the last ones of a broken month left out, shape (months,).
        waiting: letters in queues at midnight, by day, shape (days + 1,).
        growth_per_day: by how many letters a day the queues of the last 28 days outgrew those of the first.
    """

    per_day: float
    days: int
    compliance: Mapping[str, Compliance]
    by_month: Mapping[str, ComplianceTable]
    waiting: Band
    growth_per_day: Estimate

    @property
    def grows(self) -> bool:
        """Whether the queues grow, with 95% confidence, by more than `LEFT_OVER` of the letters that come."""
        low = self.growth_per_day.low
        return low is not None and low > LEFT_OVER * self.per_day


class _Seen(NamedTuple):
    by_month: Decided  # (slas, months)
    waiting: Floats  # (days + 1,)
    growth: Floats  # ()


def soak(
    setting: Setting,
    asked: Soak,
    runner: Runner,
) -> SoakFigures:
    """Live through the long window.

    Raises: SimError if a replication of that length does not fit into memory.
    """
    long = with_window(setting, asked.lasts)
    options = runner.options
    workers = affordable(estimate(long, options.engine), min(options.workers or cores(), asked.replications))
    replications = list(runner.each(long, range(asked.replications), _look, at_once=workers))
    by_month, waiting, growth = stacked([each for _, each in replications])
    days = waiting.shape[1] - 1
    whole_months = slice(0, max(days // MONTH, 1))
    names = list(setting.scenario.sla)
    return SoakFigures(
        per_day=own_rate(setting.scenario),
        days=days,
        compliance=compliance_of(names, [each for each, _ in replications]),
        by_month={
            name: judge_cells(Decided(*(each[:, index, whole_months] for each in by_month)))
            for index, name in enumerate(names)
        },
        waiting=mean_over(waiting),
        growth_per_day=mean_over(growth).at(),
    )


def _look(replication: Replication) -> tuple[LetterCounts, _Seen]:
    outcome, scenario = replication, replication.setting.scenario
    start, end = scenario.window_start, scenario.window_end
    month = (outcome.received - start) // (MONTH * DAY)
    months = (end - 1 - start) // (MONTH * DAY) + 1
    return counts(outcome), _Seen(
        decided_in(outcome, np.where(outcome.counted, month, -1), months),
        waiting_at(outcome, np.arange(start, end + 1, DAY)),
        growth_per_day(outcome, MONTH * DAY),
    )
