"""Moments of a letter's life that SLAs are about: `received`, `closed`, `sign.finished`."""

from typing import NamedTuple

import numpy as np

from sim.core.tables import NO_UNIT, NOT_YET, Bools, Int64s, Log
from sim.metrics.letter_view import Journeys


class Milestone(NamedTuple):
    """When each letter reached it; rows as in `Journeys`."""

    applies: Bools  # whether the letter's way leads there
    reached: Int64s  # or NOT_YET
    team: Int64s  # who brought it about, or is to; -1 where nobody does


def milestone(journeys: Journeys, name: str) -> Milestone:
    """A milestone by its name in the scenario.

    `closed` is not for letters that leave the workflow; a letter's own draw of steps decides about the rest.
    """
    if name == "received":
        everybody = np.ones(len(journeys.letters), dtype=np.bool_)
        return Milestone(everybody, journeys.received, np.full(len(journeys.letters), -1))
    if name == "closed":
        applies = ~journeys.workload.left[journeys.letters]
        return Milestone(applies, np.where(applies, journeys.closed, NOT_YET), _team(journeys, journeys.last_work()))
    step, moment = name.rsplit(".", 1)
    visit = journeys.first_visits(step)
    return Milestone(visit >= 0, moment_of(journeys.log, visit, moment), _team(journeys, visit))


def moment_of(log: Log, visit: Int64s, moment: str) -> Int64s:
    """When some visits were queued, started or finished; NOT_YET also where there is no visit (-1)."""
    moments: Int64s = getattr(log, moment)
    there = np.flatnonzero(visit >= 0)
    found = np.full(len(visit), NOT_YET)
    found[there] = moments[visit[there]]
    return found


def _team(journeys: Journeys, visit: Int64s) -> Int64s:
    """The team that finished each visit, or whose own unit it belongs to; -1 for a delay or no visit."""
    team = np.full(len(visit), -1)
    there = np.flatnonzero(visit >= 0)
    served_by, own = journeys.log.served_by[visit[there]], journeys.workload.unit[visit[there]]
    unit = np.where(served_by != NO_UNIT, served_by, own)
    team[there] = np.append(journeys.setting.places.team_of, -1)[unit]
    return team
