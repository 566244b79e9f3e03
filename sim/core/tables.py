"""The arrays that machines run on: a workload, a roster, and the log an engine writes.

All times are whole seconds since 00:00 of the scenario's first day. Every array of one record has one
row a letter, a visit, a shift or a stretch, as its comment says. Nothing here knows a unit of time, a
random generator or a scenario key.

This is the only list of these columns: engines, audit and checks take names, types and lengths from here, and who
looks at one visit or shift after the other extends `VisitRow` and `ShiftRow`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

T = TypeVar("T")

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Int16s = npt.NDArray[np.int16]
Int8s = npt.NDArray[np.int8]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NOT_YET: Final = -1
"""An instant that has not come before the horizon, and the unit of a visit that nobody has finished."""

NO_UNIT: Final = -1
"""The unit of a delay, and the cover of a visit that has none."""

NO_VISIT: Final = -1
"""What a letter is about that comes whatever became of others."""

NO_PRIORITY: Final = -1
"""`new_priority` of a prompt that leaves priorities as they are."""

NEVER: Final = -1
"""`escalate_after` of a visit that is never escalated, and `patience` of one that never leaves."""

ANYHOW: Final = 0
"""`made_if` of a visit, and `received_if` of a letter, that hang on no outcome of an earlier visit."""

FINISHED_IN_TIME: Final = 1
"""The earlier visit was finished before a second."""

FINISHED_LATE: Final = 2
"""It was not."""

STARTED_IN_TIME: Final = 3
"""The earlier visit was started before a second."""

STARTED_LATE: Final = 4
"""It was not."""

OTHER_DUTY: Final = -1
"""The category, channel and step of work that is not a letter's: it occupies staff and is not counted."""

ALL_TIME: Final = 0
"""The clock of a delay of which every second counts."""

HAND_OVER: Final = 0
"""At its person's shift end the visit is put down where it is, and waits for the next person."""

FINISH: Final = 1
"""At its person's shift end the visit stays with its person, in overtime, until it finishes."""

WORK: Final = 0
"""A stretch during which a person of a unit works on the visit."""

WAIT: Final = 1
"""A stretch during which the visit waits in a unit's queue."""


