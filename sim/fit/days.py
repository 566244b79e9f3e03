"""The days of a log: weekdays, and the public holidays that its people or its letters keep."""

from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.calendar import Calendar, DaysOff
from sim.core.clock import DAY
from sim.core.tables import Bools, Floats, Int64s
from sim.fit.finding import Finding

_COUNTRIES: Final = (("china", "CN"), ("US", "US"), ("GB-ENG", "GB"))
"""Countries whose public holidays are tried where nobody says which: as the language and as the calendar name them."""

_DAYS: Final = 2
"""Days more that a country's holidays must explain than none do."""

_MOST_WEEKDAYS: Final = 0.8
"""Share of the weekdays on which a team that keeps office days is there."""

_SURELY: Final = 4.0
"""Standard errors by which letters on public holidays must be fewer or more."""


class Days(NamedTuple):
    """Each day from the log's first one, shape (days,)."""

    weekday: Int64s  # Monday 0
    holiday: Bools
    working: Bools
    holidays: Any  # as the language writes it; None for no public holidays

    @property
    def number(self) -> int:
        """Number of days."""
        return len(self.weekday)


def plain_days(origin: date, count: int, holidays: Any = None, rule: DaysOff | None = None) -> Days:
    """Days with the public holidays of one rule."""
    calendar = Calendar(origin, max(count, 1), rule)
    return Days(calendar.weekday, calendar.holiday, calendar.working, holidays)


def days_kept(origin: date, count: int, letters: Floats, on_duty: Floats) -> tuple[Days, list[Finding]]:
    """The days with the holidays that were kept: of those that are tried, the ones that explain most.

    Args:
        letters: received on each day.
        on_duty: people of each team whose shifts begin on each day, (teams, days); empty where nothing is known.
    """
    without = plain_days(origin, count)
    best, gain = without, 0.0
    for written, country in _COUNTRIES:
        region = written.partition("-")[2] or None
        days = plain_days(origin, count, written, DaysOff(country, region))
        explained = _of_people(without, days, on_duty) + _of_letters(days, letters)
        if explained > gain:
            best, gain = days, explained
    if best.holidays is None:
        return best, []
    note = Finding("holidays", float("nan"), None, int(best.holiday.sum()), chosen=str(best.holidays))
    return best, [note]


def _of_people(without: Days, days: Days, on_duty: Floats) -> float:
    """Days on which teams that keep office days are there or not as working days say, over what weekends say."""
    gain = 0.0
    for people in on_duty:
        weekend = without.weekday >= 5
        if weekend.all() or not weekend.any():
            continue
        if people[~weekend].mean() == 0 or people[weekend].mean() > 0.3 * people[~weekend].mean():
            continue
        there = people > 0
        if there[~weekend].mean() < _MOST_WEEKDAYS:
            continue  # a meeting once a week keeps no holidays
        right, before = (int((there == each.working).sum()) for each in (days, without))
        gain += right - before if right - before >= _DAYS else 0.0
    return gain


def _of_letters(days: Days, letters: Floats) -> float:
    """Standard errors by which letters of public holidays differ from those of other days of the same weekday."""
    if days.holiday.sum() < 3 or letters.sum() == 0:
        return 0.0
    ordinary = np.array(
        [letters[(days.weekday == day) & ~days.holiday].mean() if (~days.holiday).any() else 0 for day in range(7)]
    )[days.weekday]
    if not (ordinary > 0).all():
        return 0.0
    ratio = letters / ordinary
    # Medians, so that one day on which much was registered at once does not decide; their error is 1.25 times as large.
    spread = 1.25 * ratio[~days.holiday].std() / np.sqrt(days.holiday.sum())
    distance = abs(np.median(ratio[days.holiday]) - np.median(ratio[~days.holiday])) / max(spread, 1e-9)
    return float(distance) if distance > _SURELY else 0.0


def people_by_day(unit_team: Int64s, start: Int64s, people: Any, teams: int, count: int) -> Floats:
    """People of each team whose shifts begin on each day, (teams, days)."""
    table = np.zeros((teams, count))
    day = start // DAY
    inside = (day >= 0) & (day < count) & (unit_team >= 0)
    np.add.at(table, (unit_team[inside], day[inside]), people[inside])
    return table
