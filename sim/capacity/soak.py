"""Soak: the scenario's own rate held for long, to see what only months show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.capacity.counts import (
    ComplianceCounts,
    compliance_by_sla,
    count_compliance,
    growth_per_day,
    waiting_at,
)
from sim.capacity.runner import Runner
from sim.capacity.variants import own_rate, with_window
from sim.core.clock import DAY
from sim.core.tables import Floats
from sim.experiment.cost import affordable, estimate
from sim.experiment.pool import cores
from sim.metrics.compliance import count_decided
from sim.metrics.replication import Replication
from sim.models.studies import Soak
from sim.scenario.setting import Setting
from sim.statistics import Band, Compliance, ComplianceTable, Decided, Estimate, judge_cells, mean_over, stacked

_LEFT_OVER: Final = 0.01
"""Share of the letters that queues may grow by: holidays and the first weeks move them a little, for good or bad."""

_MONTH: Final = 28
"""Days of a month of a soak: four whole weeks, so that months compare."""


@dataclass(frozen=True)
class SoakFigures:
    """Figures of a soak.

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
        """Whether the queues grow, with 95% confidence, by more than `_LEFT_OVER` of the letters that come."""
        low = self.growth_per_day.low
        return low is not None and low > _LEFT_OVER * self.per_day


class _SoakCounts(NamedTuple):
    by_month: Decided  # (slas, months)
    waiting: Floats  # (days + 1,)
    growth: Floats  # ()


def soak(setting: Setting, asked: Soak, runner: Runner) -> SoakFigures:
    """Simulate the long window.

    Raises: SimError if a replication of that length does not fit into memory.
    """
    long = with_window(setting, asked.lasts)
    options = runner.options
    workers = affordable(estimate(long, options.engine), min(options.workers or cores(), asked.replications))
    measured = runner.replicate(long, range(asked.replications), _measure, at_once=workers)
    compliance, counts = zip(*measured, strict=True)
    by_month, waiting, growth = stacked(counts)
    days = waiting.shape[1] - 1
    whole_months = slice(0, max(days // _MONTH, 1))
    names = list(setting.scenario.sla)
    return SoakFigures(
        per_day=own_rate(setting.scenario),
        days=days,
        compliance=compliance_by_sla(names, compliance),
        by_month={
            name: judge_cells(Decided(*(each[:, index, whole_months] for each in by_month)))
            for index, name in enumerate(names)
        },
        waiting=mean_over(waiting),
        growth_per_day=mean_over(growth).at(),
    )


def _measure(replication: Replication) -> tuple[ComplianceCounts, _SoakCounts]:
    scenario = replication.setting.scenario
    start, end = scenario.window_start, scenario.window_end
    month = (replication.received - start) // (_MONTH * DAY)
    months = (end - 1 - start) // (_MONTH * DAY) + 1
    return count_compliance(replication), _SoakCounts(
        count_decided(replication, np.where(replication.counted, month, -1), months),
        waiting_at(replication, np.arange(start, end + 1, DAY)),
        growth_per_day(replication, _MONTH * DAY),
    )
