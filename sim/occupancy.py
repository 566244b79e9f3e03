"""How many people and letters were where, hour by hour, from the stretches of a log.

A sum over intervals is the integral of a count, and the integral up to x of the indicator of [s, e) is
max(0, x - s) - max(0, x - e). So counting starts and ends by hour, once, gives the figures of every hour.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.clock import HOUR
from sim.journeys import Journeys
from sim.tables import OTHER_DUTY, WAIT, WORK, Floats, Int64s

Ints = npt.NDArray[np.integer[Any]]


class Cells:
    """The simulated time, cut at every hour, or slot of another length, and at some more instants.

    Attributes:
        edges: shape (cells + 1,), from 0 to the horizon.
    """

    def __init__(self, horizon: int, cuts: tuple[int, ...], slot: int = HOUR) -> None:
        self.edges: Int64s = np.unique([*range(0, horizon, slot), *cuts, horizon])
        self._slot = slot
        self._within_slots = [cut for cut in {*cuts, horizon} if cut % slot]

    def __len__(self) -> int:
        return len(self.edges) - 1

    def of(self, instants: Int64s) -> npt.NDArray[np.uint32]:
        """The cell of each instant from 0 to the horizon; the horizon itself comes after the last cell."""
        # Division is the slowest step of all this; with 32 bits it takes half of the time.
        cell = instants.astype(np.uint32) // np.uint32(self._slot)
        for cut in self._within_slots:
            cell += instants >= cut
        return cell

    @property
    def seconds(self) -> Int64s:
        """Length of each cell."""
        return np.diff(self.edges)

    def between(self, start: int, end: int) -> slice:
        """The cells between two of the edges."""
        return slice(*(int(cell) for cell in np.searchsorted(self.edges, (start, end))))


class Presence(NamedTuple):
    """Who was there, shape (groups, cells)."""

    seconds: Floats  # in the cell, all together
    at_end: Floats  # how many just before the cell's end


def presence(
    cells: Cells, groups: int, group: Ints, start: Int64s, end: Int64s, people: Ints | None = None
) -> Presence:
    """Count the intervals [start, end), by group, in each cell.

    Args:
        people: how many each interval stands for; one if not said.
    """
    shape = (groups, len(cells) + 1)
    counts, moments = np.zeros(shape), np.zeros(shape)
    begins = group.astype(np.intp) * shape[1]
    for instants, sign in ((start, 1.0), (end, -1.0)):
        bins = begins + cells.of(instants)
        weights = instants if people is None else people * instants
        counts += sign * np.bincount(bins, people, groups * shape[1]).reshape(shape)
        moments += sign * np.bincount(bins, weights, groups * shape[1]).reshape(shape)
    # All sums are whole numbers far below 2 ** 53, so floats are exact.
    at_end, moment = counts.cumsum(axis=1)[:, :-1], moments.cumsum(axis=1)[:, :-1]
    integral = cells.edges[1:] * at_end - moment
    return Presence(np.diff(integral, axis=1, prepend=0.0), at_end)


class Occupancy(NamedTuple):
    """What people and letters of each team did in each cell; each shape (teams, cells)."""

    cells: Cells
    on_duty: Presence  # people
    letter_work: Presence  # people at work on letters within their shift
    other_duty: Presence  # people at other duty within their shift
    overtime: Presence  # people at work after the end of their shift
    waiting: Presence  # letters in queues
    queue_max: Int64s  # most letters that waited at once in the window, shape (teams,)


_OTHER = 2  # added to WORK or WAIT if it is not a letter's


def occupancy(journeys: Journeys) -> Occupancy:
    """Count people and letters by team and hour; the log must have stretches."""
    scenario, places = journeys.setting.scenario, journeys.setting.places
    roster, stretches = journeys.roster, journeys.log.stretches
    assert stretches is not None, "simulated with stretches"
    teams = len(places.teams)
    cells = Cells(scenario.horizon, (scenario.window_start, scenario.window_end))

    other = np.where(journeys.workload.step == OTHER_DUTY, _OTHER, 0).astype(np.int8)
    doing = stretches.kind + other[stretches.visit]
    team = places.team_of[stretches.unit]
    # A wait has shift -1 and finds the horizon there: it ends with no shift.
    shift_end = np.append(roster.end, scenario.horizon)[stretches.shift]
    within = presence(
        cells, 4 * teams, doing * np.int32(teams) + team, stretches.start, np.minimum(stretches.end, shift_end)
    )
    # Nobody starts anything in overtime, so that a stretch begins within its shift.
    late = np.flatnonzero(stretches.end > shift_end)

    def of(kind: int) -> Presence:
        rows = slice(kind * teams, (kind + 1) * teams)
        return Presence(within.seconds[rows], within.at_end[rows])

    waits = np.flatnonzero(doing == WAIT)
    return Occupancy(
        cells=cells,
        on_duty=presence(
            cells,
            teams,
            places.team_of[roster.unit],
            np.clip(roster.start, 0, scenario.horizon),
            np.clip(roster.end, 0, scenario.horizon),
            roster.people,
        ),
        letter_work=of(WORK),
        other_duty=of(WORK + _OTHER),
        overtime=presence(cells, teams, team[late], shift_end[late], stretches.end[late]),
        waiting=of(WAIT),
        queue_max=most_at_once(
            teams,
            team[waits],
            np.clip(stretches.start[waits], scenario.window_start, scenario.window_end),
            np.clip(stretches.end[waits], scenario.window_start, scenario.window_end),
        ),
    )


def most_at_once(groups: int, group: Ints, start: Int64s, end: Int64s) -> Int64s:
    """Largest number of intervals [start, end) of each group that overlap, shape (groups,); empty ones do not count."""
    some = end > start
    group, start, end = group[some].astype(np.int64), start[some], end[some]
    span = 2 * (int(end.max(initial=0)) + 1)
    # In one second what ends goes before what starts.
    events = np.sort(np.concatenate([group * span + 2 * start + 1, group * span + 2 * end]))
    at_once = np.cumsum(2 * (events % 2) - 1)
    most = np.zeros(groups, dtype=np.int64)
    # Each group ends with none, so that the next begins with none.
    np.maximum.at(most, events // span, at_once)
    return most
