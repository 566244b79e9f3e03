"""What one more person on duty in a slot of the day changes: late letters, by target and by the slot of receipt.

Each team in turn gets some people more in one slot of every day, whom no roster brings; the same letters are simulated
(common random numbers), and the logarithm of the late letters is compared with that of the staffing as it is.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import Floats
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.load import CLASSES, load_of
from sim.metrics.hours import HOURS_OF_DAY
from sim.models.staffing import Allocation, RosterPattern
from sim.models.studies import Plan
from sim.planner.sample import EPSILON
from sim.planner.simulator import Simulator, late_at_worst
from sim.planner.staffing_cells import People, StaffingCell, staffed
from sim.scenario.setting import Setting

DUTY_SLOT: Final = 2 * HOUR

DUTY_SLOTS: Final = DAY // DUTY_SLOT

_LOAD_REPLICATIONS: Final = 2
"""Simulated without queues to see what keeps people busy."""

_PART: Final = 10
"""A team gets one person more a unit, or this part of its people where that is more."""

_SMOOTHED: Final = 0.5
"""Letters that are added before a logarithm is taken, so that none late has one too."""


class SlotEffects(NamedTuple):
    """Effects of people on duty by slot of the day.

    Attributes:
        targets: least share of letters in time, of each SLA that has a target, shape (targets,).
        late: late letters a replication by target and slot of receipt, and a little more than none where there are
            none, shape (targets, DUTY_SLOTS).
        letters: all letters a replication to which the target applies, same shape.
        fewer: by what a person more at a team in a slot lowers the logarithm of late letters, 0 or more, shape
            (teams, DUTY_SLOTS, targets, DUTY_SLOTS); of a team's people over all its units.
    """

    targets: Floats
    late: Floats
    letters: Floats
    fewer: Floats


def slot_effects(given: Simulator, people: People, deals: Mapping[str, Allocation], replications: range) -> SlotEffects:
    """Measure the effects at a staffing.

    Args:
        given: of the cells of the staffing.
        deals: teams whose people are added, one after another, and how these are allocated to the units.
    """
    probed = _with_probes(staffed(given.setting, given.cells, people))
    probes = tuple(
        StaffingCell(team, _probe(slot), 0, 0, _added(probed, team), 1.0, 7.0 * DUTY_SLOT / HOUR, deals[team])
        for team in deals
        for slot in range(DUTY_SLOTS)
    )
    simulator = given.of(probes, probed)
    nobody = (0,) * len(probes)
    base = simulator.decided(nobody, replications)
    before, little = _by_slot(late_at_worst(base)), _SMOOTHED / len(replications)
    here = before.mean(axis=0) + little
    fewer = np.zeros((len(probes), *here.shape))
    for index, probe in enumerate(probes):
        some = (*nobody[:index], probe.most, *nobody[index + 1 :])
        after = _by_slot(late_at_worst(simulator.decided(some, replications)))
        change = np.maximum(np.log(here / (after.mean(axis=0) + little)), 0.0)
        fewer[index] = _shrunk(before.sum(axis=2) - after.sum(axis=2))[:, np.newaxis] * change / probe.most
    targets = simulator.targets.shares.reshape(-1, HOURS_OF_DAY)[:, 0]
    letters = _by_slot(base.letters).mean(axis=0)
    return SlotEffects(targets, here, letters, fewer.reshape(len(deals), DUTY_SLOTS, *here.shape))


def busy_by_slot(setting: Setting, teams: Collection[str]) -> Floats:
    """People on the roster of each team whom work that cannot be put off keeps busy, shape (teams, DUTY_SLOTS)."""
    load = load_of([simulate_infinite_servers(setting, number) for number in range(_LOAD_REPLICATIONS)])
    at_once = np.arange(CLASSES) & 1 == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        erlangs = np.nan_to_num(load.work[:, at_once].sum(axis=1) / load.seconds)
    by_slot = erlangs.reshape(len(erlangs), -1, DUTY_SLOTS, HOURS_OF_DAY // DUTY_SLOTS).mean(axis=(1, 3))
    present = [1 - setting.scenario.teams[team].absence for team in teams]
    rows = [setting.places.teams.index(team) for team in teams]
    busy: Floats = by_slot[rows] / np.maximum(present, EPSILON)[:, np.newaxis]
    return busy


def people_by_slot(pattern: RosterPattern | None) -> Floats:
    """Part of each slot of an average day that a person of a roster is on duty, shape (DUTY_SLOTS,).

    Args:
        pattern: None for a seat that is never empty.
    """
    if pattern is None:
        return np.ones(DUTY_SLOTS)
    days, part = pattern.days_of_shifts, np.zeros(DUTY_SLOTS)
    begins = np.arange(2 * DUTY_SLOTS) * DUTY_SLOT  # a shift may end on the next day
    for start, end in (span for spans in days for span in spans):
        within = np.clip(np.minimum(begins + DUTY_SLOT, end) - np.maximum(begins, start), 0, None)
        part += within.reshape(2, DUTY_SLOTS).sum(axis=0) / DUTY_SLOT
    return part / len(days)


def _by_slot(of_hours: Floats) -> Floats:
    """Letters by replication, target and slot of receipt; those of a target by hour follow each other."""
    slots: Floats = of_hours.reshape(len(of_hours), -1, DUTY_SLOTS, HOURS_OF_DAY // DUTY_SLOTS).sum(axis=3)
    return slots


def _shrunk(difference: Floats) -> Floats:
    """Part of a difference that is no chance, by its standard error over replications, in [0, 1], shape (targets,).

    Args:
        difference: shape (replications, targets).
    """
    mean, count = difference.mean(axis=0), len(difference)
    variance = difference.var(axis=0, ddof=1) / count if count > 1 else np.zeros(len(mean))
    signal = np.where(mean > 0, mean, np.inf)
    part: Floats = np.where(mean > 0, np.clip(1 - variance / signal**2, 0.0, 1.0), 0.0)
    return part


def _with_probes(setting: Setting) -> Setting:
    """The same scenario with a roster for each slot, and each target by hour of receipt."""
    scenario = setting.scenario
    rosters = {
        _probe(slot): RosterPattern(daily=((slot * DUTY_SLOT, (slot + 1) * DUTY_SLOT),)) for slot in range(DUTY_SLOTS)
    }
    asked = (scenario.plan or Plan()).model_copy(update={"every_hour": True})
    return setting._replace(
        scenario=scenario.model_copy(update={"rosters": {**scenario.rosters, **rosters}, "plan": asked})
    )


def _probe(slot: int) -> str:
    return f"probe-{slot}"


def _added(setting: Setting, name: str) -> int:
    team = setting.scenario.teams[name]
    return max(team.unit_count, -(-team.headcount // _PART))
