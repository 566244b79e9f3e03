"""Stretches: those of visits that moved or were put down go on a tape, of the others the log tells them afterwards."""

import numpy as np

from sim.core.compiler import compiled, inlined, inner
from sim.core.tables import NOT_YET, WAIT, WORK, Int64s, Log, Stretches, dtypes
from sim.engine.compiled.state import DELAYED, NONE, OTHER, WAITING, EngineRun, Id, Ids, ShiftStates, Tape


@inner
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


@inner
def record_ended(run: EngineRun, f: Id, where: Id, now: int) -> None:
    """What a folder has been doing ends now, and its visit is one of those that are on the tape."""
    folders, visit = run.folders, Id(run.folders.visit[f])
    if not folders.on_tape[f]:
        folders.on_tape[f] = True
        run.tape.of_visit[visit] = NONE
        if folders.shift[f] != WAITING:
            record(run, visit, Id(folders.place[f] + OTHER), max(run.log.queued[visit], 0), folders.since[f])
    record(run, visit, where, folders.since[f], now)


@inlined
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


@inlined
def write(stretches: Stretches, row: int, visit: int, shift: Id, unit: Id, start: int, end: int) -> None:
    """Write a row of the stretches."""
    works = shift != NONE
    stretches.visit[row] = visit
    stretches.kind[row] = WORK if works else WAIT
    stretches.unit[row] = unit
    stretches.shift[row] = np.int64(shift) if works else -1
    stretches.start[row] = start
    stretches.end[row] = end


def tape_of(rows: int, of_visit: Ids) -> Tape:
    """An empty tape."""
    return Tape(
        before=np.empty(rows, dtype=Id),
        where=np.empty(rows, dtype=Id),
        start=np.empty(rows, dtype=np.int64),
        end=np.empty(rows, dtype=np.int64),
        many=np.zeros(1, dtype=np.int64),
        of_visit=of_visit,
    )


def copied(tape: Tape, to: Tape) -> Tape:
    """A longer tape, of more visits, that begins as another one does."""
    many = int(tape.many[0])
    to.before[:many], to.where[:many] = tape.before[:many], tape.where[:many]
    to.start[:many], to.end[:many] = tape.start[:many], tape.end[:many]
    to.of_visit[: len(tape.of_visit)] = tape.of_visit
    to.many[0] = many
    return to


def with_room(run: EngineRun) -> EngineRun:
    """The same run with room on its tape for the next second, and as much again as it had."""
    tape, many = run.tape, int(run.tape.many[0])
    rows = len(tape.where) + max(len(tape.where), many + 2 * int(run.folders.used[0]))
    return run._replace(tape=copied(tape._replace(of_visit=tape.of_visit[:0]), tape_of(rows, tape.of_visit)))


def stretches_until(run: EngineRun, horizon: int) -> Stretches:
    """All stretches, sorted; what is still going on ends at the horizon."""
    if run.tape.many[0] + 2 * run.folders.used[0] > len(run.tape.where):
        run = with_room(run)
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
