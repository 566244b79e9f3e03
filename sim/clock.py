"""Units of time at the edges, and the calendar that tells weekdays, holidays and office hours.

Inside, time is whole seconds since 00:00 of the scenario's first day. This module turns what people write
(`10 min`, `7 working days`, `day 10 19:30`) into seconds, and seconds into hours, weekdays and SLA clocks.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.tables import Bools, Floats, Int64s

if TYPE_CHECKING:
    from holidays import HolidayBase

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
WEEK: Final = 7 * DAY

OFFICE_OPENS: Final = 8 * HOUR + 30 * MINUTE
OFFICE_CLOSES: Final = 18 * HOUR

LONGEST: Final = 36_525 * DAY
"""A hundred years: a longer duration is a slip, and would leave the dates that the calendar can tell."""

_LONGEST_BREAK: Final = 16
"""Days that a run of days off around a public holiday can last."""

CALENDAR_MARGIN: Final = 2
"""Days that a scenario's calendar knows after its horizon, so that its last instants have a next day."""

UNITS: Final = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": MINUTE, "minute": MINUTE, "minutes": MINUTE,
    "h": HOUR, "hour": HOUR, "hours": HOUR,
    "d": DAY, "day": DAY, "days": DAY,
    "week": WEEK, "weeks": WEEK,
}  # fmt: skip
"""Seconds of each unit of a duration."""

LIMIT_UNITS: Final = ("working day", "working days", "office hour", "office hours")
"""What an SLA limit can be counted in besides."""

_NUMBER: Final = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
DURATION: Final = rf"^{_NUMBER} ?(?:{'|'.join(UNITS)})$"
"""How a duration is written, as a pattern for editors."""
LIMIT: Final = rf"^{_NUMBER} ?(?:{'|'.join([*UNITS, *LIMIT_UNITS])})$"
"""How an SLA limit is written."""
MOMENT: Final = (
    r"^(?:day [0-9]{1,5}(?: [0-9]{1,2}:[0-9]{2})?|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?)$"
)
"""How a moment is written."""
SPAN: Final = r"^[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2}$"
"""How a shift is written."""

_QUANTITY: Final = re.compile(rf"([+-]?{_NUMBER}) ?([a-zA-Z]+(?: [a-zA-Z]+)?)?")


class Clock(StrEnum):
    """Which seconds an SLA counts."""

    CALENDAR = "calendar"
    OFFICE = "office hours"
    WORKING = "working days"


@dataclass(frozen=True)
class Limit:
    """How long something may take, on which clock: `10 min`, `16 office hours`, `7 working days`.

    Attributes:
        seconds: on the limit's own clock; a working day has 24 hours of it, an office hour 60 minutes.
    """

    seconds: int
    clock: Clock = Clock.CALENDAR

    def __str__(self) -> str:
        if self.clock is Clock.CALENDAR:
            return format_duration(self.seconds)
        length, unit = (DAY, "working day") if self.clock is Clock.WORKING else (HOUR, "office hour")
        return f"{_plain(self.seconds / length)} {unit}{'' if self.seconds == length else 's'}"


def parse_duration(written: object) -> float:
    """Seconds of a duration with its unit, such as `90 s`, `1.5 min`, `2 h`, `4 d`, `2 weeks`.

    Raises:
        ValueError: no number, no unit, an unknown unit, a negative duration, or more than a hundred years;
            the text says which.
    """
    number, unit = _quantity(written)
    if unit not in UNITS:
        raise ValueError(f"must have one of the units s, min, h, d, week (got {written!r})")
    return _not_too_long(number * UNITS[unit], written)


def parse_limit(written: object) -> Limit:
    """An SLA limit: a duration, or a number of `working days` or `office hours`; at least one second.

    Raises:
        ValueError: as `parse_duration`, or less than a second.
    """
    number, unit = _quantity(written)
    if unit in UNITS:
        length, clock = UNITS[unit], Clock.CALENDAR
    elif unit in LIMIT_UNITS:
        length, clock = (DAY, Clock.WORKING) if unit.startswith("working") else (HOUR, Clock.OFFICE)
    else:
        units = "s, min, h, d, week, office hours, working days"
        raise ValueError(f"must have one of the units {units} (got {written!r})")
    seconds = round(_not_too_long(number * length, written))
    if seconds < 1:
        raise ValueError(f"must be at least 1 s (got {written!r})")
    return Limit(seconds, clock)


