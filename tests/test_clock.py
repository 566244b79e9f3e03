"""Units of time at the edges: what people write, and how it is written back."""

import re
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.clock import (
    DAY,
    HOUR,
    LONGEST_DURATION,
    MINUTE,
    WEEK,
    WORKING_CLOCKS,
    Clock,
    OfficeHours,
    SlaLimit,
    format_duration,
    format_working_time,
    hour_of,
    minutes,
    office_hours,
    parse_date,
    parse_duration,
    parse_limit,
    parse_moment,
    parse_span,
    parse_working_time,
)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90 s", 90),
        ("0 s", 0),
        ("1.5 min", 90),
        (".5 h", HOUR / 2),
        ("2h", 2 * HOUR),
        ("4 d", 4 * DAY),
        ("1 day", DAY),
        ("2 weeks", 2 * WEEK),
        ("7 天", 7 * DAY),
        ("10分钟", 600),
        (" １．５　小时 ", 5400),
        ("3 个小时", 3 * HOUR),
        ("36525 d", LONGEST_DURATION),
    ],
)
def test_a_duration_is_read_in_seconds(written: str, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (10, "must be a number with a unit, such as '10 min' (got 10)"),
        (10.0, "must be a number with a unit, such as '10 min' (got 10.0)"),
        (True, "must be a number with a unit, such as '10 min' (got True)"),
        (None, "must be a number with a unit, such as '10 min' (got None)"),
        ("ten min", "must be a number with a unit, such as '10 min' (got 'ten min')"),
        ("1e3 s", "must be a number with a unit, such as '10 min' (got '1e3 s')"),
        ("nan s", "must be a number with a unit, such as '10 min' (got 'nan s')"),
        ("1 h 30 min", "must be a number with a unit, such as '10 min' (got '1 h 30 min')"),
        ("5 mins", "must have one of the units s, min, h, d, week (got '5 mins')"),
        ("5 Min", "must have one of the units s, min, h, d, week (got '5 Min')"),
        ("7 working days", "must have one of the units s, min, h, d, week (got '7 working days')"),
        ("-5 min", "must be 0 or more (got '-5 min')"),
        ("36526 d", "must be at most 36525 d, a hundred years (got '36526 d')"),
        (f"{'9' * 400} s", f"must be at most 36525 d, a hundred years (got '{'9' * 400} s')"),
    ],
)
def test_what_is_no_duration(written: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_duration(written)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (30, "30 s"), (90, "1.5 min"), (600, "10 min"), (5400, "1.5 h"), (DAY, "1 d"), (3 * HOUR, "3 h"),
     (4458240, "51.6 d"), (1234567, "1234567 s"), (0.00001, "0.00001 s")],
)  # fmt: skip
def test_durations_are_written_short(seconds: float, written: str) -> None:
    assert format_duration(seconds) == written


@given(st.floats(0, LONGEST_DURATION))
def test_a_duration_that_is_written_is_read_as_the_same(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.floats(0, 10_000), st.sampled_from(WORKING_CLOCKS))
def test_working_time_that_is_written_is_read_as_the_same(number: float, clock: Clock) -> None:
    seconds = parse_working_time(f"{number:.20f} {clock}", clock)
    assert parse_working_time(format_working_time(seconds, clock), clock) == seconds


