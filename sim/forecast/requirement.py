"""The staffing requirement: people that each team needs, by hour or half hour, before any simulation with queues.

Of each unit and hour of the week in which the unit is staffed (somebody is on duty there; else its work waits, or its
cover does it) it is the fewest people with whom SLAs of both kinds can be met:

- Minute clocks are met or missed by who is on duty in that hour. Their work is offered load as it comes, through the
  tiers (modified offered load: the engine lays it over time with infinite servers, so that long work, shift ends,
  cover and rework are in it). By Erlang's C at most the allowed share of letters may wait longer than what the limit
  leaves after the work itself. That is exact for M/M/c; several teams on the way share the allowed lateness evenly.
- Day clocks are met by who works that day. Their work is a fluid backlog, spread over the hours of duty, and people
  must be as many as it and the minutes' work keep busy.

It is an estimate: what escalation takes to a team is not in its load, and a backlog of earlier hours neither. Where a
unit is staffed for a part of an hour only, the work of that hour is done in that part, by people who are there
for that part.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from math import ceil
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import Floats
from sim.forecast.load import CLASSES, Load, is_minute_clock, short_of_staff
from sim.metrics.figures.teams import Requirement
from sim.models.base import is_for
from sim.models.sla import Sla
from sim.models.workflow import Layout, WorkStep
from sim.queueing import offered_load, servers_for
from sim.sampling.quantiles import mean
from sim.scenario.setting import Setting

_LEAST_LEFT: Final = 0.1
"""Of a limit that its work alone takes, this share is left for waiting all the same."""


_LEAST_MISSED: Final = 0.5
"""People whose lack is told of a unit."""


class Wait(NamedTuple):
    """How long letters may wait at a team, and how many of them longer."""

    longest: float  # seconds
    share: float


def requirement(setting: Setting, load: Load) -> Mapping[str, Requirement]:
    """People that each team needs, over all its units.

    Args:
        load: of some replications simulated with infinite servers, by hour or half hour.

    Returns: of each team people by hour of the week, or half hour as the load has it, and how many are missing:
        those that a unit needs above those whom its share of the team brings on duty in that hour, on average, summed
        over the units. Less than half a person, by whom now and then an absence is not made up for, is not missed.
    """
    waits = waits_of(setting)
    return {name: _of_team(setting, load, index, waits.get(name)) for index, name in enumerate(setting.places.teams)}


def waits_of(setting: Setting) -> dict[str, Wait]:
    """The strictest wait that minute clocks with a target allow each team on their way.

    A team whose letters are escalated within the limit may let them wait; the team that gets them may not.
    """
    found: dict[str, Wait] = {}
    for sla in setting.scenario.sla.values():
        if sla.target is None or sla.target >= 1 or not is_minute_clock(sla):
            continue
        limit = sla.within.seconds
        steps = [(step, _takers(setting, sla, step)) for step in _on_the_way(setting, sla)]
        steps = [(step, takers) for step, takers in steps if takers]
        efforts = [_mean_effort(step, takers) for step, takers in steps]
        if sla.until.endswith((".started", ".queued")):
            efforts = efforts[:-1]
        left = max(limit - sum(efforts), _LEAST_LEFT * limit)
        longest: dict[str, float] = {}
        for step, takers in steps:
            teams, wait = [team for kind in takers for team in step.by.of(*kind)], left
            if step.escalate is not None and step.escalate.after < limit:
                teams, wait = [step.escalate.to], max(left - step.escalate.after, _LEAST_LEFT * limit)
            longest |= {team: min(longest.get(team, wait), wait) for team in teams}
        for team, wait in longest.items():
            allowed = Wait(wait, (1 - sla.target) / len(longest))
            found[team] = min(found.get(team, allowed), allowed)
    return found


def _takers(setting: Setting, sla: Sla, step: WorkStep) -> dict[tuple[str, str], float]:
    """Share of all letters to which an SLA applies and that take a step, by category and channel; those that occur."""
    categories, channels = setting.scenario.category_shares, setting.scenario.channel_shares
    shares = {
        kind: categories[kind[0]] * channels[kind[1]] * step.chance.of(*kind)
        for kind in product(categories, channels)
        if is_for(sla, *kind) and is_for(step, *kind)
    }
    return {kind: share for kind, share in shares.items() if share > 0}


def _mean_effort(step: WorkStep, takers: Mapping[tuple[str, str], float]) -> float:
    efforts = [share * mean(step.effort.of(*kind)) for kind, share in takers.items()]
    return sum(efforts) / sum(takers.values())


def people_for(load: float, release: float, wait: Wait | None) -> int:
    """Fewest people with whom at most a share waits longer: C(c, a) exp(-(c - a) t / r) (Gross et al., sec. 2.3).

    Args:
        load: erlangs.
        release: mean time until one who works is done, in seconds; the mean service for exponential services.
        wait: None where letters may wait for days; then as many people as the work keeps busy.

    Raises: ValueError if the load is not finite.
    """
    rate = load / release
    if wait is None:
        return ceil(offered_load(rate, release) - 1e-9)
    return servers_for(rate, release, wait.longest, wait.share)


def _of_team(setting: Setting, load: Load, team: int, wait: Wait | None) -> Requirement:
    places = setting.places
    units = slice(places.first[team], places.first[team + 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        erlangs = np.nan_to_num(load.levelled()[team] / load.seconds)
        on_duty = np.nan_to_num(load.on_duty[team] / load.seconds)
        staffed = np.nan_to_num(load.staffed[units] / load.seconds)
        share = np.nan_to_num(load.unit_work[units] / load.unit_work[units].sum())
        duty_share = np.nan_to_num(load.unit_on_duty[units] / load.unit_on_duty[units].sum())
    # Work of an hour is done by those units that are staffed, while they are, in proportion to their shares.
    covered = share @ staffed
    part = np.divide(share[:, np.newaxis], covered, out=np.zeros_like(staffed), where=covered > 0)
    at_once = np.arange(CLASSES) & 1 == 0
    minutes, all_work = erlangs[at_once].sum(axis=0), erlangs.sum(axis=0)
    release = _release(load.visits[:, team, at_once])
    people, shortfall = np.zeros(len(load.seconds)), np.zeros(len(load.seconds))
    for unit, share_on_duty in enumerate(duty_share.tolist()):
        works = zip((part[unit] * minutes).tolist(), (part[unit] * all_work).tolist(), strict=True)
        need = np.array([_need(*each, release, wait) for each in works]) * staffed[unit]
        people += need
        own = share_on_duty * on_duty
        shortfall += np.where(short_of_staff(need, own, _LEAST_MISSED * staffed[unit]), np.maximum(need - own, 0), 0)
    return Requirement(people, shortfall)


def _need(minutes: float, all_work: float, release: float, wait: Wait | None) -> int:
    return max(people_for(all_work, release, None), _rounded(round(minutes, 3), release, wait))


@lru_cache(maxsize=100_000)
def _rounded(load: float, release: float, wait: Wait | None) -> int:
    return people_for(load, release, wait)


def _release(visits: Floats) -> float:
    """E[S^2] / (2 E[S]), from the number of visits, the sum of their services and of its squares, (3, classes)."""
    _, total, squares = visits.sum(axis=1)
    return float(squares / 2 / total) if total > 0 else 1.0


def _on_the_way(setting: Setting, sla: Sla) -> list[WorkStep]:
    """Steps of work between the milestones of an SLA, the last one included if it must begin."""
    names = [step.name for step in setting.scenario.workflow]
    begin, end = (milestone.rpartition(".")[0] for milestone in (sla.from_, sla.until))
    first = names.index(begin) if begin else 0
    last = names.index(end) if end else len(names) - 1
    layout = Layout.of(setting.scenario.workflow)
    # Of detours only those count that the SLA is about.
    taken = [names.index(name) for name in sla.only_after]
    about = {None, layout.detour[first], layout.detour[last], *taken, *(layout.detour[number] for number in taken)}
    between = range(first, last + 1)
    steps = [setting.scenario.workflow[number] for number in between if layout.detour[number] in about]
    return [step for step in steps if isinstance(step, WorkStep)]
