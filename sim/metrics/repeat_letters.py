"""Letters that writers sent again about the same matter, and the work that they made."""

from typing import NamedTuple

import numpy as np

from sim.core.clock import HOUR
from sim.core.tables import NO_UNIT, NO_VISIT, NOT_YET, OTHER_DUTY, Bools, Int64s
from sim.metrics.figures.rules import RepeatFigures
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting
from sim.statistics import Ratio, mean_over, ratio_over


class RepeatCounts(NamedTuple):
    """Repeat letters received in the window, each shape ()."""

    letters: Int64s  # that are letters of their own
    joined: Int64s  # that joined their case
    work: Int64s  # seconds of work that both made, of visits that somebody started
    all_work: Int64s  # the same of all letters, with what joined


def repeat_counts(replication: Replication) -> RepeatCounts:
    """Count the repeat letters; the log may be without stretches."""
    if replication.setting.scenario.repeat_letters is None:
        return RepeatCounts(*np.zeros((len(RepeatCounts._fields), 1), dtype=np.int64)[:, 0])
    workload, scenario = replication.workload, replication.setting.scenario
    counted = (workload.received >= scenario.window_start) & (workload.received < scenario.window_end)
    again = counted & (workload.about != NO_VISIT)
    letters = again & (workload.category != OTHER_DUTY)
    joins = again & joins_of(replication)
    work = np.where((workload.unit != NO_UNIT) & (replication.log.started != NOT_YET), workload.service, 0)
    letter = workload.letter_of_visit()

    def seconds(which: Bools) -> Int64s:
        return np.asarray(work[which[letter]].sum())

    return RepeatCounts(
        letters=np.asarray(np.count_nonzero(letters)),
        joined=np.asarray(np.count_nonzero(joins)),
        work=seconds(letters | joins),
        all_work=seconds((counted & (workload.category != OTHER_DUTY)) | joins),
    )


def joins_of(replication: Replication) -> Bools:
    """Which of the workload's letters are repeats that joined their case, shape (letters,).

    Prompts of rules have a number; what joins a case has none, and is received with its one visit.
    """
    workload = replication.workload
    joins: Bools = (workload.about != NO_VISIT) & (workload.category == OTHER_DUTY) & (workload.rule == OTHER_DUTY)
    if joins.any():
        joins &= np.append(replication.log.queued, NOT_YET)[workload.first_visit[:-1]] != NOT_YET
    return joins


def repeat_figures(setting: Setting, counts: RepeatCounts) -> RepeatFigures | None:
    """Figures of repeat letters; None where nobody writes again.

    Args:
        counts: of several replications, stacked.
    """
    rule = setting.scenario.repeat_letters
    if rule is None:
        return None
    return RepeatFigures(
        sla=rule.when_late.sla,
        letters=mean_over(counts.letters).at(),
        joined=mean_over(counts.joined).at(),
        work_hours=mean_over(counts.work / HOUR).at(),
        work_share=ratio_over(Ratio(counts.work, counts.all_work), share=True).at(),
    )
