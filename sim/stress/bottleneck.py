"""The bottleneck: the team in which a few people more raise the compliance that fails first.

Found by trying: at the rate where a target is just missed, the same letters meet each team with the same number of
people added.
"""

from dataclasses import dataclass
from typing import Final

from sim.setting import Setting
from sim.statistics import Estimate, paired_difference
from sim.stress.capacity import Capacity, Found, find_capacity
from sim.stress.trials import Trials
from sim.stress.variants import with_staff

SHARE_ADDED: Final = 0.05
"""People added to a team, as a share of the headcount of all teams that count."""

TRIALS: Final = 10
"""Replications, at most, with which teams are compared."""


@dataclass(frozen=True)
class Relief:
    """What more people in one team do.

    Attributes:
        people: added to the team.
        gain: in compliance with the SLA that fails first, paired replication by replication.
    """

    team: str
    people: int
    gain: Estimate

    @property
    def helps(self) -> bool:
        """Whether more people in this team raise compliance, with 95% confidence."""
        return self.gain.low is not None and self.gain.low > 0


@dataclass(frozen=True)
class Bottleneck:
    """Which team limits how long one promise can be kept.

    Attributes:
        team: the one where people help most; None if more people help in no team.
        reliefs: what more people do in each team, the best first.
    """

    sla: str
    team: str | None
    reliefs: tuple[Relief, ...]


@dataclass(frozen=True)
class Relieved:
    """What there is once a bottleneck has twice the people.

    Attributes:
        capacity: found with fewer replications than that of the staffing itself.
        times: its estimate over that of the staffing, as many replications having met the same letters where the two
            lie near each other; None where there is no estimate.
        bottlenecks: those that come next.
    """

    team: str
    capacity: Capacity
    times: float | None
    bottlenecks: tuple[Bottleneck, ...]


def bottlenecks(setting: Setting, capacity: Capacity, near: Trials, replications: int) -> tuple[Bottleneck, ...]:
    """The bottleneck for each SLA that may be the first to fail, the tightest first; none without a capacity.

    Args:
        near: trials near the capacity.
        replications: with which the capacity was found; fewer are enough here.
    """
    if capacity.estimate is None:
        return ()
    few, teams = min(TRIALS, replications), setting.scenario.teams
    people = max(1, round(SHARE_ADDED * sum(team.headcount for team in teams.values() if team.counted)))
    before = near.kept(capacity.estimate, few)
    after = {
        name: near.with_staffing(with_staff(setting, name, people)).kept(capacity.estimate, few)
        for name, team in teams.items()
        if team.headcount
    }
    found = []
    for sla in capacity.at_risk:
        reliefs = [
            Relief(name, people, paired_difference(before[sla], kept[sla]).paired) for name, kept in after.items()
        ]
        reliefs.sort(key=lambda relief: relief.gain.mean or 0.0, reverse=True)
        team = reliefs[0].team if reliefs and reliefs[0].helps else None
        found.append(Bottleneck(sla, team, tuple(reliefs)))
    return tuple(found)


def relieved(
    setting: Setting,
    base: Capacity,
    found: tuple[Bottleneck, ...],
    near: Trials,
    trials: Trials,
    replications: int,
    step: float,
) -> Relieved | None:
    """The capacity with twice the people in the first bottleneck, and what limits it then; None without one.

    Args:
        base: the capacity of the staffing.
        found: its bottlenecks.
        near: trials near the capacity; where these are enough, the same letters meet both staffings.
        trials: up to the highest rate that is tried.
    """
    team = next((each.team for each in found if each.team is not None), None)
    if team is None:
        return None
    setting = with_staff(setting, team, setting.scenario.teams[team].headcount)
    capacity, closer = find_capacity(near.with_staffing(setting), replications, step, thorough=False)
    if capacity.found is Found.YES:
        base, _ = find_capacity(near, replications, step, thorough=False)
    for times in (1, 2):
        if capacity.found is Found.BEYOND:
            capacity, closer = find_capacity(trials.with_staffing(setting, times), replications, step, thorough=False)
    larger = None if capacity.estimate is None or base.estimate is None else capacity.estimate / base.estimate
    return Relieved(team, capacity, larger, bottlenecks(setting, capacity, closer, replications))
