"""One simulated replication as its measures see it: letters, milestones, and the clocks of the SLAs."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.core.tables import NEVER, NO_UNIT, NOT_YET, OTHER_DUTY, Bools, Int8s, Int64s, Log, Roster, Workload
from sim.metrics.counting import first_visits
from sim.metrics.occupancy import Occupancy, occupancy
from sim.models.sla import Sla
from sim.models.workflow import takes_time, with_steps_inside
from sim.sampling.attendance import Attendance
from sim.scenario.setting import Setting

if TYPE_CHECKING:
    from sim.engine.by_blocks import BlockLog


def steps_of(setting: Setting) -> dict[str, int]:
    """Index in the workflow of each step at which letters can be, by its name."""
    return {step.name: index for index, step in enumerate(setting.scenario.workflow) if takes_time(step)}


def spans(first: Int64s, end: Int64s) -> Int64s:
    """The numbers from each first one up to its end, which is not among them, one span after the other."""
    many = end - first
    return np.repeat(first - np.cumsum(many) + many, many) + np.arange(many.sum())


@dataclass(frozen=True, eq=False)
class Replication:
    """One replication as it was simulated, and what several measures need, computed once.

    Other duty is in the workload but is no letter: the rows of everything here are the real letters, in
    the order of the workload. Large, so measure it and let it go.

    Attributes:
        number: of the replication.
        block: where these are only the letters that were over in a block of the simulation.
        drawn: where letters or visits were drawn that never came, the workload with them.
    """

    setting: Setting
    workload: Workload
    roster: Roster
    log: Log
    number: int = 0
    block: "BlockLog | None" = None
    drawn: Workload | None = None

    @property
    def as_drawn(self) -> Workload:
        """The workload that was simulated."""
        return self.workload if self.drawn is None else self.drawn

    @cached_property
    def letters(self) -> Int64s:
        """Index in the workload of each real letter received before the horizon, shape (rows,)."""
        real = (self.workload.category != OTHER_DUTY) & (self.workload.received < self.setting.scenario.horizon)
        return np.flatnonzero(real)

    @cached_property
    def received(self) -> Int64s:
        """When each letter was received, shape (rows,)."""
        return self.workload.received[self.letters]

    @cached_property
    def counted(self) -> Bools:
        """Which letters were received in the window, shape (rows,)."""
        scenario = self.setting.scenario
        return (self.received >= scenario.window_start) & (self.received < scenario.window_end)

    @cached_property
    def closed(self) -> Int64s:
        """When each letter was over, or NOT_YET: its last visit finished, or it left a queue out of patience.

        A letter without visits closes at once.
        """
        first, end = self.workload.first_visit[self.letters], self.workload.first_visit[self.letters + 1]
        closed = self.received.copy()
        some = end > first
        closed[some] = self.log.finished[end[some] - 1]
        return np.where(self.abandoned != NOT_YET, self.abandoned, closed)

    @cached_property
    def abandoned_visits(self) -> tuple[Int64s, Int64s]:
        """The visits that letters left because nobody started them, ascending, and when; the log tells no other way."""
        workload, queued = self.workload, self.log.queued
        waits = (workload.patience != NEVER) & (workload.unit != NO_UNIT) & (self.log.started == NOT_YET)
        visits = np.flatnonzero(waits & (queued != NOT_YET))
        letter = np.searchsorted(workload.first_visit, visits, side="right") - 1
        was_open = (workload.received[letter] < 0) & (workload.first_visit[letter] == visits)
        since = np.where(was_open, workload.received[letter], queued[visits])
        left = np.maximum(since + workload.patience[visits], queued[visits])
        some = left < self.setting.scenario.horizon
        return visits[some], left[some]

    @cached_property
    def abandoned(self) -> Int64s:
        """When each letter left a queue out of patience, or NOT_YET, shape (rows,)."""
        visits, left = self.abandoned_visits
        abandoned = np.full(len(self.letters) + 1, NOT_YET)  # other duty takes the last entry
        abandoned[self.row_of_visit[visits]] = left
        return abandoned[:-1]

    @cached_property
    def row_of_visit(self) -> Int64s:
        """Row of the letter that each visit belongs to; -1 for other duty and after the horizon."""
        rows = np.full(self.workload.letters, -1)
        rows[self.letters] = np.arange(len(self.letters))
        return np.repeat(rows, np.diff(self.workload.first_visit))

    @cached_property
    def first_stretch(self) -> Int64s:
        """Where the stretches of each visit begin, and after the last one's end, shape (visits + 1,)."""
        stretches = self.log.stretches
        assert stretches is not None, "simulated with stretches"
        many = np.bincount(stretches.visit, minlength=self.workload.visits)
        return np.concatenate([[0], np.cumsum(many)])

    @cached_property
    def counted_visits(self) -> Int64s:
        """Visits of letters of the window that were reached, ascending."""
        # Other duty has row -1 and takes the last entry.
        counted = np.append(self.counted, False)
        return np.flatnonzero(counted[self.row_of_visit] & (self.log.queued != NOT_YET))

    def first_visits(self, step: str) -> Int64s:
        """The visit with which each letter first comes to a step, or -1 if it never does, shape (rows,)."""
        first: Int64s = self._first_visits[steps_of(self.setting)[step]]
        return first

    @cached_property
    def _first_visits(self) -> Int64s:
        """The same for all steps, shape (steps, rows)."""
        first = np.full((len(self.setting.scenario.workflow), len(self.letters)), -1)
        first_visits(self.letters, self.workload.first_visit, self.workload.step, first)
        return first

    def ends(self, visits: Int64s, begin: Int64s) -> Int64s:
        """When some visits would end that began at some seconds, if nothing kept them; same shape as both.

        A delay whose clock has not counted enough before the horizon ends there.
        """
        ends: Int64s = begin + self.workload.service[visits]
        for number, clock in enumerate(self.roster.clocks, start=1):
            delays = np.flatnonzero(self.workload.clock[visits] == number)
            known = clock.ends(begin[delays], self.workload.service[visits[delays]])
            horizon = np.maximum(self.setting.scenario.horizon, begin[delays])
            ends[delays] = np.where(known == NOT_YET, horizon, known)
        return ends

    def last_work(self) -> Int64s:
        """The last visit of each letter that is work, or -1, shape (rows,)."""
        visits = np.flatnonzero(self.workload.unit != NO_UNIT)
        last = np.full(len(self.letters) + 1, -1)
        last[self.row_of_visit[visits]] = visits
        return last[:-1]

    @cached_property
    def clocks(self) -> "tuple[SlaClock, ...]":
        """How the clock of each SLA ran, in the order of the scenario."""
        return tuple(sla_clock(self, sla) for sla in self.setting.scenario.sla.values())

    @cached_property
    def attendance(self) -> Attendance:
        """When anybody is on duty at each unit."""
        return Attendance(self.roster, self.setting.scenario.horizon)

    @cached_property
    def occupancy(self) -> Occupancy:
        """People and letters by team and hour; the log must have stretches."""
        return occupancy(self.setting, self.workload, self.roster, self.log, self.block)


