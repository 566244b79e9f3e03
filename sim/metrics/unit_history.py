"""What happened at each unit: who was on duty, who was busy with what, and which visits waited in which order."""

from collections import Counter
from typing import Final

import numpy as np

from sim.core.tables import OTHER_DUTY, WAIT, WORK, Bools, Int64s, Stretches
from sim.metrics.letter_timeline import UnitState
from sim.metrics.replication import Replication

OTHER_DUTY_NAME: Final = "other duty"
"""What people are busy with that is no step of a letter."""


class UnitHistory:
    """What happens at each unit: its shifts, and its stretches by when they start, each looked up many times."""

    def __init__(self, replication: Replication) -> None:
        stretches = replication.log.stretches
        assert stretches is not None, "simulated with stretches"
        self.workload, self.log, self.roster = replication.workload, replication.log, replication.roster
        self.steps = {index: step.name for index, step in enumerate(replication.setting.scenario.workflow)}
        self.steps[OTHER_DUTY] = OTHER_DUTY_NAME
        order = np.lexsort((stretches.start, stretches.unit))
        self._stretches = Stretches._make(column[order] for column in stretches)
        self._first = np.searchsorted(self._stretches.unit, np.arange(self.roster.units + 1)).tolist()

    def _at(self, unit: int) -> Stretches:
        """The stretches at a unit, by start."""
        return Stretches._make(column[self._first[unit] : self._first[unit + 1]] for column in self._stretches)

    def shift_changes(self, unit: int, begin: int, stop: int) -> list[int]:
        """The instants between two others at which a shift with people begins or ends."""
        roster = self.roster
        shifts = (roster.unit == unit) & (roster.people > 0)
        edges = np.unique(np.concatenate([roster.start[shifts], roster.end[shifts]]))
        found: list[int] = edges[(edges > begin) & (edges < stop)].tolist()
        return found

    def started_by(self, unit: int, shift: int, second: int) -> int | None:
        """The urgent visit that a person of a shift starts at an instant; the first by rank, None if there is none."""
        here = self._at(unit)
        visits = here.visit[(here.start == second) & (here.shift == shift)]
        visits = visits[self.workload.interrupts[visits]]
        ranked = visits[np.lexsort((visits, self.log.queued[visits], self.workload.priority[visits]))]
        return int(ranked[0]) if len(ranked) else None

    def state(self, unit: int, second: int, visit: int, since: int) -> UnitState:
        """The unit at an instant, after everything that happens then.

        Args:
            visit: that waits there, or did until then.
            since: an instant before it.
        """
        here, roster = self._at(unit), self.roster
        on_duty = (roster.unit == unit) & (roster.start <= second) & (roster.end > second)
        before, until = np.searchsorted(here.start, [since, second], side="right")
        now = np.flatnonzero(here.end[:until] > second)
        work = now[here.kind[now] == WORK]
        queue = here.visit[now[here.kind[now] == WAIT]]
        meanwhile = before + np.flatnonzero(here.kind[before:until] == WORK)
        return UnitState(
            on_duty=int(roster.people[on_duty].sum()),
            busy=self._by_step(here.visit[work[roster.end[here.shift[work]] > second]], visit),
            ahead=int(np.count_nonzero(self._before(queue, visit))),
            started=self._by_step(here.visit[meanwhile], visit),
        )

    def _before(self, visits: Int64s, visit: int) -> Bools:
        """Which visits are served before another one."""
        priority, queued = self.workload.priority, self.log.queued
        same = priority[visits] == priority[visit]
        earlier = (queued[visits] < queued[visit]) | ((queued[visits] == queued[visit]) & (visits < visit))
        before: Bools = (priority[visits] < priority[visit]) | (same & earlier)
        return before

    def _by_step(self, visits: Int64s, but: int) -> dict[str, int]:
        """How many of some visits are at each step, the commonest first, without one of them."""
        steps = self.workload.step[visits[visits != but]].tolist()
        return {self.steps[step]: many for step, many in Counter(steps).most_common()}
