"""The SimPy engine: the contract of `sim.engine.contract`, written to be read.

SimPy keeps the calendar. Its processes (shifts, receipts, delays, work, patience, escalation) only say *when* something
is due; what then happens, and in which order, is phases A, B and C of `Bureau`, in the words of the contract.
Read `entities` first.
"""

from bisect import insort
from collections.abc import Generator
from operator import itemgetter
from typing import Any

import numpy as np
import simpy

from sim.core.tables import (
    ALL_TIME,
    FINISH,
    NEVER,
    NO_PRIORITY,
    NO_UNIT,
    NOT_YET,
    WAIT,
    WORK,
    Log,
    Roster,
    Stretches,
    Workload,
    dtypes,
)
from sim.engine.simpy.entities import (
    NUMBER,
    RANK,
    TURN,
    Letter,
    Shift,
    Unit,
    Visit,
    read_letters,
    read_shifts,
    read_visits,
)

Process = Generator[simpy.Event, None, None]


def simulate(workload: Workload, roster: Roster, horizon: int, *, stretches: bool = False) -> Log:
    """Run the letters against the roster; arguments and log are those of `sim.engine.contract.simulate`."""
    return Bureau(workload, roster, horizon, stretches=stretches).run()


class Due:
    """What is due at one second, by kind, in no order yet."""

    def __init__(self) -> None:
        self.shift_starts: list[Shift] = []
        self.finishes: list[Visit] = []
        self.shift_ends: list[Shift] = []
        self.ends_of_delays: list[Visit] = []
        self.receipts: list[Letter] = []
        self.departures: list[Visit] = []
        self.escalations: list[Visit] = []

    def __bool__(self) -> bool:
        return any(vars(self).values())


