"""The bottleneck: the team in which a few people more raise the compliance that fails first.

Found by trying: at the rate where a target is just missed, the same letters meet each team with the same number of
people added.
"""

from dataclasses import dataclass
from typing import Final

from sim.setting import Setting
from sim.statistics import Estimate, all_decided, paired_difference
from sim.stress.capacity import Capacity, Found, find_capacity
from sim.stress.trials import Trials
from sim.stress.variants import with_staff

SHARE_ADDED: Final = 0.05
"""People added to a team, as a share of the headcount of all teams that count."""

TRIALS: Final = 10
"""Replications, at most, with which teams are compared."""

WORTH: Final = 0.1
"""A gain smaller than this share of the letters that a target allows to be late is not worth the name."""


@dataclass(frozen=True)
class Relief:
    """What more people in one team do.

    Attributes:
        people: added to the team.
        gain: in compliance with the SLA, paired replication by replication.
        helps: whether that is a gain, with 95% confidence, and one that is worth the name.
    """

    team: str
    people: int
    gain: Estimate
    helps: bool


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
        capacity: its estimate, without an interval, from as many replications as that of the staffing itself; where
            the two lie near each other, they met the same letters.
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
        replications: with which the capacity was found; fewer are enough here.
        further: where people help none of these SLAs, go on to the others until they help one.
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
    found: list[Bottleneck] = []
    for sla in (*capacity.at_risk, *capacity.kept):
        if sla in capacity.kept and (not further or any(each.team is not None for each in found)):
            break
        worth = WORTH * (1 - near.targets[sla])
        reliefs = [
            _relief(name, people, paired_difference(all_decided(before[sla]), all_decided(kept[sla])).paired, worth)
            for name, kept in after.items()
        ]
        reliefs.sort(key=lambda relief: relief.gain.mean or 0.0, reverse=True)
        team = reliefs[0].team if reliefs and reliefs[0].helps else None
        found.append(Bottleneck(sla, team, tuple(reliefs)))
    return tuple(found)


def _relief(team: str, people: int, gain: Estimate, worth: float) -> Relief:
    helps = gain.mean is not None and gain.low is not None and gain.low > 0 and gain.mean >= worth
    return Relief(team, people, gain, helps)


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
    if team is None or base.estimate is None:
        return None
    setting = with_staff(setting, team, setting.scenario.teams[team].headcount)
    for others in (near.with_staffing(setting), trials.with_staffing(setting), trials.with_staffing(setting, 2)):
        capacity, closer = find_capacity(others, replications, step, most=base.replications, interval=False)
        if capacity.found is not Found.BEYOND:
            break
    times = None if capacity.estimate is None else capacity.estimate / base.estimate
    return Relieved(team, capacity, times, bottlenecks(setting, capacity, closer, replications, further=False))
