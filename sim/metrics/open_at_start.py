"""What becomes of the letters that were open at the start: of each SLA, which can still be saved, and which are."""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import NOT_YET, Bools, Int64s
from sim.metrics.figures.rules import OpeningFigures, OpenOfSla
from sim.metrics.replication import Fate, Replication, elapsed_at
from sim.models.sla import Sla
from sim.sampling.backlog import UNKNOWN, draw_backlog
from sim.scenario.setting import Setting
from sim.statistics import mean_over

_DAYS_OF_USUAL: Final = 7
"""Days at the end of the window that say what is usual."""


class OpenAtStart(NamedTuple):
    """Letters open at second 0 that an SLA has still to be met for, by SLA, shape (slas,) each unless it is said."""

    open: Int64s
    lost: Int64s  # late whatever is done: by now, or by what has still to be done even if nothing ever waited
    late: Int64s  # late as simulated, the lost ones among them
    undecided: Int64s  # neither late nor there when the simulation ended
    left: Int64s  # not among these, since they left out of patience within the limit
    abandoned: Int64s  # all that left out of patience, whatever the SLA, ()


def open_at_start(replication: Replication) -> OpenAtStart:
    """Count the letters that were open at the start, for each SLA that runs from receipt; zeros for others.

    What a letter had reached before is only known where its backlog says so, or where its step comes later.
    """
    slas = replication.setting.scenario.sla.values()
    table = np.zeros((len(OpenAtStart._fields) - 1, len(slas)), dtype=np.int64)
    letters = int(np.searchsorted(replication.received, 0))
    if letters:
        earliest = _without_waiting(replication, letters)
        for index, (sla, clock) in enumerate(zip(slas, replication.clocks, strict=True)):
            fate = clock.fate[:letters]
            still = ~_reached_before(replication, sla, letters)
            open_ = (fate != Fate.NOT_APPLICABLE) & still
            left = (fate == Fate.NOT_APPLICABLE) & still & clock.left[:letters]
            if sla.from_ == "received":
                lost = open_ & _surely_late(replication, sla, letters, earliest)
                late = open_ & ((fate == Fate.BREACHED) | lost)
                undecided = open_ & (fate == Fate.UNDECIDED) & ~late
                table[:, index] = [np.count_nonzero(each) for each in (open_, lost, late, undecided, left)]
    abandoned = np.asarray(np.count_nonzero(replication.abandoned[:letters] != NOT_YET))
    by_sla = dict(zip(OpenAtStart._fields, table, strict=False))
    return OpenAtStart(**by_sla, abandoned=abandoned)


def _without_waiting(replication: Replication, letters: int) -> Int64s:
    """When each visit of some letters would begin and end if nothing ever waited, shape (2, visits); 0 for others."""
    workload = replication.workload
    begins = np.zeros((2, workload.visits), dtype=np.int64)
    visit = workload.first_visit[replication.letters[:letters]].copy()
    end = workload.first_visit[replication.letters[:letters] + 1]
    at = np.zeros(letters, dtype=np.int64)
    while len(going := np.flatnonzero(visit < end)):
        rows = visit[going]
        begins[0, rows] = at[going]
        begins[1, rows] = at[going] = replication.ends(rows, at[going])
        visit[going] += 1
    return begins


def _surely_late(replication: Replication, sla: Sla, letters: int, earliest: Int64s) -> Bools:
    """Which letters miss an SLA even if nothing ever waits."""
    workload, horizon = replication.workload, replication.setting.scenario.horizon
    moment = np.zeros(letters, dtype=np.int64)
    if not sla.paused_during:
        if sla.until == "closed":
            visit = workload.first_visit[replication.letters[:letters] + 1] - 1
            finished = True
        else:
            step, at = sla.until.rsplit(".", 1)
            visit, finished = replication.first_visits(step)[:letters], at == "finished"
        there = np.flatnonzero(visit >= 0)
        moment[there] = earliest[int(finished), visit[there]]
    begin = replication.received[:letters]
    # Nothing is known of pauses before second 0, and those that are to come make up for time.
    running = sla.model_copy(update={"paused_during": ()})
    late: Bools = elapsed_at(replication, running, begin, np.minimum(moment, horizon)) > sla.within.seconds
    return late


def _reached_before(replication: Replication, sla: Sla, letters: int) -> Bools:
    """Which letters had reached the end of an SLA before second 0, although they come there again."""
    drawn = draw_backlog(replication.setting, replication.number)
    if drawn is None or sla.until == "closed":
        return np.zeros(letters, dtype=np.bool_)
    open_letters, standing = drawn
    # The workload has them in the order of their receipt.
    order = np.argsort(open_letters.received, kind="stable")
    step, moment = sla.until.rsplit(".", 1)
    number = [each.name for each in replication.setting.scenario.workflow].index(step)
    reached = standing.done.get(step, np.zeros(len(order), dtype=np.int64)) != UNKNOWN
    at_it = standing.step == number
    if moment == "queued":
        reached |= at_it
    elif moment == "started":
        reached |= at_it & standing.begun
    before: Bools = (reached | (standing.step > number))[order]
    return before


def opening_figures(setting: Setting, counts: OpenAtStart, instants: Int64s, open_letters: Int64s) -> OpeningFigures:
    """Figures of the letters that were open at the start.

    Args:
        counts: of several replications, stacked.
        instants: at which letters are counted, shape (instants,).
        open_letters: open at each of them, shape (replications, instants).
    """
    scenario = setting.scenario
    letters = scenario.backlog.letters if scenario.backlog is not None else 0
    columns = {
        "open": mean_over(counts.open),
        "lost": mean_over(counts.lost),
        "late": mean_over(counts.late - counts.lost),
        "undecided": mean_over(counts.undecided),
        "left": mean_over(counts.left),
    }
    slas = {
        name: OpenOfSla(name, **{key: column.at(index) for key, column in columns.items()})
        for index, (name, sla) in enumerate(scenario.sla.items())
        if sla.from_ == "received"
    }
    usual, back = _back_to_usual(scenario.window_end, letters, instants, open_letters)
    return OpeningFigures(letters, scenario.start, slas, usual, back, mean_over(counts.abandoned).at())


def _back_to_usual(
    window_end: int, letters: int, instants: Int64s, open_letters: Int64s
) -> tuple[float | None, tuple[int, int, int] | None]:
    midnights = np.flatnonzero((instants % DAY == 0) & (instants <= window_end))
    if len(midnights) < 2 * _DAYS_OF_USUAL:
        return None, None
    at_midnight = open_letters[:, midnights]
    usual = float(at_midnight[:, -_DAYS_OF_USUAL:].max(axis=1).mean())
    course = np.column_stack([np.full(len(at_midnight), letters), at_midnight[:, :-_DAYS_OF_USUAL]])
    back = course <= usual
    # The letters may be fewer than usual at first, and no replication need come back.
    days = np.where(back.any(axis=1), back.argmax(axis=1), course.shape[1])
    if np.percentile(days, 95, method="higher") >= course.shape[1]:
        return usual, None
    low, median, high = (int(np.percentile(days, share, method="nearest")) for share in (5, 50, 95))
    return usual, (low, median, high)