def parse_moment(written: object) -> int | datetime:
    """A moment of a scenario: `day 10 19:30` as seconds from its start, or a local date and time.

    Raises:
        ValueError: neither form.
    """
    if isinstance(written, datetime):
        return written
    if isinstance(written, str) and re.fullmatch(MOMENT, written):
        if written.startswith("day"):
            day, hour, minute = (int(part) for part in re.findall("[0-9]+", written + " 0:0")[:3])
            if hour < 24 and minute < 60:
                return day * DAY + hour * HOUR + minute * MINUTE
        else:
            with suppress(ValueError):
                return datetime.fromisoformat(written)
    raise ValueError(f"must be like 'day 10 19:30' or '2021-05-13 19:30' (got {written!r})")


def parse_span(written: object) -> tuple[int, int]:
    """Seconds from 00:00 at which a shift such as `20:00-08:00` starts and ends; past midnight ends the next day.

    Returns: (start, end) with 0 <= start < end <= start + 24 h; `00:00-24:00` is a whole day.

    Raises:
        ValueError: not of the form HH:MM-HH:MM, or not a time of day.
    """
    if not isinstance(written, str) or not re.fullmatch(SPAN, written):
        raise ValueError(f"must be like '08:00-20:00' (got {written!r})")
    opens, opens_minute, closes, closes_minute = (int(part) for part in re.findall("[0-9]+", written))
    start, end = opens * HOUR + opens_minute * MINUTE, closes * HOUR + closes_minute * MINUTE
    if opens > 23 or closes > 24 or max(opens_minute, closes_minute) > 59 or end > DAY:
        raise ValueError(f"must be times of day between 00:00 and 24:00 (got {written!r})")
    return start, end if end > start else end + DAY


def format_duration(seconds: float) -> str:
    """A duration as people write it, in the largest unit that leaves it short: `10 min`, `1.5 h`, `4 d`.

    Read again, it is the same duration to the last bit.
    """
    for unit, length in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        short = round(seconds / length, 2)
        if seconds >= length and short * length == seconds:
            return f"{_plain(short)} {unit}"
    return f"{_plain(seconds)} s"


def _plain(number: float) -> str:
    """A number with as many digits as it takes to tell it from all others, and no exponent."""
    return np.format_float_positional(number, trim="-")


def _not_too_long(seconds: float, written: object) -> float:
    if seconds > LONGEST:
        raise ValueError(f"must be at most {LONGEST // DAY} d, a hundred years (got {written!r})")
    return seconds


def _quantity(written: object) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(written) if isinstance(written, str) else None
    if not match or not match[2]:
        raise ValueError(f"must be a number with a unit, such as '10 min' (got {written!r})")
    number = float(match[1])
    if number < 0:
        raise ValueError(f"must be 0 or more (got {written!r})")
    return number, match[2]


