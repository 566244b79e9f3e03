"""The calendar: when the timers of folders ring.

A folder has at most one timer: the end of its work or of its delay, or, while it waits, its escalation; and where
anything has `patience`, a second one for its departure, which is numbered after all folders as if it were one of them.
Seconds are written with digits of `BITS` bits, and a timer lies in a slot of the highest digit in which its second
differs from the clock's. So it is set and stopped without comparing it with others, and moves down at most once a
digit.
"""

from typing import Final

import numpy as np

from sim.core.compiler import inlined
from sim.engine.compiled.chains import clear, head, insert, is_folder, remove
from sim.engine.compiled.state import BITS, DIGITS, NONE, SLOTS, EngineRun, Id

_LOWEST: Final = np.zeros(32, dtype=np.uint32)
_LOWEST[[((1 << bit) * 0x077CB531 & 0xFFFFFFFF) >> 27 for bit in range(32)]] = np.arange(32)


@inlined
def lowest(bits: int) -> Id:
    """Number of the lowest bit set of the lower 32, by a de Bruijn sequence (Leiserson, Prokop, Randall 1998)."""
    return Id(_LOWEST[((bits & -bits) * 0x077CB531 & 0xFFFFFFFF) >> 27])


@inlined
def put_in_slot(run: EngineRun, f: Id, slot: Id) -> None:
    """A folder comes last in a slot."""
    calendar = run.calendar
    insert(calendar.chains, f, head(run, slot))
    calendar.filled[slot >> 5] |= 1 << (slot & 31)
    calendar.any_filled[slot >> BITS] |= 1 << (slot >> 5 & 31)


@inlined
def mark_empty(run: EngineRun, slot: Id) -> None:
    """Nothing is left in a slot. Whether that was the last one of its row is as good as chance: no branch."""
    filled, any_filled = run.calendar.filled, run.calendar.any_filled
    filled[slot >> 5] &= ~(1 << (slot & 31))
    any_filled[slot >> BITS] &= ~(int(filled[slot >> 5] == 0) << (slot >> 5 & 31))


@inlined
def clear_slot(run: EngineRun, slot: Id) -> Id:
    """Empty a slot; returns the first of the folders that were in it, or a head."""
    f = clear(run.calendar.chains, head(run, slot))
    mark_empty(run, slot)
    return f


@inlined
def set_timer(run: EngineRun, f: Id, due: int) -> None:
    """A folder's timer is to ring at a second that is not before the clock."""
    run.folders.due[f] = due
    differs = due ^ run.calendar.clock[0]
    digit = 0
    while differs >= SLOTS:
        differs >>= BITS
        digit += 1
    put_in_slot(run, f, Id(digit << BITS | (due >> digit * BITS & SLOTS - 1)))


@inlined
def stop_timer(run: EngineRun, f: Id) -> None:
    """A folder's timer is not to ring."""
    chains = run.calendar.chains
    before = chains.back[f]
    if remove(chains, f):
        mark_empty(run, Id(before - run.uses.folders))
    chains.back[f] = NONE


@inlined
def first_slot(run: EngineRun, digit: int) -> Id:
    """The first filled slot of a digit, counted within the digit; there is one."""
    row = lowest(run.calendar.any_filled[digit])
    return Id(row << 5 | lowest(run.calendar.filled[Id(digit << 5 | row)]))


@inlined
def next_timer(run: EngineRun, limit: int) -> int:
    """The next second at which a timer rings, or `limit` if none rings earlier."""
    calendar = run.calendar
    while calendar.any_filled[0] == 0:
        digit = 1
        while digit < DIGITS and calendar.any_filled[digit] == 0:
            digit += 1
        if digit == DIGITS:
            return limit
        slot = first_slot(run, digit)
        begins = ((calendar.clock[0] >> (digit + 1) * BITS) << BITS | slot) << digit * BITS
        if begins > limit:
            return limit
        move_down(run, Id(digit << BITS | slot), begins)
    return int(min(limit, (calendar.clock[0] >> BITS) << BITS | first_slot(run, 0)))


@inlined
def move_down(run: EngineRun, slot: Id, begins: int) -> None:
    """The clock comes to the beginning of a slot, whose timers are told apart by their lower digits."""
    run.calendar.clock[0] = begins
    f = clear_slot(run, slot)
    while is_folder(run, f):
        following = run.calendar.chains.next[f]
        set_timer(run, f, run.folders.due[f])
        f = following


@inlined
def departure(run: EngineRun, f: Id) -> Id:
    """The number under which a folder's departure has its timer."""
    return Id(f + run.uses.departures)
