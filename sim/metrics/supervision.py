"""How many letters were supervised by each rule, and how many of them met the SLA all the same."""

from typing import NamedTuple

import numpy as np

from sim.core.tables import NO_UNIT, NO_VISIT, NOT_YET, OTHER_DUTY, Int64s
from sim.metrics.figures.rules import SupervisionFigures
from sim.metrics.replication import Fate, Replication
from sim.scenario.setting import Setting
from sim.statistics import Ratio, mean_over, ratio_over


class SupervisionCounts(NamedTuple):
    """Letters of the window by rule of supervision, shape (rules,) each."""

    applies: Int64s  # letters to which the rule's SLA applies
    supervised: Int64s
    met: Int64s  # of these, those that met it


class Received(NamedTuple):
    """Prompts that were received, in order of receipt."""

    prompt: Int64s  # number of the letter in the workload
    row: Int64s  # of the letter that it is about, in the replication


def received_prompts(replication: Replication) -> Received:
    """The prompts of rules that came before what they are about."""
    workload, log = replication.workload, replication.log
    prompts = np.flatnonzero((workload.about != NO_VISIT) & (workload.rule != OTHER_DUTY))
    prompts = prompts[workload.received[prompts] < replication.setting.scenario.horizon]
    about, due = workload.about[prompts], workload.received[prompts]
    started, finished = log.started[about], log.finished[about]
    # Work is started after everything that is due in a second.
    reached = np.where(workload.until_start[prompts], started + (workload.unit[about] != NO_UNIT), finished)
    has = np.where(workload.until_start[prompts], started, finished) != NOT_YET
    row = replication.row_of_visit[about]
    left = replication.abandoned[row]
    come = (~has | (reached > due)) & ((left == NOT_YET) | (left >= due))
    return Received(prompts[come], row[come])


def supervision_counts(replication: Replication) -> SupervisionCounts:
    """Count the letters that each rule was applied to; the log may be without stretches."""
    scenario = replication.setting.scenario
    table = np.zeros((len(SupervisionCounts._fields), len(scenario.supervise)), dtype=np.int64)
    if scenario.supervise:
        received, slas = received_prompts(replication), list(scenario.sla)
        for number, rule in enumerate(scenario.supervise):
            fate = replication.clocks[slas.index(rule.sla)].fate
            rows = np.unique(received.row[replication.workload.rule[received.prompt] == number])
            rows = rows[replication.counted[rows]]
            applies = replication.counted & (fate != Fate.NOT_APPLICABLE)
            table[:, number] = np.count_nonzero(applies), len(rows), np.count_nonzero(fate[rows] == Fate.MET)
    return SupervisionCounts(*table)


def supervision_figures(setting: Setting, counts: SupervisionCounts) -> tuple[SupervisionFigures, ...]:
    """Figures of each rule.

    Args:
        counts: of several replications, stacked.
    """
    supervised = mean_over(counts.supervised)
    share = ratio_over(Ratio(counts.supervised, counts.applies), share=True)
    met = ratio_over(Ratio(counts.met, counts.supervised), share=True)
    return tuple(
        SupervisionFigures(rule.sla, rule.at, supervised.at(number), share.at(number), met.at(number))
        for number, rule in enumerate(setting.scenario.supervise)
    )
