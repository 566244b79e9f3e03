"""The compiled engine: the contract of `sim.engine.contract`, written to be fast.

It runs the same three phases in the same words as the SimPy engine (`finish`, `end_shift`, `reach`, `join`,
`leave`, `escalate`, `cover`, `dispatch`, `start`, `put_down`, `move`) and gives the same log, bit for bit. Python
allocates; the compiled functions are loops over whole numbers, without chance and without allocation. They
all stand in this one file, because the cache of compiled code does not notice an edit in another.

The state is an `EngineRun`, a NamedTuple of NamedTuples of arrays:

    folders   What is known of an open letter lies in a folder, which the next letter takes over when this one
              is closed. So the state is as small as the number of open letters, and stays in fast memory.
    calendar  When the timers of the folders ring. A folder has at most one: the end of its work or of its
              delay, or, while it waits, its escalation; and where anything has `patience`, a second one for
              its departure, which is numbered after all folders as if it were one of them. Seconds are
              written with digits of `BITS` bits, and a timer lies in a slot of the highest digit in which its
              second differs from the clock's. So it is set and stopped without comparing it with others, and
              moves down at most once a digit.
    queues    The folders that wait at a unit, one queue a priority, ordered by the rest of the rank. Who joins
              ranks last, who was put down mostly ranks first: both ends are at hand. Only what moves is
              looked a place for, beginning where the last one was put. Where anything `interrupts`, a second
              set of queues holds what can be interrupted.
    clocks    The spans of time that count for delays on the roster's clocks.
    tape      Stretches, if asked for, but only of visits that moved or were put down: what happened to the
              others can be told from the log afterwards.
    progress  How many letters have been received, and shifts have begun and ended. With it a run stops before
              any second and goes on from there, with other letters and a longer tape if need be.
    workload, log, units, shifts    One row a letter, a visit, a unit, a shift.

Slots, queues and shifts have chains of folders. Each is closed to a ring by its head, a number that is larger than
those of the folders, so that an insertion or a removal is the same wherever it is.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt

from sim.core.compiler import PLAIN, compiled, numba
from sim.core.errors import SimError
from sim.core.tables import (
    ALL_TIME,
    ANYHOW,
    FINISH,
    FINISHED_IN_TIME,
    NEVER,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    NOT_YET,
    STARTED_IN_TIME,
    WAIT,
    WORK,
    Bools,
    Int8s,
    Int32s,
    Int64s,
    Log,
    Roster,
    Stretches,
    Workload,
    dtypes,
)

Id = np.uint32
"""Number of a folder, unit, shift, visit, queue or slot. It has no sign: an index that might be negative costs more."""

Ids = npt.NDArray[np.uint32]

NONE: Final = Id(2**32 - 1)
"""No folder, no shift; NO_UNIT without its sign."""

WAITING: Final = NONE
"""The shift of a folder that waits in a queue."""

DELAYED: Final = Id(2**32 - 2)
"""The shift of a folder whose letter is in a delay. Smaller ones are shifts."""

OTHER: Final = Id(2**31)
"""Added to the number of a unit or row where that of a shift is looked for."""

BITS: Final = 10
"""Bits in a digit of the calendar: 1,024 slots of a second, as many of 17 minutes, of 12 days, ..."""

SLOTS: Final = 1 << BITS
DIGITS: Final = 6

OVERDUE: Final = Id(DIGITS * SLOTS)
"""The slot after the calendar's own, for folders to be escalated in this second."""

LEAVING: Final = Id(OVERDUE + 1)
"""The next one, for departures in this second; then come those of `pending`."""

LATEST: Final = 1 << (BITS * DIGITS - 1)
"""Horizons and services are smaller, so that the sum of two fits into the calendar."""


class Chains(NamedTuple):
    """Folders one after the other; after the last one of a chain, and before the first, comes its head."""

    next: Ids
    back: Ids


class ShiftStates(NamedTuple):
    """The roster, and what its shifts are doing."""

    unit: Ids
    start: Int64s  # not before second 0
    end: Int64s
    people: Int32s
    by_start: Ids  # the shifts that have anybody, in the order in which they start
    by_end: Ids  # the same, in the order in which they end
    in_progress: Bools
    free: Int32s  # people who hold nothing
    chains: Chains  # of the folders that its people hold
    next: Ids  # of the shifts in progress at the same unit the one that ends next before this one


class Units(NamedTuple):
    """What a unit has besides its queues."""

    shifts: Int32s  # how many are in progress, those that start or end in this second already counted
    first_shift: Ids  # of those in progress the one that ends last
    free: Int64s  # people of shifts in progress who hold nothing
    is_changed: Bools  # is to dispatch in this second
    changed: Ids  # the list of these
    many_changed: Int64s  # its length, one row
    is_stranded: Bools  # has nobody on duty, and something waits there that may have to move
    stranded: Ids
    many_stranded: Int64s


class Folders(NamedTuple):
    """The open letters."""

    visit: Ids  # the one that the letter has come to; NONE in an empty folder
    stop: Ids  # one after the letter's last visit
    place: Ids  # unit where it waits, or is worked on
    shift: Ids  # whose person works on it, or WAITING or DELAYED
    priority: Int8s
    interrupts: Bools
    interruptible: Bools
    on_tape: Bools
    since: Int64s  # when it began to wait there, or that person to work on it
    left: Int64s  # effort left while it waits
    due: Int64s  # when its timer rings
    used: Int64s  # how many folders ever were, one row
    empty: Ids  # one of those that are empty, one row; the calendar leads to the next one


class Queues(NamedTuple):
    """Folders by rank: a row of queues a unit for what waits, then a row a unit for what can be interrupted."""

    chains: Chains
    finger: Ids  # what was last put between others; one number a queue
    filled: Int64s  # bit p is set where the queue of priority p has anybody; one number a row


class Timers(NamedTuple):
    """Folders by the second at which their timer rings."""

    chains: Chains  # one a slot; a folder without a timer has NONE before it
    filled: Int64s  # a bit a slot, 32 a row
    any_filled: Int64s  # a bit for each row of `filled`: one row a digit
    clock: Int64s  # no timer rings earlier; one row