class Workload(NamedTuple):
    """The letters of one replication and their visits, in the order in which each letter makes them.

    Letters are sorted by `received`; the visits of letter i are rows
    `first_visit[i]` to `first_visit[i + 1] - 1`. A letter may have no visit.
    """

    # one row a letter
    received: Int64s  # negative for one that was open before second 0
    category: Int16s  # index into the scenario's categories, or OTHER_DUTY
    channel: Int16s  # index into the scenario's channels, or OTHER_DUTY
    home: Int32s  # home unit
    left: Bools  # leaves the workflow before its end (referred elsewhere)
    about: Int64s  # a visit of an earlier letter, else NO_VISIT, and the next seven are not read
    until_start: Bools  # that visit is open until it is started; else, finished
    once_over: Bools  # it is received if that visit is not open any more; else, if it is
    received_if: Int8s  # what must be true besides of a visit of that letter: STARTED_LATE and the like, or ANYHOW
    received_if_back: Int32s  # how many rows before `about` that visit is
    received_late_from: Int64s  # first second at which it is late
    new_priority: Int8s  # 0 to 9 for the visits of that letter, or NO_PRIORITY; not read with `once_over`
    move_to: Int32s  # unit to which the visit of that letter moves, or NO_UNIT; likewise
    rule: Int16s  # of a prompt: number of the scenario's rule that it follows, as `sim.models.supervision` counts them
    first_visit: Int64s  # one more row than there are letters

    # one row a visit
    step: Int16s  # index into the scenario's workflow, or OTHER_DUTY
    unit: Int32s  # its own unit, or NO_UNIT for a delay
    service: Int64s  # seconds of effort (>= 1), or of delay (>= 0)
    priority: Int8s  # 0 to 9, smaller first
    interrupts: Bools
    interruptible: Bools
    resume_cost: Int32s  # seconds added at each resumption
    at_shift_end: Int8s  # HAND_OVER or FINISH
    cover: Int32s  # unit that takes it where nobody is on duty, or NO_UNIT
    escalate_after: Int32s  # seconds in the queue (>= 1), or NEVER
    escalate_to: Int32s  # unit; read only where `escalate_after` is not NEVER
    clock: Int8s  # of a delay: ALL_TIME, or the number, from 1 on, of one of the roster's clocks
    patience: Int32s  # seconds in the queue (>= 1) after which its letter leaves if nobody has started it, or NEVER
    made_if: Int8s  # what must be true of an earlier visit of its letter: STARTED_LATE and the like, or ANYHOW
    made_if_back: Int32s  # how many rows before this one that visit is (>= 1); read only where `made_if` is not ANYHOW
    made_late_from: Int64s  # first second at which that visit is late; likewise

    @property
    def letters(self) -> int:
        """Number of letters."""
        return len(self.received)

    @property
    def visits(self) -> int:
        """Number of visits of all letters."""
        return len(self.service)

    def letter_of_visit(self) -> Int64s:
        """Index of the letter that each visit belongs to, shape (visits,)."""
        return np.repeat(np.arange(self.letters), np.diff(self.first_visit))

    def some_letters(self, stays: Bools) -> "Workload":
        """Some of the letters, with the prompts that are about them.

        Args:
            stays: which letters, shape (letters,); one about another that goes does not stay.
        """
        prompts = np.flatnonzero(self.about != NO_VISIT)
        about = self.about
        if len(prompts):
            stays = stays.copy()
            earlier = np.searchsorted(self.first_visit, about[prompts], side="right") - 1
            while (stays[prompts] & ~stays[earlier]).any():
                stays[prompts] &= stays[earlier]
        made = np.diff(self.first_visit)
        which = np.repeat(stays, made)
        # Rows by their numbers: several times as fast as by a mask.
        rows, visits = np.flatnonzero(stays), np.flatnonzero(which)
        if len(prompts):
            about = np.where(about == NO_VISIT, NO_VISIT, np.append(np.cumsum(which) - 1, NO_VISIT)[about])
        of_visits = self.visit_columns()
        columns: dict[str, Any] = {
            name: np.take(column, visits if name in of_visits else rows)
            for name, column in self._replace(about=about)._asdict().items()
            if name != "first_visit"
        }
        return Workload(first_visit=np.append(0, np.cumsum(made[rows])), **columns)

    @classmethod
    def lengths(cls, letters: int, visits: int) -> dict[str, int]:
        """Rows of each column by name: those before `first_visit` have one a letter, those after it one a visit."""
        of_letters = cls._fields.index("first_visit")
        rows = [letters] * of_letters + [letters + 1] + [visits] * (len(cls._fields) - of_letters - 1)
        return dict(zip(cls._fields, rows, strict=True))

    @classmethod
    def visit_columns(cls) -> tuple[str, ...]:
        """Names of the columns that have one row a visit."""
        return cls._fields[cls._fields.index("first_visit") + 1 :]


class Spans(NamedTuple):
    """The seconds that count on a clock: `start <= second < end` of one of its spans.

    Spans ascend, none is empty, and none touches the next.
    """

    start: Int64s
    end: Int64s

    def ends(self, begin: Int64s, seconds: Int64s) -> Int64s:
        """The first seconds, from some on, before which so many have counted, same shape; NOT_YET if never."""
        counted = np.concatenate([[0], np.cumsum(self.end - self.start)])
        begun = np.searchsorted(self.start, begin, side="right")
        until = counted[begun] + seconds - np.where(begun > 0, np.maximum(np.append(0, self.end)[begun] - begin, 0), 0)
        known = until <= counted[-1]
        last = np.where(known, np.searchsorted(counted, until, side="left") - 1, -1)
        ends = np.where(known, until + np.append(self.start - counted[:-1], 0)[last], NOT_YET)
        return np.where(seconds == 0, begin, ends)


