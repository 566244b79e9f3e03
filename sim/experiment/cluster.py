"""Cluster: other machines as one more executor of the pool, through dask.distributed.

A cluster is a scheduler and workers that somebody has started; `--cluster tcp://host:8786` sends replications there.
Dask sends a task again when its worker dies. The rest is seen to here: every task carries the key of the program that
sent it, and a worker of another one refuses it by name; results are fetched as soon as they are there; and a scheduler
that is gone, or a cluster without workers, ends in an error instead of waiting for ever.
"""

import pickle
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import cache, partial
from itertools import count
from typing import Any, Final, TypeVar

import numpy as np

from sim.core.errors import SimError
from sim.core.program_key import program_key
from sim.core.tables import Roster
from sim.experiment.pool import map_in_order

Item = TypeVar("Item")
Found = TypeVar("Found")

_CONNECT: Final = 15.0
"""Seconds that a scheduler may take to answer."""

PATIENCE: Final = 60.0
"""Seconds that a cluster may be without workers, or its scheduler silent."""

_LOOK: Final = 1.0
"""Seconds between looks at the state of the cluster."""

_BATCH: Final = 0.7
"""Seconds that a task should take: dask needs some milliseconds for each."""

_WINDOW: Final = 3
"""Batches for each worker that are begun and not yet yielded."""


