"""The folders that wait at a unit, one queue a priority, ordered by the rest of the rank.

Who joins ranks last, who was put down mostly ranks first: both ends are at hand. Only what moves is looked a place
for, beginning where the last one was put. Where anything `interrupts`, a second set of queues holds what can be
interrupted.
"""

from sim.core.compiler import inlined, inner
from sim.engine.compiled.chains import head, insert, is_folder, remove
from sim.engine.compiled.state import NONE, EngineRun, Id
from sim.engine.compiled.timers import lowest


@inlined
def ranks_before(run: EngineRun, f: Id, g: Id) -> bool:
    """Of two folders of one priority, the first one ranks before the second."""
    a, b = run.folders.visit[f], run.folders.visit[g]
    queued, other = run.log.queued[a], run.log.queued[b]
    return bool(queued < other or (queued == other and a < b))


@inlined
def queue_of(run: EngineRun, f: Id, row: Id) -> Id:
    """The queue for a folder in a row of queues."""
    return Id(row * run.uses.priorities + int(run.folders.priority[f]))


@inlined
def put_in_queue(run: EngineRun, f: Id, row: Id) -> None:
    """A folder takes its place in a row of queues."""
    queues, queue = run.queues, queue_of(run, f, row)
    end = head(run, queue)
    last = queues.chains.back[end]
    queues.filled[row] |= 1 << int(run.folders.priority[f])
    if not is_folder(run, last) or ranks_before(run, last, f):
        insert(queues.chains, f, end)
    else:
        put_between(run, f, queue)


@inner
def put_between(run: EngineRun, f: Id, queue: Id) -> None:
    """A folder that does not rank last takes its place in a queue."""
    chains, finger = run.queues.chains, run.queues.finger
    before = Id(finger[queue])
    if before == NONE:
        before = Id(chains.next[head(run, queue)])
    while is_folder(run, before) and ranks_before(run, f, before):
        before = Id(chains.back[before])
    after = Id(chains.next[before])
    while ranks_before(run, after, f):
        after = Id(chains.next[after])
    insert(chains, f, after)
    finger[queue] = f


@inlined
def take_from_queue(run: EngineRun, f: Id, row: Id) -> None:
    """A folder leaves a row of queues."""
    queues, queue = run.queues, queue_of(run, f, row)
    if queues.finger[queue] == f:
        before = Id(queues.chains.back[f])
        queues.finger[queue] = before if is_folder(run, before) else NONE
    if remove(queues.chains, f):
        queues.filled[row] &= ~(1 << int(run.folders.priority[f]))


@inlined
def first_waiting(run: EngineRun, unit: Id) -> Id:
    """The folder that ranks first of those that wait at a unit; there is one."""
    queue = Id(unit * run.uses.priorities + lowest(run.queues.filled[unit]))
    return Id(run.queues.chains.next[head(run, queue)])


@inlined
def row_of_interruptible(run: EngineRun, unit: Id) -> Id:
    """The row of queues of what can be interrupted at a unit."""
    return Id(len(run.units.free) + unit)
