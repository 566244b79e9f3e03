"""Why nothing within the bounds does: which target, team and hours, and how many people more it would take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.clock import hour_of
from sim.core.tables import Floats
from sim.experiment.replications import replicate
from sim.metrics.hours import HOURS_OF_DAY, LateHours, late_hours
from sim.metrics.replication import Fate, Replication
from sim.planner.proof import TargetCompliance
from sim.planner.stability import UnstableUnit
from sim.planner.staffing_cells import People, Post, staffed
from sim.scenario.setting import Setting


@dataclass(frozen=True)
class Failure:
    """A target that is not met even with the most people.

    Attributes:
        team: in whose hands or queue most of the late letters are, or None.
        hours: hours of receipt at which letters are late more often than at others, where that is shown.
    """

    missed: TargetCompliance
    team: str | None
    hours: LateHours | None


@dataclass(frozen=True)
class Shortage:
    """What lacks.

    Attributes:
        failures: targets that are not met with the most people.
        unstable: units whose work does not fit into the hours of the most people.
        needed: a staffing beyond the bounds that meets every target on the sample; None if no number of people does.
    """

    failures: tuple[Failure, ...]
    unstable: tuple[UnstableUnit, ...]
    needed: People | None


def failures(
    setting: Setting,
    posts: tuple[Post, ...],
    people: People,
    missed: Sequence[TargetCompliance],
    replications: Sequence[int],
) -> tuple[Failure, ...]:
    """Where and when letters are late under a staffing, for targets that are missed."""
    slas = list(setting.scenario.sla)
    looks = np.array(list(replicate(staffed(setting, posts, people), replications, _letters, stretches=False)))
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
    outcome = replication
    hour, teams = hour_of(outcome.received), len(outcome.setting.places.teams) + 1
    counts = []
    for run in outcome.clocks:
        late = outcome.counted & (run.fate == Fate.BREACHED)
        code = (run.team[late] % teams) * HOURS_OF_DAY + hour[late]
        by_team = np.bincount(code, minlength=teams * HOURS_OF_DAY).reshape(teams, HOURS_OF_DAY)
        every = np.bincount(hour[outcome.counted & (run.fate != Fate.NOT_APPLICABLE)], minlength=HOURS_OF_DAY)
        counts.append([*by_team, every])
    return np.array(counts, dtype=np.float64)
