"""What people read: the figures of letters, SLAs, steps and teams, estimated over replications.

Times leave the program here, so every name says its unit. Arrays hold nan, and estimates None, where there
is nothing to estimate. Everything is over the letters received in the window, or over the hours of the
window, unless it says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np

from sim.core.clock import Clock
from sim.core.tables import Floats
from sim.metrics.hours import LateHours
from sim.statistics import Band, Compliance, ComplianceTable, Estimate, Spread, Verdict, too_few

ALARM: Final = 0.85
"""Utilisation above which a team is said to be too busy."""

_GROWTH: Final = 0.01
"""Growth of the backlog a day, of the letters that come in a day, above which it is told."""


@dataclass(frozen=True)
class Histogram:
    """Shares of letters between edges, and of those beyond the last edge; they sum to 1.

    Attributes:
        edges_min: shape (bins + 1,); a bin holds its lower edge and not its upper one, the first also
            what took no time.
        share: shape (bins,).
    """

    edges_min: Floats
    share: Band
    beyond: Estimate


@dataclass(frozen=True)
class Exceedance:
    """Share of visits that waited longer than each of some durations, shape (durations,)."""

    minutes: Floats
    share: Band


@dataclass(frozen=True)
class Fan:
    """A course of time over replications: its mean and percentiles across them, shape (instants,)."""

    mean: Floats
    p5: Floats
    p25: Floats
    p50: Floats
    p75: Floats
    p95: Floats


@dataclass(frozen=True)
class LetterFigures:
    """What became of the letters of the window.

    Attributes:
        received, closed: letters a replication; closed ones may have left for another authority.
        closed_share: closed of received.
        open_at_end: letters of the window that the simulation leaves open.
        left: letters that leave the workflow before its end.
        abandoned, abandoned_share: letters that left a queue because nobody started them in time, and their share; None
            where no step has `patience`.
        open_at_window_end: letters open when the window ends, of all that came since day 0.
        growth_per_day: by how many the open letters grow, from the first whole week of the window to the last; None
            where it has fewer than two or the warm-up is shorter than one, which is too short to tell.
        time_in_system_min: from received to closed, or until it left out of patience.
        window_days: length of the window.
    """

    received: Estimate
    closed: Estimate
    closed_share: Estimate
    open_at_end: Estimate
    left: Estimate
    open_at_window_end: Estimate
    growth_per_day: Estimate | None
    time_in_system_min: Spread
    window_days: float
    abandoned: Estimate | None = None
    abandoned_share: Estimate | None = None

    @property
    def grew(self) -> bool:
        """Whether the backlog surely grew through the window, by more than a hundredth of the letters that come."""
        least = _GROWTH * (self.received.mean or 0.0) / self.window_days
        return self.growth_per_day is not None and (self.growth_per_day.low or 0.0) > least


@dataclass(frozen=True)
class GroupFigures:
    """Compliance of the letters of one category, channel, home unit or team.

    Attributes:
        all_letters: in all replications together.
    """

    name: str
    letters: Estimate
    breaches: Estimate
    compliance: Compliance
    all_letters: float

    @property
    def too_few(self) -> bool:
        """Whether there are too few letters to say anything of them."""
        return bool(too_few(self.all_letters))


@dataclass(frozen=True)
class UnitFigures(GroupFigures):
    """Compliance of the letters whose home is a unit, or lies within it.

    Attributes:
        team: of the unit.
        within: the unit that it lies within, if any.
        rank: best and worst rank among the units of its team that the intervals allow, 1 for the highest compliance;
            None without interval or with too few letters.
    """

    team: str
    within: str | None
    rank: tuple[int, int] | None


def outstanding(groups: Sequence[GroupFigures]) -> GroupFigures | None:
    """The group that surely has most late letters: by the intervals of their numbers, which must not meet.

    None where there is nothing to compare, where the groups have too few letters to say anything, or where chance
    might order them otherwise.
    """
    told = sorted((group for group in groups if not group.too_few), key=lambda group: -(group.breaches.mean or 0.0))
    if len(told) < 2 or told[0].breaches.low is None or told[1].breaches.high is None:
        return None
    return told[0] if told[0].breaches.low > told[1].breaches.high else None


class Why(StrEnum):
    """What delayed a letter for the largest part of its time."""

    NOBODY_ON_DUTY = "nobody on duty"
    ALL_BUSY = "all busy"
    INTERRUPTED = "interrupted"
    PUT_DOWN_AT_SHIFT_END = "put down at shift end"
    BEING_WORKED_ON = "being worked on"
    ELAPSED_WAIT = "elapsed wait"


@dataclass(frozen=True)
class Cause:
    """One way in which letters breached an SLA: where most of their time went.

    Attributes:
        step: name of the step.
        team: name of the team in whose queue or hands the letter was; None for an elapsed wait.
        breaches: letters a replication.
        share: of all breaches of this SLA.
    """

    step: str
    team: str | None
    why: Why
    breaches: Estimate
    share: Estimate


@dataclass(frozen=True)
class SlaFigures:
    """How one SLA was met.

    Attributes:
        limit: as the scenario writes it.
        limit_min: minutes on the SLA's own clock, as are all its durations.
        clock: which one that is.
        letters: letters a replication to which it applies.
        breaches: those that were late, or are still open although the limit has passed.
        left_in_time_share: letters that left out of patience within the limit, of these and `letters`, among which
            they are not. None where no step has `patience`.
        undecided: those still within the limit when the simulation ends, or whose clock has not begun; they stand at
            their worst at both ends of the interval of `compliance`.
        elapsed_min: until the milestone; open where it was not reached.
        histogram: of the letters that are decided.
        by_hour_of_week: compliance by weekday and hour of receipt, shape (7, 24), Monday first.
        letters_by_hour_of_week: letters a replication, same shape.
        by_date: by date of receipt, `2024-01-31`.
        by_unit: by home unit and by the units that these lie within, those with letters, the highest team first.
        by_team: by the team that brought it about, or whose turn it is.
        late_hours: hours of receipt at which letters are late more often than at others, where that is shown.
        causes: of its breaches, the commonest first.
        breaches_by_hour: letters a replication by hour of the day at which the longest part of the delay began, and
            by cause in the order of `Why`, shape (24, causes).
    """

    name: str
    from_: str
    until: str
    limit: str
    limit_min: float
    clock: Clock
    target: float | None
    compliance: Compliance
    verdict: Verdict | None
    letters: Estimate
    breaches: Estimate
    undecided: Estimate
    elapsed_min: Spread
    histogram: Histogram
    by_hour_of_week: ComplianceTable
    letters_by_hour_of_week: Band
    by_date: tuple[GroupFigures, ...]
    by_category: tuple[GroupFigures, ...]
    by_channel: tuple[GroupFigures, ...]
    by_unit: tuple[UnitFigures, ...]
    by_team: tuple[GroupFigures, ...]
    late_hours: LateHours | None
    causes: tuple[Cause, ...]
    breaches_by_hour: Band
    left_in_time_share: Estimate | None = None

    @property
    def leave_in_time(self) -> bool:
        """Whether any letter leaves out of patience within the limit."""
        return self.left_in_time_share is not None and bool(self.left_in_time_share.mean)

    @property
    def by_home(self) -> tuple[UnitFigures, ...]:
        """By home unit, those with letters."""
        return tuple(unit for unit in self.by_unit if unit.team == self.by_unit[-1].team)

    @property
    def districts(self) -> tuple[UnitFigures, ...]:
        """Units of the highest team that has several of them with letters; none where no team has."""
        teams = [unit.team for unit in self.by_unit]
        first = next((team for team in teams if teams.count(team) > 1), None)
        return tuple(unit for unit in self.by_unit if unit.team == first)


@dataclass(frozen=True)
class StepFigures:
    """What happened at one step, and how much of a letter's way it takes.

    Attributes:
        visits: visits a replication that reached the step.
        wait_min: from joining the queue to the first start, or until the letter left; open where nobody has started it.
        delayed_share: visits that waited at all, of all.
        service_min: effort (or elapsed time) without interruptions.
        abandoned_share: visits that letters left because nobody started them in time, of all; None where the step has
            no `patience`.
        interruptions: times a replication that a visit was put down, by urgent work or by a shift end.
        waits: share of the started visits that waited longer than some durations.
        time_in_system_share: of the mean time in system, how much passes at this step; None without
            closed letters.
        waiting_min, work_min, elapsed_min: minutes of a closed letter's time in system that pass at this step
            in queues, in somebody's hands, and without anybody. Over all steps they sum to its mean.
    """

    name: str
    visits: Estimate
    wait_min: Spread
    delayed_share: Estimate
    service_min: Spread
    interruptions: Estimate
    waits: Exceedance
    waiting_min: Estimate
    work_min: Estimate
    elapsed_min: Estimate
    time_in_system_share: float | None
    abandoned_share: Estimate | None = None


@dataclass(frozen=True)
class TeamWeek:
    """People of a team, and letters waiting for them, by hour of the week of the window, Monday 00 first.

    Time averages within the hour, each shape (168,). `busy` includes other duty but not `overtime`;
    `utilisation` is busy of on duty, nan where nobody ever is.
    """

    on_duty: Band
    busy: Band
    other_duty: Band
    overtime: Band
    waiting: Band
    utilisation: Band

    @property
    def hours_above_alarm(self) -> int:
        """Hours of the week in which utilisation is above the alarm, with 95% confidence where there is an interval."""
        low = np.where(np.isnan(self.utilisation.low), self.utilisation.mean, self.utilisation.low)
        return int((low > ALARM).sum())


@dataclass(frozen=True)
class Caution:
    """Something that whoever reads a result should know: what a scenario says, but hardly means.

    Attributes:
        kind: which sentence says it.
        subject: the team, SLA or other thing that it is about; None for the scenario as a whole.
        figures: what the sentence is filled with; plain values, as JSON can hold them.
    """

    kind: str
    subject: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Requirement:
    """People that a team needs by hour of the week, over all its units, and how many of them are missing.

    Attributes:
        people, shortfall: shape (168,), Monday 00 first.
    """

    people: Floats
    shortfall: Floats


@dataclass(frozen=True)
class StaffedWeek:
    """People of a unit, and people that it needed, by hour of the week of the window, Monday 00 first.

    Attributes:
        name: of the unit; of many units of a team, that of the unit above them, or the team's own.
        units: how many there are.
        on_duty, busy: people, averaged over the hour and the replications; busy ones at other duty and in overtime too.
        needed: likewise the people that would have been busy, had each letter that came late been worked on from when
            it joined the queue there; the work is the same, only earlier.
    """

    team: str
    name: str
    units: int
    on_duty: Floats
    busy: Floats
    needed: Floats

    @property
    def lacking(self) -> Floats:
        """People needed beyond those on duty; negative where more are there."""
        return self.needed - self.on_duty


@dataclass(frozen=True)
class RosterGroup:
    """People of a team on one roster who come and go together, over the first days of the window.

    Attributes:
        group: number of the group among those that take turns, from 1.
        people: over all units, absence not taken off.
        weekday: of the day on which the window begins, 0 for Monday.
        shifts: start and end in hours since 00:00 of that day, shape (shifts, 2).
    """

    team: str
    roster: str
    group: int
    people: int
    weekday: int
    shifts: Floats


@dataclass(frozen=True)
class TeamFigures:
    """How much of its people a team used.

    Attributes:
        headcount: people employed, over all units and rosters.
        counted: whether they count towards the headcount of the mailbox.
        on_duty_hours: person-hours of its shifts, absences taken off.
        busy_hours: person-hours of work within shifts, other duty included.
        utilisation: busy of on duty.
        overtime_hours: person-hours of work after the end of a shift.
        queue_mean: letters waiting in its queues, averaged over time.
        queue_max: most letters that waited at once.
    """

    name: str
    tier: str
    units: int
    headcount: int
    counted: bool
    on_duty_hours: Estimate
    busy_hours: Estimate
    utilisation: Estimate
    overtime_hours: Estimate
    queue_mean: Estimate
    queue_max: Estimate
    week: TeamWeek


@dataclass(frozen=True)
class Backlog:
    """Letters open and their mean age in the course of the whole simulation.

    Attributes:
        start: day 0.
        days: instants in days since the start, shape (instants,).
        window_days: first and last day of the counted window.
        open_letters: received and not closed.
        age_days: mean time since receipt of the open letters; 0 where none is open.
    """

    start: date
    days: Floats
    window_days: tuple[float, float]
    open_letters: Fan
    age_days: Fan


@dataclass(frozen=True)
class SupervisionFigures:
    """What a rule of supervision did to letters of the window.

    Attributes:
        at: share of the SLA's limit at which it does so.
        supervised: letters a replication.
        share: of the letters to which the SLA applies.
        met: share of the supervised letters that met the SLA.
    """

    sla: str
    at: float
    supervised: Estimate
    share: Estimate
    met: Estimate


@dataclass(frozen=True)
class ExtensionFigures:
    """What became of letters of the window that asked for more time.

    Attributes:
        by: how much longer the limit is, as the scenario writes it.
        asked: letters a replication.
        extended: letters to which it was granted before their limit had passed.
        saved: of these, those that are late by the first limit and not by their own.
        compliance: of all letters of the SLA, against the limit that each has.
    """

    sla: str
    by: str
    asked: Estimate
    extended: Estimate
    saved: Estimate
    compliance: Compliance


@dataclass(frozen=True)
class RepeatFigures:
    """Letters of the window that writers sent again about the same matter.

    Attributes:
        sla: whose lateness makes them write.
        letters: those that are letters of their own, a replication; SLAs count them as any other.
        joined: those that joined their case, which was still open.
        work_hours: work that both made for people.
        work_share: share of that in the work of all letters of the window.
    """

    sla: str
    letters: Estimate
    joined: Estimate
    work_hours: Estimate
    work_share: Estimate


@dataclass(frozen=True)
class OpenOfSla:
    """Letters open at the start that an SLA has still to be met for; means over replications.

    Attributes:
        lost: will be late whatever is done; the others can still be saved.
        late: of the others, those that are late as simulated.
        undecided: of the others, those still open within their limit when the simulation ends.
        left: besides all these, those that leave out of patience within the limit.
    """

    name: str
    open: Estimate
    lost: Estimate
    late: Estimate
    undecided: Estimate
    left: Estimate


@dataclass(frozen=True)
class OpeningFigures:
    """How the letters that were open at the start fare, and when the backlog is what it usually is.

    Attributes:
        letters: open at the start.
        start: the day at whose beginning they were.
        usual: letters open on the fullest of the last seven midnights of the window, on average; None where the
            window ends within two weeks.
        back_days: first midnight, in days since the start, at which no more are open: 5th, 50th and 95th percentile
            over replications; None where that is not seen before those seven days.
        abandoned: of the letters open at the start, those that leave out of patience; they are open no more.
    """

    letters: int
    start: date
    slas: Mapping[str, OpenOfSla]
    usual: float | None
    back_days: tuple[int, int, int] | None
    abandoned: Estimate

    def date_of(self, day: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=day)
