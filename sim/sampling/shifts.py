"""When the people of a roster are on duty: its pattern laid over the days of the calendar."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sim.core.calendar import Calendar, DaysOff
from sim.core.clock import DAY
from sim.core.tables import Bools, Int64s
from sim.models.staffing import RosterPattern
from sim.scenario.setting import Setting

GOLDEN_RATIO: Final = (5**0.5 - 1) / 2


class Shifts(NamedTuple):
    """The shifts of the groups of people that take turns in a roster, by day; one row a shift of one group."""

    group: Int64s
    occurrence: Int64s  # number that no other shift of the group has
    start: Int64s  # negative for a shift of the evening before day 0
    end: Int64s


def groups_of(pattern: RosterPattern) -> int:
    """In how many groups the people take turns: one a day of the cycle, or one that works all shifts."""
    return len(pattern.cycle) if pattern.cycle is not None else 1


def shifts_of(pattern: RosterPattern, setting: Setting) -> Shifts:
    """All shifts that some second of [0, horizon) belongs to, those that begin before day 0 included."""
    horizon = setting.scenario.horizon
    days = np.arange(-1, -(-horizon // DAY))
    turn, takes_place = _turns(pattern, days, setting)
    spans = pattern.days_of_shifts
    most = max(len(shifts) for shifts in spans)
    parts = []
    for day_of_pattern, shifts in enumerate(spans):
        group, column = np.nonzero((turn == day_of_pattern) & takes_place)
        for position, (start, end) in enumerate(shifts):
            midnight = days[column] * DAY
            parts.append((group, column * most + position, midnight + start, midnight + end))
    columns = Shifts(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    inside = (columns.end > 0) & (columns.start < horizon)
    return Shifts(*(column[inside] for column in columns))


def spreading_order(count: int) -> Int64s:
    """The numbers 0 to count - 1 in an order of which every beginning is spread evenly.

    Steps of the golden ratio: four give 0, 2, 1, 3; seven give 0, 4, 2, 6, 3, 1, 5, so that of three people
    who each rest two days a week at least two work every day.
    """
    return np.argsort(np.argsort(np.arange(count) * GOLDEN_RATIO % 1))


def next_on_duty(shifts: Shifts, instants: Int64s, never: int) -> Int64s:
    """The first second, from each instant on, at which any group is on duty; `never` if none follows."""
    order = np.argsort(shifts.start, kind="stable")
    start, until = shifts.start[order], np.maximum.accumulate(shifts.end[order])
    begun = np.searchsorted(start, instants, side="right")
    on_duty = np.concatenate([[np.iinfo(np.int64).min], until])[begun] > instants
    following = np.concatenate([start, [never]])[begun]
    return np.where(on_duty, instants, following)


def _turns(pattern: RosterPattern, days: Int64s, setting: Setting) -> tuple[Int64s, Bools]:
    """Which day of the pattern each group has on each day, shape (groups, days), and on which days it takes place."""
    calendar, holidays = setting.calendar, setting.scenario.holidays
    weekday, holiday, working = _yesterday(calendar.start, holidays.rule if holidays else None)
    known = days[1:]
    if pattern.working_days is not None:
        is_working = np.concatenate([[working], calendar.working[known]])
        return np.zeros((1, len(days)), dtype=np.int64), is_working
    takes_place = ~np.concatenate([[holiday], calendar.holiday[known]]) | pattern.on_holidays
    if pattern.weekly is not None:
        return np.concatenate([[weekday], calendar.weekday[known]])[None, :], takes_place
    # Each group is a day behind the one before.
    groups = groups_of(pattern)
    return (days[None, :] - np.arange(groups)[:, None]) % groups, takes_place


@lru_cache(maxsize=16)
def _yesterday(start: date, holidays: DaysOff | None) -> tuple[int, bool, bool]:
    """Weekday of the day before the scenario's first, and whether it is a holiday and a working day."""
    day = Calendar(start - timedelta(days=1), 1, holidays)
    return int(day.weekday[0]), bool(day.holiday[0]), bool(day.working[0])
