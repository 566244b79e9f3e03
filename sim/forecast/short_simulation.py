"""What `check` simulates of a scenario: a few replications, or stretches of one that is too large for that.

It is drawn and simulated as a run is, with queues, and some of it once more without. Letters are not thinned out to
save time, because those that are left would wait less; they are only where there are no queues.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import Floats
from sim.engine.contract import simulate
from sim.experiment.cost import Cost
from sim.experiment.replications import simulate_infinite_servers, with_infinite_servers
from sim.metrics.causes import breaches, cause_counts
from sim.metrics.compliance import count_decided
from sim.metrics.hours import HOURS_OF_WEEK, hour_of_week
from sim.metrics.outcomes import replication_of
from sim.metrics.replication import Replication
from sim.models.scenario import Scenario
from sim.sampling.roster import draw_roster, groups_of
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting, setting_of
from sim.statistics import Decided

BUDGET: Final = 900_000
"""Visits that may be simulated in all; about a third of a second."""

_A_REPLICATION: Final = 25_000
_A_SHIFT: Final = 1
"""What else takes time, in visits."""

_BOTH: Final = 2.5
"""A replication that is simulated without queues, too, and looked at in detail, takes so many times as long."""

_DETAILED: Final = 0.3
"""Part of the time for such ones; there is at least one, and stretches all are."""

MOST_STRETCHES: Final = 8

SETTLING: Final = 14
"""Days of warm-up of a stretch, at least; of a single one, which begins as the scenario does, its own."""

_FEWEST_DAYS: Final = 3

_THINNED: Final = 0.1
"""Part of the time for one replication with letters thinned out, beside one with all."""

_THINNED_DAYS: Final = 42
"""Days of a scenario that is not simulated otherwise."""


@dataclass(frozen=True)
class Extent:
    """How much of a scenario was simulated.

    Attributes:
        replications: of all of it; 1 if it was cut.
        stretches: into which it was cut; 0 if it was simulated from beginning to end.
        counted_days: of the window, in a replication or in a stretch.
        with_queues: False if letters were thinned out.
    """

    replications: int
    stretches: int
    counted_days: float
    with_queues: bool


class ShortSimulation(NamedTuple):
    """What was simulated.

    Attributes:
        unhindered: without queues.
        queued: as a run has it; the first `detailed` have stretches.
        kept: share of the letters of `unhindered`; the others were thinned out.
    """

    extent: Extent
    unhindered: list[Replication]
    queued: list[Replication]
    detailed: int
    kept: float = 1.0


def simulate_briefly(setting: Setting, cost: Cost) -> ShortSimulation:
    """Simulate as much of a scenario as there is time for.

    Args:
        cost: of one replication of all of it.
    """
    scenario = setting.scenario
    window, a_day = scenario.window / DAY, (cost.visits + _A_SHIFT * cost.shifts) * DAY / scenario.horizon
    replication = _A_REPLICATION + a_day * scenario.horizon / DAY
    if _BOTH * replication <= BUDGET:
        detailed = max(int(_DETAILED * BUDGET / (_BOTH * replication)), 1)
        number = detailed + int((BUDGET - detailed * _BOTH * replication) / replication)
        return _simulated(Extent(number, 0, window, True), [setting] * number, detailed)
    if replication <= BUDGET:
        queued = _simulated(Extent(1, 0, window, True), [setting], 1, also_without=False)
        kept = min(_THINNED * BUDGET / cost.visits, 1.0)
        return queued._replace(unhindered=[_thinned(setting, kept)], kept=kept)
    days = int(BUDGET / _BOTH / a_day)
    if days >= _FEWEST_DAYS:
        stretches = _stretches(scenario, days)
        extent = Extent(1, len(stretches), stretches[0].window / DAY, True)
        return _simulated(extent, [setting_of(each) for each in stretches], len(stretches))
    return _infinite_servers_alone(scenario, cost)


def _simulated(extent: Extent, settings: list[Setting], detailed: int, also_without: bool = True) -> ShortSimulation:
    unhindered, queued = [], []
    for number, setting in enumerate(settings):
        roster = draw_roster(setting, number)
        workload = draw_workload(setting, roster, number)
        if number < detailed and also_without:
            unhindered.append(with_infinite_servers(setting, workload, roster))
        log = simulate(workload, roster, setting.scenario.horizon, stretches=number < detailed)
        queued.append(replication_of(setting, workload, roster, log))
    return ShortSimulation(extent, unhindered, queued, detailed)


def _infinite_servers_alone(scenario: Scenario, cost: Cost) -> ShortSimulation:
    """Some weeks, with letters thinned out."""
    horizon = scenario.horizon / DAY
    shifts = _A_SHIFT * cost.shifts / horizon
    days = int(min(_THINNED_DAYS, horizon, max(BUDGET / 2 / max(shifts, 1.0), _FEWEST_DAYS)))
    kept = min(BUDGET / _BOTH / days * horizon / cost.visits, 1.0)
    third = days // 3
    cut = _cut(scenario, 0, third, days - 2 * third, third)
    return ShortSimulation(Extent(1, 1, cut.window / DAY, False), [_thinned(setting_of(cut), kept)], [], 0, kept)


def _thinned(setting: Setting, kept: float) -> Replication:
    """A replication without queues and with a share of the letters, and of other duty."""
    scenario = setting.scenario
    teams = {}
    for name, team in scenario.teams.items():
        duty = team.other_duty
        less = duty if duty is None else duty.model_copy(update={"per_hour": duty.per_hour * kept})
        teams[name] = team.model_copy(update={"other_duty": less})
    thin = setting._replace(scenario=scenario.changed(teams=teams, arrivals=scenario.arrivals.scaled(kept)))
    return simulate_infinite_servers(thin, 0, keep=kept if scenario.arrivals.trace is not None else 1.0)


def _stretches(scenario: Scenario, days: int) -> list[Scenario]:
    """Cut a scenario to stretches of so many days together, each in the middle of an equal part of the window.

    A single one stands at the beginning.
    """
    warm_up, cool_down = -(-scenario.window_start // DAY), -(-scenario.cooling // DAY)
    settling, window = max(warm_up, SETTLING), int(scenario.window // DAY)
    number = min(days // (3 * (settling + cool_down)), MOST_STRETCHES)
    if number < 2:
        # Where limits or the warm-up are long, they are cut as well, so that a third of the days is left to count.
        warm_up, cool_down = (min(each, days // 3) for each in (warm_up, cool_down))
        return [_cut(scenario, 0, warm_up, min(days - warm_up - cool_down, window), cool_down)]
    counted = (days // number - settling - cool_down) // 7 * 7
    step = _period(scenario)
    step = step if step <= window // number else 7
    begins = [warm_up + (window * (2 * index + 1) // number - counted) // 2 - settling for index in range(number)]
    return [_cut(scenario, max(each - each % step, 0), settling, counted, cool_down) for each in begins]


def _cut(scenario: Scenario, day: int, warm_up: int, counted: int, cool_down: int) -> Scenario:
    return scenario.stretch(day, warm_up=warm_up * DAY, window=counted * DAY, cool_down=cool_down * DAY)


def _period(scenario: Scenario) -> int:
    """Days after which all rosters begin anew on the same weekday."""
    patterns = [scenario.roster(roster) for team in scenario.teams.values() for roster in team.staff]
    return lcm(7, *(groups_of(pattern) for pattern in patterns if pattern is not None))


def late_by_team(replications: Sequence[Replication]) -> list[Floats]:
    """Of each SLA, late letters by the team where most of their time went, (teams,); the logs must have stretches."""
    counts = zip(*(cause_counts(each.setting, breaches(each)) for each in replications), strict=True)
    return [np.sum([each.by_place.sum(axis=(0, 2))[:-1] for each in of_sla], axis=0) for of_sla in counts]


def decided_by_hour(replications: Sequence[Replication], slas: int) -> Decided:
    """Letters of the window by hour of the week of receipt, shape (replications, slas, 168).

    Args:
        slas: how many the scenario has.
    """
    each = [
        count_decided(one, np.where(one.counted, hour_of_week(one.setting, one.received), -1), HOURS_OF_WEEK)
        for one in replications
    ]
    columns = ([getattr(one, name) for one in each] for name in Decided._fields)
    return Decided(*(np.array(column).reshape(len(each), slas, HOURS_OF_WEEK) for column in columns))
