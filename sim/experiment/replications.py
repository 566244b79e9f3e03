"""Replications: the same scenario lived through many times, on several cores, told in their order.

A replication depends on the scenario and its number alone, so results are the same for any number of workers.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from sim.core.errors import SimError
from sim.core.memory import keep_memory
from sim.core.tables import Log, Roster, Workload
from sim.engine.contract import simulate
from sim.experiment.cost import cores as cores
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

T = TypeVar("T")

MOST_DEATHS: Final = 3
"""How often workers may die in a row before the run gives up."""


class Replication(NamedTuple):
    """One replication with all that happened in it; large, so look at it and let it go."""

    setting: Setting
    number: int
    workload: Workload
    roster: Roster
    log: Log


def live(
    setting: Setting, replication: int, *, engine: str = "compiled", stretches: bool = True, keep: float = 1.0
) -> Replication:
    """Draw and simulate one replication.

    Args:
        stretches: record who worked or waited where and when; figures by team and hour need it.
        keep: share of the letters that come, the same ones for every share.
    """
    roster = draw_roster(setting, replication)
    workload = draw_workload(setting, roster, replication, keep=keep)
    log = simulate(workload, roster, setting.scenario.horizon, engine=engine, stretches=stretches)
    return Replication(setting, replication, workload, roster, log)


def replicate(
    setting: Setting,
    replications: Sequence[int],
    look: Callable[[Replication], T],
    *,
    engine: str = "compiled",
    workers: int | None = None,
    stretches: bool = True,
    keep: float = 1.0,
) -> Iterator[T]:
    """Live through replications on several cores, and yield what `look` sees in each, in the order asked for.

    No more than twice as many replications as workers are under way or wait for their turn, whatever their
    number. Closing the iterator drops those that have not begun.

    Args:
        look: called where the replication was simulated, so that only what it returns has to travel. The SimPy
            engine runs in processes of their own, and there `look` must be a function of a module, or a
            `functools.partial` of one.
        workers: how many at once; all cores if None.
    Raises: SimError when worker processes keep dying, and whatever a replication or `look` raises.
    """
    see = partial(_see, setting, look, engine, stretches, keep)
    return on_cores(see, replications, engine=engine, workers=workers)


def on_cores(
    task: Callable[[int], T], numbers: Sequence[int], *, engine: str = "compiled", workers: int | None = None
) -> Iterator[T]:
    """Yield `task(number)` in the order of the numbers, worked out on several cores; as `replicate`.

    Args:
        task: simulates with this engine; for the SimPy engine a `functools.partial` of a function of a module.
    """
    count = min(workers or cores(), max(len(numbers), 1))
    if engine == "simpy" and count == 1:
        return (task(number) for number in numbers)
    if engine != "simpy":
        keep_memory()
    # The compiled engine lets go of the interpreter while it runs; SimPy does not, so it takes processes.
    start = partial(_processes if engine == "simpy" else ThreadPoolExecutor, count)
    return _in_order(task, numbers, start, 2 * count)


def _see(
    setting: Setting, look: Callable[[Replication], T], engine: str, stretches: bool, keep: float, replication: int
) -> T:
    return look(live(setting, replication, engine=engine, stretches=stretches, keep=keep))


def _processes(workers: int) -> Executor:
    # Forked from here they would inherit locks that another thread holds; forked from a server that has imported
    # what they need, they start at once. Systems without fork start each from nothing, which takes a second.
    forkserver = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if forkserver else "spawn")
    if forkserver:
        context.set_forkserver_preload([__name__, "sim.engine.simpy"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_stay_with_parent)


def _stay_with_parent() -> None:
    """Leave Ctrl-C to the parent process, and go when it goes, however it goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "called in a worker"

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _in_order(
    task: Callable[[int], T], numbers: Sequence[int], start: Callable[[], Executor], ahead: int
) -> Iterator[T]:
    """Yield `task(number)` in the order of the numbers, with at most `ahead` of them begun and not yet yielded."""
    others = set(multiprocessing.active_children())
    order = deque(numbers)
    begun: dict[int, Future[T]] = {}
    deaths = 0
    pool = start()
    try:
        while order:
            try:
                for number in islice(order, ahead):
                    if number not in begun:
                        begun[number] = pool.submit(task, number)
                outcome = begun[order[0]].result()
            except BrokenProcessPool:
                deaths += 1
                if deaths == MOST_DEATHS:
                    raise SimError(
                        f"replication {order[0]} could not be simulated: its worker died {deaths} times, "
                        "perhaps for want of memory; fewer --workers need less"
                    ) from None
                begun = {number: future for number, future in begun.items() if _is_well(future)}
                pool = start()
                continue
            deaths = 0
            del begun[order.popleft()]
            yield outcome
    except BaseException:
        # On Ctrl-C or an error nobody waits for the others.
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    pool.shutdown()


def _is_well(future: Future[T]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
