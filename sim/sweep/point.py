"""One point of a sweep: how each SLA is met there, in each replication and over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.options import Options
from sim.core.tables import Int64s
from sim.experiment.replications import replicate
from sim.metrics.compliance import count_decided, elapsed_durations
from sim.metrics.measures import fingerprint
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting
from sim.statistics import Compliance, Decided, Durations, Verdict, body_effect, judge, stacked, verdict


@dataclass(frozen=True)
class SlaOutcome:
    """How an SLA is met at a point.

    Attributes:
        decided: letters by what became of them, shape (replications,).
    """

    target: float | None
    compliance: Compliance
    decided: Decided

    @property
    def verdict(self) -> Verdict | None:
        """Whether the target is met."""
        return verdict(self.compliance, self.target)


@dataclass(frozen=True)
class PointOutcome:
    """What the replications of a point show.

    Attributes:
        headcount: counted people.
        cost: of them.
        copies: whether the replications are the same, so that they say nothing about chance.
        slas: by name.
    """

    headcount: int
    cost: float
    copies: bool
    slas: Mapping[str, SlaOutcome]


def simulate_point(setting: Setting, options: Options) -> PointOutcome:
    """Simulate the replications of a point; its figures are those of a run."""
    scenario = setting.scenario
    seen = list(replicate(setting, range(scenario.replications), _measured, options, stretches=False))
    copies = len(seen) > 1 and len({int(each.fingerprint) for each in seen}) == 1
    counted = [team for team in scenario.teams.values() if team.counted]
    return PointOutcome(
        headcount=sum(team.headcount for team in counted),
        cost=sum(team.headcount * team.cost for team in counted),
        copies=copies,
        slas={
            name: _outcome(
                sla.target, [each.decided for each in seen], [each.elapsed[row] for each in seen], row, copies
            )
            for row, (name, sla) in enumerate(scenario.sla.items())
        },
    )


class _Measured(NamedTuple):
    """One replication."""

    decided: Decided  # (slas, 1)
    elapsed: tuple[Durations, ...]
    fingerprint: Int64s


def _measured(replication: Replication) -> _Measured:
    decided = count_decided(replication, np.where(replication.counted, 0, -1), 1)
    return _Measured(decided, elapsed_durations(replication), fingerprint(replication))


def _outcome(
    target: float | None, counts: Sequence[Decided], elapsed: Sequence[Durations], row: int, copies: bool
) -> SlaOutcome:
    decided = Decided(*(each[:, row, 0] for each in stacked(counts)))
    return SlaOutcome(target, judge(decided, body_effect(elapsed), copies=copies), decided)
