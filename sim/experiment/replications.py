"""Replications: the same scenario simulated many times, on several cores, told in their order.

A replication depends on the scenario and its number alone, so results are the same for any number of workers.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar

import numpy as np

from sim.core.options import DEFAULT, Options
from sim.core.tables import Roster, Workload
from sim.engine.contract import simulate
from sim.experiment.pool import cores, map_in_order, processes, threads
from sim.metrics.outcomes import replication_of
from sim.metrics.replication import Replication
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

T = TypeVar("T")

_PLENTY: Final = 1_000_000
"""People of a shift that never runs out of them."""


def simulate_replication(
    setting: Setting, replication: int, options: Options = DEFAULT, *, stretches: bool = True, keep: float = 1.0
) -> Replication:
    """Draw and simulate one replication.

    Args:
        stretches: record who worked or waited where and when; figures by team and hour need it.
        keep: share of the letters that come, the same ones for every share.
    """
    roster = draw_roster(setting, replication)
    workload = draw_workload(setting, roster, replication, keep=keep)
    return simulate_drawn(setting, workload, roster, replication, options, stretches=stretches)


def simulate_drawn(
    setting: Setting, workload: Workload, roster: Roster, replication: int, options: Options, *, stretches: bool
) -> Replication:
    """Simulate a replication that was drawn, as the options say: the only place that hands them to an engine."""
    log = simulate(workload, roster, setting.scenario.horizon, **options.simulation, stretches=stretches)
    return replication_of(setting, workload, roster, log, replication)


def simulate_infinite_servers(
    setting: Setting, replication: int, *, stretches: bool = True, keep: float = 1.0
) -> Replication:
    """Draw a replication, and simulate it with infinite servers in rostered hours.

    Letters wait for an office to open and for nothing else. The roster of the replication is the true one.

    Args:
        stretches: record who worked or waited where and when.
        keep: share of the letters that come.
    """
    roster = draw_roster(setting, replication)
    workload = draw_workload(setting, roster, replication, keep=keep)
    return with_infinite_servers(setting, workload, roster, stretches=stretches)


def with_infinite_servers(
    setting: Setting, workload: Workload, roster: Roster, *, stretches: bool = True
) -> Replication:
    """The same of a replication that was drawn."""
    plenty = roster._replace(people=np.where(roster.people > 0, _PLENTY, 0).astype(np.int32))
    log = simulate(workload, plenty, setting.scenario.horizon, stretches=stretches)
    return replication_of(setting, workload, roster, log)


def replicate(
    setting: Setting,
    replications: Sequence[int],
    measure: Callable[[Replication], T],
    options: Options = DEFAULT,
    *,
    stretches: bool = True,
    keep: float = 1.0,
) -> Iterator[T]:
    """Simulate replications on several cores, and yield the `measure` of each, in the order asked for.

    No more than twice as many replications as workers are under way or wait for their turn, whatever their
    number. Closing the iterator drops those that have not begun.

    Args:
        measure: called where the replication was simulated, so that only what it returns has to travel. The SimPy
            engine runs in processes of their own, and there it must be a function of a module, or a
            `functools.partial` of one.
        options: its engine, and its workers: how many at once; all cores if None.
    Raises: SimError when worker processes keep dying, and whatever a replication or its measure raises.
    """
    task = partial(_measured, setting, measure, options, stretches, keep)
    return map_replications(task, replications, options)


def map_replications(
    task: Callable[[int], T],
    numbers: Sequence[int],
    options: Options = DEFAULT,
    *,
    ahead: int | None = None,
) -> Iterator[T]:
    """Yield `task(number)` in the order of the numbers, computed on several cores, or a cluster; as `replicate`.

    Args:
        task: simulates with the engine of the options; where these share no memory a `functools.partial` of a function
            of a module.
        ahead: how many are begun and not yet yielded, at most; twice the workers if None.
    """
    if options.cluster is not None:
        from sim.experiment.cluster import map_on_cluster  # takes dask's time only where it is asked for

        return map_on_cluster(task, numbers, options.cluster)
    count = min(options.workers or cores(), max(len(numbers), 1))
    if options.engine != "simpy":
        # The compiled engine releases the interpreter while it runs.
        start = threads(count)
    elif count > 1:
        start = processes(count, preload=[__name__, "sim.engine.simpy"])
    else:
        return (task(number) for number in numbers)
    return map_in_order(task, numbers, start, ahead=ahead or 2 * count)


def _measured(
    setting: Setting,
    measure: Callable[[Replication], T],
    options: Options,
    stretches: bool,
    keep: float,
    replication: int,
) -> T:
    return measure(simulate_replication(setting, replication, options, stretches=stretches, keep=keep))
