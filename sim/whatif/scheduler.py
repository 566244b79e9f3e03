"""Who simulates next: the cores are shared fairly among those who watch, and what nobody watches stops."""

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from sim.core.program import keep_memory
from sim.whatif.live_run import LOOKS, Kind, LiveRun, Task, stage

_SWITCHING: Final = 0.0005
"""Seconds after which a thread that computes lets another one have the interpreter: people are answered by one that
would else wait ten times as long, again and again."""


class Scheduler:
    """Threads that simulate what viewers want to see, one replication after another.

    The first replications of anybody come before the later ones of all others; among equals that viewer is next for
    whom least was done since he came. A run that several viewers want is simulated once.

    Args:
        changed: called from a thread when there is more to see of a run.
    """

    def __init__(self, workers: int, changed: Callable[[LiveRun], None]) -> None:
        keep_memory()
        sys.setswitchinterval(_SWITCHING)
        self._changed = changed
        self._condition = threading.Condition()
        self._wants: dict[str, tuple[LiveRun, ...]] = {}
        self._served: dict[str, float] = {}
        self._most_behind, self._behind = max(workers - 1, 1), 0
        self._closed = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def want(self, viewer: str, runs: Sequence[LiveRun]) -> None:
        """From now on a viewer wants to see these runs, and none that he wanted before."""
        with self._condition:
            if viewer not in self._wants:
                # Who comes later is not served alone until he has caught up.
                self._served[viewer] = min(self._served.values(), default=0.0)
            self._wants[viewer] = tuple(dict.fromkeys(runs))
            self._condition.notify_all()

    def leave(self, viewer: str) -> None:
        """A viewer wants nothing any more."""
        with self._condition:
            self._wants.pop(viewer, None)
            self._served.pop(viewer, None)

    def wanted(self, run: LiveRun) -> bool:
        """Whether any viewer wants to see a run."""
        with self._condition:
            return not self._closed and any(run in runs for runs in self._wants.values())

    def close(self) -> None:
        """Stop, as soon as what is being simulated is done."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._condition:
                while (chosen := self._choice()) is None and not self._closed:
                    self._condition.wait()
                if self._closed or chosen is None:
                    return
                run, task = chosen
                run.begin(task)
                behind = _can_wait(run, task)
                self._behind += behind
            run.work(task, lambda run=run: self.wanted(run))  # type: ignore[misc]
            self._changed(run)
            with self._condition:
                self._behind -= behind
                # There may be memory for the next one now, or a next thing to do.
                self._condition.notify_all()

    def _choice(self) -> tuple[LiveRun, Task] | None:
        """The most urgent run, and what to do of it; charged to those who want it."""
        viewers: dict[LiveRun, list[str]] = {}
        for viewer, runs in self._wants.items():
            for run in runs:
                viewers.setdefault(run, []).append(viewer)
        tasks = {run: task for run in viewers if (task := run.next_task()) is not None}
        free = self._behind < self._most_behind
        ready = {run: task for run, task in tasks.items() if free or not _can_wait(run, task)}
        if not ready:
            return None
        run = min(ready, key=lambda each: (stage(each), min(self._served[one] for one in viewers[each]), each.done))
        for viewer in viewers[run]:
            self._served[viewer] += 1 / len(viewers[run])
        return run, ready[run]


def _can_wait(run: LiveRun, task: Task) -> bool:
    """Whether a task leaves a thread to others."""
    return (run.heavy and task.kind is not Kind.FORECAST) or run.done >= LOOKS[0]