class Roster(NamedTuple):
    """The shifts of every unit, absences already drawn; sorted by start, then unit, then end.

    A shift is on duty while `start <= now < end`. Units are numbered 0 to `units` - 1; a unit need not
    have a shift, and a shift may have nobody.
    """

    unit: Int32s
    start: Int64s
    end: Int64s
    people: Int32s
    units: int
    clocks: tuple[Spans, ...] = ()  # of delays; the first has number 1

    @property
    def shifts(self) -> int:
        """Number of shifts of all units."""
        return len(self.start)


class Stretches(NamedTuple):
    """What happened to each visit second by second: sorted by visit, then from; none is empty.

    A stretch still running at the horizon ends there.
    """

    visit: Int64s
    kind: Int8s  # WORK or WAIT
    unit: Int32s
    shift: Int64s  # the shift whose person works on it, or -1 for a wait
    start: Int64s
    end: Int64s


class Log(NamedTuple):
    """What an engine reports, one row a visit: facts only, every figure is computed from them later."""

    queued: Int64s  # joined its queue, or began its delay; or NOT_YET
    started: Int64s  # first start; a delay's equals `queued`; or NOT_YET
    finished: Int64s  # or NOT_YET
    served_by: Int32s  # the unit that finished it; NOT_YET before that and for a delay
    interruptions: Int32s  # times it was put down, by urgent work or by a shift end
    stretches: Stretches | None  # only when asked for


@dataclass(slots=True, eq=False)
class VisitRow:
    """One visit as plain numbers: its row of the columns of a workload and of a log."""

    number: int

    step: int
    unit: int
    service: int
    priority: int = 5
    interrupts: bool = False
    interruptible: bool = True
    resume_cost: int = 0
    at_shift_end: int = HAND_OVER
    cover: int = NO_UNIT
    escalate_after: int = NEVER
    escalate_to: int = NO_UNIT
    clock: int = ALL_TIME
    patience: int = NEVER
    made_if: int = ANYHOW
    made_if_back: int = 0
    made_late_from: int = 0

    queued: int = NOT_YET
    started: int = NOT_YET
    finished: int = NOT_YET
    served_by: int = NOT_YET
    interruptions: int = 0


@dataclass(slots=True, eq=False)
class ShiftRow:
    """One shift as plain numbers: its row of the columns of a roster."""

    number: int

    unit: int
    start: int
    end: int
    people: int


def first_of_group(codes: Ints) -> Bools:
    """Which rows are the first with their code, where rows of one code stand together; same shape as `codes`."""
    return np.append(True, codes[1:] != codes[:-1])[: len(codes)]


def last_of_group(codes: Ints) -> Bools:
    """Which rows are the last with their code, where rows of one code stand together; same shape as `codes`."""
    return np.append(codes[1:] != codes[:-1], True)[: len(codes)]


def true_runs(rows: Bools) -> Iterator[tuple[int, int]]:
    """First row of each run of rows that are true, and the row after its last, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], rows, [False]])))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def some_rows(table: T, rows: Int64s) -> T:
    """Copies of some rows of a table whose columns have as many; what is no array stays as it is."""
    columns: Any = (np.take(each, rows) if isinstance(each, np.ndarray) else each for each in cast(Any, table))
    return cast(T, cast(Any, table)._make(columns))


@cache
def dtypes(table: type[tuple[Any, ...]]) -> dict[str, np.dtype[Any]]:
    """Type of each column of a table, by its name."""
    arrays = {name: hint for name, hint in get_type_hints(table).items() if get_origin(hint) is np.ndarray}
    return {name: np.dtype(get_args(get_args(hint)[1])[0]) for name, hint in arrays.items()}


def numbered_rows(table: tuple[Any, ...], columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns, each behind its number, as Python's own numbers, which count faster than NumPy's."""
    lists = [getattr(table, name).tolist() for name in columns]
    return zip(range(len(lists[0])), *lists, strict=True)
