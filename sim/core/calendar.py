"""The calendar of a scenario: weekdays, public holidays, working days, and the SLA clocks that follow from them."""

import sys
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, OFFICE_HOURS, Clock, OfficeHours, SlaLimit, seconds_since
from sim.core.tables import Bools, Int64s, Spans

if TYPE_CHECKING:
    from holidays import HolidayBase

_CHINA: Final = "CN"
_SATURDAY: Final = 5

_LONGEST_BREAK: Final = 16
"""Days that a run of days off around a public holiday can last."""

CALENDAR_MARGIN: Final = 2
"""Days that a scenario's calendar knows after its horizon, so that its last instants have a next day."""


class DaysOff(NamedTuple):
    """Which days are off: those of a country, and single days over them."""

    country: str | None = None
    """ISO 3166 code; without one only weekends are off."""
    region: str | None = None
    """ISO 3166-2 code without the country's, such as `BY`; without one only what is off in all regions."""
    days_off: frozenset[date] = frozenset()
    """Off as well, as public holidays are."""
    working: frozenset[date] = frozenset()
    """Worked as well: make-up days."""


class Regional(NamedTuple):
    """Days that are off in some regions of a country, where nobody said which region is meant."""

    country: str
    days: tuple[date, ...]
    """Counted as working days, ascending."""
    regions: tuple[str, ...]
    """In which one or more of them are off."""


@lru_cache(maxsize=16)
def days_off(rule: DaysOff, first: date, count: int) -> tuple[Bools, Bools]:
    """Which days are named as holidays, and which are working days; shape (count,) each, not to be changed.

    Args:
        first: the first of the days.
    """
    days = [first + timedelta(days=day) for day in range(count)]
    if rule.country is None:
        named = np.zeros(count, dtype=np.bool_)
        working = np.array([day.weekday() < _SATURDAY for day in days], dtype=np.bool_)
    else:
        known = _known(rule.country, rule.region, days[0].year, days[-1].year)
        named = np.array([day in known for day in days], dtype=np.bool_)
        working = np.array([known.is_working_day(day) for day in days], dtype=np.bool_)
    for own, is_working in ((rule.days_off, False), (rule.working, True)):
        places = [(day - first).days for day in own if 0 <= (day - first).days < count]
        named[places], working[places] = not is_working, is_working
    named.flags.writeable = working.flags.writeable = False
    return named, working


def place_of(country: str, region: str | None) -> tuple[str, str | None]:
    """Codes of a country and a region as they are known here, from codes in any case, or `china`.

    Raises:
        ValueError: no ISO 3166 code whose public holidays are known; the text says which regions a country has.
    """
    code = _CHINA if country.lower() in ("china", "chn") else country.upper()
    try:
        known = _known(code, None, 2021, 2021)
    except NotImplementedError:
        raise ValueError(f"must be 'china' or an ISO country code (got '{country}')") from None
    if region is None:
        return code, None
    regions = {each.lower(): each for each in known.subdivisions}
    if region.lower() not in regions:
        there = ", ".join(regions.values()) or "none"
        raise ValueError(f"{country} has no region '{region}'; those that are known: {there}")
    return code, regions[region.lower()]


def unannounced_years(rule: DaysOff, first: date, last: date) -> list[int]:
    """Years, of those between two days, whose make-up working days China has not announced and no own list says."""
    if rule.country != _CHINA:
        return []
    listed = {day.year for day in (*rule.days_off, *rule.working)}
    years = range(first.year, last.year + 1)
    announced = {
        year for year in years for day in _known(_CHINA, None, year, year).weekend_workdays if day.year == year
    }
    return [year for year in years if year not in listed | announced]