class Tape(NamedTuple):
    """Stretches of the visits whose log does not tell them: those that moved, were put down, or wait at the horizon.

    They stand in the order in which they ended.
    """

    before: Ids  # the stretch of the same visit that ended before this one
    where: Ids  # the shift that worked, or OTHER + the unit where it waited
    start: Int64s
    end: Int64s
    many: Int64s  # one row
    of_visit: Ids  # OTHER + a visit's last stretch; the shift that worked on it, if the log tells the rest; or NONE


class Clocks(NamedTuple):
    """The spans of all clocks, one clock after the other."""

    first: Int64s  # the first span of each clock; one more row than there are clocks
    start: Int64s
    end: Int64s
    before: Int64s  # seconds that the clock has counted before the span


class PromptStates(NamedTuple):
    """Of letters about others which these are, and of each letter the folder that it was put into; one row a letter.

    Without rows where no letter is about another.
    """

    letter: Ids
    folder: Ids


class Progress(NamedTuple):
    """How far a run is; one row each."""

    received: Int64s  # letters
    begun: Int64s  # shifts of `by_start`
    ended: Int64s  # shifts of `by_end`


class Uses(NamedTuple):
    """What the workload makes use of; what it does not use costs nothing."""

    folders: int  # at most, those that departures count for among them; the number of the first head
    departures: int  # added to the number of a folder for that of its departure
    priorities: int
    interrupts: bool
    moves: bool  # by cover or by escalation
    escalates: bool
    clocks: bool
    leaves: bool  # out of patience
    prompts: bool
    outcomes: bool  # for visits
    stretches: bool


class EngineRun(NamedTuple):
    """All that the compiled functions work on."""

    workload: Workload
    log: Log  # without stretches
    shifts: ShiftStates
    units: Units
    folders: Folders
    queues: Queues
    calendar: Timers
    clocks: Clocks
    tape: Tape
    prompts: PromptStates
    progress: Progress
    uses: Uses


# How it is compiled.


_Function = TypeVar("_Function", bound=Callable[..., Any])

_INNER: Final[dict[str, Any]] = {**PLAIN, "no_cpython_wrapper": True}


def _hot(function: _Function) -> _Function:
    """A compiled function of the inner loop, whose arrays are at hand where it is used."""
    return cast(_Function, numba.njit(forceinline=True, **_INNER)(function))


def _cold(function: _Function) -> _Function:
    """A compiled function that is called now and then."""
    return cast(_Function, numba.njit(**_INNER)(function))


# The chains.


@_hot
def head(run: EngineRun, chain: Id) -> Id:
    """The head of a chain by its number."""
    return Id(run.uses.folders + chain)


@_hot
def is_folder(run: EngineRun, f: Id) -> bool:
    """Whether this is not a head."""
    return bool(f < run.uses.folders)


@_hot
def insert(chains: Chains, f: Id, after: Id) -> None:
    """A folder comes before another one, or before a head and so last in its chain."""
    before = chains.back[after]
    chains.next[f] = after
    chains.back[f] = before
    chains.next[before] = f
    chains.back[after] = f


@_hot
def remove(chains: Chains, f: Id) -> bool:
    """A folder leaves its chain; returns whether the chain is empty now."""
    before, after = chains.back[f], chains.next[f]
    chains.next[before] = after
    chains.back[after] = before
    return bool(before == after)


@_hot
def clear(chains: Chains, head: Id) -> Id:
    """All folders leave a chain; returns the first one, from which `next` leads to the others and then the head."""
    f = Id(chains.next[head])
    chains.next[head] = head
    chains.back[head] = head
    return f


# The calendar.

_LOWEST: Final = np.zeros(32, dtype=np.uint32)
_LOWEST[[((1 << bit) * 0x077CB531 & 0xFFFFFFFF) >> 27 for bit in range(32)]] = np.arange(32)


@_hot
def lowest(bits: int) -> Id:
    """Number of the lowest bit set of the lower 32, by a de Bruijn sequence (Leiserson, Prokop, Randall 1998)."""
    return Id(_LOWEST[((bits & -bits) * 0x077CB531 & 0xFFFFFFFF) >> 27])


@_hot
def put_in_slot(run: EngineRun, f: Id, slot: Id) -> None:
    """A folder comes last in a slot."""
    calendar = run.calendar
    insert(calendar.chains, f, head(run, slot))
    calendar.filled[slot >> 5] |= 1 << (slot & 31)
    calendar.any_filled[slot >> BITS] |= 1 << (slot >> 5 & 31)


@_hot
def mark_empty(run: EngineRun, slot: Id) -> None:
    """Nothing is left in a slot. Whether that was the last one of its row is as good as chance: no branch."""
    filled, any_filled = run.calendar.filled, run.calendar.any_filled
    filled[slot >> 5] &= ~(1 << (slot & 31))
    any_filled[slot >> BITS] &= ~(int(filled[slot >> 5] == 0) << (slot >> 5 & 31))


@_hot
def clear_slot(run: EngineRun, slot: Id) -> Id:
    """Empty a slot; returns the first of the folders that were in it, or a head."""
    f = clear(run.calendar.chains, head(run, slot))
    mark_empty(run, slot)
    return f


@_hot
def set_timer(run: EngineRun, f: Id, due: int) -> None:
    """A folder's timer is to ring at a second that is not before the clock."""
    run.folders.due[f] = due
    differs = due ^ run.calendar.clock[0]
    digit = 0
    while differs >= SLOTS:
        differs >>= BITS
        digit += 1
    put_in_slot(run, f, Id(digit << BITS | (due >> digit * BITS & SLOTS - 1)))


@_hot
def stop_timer(run: EngineRun, f: Id) -> None:
    """A folder's timer is not to ring."""
    chains = run.calendar.chains
    before = chains.back[f]
    if remove(chains, f):
        mark_empty(run, Id(before - run.uses.folders))
    chains.back[f] = NONE


@_hot
def first_slot(run: EngineRun, digit: int) -> Id:
    """The first filled slot of a digit, counted within the digit; there is one."""
    row = lowest(run.calendar.any_filled[digit])
    return Id(row << 5 | lowest(run.calendar.filled[Id(digit << 5 | row)]))


@_hot
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


