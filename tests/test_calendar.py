"""The calendar of a scenario: days off of places and of own lists, and the SLA clocks that count around them.

Each clock is held against a twin that looks at every second by itself.
"""

import re
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.core.calendar import Calendar, DaysOff, place_of, regional_days, unannounced_years
from sim.core.clock import DAY, HOUR, MINUTE, OFFICE_HOURS, Clock, OfficeHours, SlaLimit
from sim.core.tables import NOT_YET

MONDAY = date(2021, 5, 3)  # a public holiday in China: the Labour Day of 2021 ended on Wednesday
CHINA = DaysOff("CN")

LUNCH: OfficeHours = ((8 * HOUR + 30 * MINUTE, 12 * HOUR), (14 * HOUR, 17 * HOUR + 30 * MINUTE))


# Days


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
    calendar = Calendar(date(2021, 4, 25), days=15, holidays=CHINA)
    working = {calendar.date_of(day * DAY).strftime("%m-%d") for day in np.flatnonzero(calendar.working)}
    free = {calendar.date_of(day * DAY).strftime("%m-%d") for day in np.flatnonzero(calendar.holiday)}
    assert {"04-25", "05-08"} <= working  # a Sunday and a Saturday on which people work
    assert {"05-03", "05-04", "05-05"} <= free
    assert working.isdisjoint({"05-01", "05-02", "05-03", "05-04", "05-05"})


def test_other_countries() -> None:
    assert Calendar(date(2021, 7, 14), days=1, holidays=DaysOff("FR")).holiday.tolist() == [True]


def test_working_days_stand_still_at_the_weekend() -> None:
    calendar = Calendar(MONDAY, days=30)
    friday_noon, monday_noon = 4 * DAY + 12 * HOUR, 7 * DAY + 12 * HOUR
    counted = calendar.counted(np.array([friday_noon, monday_noon]), Clock.WORKING)
    assert counted[1] - counted[0] == DAY
    # Whole days: the cool-down that follows from it ends at midnight.
    assert calendar.time_for(SlaLimit(DAY, Clock.WORKING), friday_noon) == 3.5 * DAY


def test_office_hours_count_from_half_past_eight_to_six() -> None:
    calendar = Calendar(MONDAY, days=30)
    instants = np.array([0, 8 * HOUR + 1800, 12 * HOUR, 18 * HOUR, 23 * HOUR, DAY + 9 * HOUR, 5 * DAY + 12 * HOUR])
    counted = calendar.counted(instants, Clock.OFFICE) / HOUR
    assert counted.tolist() == [0, 0, 3.5, 9.5, 9.5, 10, 47.5]


def test_a_limit_beyond_the_calendar_says_so() -> None:
    with pytest.raises(ValueError, match="the calendar of 5 days ends before 9 working days have passed"):
        Calendar(MONDAY, days=5).time_for(SlaLimit(9 * DAY, Clock.WORKING), 0)


def test_a_region_has_holidays_of_its_own() -> None:
    easter_monday = date(2024, 4, 1)
    assert not Calendar(easter_monday, 1, DaysOff("GB", "ENG")).working[0]
    assert Calendar(easter_monday, 1, DaysOff("GB", "SCT")).working[0]
    corpus_christi = date(2024, 5, 30)
    assert not Calendar(corpus_christi, 1, DaysOff("DE", "BY")).working[0]
    assert Calendar(corpus_christi, 1, DaysOff("DE")).working[0]


def test_own_lists_stand_over_those_of_the_country() -> None:
    rule = DaysOff("CN", days_off=frozenset({date(2027, 2, 15)}), working=frozenset({date(2027, 2, 20)}))
    calendar = Calendar(date(2027, 2, 15), 6, rule)
    assert calendar.working.tolist() == [False, True, True, True, True, True], "Monday off, Saturday made up"
    assert calendar.holiday.tolist() == [True] + [False] * 5


def test_own_lists_need_no_country() -> None:
    rule = DaysOff(days_off=frozenset({date(2024, 12, 31)}), working=frozenset({date(2024, 12, 28)}))
    calendar = Calendar(date(2024, 12, 27), 6, rule)
    assert calendar.working.tolist() == [True, True, False, True, False, True]
    assert calendar.holiday.tolist() == [False, False, False, False, True, False]