class Milestone(NamedTuple):
    """When each letter reached it; rows as in `Replication`."""

    applies: Bools  # whether the letter's way leads there
    reached: Int64s  # or NOT_YET
    team: Int64s  # who brought it about, or is to; -1 where nobody does


def milestone(replication: Replication, name: str) -> Milestone:
    """A milestone by its name in the scenario.

    `closed` is not for letters that leave the workflow; a letter's own draw of steps decides about the rest.
    """
    if name == "received":
        everybody = np.ones(len(replication.letters), dtype=np.bool_)
        return Milestone(everybody, replication.received, np.full(len(replication.letters), -1))
    if name == "closed":
        applies = ~replication.workload.left[replication.letters]
        reached = np.where(applies & (replication.abandoned == NOT_YET), replication.closed, NOT_YET)
        return Milestone(applies, reached, _team(replication, replication.last_work()))
    step, moment = name.rsplit(".", 1)
    visit = replication.first_visits(step)
    return Milestone(visit >= 0, moment_of(replication.log, visit, moment), _team(replication, visit))


def moment_of(log: Log, visit: Int64s, moment: str) -> Int64s:
    """When some visits were queued, started or finished; NOT_YET also where there is no visit (-1)."""
    moments: Int64s = getattr(log, moment)
    if not len(moments):
        return np.full(len(visit), NOT_YET)
    found = np.take(moments, visit, mode="wrap")
    found[visit < 0] = NOT_YET
    return found


