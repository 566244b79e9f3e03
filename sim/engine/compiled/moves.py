"""What takes a waiting visit from its queue: the end of its patience, its escalation, and cover."""

from sim.core.compiler import inlined, inner
from sim.engine.compiled.chains import head, is_folder
from sim.engine.compiled.letters import close
from sim.engine.compiled.queues import take_from_queue
from sim.engine.compiled.state import LEAVING, NONE, OTHER, EngineRun, Id
from sim.engine.compiled.tape import record_ended
from sim.engine.compiled.timers import clear_slot, put_in_slot, stop_timer
from sim.engine.compiled.waiting import awake, change, move


@inner
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


@inner
def escalate(run: EngineRun, f: Id, now: int) -> None:
    """A visit that nobody started in time moves, once, as soon as somebody is on duty where it is to go."""
    target = Id(run.workload.escalate_to[run.folders.visit[f]])
    if run.units.shifts[target] > 0:
        run.calendar.chains.back[f] = NONE
        move(run, f, target, now)
    else:
        put_in_slot(run, f, pending(target))


@inlined
def pending(unit: Id) -> Id:
    """The slot of folders to be escalated to a unit as soon as somebody is on duty there."""
    return Id(LEAVING + 1 + unit)


@inner
def escalate_slot(run: EngineRun, slot: Id, now: int) -> None:
    """What lies in a slot is to be escalated."""
    f = clear_slot(run, slot)
    while is_folder(run, f):
        following = Id(run.calendar.chains.next[f])
        escalate(run, f, now)
        f = following


@inner
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
