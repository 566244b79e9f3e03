"""Replications of a scenario under one staffing after another, with the same letters for all of them.

The letters and their visits are drawn once a replication and kept; each staffing draws its own roster and the other
duty that this brings, is simulated, and its letters are counted by what became of them. What was simulated is
remembered, and counted in letters, which is what a budget is spent on. What is finished, also by an earlier process
of the same plan, is not simulated again, and counted as if it were, so that both take the same course.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from sim.core.clock import hour_of
from sim.core.json_text import jsonable, to_json
from sim.core.options import DEFAULT, Options
from sim.core.tables import Bools, Floats
from sim.experiment.pool import cores
from sim.experiment.replications import map_replications, simulate_drawn
from sim.metrics.compliance import elapsed_of
from sim.metrics.hours import HOURS_OF_DAY
from sim.metrics.measures import fingerprint
from sim.metrics.replication import Fate, Replication, SlaClock
from sim.planner.finished_replications import FinishedReplications, Observed
from sim.planner.staffing_cells import People, StaffingCell, staffed
from sim.sampling.arrivals import Letters
from sim.sampling.kept_letters import KeptLetters
from sim.sampling.roster import draw_roster
from sim.sampling.visits import Visits
from sim.sampling.workload import draw_visits, with_other_duty
from sim.scenario.setting import Setting
from sim.statistics import Decided, stacked

T = TypeVar("T", Decided, Observed)


def late_at_worst(decided: Decided) -> Floats:
    """Letters that were late, or may still be."""
    late: Floats = decided.letters - decided.met
    return late


def first_of(decided: Decided, replications: int) -> Decided:
    """Of the first replications only."""
    return Decided(*(each[:replications] for each in decided))


def concatenated(blocks: Sequence[Decided]) -> Decided:
    """The replications of several blocks, one after the other."""
    return Decided(*(np.concatenate(each) for each in zip(*blocks, strict=True)))


def worst_case_compliance(decided: Decided) -> Floats:
    """Compliance with each target over replications, undecided letters at worst; 1 where there are no letters."""
    met, letters = decided.met.sum(axis=0), decided.letters.sum(axis=0)
    shares: Floats = np.divide(met, letters, out=np.ones(len(letters)), where=letters > 0)
    return shares


class PlanTargets:
    """Targets of a plan: those of SLAs that have one and letters, of all letters or of those of each hour.

    Attributes:
        names: SLA of each target.
        hours: hour of receipt of each target, or None for all.
        shares: the least share of letters in time, shape (targets,).
    """

    def __init__(self, setting: Setting) -> None:
        scenario = setting.scenario
        asked = scenario.plan
        own = {name: sla.target for name, sla in scenario.sla.items()} | dict(asked.targets if asked else {})
        hours: Sequence[int | None] = range(HOURS_OF_DAY) if asked is not None and asked.every_hour else [None]
        each = [(name, hour, target) for name, target in own.items() if target is not None for hour in hours]
        self.names = tuple(name for name, _, _ in each)
        self.hours = tuple(hour for _, hour, _ in each)
        self.shares: Floats = np.array([target for _, _, target in each])
        self._slas = [list(scenario.sla).index(name) for name in self.names]

    def decided(self, replication: Replication) -> Decided:
        """Letters of the window to which each target applies, by what became of them, shape (targets,)."""
        columns = []
        for clock, which in self._of_targets(replication):
            number = np.bincount(clock.fate[which], minlength=len(Fate)).astype(np.float64)
            columns.append((number[Fate.MET], number[Fate.BREACHED], number[Fate.UNDECIDED :].sum()))
        return Decided(*np.array(columns).reshape(-1, 3).T)

    def observed(self, replication: Replication) -> Observed:
        """The same, with elapsed times."""
        elapsed = tuple(elapsed_of(clock, which) for clock, which in self._of_targets(replication))
        return Observed(self.decided(replication), elapsed, int(fingerprint(replication)))

    def _of_targets(self, replication: Replication) -> Iterator[tuple[SlaClock, Bools]]:
        hour = hour_of(replication.received)
        for sla, only in zip(self._slas, self.hours, strict=True):
            yield replication.clocks[sla], replication.counted if only is None else replication.counted & (hour == only)


@dataclass
class Meter:
    """Meter of replications and letters simulated so far, over all simulators of a plan.

    Attributes:
        progress: told how many letters were simulated so far.
    """

    progress: Callable[[int], object] | None = None
    replications: int = 0
    letters: int = 0

    def add(self, letters: int) -> None:
        """One more replication, of so many letters (one without letters counts as one)."""
        self.replications += 1
        self.letters += max(letters, 1)
        if self.progress is not None:
            self.progress(self.letters)


class Simulator:
    """Replications of a scenario under any headcounts of its staffing cells.

    Attributes:
        finished: replications that are kept, also of an earlier process; None if none are.
    """

    def __init__(
        self,
        setting: Setting,
        cells: tuple[StaffingCell, ...],
        targets: PlanTargets,
        options: Options = DEFAULT,
        *,
        meter: Meter | None = None,
    ) -> None:
        self.setting, self.cells, self.targets = setting, cells, targets
        self.meter = Meter() if meter is None else meter
        self._options = options
        self._kept = KeptLetters()
        self._seen: dict[tuple[People, int], Decided] = {}
        self.finished: FinishedReplications | None = None

    def of(self, cells: tuple[StaffingCell, ...], setting: Setting | None = None) -> "Simulator":
        """The same replications for other cells, for example of people who are allocated otherwise.

        Args:
            setting: with the same letters, but other rosters or targets; the same one if not given.
        """
        setting, targets = (self.setting, self.targets) if setting is None else (setting, PlanTargets(setting))
        other = Simulator(setting, cells, targets, self._options, meter=self.meter)
        other._kept, other.finished = self._kept, self.finished
        return other

    def drawn(self, number: int) -> tuple[Letters, Visits]:
        """The letters of a replication and their visits."""
        return self._kept.drawn("", self.setting, number)

    def forget(self, replications: Iterable[int]) -> None:
        """Let the letters go that were kept for the next staffing that meets them."""
        self._kept.forget("", replications)

    def each(self, people: People, replications: Sequence[int]) -> Iterator[Decided]:
        """What each replication says of a staffing, in their order; who stops asking stops the simulation."""
        missing = [number for number in replications if (people, number) not in self._seen]
        known = None if self.finished is None else self.finished.decided
        fresh = self._simulated(people, missing, self.targets.decided, known)
        for number in replications:
            if (people, number) not in self._seen:
                self._seen[people, number] = next(fresh)
            yield self._seen[people, number]

    def observed(self, people: People, replications: Sequence[int]) -> Iterator[Observed]:
        """The same with elapsed times; these are not remembered."""
        known = None if self.finished is None else self.finished.observed
        fresh = self._simulated(people, replications, self.targets.observed, known)
        for number, found in zip(replications, fresh, strict=True):
            self._seen[people, number] = found.decided
            yield found

    def decided(self, people: People, replications: Sequence[int]) -> Decided:
        """What all of them say, shape (replications, targets)."""
        return stacked(list(self.each(people, replications)))

    def _simulated(
        self,
        people: People,
        numbers: Sequence[int],
        measure: Callable[[Replication], T],
        known: Callable[[str, int], tuple[T, int] | None] | None,
    ) -> Iterator[T]:
        """What is seen in replications, in their order, with no more begun than there are workers.

        Args:
            known: what is finished, by staffing and number.
        """
        setting, workers = staffed(self.setting, self.cells, people), self._options.workers or cores()
        staffing = f"{self._name} {people}"
        before = {} if known is None else {number: known(staffing, number) for number in numbers}
        # Letters that are kept here are not sent to a process, which draws them again.
        drawn = self.drawn if self._options.shares_memory else partial(draw_visits, setting)
        task = partial(_run, setting, measure, self._options, drawn)
        missing = [number for number in numbers if before.get(number) is None]
        fresh = map_replications(task, missing, self._options, ahead=workers)
        for number in numbers:
            finished = before.get(number)
            found, letters = finished or next(fresh)
            if self.finished is not None and finished is None:
                self.finished.add(staffing, number, found, letters)
            self.meter.add(letters)
            yield found

    @cached_property
    def _name(self) -> str:
        """Name of what is simulated, whatever the headcounts."""
        content = self.setting.scenario.resolved(), self.setting.scenario.horizon, self.cells
        return hashlib.sha256(to_json(jsonable(content), indent=None).encode()).hexdigest()[:12]


def _run(
    setting: Setting,
    measure: Callable[[Replication], T],
    options: Options,
    drawn: Callable[[int], tuple[Letters, Visits]],
    number: int,
) -> tuple[T, int]:
    letters, visits = drawn(number)
    roster = draw_roster(setting, number)
    workload = with_other_duty(setting, roster, number, letters, visits)
    replication = simulate_drawn(setting, workload, roster, number, options, stretches=False)
    return measure(replication), int(np.count_nonzero(letters.kept))