def _team(replication: Replication, visit: Int64s) -> Int64s:
    """The team that finished each visit, or whose own unit it belongs to; -1 for a delay or no visit."""
    team = np.full(len(visit), -1)
    there = np.flatnonzero(visit >= 0)
    served_by, own = replication.log.served_by[visit[there]], replication.workload.unit[visit[there]]
    unit = np.where(served_by != NO_UNIT, served_by, own)
    team[there] = np.append(replication.setting.places.team_of, -1)[unit]
    return team


class Fate(IntEnum):
    """What an SLA says of one letter."""

    NOT_APPLICABLE = 0
    """It is of another category, its way does not lead there, or it left within the limit, out of patience."""
    UNDECIDED = 1
    """The simulation ended within the limit, or before the clock began: it may still be met or breached."""
    MET = 2
    BREACHED = 3
    """Too late, or still not there although the limit has passed, or had when it left out of patience."""


class SlaClock(NamedTuple):
    """How the clock of one SLA ran; rows as in `Replication`."""

    begin: Int64s  # or NOT_YET
    end: Int64s  # the milestone, when the letter left out of patience, or the horizon
    open: Bools  # the milestone was not reached, and may still be
    left: Bools  # the letter left out of patience before it reached the milestone
    elapsed: Int64s  # seconds on the SLA's own clock from begin to end, pauses taken off; or NOT_YET
    fate: Int8s  # a `Fate`
    team: Int64s  # who brings the milestone about, or -1


def sla_clock(replication: Replication, sla: Sla) -> SlaClock:
    """How the clock of an SLA ran for every letter."""
    scenario = replication.setting.scenario
    from_, until = milestone(replication, sla.from_), milestone(replication, sla.until)
    applies = from_.applies & until.applies & _applies_to(replication, sla)
    begun, reached = from_.reached != NOT_YET, until.reached != NOT_YET
    left = ~reached & (replication.abandoned != NOT_YET)
    # A milestone that came before the clock began was in time.
    end = np.where(left, replication.abandoned, scenario.horizon)
    end = np.where(reached, np.maximum(until.reached, from_.reached), end)
    begin = np.where(begun, from_.reached, end)
    elapsed = elapsed_at(replication, sla, begin, end)
    late = elapsed > sla.within.seconds
    fate = np.where(late, Fate.BREACHED, np.where(reached, Fate.MET, Fate.UNDECIDED))
    fate = np.where(begun, fate, Fate.UNDECIDED)
    fate = np.where(applies & ~(left & (fate == Fate.UNDECIDED)), fate, Fate.NOT_APPLICABLE).astype(np.int8)
    elapsed = np.where(applies & begun, elapsed, NOT_YET)
    return SlaClock(from_.reached, end, ~reached & ~left, applies & left, elapsed, fate, until.team)


def elapsed_at(replication: Replication, sla: Sla, begin: Int64s, end: Int64s) -> Int64s:
    """Seconds that the clock of an SLA shows at some instants, pauses taken off; same shape as all.

    Args:
        begin: when it was started, or NOT_YET.
        end: not before it; pauses that have not ended at the horizon go on.
    """
    elapsed = replication.setting.calendar.elapsed(begin, end, sla.within.clock, sla.office_hours)
    return elapsed - _paused(replication, sla, begin, end) if sla.paused_during else elapsed


