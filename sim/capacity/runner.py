"""Simulation of a staffing at any rate of letters: drawn once at a highest rate, and thinned for every rate below it.

The letters of a lower rate are among those of a higher one, each as hard as there, so that what differs between two
rates is the rate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from sim.capacity.variants import at_rate
from sim.core.clock import DAY
from sim.core.options import DEFAULT, Options
from sim.core.streams import Purpose, subject, uniforms
from sim.core.tables import OTHER_DUTY, Roster, Workload
from sim.experiment.replications import map_replications, replicate, simulate_drawn
from sim.metrics.replication import Replication
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

T = TypeVar("T")

_MOST_VISITS: Final = 12_000_000
"""Visits that are kept in memory; about half a gigabyte. The rest is drawn again each time."""


def drawn_at(per_day: float) -> float:
    """The rate, at least as high, to draw letters at: a half power of two, so that staffings meet the same letters."""
    return float(2 ** (np.ceil(2 * np.log2(per_day)) / 2))


class _Drawn(NamedTuple):
    """What a replication has before it is simulated."""

    roster: Roster
    workload: Workload


class NestedLetters:
    """Workloads and rosters of a staffing at any rate up to a highest one.

    Args:
        highest: letters a day.
    """

    def __init__(self, setting: Setting, highest: float) -> None:
        self.setting = at_rate(setting, highest)
        self.highest = highest
        self._kept: dict[int, _Drawn] = {}
        self._visits = 0
        self._lock = Lock()

    def at(self, per_day: float, replication: int) -> _Drawn:
        """Roster and workload of one replication at a rate; other duty is not thinned."""
        drawn = self._kept.get(replication)
        if drawn is None:
            roster = draw_roster(self.setting, replication)
            drawn = _Drawn(roster, draw_workload(self.setting, roster, replication))
            with self._lock:
                if self._visits + drawn.workload.visits <= _MOST_VISITS:
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
        return workload.some_letters(stays)

    def __getstate__(self) -> dict[str, Any]:
        # Worker processes draw anew what they need: that is quicker than to be sent it.
        return {"setting": self.setting, "highest": self.highest}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _kept={}, _visits=0, _lock=Lock())


@dataclass
class Runner:
    """Simulates the replications of a stress run, and counts them.

    Attributes:
        progress: told how many replications were simulated so far.
        simulated: that number.
        letters_left: to be simulated at rates; what looks for more precision stops there.
    """

    options: Options = DEFAULT
    progress: Callable[[int], object] | None = None
    simulated: int = 0
    letters_left: float = float("inf")

    def replicate(
        self,
        setting: Setting,
        replications: Sequence[int],
        measure: Callable[[Replication], T],
        *,
        at_once: int | None = None,
    ) -> Iterator[T]:
        """As `sim.experiment.replications.replicate`.

        Args:
            at_once: instead of all workers, where there is not the memory for more.
        """
        options = replace(self.options, workers=at_once or self.options.workers)
        yield from self._counted(replicate(setting, replications, measure, options))

    def at_rate(
        self,
        letters: NestedLetters,
        per_day: float,
        replications: Sequence[int],
        measure: Callable[[Replication], T],
    ) -> Iterator[T]:
        """The same at a rate, by letters that are kept from rate to rate."""
        self.letters_left -= len(replications) * per_day * letters.setting.scenario.horizon / DAY
        task = partial(_simulate_at, letters, per_day, measure, self.options)
        yield from self._counted(map_replications(task, replications, self.options))

    def _counted(self, seen: Iterator[T]) -> Iterator[T]:
        for each in seen:
            self.simulated += 1
            if self.progress is not None:
                self.progress(self.simulated)
            yield each


def _simulate_at(
    letters: NestedLetters, per_day: float, measure: Callable[[Replication], T], options: Options, number: int
) -> T:
    roster, workload = letters.at(per_day, number)
    return measure(simulate_drawn(letters.setting, workload, roster, number, options, stretches=True))
