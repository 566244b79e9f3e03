"""Units of time at the edges: what people write, and the calendar with its holidays and SLA clocks."""

import re
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import (
    DAY,
    HOUR,
    LONGEST,
    MINUTE,
    WEEK,
    Calendar,
    Clock,
    Limit,
    check_country,
    format_duration,
    hour_of,
    minutes,
    parse_duration,
    parse_limit,
    parse_moment,
    parse_span,
)

MONDAY = date(2021, 5, 3)  # a public holiday in China: the Labour Day of 2021 ended on Wednesday


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
        ("36525 d", LONGEST),
    ],
)
def test_durations(written: str, seconds: float) -> None:
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


@given(st.floats(0, LONGEST))
def test_a_duration_that_is_written_is_read_as_the_same(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.integers(1, LONGEST), st.sampled_from(Clock))
def test_a_limit_that_is_written_is_read_as_the_same(seconds: int, clock: Clock) -> None:
    assert parse_limit(str(Limit(seconds, clock))) == Limit(seconds, clock)


@pytest.mark.parametrize(
    ("written", "limit", "again"),
    [
        ("10 min", Limit(600), "10 min"),
        ("16 office hours", Limit(16 * HOUR, Clock.OFFICE), "16 office hours"),
        ("1 office hour", Limit(HOUR, Clock.OFFICE), "1 office hour"),
        ("7 working days", Limit(7 * DAY, Clock.WORKING), "7 working days"),
        ("0.5 working days", Limit(DAY // 2, Clock.WORKING), "0.5 working days"),
        ("0.6 s", Limit(1), "1 s"),
    ],
)
def test_limits(written: str, limit: Limit, again: str) -> None:
    assert parse_limit(written) == limit
    assert str(limit) == again


@pytest.mark.parametrize("written", ["0 s", "0.4 s", "7 workdays", 7, "-1 d", "40000 working days", ""])
def test_what_is_no_limit(written: object) -> None:
    with pytest.raises(ValueError, match=r"must .*\(got "):
        parse_limit(written)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("day 0", 0),
        ("day 10 19:30", 10 * DAY + 19 * HOUR + 30 * MINUTE),
        ("2021-05-13 19:30", datetime(2021, 5, 13, 19, 30)),
        ("2021-05-13T19:30:15", datetime(2021, 5, 13, 19, 30, 15)),
        ("2021-05-13", datetime(2021, 5, 13)),
        (datetime(2021, 5, 13), datetime(2021, 5, 13)),
    ],
)
def test_moments(written: object, moment: object) -> None:
    assert parse_moment(written) == moment


@pytest.mark.parametrize(
    "written",
    ["day 10 24:00", "day 10 9:60", "day -1", "day 1000000", 10, True, None, "2021-02-30", "2021-05-13 25:00",
     "2021-05-13 19:30+08:00", "2021-05-13 19:30Z", "20210513", "tomorrow"],
)  # fmt: skip
def test_what_is_no_moment(written: object) -> None:
    with pytest.raises(ValueError, match="must be like 'day 10 19:30' or '2021-05-13 19:30'"):
        parse_moment(written)


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("08:00-20:00", (8 * HOUR, 20 * HOUR)),
        ("20:00-08:00", (20 * HOUR, 32 * HOUR)),
        ("8:30 - 18:00", (8 * HOUR + 1800, 18 * HOUR)),
        ("00:00-24:00", (0, DAY)),
        ("16:00-24:00", (16 * HOUR, DAY)),
        ("08:00-08:00", (8 * HOUR, 32 * HOUR)),
    ],
)
def test_shifts(written: str, span: tuple[int, int]) -> None:
    assert parse_span(written) == span


@pytest.mark.parametrize("written", ["8-20", "24:00-08:00", "08:00-24:30", "08:60-20:00", 800, None, "08:00"])
def test_what_is_no_shift(written: object) -> None:
    with pytest.raises(ValueError, match=r"must be .*\(got "):
        parse_span(written)


def test_weekdays_and_dates() -> None:
    calendar = Calendar(MONDAY, days=9)
    assert calendar.weekday.tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert calendar.working.tolist() == [True] * 5 + [False] * 2 + [True] * 2
    assert not calendar.holiday.any()
    assert calendar.date_of(10 * DAY + 90) == datetime(2021, 5, 13, 0, 1, 30)
    assert calendar.seconds_of(datetime(2021, 5, 2, 23, 59)) == -60
    assert calendar.seconds_of(17) == 17


def test_chinese_holidays_move_working_days() -> None:
    # Labour Day 2021: free from Saturday 1 May to Wednesday 5 May, made up for on two weekend days.
    calendar = Calendar(date(2021, 4, 25), days=15, holidays="china")
    working = {calendar.date_of(day * DAY).strftime("%m-%d") for day in np.flatnonzero(calendar.working)}
    free = {calendar.date_of(day * DAY).strftime("%m-%d") for day in np.flatnonzero(calendar.holiday)}
    assert {"04-25", "05-08"} <= working  # a Sunday and a Saturday on which people work
    assert {"05-03", "05-04", "05-05"} <= free
    assert working.isdisjoint({"05-01", "05-02", "05-03", "05-04", "05-05"})


def test_other_countries() -> None:
    assert Calendar(date(2021, 7, 14), days=1, holidays="FR").holiday.tolist() == [True]
    with pytest.raises(ValueError, match=r"must be 'china' or an ISO country code \(got 'atlantis'\)"):
        check_country("atlantis")


def test_working_days_stand_still_at_the_weekend() -> None:
    calendar = Calendar(MONDAY, days=30)
    friday_noon, monday_noon = 4 * DAY + 12 * HOUR, 7 * DAY + 12 * HOUR
    counted = calendar.counted(np.array([friday_noon, monday_noon]), Clock.WORKING)
    assert counted[1] - counted[0] == DAY
    # Whole days: the cool-down that follows from it ends at midnight.
    assert calendar.time_for(Limit(DAY, Clock.WORKING), friday_noon) == 3.5 * DAY


def test_office_hours_count_from_half_past_eight_to_six() -> None:
    calendar = Calendar(MONDAY, days=30)
    instants = np.array([0, 8 * HOUR + 1800, 12 * HOUR, 18 * HOUR, 23 * HOUR, DAY + 9 * HOUR, 5 * DAY + 12 * HOUR])
    counted = calendar.counted(instants, Clock.OFFICE) / HOUR
    assert counted.tolist() == [0, 0, 3.5, 9.5, 9.5, 10, 47.5]


def test_a_limit_beyond_the_calendar_says_so() -> None:
    with pytest.raises(ValueError, match="the calendar of 5 days ends before 9 working days have passed"):
        Calendar(MONDAY, days=5).time_for(Limit(9 * DAY, Clock.WORKING), 0)


@given(st.integers(0, 27 * DAY), st.integers(0, 27 * DAY), st.sampled_from(Clock))
def test_no_clock_runs_backwards_or_faster_than_time(one: int, other: int, clock: Clock) -> None:
    early, late = sorted((one, other))
    counted = Calendar(MONDAY, days=30).counted(np.array([early, late]), clock)
    assert 0 <= counted[1] - counted[0] <= late - early


def test_hours_and_minutes() -> None:
    assert hour_of(np.array([0, HOUR - 1, HOUR, 25 * HOUR])).tolist() == [0, 0, 1, 1]
    assert minutes(np.array([90.0])).tolist() == [1.5]
