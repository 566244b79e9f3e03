"""Figures of teams: their people, hour by hour, and when they come."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.statistics import Band, Estimate

ALARM: Final = 0.85
"""Utilisation above which a team is said to be too busy."""


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