@_hot
def move_down(run: EngineRun, slot: Id, begins: int) -> None:
    """The clock comes to the beginning of a slot, whose timers are told apart by their lower digits."""
    run.calendar.clock[0] = begins
    f = clear_slot(run, slot)
    while is_folder(run, f):
        following = run.calendar.chains.next[f]
        set_timer(run, f, run.folders.due[f])
        f = following


# The queues.


@_hot
def ranks_before(run: EngineRun, f: Id, g: Id) -> bool:
    """Of two folders of one priority, the first one ranks before the second."""
    a, b = run.folders.visit[f], run.folders.visit[g]
    queued, other = run.log.queued[a], run.log.queued[b]
    return bool(queued < other or (queued == other and a < b))


@_hot
def queue_of(run: EngineRun, f: Id, row: Id) -> Id:
    """The queue for a folder in a row of queues."""
    return Id(row * run.uses.priorities + int(run.folders.priority[f]))


@_hot
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


@_cold
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


@_hot
def take_from_queue(run: EngineRun, f: Id, row: Id) -> None:
    """A folder leaves a row of queues."""
    queues, queue = run.queues, queue_of(run, f, row)
    if queues.finger[queue] == f:
        before = Id(queues.chains.back[f])
        queues.finger[queue] = before if is_folder(run, before) else NONE
    if remove(queues.chains, f):
        queues.filled[row] &= ~(1 << int(run.folders.priority[f]))


@_hot
def first_waiting(run: EngineRun, unit: Id) -> Id:
    """The folder that ranks first of those that wait at a unit; there is one."""
    queue = Id(unit * run.uses.priorities + lowest(run.queues.filled[unit]))
    return Id(run.queues.chains.next[head(run, queue)])


@_hot
def row_of_interruptible(run: EngineRun, unit: Id) -> Id:
    """The row of queues of what can be interrupted at a unit."""
    return Id(len(run.units.free) + unit)


# What phases B and C have in common.


@_hot
def change(run: EngineRun, unit: Id) -> None:
    """A unit's queue or people changed, so it dispatches in this second."""
    units = run.units
    if not units.is_changed[unit]:
        units.is_changed[unit] = True
        units.changed[Id(units.many_changed[0])] = unit
        units.many_changed[0] += 1


@_cold
def strand(run: EngineRun, unit: Id) -> None:
    """Nobody is on duty at a unit, and something may have to move from there when somebody comes on duty elsewhere."""
    units = run.units
    if not units.is_stranded[unit]:
        units.is_stranded[unit] = True
        units.stranded[Id(units.many_stranded[0])] = unit
        units.many_stranded[0] += 1


@_cold
def record(run: EngineRun, visit: Id, where: Id, start: int, end: int) -> None:
    """A stretch of a visit goes on the tape."""
    tape = run.tape
    if start < end:
        row = Id(tape.many[0])
        tape.many[0] += 1
        tape.before[row] = tape.of_visit[visit]
        tape.where[row] = where
        tape.start[row] = start
        tape.end[row] = end
        tape.of_visit[visit] = OTHER + row


@_cold
def record_ended(run: EngineRun, f: Id, where: Id, now: int) -> None:
    """What a folder has been doing ends now, and its visit is one of those that are on the tape."""
    folders, visit = run.folders, Id(run.folders.visit[f])
    if not folders.on_tape[f]:
        folders.on_tape[f] = True
        run.tape.of_visit[visit] = NONE
        if folders.shift[f] != WAITING:
            record(run, visit, Id(folders.place[f] + OTHER), max(run.log.queued[visit], 0), folders.since[f])
    record(run, visit, where, folders.since[f], now)


@_hot
def awake(run: EngineRun, visit: Id, place: Id) -> Id:
    """Where a visit waits: at its place if somebody is on duty there, else at its unit or its cover, else there."""
    on_duty = run.units.shifts
    if not run.uses.moves or on_duty[place] > 0:
        return place
    unit, cover = Id(run.workload.unit[visit]), Id(run.workload.cover[visit])
    if on_duty[unit] > 0:
        return unit
    if cover != NONE and on_duty[cover] > 0:
        return cover
    if cover != NONE or unit != place:
        strand(run, place)
    return place


@_hot
def wait(run: EngineRun, f: Id, place: Id, now: int) -> None:
    """A folder begins to wait at a place."""
    run.folders.place[f] = place
    run.folders.shift[f] = WAITING
    run.folders.since[f] = now
    put_in_queue(run, f, place)
    change(run, place)


@_cold
def move(run: EngineRun, f: Id, place: Id, now: int) -> None:
    """A folder that waits changes to another place."""
    left = Id(run.folders.place[f])
    if place != left:
        if run.uses.stretches:
            record_ended(run, f, Id(left + OTHER), now)
        take_from_queue(run, f, left)
        change(run, left)  # what it held back may now interrupt
        wait(run, f, place, now)


@_hot
def let_go(run: EngineRun, f: Id, now: int) -> None:
    """The person who held a folder holds it no longer, and is free or goes home."""
    folders, shifts, units = run.folders, run.shifts, run.units
    shift, place = folders.shift[f], Id(folders.place[f])
    if run.uses.stretches and folders.on_tape[f]:
        record_ended(run, f, Id(shift), now)
    remove(shifts.chains, f)
    if shifts.in_progress[shift]:
        shifts.free[shift] += 1
        units.free[place] += 1
        if run.queues.filled[place] != 0:
            change(run, place)
        if run.uses.interrupts and folders.interruptible[f]:
            take_from_queue(run, f, row_of_interruptible(run, place))


@_cold
def put_down(run: EngineRun, f: Id, now: int) -> None:
    """A visit loses its person and waits for another one, with what is left of its effort."""
    folders = run.folders
    visit = Id(folders.visit[f])
    run.log.interruptions[visit] += 1
    folders.left[f] = folders.due[f] - now + run.workload.resume_cost[visit]
    stop_timer(run, f)
    if run.uses.stretches and not folders.on_tape[f]:
        record_ended(run, f, Id(folders.shift[f]), now)
        folders.since[f] = now
    let_go(run, f, now)
    wait(run, f, awake(run, visit, Id(folders.place[f])), now)


# Phase B.


