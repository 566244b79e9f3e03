"""The three phases of each second at which something is due."""

from sim.core.compiler import compiled, inlined
from sim.engine.compiled.chains import is_folder
from sim.engine.compiled.dispatch import dispatch
from sim.engine.compiled.letters import reach, receive
from sim.engine.compiled.moves import cover, escalate_slot, leave, pending
from sim.engine.compiled.shifts import begin_shift, end_shift
from sim.engine.compiled.state import DELAYED, LEAVING, OVERDUE, SLOTS, WAITING, EngineRun, Id
from sim.engine.compiled.tape import most_recorded, with_room
from sim.engine.compiled.timers import clear_slot, next_timer, put_in_slot
from sim.engine.compiled.waiting import let_go, strand


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


@inlined
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


def advanced(run: EngineRun, until: int) -> EngineRun:
    """A run when all seconds before `until` are applied; its tape may be another, since it grows as need be."""
    while not work_through(run, until):
        run = with_room(run)
    return run
