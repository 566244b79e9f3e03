"""Replications of one scenario, simulated one by one for as long as somebody wants to see them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

from sim.core.errors import SimError
from sim.core.options import DEFAULT
from sim.core.tables import Int64s
from sim.experiment.cost import Cost
from sim.experiment.replications import simulate_drawn, simulate_infinite_servers
from sim.forecast import Forecast, forecast_of
from sim.forecast.load import load_of
from sim.forecast.requirement import requirement
from sim.forecast.working_hours import working_hours
from sim.metrics.compliance import SlaCounts, elapsed_durations, sla_counts
from sim.metrics.figures.teams import Requirement
from sim.metrics.measures import OpenLetters, are_copies, fingerprint, instants_of, open_letters
from sim.metrics.occupancy import TeamSeconds, team_seconds
from sim.metrics.replication import Replication
from sim.sampling.kept_letters import KeptLetters, letters_name
from sim.sampling.roster import draw_roster
from sim.sampling.workload import with_other_duty
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting
from sim.statistics import Compliance, Durations, body_effect, judge, stacked

FIRST: Final = 5
"""Replications before which nothing is said of chance."""

LOOKS: Final = (20, 60, 200)
"""Replications at which targets are judged, and at no others: to stop where an interval suits would bias it."""

MOST_OF_BASE: Final = 400
"""Replications of what the changes are compared with."""

_HEAVY: Final = 1.0
"""Seconds of a replication above which a forecast is shown first."""


class Kind(IntEnum):
    """What there is to do of a run."""

    REPLICATION = 0
    FORECAST = 1
    """Of a heavy scenario, before its first replication."""
    TEAMS = 2
    """Hours of teams in one of the first replications, simulated again in more detail after the first look."""
    NEEDS = 3
    """The staffing requirement, after the first look."""


class Task(NamedTuple):
    """One thing to do, for one thread."""

    kind: Kind
    number: int = 0  # of the replication


class Observation(NamedTuple):
    """What one replication says of a staffing, as far as it is shown live."""

    slas: tuple[SlaCounts, ...]  # in the order of the scenario
    elapsed: tuple[Durations, ...]  # of each SLA
    open_letters: OpenLetters
    fingerprint: Int64s


class LiveRun:
    """A scenario and what was simulated of it so far. Threads may share it.

    Attributes:
        setting: with the cool-down that it is simulated with.
        most: replications that are simulated, in the end.
        at_once: replications for which there is memory at once.
        needs: people that each team needs, as a run has it; empty until that is known.
        forecast: of a heavy scenario, until there are replications.
        failure: why no more is simulated; empty if nothing is wrong.
    """

    def __init__(self, loaded: Loaded, setting: Setting, cost: Cost, *, at_once: int, kept: KeptLetters) -> None:
        self.loaded, self.setting, self.cost, self.at_once = loaded, setting, cost, at_once
        self.most = LOOKS[-1]
        self.needs: Mapping[str, Requirement] = {}
        self.forecast: Forecast | None = None
        self.failure = ""
        self._kept, self._letters = kept, letters_name(setting)
        self._lock = threading.Lock()
        self._observed: list[Observation] = []
        self._ahead: dict[int, Observation] = {}
        self._teams: dict[int, TeamSeconds] = {}
        self._compliance: dict[tuple[int, int], Compliance] = {}
        self._begun: set[Task] = set()
        self._under_way = 0

    @property
    def heavy(self) -> bool:
        """Whether one replication takes longer than people wait."""
        return self.cost.seconds > _HEAVY

    @cached_property
    def rostered_hours(self) -> float:
        """Hours a week on the rosters, of the people who count, before absence."""
        return working_hours(self.setting, 0.0, None).rostered

    @property
    def done(self) -> int:
        """Replications simulated, without a gap from the first one on."""
        return len(self._observed)

    def observed(self, count: int) -> list[Observation]:
        """The first replications, as many as asked for or there are."""
        return self._observed[:count]

    def compliance(self, sla: int, count: int) -> Compliance:
        """Compliance with an SLA in the first replications; before the fifth nothing is said of chance.

        Args:
            sla: its place in the scenario.
        """
        if (sla, count) not in self._compliance:
            self._compliance[sla, count] = _compliance(self.observed(count), sla)
        return self._compliance[sla, count]

    @property
    def teams(self) -> list[TeamSeconds]:
        """Hours of teams in the first replications, once all of these are known; else nothing."""
        known = [self._teams[number] for number in range(FIRST) if number in self._teams]
        return known if len(known) == FIRST else []

    def next_task(self) -> Task | None:
        """What to do next; None if there is nothing, or no memory for more."""
        if self.failure or self._under_way >= self.at_once:
            return None
        beside = [Task(Kind.FORECAST)] if self.heavy else []
        if self.done >= LOOKS[0]:
            beside += [*(Task(Kind.TEAMS, number) for number in range(FIRST)), Task(Kind.NEEDS)]
        replications = (Task(Kind.REPLICATION, number) for number in range(self.done, self.most))
        return next((task for task in chain(beside, replications) if task not in self._begun), None)

    def begin(self, task: Task) -> None:
        """Take on what `next_task` said."""
        with self._lock:
            self._begun.add(task)
            self._under_way += 1

    def work(self, task: Task, wanted: Callable[[], bool]) -> None:
        """Do what was begun, unless nobody wants it any more; what goes wrong is kept as `failure`.

        Args:
            wanted: asked before drawing and before simulating, since a thread cannot be stopped in between.
        """
        done = True
        try:
            if task.kind is Kind.NEEDS:
                self.needs = requirement(self.setting, load_of([simulate_infinite_servers(self.setting, 0)]))
            elif task.kind is Kind.FORECAST:
                self.forecast = forecast_of(self.loaded)
            else:
                replication = self._simulated(task, wanted)
                done = replication is not None
                if replication is not None:
                    self._keep(task, replication)
        except SimError as error:
            self.failure = str(error)
        except Exception as error:  # a thread that died would leave everybody waiting
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            with self._lock:
                self._under_way -= 1
                if not done:
                    self._begun.discard(task)

    def _simulated(self, task: Task, wanted: Callable[[], bool]) -> Replication | None:
        if not wanted():
            return None
        setting, number = self.setting, task.number
        letters, visits = self._kept.drawn(self._letters, setting, number)
        roster = draw_roster(setting, number)
        workload = with_other_duty(setting, roster, number, letters, visits)
        if not wanted():
            return None
        return simulate_drawn(setting, workload, roster, number, DEFAULT, stretches=task.kind is Kind.TEAMS)

    def _keep(self, task: Task, replication: Replication) -> None:
        if task.kind is Kind.TEAMS:
            self._teams[task.number] = team_seconds(self.setting, replication.occupancy)
            return
        observation = Observation(
            slas=sla_counts(replication),
            elapsed=elapsed_durations(replication),
            open_letters=open_letters(replication, instants_of(self.setting.scenario.horizon)),
            fingerprint=fingerprint(replication),
        )
        with self._lock:
            self._ahead[task.number] = observation
            while len(self._observed) in self._ahead:
                self._observed.append(self._ahead.pop(len(self._observed)))


def tells_no_chance(seen: Sequence[Observation]) -> bool:
    """Whether replications say nothing about chance: too few, or one and the same."""
    return len(seen) < FIRST or are_copies([each.fingerprint for each in seen])


def _compliance(seen: Sequence[Observation], sla: int) -> Compliance:
    if not seen:
        return Compliance(None, None, None)
    decided = stacked([each.slas[sla].all for each in seen])
    copies = tells_no_chance(seen)
    effect = 1.0 if copies else body_effect([each.elapsed[sla] for each in seen])
    return judge(decided, effect, copies=copies)


def shown_replications(done: int, most: int) -> int:
    """Of so many replications, those that figures are shown of: all up to the first look, then those of a look.

    Args:
        most: replications that there will be, which are the last look.
    """
    return max((look for look in (*LOOKS, most) if look <= min(done, most)), default=done)


def stage(run: LiveRun) -> int:
    """How urgent the next replication of a run is, 0 most: before the first interval, then before each look."""
    return sum(run.done >= mark for mark in (FIRST, *LOOKS))
