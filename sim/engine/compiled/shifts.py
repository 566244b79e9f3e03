"""Shifts begin and end."""

from sim.core.compiler import inner
from sim.core.tables import FINISH
from sim.engine.compiled.chains import head, is_folder
from sim.engine.compiled.queues import row_of_interruptible, take_from_queue
from sim.engine.compiled.state import NONE, EngineRun, Id
from sim.engine.compiled.waiting import change, put_down


@inner
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


@inner
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
