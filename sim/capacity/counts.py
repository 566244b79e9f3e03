"""Counts of one replication: letters that met each SLA and letters that wait; and compliance over replications."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import OTHER_DUTY, WAIT, Bools, Floats, Int64s
from sim.metrics.compliance import count_decided
from sim.metrics.replication import Fate, Replication
from sim.statistics import Compliance, Decided, Durations, body_effect, durations_of, judge, stacked

_PARTS: Final = 200
"""Times on an SLA's clock are told apart by this part of its limit, which is all that a design effect needs."""


class ComplianceCounts(NamedTuple):
    """Compliance of the letters of one replication with each SLA."""

    decided: Decided  # (slas,)
    elapsed: tuple[Durations, ...]
    """In parts of each SLA's limit; open letters at what it is so far, 0 where the clock has not begun."""


def count_compliance(replication: Replication, which: Bools | None = None) -> ComplianceCounts:
    """Count letters, those of the window if not said; the log may be without stretches."""
    which = replication.counted if which is None else which
    together = count_decided(replication, np.where(which, 0, -1), 1)
    elapsed = []
    for sla, clock in zip(replication.setting.scenario.sla.values(), replication.clocks, strict=True):
        letters = which & (clock.fate != Fate.NOT_APPLICABLE)
        part = max(round(sla.within.seconds / _PARTS), 1)
        elapsed.append(durations_of(np.maximum(clock.elapsed[letters], 0) // part, clock.open[letters]))
    return ComplianceCounts(Decided(*(each[:, 0] for each in together)), tuple(elapsed))


def compliance_by_sla(slas: Sequence[str], replications: Sequence[ComplianceCounts]) -> dict[str, Compliance]:
    """Compliance with each SLA, over replications."""
    return {
        name: judge(decided_over(replications, index), body_effect([each.elapsed[index] for each in replications]))
        for index, name in enumerate(slas)
    }


def decided_over(replications: Sequence[ComplianceCounts], index: int) -> Decided:
    """What became of the letters of one SLA, shape (replications,)."""
    return Decided(*(each[:, index] for each in stacked([one.decided for one in replications])))


def letters_waiting(replication: Replication) -> Int64s:
    """Stretches in which letters, and not other duty, wait in queues; the log must have stretches."""
    stretches = replication.log.stretches
    assert stretches is not None, "asked for when simulated"
    waits = np.flatnonzero(stretches.kind == WAIT)
    letters: Int64s = waits[replication.workload.step[stretches.visit[waits]] != OTHER_DUTY]
    return letters


def waiting_at(replication: Replication, instants: Int64s) -> Floats:
    """Letters in queues just before each instant, same shape; the log must have stretches."""
    stretches, waits = replication.log.stretches, letters_waiting(replication)
    assert stretches is not None, "asked for when simulated"
    began, ended = (np.sort(each[waits]) for each in (stretches.start, stretches.end))
    came, went = (np.searchsorted(each, instants) for each in (began, ended))
    return (came - went).astype(np.float64)


def growth_per_day(replication: Replication, part: int) -> Floats:
    """Growth of the queues in letters a day, from the first part of the window to the last, ().

    Averages over parts of whole weeks leave out the ups and downs of nights and weekends.

    Args:
        part: seconds; no more than half of the window is taken.
    """
    scenario, stretches, waits = replication.setting.scenario, replication.log.stretches, letters_waiting(replication)
    assert stretches is not None, "asked for when simulated"
    start, end = scenario.window_start, scenario.window_end
    part = min(part, (end - start) // 2)
    began, ended = stretches.start[waits], stretches.end[waits]
    first, last = (
        (np.clip(ended, edge, edge + part) - np.clip(began, edge, edge + part)).sum() / part
        for edge in (start, end - part)
    )
    return np.asarray((last - first) * DAY / (end - start - part))