@given(st.integers(1, LONGEST_DURATION - DAY), st.sampled_from(Clock))
def test_a_limit_that_is_written_is_read_as_the_same(seconds: int, clock: Clock) -> None:
    if clock is Clock.DAY_ENDS:
        seconds = (seconds // DAY + 1) * DAY  # it counts whole days only
    assert parse_limit(str(SlaLimit(seconds, clock))) == SlaLimit(seconds, clock)


@pytest.mark.parametrize(
    ("written", "limit", "again"),
    [
        ("10 min", SlaLimit(600), "10 min"),
        ("16 office hours", SlaLimit(16 * HOUR, Clock.OFFICE), "16 office hours"),
        ("1 office hour", SlaLimit(HOUR, Clock.OFFICE), "1 office hour"),
        ("7 working days", SlaLimit(7 * DAY, Clock.WORKING), "7 working days"),
        ("0.5 working days", SlaLimit(DAY // 2, Clock.WORKING), "0.5 working days"),
        ("0.6 s", SlaLimit(1), "1 s"),
        ("7 个工作日", SlaLimit(7 * DAY, Clock.WORKING), "7 working days"),
        ("end of working day 7", SlaLimit(7 * DAY, Clock.DAY_ENDS), "end of working day 7"),
    ],
)
def test_a_limit_is_read_and_written_again(written: str, limit: SlaLimit, again: str) -> None:
    assert parse_limit(written) == limit
    assert str(limit) == again


@pytest.mark.parametrize(
    "written",
    ["0 s", "0.4 s", "7 workdays", 7, "-1 d", "40000 working days", "", "end of working day 1.5"],
)
def test_what_is_no_limit(written: object) -> None:
    with pytest.raises(ValueError, match=r"must .*\(got "):
        parse_limit(written)


def test_the_day_of_receipt_is_no_working_day_to_count_to() -> None:
    with pytest.raises(ValueError, match="the first working day that counts is 1"):
        parse_limit("end of working day 0")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("day 0", 0),
        ("day 10 19:30", 10 * DAY + 19 * HOUR + 30 * MINUTE),
        ("2021-05-13 19:30", datetime(2021, 5, 13, 19, 30)),
        ("2021-05-13T19:30:15", datetime(2021, 5, 13, 19, 30, 15)),
        ("2021-05-13", datetime(2021, 5, 13)),
        ("2021/5/13 9：05", datetime(2021, 5, 13, 9, 5)),
        ("day 3 ０８：００", 3 * DAY + 8 * HOUR),
        (datetime(2021, 5, 13), datetime(2021, 5, 13)),
    ],
)
def test_a_moment_is_read_as_a_local_time_or_seconds_from_the_start(written: object, moment: object) -> None:
    assert parse_moment(written) == moment


@pytest.mark.parametrize(
    "written",
    ["day 10 24:00", "day 10 9:60", "day -1", "day 1000000", 10, True, None, "2021-05-13 25:00",
     "2021-05-13 19:30+08:00", "2021-05-13 19:30Z", "20210513", "tomorrow"],
)  # fmt: skip
def test_what_is_no_moment(written: object) -> None:
    with pytest.raises(ValueError, match="must be like 'day 10 19:30' or '2021-05-13 19:30'"):
        parse_moment(written)


@pytest.mark.parametrize("written", ["2021-02-29", "2021-13-01", "2021/4/31", "2021-00-10", "2021-02-30 08:00"])
def test_a_date_that_does_not_exist_is_called_that(written: str) -> None:
    with pytest.raises(ValueError, match=r"is a date that does not exist \(got "):
        parse_moment(written)


@pytest.mark.parametrize("written", ["2021-05-03", "2021/5/3", "2021.5.3", "２０２１-05-03", date(2021, 5, 3)])
def test_a_date_is_read_however_offices_write_it(written: object) -> None:
    assert parse_date(written) == date(2021, 5, 3)


@pytest.mark.parametrize("written", ["3/5/2021", "2021-5/3", "May 3", 20210503, None, datetime(2021, 5, 3)])
def test_what_is_no_date(written: object) -> None:
    with pytest.raises(ValueError, match="must be a date such as 2021-05-03"):
        parse_date(written)


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("08:00-20:00", (8 * HOUR, 20 * HOUR)),
        ("20:00-08:00", (20 * HOUR, 32 * HOUR)),
        ("8:30 - 18:00", (8 * HOUR + 1800, 18 * HOUR)),
        ("00:00-24:00", (0, DAY)),
        ("16:00-24:00", (16 * HOUR, DAY)),
        ("08:00-08:00", (8 * HOUR, 32 * HOUR)),
        ("08：00－20：00", (8 * HOUR, 20 * HOUR)),
        ("8:00～20:00", (8 * HOUR, 20 * HOUR)),
    ],
)
def test_a_shift_is_read_as_a_span_that_may_pass_midnight(written: str, span: tuple[int, int]) -> None:
    assert parse_span(written) == span


@pytest.mark.parametrize("written", ["8-20", "24:00-08:00", "08:00-24:30", "08:60-20:00", 800, None, "08:00"])
def test_what_is_no_shift(written: object) -> None:
    with pytest.raises(ValueError, match=r"must be .*\(got "):
        parse_span(written)


def test_office_hours_are_put_in_order_and_those_that_touch_are_one() -> None:
    assert office_hours(((13 * HOUR, 17 * HOUR), (8 * HOUR, 10 * HOUR), (10 * HOUR, 12 * HOUR))) == (
        (8 * HOUR, 12 * HOUR),
        (13 * HOUR, 17 * HOUR),
    )


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ((), "must name at least one span, such as 08:30-18:00"),
        (((8 * HOUR, 12 * HOUR), (11 * HOUR, 17 * HOUR)), "has spans that overlap"),
        (((20 * HOUR, 32 * HOUR),), "office hours end on the day on which they begin"),
    ],
)
def test_what_are_no_office_hours(spans: OfficeHours, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        office_hours(spans)


def test_hours_and_minutes() -> None:
    assert hour_of(np.array([0, HOUR - 1, HOUR, 25 * HOUR])).tolist() == [0, 0, 1, 1]
    assert minutes(np.array([90.0])).tolist() == [1.5]
