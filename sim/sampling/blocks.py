"""The letters of one replication drawn in blocks of time: the same ones, with the same chance, as all at once."""

from functools import partial

import numpy as np

from sim.core.streams import uniforms_at
from sim.core.tables import Int64s, Roster, Workload, some_rows
from sim.sampling.arrivals import draw_letters
from sim.sampling.attendance import Attendance
from sim.sampling.jurisdiction import Jurisdiction
from sim.sampling.visits import unroll
from sim.sampling.workload import draw_other_duty, workload_of
from sim.scenario.setting import Setting


class BlockDraw:
    """One replication, whose visits are drawn block by block; only what is known of a letter's receipt stays.

    Attributes:
        letters: how many there are until the horizon, other duty among them.
    """

    def __init__(self, setting: Setting, roster: Roster, replication: int) -> None:
        self._setting, self._replication = setting, replication
        drawn = draw_letters(setting, replication, keep=1.0)
        self._letters = drawn._replace(received=np.where(drawn.kept, drawn.received, -1))
        jobs = draw_other_duty(setting, replication)
        come = np.flatnonzero(Attendance(roster, setting.scenario.horizon).at(jobs.unit, jobs.received))
        self._jobs = some_rows(jobs, come)
        self.letters = int(np.count_nonzero(drawn.kept)) + len(come)

    def between(self, start: int, end: int) -> Workload:
        """The letters and jobs received from one second, 0 or more, to a later one, with all of their visits."""
        rows, of_jobs = (_rows_between(each.received, start, end) for each in (self._letters, self._jobs))
        letters = some_rows(self._letters, rows)
        # A letter's uniforms are those of its row among all letters.
        one_a_letter = partial(uniforms_at, rows, self._setting.scenario.seed, self._replication)
        own = Jurisdiction(self._setting, letters.category, letters.home, one_a_letter)
        visits = unroll(self._setting, letters, own, one_a_letter)
        return workload_of(self._setting, letters, visits, some_rows(self._jobs, of_jobs))


def _rows_between(received: Int64s, start: int, end: int) -> Int64s:
    return np.flatnonzero((received >= start) & (received < end))
