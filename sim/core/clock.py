"""Units of time at the edges: what people write (`10 min`, `7 working days`, `day 10 19:30`) as seconds, and back.

Inside, time is whole seconds since 00:00 of the scenario's first day. Full-width digits, colons and spaces of
Chinese keyboards mean what their ASCII twins mean.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import numpy as np

from sim.core.tables import Floats, Int64s

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
WEEK: Final = 7 * DAY

OfficeHours = tuple[tuple[int, int], ...]
"""Spans of a working day in which an office is open: seconds from 00:00, ascending, none touching the next."""

OFFICE_HOURS: Final[OfficeHours] = ((8 * HOUR + 30 * MINUTE, 18 * HOUR),)
"""When an office is open if nobody says otherwise."""

LONGEST_DURATION: Final = 36_525 * DAY
"""A hundred years: a longer duration is a slip, and would leave the dates that the calendar can tell."""

DURATION_UNITS: Final = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1, "秒": 1,
    "min": MINUTE, "minute": MINUTE, "minutes": MINUTE, "分": MINUTE, "分钟": MINUTE,
    "h": HOUR, "hour": HOUR, "hours": HOUR, "时": HOUR, "小时": HOUR,
    "d": DAY, "day": DAY, "days": DAY, "天": DAY, "日": DAY,
    "week": WEEK, "weeks": WEEK, "周": WEEK,
}  # fmt: skip
"""Seconds of each unit of a duration."""


class Clock(StrEnum):
    """Which seconds an SLA counts."""

    CALENDAR = "calendar"
    OFFICE = "office hours"
    WORKING = "working days"
    DAY_ENDS = "ends of working days"
    """Whole working days after the one on which the clock starts; the last ends at 24:00, or as the office closes."""


WORKING_CLOCKS: Final = (Clock.WORKING, Clock.OFFICE)
"""Clocks of working time that a wait may pass on; the first has number 1 among those of a roster."""

_LIMIT_UNITS: Final = {
    "working day": Clock.WORKING, "working days": Clock.WORKING, "工作日": Clock.WORKING,
    "office hour": Clock.OFFICE, "office hours": Clock.OFFICE, "办公小时": Clock.OFFICE,
}  # fmt: skip
"""What an SLA limit, and a wait, can be counted in besides."""

_LENGTHS: Final = {Clock.WORKING: DAY, Clock.OFFICE: HOUR}
"""Seconds of the unit of a clock of working time, on that clock."""

_NUMBER: Final = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_DAY_END: Final = "end of working day ([0-9]{1,5})"
_COLON: Final = "[:：]"
_DATE: Final = r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}"
_TIME: Final = rf"[0-9]{{1,2}}{_COLON}[0-9]{{2}}"

DURATION: Final = rf"^ *{_NUMBER} *个?(?:{'|'.join(DURATION_UNITS)}) *$"
"""How a duration is written, as a pattern for editors."""
WORKING_TIME: Final = rf"^ *{_NUMBER} *个?(?:{'|'.join(_LIMIT_UNITS)}) *$"
"""How a duration in working time is written."""
LIMIT: Final = rf"^ *(?:{_NUMBER} *个?(?:{'|'.join([*DURATION_UNITS, *_LIMIT_UNITS])})|{_DAY_END}) *$"
"""How an SLA limit is written."""
DATE: Final = rf"^{_DATE}$"
"""How a date is written."""
MOMENT: Final = rf"^ *(?:day [0-9]{{1,5}}(?: {_TIME})?|{_DATE}(?:[ T]{_TIME}(?:{_COLON}[0-9]{{2}})?)?) *$"
"""How a moment is written."""
SPAN: Final = rf"^ *{_TIME} *[-－–—~～] *{_TIME} *$"
"""How a shift is written."""

_QUANTITY: Final = re.compile(rf"([+-]?{_NUMBER}) *个?([a-zA-Z]+(?: [a-zA-Z]+)?|[一-龥]+)?")


@dataclass(frozen=True)
class SlaLimit:
    """How long something may take, on which clock: `10 min`, `16 office hours`, `7 working days`.

    Attributes:
        seconds: on the limit's own clock; a working day has 24 hours of it, an office hour 60 minutes.
    """

    seconds: int
    clock: Clock = Clock.CALENDAR

    def __str__(self) -> str:
        if self.clock is Clock.CALENDAR:
            return format_duration(self.seconds)
        if self.clock is Clock.DAY_ENDS:
            return f"end of working day {self.seconds // DAY}"
        return format_working_time(self.seconds, self.clock)


def plain_text(written: object) -> str:
    """What was typed, without spaces around it and with ASCII for full-width signs; empty for what is no text."""
    return unicodedata.normalize("NFKC", written).strip() if isinstance(written, str) else ""


def parse_duration(written: object) -> float:
    """Seconds of a duration with its unit, such as `90 s`, `1.5 min`, `2 h`, `4 d`, `2 weeks`, `7 天`.

    Raises:
        ValueError: no number, no unit, an unknown unit, a negative duration, or more than a hundred years;
            the text says which.
    """
    number, unit = _quantity(written)
    if unit not in DURATION_UNITS:
        raise ValueError(f"must have one of the units s, min, h, d, week (got {written!r})")
    return _not_too_long(number * DURATION_UNITS[unit], written)


def clock_of(written: object) -> Clock:
    """The clock that the unit of a duration says: `3 working days`, `4 office hours`, or else calendar time."""
    match = _QUANTITY.fullmatch(plain_text(written))
    return _LIMIT_UNITS.get(match[2], Clock.CALENDAR) if match and match[2] else Clock.CALENDAR


def parse_working_time(written: object, clock: Clock) -> float:
    """Seconds, on a clock of working time, of a duration in its unit, such as `3 working days`.

    Raises:
        ValueError: as `parse_duration`, or another unit.
    """
    number, unit = _quantity(written)
    if _LIMIT_UNITS.get(unit) is not clock:
        raise ValueError(f"must be in {clock}, as the other durations are (got {written!r})")
    return _not_too_long(number * _LENGTHS[clock], written)


def parse_limit(written: object) -> SlaLimit:
    """An SLA limit: a duration, a number of `working days` or `office hours`, or `end of working day 7`.

    Raises:
        ValueError: as `parse_duration`, or less than a second.
    """
    day_end = re.fullmatch(_DAY_END, plain_text(written))
    if day_end:
        number, length, clock = float(day_end[1]), DAY, Clock.DAY_ENDS
        if not number:
            raise ValueError(f"the first working day that counts is 1 (got {written!r})")
    else:
        number, unit = _quantity(written)
        if unit in DURATION_UNITS:
            length, clock = DURATION_UNITS[unit], Clock.CALENDAR
        elif unit in _LIMIT_UNITS:
            clock = _LIMIT_UNITS[unit]
            length = _LENGTHS[clock]
        else:
            units = "s, min, h, d, week, office hours, working days"
            raise ValueError(f"must have one of the units {units}, or be like 'end of working day 7' (got {written!r})")
    seconds = round(_not_too_long(number * length, written))
    if seconds < 1:
        raise ValueError(f"must be at least 1 s (got {written!r})")
    return SlaLimit(seconds, clock)


def parse_date(written: object) -> date:
    """A date: `2021-05-03`, or as spreadsheets write it `2021/5/3`.

    Raises:
        ValueError: not of that form, or a date that does not exist; the text says which.
    """
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    text = plain_text(written)
    if not re.fullmatch(_DATE, text):
        raise ValueError(f"must be a date such as 2021-05-03 (got {written!r})")
    try:
        return date(*(int(part) for part in re.split("[-/.]", text)))
    except ValueError:
        raise ValueError(f"is a date that does not exist (got {written!r})") from None


def parse_moment(written: object) -> int | datetime:
    """A moment of a scenario: `day 10 19:30` as seconds from its start, or a local date and time.

    Raises:
        ValueError: neither form, or a date that does not exist.
    """
    if isinstance(written, datetime):
        return written
    text = plain_text(written)
    if re.fullmatch(MOMENT, text):
        numbers = [int(part) for part in re.findall("[0-9]+", text)]
        if text.startswith("day"):
            day, hour, minute = (*numbers, 0, 0)[:3]
            if hour < 24 and minute < 60:
                return day * DAY + hour * HOUR + minute * MINUTE
        else:
            day_of = parse_date(re.split("[ T]", text)[0])
            hour, minute, second = (*numbers[3:], 0, 0, 0)[:3]
            if hour < 24 and minute < 60 and second < 60:
                return datetime(day_of.year, day_of.month, day_of.day, hour, minute, second)
    raise ValueError(f"must be like 'day 10 19:30' or '2021-05-13 19:30' (got {written!r})")


def seconds_since(start: date, moment: int | datetime) -> int:
    """Seconds from 00:00 of a day to a moment, which is seconds from there or a local time; negative before it."""
    if isinstance(moment, datetime):
        return round((moment - datetime.combine(start, datetime.min.time())).total_seconds())
    return moment


def parse_span(written: object) -> tuple[int, int]:
    """Seconds from 00:00 at which a shift such as `20:00-08:00` starts and ends; past midnight ends the next day.

    Returns: (start, end) with 0 <= start < end <= start + 24 h; `00:00-24:00` is a whole day.

    Raises:
        ValueError: not of the form HH:MM-HH:MM, or not a time of day.
    """
    text = plain_text(written)
    if not re.fullmatch(SPAN, text):
        raise ValueError(f"must be like '08:00-20:00' (got {written!r})")
    opens, opens_minute, closes, closes_minute = (int(part) for part in re.findall("[0-9]+", text))
    start, end = opens * HOUR + opens_minute * MINUTE, closes * HOUR + closes_minute * MINUTE
    if opens > 23 or closes > 24 or max(opens_minute, closes_minute) > 59 or end > DAY:
        raise ValueError(f"must be times of day between 00:00 and 24:00 (got {written!r})")
    return start, end if end > start else end + DAY


def office_hours(spans: OfficeHours) -> OfficeHours:
    """Spans of a day as office hours: ascending, and those that touch as one.

    Raises:
        ValueError: none, one that passes midnight, or two that overlap.
    """
    if not spans:
        raise ValueError("must name at least one span, such as 08:30-18:00")
    if any(end > DAY for _, end in spans):
        raise ValueError("office hours end on the day on which they begin")
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            raise ValueError("has spans that overlap")
        if joined and start == joined[-1][1]:
            start = joined.pop()[0]
        joined.append((start, end))
    return tuple(joined)


def format_duration(seconds: float) -> str:
    """A duration as people write it, in the largest unit that leaves it short: `10 min`, `1.5 h`, `4 d`.

    Read again, it is the same duration to the last bit.
    """
    for unit, length in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        short = round(seconds / length, 2)
        if seconds >= length and short * length == seconds:
            return f"{_plain(short)} {unit}"
    return f"{_plain(seconds)} s"


def format_working_time(seconds: float, clock: Clock) -> str:
    """A duration on a clock of working time as people write it: `3 working days`, `1 office hour`.

    Read again, it is the same duration to the last bit.
    """
    length = _LENGTHS[clock]
    near = (seconds / length, np.nextafter(seconds / length, 0), np.nextafter(seconds / length, np.inf))
    number = next((float(each) for each in near if each * length == seconds), seconds / length)
    return f"{_plain(number)} {clock.value.removesuffix('s')}{'' if seconds == length else 's'}"


def _plain(number: float) -> str:
    """A number with as many digits as it takes to tell it from all others, and no exponent."""
    return np.format_float_positional(number, trim="-")


def _not_too_long(seconds: float, written: object) -> float:
    if seconds > LONGEST_DURATION:
        raise ValueError(f"must be at most {LONGEST_DURATION // DAY} d, a hundred years (got {written!r})")
    return seconds


def _quantity(written: object) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(plain_text(written))
    if not match or not match[2]:
        raise ValueError(f"must be a number with a unit, such as '10 min' (got {written!r})")
    number = float(match[1])
    if number < 0:
        raise ValueError(f"must be 0 or more (got {written!r})")
    return number, match[2]


def hour_of(instants: Int64s) -> Int64s:
    """Hour of the day, 0 to 23, of each instant."""
    hours: Int64s = instants // HOUR % 24
    return hours


def minutes(seconds: Floats | Int64s) -> Floats:
    """Seconds as minutes."""
    return seconds / MINUTE
