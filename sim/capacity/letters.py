"""The letters of replications at a highest rate, drawn once and thinned for every rate below it.

The letters of a lower rate are among those of a higher one, each as hard as there, so that what differs between two
rates is the rate.
"""

from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np

from sim.capacity.variants import at_rate
from sim.core.streams import Purpose, subject, uniforms
from sim.core.tables import OTHER_DUTY, Roster, Workload
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

MOST_VISITS: Final = 12_000_000
"""Visits that are kept in memory; about half a gigabyte. The rest is drawn again each time."""

OF_A_VISIT: Final = Workload._fields[Workload._fields.index("first_visit") + 1 :]
"""Columns of a workload with one row a visit."""


def drawn_at(per_day: float) -> float:
    """The rate, at least as high, to draw letters at: a half power of two, so that staffings meet the same letters."""
    return float(2 ** (np.ceil(2 * np.log2(per_day)) / 2))


class Drawn(NamedTuple):
    """What a replication has before it is simulated."""

    roster: Roster
    workload: Workload


class Letters:
    """Letters and staff of a staffing at any rate up to a highest one.

    Args:
        highest: letters a day.
    """

    def __init__(self, setting: Setting, highest: float) -> None:
        self.setting = at_rate(setting, highest)
        self.highest = highest
        self._kept: dict[int, Drawn] = {}
        self._visits = 0
        self._lock = Lock()

    def at(self, per_day: float, replication: int) -> Drawn:
        """Roster and workload of one replication at a rate; other duty is not thinned."""
        drawn = self._kept.get(replication)
        if drawn is None:
            roster = draw_roster(self.setting, replication)
            drawn = Drawn(roster, draw_workload(self.setting, roster, replication))
            with self._lock:
                if self._visits + drawn.workload.visits <= MOST_VISITS:
                    self._visits += drawn.workload.visits
                    self._kept[replication] = drawn
        if per_day >= self.highest:
            return drawn
        return drawn._replace(workload=self._thinned(drawn.workload, per_day / self.highest, replication))

    def _thinned(self, workload: Workload, share: float, replication: int) -> Workload:
        seed, stays = self.setting.scenario.seed, workload.category == OTHER_DUTY
        letters = np.flatnonzero(~stays)
        # By letter, and not by row: other duty differs between staffings, and the letters must not.
        stays[letters] = uniforms(len(letters), seed, replication, Purpose.THINNING, subject("stress")) < share
        made = np.diff(workload.first_visit)
        # Rows by their numbers: several times as fast as by a mask.
        rows, visits = np.flatnonzero(stays), np.flatnonzero(np.repeat(stays, made))
        columns: dict[str, Any] = {
            name: getattr(workload, name)[visits if name in OF_A_VISIT else rows]
            for name in Workload._fields
            if name != "first_visit"
        }
        return Workload(first_visit=np.append(0, np.cumsum(made[rows])), **columns)

    def __getstate__(self) -> dict[str, Any]:
        # Worker processes draw anew what they need: that is quicker than to be sent it.
        return {"setting": self.setting, "highest": self.highest}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _kept={}, _visits=0, _lock=Lock())
