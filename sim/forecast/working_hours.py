"""Working hours of a staffing: rostered, stand-in and overtime hours of a week, and what they are paid.

Heads alone do not compare staffings: fewer people on longer rosters may work more hours. All figures are of the
counted teams and an average week.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.clock import DAY, HOUR, WEEK
from sim.core.tables import Floats
from sim.forecast.cautions import LONGEST_WEEK
from sim.metrics.replication import Replication
from sim.models.scenario import Scenario
from sim.models.staffing import RosterPattern
from sim.models.studies import Pay
from sim.sampling.attendance import average_week
from sim.scenario.setting import Setting

_NIGHT: Final = (22, 30)
"""Hours of the night, from 22:00 to 06:00 of the next day."""


@dataclass(frozen=True)
class WorkingHours:
    """Hours a week of all counted teams.

    Attributes:
        people: headcount.
        rostered: headcount times the weekly hours of the roster, before absence, stand-ins and overtime.
        stand_in: hours of those who take the place of absent people, so that a shift keeps its least number.
        overtime: work after the end of a shift, as simulated.
        long_weeks: how many people work more than 48 hours in an average calendar week.
        pay: of a week, with all premiums; None where the plan names no pay.
    """

    people: int
    rostered: float
    stand_in: float
    overtime: float
    long_weeks: float
    pay: float | None

    @property
    def total(self) -> float:
        """Rostered, stand-in and overtime hours."""
        return self.rostered + self.stand_in + self.overtime

    @property
    def a_head(self) -> float | None:
        """All hours by headcount; None without people."""
        return self.total / self.people if self.people else None


def working_hours(setting: Setting, overtime: float, pay: Pay | None) -> WorkingHours:
    """Working hours of a scenario as it is staffed.

    Args:
        overtime: hours a week after the end of a shift, as simulated.
        pay: of an hour, and its premiums; None if it is not known.
    """
    scenario = setting.scenario
    people, rostered, stand_in, long_weeks, premiums = 0, 0.0, 0.0, 0.0, 0.0
    for name, team in scenario.teams.items():
        for roster, heads in team.staff.items():
            if not team.counted:
                continue
            pattern = scenario.roster(roster)
            people += heads
            rostered += heads * hours_of(scenario, roster)
            stand_in += stand_in_hours(setting, name, roster)
            if pattern is not None:
                long_weeks += heads * _long_weeks(pattern)
            if pay is not None:
                premiums += heads * _premium_hours(pattern, pay)
    if pay is None:
        return WorkingHours(people, rostered, stand_in, overtime, long_weeks, None)
    extra = stand_in * (1 + pay.stand_in) + overtime * (1 + pay.overtime)
    return WorkingHours(people, rostered, stand_in, overtime, long_weeks, pay.per_hour * (rostered + premiums + extra))


def hours_of(scenario: Scenario, roster: str) -> float:
    """Hours a week that one person is on a roster, before any absence."""
    pattern = scenario.roster(roster)
    return WEEK / HOUR if pattern is None else pattern.hours_a_week


def stand_in_hours(setting: Setting, team: str, roster: str) -> float:
    """Hours a week of those who stand in for absent people of a team's roster."""
    return float(average_week(setting, team, roster).stood_in.sum()) / HOUR


def overtime_hours(replication: Replication) -> float:
    """Person-hours a week after the end of a shift, of the counted teams in the window."""
    setting, occupancy = replication.setting, replication.occupancy
    window = occupancy.cells.between(setting.scenario.window_start, setting.scenario.window_end)
    counted = np.array([team.counted for team in setting.scenario.teams.values()])
    seconds: Floats = occupancy.overtime.seconds[counted][:, window]
    return float(seconds.sum()) / HOUR * WEEK / setting.scenario.window


def _long_weeks(pattern: RosterPattern) -> float:
    """Share of the calendar weeks in which a person of a roster works more than 48 hours."""
    hours = [sum(end - start for start, end in spans) / HOUR for spans in pattern.days_of_shifts]
    weeks = [sum(hours[(first + day) % len(hours)] for day in range(7)) for first in range(len(hours))]
    # A week of days that do not turn is the same for all; of a cycle every day is once the Monday.
    weeks = weeks if pattern.cycle is not None else weeks[:1]
    return sum(week > LONGEST_WEEK + 1e-9 for week in weeks) / len(weeks)


def _premium_hours(pattern: RosterPattern | None, pay: Pay) -> float:
    """Hours a week by which a person's pay exceeds that of the same hours by day on working days."""
    days: list[tuple[tuple[int, int], ...]] = [((0, DAY),)] if pattern is None else list(pattern.days_of_shifts)
    hours = sum(end - start for spans in days for start, end in spans) / HOUR
    night = sum(_at_night(start / HOUR, end / HOUR) for spans in days for start, end in spans)
    # Days of a cycle fall on every weekday in turn.
    if pattern is not None and pattern.cycle is None and len(days) == 7:
        weekend = sum(end - start for spans in days[5:] for start, end in spans) / HOUR
    else:
        weekend = hours * 2 / 7
    return (night * pay.night + weekend * pay.weekend) * 7 / len(days)


def _at_night(start: float, end: float) -> float:
    """Hours between 22:00 and 06:00 of a shift, which may end on the next day."""
    nights = [(first + _NIGHT[0], first + _NIGHT[1]) for first in (-24, 0, 24)]
    return sum(max(min(end, stop) - max(start, begin), 0.0) for begin, stop in nights)