def map_on_cluster(task: Callable[[Item], Found], items: Sequence[Item], address: str) -> Iterator[Found]:
    """Yield `task(item)` in the order of the items, computed on a cluster, with few of them under way.

    Args:
        task: can be pickled, as can what it returns.
        address: of the scheduler, such as `tcp://host:8786`.

    Raises: SimError where no scheduler answers, no worker comes, a worker is of another program, or a task kills its
        workers; and whatever a task raises.
    """
    cluster = _connected(address)
    items = list(items)
    if cluster.seconds is None and items:
        # How much makes a batch is not known yet.
        begun = time.perf_counter()
        first = task(items.pop(0))
        cluster.seconds = time.perf_counter() - begun
        yield first
    workers = max(cluster.workers(), 1)
    fair = -(-len(items) // workers)
    size = max(min(int(_BATCH / max(cluster.seconds or _BATCH, 1e-6)), fair), 1)
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    executor = partial(_ClusterExecutor, cluster)
    for found in map_in_order(partial(_each, task), batches, executor, ahead=_WINDOW * workers):
        yield from found


def _each(task: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    return [task(item) for item in items]


def _work(key: dict[str, Any], packed: bytes) -> tuple[Any, float]:
    """Carry out a task on a worker, and say how long it took.

    Raises: SimError if the worker's program is not that of the sender.
    """
    here = program_key()
    if here != key:
        raise SimError(f"a worker of the cluster {_other(here, key)}; install the same on all machines")
    begun = time.perf_counter()
    task, items = pickle.loads(packed)
    found = task(items)
    return found, (time.perf_counter() - begun) / max(len(items), 1)


def _other(here: dict[str, Any], asked: dict[str, Any]) -> str:
    """What differs between the program of a worker and that of the sender, in words."""
    theirs, ours = here["versions"], asked["versions"]
    differing = [
        f"{name} {theirs.get(name, 'not at all')} where this machine has {ours.get(name, 'none')}"
        for name in sorted(set(theirs) | set(ours))
        if theirs.get(name) != ours.get(name)
    ]
    return f"has {', '.join(differing)}" if differing else "has another source of lettersim than this machine"


class _Cluster:
    """Connection to a cluster, shared by all that a command does.

    Attributes:
        seconds: that one item took last, or None.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise SimError("--cluster needs dask: install lettersim[cluster]") from None
        self.address = address
        self.seconds: float | None = None
        try:
            self._client = Client(address, timeout=_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise SimError(f"no scheduler answers at {address}: {error}") from None
        self._number = count()
        self._warm_up()

    def workers(self) -> int:
        """Workers there are now; 0 also while the scheduler does not answer."""
        try:
            return len(self._client.scheduler_info(n_workers=-1)["workers"]) if self._client.status == "running" else 0
        except OSError:
            return 0

    @property
    def gone(self) -> bool:
        """Whether the connection to the scheduler is lost for good."""
        return self._client.status in ("closed", "closing")

    def submit(self, task: Any, items: Any) -> Any:
        """A task on its way; its key is its own, so that no two are taken for one."""
        packed = pickle.dumps((task, items))
        key = f"lettersim-{id(self)}-{next(self._number)}"
        return self._client.submit(_work, program_key(), packed, key=key, pure=False, retries=0)

    def _warm_up(self) -> None:
        """Let one worker of each host compile what is not in its cache; the others find it there."""
        hosts: dict[str, str] = {}
        for worker, about in self._client.scheduler_info(n_workers=-1)["workers"].items():
            hosts.setdefault(about["host"], worker)
        if hosts:
            self._client.run(load_engine, workers=list(hosts.values()), on_error="ignore")


def load_engine() -> None:
    """Have the compiled engine compiled, or loaded from the cache, by simulating nothing."""
    from sim.engine.compiled import simulate
    from sim.engine.compiled.preparation import no_letters

    numbers, seconds = np.zeros(0, np.int32), np.zeros(0, np.int64)
    nobody = Roster(unit=numbers, start=seconds, end=seconds, people=numbers, units=0)
    simulate(no_letters(), nobody, 1, stretches=True)


@cache
def _connected(address: str) -> _Cluster:
    return _Cluster(address)


class _ClusterExecutor(Executor):
    """Executor that hands its tasks to a cluster, and watches over it while they are under way."""

    def __init__(self, cluster: _Cluster) -> None:
        self._cluster = cluster
        self._under_way: dict[Future[Any], Any] = {}
        self._closed = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, task: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ARG002  the interface of executors
        """A task under way."""
        future: Future[Any] = Future()
        remote = self._cluster.submit(task, *args)
        with self._lock:
            self._under_way[future] = remote
        remote.add_done_callback(partial(self._fetch, future, args))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  the same
        """Let the cluster forget what is still under way."""
        self._closed.set()
        with self._lock:
            remotes = list(self._under_way.values())
            self._under_way.clear()
        for remote in remotes:
            if not self._cluster.gone:
                remote.cancel()

    def _fetch(self, future: Future[Any], items: Any, remote: Any) -> None:
        with self._lock:
            if self._under_way.pop(future, None) is None:
                return
        try:
            found, self._cluster.seconds = remote.result(timeout=PATIENCE)
        except BaseException as error:
            future.set_exception(_told(error, *items))
        else:
            future.set_result(found)

    def _watch(self) -> None:
        """Give up what is under way when the scheduler is gone, or has had no worker for too long."""
        alone, address, reason = 0.0, self._cluster.address, None
        while not self._closed.wait(_LOOK):
            alone = 0.0 if self._cluster.workers() else alone + _LOOK
            if self._cluster.gone:
                reason = f"the scheduler at {address} is gone"
            elif alone >= PATIENCE:
                reason = f"the cluster at {address} has had no workers for {PATIENCE:.0f} s"
            if reason is not None:
                with self._lock:
                    futures = list(self._under_way)
                    self._under_way.clear()
                for future in futures:
                    future.set_exception(SimError(reason))
                return


def _told(error: BaseException, items: Sequence[Any]) -> BaseException:
    """An error of a task as this program says it."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    if isinstance(error, KilledWorker):
        several = ", ".join(map(str, items))
        return SimError(f"replication {several}: its workers died one after the other, perhaps for want of memory")
    if isinstance(error, CancelledError | CommClosedError | TimeoutError):
        return SimError("the cluster lost a task: its scheduler is gone, or does not answer")
    return error