@_hot
def receive(run: EngineRun, letter: int, now: int) -> None:
    """A letter is received; one without visits leaves no trace."""
    folders = run.folders
    first, stop = Id(run.workload.first_visit[letter]), Id(run.workload.first_visit[letter + 1])
    if run.uses.prompts and run.workload.about[letter] != NO_VISIT and not prompt(run, letter, now):
        return
    if first == stop:
        return
    f = Id(folders.empty[0])
    if f == NONE:
        f = Id(folders.used[0])
        folders.used[0] += 1
    else:
        folders.empty[0] = run.calendar.chains.next[f]
    folders.stop[f] = stop
    if run.uses.prompts:
        run.prompts.folder[letter] = f
    reach(run, f, first, now, run.workload.received[letter])


@_cold
def prompt(run: EngineRun, letter: int, now: int) -> bool:
    """Whether a letter about an earlier one is received; a prompt ranks and moves the visits of that one.

    Of a letter that is over or has left, the folder has been taken over or is empty.
    """
    workload, folders = run.workload, run.folders
    about, earlier = Id(workload.about[letter]), run.prompts.letter[letter]
    reached = run.log.started[about] if workload.until_start[letter] else run.log.finished[about]
    f = Id(run.prompts.folder[earlier])
    if f == NONE:
        return False
    visit = Id(folders.visit[f])
    is_open = reached == NOT_YET and visit >= workload.first_visit[earlier] and visit <= about
    if is_open == workload.once_over[letter]:
        return False
    outcome, since = workload.received_if[letter], workload.received_late_from[letter]
    if outcome != ANYHOW and not is_so(run, Id(about - workload.received_if_back[letter]), outcome, since):
        return False
    if not is_open:
        return True
    if workload.new_priority[letter] != NO_PRIORITY:
        for each in range(visit, about + 1):
            workload.priority[each] = workload.new_priority[letter]
        if folders.shift[f] != DELAYED:
            rank_anew(run, f)
    target = Id(workload.move_to[letter])
    waits = folders.shift[f] == WAITING and folders.since[f] < now
    if waits and target != NONE and target != folders.place[f] and run.units.shifts[target] > 0:
        if run.uses.escalates and run.calendar.chains.back[f] != NONE:
            stop_timer(run, f)
        move(run, f, target, now)
    return True


@_cold
def rank_anew(run: EngineRun, f: Id) -> None:
    """A folder has another priority now, as it waits or as somebody works on it."""
    folders, place = run.folders, Id(run.folders.place[f])
    priority, shift = run.workload.priority[folders.visit[f]], folders.shift[f]
    if folders.shift[f] == WAITING:
        take_from_queue(run, f, place)
        folders.priority[f] = priority
        put_in_queue(run, f, place)
    elif run.uses.interrupts and folders.interruptible[f] and run.shifts.in_progress[shift]:
        take_from_queue(run, f, row_of_interruptible(run, place))
        folders.priority[f] = priority
        put_in_queue(run, f, row_of_interruptible(run, place))
    folders.priority[f] = priority
    change(run, place)


@_hot
def reach(run: EngineRun, f: Id, visit: Id, now: int, since: int) -> None:
    """A letter comes to a visit, which joins its unit's queue or begins its delay; a delay of 0 ends at once.

    The visit counts as queued since now, or earlier if its letter was received before second 0.
    """
    folders, visits, log = run.folders, run.workload, run.log
    stop = folders.stop[f]
    while visit < stop:
        if run.uses.outcomes and visits.made_if[visit] != ANYHOW and passes_over(run, visit):
            visit = Id(visit + 1)
            continue
        log.queued[visit] = since
        unit, service = Id(visits.unit[visit]), visits.service[visit]
        if unit != NONE or service > 0:
            folders.visit[f] = visit
            if unit != NONE:
                folders.left[f] = service
                join(run, f, visit, unit, now, since)
            else:
                log.started[visit] = now
                folders.shift[f] = DELAYED
                if run.uses.clocks and visits.clock[visit] != ALL_TIME:
                    set_timer(run, f, end_of_delay(run.clocks, visits.clock[visit], now, service))
                else:
                    set_timer(run, f, now + service)
            return
        log.started[visit] = now
        log.finished[visit] = now
        visit, since = Id(visit + 1), now
    close(run, f)


@_cold
def passes_over(run: EngineRun, visit: Id) -> bool:
    """Whether the outcome on which a visit hangs is not true."""
    visits = run.workload
    return not is_so(run, Id(visit - visits.made_if_back[visit]), visits.made_if[visit], visits.made_late_from[visit])


@_cold
def is_so(run: EngineRun, visit: Id, outcome: int, late_from: int) -> bool:
    """Whether an outcome is true of a visit, as far as it has come."""
    reached = run.log.started[visit] if outcome >= STARTED_IN_TIME else run.log.finished[visit]
    in_time = reached != NOT_YET and reached < late_from
    return bool(in_time == (outcome in (FINISHED_IN_TIME, STARTED_IN_TIME)))


@_hot
def close(run: EngineRun, f: Id) -> None:
    """A folder is empty, for the next letter."""
    run.folders.visit[f] = NONE
    run.calendar.chains.next[f] = run.folders.empty[0]
    run.folders.empty[0] = f


@_hot
def departure(run: EngineRun, f: Id) -> Id:
    """The number under which a folder's departure has its timer."""
    return Id(f + run.uses.departures)