@lru_cache(maxsize=16)
def regional_days(rule: DaysOff, first: date, last: date) -> Regional | None:
    """Working days between two days that are public holidays in some regions of the country only.

    None if there is none, or if a region is named.
    """
    if rule.country is None or rule.region is not None:
        return None
    years = (first.year, last.year)
    everywhere = _known(rule.country, None, *years)
    regions: dict[str, set[date]] = {}
    for region in everywhere.subdivisions:
        there = [day for day in _known(rule.country, region, *years) if first <= day <= last]
        off = {day for day in there if everywhere.is_working_day(day)} - rule.days_off - rule.working
        if off:
            regions[region] = off
    if not regions:
        return None
    return Regional(rule.country, tuple(sorted(set().union(*regions.values()))), tuple(regions))


@lru_cache(maxsize=16)
def _known(country: str, region: str | None, first_year: int, last_year: int) -> "HolidayBase":
    """Public holidays as a library knows them."""
    import holidays  # heavy; only scenarios with holidays need it
    from holidays.registry import EntityLoader

    # The package of the countries would load every one of them. Without what it does itself, only those that are
    # asked for are loaded.
    countries = ModuleType("holidays.countries")
    countries.__path__ = [str(Path(holidays.__file__).with_name("countries"))]
    sys.modules.setdefault(countries.__name__, countries)

    # The library takes the names of its classes for codes, too.
    if country not in EntityLoader.get_country_codes():
        raise NotImplementedError(country)
    return holidays.country_holidays(country, subdiv=region, years=range(first_year, last_year + 1))