def test_days_off_beside_a_weekend_make_it_part_of_the_holiday() -> None:
    calendar = Calendar(date(2024, 12, 27), 5, DaysOff(days_off=frozenset({date(2024, 12, 30)})))
    assert calendar.holiday.tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("country", "region", "message"),
    [
        ("atlantis", None, "must be 'china' or an ISO country code (got 'atlantis')"),
        ("HolidayBase", None, "must be 'china' or an ISO country code (got 'HolidayBase')"),
        ("GB", "LON", "GB has no region 'LON'; those that are known: ENG, NIR, SCT, WLS"),
        ("CN", "BJ", "CN has no region 'BJ'; those that are known: none"),
    ],
)
def test_places_that_are_not_known(country: str, region: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        place_of(country, region)


@pytest.mark.parametrize(
    ("country", "region", "codes"),
    [
        ("china", None, ("CN", None)),
        ("CHN", None, ("CN", None)),
        ("de", "by", ("DE", "BY")),
        ("DE", "augsburg", ("DE", "Augsburg")),
        ("UK", "eng", ("UK", "ENG")),
    ],
)
def test_codes_of_places_in_any_case(country: str, region: str | None, codes: tuple[str, str | None]) -> None:
    assert place_of(country, region) == codes


def test_days_that_are_off_in_some_regions_only_are_told_where_no_region_is_named() -> None:
    spring = (date(2024, 3, 20), date(2024, 4, 10))
    found = regional_days(DaysOff("GB"), *spring)
    assert found is not None
    assert (found.days, found.regions) == ((date(2024, 4, 1),), ("ENG", "NIR", "WLS"))
    assert regional_days(DaysOff("GB", "SCT"), *spring) is None
    assert regional_days(DaysOff("GB"), date(2024, 4, 2), date(2024, 4, 10)) is None
    assert regional_days(DaysOff("GB", days_off=frozenset(found.days)), *spring) is None
    assert regional_days(CHINA, *spring) is None


def test_a_year_whose_make_up_days_are_not_announced_is_known_once_they_are_listed() -> None:
    year = (date(2098, 2, 1), date(2098, 2, 28))
    assert unannounced_years(CHINA, *year) == [2098]
    assert unannounced_years(CHINA._replace(working=frozenset({date(2098, 2, 15)})), *year) == []
    assert unannounced_years(CHINA, date(2024, 2, 1), date(2024, 2, 28)) == []
    assert unannounced_years(DaysOff("FR"), *year) == []


# Clocks, as worked out by hand


def elapsed(calendar: Calendar, begin: datetime, end: datetime, clock: Clock, hours: OfficeHours | None = None) -> int:
    """Seconds on a clock between two instants, given as dates and times."""
    instants = [np.array([calendar.seconds_of(each)]) for each in (begin, end)]
    return int(calendar.elapsed(instants[0], instants[1], clock, hours)[0])


def in_2024(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, second)


FRIDAY_AT_FIVE = in_2024(3, 15, 17)


@pytest.mark.parametrize(
    ("begin", "end", "seconds"),
    [
        (FRIDAY_AT_FIVE, in_2024(3, 18, 11, 30), 4 * HOUR),
        (FRIDAY_AT_FIVE, in_2024(3, 18, 11, 31), 4 * HOUR + 60),
        (in_2024(3, 15, 18, 30), in_2024(3, 16, 9, 30), 0),
        (in_2024(3, 15, 18), in_2024(3, 18, 8, 31), 60),
        (in_2024(3, 15, 17, 59, 59), in_2024(3, 18, 8, 30, 59), 60),
        (in_2024(3, 15, 8, 29, 59), in_2024(3, 15, 8, 30, 59), 59),
        (in_2024(3, 15, 8, 30), in_2024(3, 15, 8, 31), 60),
        # The Spring Festival of 2024: off from Saturday the 10th to the 17th, Sunday the 18th is worked.
        (in_2024(2, 9, 17), in_2024(2, 18, 11, 30), 4 * HOUR),
    ],
)
def test_office_hours_around_closing_time_weekends_and_the_spring_festival(
    begin: datetime, end: datetime, seconds: int
) -> None:
    calendar = Calendar(date(2024, 2, 1), 60, CHINA)
    assert elapsed(calendar, begin, end, Clock.OFFICE) == seconds


def test_a_working_day_over_the_spring_festival_ends_on_the_make_up_sunday() -> None:
    calendar = Calendar(date(2024, 2, 1), 60, CHINA)
    assert elapsed(calendar, in_2024(2, 9, 17), in_2024(2, 18, 17), Clock.WORKING) == DAY
    assert calendar.date_of(calendar.seconds_of(in_2024(2, 9, 17)) + DAY) < in_2024(2, 18, 17)


def test_the_spans_of_a_clock_count_what_the_clock_counts() -> None:
    """From Friday over a weekend: office hours with a lunch break, and working days that touch at midnight."""
    calendar = Calendar(date(2021, 5, 14), 5, hours=((8 * HOUR, 12 * HOUR), (14 * HOUR, 18 * HOUR)))
    hours = calendar.spans(Clock.OFFICE)
    assert hours.start.tolist() == [day * DAY + hour * HOUR for day in (0, 3, 4) for hour in (8, 14)]
    assert hours.end.tolist() == [day * DAY + hour * HOUR for day in (0, 3, 4) for hour in (12, 18)]
    days = calendar.spans(Clock.WORKING)
    assert [days.start.tolist(), days.end.tolist()] == [[0, 3 * DAY], [DAY, 5 * DAY]]
    begin, seconds = np.meshgrid(np.arange(0, 5 * DAY, 1800), np.array([0, 1, HOUR, 4 * HOUR, 2 * DAY]))
    for clock, spans in ((Clock.OFFICE, hours), (Clock.WORKING, days)):
        ends = spans.ends(begin.ravel(), seconds.ravel())
        known = ends != NOT_YET
        passed = calendar.counted(ends, clock) - calendar.counted(begin.ravel(), clock)
        assert (passed == seconds.ravel())[known].all()
        # A second earlier it had not passed yet.
        before = calendar.counted(ends - 1, clock) - calendar.counted(begin.ravel(), clock)
        assert ((before < seconds.ravel()) | (seconds.ravel() == 0))[known].all()
        rest = calendar.counted(np.full(begin.size, 5 * DAY), clock) - calendar.counted(begin.ravel(), clock)
        assert (rest < seconds.ravel())[~known].all()


def test_a_lunch_break_does_not_count() -> None:
    calendar = Calendar(date(2024, 3, 11), 14)
    assert elapsed(calendar, in_2024(3, 12, 11, 30), in_2024(3, 12, 14, 30), Clock.OFFICE, LUNCH) == HOUR
    assert elapsed(calendar, in_2024(3, 12, 11, 30), in_2024(3, 12, 14, 30), Clock.OFFICE) == 3 * HOUR
    of_the_scenario = Calendar(date(2024, 3, 11), 14, hours=LUNCH)
    assert elapsed(of_the_scenario, in_2024(3, 12, 11, 30), in_2024(3, 12, 14, 30), Clock.OFFICE) == HOUR


@pytest.mark.parametrize(
    ("received", "last", "closes"),
    [
        (in_2024(3, 15, 9), in_2024(3, 20, 0), in_2024(3, 19, 17, 30)),  # a Friday: Monday and Tuesday
        (in_2024(3, 15, 23, 59), in_2024(3, 20, 0), in_2024(3, 19, 17, 30)),
        (in_2024(3, 16, 9), in_2024(3, 20, 0), in_2024(3, 19, 17, 30)),  # a Saturday, the same
        (in_2024(3, 18, 0), in_2024(3, 21, 0), in_2024(3, 20, 17, 30)),  # a Monday at midnight belongs to Monday
        (in_2024(3, 20, 12), in_2024(3, 23, 0), in_2024(3, 22, 17, 30)),  # a Wednesday: to the end of Friday
        (in_2024(2, 9, 12), in_2024(2, 20, 0), in_2024(2, 19, 17, 30)),  # over the Spring Festival
    ],
)
def test_the_end_of_working_day_two(received: datetime, last: datetime, closes: datetime) -> None:
    """The day of receipt does not count; what comes a second after the end is late, at a weekend too."""
    calendar, second = Calendar(date(2024, 2, 1), 60, CHINA), timedelta(seconds=1)
    for hours, end in ((None, last), (LUNCH, closes)):
        assert elapsed(calendar, received, end, Clock.DAY_ENDS, hours) == 2 * DAY
        assert elapsed(calendar, received, end + second, Clock.DAY_ENDS, hours) > 2 * DAY
        assert elapsed(calendar, received, end - second, Clock.DAY_ENDS, hours) < 2 * DAY


def test_what_is_done_on_the_day_of_receipt_took_no_day() -> None:
    calendar = Calendar(date(2024, 3, 11), 14)
    assert elapsed(calendar, in_2024(3, 12, 9), in_2024(3, 12, 23), Clock.DAY_ENDS) == 0
    assert elapsed(calendar, in_2024(3, 16, 9), in_2024(3, 16, 12), Clock.DAY_ENDS) == 0


# Clocks, against a count of every second

DAYS = 12
INSTANTS = st.integers(0, (DAYS - 2) * DAY) | st.builds(
    lambda day, minute, second: day * DAY + minute * MINUTE + second,
    st.integers(0, DAYS - 3),
    st.sampled_from([0, 510, 720, 840, 1050, 1080]),
    st.integers(-1, 1),
).map(abs)
HOURS = st.none() | st.sampled_from([OFFICE_HOURS, LUNCH, ((0, DAY),), ((600, 660), (DAY - 60, DAY))])
CALENDARS = st.sampled_from(
    [
        Calendar(MONDAY, DAYS),
        Calendar(date(2024, 2, 9), DAYS, CHINA),
        Calendar(date(2024, 2, 17), DAYS, CHINA, LUNCH),
        Calendar(date(2024, 3, 28), DAYS, DaysOff("GB", "ENG")),
    ]
)


def ticks(calendar: Calendar, second: int, clock: Clock, hours: OfficeHours | None) -> bool:
    """Whether a clock counts one second."""
    if clock is Clock.CALENDAR:
        return True
    if clock is Clock.DAY_ENDS and hours is not None:
        second += DAY - hours[-1][1]  # the day after the close is part of the next one
    day, of_day = divmod(second, DAY)
    spans = (hours or calendar.hours) if clock is Clock.OFFICE else ((0, DAY),)
    return bool(calendar.working[day]) and any(opens <= of_day < closes for opens, closes in spans)


@given(CALENDARS, INSTANTS, INSTANTS, st.sampled_from([Clock.CALENDAR, Clock.OFFICE, Clock.WORKING]), HOURS)
def test_clocks_agree_with_a_count_of_every_second(
    calendar: Calendar, one: int, other: int, clock: Clock, hours: OfficeHours | None
) -> None:
    begin, end = sorted((one, other))
    end = min(end, begin + 3 * DAY)
    counted = sum(ticks(calendar, second, clock, hours) for second in range(begin, end))
    assert calendar.elapsed(np.array([begin]), np.array([end]), clock, hours).tolist() == [counted]


@given(CALENDARS, INSTANTS, INSTANTS, st.integers(1, 4), HOURS)
@example(Calendar(MONDAY, DAYS), 0, 5 * DAY + 1, 4, None)
def test_the_end_of_a_working_day_agrees_with_a_walk_from_day_to_day(
    calendar: Calendar, one: int, other: int, number: int, hours: OfficeHours | None
) -> None:
    begin, end = sorted((one, other))
    last, left = begin // DAY, number
    while left and last < DAYS - 1:
        last += 1
        left -= int(calendar.working[last])
    deadline = last * DAY + (DAY if hours is None else hours[-1][1])
    shown = int(calendar.elapsed(np.array([begin]), np.array([end]), Clock.DAY_ENDS, hours)[0])
    if not left:
        assert (shown <= number * DAY) == (end <= deadline)


@given(st.integers(0, 27 * DAY), st.integers(0, 27 * DAY), st.sampled_from(Clock), HOURS)
def test_no_clock_runs_backwards_or_faster_than_time(
    one: int, other: int, clock: Clock, hours: OfficeHours | None
) -> None:
    early, late = sorted((one, other))
    calendar, begin = Calendar(MONDAY, days=30), np.zeros(2, dtype=np.int64)
    counted = calendar.elapsed(begin, np.array([early, late]), clock, hours)
    assert 0 <= counted[1] - counted[0] <= late - early


@given(st.integers(0, 20 * DAY), st.sampled_from(Clock), HOURS, st.integers(1, 5))
def test_a_limit_has_passed_after_the_time_for_it_and_not_a_day_before(
    instant: int, clock: Clock, hours: OfficeHours | None, number: int
) -> None:
    calendar, limit = Calendar(MONDAY, days=400), SlaLimit(number * HOUR, clock)
    if clock is Clock.DAY_ENDS:
        limit = SlaLimit(number * DAY, clock)
    passed = instant + calendar.time_for(limit, instant, hours)
    begin, ends = np.full(2, instant), np.array([passed, passed - DAY])
    shown = calendar.elapsed(begin, np.maximum(ends, instant), clock, hours)
    assert shown[0] >= limit.seconds >= shown[1]