@_cold
def below(numbers: Int64s, limit: int) -> int:
    """How many of ascending numbers are below a limit; NumPy's own would load what compiles it, in every process."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] < limit:
            low = middle + 1
        else:
            high = middle
    return low


@_cold
def end_of_delay(clocks: Clocks, clock: int, now: int, service: int) -> int:
    """When the seconds of a delay that begins now have passed on its clock; LATEST if they never have."""
    first, stop = clocks.first[clock - 1], clocks.first[clock]
    start, before = clocks.start[first:stop], clocks.before[first:stop]
    span = below(start, now + 1) - 1
    until = service
    if span >= 0:
        until += before[span] + min(now, clocks.end[first + span]) - start[span]
    last = below(before, until) - 1
    ends = start[last] + until - before[last] if last >= 0 else LATEST
    return int(ends) if last >= 0 and ends <= clocks.end[first + last] else LATEST


@_hot
def join(run: EngineRun, f: Id, visit: Id, unit: Id, now: int, since: int) -> None:
    """A visit joins the queue of its unit, or at once that of its cover."""
    folders, visits = run.folders, run.workload
    folders.priority[f] = visits.priority[visit]
    folders.on_tape[f] = False
    if run.uses.leaves:
        run.calendar.chains.back[departure(run, f)] = NONE
        if visits.patience[visit] != NEVER:
            leaves = since + visits.patience[visit]
            if leaves > now:
                set_timer(run, departure(run, f), leaves)
            else:
                put_in_slot(run, departure(run, f), LEAVING)
    if run.uses.interrupts:
        folders.interrupts[f] = visits.interrupts[visit]
        folders.interruptible[f] = visits.interruptible[visit]
    if run.uses.escalates:
        run.calendar.chains.back[f] = NONE
        if visits.escalate_after[visit] != NEVER:
            due = since + visits.escalate_after[visit]
            if due > now:
                set_timer(run, f, due)
            else:
                put_in_slot(run, f, OVERDUE)
    wait(run, f, awake(run, visit, unit), now)


@_hot
def ring(run: EngineRun, now: int) -> None:
    """The timers of this second ring: work and delays end, and what is to leave or to be escalated is put aside."""
    folders, log = run.folders, run.log
    f = clear_slot(run, Id(now & SLOTS - 1))
    while is_folder(run, f):
        following = Id(run.calendar.chains.next[f])
        if run.uses.leaves and f >= run.uses.departures:
            put_in_slot(run, f, LEAVING)
        elif folders.shift[f] == WAITING:
            put_in_slot(run, f, OVERDUE)
        else:
            visit = Id(folders.visit[f])
            log.finished[visit] = now
            if folders.shift[f] != DELAYED:
                log.served_by[visit] = folders.place[f]
                let_go(run, f, now)
            reach(run, f, Id(visit + 1), now, now)
        f = following


@_cold
def begin_shift(run: EngineRun, shift: Id) -> None:
    """A shift's people come on duty. The one that ends last is its unit's first, then the lowest."""
    shifts, units = run.shifts, run.units
    unit, end = Id(shifts.unit[shift]), shifts.end[shift]
    shifts.in_progress[shift] = True
    shifts.free[shift] = shifts.people[shift]
    units.free[unit] += shifts.people[shift]
    before, after = NONE, units.first_shift[unit]
    while after != NONE and (shifts.end[after] > end or (shifts.end[after] == end and after < shift)):
        before, after = after, shifts.next[after]
    shifts.next[shift] = after
    if before == NONE:
        units.first_shift[unit] = shift
    else:
        shifts.next[before] = shift
    change(run, unit)


@_cold
def end_shift(run: EngineRun, shift: Id, now: int) -> None:
    """A shift's people go home, but for those who stay in overtime with a visit to finish."""
    shifts, units, folders, visits = run.shifts, run.units, run.folders, run.workload
    unit = Id(shifts.unit[shift])
    before, after = NONE, units.first_shift[unit]
    while after != shift:
        before, after = after, shifts.next[after]
    if before == NONE:
        units.first_shift[unit] = shifts.next[shift]
    else:
        shifts.next[before] = shifts.next[shift]
    f = Id(shifts.chains.next[head(run, shift)])
    while is_folder(run, f):
        following = Id(shifts.chains.next[f])
        if visits.at_shift_end[folders.visit[f]] != FINISH:
            put_down(run, f, now)
        elif run.uses.interrupts and folders.interruptible[f]:
            take_from_queue(run, f, row_of_interruptible(run, unit))
        f = following
    shifts.in_progress[shift] = False
    units.free[unit] -= shifts.free[shift]


@_cold
def leave(run: EngineRun, now: int) -> None:
    """Visits that nobody started in time leave their queues, and with them their letters."""
    f = clear_slot(run, LEAVING)
    while is_folder(run, f):
        following = Id(run.calendar.chains.next[f])
        f = Id(f - run.uses.departures)
        place = Id(run.folders.place[f])
        if run.uses.stretches:
            record_ended(run, f, Id(place + OTHER), now)
        if run.uses.escalates and run.calendar.chains.back[f] != NONE:
            stop_timer(run, f)
        take_from_queue(run, f, place)
        change(run, place)  # what it held back may now interrupt
        close(run, f)
        f = following


@_cold
def escalate(run: EngineRun, f: Id, now: int) -> None:
    """A visit that nobody started in time moves, once, as soon as somebody is on duty where it is to go."""
    target = Id(run.workload.escalate_to[run.folders.visit[f]])
    if run.units.shifts[target] > 0:
        run.calendar.chains.back[f] = NONE
        move(run, f, target, now)
    else:
        put_in_slot(run, f, pending(target))


@_hot
def pending(unit: Id) -> Id:
    """The slot of folders to be escalated to a unit as soon as somebody is on duty there."""
    return Id(LEAVING + 1 + unit)


@_cold
def escalate_slot(run: EngineRun, slot: Id, now: int) -> None:
    """What lies in a slot is to be escalated."""
    f = clear_slot(run, slot)
    while is_folder(run, f):
        following = Id(run.calendar.chains.next[f])
        escalate(run, f, now)
        f = following


@_cold
def cover(run: EngineRun, now: int) -> None:
    """Somebody came on duty or went home: what waits where nobody is on duty moves to where somebody is."""
    units, folders, queues = run.units, run.folders, run.queues
    priorities = run.uses.priorities
    many = units.many_stranded[0]
    units.many_stranded[0] = 0  # `awake` strands again what has to stay
    for i in range(many):
        place = Id(units.stranded[i])
        units.is_stranded[place] = False
        if units.shifts[place] == 0:
            for queue in range(place * priorities, (place + 1) * priorities):
                f = Id(queues.chains.next[head(run, Id(queue))])
                while is_folder(run, f):
                    following = Id(queues.chains.next[f])
                    move(run, f, awake(run, Id(folders.visit[f]), place), now)
                    f = following


# Phase C.


