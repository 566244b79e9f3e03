"""The journeys of the letters of one replication: the ground that all its measures stand on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.core.tables import NO_UNIT, NOT_YET, OTHER_DUTY, Bools, Int64s, Log, Roster, Workload
from sim.metrics.counting import first_visits
from sim.models.workflow import LoopStep, WaitStep, WorkStep
from sim.scenario.setting import Setting


def steps_of(setting: Setting) -> dict[str, int]:
    """Index in the workflow of each step that takes time, by its name: work, waits, and ways back with a delay."""
    return {
        step.name: index
        for index, step in enumerate(setting.scenario.workflow)
        if isinstance(step, WorkStep | WaitStep) or (isinstance(step, LoopStep) and step.after is not None)
    }


def spans(first: Int64s, end: Int64s) -> Int64s:
    """The numbers from each first one up to its end, which is not among them, one span after the other."""
    many = end - first
    return np.repeat(first - np.cumsum(many) + many, many) + np.arange(many.sum())


@dataclass(frozen=True, eq=False)
class Journeys:
    """One replication as it was simulated, and what several measures need, worked out once.

    Other duty is in the workload but is no letter: the rows of everything here are the real letters, in
    the order of the workload.
    """

    setting: Setting
    workload: Workload
    roster: Roster
    log: Log

    @cached_property
    def letters(self) -> Int64s:
        """Index in the workload of each real letter received before the horizon, shape (rows,)."""
        real = (self.workload.category != OTHER_DUTY) & (self.workload.received < self.setting.scenario.horizon)
        return np.flatnonzero(real)

    @cached_property
    def received(self) -> Int64s:
        """When each letter was received, shape (rows,)."""
        return self.workload.received[self.letters]

    @cached_property
    def counted(self) -> Bools:
        """Which letters were received in the window, shape (rows,)."""
        scenario = self.setting.scenario
        return (self.received >= scenario.window_start) & (self.received < scenario.window_end)

    @cached_property
    def closed(self) -> Int64s:
        """When the last visit of each letter finished, or NOT_YET; a letter without visits closes at once."""
        first, end = self.workload.first_visit[self.letters], self.workload.first_visit[self.letters + 1]
        closed = self.received.copy()
        some = end > first
        closed[some] = self.log.finished[end[some] - 1]
        return closed

    @cached_property
    def row_of_visit(self) -> Int64s:
        """Row of the letter that each visit belongs to; -1 for other duty and after the horizon."""
        rows = np.full(self.workload.letters, -1)
        rows[self.letters] = np.arange(len(self.letters))
        return np.repeat(rows, np.diff(self.workload.first_visit))

    @cached_property
    def first_stretch(self) -> Int64s:
        """Where the stretches of each visit begin, and after the last one's end, shape (visits + 1,)."""
        stretches = self.log.stretches
        assert stretches is not None, "simulated with stretches"
        many = np.bincount(stretches.visit, minlength=self.workload.visits)
        return np.concatenate([[0], np.cumsum(many)])

    @cached_property
    def counted_visits(self) -> Int64s:
        """Visits of letters of the window that were reached, ascending."""
        # Other duty has row -1 and takes the last entry.
        counted = np.append(self.counted, False)
        return np.flatnonzero(counted[self.row_of_visit] & (self.log.queued != NOT_YET))

    def first_visits(self, step: str) -> Int64s:
        """The visit with which each letter first comes to a step, or -1 if it never does, shape (rows,)."""
        first: Int64s = self._first_visits[steps_of(self.setting)[step]]
        return first

    @cached_property
    def _first_visits(self) -> Int64s:
        """The same for all steps, shape (steps, rows)."""
        first = np.full((len(self.setting.scenario.workflow), len(self.letters)), -1)
        first_visits(self.letters, self.workload.first_visit, self.workload.step, first)
        return first

    def last_work(self) -> Int64s:
        """The last visit of each letter that is work, or -1, shape (rows,)."""
        visits = np.flatnonzero(self.workload.unit != NO_UNIT)
        last = np.full(len(self.letters) + 1, -1)
        last[self.row_of_visit[visits]] = visits
        return last[:-1]
