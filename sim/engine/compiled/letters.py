"""The way of a letter: it is received, comes to one visit after the other, and is closed."""

from sim.core.compiler import inlined, inner
from sim.core.tables import (
    ALL_TIME,
    ANYHOW,
    FINISHED_IN_TIME,
    NEVER,
    NO_PRIORITY,
    NO_VISIT,
    NOT_YET,
    STARTED_IN_TIME,
    Int64s,
)
from sim.engine.compiled.queues import put_in_queue, row_of_interruptible, take_from_queue
from sim.engine.compiled.state import DELAYED, LATEST, LEAVING, NONE, OVERDUE, WAITING, Clocks, EngineRun, Id
from sim.engine.compiled.timers import departure, put_in_slot, set_timer, stop_timer
from sim.engine.compiled.waiting import awake, change, move, wait


@inlined
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


@inner
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


@inner
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


@inlined
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


@inner
def passes_over(run: EngineRun, visit: Id) -> bool:
    """Whether the outcome on which a visit hangs is not true."""
    visits = run.workload
    return not is_so(run, Id(visit - visits.made_if_back[visit]), visits.made_if[visit], visits.made_late_from[visit])


@inner
def is_so(run: EngineRun, visit: Id, outcome: int, late_from: int) -> bool:
    """Whether an outcome is true of a visit, as far as it has come."""
    reached = run.log.started[visit] if outcome >= STARTED_IN_TIME else run.log.finished[visit]
    in_time = reached != NOT_YET and reached < late_from
    return bool(in_time == (outcome in (FINISHED_IN_TIME, STARTED_IN_TIME)))


@inlined
def close(run: EngineRun, f: Id) -> None:
    """A folder is empty, for the next letter."""
    run.folders.visit[f] = NONE
    run.calendar.chains.next[f] = run.folders.empty[0]
    run.folders.empty[0] = f


@inlined
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


@inner
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


@inner
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