@_hot
def dispatch(run: EngineRun, unit: Id, now: int) -> None:
    """C. Free people start what ranks first; then what may interrupt takes the place of what ranks last."""
    shifts, filled = run.shifts, run.queues.filled
    shift = run.units.first_shift[unit]
    while filled[unit] != 0 and run.units.free[unit] > 0:
        while shifts.free[shift] == 0:
            shift = shifts.next[shift]
        start(run, first_waiting(run, unit), shift, now)
    if run.uses.interrupts and filled[unit] != 0:
        interrupt(run, unit, now)


@_hot
def start(run: EngineRun, f: Id, shift: Id, now: int) -> None:
    """A person of a shift takes up a visit; one that was put down before costs something to get back into."""
    folders, shifts = run.folders, run.shifts
    visit, place = folders.visit[f], Id(folders.place[f])
    if run.uses.stretches:
        if folders.on_tape[f]:
            record_ended(run, f, Id(place + OTHER), now)
        else:
            run.tape.of_visit[visit] = shift
    if run.uses.escalates and run.calendar.chains.back[f] != NONE:
        stop_timer(run, f)
    if run.uses.leaves and run.calendar.chains.back[departure(run, f)] != NONE:
        stop_timer(run, departure(run, f))
    take_from_queue(run, f, place)
    if run.log.started[visit] == NOT_YET:
        run.log.started[visit] = now
    set_timer(run, f, now + folders.left[f])
    folders.shift[f] = shift
    folders.since[f] = now
    insert(shifts.chains, f, head(run, shift))
    shifts.free[shift] -= 1
    run.units.free[place] -= 1
    if run.uses.interrupts and folders.interruptible[f]:
        put_in_queue(run, f, row_of_interruptible(run, place))


@_cold
def interrupt(run: EngineRun, unit: Id, now: int) -> None:
    """While the first waiting visit interrupts, it takes the person of the last one that can be interrupted."""
    queues, folders = run.queues, run.folders
    row = row_of_interruptible(run, unit)
    while queues.filled[unit] != 0:
        f = first_waiting(run, unit)
        if not folders.interrupts[f]:
            return
        priority = run.uses.priorities - 1
        while priority >= 0 and queues.filled[row] >> priority == 0:
            priority -= 1
        if priority <= folders.priority[f]:
            return
        last = Id(queues.chains.back[head(run, Id(row * run.uses.priorities + priority))])
        shift = Id(folders.shift[last])
        put_down(run, last, now)
        start(run, f, shift, now)


# The phases.


@compiled
def work_through(run: EngineRun, until: int) -> bool:
    """All seconds before `until` at which something is due, each in its three phases, from where the run is.

    Returns: whether it came so far; it stops where the tape may be too short for the next second.
    """
    received, shifts, units = run.workload.received, run.shifts, run.units
    progress, recorded, room = run.progress, run.tape.many, len(run.tape.where)
    arrived, begun, ended = progress.received[0], progress.begun[0], progress.ended[0]
    while True:
        # A. The clock advances to the next second at which something is due.
        now = until
        if arrived < len(received):
            now = min(now, max(received[arrived], 0))
        if begun < len(shifts.by_start):
            now = min(now, shifts.start[shifts.by_start[begun]])
        if ended < len(shifts.by_end):
            now = min(now, shifts.end[shifts.by_end[ended]])
        now = next_timer(run, now)
        done = now >= until
        if done or (run.uses.stretches and recorded[0] + most_recorded(run) > room):
            progress.received[0], progress.begun[0], progress.ended[0] = arrived, begun, ended
            return bool(done)

        # Who is on duty is known first, whatever else happens in this second.
        first_begun, first_ended = begun, ended
        while begun < len(shifts.by_start) and shifts.start[shifts.by_start[begun]] == now:
            units.shifts[shifts.unit[shifts.by_start[begun]]] += 1
            begun += 1
        while ended < len(shifts.by_end) and shifts.end[shifts.by_end[ended]] == now:
            unit = Id(shifts.unit[shifts.by_end[ended]])
            units.shifts[unit] -= 1
            if run.uses.moves and units.shifts[unit] == 0:
                strand(run, unit)
            ended += 1

        # B. Everything due is applied, and no work starts.
        ring(run, now)
        for i in range(first_begun, begun):
            begin_shift(run, Id(shifts.by_start[i]))
        for i in range(first_ended, ended):
            end_shift(run, Id(shifts.by_end[i]), now)
        while arrived < len(received) and received[arrived] <= now:
            receive(run, arrived, now)
            arrived += 1
        if run.uses.leaves:
            leave(run, now)
        if run.uses.escalates:
            escalate_slot(run, OVERDUE, now)
            for i in range(first_begun, begun):
                escalate_slot(run, pending(Id(shifts.unit[shifts.by_start[i]])), now)
        if run.uses.moves and (first_begun < begun or first_ended < ended):
            cover(run, now)

        # C. Each unit dispatches once.
        for i in range(units.many_changed[0]):
            unit = Id(units.changed[i])
            dispatch(run, unit, now)
            units.is_changed[unit] = False
        units.many_changed[0] = 0


@_hot
def most_recorded(run: EngineRun) -> int:
    """Stretches that go on the tape in one second, at most: two of each letter that is open as it begins."""
    return int(2 * run.folders.used[0] * run.uses.stretches)


@compiled
def record_open(run: EngineRun, horizon: int) -> None:
    """What is still going on at the horizon ends there."""
    folders = run.folders
    for f in range(folders.used[0]):
        if folders.visit[f] != NONE:
            shift = Id(folders.shift[f])
            if shift == WAITING:
                record_ended(run, Id(f), Id(folders.place[f] + OTHER), horizon)
            elif shift != DELAYED and folders.on_tape[f]:
                record_ended(run, Id(f), shift, horizon)


@compiled
def sort_by_visit(tape: Tape, log: Log, shift_unit: Ids, horizon: int, stretches: Stretches) -> None:
    """Write the stretches by visit, then start: from the tape where they are on it, else from the log."""
    row = 0
    for visit in range(len(tape.of_visit)):
        last = tape.of_visit[visit]
        if last < OTHER:
            unit, started, finished = shift_unit[last], log.started[visit], log.finished[visit]
            if log.queued[visit] < started:
                write(stretches, row, visit, NONE, unit, log.queued[visit], started)
                row += 1
            write(stretches, row, visit, last, unit, started, horizon if finished == NOT_YET else finished)
            row += 1
        elif last != NONE:
            first = row
            while last != NONE:
                row += 1
                last = tape.before[last - OTHER]
            last = tape.of_visit[visit]
            for i in range(row - 1, first - 1, -1):
                taped = last - OTHER
                where = tape.where[taped]
                if where < OTHER:
                    write(stretches, i, visit, where, shift_unit[where], tape.start[taped], tape.end[taped])
                else:
                    write(stretches, i, visit, NONE, where - OTHER, tape.start[taped], tape.end[taped])
                last = tape.before[taped]


