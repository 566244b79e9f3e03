"""What to expect of each SLA: letters met, late and undecided in the short simulation that `check` makes."""

from collections.abc import Sequence

import numpy as np

from sim.core.tables import Floats
from sim.metrics.causes import cause_counts
from sim.metrics.compliance import decided_by
from sim.metrics.hours import HOURS_OF_WEEK, hour_of_week
from sim.metrics.replication import Fate, Replication
from sim.statistics import Compliance, Decided, judge


def decided_of(outcomes: Sequence[Replication], sla: int) -> Decided:
    """What became of the letters of the window by hour of the week of receipt, shape (replications, 168).

    Args:
        sla: its number in the scenario.
    """
    each = [
        decided_by(
            hour_of_week(outcome.setting, outcome.received),
            HOURS_OF_WEEK,
            np.where(outcome.counted, outcome.clocks[sla].fate, Fate.NOT_APPLICABLE),
        )
        for outcome in outcomes
    ]
    columns = ([getattr(replication, name) for replication in each] for name in Decided._fields)
    return Decided(*(np.array(column).reshape(-1, HOURS_OF_WEEK) for column in columns))


def compliance_of(decided: Decided) -> Compliance:
    """Share of the letters of all hours that met the SLA."""
    return judge(Decided(*(column.sum(axis=1) for column in decided)))


def late_by_team(outcomes: Sequence[Replication]) -> list[Floats]:
    """Of each SLA, late letters by the team where most of their time went, (teams,); the logs must have stretches."""
    counts = zip(*(cause_counts(outcome) for outcome in outcomes), strict=True)
    return [np.sum([each.by_place.sum(axis=(0, 2))[:-1] for each in of_sla], axis=0) for of_sla in counts]
