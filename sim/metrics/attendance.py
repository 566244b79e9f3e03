"""Attendance: when somebody is on duty at each unit, from the shifts of all units."""

from typing import Final

import numpy as np

from sim.core.tables import Int64s, Roster

NEVER: Final = 2**62
"""Later than any instant of any unit."""


class Attendance:
    """Answers when somebody is on duty next, for many units and instants at once.

    Args:
        horizon: instants are not looked at beyond it.
    """

    def __init__(self, roster: Roster, horizon: int) -> None:
        start, end = np.clip(roster.start, 0, horizon), np.clip(roster.end, 0, horizon)
        manned = np.flatnonzero((roster.people > 0) & (end > start))
        start, end = start[manned], end[manned]
        unit, people = roster.unit[manned].astype(np.int64), roster.people[manned].astype(np.int64)
        # One axis for all units: each has a span of its own, which begins and ends without anybody.
        self._span = horizon + 1
        units = np.arange(roster.units)
        changes = np.concatenate([units * self._span, unit * self._span + start, unit * self._span + end])
        people = np.concatenate([np.zeros(roster.units, np.int64), people, -people])
        order = np.argsort(changes, kind="stable")
        somebody = np.append(np.cumsum(people[order]) > 0, True)
        self._changes = np.append(changes[order], NEVER)
        # The first change, from each one on, after which somebody is there.
        place = np.where(somebody, np.arange(len(somebody)), len(somebody) - 1)
        self._next: Int64s = np.minimum.accumulate(place[::-1])[::-1]

    def first(self, unit: Int64s, instants: Int64s) -> Int64s:
        """The first second, not before each instant, with somebody on duty at a unit; beyond the horizon if never."""
        last = np.searchsorted(self._changes, unit * self._span + instants, side="right") - 1
        return np.maximum(self._changes[self._next[last]] - unit * self._span, instants)
