"""What the compiled functions work on, before the first second: Python allocates it."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core.errors import SimError
from sim.core.tables import ANYHOW, NEVER, NO_UNIT, NO_VISIT, NOT_YET, Int64s, Log, Roster, Workload, dtypes
from sim.engine.compiled.state import (
    BITS,
    DIGITS,
    LATEST,
    NONE,
    OTHER,
    SLOTS,
    Chains,
    Clocks,
    EngineRun,
    Folders,
    Id,
    Ids,
    Progress,
    PromptStates,
    Queues,
    ShiftStates,
    Timers,
    Units,
    Uses,
)
from sim.engine.compiled.tape import tape_of


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


def refuse_too_long(workload: Workload, horizon: int) -> None:
    """Refuse what the numbers of a run have no room for; raises SimError."""
    longest = max(horizon, int(workload.service.max(initial=0)))
    if longest >= LATEST:
        raise SimError(f"the horizon and every service must be below {LATEST} s, got {longest} s")
    if workload.visits >= OTHER:
        raise SimError(f"there must be fewer than {OTHER} visits, got {workload.visits}")


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


def no_letters() -> Workload:
    """A workload without letters."""
    return Workload._make(np.zeros(rows, dtypes(Workload)[name]) for name, rows in Workload.lengths(0, 0).items())


def empty_log(visits: int) -> Log:
    """The log of visits that nobody has come to, without stretches."""
    log = Log._make([*(np.full(visits, NOT_YET, dtype) for dtype in dtypes(Log).values()), None])
    log.interruptions.fill(0)
    return log


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
