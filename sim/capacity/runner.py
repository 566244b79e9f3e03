"""How the replications of a stress run are lived, and counted as they are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from sim.capacity.letters import Letters
from sim.core.clock import DAY
from sim.core.options import DEFAULT, Options
from sim.engine.contract import simulate
from sim.experiment.replications import map_replications, replicate
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting

T = TypeVar("T")


@dataclass
class Runner:
    """Lives through replications.

    Attributes:
        progress: told how many replications were lived so far.
        lived: that number.
        letters_left: to be simulated at rates; what looks for more precision stops there.
    """

    options: Options = DEFAULT
    progress: Callable[[int], object] | None = None
    lived: int = 0
    letters_left: float = float("inf")

    def each(
        self,
        setting: Setting,
        replications: Sequence[int],
        look: Callable[[Replication], T],
        *,
        at_once: int | None = None,
    ) -> Iterator[T]:
        """As `sim.experiment.replications.replicate`.

        Args:
            at_once: instead of all workers, where there is not the memory for more.
        """
        options = replace(self.options, workers=at_once or self.options.workers)
        yield from self._counted(replicate(setting, replications, look, options))

    def at_rate(
        self,
        letters: Letters,
        per_day: float,
        replications: Sequence[int],
        look: Callable[[Replication], T],
        *,
        stretches: bool = True,
    ) -> Iterator[T]:
        """The same with letters that are kept from rate to rate."""
        self.letters_left -= len(replications) * per_day * letters.setting.scenario.horizon / DAY
        task = partial(_live, letters, per_day, look, self.options, stretches)
        yield from self._counted(map_replications(task, replications, self.options))

    def _counted(self, seen: Iterator[T]) -> Iterator[T]:
        for each in seen:
            self.lived += 1
            if self.progress is not None:
                self.progress(self.lived)
            yield each


def _live(
    letters: Letters, per_day: float, look: Callable[[Replication], T], options: Options, stretches: bool, number: int
) -> T:
    roster, workload = letters.at(per_day, number)
    setting = letters.setting
    log = simulate(workload, roster, setting.scenario.horizon, options, stretches=stretches)
    return look(Replication(setting, workload, roster, log, number))