@compiled
def copy_tape(tape: Tape, visits: Int64s, copy: Tape) -> None:
    """Copy the stretches of some visits to a tape with room for them, whose visits are these."""
    for i in range(len(visits)):
        last = tape.of_visit[visits[i]]
        copy.of_visit[i] = last
        before = NONE
        while last != NONE and last >= OTHER:
            row = Id(copy.many[0])
            copy.many[0] += 1
            if before == NONE:
                copy.of_visit[i] = OTHER + row
            else:
                copy.before[before] = OTHER + row
            copy.before[row] = NONE
            copy.where[row] = tape.where[last - OTHER]
            copy.start[row] = tape.start[last - OTHER]
            copy.end[row] = tape.end[last - OTHER]
            before = row
            last = tape.before[last - OTHER]


@_hot
def write(stretches: Stretches, row: int, visit: int, shift: Id, unit: Id, start: int, end: int) -> None:
    """Write a row of the stretches."""
    works = shift != NONE
    stretches.visit[row] = visit
    stretches.kind[row] = WORK if works else WAIT
    stretches.unit[row] = unit
    stretches.shift[row] = np.int64(shift) if works else -1
    stretches.start[row] = start
    stretches.end[row] = end


def simulate(workload: Workload, roster: Roster, horizon: int, *, stretches: bool = False) -> Log:
    """Run the letters against the roster, as the contract in `sim.engine.contract` says, and fast.

    Several threads may do so at once.

    Args:
        workload, roster: such as `sim.engine.contract.check_arrays` accepts.
        horizon: seconds 0 to horizon - 1 are simulated.
        stretches: record also who worked or waited where and when.
    Returns: one row a visit; instants that did not come before the horizon are NOT_YET.
    Raises: SimError where the horizon or a service is too long, or the visits are too many.
    """
    refuse_too_long(workload, horizon)
    run = with_letters(engine_run(roster, uses_of(workload, stretches)), workload)
    run = advanced(run, horizon)
    if horizon > 0:
        _queue_open_letters(run.workload, run.log)
    return run.log._replace(stretches=stretches_until(run, horizon)) if stretches else run.log


def refuse_too_long(workload: Workload, horizon: int) -> None:
    """Refuse what the numbers of a run have no room for; raises SimError."""
    longest = max(horizon, int(workload.service.max(initial=0)))
    if longest >= LATEST:
        raise SimError(f"the horizon and every service must be below {LATEST} s, got {longest} s")
    if workload.visits >= OTHER:
        raise SimError(f"there must be fewer than {OTHER} visits, got {workload.visits}")


def advanced(run: EngineRun, until: int) -> EngineRun:
    """A run when all seconds before `until` are applied; its tape may be another, since it grows as need be."""
    while not work_through(run, until):
        run = _with_room(run)
    return run


def _with_room(run: EngineRun) -> EngineRun:
    """The same run with room on its tape for the next second, and as much again as it had."""
    tape, many = run.tape, int(run.tape.many[0])
    rows = len(tape.where) + max(len(tape.where), many + 2 * int(run.folders.used[0]))
    return run._replace(tape=copied(tape._replace(of_visit=tape.of_visit[:0]), tape_of(rows, tape.of_visit)))


def copied(tape: Tape, to: Tape) -> Tape:
    """A longer tape, of more visits, that begins as another one does."""
    many = int(tape.many[0])
    to.before[:many], to.where[:many] = tape.before[:many], tape.where[:many]
    to.start[:many], to.end[:many] = tape.start[:many], tape.end[:many]
    to.of_visit[: len(tape.of_visit)] = tape.of_visit
    to.many[0] = many
    return to


def _queue_open_letters(workload: Workload, log: Log) -> None:
    """Letters received before second 0 are queued in it, although they ranked by when they were received."""
    letters = np.searchsorted(workload.received, 0)
    first, end = workload.first_visit[:letters], workload.first_visit[1 : letters + 1]
    log.queued[first[first < end]] = 0


def uses_of(workload: Workload, stretches: bool) -> Uses:
    """What some letters make use of, with a folder for each of them."""
    prompts = workload.about != NO_VISIT
    escalates = bool(workload.escalate_after.max(initial=NEVER) != NEVER)
    leaves = bool(workload.patience.max(initial=NEVER) != NEVER)
    return Uses(
        folders=2 * workload.letters if leaves else workload.letters,
        departures=workload.letters,
        priorities=1 + int(max(workload.priority.max(initial=0), workload.new_priority[prompts].max(initial=0))),
        interrupts=bool(workload.interrupts.any()),
        moves=escalates
        or bool(workload.cover.max(initial=NO_UNIT) != NO_UNIT)
        or bool((prompts & (workload.move_to != NO_UNIT)).any()),
        escalates=escalates,
        clocks=bool(workload.clock.any()),
        leaves=leaves,
        prompts=bool(prompts.any()),
        outcomes=bool((workload.made_if != ANYHOW).any()),
        stretches=stretches,
    )


