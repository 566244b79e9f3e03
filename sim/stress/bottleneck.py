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
    """Which team limits the capacity.

    Attributes:
        team: the one where people help most; None if more people help in no team.
        sla: the one that fails first.
        reliefs: what more people do in each team, the best first.
        doubled: the capacity with twice the people in that team; None without a bottleneck, and for the next one.
    """

    team: str | None
    sla: str
    reliefs: tuple[Relief, ...]
    doubled: Capacity | None


def bottlenecks(
    setting: Setting, capacity: Capacity, near: Trials, trials: Trials, replications: int, step: float
) -> tuple[Bottleneck, ...]:
    """The bottleneck of a staffing, and the next one after it: the bottleneck once that team has twice the people.

    Args:
        near: trials near the capacity.
        trials: up to the highest rate that is tried.
        replications, step: with which the capacity was found.

    Returns: none where there is no capacity to raise, else one or two.
    """
    if capacity.sla is None or capacity.estimate is None:
        return ()
    few = min(TRIALS, replications)
    sla, each = capacity.sla, _reliefs(setting, near, capacity.sla, capacity.estimate, few)
    if not each or not each[0].helps:
        return (Bottleneck(None, sla, each, None),)
    relieved = with_staff(setting, each[0].team, setting.scenario.teams[each[0].team].headcount)
    for times in (1, 2):
        doubled, near = find_capacity(trials.with_staffing(relieved, times), replications, step)
        if doubled.found is not Found.BEYOND:
            break
    first = Bottleneck(each[0].team, sla, each, doubled)
    if doubled.sla is None or doubled.estimate is None:
        return (first,)
    sla, each = doubled.sla, _reliefs(relieved, near, doubled.sla, doubled.estimate, few)
    return first, Bottleneck(each[0].team if each[0].helps else None, sla, each, None)


def _reliefs(setting: Setting, near: Trials, sla: str, per_day: float, replications: int) -> tuple[Relief, ...]:
    teams = setting.scenario.teams
    people = max(1, round(SHARE_ADDED * sum(team.headcount for team in teams.values() if team.counted)))
    before = near.kept(per_day, replications)[sla]
    found = []
    for name, team in teams.items():
        if team.headcount:
            after = near.with_staffing(with_staff(setting, name, people)).kept(per_day, replications)[sla]
            found.append(Relief(name, people, paired_difference(before, after).paired))
    return tuple(sorted(found, key=lambda relief: relief.gain.mean or 0.0, reverse=True))
