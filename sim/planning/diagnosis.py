"""Why nothing within the bounds does: which target, team and hours, and how many people more it would take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.clock import hour_of
from sim.experiment import Replication, replicate
from sim.measuring.outcome import Outcome
from sim.measuring.slaclock import Fate
from sim.planning.proof import TargetCompliance
from sim.planning.stability import UnstableUnit
from sim.planning.staffing_cells import People, Post, staffed
from sim.setting import Setting
from sim.tables import Floats

DAY_HOURS: Final = 24


@dataclass(frozen=True)
class Failure:
    """A target that is not met even with the most people.

    Attributes:
        team: in whose hands or queue most of the late letters are, or None.
        hours: shortest span of hours of receipt [start, end) with half of the late letters, end up to start + 24.
    """

    missed: TargetCompliance
    team: str | None
    hours: tuple[int, int]


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
    looks = list(replicate(staffed(setting, posts, people), replications, _late, stretches=False))
    late: Floats = np.sum(looks, axis=0)
    found = []
    for each in missed:
        by_team, by_hour = late[slas.index(each.sla)].sum(axis=1), late[slas.index(each.sla)].sum(axis=0)
        team = setting.places.teams[int(by_team[:-1].argmax())] if by_team[:-1].any() else None
        found.append(Failure(each, team, half_of(by_hour)))
    return tuple(found)


def half_of(by_hour: Floats) -> tuple[int, int]:
    """Shortest span of hours of the day, [start, end) with end up to start + 24, with half of something."""
    twice = np.concatenate([[0.0], np.cumsum(np.concatenate([by_hour, by_hour]))])
    half = 0.5 * twice[DAY_HOURS] * (1 - 1e-12)
    spans = ((start, start + length) for length in range(1, DAY_HOURS + 1) for start in range(DAY_HOURS))
    return next((span for span in spans if twice[span[1]] - twice[span[0]] >= half), (0, DAY_HOURS))


def _late(replication: Replication) -> Floats:
    """Late letters of the window by SLA, team (the last: none) and hour of receipt, (slas, teams + 1, 24)."""
    outcome = Outcome(replication.setting, replication.workload, replication.roster, replication.log)
    hour, teams = hour_of(outcome.received), len(outcome.setting.places.teams) + 1
    counts = []
    for run in outcome.runs:
        late = outcome.counted & (run.fate == Fate.BREACHED)
        code = (run.team[late] % teams) * DAY_HOURS + hour[late]
        counts.append(np.bincount(code, minlength=teams * DAY_HOURS).reshape(teams, DAY_HOURS))
    return np.array(counts, dtype=np.float64)
