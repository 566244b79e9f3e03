"""How the replications of a stress run are lived, and counted as they are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sim.experiment import Replication, replicate
from sim.outcome import Outcome
from sim.setting import Setting

T = TypeVar("T")


@dataclass
class Runner:
    """Lives through replications.

    Attributes:
        workers: at once; all cores if None.
        progress: told how many replications were lived so far.
        lived: that number.
    """

    engine: str = "compiled"
    workers: int | None = None
    progress: Callable[[int], object] | None = None
    lived: int = 0

    def each(
        self,
        setting: Setting,
        replications: Sequence[int],
        look: Callable[[Replication], T],
        *,
        stretches: bool = True,
        keep: float = 1.0,
        at_once: int | None = None,
    ) -> Iterator[T]:
        """As `sim.experiment.replicate`.

        Args:
            at_once: instead of all workers, where there is not the memory for more.
        """
        workers = at_once or self.workers
        for seen in replicate(
            setting, replications, look, engine=self.engine, workers=workers, stretches=stretches, keep=keep
        ):
            self.lived += 1
            if self.progress is not None:
                self.progress(self.lived)
            yield seen


def outcome_of(replication: Replication) -> Outcome:
    """A replication, to be measured."""
    return Outcome(replication.setting, replication.workload, replication.roster, replication.log)