def clock_at(replication: Replication, sla: Sla, row: int, begin: int, instants: Int64s) -> Int64s:
    """Seconds that the clock of an SLA, started for one letter at `begin`, shows at some later instants; same shape."""
    begins, letter = np.full(len(instants), begin), replication.letters[row]
    elapsed = replication.setting.calendar.elapsed(begins, instants, sla.within.clock, sla.office_hours)
    if sla.paused_during:
        first, end = replication.workload.first_visit[letter], replication.workload.first_visit[letter + 1]
        log, pauses = replication.log, paused_visits(replication, sla)[first:end]
        for visit in (first + np.flatnonzero(pauses & (log.queued[first:end] != NOT_YET))).tolist():
            finished = log.finished[visit] if log.finished[visit] != NOT_YET else instants
            start = np.clip(log.queued[visit], begin, instants)
            elapsed = elapsed - seconds_between(replication, sla, begins, start, np.clip(finished, start, instants))
    return elapsed


def paused_visits(replication: Replication, sla: Sla) -> Bools:
    """Which visits the clock of an SLA stands still at, shape (visits,)."""
    steps = steps_of(replication.setting)
    return np.isin(replication.workload.step, [steps[name] for name in sla.paused_during])


def _applies_to(replication: Replication, sla: Sla) -> Bools:
    scenario, workload, letters = replication.setting.scenario, replication.workload, replication.letters
    applies = np.ones(len(letters), dtype=np.bool_)
    for of_letters, names, chosen in (
        (workload.category, scenario.categories, sla.for_),
        (workload.channel, scenario.channels, sla.for_channel),
    ):
        if chosen is not None:
            applies &= np.isin(of_letters[letters], [list(names).index(name) for name in chosen])
    if sla.only_after:
        applies &= _way_leads_through(replication, sla.only_after)
    if sla.unless:
        applies &= ~_way_leads_through(replication, sla.unless)
    return applies


def _way_leads_through(replication: Replication, names: tuple[str, ...]) -> Bools:
    """Which letters make a visit to one of some steps, or of the steps of some detours."""
    named = with_steps_inside(replication.setting.scenario.workflow, names)
    visited = [name for name in named if name in steps_of(replication.setting)]
    leads = np.zeros(len(replication.letters), dtype=np.bool_)
    for name in visited:
        leads |= replication.first_visits(name) >= 0
    return leads


def _paused(replication: Replication, sla: Sla, begin: Int64s, end: Int64s) -> Int64s:
    """Seconds between begin and end, on the SLA's clock, that each letter spent at steps that pause it."""
    log, row_of_visit = replication.log, replication.row_of_visit
    visits = np.flatnonzero(paused_visits(replication, sla) & (log.queued != NOT_YET) & (row_of_visit >= 0))
    row = row_of_visit[visits]
    visits, row = visits[begin[row] != NOT_YET], row[begin[row] != NOT_YET]
    finished = np.where(log.finished[visits] != NOT_YET, log.finished[visits], end[row])
    start = np.maximum(log.queued[visits], begin[row])
    stop = np.maximum(np.minimum(finished, end[row]), start)
    seconds = seconds_between(replication, sla, begin[row], start, stop)
    return np.bincount(row, weights=seconds, minlength=len(begin)).astype(np.int64)


def seconds_between(replication: Replication, sla: Sla, begin: Int64s, start: Int64s, end: Int64s) -> Int64s:
    """Seconds that the clock of an SLA, started at `begin`, counts between two later instants; same shape as all."""
    calendar, clock, hours = replication.setting.calendar, sla.within.clock, sla.office_hours
    begins = calendar.begins(begin, clock, hours)
    start, end = np.maximum(start, begins), np.maximum(end, begins)
    return calendar.counted(end, clock, hours) - calendar.counted(start, clock, hours)
