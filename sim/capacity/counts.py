"""What one replication shows: letters that met each SLA, and letters that wait; and how SLAs are judged by it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import OTHER_DUTY, WAIT, Bools, Floats, Int64s
from sim.metrics.compliance import decided_by
from sim.metrics.replication import Fate, Replication
from sim.statistics import Compliance, Decided, Durations, body_effect, durations_of, judge, stacked

PARTS: Final = 200
"""Times on an SLA's clock are told apart by this part of its limit, which is all that a design effect needs."""


class LetterCounts(NamedTuple):
    """How the letters of one replication met each SLA."""

    decided: Decided  # (slas,)
    elapsed: tuple[Durations, ...]
    """In parts of each SLA's limit; open letters at what it is so far, 0 where the clock has not begun."""


def counts(outcome: Replication, which: Bools | None = None) -> LetterCounts:
    """Count letters, those of the window if not said; the log may be without stretches."""
    which = outcome.counted if which is None else which
    together = decided_in(outcome, np.where(which, 0, -1), 1)
    elapsed = []
    for sla, run in zip(outcome.setting.scenario.sla.values(), outcome.clocks, strict=True):
        letters = which & (run.fate != Fate.NOT_APPLICABLE)
        part = max(round(sla.within.seconds / PARTS), 1)
        elapsed.append(durations_of(np.maximum(run.elapsed[letters], 0) // part, run.open[letters]))
    return LetterCounts(Decided(*(each[:, 0] for each in together)), tuple(elapsed))


def decided_in(outcome: Replication, group: Int64s, groups: int) -> Decided:
    """Letters to which each SLA applies, by what became of them and by group, shape (slas, groups).

    Args:
        group: of each letter, or -1 for one that does not count.
    """
    by_sla = [
        decided_by(np.maximum(group, 0), groups, np.where(group >= 0, run.fate, Fate.NOT_APPLICABLE))
        for run in outcome.clocks
    ]
    columns = zip(*by_sla, strict=True) if by_sla else [()] * len(Decided._fields)
    return Decided(*(np.array(column, np.float64).reshape(len(by_sla), groups) for column in columns))


def compliance_of(slas: Sequence[str], replications: Sequence[LetterCounts]) -> dict[str, Compliance]:
    """Compliance with each SLA, over replications."""
    return {
        name: judge(decided_of(replications, index), body_effect([each.elapsed[index] for each in replications]))
        for index, name in enumerate(slas)
    }


def decided_of(replications: Sequence[LetterCounts], index: int) -> Decided:
    """What became of the letters of one SLA, shape (replications,)."""
    return Decided(*(each[:, index] for each in stacked([one.decided for one in replications])))


def letters_waiting(outcome: Replication) -> Int64s:
    """Stretches in which letters, and not other duty, wait in queues; the log must have stretches."""
    stretches = outcome.log.stretches
    assert stretches is not None, "asked for when simulated"
    waits = np.flatnonzero(stretches.kind == WAIT)
    letters: Int64s = waits[outcome.workload.step[stretches.visit[waits]] != OTHER_DUTY]
    return letters


def waiting_at(outcome: Replication, instants: Int64s) -> Floats:
    """Letters in queues just before each instant, same shape; the log must have stretches."""
    stretches, waits = outcome.log.stretches, letters_waiting(outcome)
    assert stretches is not None, "asked for when simulated"
    began, ended = (np.sort(each[waits]) for each in (stretches.start, stretches.end))
    came, went = (np.searchsorted(each, instants) for each in (began, ended))
    return (came - went).astype(np.float64)


def growth_per_day(outcome: Replication, part: int) -> Floats:
    """By how many letters a day the queues outgrow themselves, from the first part of the window to the last, ().

    Averages over parts of whole weeks leave out the ups and downs of nights and weekends.

    Args:
        part: seconds; no more than half of the window is taken.
    """
    scenario, stretches, waits = outcome.setting.scenario, outcome.log.stretches, letters_waiting(outcome)
    assert stretches is not None, "asked for when simulated"
    start, end = scenario.window_start, scenario.window_end
    part = min(part, (end - start) // 2)
    began, ended = stretches.start[waits], stretches.end[waits]
    first, last = (
        (np.clip(ended, edge, edge + part) - np.clip(began, edge, edge + part)).sum() / part
        for edge in (start, end - part)
    )
    return np.asarray((last - first) * DAY / (end - start - part))
