"""How many people and letters were where, hour by hour, from the stretches of a log.

A sum over intervals is the integral of a count, and the integral up to x of the indicator of [s, e) is
max(0, x - s) - max(0, x - e). So counting starts and ends by hour, once, gives the figures of every hour.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.clock import HOUR
from sim.core.radix_sort import ascending
from sim.core.tables import Floats, Int64s, Ints, Log, Roster, Workload
from sim.metrics.counting import Doing, StretchSums, count_stretches, most_at_once
from sim.metrics.hours import HOURS_OF_WEEK, hour_of_week
from sim.scenario.setting import Setting

if TYPE_CHECKING:
    from sim.engine.by_blocks import BlockLog


class Cells:
    """The simulated time, cut at every hour, or slot of another length, and at some more instants.

    Attributes:
        edges: shape (cells + 1,), from 0 to the horizon.
        cuts: those of them that lie within a slot.
    """

    def __init__(self, horizon: int, cuts: tuple[int, ...], slot: int = HOUR) -> None:
        self.edges: Int64s = np.unique([*range(0, horizon, slot), *cuts, horizon])
        self._slot = slot
        self.cuts: Int64s = self.edges[self.edges % slot != 0]

    def __len__(self) -> int:
        return len(self.edges) - 1

    def of(self, instants: Int64s) -> npt.NDArray[np.uint32]:
        """The cell of each instant from 0 to the horizon; the horizon itself comes after the last cell."""
        # Division is the slowest step of all this; with 32 bits it takes half of the time.
        cell = instants.astype(np.uint32) // np.uint32(self._slot)
        for cut in self.cuts:
            cell += instants >= cut
        return cell

    @property
    def seconds(self) -> Int64s:
        """Length of each cell."""
        return np.diff(self.edges)

    def between(self, start: int, end: int) -> slice:
        """The cells between two of the edges."""
        return slice(*(int(cell) for cell in np.searchsorted(self.edges, (start, end))))


class CellCounts(NamedTuple):
    """How many intervals, of people or letters, lie over each cell, shape (groups, cells)."""

    seconds: Floats  # in the cell, all together
    at_end: Floats  # how many just before the cell's end


def count_intervals(
    cells: Cells, groups: int, group: Ints, start: Int64s, end: Int64s, people: Ints | None = None
) -> CellCounts:
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
    return _cell_counts(cells, counts, moments)


def _cell_counts(cells: Cells, counts: Ints | Floats, moments: Ints | Floats) -> CellCounts:
    """From how many more begin than end in each cell, and the sum of the instants at which they do."""
    # All sums are whole numbers far below 2 ** 53, so floats are exact.
    at_end, moment = counts.cumsum(axis=1)[:, :-1], moments.cumsum(axis=1)[:, :-1]
    integral = cells.edges[1:] * at_end - moment
    return CellCounts(np.diff(integral, axis=1, prepend=0).astype(np.float64), at_end.astype(np.float64))


class Occupancy(NamedTuple):
    """What people and letters of each team did in each cell; each shape (teams, cells)."""

    cells: Cells
    on_duty: CellCounts  # people
    letter_work: CellCounts  # people at work on letters within their shift
    other_duty: CellCounts  # people at other duty within their shift
    overtime: CellCounts  # people at work after the end of their shift
    waiting: CellCounts  # letters in queues
    queue_max: Int64s  # most letters that waited at once in the window, shape (teams,)


def occupancy(
    setting: Setting, workload: Workload, roster: Roster, log: Log, block: "BlockLog | None" = None
) -> Occupancy:
    """Count people and letters by team and hour; the log must have stretches.

    Args:
        block: where the letters are those that were over in a block of the simulation; the longest queue is its.
    """
    scenario, places = setting.scenario, setting.places
    teams, window = len(places.teams), (scenario.window_start, scenario.window_end)
    cells = Cells(scenario.horizon, window)
    within = window if block is None else (max(window[0], block.start), min(window[1], block.end))

    def counted(workload: Workload, log: Log) -> StretchSums:
        stretches = log.stretches
        assert stretches is not None, "simulated with stretches"
        counts, moments = np.zeros((2, len(Doing), teams, len(cells) + 1), dtype=np.int64)
        sums = StretchSums(counts, moments, np.empty(2 * len(stretches.visit), dtype=np.int64))
        many = count_stretches(stretches, workload.step, places.team_of, roster.end, cells.cuts, within, sums)
        return sums._replace(events=sums.events[:many])

    counts, moments, events = counted(workload, log)
    if block is not None:
        events = np.concatenate([events, counted(*block.still_open).events])
    queue_max = np.zeros(teams, dtype=np.int64)
    in_order = ascending(events, 2 * teams * (within[1] + 1))
    most_at_once(in_order.astype(np.int64, copy=False), within[1], queue_max)
    of = {doing: _cell_counts(cells, counts[doing], moments[doing]) for doing in Doing}
    return Occupancy(
        cells=cells,
        on_duty=count_intervals(
            cells,
            teams,
            places.team_of[roster.unit],
            np.clip(roster.start, 0, scenario.horizon),
            np.clip(roster.end, 0, scenario.horizon),
            roster.people,
        ),
        letter_work=of[Doing.LETTER_WORK],
        other_duty=of[Doing.OTHER_DUTY],
        overtime=of[Doing.OVERTIME],
        waiting=of[Doing.WAITING],
        queue_max=queue_max,
    )


class TeamSeconds(NamedTuple):
    """Person-seconds and letter-seconds by team and hour of the week, shape (teams, 168)."""

    on_duty: Floats
    busy: Floats  # within shifts, other duty included
    other_duty: Floats  # within shifts
    overtime: Floats  # work after the end of a shift
    waiting: Floats  # letters in queues
    queue_max: Int64s  # most letters that waited at once, (teams,)


def team_seconds(setting: Setting, occupancy: Occupancy) -> TeamSeconds:
    """Add up the window."""
    window = occupancy.cells.between(setting.scenario.window_start, setting.scenario.window_end)
    hour = hour_of_week(setting, occupancy.cells.edges[:-1][window])
    teams = len(setting.places.teams)
    group = np.arange(teams)[:, np.newaxis] * HOURS_OF_WEEK + hour

    def by_hour(seconds: Floats) -> Floats:
        sums = np.bincount(group.ravel(), seconds[:, window].ravel(), teams * HOURS_OF_WEEK)
        return sums.reshape(teams, -1).astype(np.float64, copy=False)

    return TeamSeconds(
        on_duty=by_hour(occupancy.on_duty.seconds),
        busy=by_hour(occupancy.letter_work.seconds + occupancy.other_duty.seconds),
        other_duty=by_hour(occupancy.other_duty.seconds),
        overtime=by_hour(occupancy.overtime.seconds),
        waiting=by_hour(occupancy.waiting.seconds),
        queue_max=occupancy.queue_max,
    )