def engine_run(roster: Roster, uses: Uses) -> EngineRun:
    """All that a run works on, before its first second and without any letter."""
    units, shifts, folders, letters = roster.units, roster.shifts, uses.folders, uses.departures
    start = np.maximum(roster.start, 0)
    staffed = np.flatnonzero((roster.people > 0) & (roster.end > start))
    slots = (DIGITS + 1 + (units + 1) // SLOTS) * SLOTS
    return EngineRun(
        workload=no_letters(),
        log=empty_log(0),
        shifts=ShiftStates(
            unit=_ids(roster.unit),
            start=_column(start),
            end=_column(roster.end),
            people=_column(roster.people),
            by_start=_ids(staffed[np.argsort(start[staffed], kind="stable")]),
            by_end=_ids(staffed[np.argsort(roster.end[staffed], kind="stable")]),
            in_progress=np.zeros(shifts, dtype=np.bool_),
            free=np.zeros(shifts, dtype=np.int32),
            chains=_chains(folders, shifts),
            next=_none(shifts),
        ),
        units=Units(
            shifts=np.zeros(units, dtype=np.int32),
            first_shift=_none(units),
            free=np.zeros(units, dtype=np.int64),
            is_changed=np.zeros(units, dtype=np.bool_),
            changed=_none(units),
            many_changed=_zeros(1),
            is_stranded=np.zeros(units, dtype=np.bool_),
            stranded=_none(units),
            many_stranded=_zeros(1),
        ),
        # As many as there are letters; only those that are used at one time take up memory.
        folders=Folders(
            visit=np.empty(letters, dtype=Id),
            stop=np.empty(letters, dtype=Id),
            place=np.empty(letters, dtype=Id),
            shift=np.empty(letters, dtype=Id),
            priority=np.empty(letters, dtype=np.int8),
            interrupts=np.empty(letters, dtype=np.bool_),
            interruptible=np.empty(letters, dtype=np.bool_),
            on_tape=np.empty(letters, dtype=np.bool_),
            since=np.empty(letters, dtype=np.int64),
            left=np.empty(letters, dtype=np.int64),
            due=np.empty(folders, dtype=np.int64),
            used=_zeros(1),
            empty=_none(1),
        ),
        queues=Queues(
            chains=_chains(folders, 2 * units * uses.priorities),
            finger=_none(2 * units * uses.priorities),
            filled=_zeros(2 * units),
        ),
        calendar=Timers(
            chains=_chains(folders, slots),
            filled=_zeros(slots >> 5),
            any_filled=_zeros(slots >> BITS),
            clock=_zeros(1),
        ),
        clocks=_clocks(roster),
        tape=tape_of(0, _none(0)),
        prompts=PromptStates(_none(0), _none(0)),
        progress=Progress(_zeros(1), _zeros(1), _zeros(1)),
        uses=uses,
    )


def no_letters() -> Workload:
    """A workload without letters."""
    return Workload._make(np.zeros(rows, dtypes(Workload)[name]) for name, rows in Workload.lengths(0, 0).items())


def with_letters(run: EngineRun, workload: Workload) -> EngineRun:
    """A run with letters; none of them is received yet."""
    visits, prompts = workload.visits if run.uses.stretches else 0, workload.letters * run.uses.prompts
    about = np.searchsorted(workload.first_visit, workload.about[:prompts], side="right")
    run.progress.received[0] = 0
    return run._replace(
        # Prompts change priorities.
        workload=Workload._make(_column(column) for column in workload)._replace(priority=workload.priority.copy()),
        log=empty_log(workload.visits),
        tape=tape_of(visits + 1024, _none(visits)),  # of most visits the log tells enough
        prompts=PromptStates(letter=about.astype(Id) - Id(1), folder=_none(prompts)),
    )


def empty_log(visits: int) -> Log:
    """The log of visits that nobody has come to, without stretches."""
    log = Log._make([*(np.full(visits, NOT_YET, dtype) for dtype in dtypes(Log).values()), None])
    log.interruptions.fill(0)
    return log


def tape_of(rows: int, of_visit: Ids) -> Tape:
    """An empty tape."""
    return Tape(
        before=np.empty(rows, dtype=Id),
        where=np.empty(rows, dtype=Id),
        start=np.empty(rows, dtype=np.int64),
        end=np.empty(rows, dtype=np.int64),
        many=_zeros(1),
        of_visit=of_visit,
    )


def _clocks(roster: Roster) -> Clocks:
    """The clocks with what each has counted before its spans."""
    nothing = _zeros(0)
    start = np.concatenate([nothing, *(clock.start for clock in roster.clocks)])
    end = np.concatenate([nothing, *(clock.end for clock in roster.clocks)])
    first = np.cumsum([0, *(len(clock.start) for clock in roster.clocks)], dtype=np.int64)
    counted = np.concatenate([[0], np.cumsum(end - start)])
    before = counted[:-1] - np.repeat(counted[first[:-1]], np.diff(first))
    return Clocks(*(_column(each) for each in (first, start, end, before)))


_Column = TypeVar("_Column", bound=np.generic)


def _column(array: npt.NDArray[_Column]) -> npt.NDArray[_Column]:
    """Contiguous and read-only, so that the same code fits every caller's arrays."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def _ids(array: npt.NDArray[np.integer[Any]]) -> Ids:
    """Numbers without their sign."""
    return _column(array.astype(np.int32, copy=False)).view(Id)


def _chains(folders: int, heads: int) -> Chains:
    """Empty chains."""
    both = np.empty((2, folders + heads), dtype=Id)
    both[:, folders:] = np.arange(folders, folders + heads)
    return Chains(next=both[0], back=both[1])


def _none(rows: int) -> Ids:
    return np.full(rows, NONE, dtype=Id)


def _zeros(rows: int) -> Int64s:
    return np.zeros(rows, dtype=np.int64)


def stretches_until(run: EngineRun, horizon: int) -> Stretches:
    """All stretches, sorted; what is still going on ends at the horizon."""
    if run.tape.many[0] + 2 * run.folders.used[0] > len(run.tape.where):
        run = _with_room(run)
    record_open(run, horizon)
    return sorted_stretches(run.shifts, run.log, run.tape, int(run.tape.many[0]), horizon)


def sorted_stretches(shifts: ShiftStates, log: Log, tape: Tape, taped: int, horizon: int) -> Stretches:
    """The stretches of some visits.

    Args:
        log: of these visits.
        tape: its `of_visit` is of these visits, too.
        taped: how many stretches on the tape are theirs.
    """
    told_by_log = tape.of_visit < OTHER
    waits = told_by_log & (log.queued < log.started)
    rows = taped + int(np.count_nonzero(told_by_log) + np.count_nonzero(waits))
    stretches = Stretches(*(np.empty(rows, dtype) for dtype in dtypes(Stretches).values()))
    sort_by_visit(tape, log, shifts.unit, horizon, stretches)
    return stretches