class Calendar:
    """Days of a scenario: weekdays, public holidays, working days, and the SLA clocks that follow from them.

    Args:
        start: day 0.
        days: how many days are known; instants after them raise IndexError.
        holidays: which days are off besides weekends; None for no public holidays.
        hours: when offices are open on a working day, for clocks that do not say it themselves.
        before: days before day 0 that clocks know, for what began on them; instants there are negative.
    """

    def __init__(
        self,
        start: date,
        days: int,
        holidays: DaysOff | None = None,
        hours: OfficeHours = OFFICE_HOURS,
        *,
        before: int = 0,
    ) -> None:
        self.start = start
        self.days = days
        self.hours = hours
        self.weekday: Int64s = (np.arange(days) + start.weekday()) % 7
        """Monday is 0; shape (days,)."""
        self.holiday: Bools = np.zeros(days, dtype=np.bool_)
        """Public holidays with the days off around them, so that a holiday at a weekend is one too; shape (days,)."""
        self.working: Bools = self.weekday < 5
        """Working days, make-up working days at weekends included; shape (days,)."""
        self._before = before
        self._working = (np.arange(-before, days) + start.weekday()) % 7 < _SATURDAY
        if holidays is not None:
            # A run of days off may begin before day 0 or end after the last day.
            earlier = before + _LONGEST_BREAK
            first, count = start - timedelta(days=earlier), days + earlier + _LONGEST_BREAK
            named, working = days_off(holidays, first, count)
            run = np.cumsum(working)
            off_with_holiday = np.isin(run, run[named]) & ~working
            self.holiday = off_with_holiday[earlier : earlier + days]
            self.working = working[earlier : earlier + days]
            self._working = working[_LONGEST_BREAK : earlier + days]

    def date_of(self, seconds: int) -> datetime:
        """Local date and time of an instant."""
        return datetime.combine(self.start, datetime.min.time()) + timedelta(seconds=int(seconds))

    def seconds_of(self, moment: int | datetime) -> int:
        """Seconds from 00:00 of day 0 to a moment; negative before it."""
        return seconds_since(self.start, moment)

    def begins(self, instants: Int64s, clock: Clock, hours: OfficeHours | None = None) -> Int64s:
        """When a clock that is started at each instant begins to count, same shape as `instants`.

        At once, but on a clock of ends of days as that day ends: the day of receipt does not count.
        """
        if clock is not Clock.DAY_ENDS:
            return instants
        begins: Int64s = (instants // DAY + 1) * DAY - _after_close(hours)
        return begins

    def counted(self, instants: Int64s, clock: Clock, hours: OfficeHours | None = None) -> Int64s:
        """Seconds that a clock has counted from the start to each instant, same shape as `instants`.

        Args:
            hours: office hours; the calendar's own for an office clock if not said. A clock of ends of days ends
                them as the office closes if they are said, and else at 24:00.
        """
        if clock is Clock.CALENDAR:
            return instants
        if clock is Clock.OFFICE:
            return self._in_spans(instants, hours or self.hours)
        shift = _after_close(hours) if clock is Clock.DAY_ENDS else 0
        return self._in_spans(instants + shift, ((0, DAY),))

    def spans(self, clock: Clock) -> Spans:
        """When a clock of working time counts, from day 0 to the last day that is known."""
        of_day = self.hours if clock is Clock.OFFICE else ((0, DAY),)
        days = np.flatnonzero(self.working)[:, np.newaxis] * DAY
        start, end = (days + np.array(edges) for edges in zip(*of_day, strict=True))
        start, end = start.ravel(), end.ravel()
        apart = start[1:] > end[:-1]  # days that follow each other touch at midnight
        return Spans(start[np.append(True, apart)[: len(start)]], end[np.append(apart, True)[: len(end)]])

    def elapsed(self, begin: Int64s, end: Int64s, clock: Clock, hours: OfficeHours | None = None) -> Int64s:
        """Seconds that a clock started at `begin` shows at `end`, same shape; 0 before it begins to count.

        The clock of ends of days shows one second more after the end of a working day until the next one begins:
        what happens on a Saturday has missed the end of Friday.
        """
        begins = self.begins(begin, clock, hours)
        seconds = self.counted(end, clock, hours) - self.counted(np.minimum(begins, end), clock, hours)
        if clock is Clock.DAY_ENDS:
            shifted = end + _after_close(hours) - 1  # the last second of a day belongs to it
            is_off = ~self._known_working[np.clip(shifted // DAY + self._before, 0, self._before + self.days)]
            seconds = np.where(end > begins, seconds + is_off, 0)
        return seconds

    def time_for(self, limit: SlaLimit, instant: int, hours: OfficeHours | None = None) -> int:
        """Seconds of calendar time, from an instant on, after which a limit has passed; whole days on working clocks.

        A weekend counts nothing there, so that a limit from Saturday on has passed as late as one from Monday on.

        Raises:
            ValueError: the calendar ends before that.
        """
        if limit.clock is Clock.CALENDAR:
            return limit.seconds
        ends = np.arange(instant // DAY, self.days) * DAY
        begin = np.full(len(ends), instant)
        reached = np.flatnonzero(self.elapsed(begin, ends, limit.clock, hours) > limit.seconds)
        if not len(reached):
            raise ValueError(f"the calendar of {self.days} days ends before {limit} have passed")
        return int(ends[reached[0]]) - instant

    def _in_spans(self, instants: Int64s, spans: OfficeHours) -> Int64s:
        """Seconds of the spans of working days before each instant."""
        day, second = np.divmod(instants + self._before * DAY, DAY)
        today = sum(np.clip(second, start, end) - start for start, end in spans)
        whole = sum(end - start for start, end in spans)
        seconds: Int64s = self._working_until[day] * whole + self._known_working[day] * today
        return seconds

    @cached_property
    def _working_until(self) -> Int64s:
        """Working days from day 0 to the beginning of each day, negative before it."""
        until = np.concatenate([[0], np.cumsum(self._working)]).astype(np.int64)
        of_day: Int64s = until - until[self._before]
        return of_day

    @cached_property
    def _known_working(self) -> Bools:
        """Working days, and that the day after the last known one is none."""
        return np.append(self._working, np.False_)


def _after_close(hours: OfficeHours | None) -> int:
    """Seconds of a day after its end: none, or those after the office closes."""
    return 0 if hours is None else DAY - hours[-1][1]
