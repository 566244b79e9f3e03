"""Letters that asked for more time, and how an SLA was met against the limit that holds for each of them then."""

from typing import NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.metrics.figures.rules import ExtensionFigures
from sim.metrics.replication import Fate, Replication, elapsed_at
from sim.metrics.supervision import received_prompts
from sim.models.supervision import rule_of_extension
from sim.scenario.setting import Setting
from sim.statistics import Decided, Durations, body_effect, judge, mean_over


class ExtensionCounts(NamedTuple):
    """Letters of the window by rule of extension, shape (rules,) each."""

    asked: Int64s
    extended: Int64s  # to whom more time was granted before their limit had passed
    saved: Int64s  # of these, those that are late by the first limit and not by their own
    met: Floats  # letters to which the SLA applies, against the limit of each, as in `Decided`
    late: Floats
    letters: Floats


def extension_counts(replication: Replication) -> ExtensionCounts:
    """Count the letters of the window; the log may be without stretches."""
    scenario = replication.setting.scenario
    table = np.zeros((len(ExtensionCounts._fields), len(scenario.extension)))
    for number, rule in enumerate(scenario.extension):
        clock = replication.clocks[list(scenario.sla).index(rule.sla)]
        longer, asked = _longer(replication, number)
        limit = scenario.sla[rule.sla].within.seconds
        counted = replication.counted & ((clock.fate != Fate.NOT_APPLICABLE) | clock.left)
        late = counted & (clock.elapsed > limit + longer)
        # Who leaves out of patience within the limit is not among the letters.
        counted &= late | ~clock.left
        met = counted & ~late & ~clock.open
        saved = counted & ~late & (longer > 0) & (clock.elapsed > limit)
        columns = (asked & replication.counted, replication.counted & (longer > 0), saved, met, late, counted)
        table[:, number] = [float(np.count_nonzero(column)) for column in columns]
    first, rest = table[:3].astype(np.int64), table[3:]
    return ExtensionCounts(*first, *rest)


def _longer(replication: Replication, number: int) -> tuple[Int64s, Bools]:
    """Seconds by which each letter's limit is longer, and whether it asked, shape (rows,) each."""
    scenario, workload, log = replication.setting.scenario, replication.workload, replication.log
    rule = scenario.extension[number]
    sla = scenario.sla[rule.sla]
    longer = np.zeros(len(replication.letters), dtype=np.int64)
    asked = np.zeros(len(replication.letters), dtype=np.bool_)
    received, rows = received_prompts(replication)
    for granted in (True, False):
        of_rule = workload.rule[received] == rule_of_extension(len(scenario.supervise), number, granted=granted)
        asked[rows[of_rule]] = True
        if not granted:
            continue
        prompts, row = received[of_rule], rows[of_rule]
        end = workload.first_visit[prompts + 1]
        has_work = end > workload.first_visit[prompts]
        decided = np.where(has_work, log.finished[np.where(has_work, end - 1, 0)], workload.received[prompts])
        for _ in range(rule.at_most):  # they are in order of receipt, so that a letter's first request comes first
            _, first = np.unique(row, return_index=True)
            shown = elapsed_at(replication, sla, replication.received[row[first]], np.maximum(decided[first], 0))
            in_time = (decided[first] != NOT_YET) & (shown <= sla.within.seconds + longer[row[first]])
            longer[row[first[in_time]]] += rule.by.seconds
            prompts, row, decided = (np.delete(column, first) for column in (prompts, row, decided))
            if not len(row):
                break
    return longer, asked


def extension_figures(
    setting: Setting, counts: ExtensionCounts, elapsed: dict[str, list[Durations]], copies: bool
) -> tuple[ExtensionFigures, ...]:
    """Figures of each rule.

    Args:
        counts: of several replications, stacked.
        elapsed: times of each SLA, of each replication.
    """
    asked, extended, saved = (mean_over(column) for column in counts[:3])
    return tuple(
        ExtensionFigures(
            sla=rule.sla,
            by=str(rule.by),
            asked=asked.at(number),
            extended=extended.at(number),
            saved=saved.at(number),
            compliance=judge(
                Decided(counts.met[:, number], counts.late[:, number], counts.letters[:, number]),
                body_effect(elapsed[rule.sla]),
                copies=copies,
            ),
        )
        for number, rule in enumerate(setting.scenario.extension)
    )
