"""Chains of folders, which slots, queues and shifts have.

Each is closed to a ring by its head, a number that is larger than those of the folders, so that an insertion or a
removal is the same wherever it is.
"""

from sim.core.compiler import inlined
from sim.engine.compiled.state import Chains, EngineRun, Id


@inlined
def head(run: EngineRun, chain: Id) -> Id:
    """The head of a chain by its number."""
    return Id(run.uses.folders + chain)


@inlined
def is_folder(run: EngineRun, f: Id) -> bool:
    """Whether this is not a head."""
    return bool(f < run.uses.folders)


@inlined
def insert(chains: Chains, f: Id, after: Id) -> None:
    """A folder comes before another one, or before a head and so last in its chain."""
    before = chains.back[after]
    chains.next[f] = after
    chains.back[f] = before
    chains.next[before] = f
    chains.back[after] = f


@inlined
def remove(chains: Chains, f: Id) -> bool:
    """A folder leaves its chain; returns whether the chain is empty now."""
    before, after = chains.back[f], chains.next[f]
    chains.next[before] = after
    chains.back[after] = before
    return bool(before == after)


@inlined
def clear(chains: Chains, head: Id) -> Id:
    """All folders leave a chain; returns the first one, from which `next` leads to the others and then the head."""
    f = Id(chains.next[head])
    chains.next[head] = head
    chains.back[head] = head
    return f
