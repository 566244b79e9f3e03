"""The state of a run: named tuples of arrays, and the numbers that mean something in them."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.tables import Bools, Int8s, Int32s, Int64s, Log, Workload

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
