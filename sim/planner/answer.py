"""Answer of a plan: how many people, where, on which roster; how sure it is, and what would change it.

Where nothing within the bounds meets the targets it says why: which target, team and hours, and how many people more
it would take.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sim.core.clock import hour_of
from sim.core.tables import Floats
from sim.experiment.replications import replicate
from sim.forecast.working_hours import WorkingHours
from sim.metrics.figures import Caution
from sim.metrics.figures.teams import RosterGroup
from sim.metrics.hours import HOURS_OF_DAY, LateHours, late_hours
from sim.metrics.replication import Fate, Replication
from sim.models.shift_patterns import ShiftPattern
from sim.planner.frontier import Point
from sim.planner.proof import Change, Proof, TargetCompliance
from sim.planner.slot_requirement import SlotRequirement
from sim.planner.stability import UnstableUnit
from sim.planner.staffing_cells import People, StaffingCell, staffed
from sim.scenario.setting import Setting


class Ending(StrEnum):
    """How a plan ends."""

    PLANNED = "planned"
    """There is a plan, and on fresh seeds it meets every target that can be judged."""
    LEAST = "least"
    """The fewest people that the bounds allow do."""
    UNPROVEN = "unproven"
    """It meets the targets on the sample, but fresh seeds did not show that."""
    IMPOSSIBLE = "impossible"
    """Not even the most people that the bounds allow do."""


@dataclass(frozen=True)
class Failure:
    """Target that is not met even with the most people.

    Attributes:
        team: in whose hands or queue most of the late letters are, or None.
        hours: hours of receipt at which letters are late more often than at others, where that is shown.
    """

    missed: TargetCompliance
    team: str | None
    hours: LateHours | None


@dataclass(frozen=True)
class Shortage:
    """Why nothing within the bounds meets the targets.

    Attributes:
        failures: targets that are not met with the most people.
        unstable: units whose work does not fit into the hours of the most people.
        needed: a staffing beyond the bounds that meets every target on the sample; None if no number of people does.
    """

    failures: tuple[Failure, ...]
    unstable: tuple[UnstableUnit, ...]
    needed: People | None


@dataclass(frozen=True)
class PlanAnswer:
    """Answer of a plan.

    Attributes:
        posts: cells that it decides.
        generated: rosters that were generated for it, by name those of cells; None if none were asked for.
        roster: who comes when under the plan; empty without one.
        people: the plan, by cell; None if nothing meets the targets.
        cost, today_cost: of the cells that may vary.
        fixed: counted people whose cells do not vary.
        bound: no staffing that meets every target costs less, as far as more people never hurt.
        relaxations: staffings that carry the bound, each shown on fresh seeds to miss a target.
        steady: whether more people never hurt in anything that was tried.
        fewest: of each cell the fewest people that do with all others at their most.
        today, proof: today's staffing and the plan on fresh seeds.
        looks: plans that were proved, each on a block of its own.
        removals, additions: what one person of each cell fewer or more changes.
        held_by_hours: cells whose next removal would leave a unit fewer hours than its work takes.
        unstable: units that the plan leaves with more work than hours, of teams that the user excepted.
        hours, today_hours: hours of all counted teams under the plan and today.
        not_judged: SLAs with a target to which no letter applies; the search leaves them out.
        copies: whether the replications are the same, as nothing is random, so that fresh seeds say nothing new.
        needs: people needed and on duty, by team and half hour of the week.
        sampled, proved: replications of the search's sample and of the proof.
        simulated, letters: replications and letters simulated in all.
        cautions: what to know of the plan, or of the most people allowed, before believing the rest.
    """

    scenario: str
    title: str
    seed: int
    ending: Ending
    posts: tuple[StaffingCell, ...]
    generated: tuple[ShiftPattern, ...] | None
    roster: tuple[RosterGroup, ...]
    people: People | None
    cost: float | None
    today_cost: float
    fixed: int
    bound: float
    relaxations: tuple[Proof, ...]
    steady: bool
    fewest: People | None
    today: Proof
    proof: Proof
    looks: int
    removals: tuple[Change, ...]
    additions: tuple[Change, ...]
    held_by_hours: tuple[int, ...]
    unstable: tuple[UnstableUnit, ...]
    hours: WorkingHours
    today_hours: WorkingHours
    not_judged: tuple[str, ...]
    copies: bool
    frontier: tuple[Point, ...]
    shortage: Shortage | None
    needs: Mapping[str, SlotRequirement]
    sampled: int
    proved: int
    simulated: int
    letters: int
    cautions: tuple[Caution, ...]

    @property
    def optimal(self) -> bool:
        """Whether nothing cheaper meets every target."""
        return self.gap is not None and self.gap < 1e-9

    @property
    def gap(self) -> float | None:
        """By how much the plan may cost more than the optimum, as a share of the plan."""
        return None if self.cost is None or not self.cost else max(self.cost - self.bound, 0.0) / self.cost


def failures(
    setting: Setting,
    cells: tuple[StaffingCell, ...],
    people: People,
    missed: Sequence[TargetCompliance],
    replications: Sequence[int],
) -> tuple[Failure, ...]:
    """Where and when letters are late under a staffing, for targets that are missed."""
    slas = list(setting.scenario.sla)
    looks = np.array(list(replicate(staffed(setting, cells, people), replications, _letters, stretches=False)))
    found = []
    for each in missed:
        late, letters = looks[:, slas.index(each.sla), :-1], looks[:, slas.index(each.sla), -1]
        by_team = late.sum(axis=(0, 2))
        team = setting.places.teams[int(by_team[:-1].argmax())] if by_team[:-1].any() else None
        found.append(Failure(each, team, late_hours(late.sum(axis=1), letters)))
    return tuple(found)


def _letters(replication: Replication) -> Floats:
    """Letters of the window by SLA and hour of receipt: late ones of each team and of none, then all.

    Returns: shape (slas, teams + 2, 24).
    """
    hour, teams = hour_of(replication.received), len(replication.setting.places.teams) + 1
    counts = []
    for clock in replication.clocks:
        late = replication.counted & (clock.fate == Fate.BREACHED)
        code = (clock.team[late] % teams) * HOURS_OF_DAY + hour[late]
        by_team = np.bincount(code, minlength=teams * HOURS_OF_DAY).reshape(teams, HOURS_OF_DAY)
        every = np.bincount(hour[replication.counted & (clock.fate != Fate.NOT_APPLICABLE)], minlength=HOURS_OF_DAY)
        counts.append([*by_team, every])
    return np.array(counts, dtype=np.float64)
