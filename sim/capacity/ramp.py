"""Ramp: compliance, utilisation and queues as more letters come, from few to more than the staffing can work off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.capacity.counts import ComplianceCounts, compliance_by_sla, count_compliance, growth_per_day, letters_waiting
from sim.capacity.runner import NestedLetters, Runner
from sim.core.clock import WEEK
from sim.core.tables import WORK, Floats, Int64s
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting
from sim.statistics import Compliance, Estimate, Ratio, mean_over, ratio_over, stacked


@dataclass(frozen=True)
class RampStep:
    """One rate of the ramp.

    Attributes:
        compliance: with each SLA.
        utilisation: of each team, other duty included.
        waiting: letters in queues, averaged over the window.
        growth_per_day: by how many letters a day the last week of the window has longer queues than the first.
    """

    per_day: float
    compliance: Mapping[str, Compliance]
    utilisation: Mapping[str, Estimate]
    waiting: Estimate
    growth_per_day: Estimate


class _RampCounts(NamedTuple):
    utilisation: Ratio  # (teams,)
    waiting: Floats  # ()
    growth: Floats  # ()


def ramp(setting: Setting, rates: Sequence[float], replications: int, runner: Runner) -> tuple[RampStep, ...]:
    """Simulate the replications at each rate; the letters are nested in those of the highest rate."""
    letters = NestedLetters(setting, max(rates))
    steps = []
    for per_day in rates:
        compliance, counts = zip(*runner.at_rate(letters, per_day, range(replications), _measure), strict=True)
        steps.append(_step(setting, per_day, compliance, stacked(counts)))
    return tuple(steps)


def _measure(replication: Replication) -> tuple[ComplianceCounts, _RampCounts]:
    stretches = replication.log.stretches
    assert stretches is not None, "asked for when simulated"
    scenario, places, roster = replication.setting.scenario, replication.setting.places, replication.roster
    begin, end = scenario.window_start, scenario.window_end
    teams = len(places.teams)

    def within(start: Int64s, stop: Int64s) -> Int64s:
        seconds: Int64s = np.clip(stop, begin, end) - np.clip(start, begin, end)
        return seconds

    # Work after the end of a shift is no use of it; nobody starts anything then.
    work, waits = np.flatnonzero(stretches.kind == WORK), letters_waiting(replication)
    until = np.minimum(stretches.end[work], roster.end[stretches.shift[work]])
    busy = np.bincount(places.team_of[stretches.unit[work]], within(stretches.start[work], until), teams)
    on_duty = np.bincount(places.team_of[roster.unit], roster.people * within(roster.start, roster.end), teams)
    return count_compliance(replication), _RampCounts(
        Ratio(busy, on_duty),
        np.asarray(within(stretches.start[waits], stretches.end[waits]).sum() / (end - begin)),
        growth_per_day(replication, WEEK),
    )


def _step(setting: Setting, per_day: float, letters: Sequence[ComplianceCounts], counts: _RampCounts) -> RampStep:
    utilisation = ratio_over(counts.utilisation, share=True)
    return RampStep(
        per_day=per_day,
        compliance=compliance_by_sla(list(setting.scenario.sla), letters),
        utilisation={name: utilisation.at(index) for index, name in enumerate(setting.scenario.teams)},
        waiting=mean_over(counts.waiting).at(),
        growth_per_day=mean_over(counts.growth).at(),
    )