class Bureau:
    """All units, the letters' visits, and the calendar."""

    def __init__(self, workload: Workload, roster: Roster, horizon: int, *, stretches: bool) -> None:
        self.horizon = horizon
        self.now = 0
        self.due = Due()
        self.calendar = simpy.Environment()
        self.units = [Unit(number) for number in range(roster.units)]
        self.visits = read_visits(workload)
        self.clocks: list[list[tuple[int, int]]] = [
            list(zip(clock.start.tolist(), clock.end.tolist(), strict=True)) for clock in roster.clocks
        ]
        self.newly_waiting: list[Visit] = []  # since the last phase C
        self.overdue: list[Visit] = []  # to be escalated as soon as somebody is on duty there
        self.changed: set[Unit] = set()  # units whose queue or people changed since the last phase C
        self.stretches: list[tuple[int, int, int, int, int, int]] | None = [] if stretches else None

        self.calendar.process(self.receipts(workload))
        for shift in read_shifts(roster):
            self.calendar.process(self.shift(shift))

    def run(self) -> Log:
        """The three phases, second after second, until nothing is due before the horizon."""
        while self.advance():
            self.apply()
            for unit in self.changed:  # in any order: no unit sees another one in this phase
                self.dispatch(unit)
            self.changed.clear()
            self.newly_waiting.clear()
        return self.log()

    def shift(self, shift: Shift) -> Process:
        """A shift starts, and ends; one that began before the first second is in progress from there."""
        yield self.calendar.timeout(max(shift.start, 0))
        self.due.shift_starts.append(shift)
        yield self.calendar.timeout(shift.end - max(shift.start, 0))
        self.due.shift_ends.append(shift)

    def receipts(self, workload: Workload) -> Process:
        """Letters are received, one after the other; one without visits leaves no trace."""
        letters = read_letters(workload, self.visits)
        for received, letter in zip(workload.received.tolist(), letters, strict=True):
            yield self.calendar.timeout(max(received, 0) - self.now)
            if letter.visits:
                letter.visits[0].open_before = max(-received, 0)
            self.due.receipts.append(letter)

    def delay(self, visit: Visit) -> Process:
        """Time passes with nobody working on the letter."""
        ends = self.end_of_delay(visit)
        if ends is not None:
            yield self.calendar.timeout(ends - self.now)
            self.due.ends_of_delays.append(visit)

    def work(self, visit: Visit) -> Process:
        """A person works on the visit until it is finished or put down."""
        try:
            yield self.calendar.timeout(visit.effort_left)
        except simpy.Interrupt:
            return
        self.due.finishes.append(visit)

    def patience(self, visit: Visit) -> Process:
        """A visit that nobody starts is to leave."""
        yield self.calendar.timeout(visit.patience - visit.open_before)
        self.due.departures.append(visit)

    def escalation(self, visit: Visit) -> Process:
        """A visit that nobody starts is to be escalated."""
        yield self.calendar.timeout(visit.escalate_after - visit.open_before)
        self.due.escalations.append(visit)

    def end_of_delay(self, visit: Visit) -> int | None:
        """When the seconds of a delay that begins now have passed on its clock; None if they never have."""
        if visit.clock == ALL_TIME:
            return self.now + visit.service
        left = visit.service
        for start, end in self.clocks[visit.clock - 1]:
            begins = max(start, self.now)
            if begins + left <= end:
                return begins + left
            left -= max(end - begins, 0)
        return None

    def advance(self) -> bool:
        """A. The clock goes on to the next second at which something is due; False if none is before the horizon."""
        self.due = Due()
        while not self.due and self.calendar.peek() < self.horizon:
            self.now = int(self.calendar.peek())
            while self.calendar.peek() == self.now:
                self.calendar.step()
        return bool(self.due)

    def apply(self) -> None:
        """B. Everything due at this second happens, in the order of the contract; no work starts."""
        for shift in self.due.shift_starts:  # on duty from this second on, whatever else happens in it
            self.begin(shift)
        for visit in sorted(self.due.finishes, key=NUMBER):
            self.finish(visit)
        for shift in sorted(self.due.shift_ends, key=NUMBER):
            self.end(shift)
        for visit in sorted(self.due.ends_of_delays, key=NUMBER):
            visit.finished = self.now
            self.reach(visit.next)
        for letter in self.due.receipts:
            self.receive(letter)
        for visit in self.due.departures:
            self.leave(visit)
        if self.due.escalations or self.due.shift_starts:
            self.escalate()
        self.cover()

    def begin(self, shift: Shift) -> None:
        """A shift's people come on duty."""
        unit = self.units[shift.unit]
        insort(unit.shifts, shift, key=TURN)
        self.changed.add(unit)

    def finish(self, visit: Visit) -> None:
        """The work on a visit is done, its person is free (or goes home), and the letter goes on."""
        visit.finished = self.now
        visit.served_by = visit.place.number
        self.let_go(visit)
        self.reach(visit.next)

    def end(self, shift: Shift) -> None:
        """A shift's people go home, but for those who stay in overtime with a visit to finish."""
        unit = self.units[shift.unit]
        unit.shifts.remove(shift)
        self.changed.add(unit)
        for visit in sorted(shift.holds, key=NUMBER):
            if visit.at_shift_end != FINISH:
                self.put_down(visit)

    def receive(self, letter: Letter) -> None:
        """A letter is received if what it is about lets it; one without visits leaves no trace."""
        about, earlier = letter.about, letter.earlier
        if about is not None and earlier is not None:
            reached = about.started if letter.until_start else about.finished
            left = any(visit.has_left for visit in earlier.visits)
            is_open = reached == NOT_YET and not about.is_passed_over and not left
            if not earlier.is_received or is_open == letter.once_over:
                return
            if letter.hangs_on is not None and not letter.hangs_on.is_so(letter.received_if, letter.received_late_from):
                return
            for visit in earlier.visits:
                if is_open and visit.finished == NOT_YET and visit.number <= about.number:
                    self.prompt(visit, letter)
        letter.is_received = True
        if letter.visits:
            self.reach(letter.visits[0])

    def prompt(self, visit: Visit, letter: Letter) -> None:
        """A prompt changes the rank of a visit, and moves it if it waits."""
        waits = visit.queued != NOT_YET and visit.unit != NO_UNIT and visit.shift is None
        if letter.new_priority != NO_PRIORITY:
            if waits:
                visit.place.queue.remove(visit)
            visit.priority = letter.new_priority
            if waits:
                insort(visit.place.queue, visit, key=RANK)
            if visit.queued != NOT_YET and visit.unit != NO_UNIT:
                self.changed.add(visit.place)
        if letter.move_to != NO_UNIT and waits and visit.since < self.now:
            target = self.units[letter.move_to]
            if target.on_duty and target is not visit.place:
                visit.escalate_after = NEVER
                self.move(visit, target)

    def reach(self, visit: Visit | None) -> None:
        """A letter's next visit joins its unit's queue, or begins its delay; a delay of 0 ends at once."""
        while visit is not None:
            if visit.hangs_on is not None and not visit.hangs_on.is_so(visit.made_if, visit.made_late_from):
                visit.is_passed_over = True
                visit = visit.next
                continue
            visit.queued = self.now
            if visit.unit != NO_UNIT:
                self.wait(visit, self.units[visit.unit])
                if visit.patience > visit.open_before:
                    self.calendar.process(self.patience(visit))
                elif visit.patience != NEVER:
                    self.due.departures.append(visit)
                if visit.escalate_after > visit.open_before:
                    self.calendar.process(self.escalation(visit))
                elif visit.escalate_after != NEVER:
                    self.due.escalations.append(visit)
                return
            visit.started = self.now
            if visit.service > 0:
                self.calendar.process(self.delay(visit))
                return
            visit.finished = self.now
            visit = visit.next

    def leave(self, visit: Visit) -> None:
        """A visit that nobody started in time leaves its queue, and its letter is seen no more."""
        if visit.started == NOT_YET:
            visit.has_left = True
            self.close_stretch(visit)
            visit.place.queue.remove(visit)
            self.changed.add(visit.place)  # what it held back may now interrupt

    def escalate(self) -> None:
        """Visits that nobody started in time move, once, as soon as somebody is on duty where they are to go."""
        still_overdue = []
        for visit in sorted(self.overdue + self.due.escalations, key=NUMBER):
            target = self.units[visit.escalate_to]
            if visit.started != NOT_YET or visit.has_left or visit.escalate_after == NEVER:
                continue
            if target.on_duty:
                self.move(visit, target)
            else:
                still_overdue.append(visit)
        self.overdue = still_overdue

    def cover(self) -> None:
        """Visits that wait where nobody is on duty go home, or else to their cover, if somebody is there."""
        if self.due.shift_starts or self.due.shift_ends:
            waiting = [visit for unit in self.units for visit in unit.queue if not unit.on_duty]
        else:  # those that stayed before stay again: nobody has come or gone
            waiting = [visit for visit in self.newly_waiting if not visit.has_left]
        for visit in waiting:
            choices = [self.units[number] for number in (visit.unit, visit.cover) if number != NO_UNIT]
            awake = [unit for unit in choices if unit.on_duty]
            if awake and not visit.place.on_duty:
                self.move(visit, awake[0])

    def dispatch(self, unit: Unit) -> None:
        """C. Free people start what ranks first; then what may interrupt takes the place of what ranks last."""
        while unit.queue and (shift := unit.shift_of_free_person()) is not None:
            self.start(unit.queue.pop(0), shift)
        while unit.queue and unit.queue[0].interrupts:
            last = unit.last_interruptible()
            if last is None or last.priority <= unit.queue[0].priority:
                break
            first = unit.queue.pop(0)
            self.start(first, self.put_down(last))

    def start(self, visit: Visit, shift: Shift) -> None:
        """A person of a shift takes up a visit; one that was put down before costs something to get back into."""
        self.close_stretch(visit)
        if visit.started == NOT_YET:
            visit.started = self.now
            visit.effort_left = visit.service
        else:
            visit.effort_left += visit.resume_cost
        visit.shift = shift
        shift.holds.append(visit)
        visit.work = self.calendar.process(self.work(visit))

    def wait(self, visit: Visit, unit: Unit) -> None:
        """A visit goes into a unit's queue, where its rank puts it."""
        visit.place = unit
        visit.since = self.now
        insort(unit.queue, visit, key=RANK)
        self.newly_waiting.append(visit)
        self.changed.add(unit)

    def move(self, visit: Visit, unit: Unit) -> None:
        """A waiting visit changes to the queue of another unit."""
        if visit.place is not unit:
            self.close_stretch(visit)
            visit.place.queue.remove(visit)
            self.changed.add(visit.place)  # what it held back may now interrupt
            self.wait(visit, unit)

    def put_down(self, visit: Visit) -> Shift:
        """A visit loses its person, of the shift returned, and waits where it is; what is left stays to be done."""
        visit.work.interrupt()
        visit.interruptions += 1
        visit.effort_left -= self.now - visit.since
        shift = self.let_go(visit)
        self.wait(visit, visit.place)
        return shift

    def let_go(self, visit: Visit) -> Shift:
        """The person who held a visit, of the shift returned, holds it no longer."""
        shift = visit.shift
        assert shift is not None
        self.close_stretch(visit)
        shift.holds.remove(visit)
        visit.shift = None
        self.changed.add(visit.place)
        return shift

    def close_stretch(self, visit: Visit) -> None:
        """What the visit has been doing ends now; another stretch begins, unless it is finished."""
        if self.stretches is not None and visit.since < self.now:
            kind, shift = (WAIT, -1) if visit.shift is None else (WORK, visit.shift.number)
            self.stretches.append((visit.number, kind, visit.place.number, shift, visit.since, self.now))
        visit.since = self.now

    def log(self) -> Log:
        """What happened, as arrays; what is still going on at the horizon gets its last stretch."""
        self.now = self.horizon
        for visit in self.visits:
            is_open = visit.queued != NOT_YET and visit.finished == NOT_YET and not visit.has_left
            if visit.unit != NO_UNIT and is_open:
                self.close_stretch(visit)
        columns: dict[str, Any] = {
            name: np.array([getattr(visit, name) for visit in self.visits], dtype)
            for name, dtype in dtypes(Log).items()
        }
        return Log(**columns, stretches=None if self.stretches is None else _in_order(self.stretches))


def _in_order(stretches: list[tuple[int, int, int, int, int, int]]) -> Stretches:
    """The stretches as arrays, sorted by visit, then start."""
    types = dtypes(Stretches).values()
    table = np.array(sorted(stretches, key=itemgetter(0, 4)), dtype=np.int64).reshape(-1, len(types))
    return Stretches(*(column.astype(dtype) for column, dtype in zip(table.T, types, strict=True)))