class Calendar:
    """Days of a scenario: weekdays, public holidays, working days, and the SLA clocks that follow from them.

    Args:
        start: day 0.
        days: how many days are known; instants after them raise IndexError.
        holidays: `china`, the ISO code of another country, or None for no public holidays.
    """

    def __init__(self, start: date, days: int, holidays: str | None = None) -> None:
        self.start = start
        self.days = days
        self.weekday: Int64s = (np.arange(days) + start.weekday()) % 7
        """Monday is 0; shape (days,)."""
        self.holiday: Bools = np.zeros(days, dtype=np.bool_)
        """Public holidays with the days off around them, so that a holiday at a weekend is one too; shape (days,)."""
        self.working: Bools = self.weekday < 5
        """Working days, make-up working days at weekends included; shape (days,)."""
        if holidays is not None:
            # A run of days off may begin before day 0 or end after the last day.
            known = public_holidays(holidays, start - timedelta(days=_LONGEST_BREAK), days + 2 * _LONGEST_BREAK)
            dates = [start + timedelta(days=day) for day in range(-_LONGEST_BREAK, days + _LONGEST_BREAK)]
            named = np.array([day in known for day in dates], dtype=np.bool_)
            working = np.array([known.is_working_day(day) for day in dates], dtype=np.bool_)
            run = np.cumsum(working)
            off_with_holiday = np.isin(run, run[named]) & ~working
            self.holiday = off_with_holiday[_LONGEST_BREAK : _LONGEST_BREAK + days]
            self.working = working[_LONGEST_BREAK : _LONGEST_BREAK + days]

    def date_of(self, seconds: int) -> datetime:
        """Local date and time of an instant."""
        return datetime.combine(self.start, datetime.min.time()) + timedelta(seconds=int(seconds))

    def seconds_of(self, moment: int | datetime) -> int:
        """Seconds from 00:00 of day 0 to a moment; negative before it."""
        if isinstance(moment, datetime):
            return round((moment - datetime.combine(self.start, datetime.min.time())).total_seconds())
        return moment

    def counted(self, instants: Int64s, clock: Clock) -> Int64s:
        """Seconds that a clock has counted from the start to each instant, same shape as `instants`.

        The time between two instants on that clock is the difference of the two.
        """
        if clock is Clock.CALENDAR:
            return instants
        opens, closes = (OFFICE_OPENS, OFFICE_CLOSES) if clock is Clock.OFFICE else (0, DAY)
        day, second = np.divmod(instants, DAY)
        today = np.where(self._working_until[day + 1] > self._working_until[day], 1, 0)
        whole = self._working_until[day] * (closes - opens)
        counted: Int64s = whole + today * (np.clip(second, opens, closes) - opens)
        return counted

    def time_for(self, limit: Limit, instant: int) -> int:
        """Seconds of calendar time, from an instant on, after which a limit has passed; whole days on working clocks.

        A weekend counts nothing there, so that a limit from Saturday on has passed as late as one from Monday on.

        Raises:
            ValueError: the calendar ends before that.
        """
        if limit.clock is Clock.CALENDAR:
            return limit.seconds
        ends = np.arange(instant // DAY, self.days) * DAY
        due = self.counted(np.array([instant]), limit.clock)[0] + limit.seconds
        reached = np.flatnonzero(self.counted(ends, limit.clock) > due)
        if not len(reached):
            raise ValueError(f"the calendar of {self.days} days ends before {limit} have passed")
        return int(ends[reached[0]]) - instant

    @cached_property
    def _working_until(self) -> Int64s:
        return np.concatenate([[0], np.cumsum(self.working)]).astype(np.int64)


def public_holidays(country: str, start: date, days: int) -> "HolidayBase":
    """Public holidays of a country over the days from `start`, as a `holidays.HolidayBase`.

    Args:
        country: `china` or an ISO 3166 code.

    Raises:
        ValueError: a country that is not known.
    """
    import holidays  # heavy; only scenarios with holidays need it

    code = "CN" if country.lower() == "china" else country
    years = range(start.year, (start + timedelta(days=days)).year + 1)
    try:
        return holidays.country_holidays(code, years=years)
    except NotImplementedError:
        raise ValueError(f"must be 'china' or an ISO country code (got {country!r})") from None


def check_country(country: str) -> None:
    """Refuse a country whose public holidays are not known.

    Raises:
        ValueError: neither `china` nor an ISO 3166 code that is known.
    """
    public_holidays(country, date(2021, 1, 1), 1)


def hour_of(instants: Int64s) -> Int64s:
    """Hour of the day, 0 to 23, of each instant."""
    hours: Int64s = instants // HOUR % 24
    return hours


def minutes(seconds: Floats | Int64s) -> Floats:
    """Seconds as minutes."""
    return seconds / MINUTE
