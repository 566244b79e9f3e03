"""Dispatch: who is free starts what ranks first, and what may interrupt does."""

from sim.core.compiler import inlined, inner
from sim.core.tables import NOT_YET
from sim.engine.compiled.chains import head, insert
from sim.engine.compiled.queues import first_waiting, put_in_queue, row_of_interruptible, take_from_queue
from sim.engine.compiled.state import NONE, OTHER, EngineRun, Id
from sim.engine.compiled.tape import record_ended
from sim.engine.compiled.timers import departure, set_timer, stop_timer
from sim.engine.compiled.waiting import put_down


@inlined
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


@inlined
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


@inner
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
