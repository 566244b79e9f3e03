"""Points of an experiment: the same letters meet each of many scenarios, and how each SLA is met there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from sim.core.options import Options
from sim.core.tables import Int64s
from sim.experiment.cost import Prepared, cool_down_needed, prepare
from sim.experiment.replications import replicate
from sim.metrics.compliance import count_decided, elapsed_durations, left_in_time, left_of
from sim.metrics.measures import are_copies, fingerprint
from sim.metrics.replication import Replication
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting
from sim.statistics import Compliance, Decided, Durations, Verdict, body_effect, judge, stacked, verdict

T = TypeVar("T")


@dataclass(frozen=True)
class SlaOutcome:
    """How an SLA is met at a point.

    Attributes:
        decided: letters by what became of them, shape (replications,).
        left: letters to which it would apply, had they not left out of patience within the limit, (replications,).
    """

    target: float | None
    compliance: Compliance
    decided: Decided
    left: Int64s

    @property
    def left_in_time(self) -> Decided:
        """Letters that left within the limit, among these and those to which the SLA applies."""
        return left_of(self.left, self.decided)

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


class KeptPoints(Protocol[T]):
    """Where finished points are kept, so that an experiment that was killed goes on where it was."""

    def get(self, number: int, /) -> T | None:
        """A point that was finished before."""

    def put(self, number: int, point: T, /) -> None:
        """Keep a point."""

    def whole(self) -> Mapping[int, T]:
        """All points that were finished before, by number."""


def common_cool_down(scenarios: Sequence[Loaded]) -> int:
    """The cool-down that all of them can have, in seconds: the longest that one of them needs.

    Raises: ScenarioError as `cool_down_needed`.
    """
    return max((cool_down_needed(each) for each in scenarios), default=0)


def simulate_points(
    scenarios: Iterable[Loaded],
    simulate: Callable[[Prepared], T],
    options: Options,
    *,
    cool_down: int,
    first: int = 0,
    kept: KeptPoints[T] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[T]:
    """Simulate scenarios one after another, or take those that were finished before.

    Args:
        simulate: makes a point of a scenario that is ready.
        cool_down: as of `common_cool_down`, so that all have the same time after the window.
        first: number of the first point among all that are kept.
        progress: called with the number of points done, those before the first included.
    Raises: ScenarioError as `prepare`; whatever a replication raises.
    """
    found: list[T] = []
    for number, scenario in enumerate(scenarios, start=first):
        point = None if kept is None else kept.get(number)
        if point is None:
            point = simulate(prepare(scenario, options, cool_down=cool_down))
            if kept is not None:
                kept.put(number, point)
        found.append(point)
        if progress is not None:
            progress(number + 1)
    return found


def simulate_point(setting: Setting, options: Options) -> PointOutcome:
    """Simulate the replications of a point; its figures are those of a run."""
    scenario = setting.scenario
    seen = list(replicate(setting, range(scenario.replications), _measured, options, stretches=False))
    copies = are_copies([each.fingerprint for each in seen])
    return PointOutcome(
        headcount=scenario.headcount,
        cost=scenario.staff_cost,
        copies=copies,
        slas={
            name: _outcome(sla.target, seen, row, copies=copies) for row, (name, sla) in enumerate(scenario.sla.items())
        },
    )


class _Measured(NamedTuple):
    """One replication."""

    decided: Decided  # (slas, 1)
    elapsed: tuple[Durations, ...]
    left: Int64s  # within the limit, (slas,)
    fingerprint: Int64s


def _measured(replication: Replication) -> _Measured:
    decided = count_decided(replication, np.where(replication.counted, 0, -1), 1)
    left = np.array([left_in_time(replication, clock) for clock in replication.clocks], np.int64)
    return _Measured(decided, elapsed_durations(replication), left, fingerprint(replication))


def _outcome(target: float | None, seen: Sequence[_Measured], row: int, *, copies: bool) -> SlaOutcome:
    decided = Decided(*(each[:, row, 0] for each in stacked([each.decided for each in seen])))
    compliance = judge(decided, body_effect([each.elapsed[row] for each in seen]), copies=copies)
    return SlaOutcome(target, compliance, decided, np.array([each.left[row] for each in seen]))
