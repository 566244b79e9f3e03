"""Waiting at a unit: a visit begins to, moves to another unit, or is put down by the person who held it."""

from sim.core.compiler import inlined, inner
from sim.engine.compiled.chains import remove
from sim.engine.compiled.queues import put_in_queue, row_of_interruptible, take_from_queue
from sim.engine.compiled.state import NONE, OTHER, WAITING, EngineRun, Id
from sim.engine.compiled.tape import record_ended
from sim.engine.compiled.timers import stop_timer


@inlined
def change(run: EngineRun, unit: Id) -> None:
    """A unit's queue or people changed, so it dispatches in this second."""
    units = run.units
    if not units.is_changed[unit]:
        units.is_changed[unit] = True
        units.changed[Id(units.many_changed[0])] = unit
        units.many_changed[0] += 1


@inner
def strand(run: EngineRun, unit: Id) -> None:
    """Nobody is on duty at a unit, and something may have to move from there when somebody comes on duty elsewhere."""
    units = run.units
    if not units.is_stranded[unit]:
        units.is_stranded[unit] = True
        units.stranded[Id(units.many_stranded[0])] = unit
        units.many_stranded[0] += 1


@inlined
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


@inlined
def wait(run: EngineRun, f: Id, place: Id, now: int) -> None:
    """A folder begins to wait at a place."""
    run.folders.place[f] = place
    run.folders.shift[f] = WAITING
    run.folders.since[f] = now
    put_in_queue(run, f, place)
    change(run, place)


@inner
def move(run: EngineRun, f: Id, place: Id, now: int) -> None:
    """A folder that waits changes to another place."""
    left = Id(run.folders.place[f])
    if place != left:
        if run.uses.stretches:
            record_ended(run, f, Id(left + OTHER), now)
        take_from_queue(run, f, left)
        change(run, left)  # what it held back may now interrupt
        wait(run, f, place, now)


@inlined
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


@inner
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
