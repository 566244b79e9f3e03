"""The one way to run tasks in parallel: results in order, a bounded window of tasks, and an executor behind it.

An executor is anything with the interface of `concurrent.futures`: threads, processes, or the machines of a cluster.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from sim.core.errors import SimError
from sim.core.program import keep_memory

Item = TypeVar("Item")
Found = TypeVar("Found")

StartExecutor = Callable[[], Executor]
"""Starts an executor; called again when workers have died."""

MOST_DEATHS: Final = 3
"""How often workers may die in a row before the run gives up."""


def cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads(workers: int) -> StartExecutor:
    """Threads of this process, for tasks that release the interpreter while they compute."""
    keep_memory()
    return partial(ThreadPoolExecutor, workers)


def processes(workers: int, *, preload: Sequence[str] = ()) -> StartExecutor:
    """Processes of their own, for tasks in plain Python; task, items and results are pickled.

    Args:
        preload: modules to import before the first worker starts, where the system can.
    """
    # Forked from here they would inherit locks that another thread holds; forked from a server that has imported
    # what they need, they start at once. Systems without fork start each from nothing, which takes a second.
    forkserver = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if forkserver else "spawn")
    if forkserver:
        context.set_forkserver_preload([__name__, *preload])
    return partial(ProcessPoolExecutor, workers, mp_context=context, initializer=stay_with_parent)


def forked(workers: int) -> StartExecutor | None:
    """Copies of this process, which must have no other thread; None where the system cannot fork.

    Whatever is in memory when the first task is submitted is there in the workers, and need not be pickled.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return None
    context = multiprocessing.get_context("fork")
    return partial(ProcessPoolExecutor, workers, mp_context=context, initializer=stay_with_parent)


def map_in_order(
    task: Callable[[Item], Found],
    items: Sequence[Item],
    start: StartExecutor,
    *,
    ahead: int,
    failure: str = "replication {} could not be simulated",
) -> Iterator[Found]:
    """Yield `task(item)` in the order of the items, with at most `ahead` of them begun and not yet yielded.

    A task that was lost with its worker is submitted again. An exception of a task reaches the caller, from a process
    with the worker's traceback as its cause. Closing the iterator drops tasks that have not begun.

    Args:
        failure: what to say of an item whose worker keeps dying.
    Raises: SimError when workers keep dying, and whatever a task raises.
    """
    others = set(multiprocessing.active_children())
    waiting = deque(enumerate(items))
    begun: dict[int, Future[Found]] = {}
    deaths = 0
    executor = start()
    try:
        while waiting:
            place, item = waiting[0]
            try:
                for number, each in islice(waiting, ahead):
                    if number not in begun:
                        begun[number] = executor.submit(task, each)
                outcome = [begun[place].result()]
            except BrokenExecutor:
                deaths += 1
                if deaths == MOST_DEATHS:
                    raise SimError(
                        f"{failure.format(item)}: its worker died {deaths} times, "
                        "perhaps for want of memory; fewer --workers need less"
                    ) from None
                begun = {number: future for number, future in begun.items() if _succeeded(future)}
                executor = start()
                continue
            deaths = 0
            waiting.popleft()
            del begun[place]
            yield outcome.pop()  # which is large, and need not stay until the next one is asked for
    except BaseException:
        # On Ctrl-C or an error nobody waits for the others.
        executor.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    executor.shutdown()


def _succeeded(future: Future[Found]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def stay_with_parent() -> None:
    """Leave Ctrl-C to the parent process, and go when it goes, however it goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "called in a worker"

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
