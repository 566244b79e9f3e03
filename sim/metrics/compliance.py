"""How each SLA was met in one replication: by hour of receipt, category, channel, home unit and team."""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import Bools, Int64s, Ints
from sim.metrics.hours import HOURS_OF_WEEK, hour_of_week
from sim.metrics.replication import Fate, Replication, SlaClock
from sim.models.sla import Sla
from sim.statistics import Decided, Durations, Estimate, Ratio, all_decided, durations_of, ratio_over

BINS: Final = 60
BINS_A_LIMIT: Final = 20
"""Elapsed times are counted in twentieths of the SLA's limit, up to three times the limit."""


class SlaCounts(NamedTuple):
    """Letters of the window to which an SLA applies, by what became of them."""

    all: Decided  # ()
    left_in_time: Int64s  # letters to which it would apply, had they not left within the limit, out of patience, ()
    histogram: Int64s  # decided letters by elapsed time, the last bin beyond all edges, (BINS + 1,)
    by_hour_of_week: Decided  # of receipt, (168,)
    by_day: Decided  # of receipt, days of the window, (days,)
    by_category: Decided  # (categories,)
    by_channel: Decided  # (channels,)
    by_home: Decided  # home unit, (units,)
    by_team: Decided  # (teams,)


def sla_counts(replication: Replication) -> tuple[SlaCounts, ...]:
    """Count the letters of the window, for each SLA of the scenario; the log may be without stretches."""
    setting, workload, letters = replication.setting, replication.workload, replication.letters
    window = setting.scenario.window_start, setting.scenario.window_end
    first, days = window[0] // DAY, -(-window[1] // DAY) - window[0] // DAY
    groups: dict[str, tuple[Ints, int]] = {
        "by_day": (replication.received // DAY - first, days),
        "by_hour_of_week": (hour_of_week(setting, replication.received), HOURS_OF_WEEK),
        "by_category": (workload.category[letters], len(setting.scenario.categories)),
        "by_channel": (workload.channel[letters], len(setting.scenario.channels)),
        "by_home": (workload.home[letters], setting.places.units),
    }

    def counts(sla: Sla, clock: SlaClock) -> SlaCounts:
        fate = np.where(replication.counted, clock.fate, Fate.NOT_APPLICABLE)
        elapsed = clock.elapsed[fate >= Fate.MET]
        # A bin holds its upper edge, so that the first BINS_A_LIMIT bins hold the letters on time.
        bins = np.clip((elapsed * BINS_A_LIMIT - 1) // sla.within.seconds, 0, BINS)
        return SlaCounts(
            all=Decided(*(each[0] for each in decided_by(np.zeros(len(fate), np.int8), 1, fate))),
            left_in_time=left_in_time(replication, clock),
            histogram=np.bincount(bins, minlength=BINS + 1),
            by_team=decided_by(
                np.maximum(clock.team, 0),
                len(setting.places.teams),
                np.where(clock.team >= 0, fate, Fate.NOT_APPLICABLE),
            ),
            **{name: decided_by(group, size, fate) for name, (group, size) in groups.items()},
        )

    return tuple(counts(*each) for each in zip(setting.scenario.sla.values(), replication.clocks, strict=True))


def left_in_time(replication: Replication, clock: SlaClock) -> Int64s:
    """Letters of the window to which an SLA would apply, had they not left within its limit, out of patience, ()."""
    return np.asarray(np.count_nonzero(replication.counted & clock.left & (clock.fate == Fate.NOT_APPLICABLE)))


def left_of(left: Int64s, decided: Decided) -> Decided:
    """Letters that left within the limit, among these and those to which the SLA applies, as if that were an SLA.

    Args:
        left: of `left_in_time`, any shape; that of `decided`.
    """
    return all_decided(Ratio(left.astype(np.float64), left + decided.letters))


def left_share(left: Decided) -> Estimate:
    """Share of the letters that left within the limit, of `left_of` with shape (replications,)."""
    return ratio_over(Ratio(left.met, left.letters), share=True).at()


def decided_by(group: Ints, size: int, fate: Ints) -> Decided:
    """Letters of each group by their fate, shape (groups,); those to which the SLA does not apply are left out."""
    applies = np.flatnonzero(fate != Fate.NOT_APPLICABLE)
    place = group[applies].astype(np.int64) * len(Fate) + fate[applies]
    counts = np.bincount(place, minlength=size * len(Fate)).reshape(size, len(Fate)).astype(np.float64)
    return Decided(counts[:, Fate.MET], counts[:, Fate.BREACHED], counts.sum(axis=1))


def count_decided(replication: Replication, group: Ints, groups: int) -> Decided:
    """Letters to which each SLA applies, by what became of them and by group, shape (slas, groups).

    Args:
        group: of each letter, or -1 for one that does not count.
    """
    by_sla = [
        decided_by(np.maximum(group, 0), groups, np.where(group >= 0, clock.fate, Fate.NOT_APPLICABLE))
        for clock in replication.clocks
    ]
    columns = zip(*by_sla, strict=True) if by_sla else [()] * len(Decided._fields)
    return Decided(*(np.array(column, np.float64).reshape(len(by_sla), groups) for column in columns))


def elapsed_durations(replication: Replication) -> tuple[Durations, ...]:
    """Time on each SLA's clock until its milestone, of the letters of the window to which it applies.

    A letter without the milestone is open with its time so far, which is 0 where the clock has not begun.
    """
    return tuple(elapsed_of(clock, replication.counted) for clock in replication.clocks)


def elapsed_of(clock: SlaClock, which: Bools) -> Durations:
    """The same of one SLA and of some letters."""
    letters = which & (clock.fate != Fate.NOT_APPLICABLE)
    return durations_of(np.maximum(clock.elapsed[letters], 0), clock.open[letters])
