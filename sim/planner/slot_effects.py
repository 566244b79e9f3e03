"""What one more person on duty in a slot of the day changes: late letters, by target and by the slot of receipt.

Each team in turn gets some people more in one slot of every day, whom no roster brings; the same letters are simulated
(common random numbers), and the logarithm of the late letters is compared with that of the staffing as it is.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import Floats
from sim.metrics.hours import HOURS_OF_DAY
from sim.models.staffing import RosterPattern
from sim.models.studies import Plan
from sim.planner.simulator import Simulator, late_at_worst
from sim.planner.staffing_cells import People, StaffingCell, staffed
from sim.scenario.setting import Setting

DUTY_SLOT: Final = 2 * HOUR

DUTY_SLOTS: Final = DAY // DUTY_SLOT

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


def slot_effects(given: Simulator, people: People, teams: tuple[str, ...], replications: range) -> SlotEffects:
    """Measure the effects at a staffing.

    Args:
        given: of the cells of the staffing.
        teams: whose people are added, one after another.
    """
    probed = _with_probes(staffed(given.setting, given.cells, people))
    probes = tuple(
        StaffingCell(team, _probe(slot), 0, 0, _added(probed, team), 1.0, 7.0 * DUTY_SLOT / HOUR)
        for team in teams
        for slot in range(DUTY_SLOTS)
    )
    simulator = given.of(probes, probed)
    nobody = (0,) * len(probes)
    little = _SMOOTHED / len(replications)
    base = simulator.decided(nobody, replications)
    here = _by_slot(late_at_worst(base).mean(axis=0)) + little
    fewer = np.zeros((len(probes), *here.shape))
    for index, probe in enumerate(probes):
        some = (*nobody[:index], probe.most, *nobody[index + 1 :])
        there = _by_slot(late_at_worst(simulator.decided(some, replications)).mean(axis=0)) + little
        fewer[index] = np.maximum(np.log(here / there), 0.0) / probe.most
    targets = simulator.targets.shares.reshape(-1, HOURS_OF_DAY)[:, 0]
    letters = _by_slot(base.letters.mean(axis=0))
    return SlotEffects(targets, here, letters, fewer.reshape(len(teams), DUTY_SLOTS, *here.shape))


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
    """Letters by target and slot of receipt; those of a target by hour follow each other."""
    slots: Floats = of_hours.reshape(-1, DUTY_SLOTS, HOURS_OF_DAY // DUTY_SLOTS).sum(axis=2)
    return slots


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
