"""Bottleneck: the team in which a few people more raise the compliance that fails first.

Found by trying: at the rate where a target is just missed, the same letters meet each team with the same number of
people added, in more and more replications while it is not clear what they do.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sim.capacity.capacity import Capacity, CapacityBound, find_capacity
from sim.capacity.limits import StabilityLimit, stability
from sim.capacity.runner import Runner
from sim.capacity.trials import Trials, gain
from sim.capacity.variants import with_staff
from sim.scenario.setting import Setting
from sim.statistics import Decided, Estimate

_SHARE_ADDED: Final = 0.05
"""People added to a team, as a share of the headcount of all teams that count."""

_FEWEST: Final = 10
"""Replications, at most, with which teams are compared at first, ..."""

_MOST: Final = 160
"""... and at last."""

_WORTH: Final = 0.1
"""A gain smaller than this share of the letters that a target allows to be late is too small to matter."""


class Effect(StrEnum):
    """Effect of more people in a team on an SLA, with 95% confidence."""

    HELPS = "helps"
    HARDLY = "hardly"
    """Too small to matter, whatever its sign."""
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Relief:
    """Effect of more people in one team.

    Attributes:
        people: added to the team.
        gain: in compliance with the SLA, paired replication by replication.
        replications: that it took to see that.
    """

    team: str
    people: int
    gain: Estimate
    effect: Effect
    replications: int


@dataclass(frozen=True)
class Bottleneck:
    """Team that limits compliance with one SLA.

    Attributes:
        team: the one where people help most; None if they are not shown to help in any.
        rivals: other teams in which they may help as much.
        effect: of people in the best team: `HARDLY` only if that is sure of all teams.
        reliefs: what more people do in each team, the best first.
    """

    sla: str
    team: str | None
    rivals: tuple[str, ...]
    effect: Effect
    reliefs: tuple[Relief, ...]


@dataclass(frozen=True)
class Relieved:
    """Capacity once a bottleneck has twice the people.

    Attributes:
        capacity: from at most twice the replications that a search begins with; where the two lie near each other, they
            met the same letters.
        times: its estimate over that of the staffing; None where there is no estimate.
        bottlenecks: those that come next.
    """

    team: str
    capacity: Capacity
    times: float | None
    bottlenecks: tuple[Bottleneck, ...]


def bottlenecks(
    setting: Setting, capacity: Capacity, near: Trials, replications: int, *, further: bool = True
) -> tuple[Bottleneck, ...]:
    """The bottleneck for each SLA that may be the first to fail, the tightest first; none without a capacity.

    Args:
        near: trials near the capacity.
        replications: with which the search for it began.
        further: where people help none of these SLAs, go on to the others until they help one.
    """
    if capacity.estimate is None or not capacity.at_risk:
        return ()
    compared = _TeamComparison(setting, capacity.estimate, near, min(_FEWEST, replications))
    found: list[Bottleneck] = []
    for sla in (*capacity.at_risk, *capacity.kept):
        if sla in capacity.kept and (not further or any(each.team is not None for each in found)):
            break
        found.append(compared.bottleneck(sla))
    return tuple(found)


def relieved(
    setting: Setting,
    base: Capacity,
    found: tuple[Bottleneck, ...],
    limit: StabilityLimit | None,
    runner: Runner,
    replications: int,
    step: float,
) -> Relieved | None:
    """The capacity with twice the people in the first bottleneck, and what limits it then; None without one.

    Args:
        base: the capacity of the staffing.
        found: its bottlenecks.
        limit: its stability limit; where that bounds the capacity, its first team is the bottleneck.
    """
    team = next((each.team for each in found if each.team is not None), None)
    if team is None and base.bound is CapacityBound.STABILITY and limit is not None:
        team = limit.teams[0]
    if team is None or base.estimate is None:
        return None
    setting = with_staff(setting, team, setting.scenario.teams[team].headcount)
    trials = Trials(setting, stability(setting), runner)
    capacity, closer = find_capacity(trials, min(base.replications, 2 * replications), step, sequential=False)
    times = None if capacity.estimate is None else capacity.estimate / base.estimate
    return Relieved(team, capacity, times, bottlenecks(setting, capacity, closer, replications, further=False))


class _TeamComparison:
    """One staffing and the same with more people in each team in turn, at one rate."""

    def __init__(self, setting: Setting, per_day: float, near: Trials, fewest: int) -> None:
        self._people = max(1, round(_SHARE_ADDED * setting.scenario.headcount))
        self._per_day, self._before, self._fewest = per_day, near, fewest
        # Over as long a window as the staffing itself is judged there.
        near.judged(per_day, fewest)
        self._after = {
            name: near.with_staffing(with_staff(setting, name, self._people))
            for name, team in setting.scenario.teams.items()
            if team.headcount
        }

    def bottleneck(self, sla: str) -> Bottleneck:
        """Compare teams until the bottleneck is clear, or that there is none, or the replications are spent."""
        replications = dict.fromkeys(self._after, self._fewest)
        while True:
            reliefs = [self._relief(sla, team, count) for team, count in replications.items()]
            reliefs.sort(key=lambda relief: relief.gain.mean or 0.0, reverse=True)
            best = reliefs[0]
            if best.effect is Effect.HELPS:
                rivals = [each for each in reliefs[1:] if self._may_help_as_much(sla, best, each)]
                unclear = [best, *rivals] if rivals else []
            else:
                rivals, unclear = [], [each for each in reliefs if each.effect is Effect.UNDECIDED]
            more = [each for each in unclear if each.replications < _MOST]
            if not more:
                team = best.team if best.effect is Effect.HELPS else None
                effect = Effect.UNDECIDED if unclear and team is None else best.effect
                return Bottleneck(sla, team, tuple(each.team for each in rivals), effect, tuple(reliefs))
            for each in more:
                replications[each.team] = min(2 * each.replications, _MOST)

    def _relief(self, sla: str, team: str, replications: int) -> Relief:
        gained = gain(self._met(self._before, sla, replications), self._met(self._after[team], sla, replications))
        worth = _WORTH * (1 - self._before.targets[sla])
        effect = Effect.UNDECIDED
        if gained.mean is not None and gained.low is not None and gained.high is not None:
            if gained.low > 0 and gained.mean >= worth:
                effect = Effect.HELPS
            elif gained.high < worth:
                effect = Effect.HARDLY
        return Relief(team, self._people, gained, effect, replications)

    def _may_help_as_much(self, sla: str, best: Relief, other: Relief) -> bool:
        if other.effect is Effect.HARDLY:
            return False
        count = min(best.replications, other.replications)
        ahead = gain(*(self._met(self._after[each.team], sla, count) for each in (other, best)))
        return ahead.low is None or ahead.low <= 0

    def _met(self, trials: Trials, sla: str, replications: int) -> Decided:
        return trials.decided(self._per_day, replications)[sla]
