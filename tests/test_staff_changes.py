"""What changes in the staff on dates: hand-worked rosters, and that nothing else changes with it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import answer, with_line
from desk import DESK, loaded, written
from hypothesis import given
from hypothesis import strategies as st
from office import drawn, efforts, setting
from test_roster import people_on_duty, roster_of, told

from sim.core.clock import DAY, HOUR
from sim.core.tables import Roster
from sim.sampling.headcount import staff_course
from sim.sampling.roster import draw_roster
from sim.scenario.loading import dump_yaml, load
from sim.scenario.setting import setting_of


def changed(staff: dict[str, int], *changes: dict[str, Any], **team: Any) -> Roster:
    whole = [{"team": "desk", **change} for change in changes]
    return roster_of(staff, keys={"staff_changes": whole}, **team)


def test_three_are_sick_for_two_days() -> None:
    roster = changed({"office": 6}, {"from": "day 1", "lasts": "2 d", "people": -3})
    assert told(roster) == [f"day {day} 08:30-18:00 x {people}" for day, people in enumerate((6, 3, 3, 6, 6))]


def test_a_shift_goes_by_its_start() -> None:
    """The night shift of day 1 ends within the change, and keeps its people; that of day 2 begins in it."""
    nights = {"nights": {"daily": ["20:00-08:00"]}}
    change = {"team": "desk", "from": "day 2 06:00", "until": "day 3", "people": -1}
    roster = roster_of({"nights": 2}, keys={"rosters": nights, "staff_changes": [change], "window": "4 d"})
    assert told(roster)[1:] == [f"day {day} 20:00-08:00 x {people}" for day, people in enumerate((2, 2, 1, 2))]


def test_a_seat_that_is_never_empty_is_given_up_and_taken_again() -> None:
    """Two of three seats go on without a break; nobody is relieved for the sake of another one's leave."""
    roster = changed({"always": 3}, {"from": "day 1", "until": "day 2 12:00", "people": -1})
    assert list(zip(roster.start.tolist(), roster.end.tolist(), roster.people.tolist(), strict=True)) == [
        (0, DAY, 1),
        (0, 7 * DAY, 2),
        (2 * DAY + 12 * HOUR, 7 * DAY, 1),
    ]


def test_another_roster_from_a_date_on() -> None:
    """Everybody of the office goes over to shifts by day on day 2."""
    roster = changed(
        {"office": 4},
        {"roster": "office", "from": "day 2", "people": "-100%"},
        {"roster": "always", "from": "day 2", "people": 2},
    )
    assert told(roster) == ["day 0 08:30-18:00 x 4", "day 1 08:30-18:00 x 4", "day 2 00:00-00:00 x 2"]


def test_changes_that_meet_add_up_and_parts_are_of_those_without_changes() -> None:
    roster = changed(
        {"office": 10},
        {"from": "day 1", "people": "+20%"},
        {"from": "day 2", "lasts": "1 d", "people": "-50%"},
        {"from": "day 2", "until": "day 4", "people": -1},
    )
    assert roster.people.tolist() == [10, 12, 6, 11, 12]


def test_one_unit_and_several_rosters_in_proportion() -> None:
    """Of three units of four people, two by day and two in the office, one unit sends two to a course."""
    team: dict[str, Any] = {"units": 3, "names": ["a", "b", "c"], "staff": {"daytime": 6, "office": 6}}
    office = setting(teams={"desk": team}, staff_changes=[{"team": "desk", "unit": "b", "from": "day 0", "people": -2}])
    course = staff_course(office, "desk")
    assert {roster: each.at(0).tolist() for roster, each in course.items()} == {
        "daytime": [2, 1, 2],
        "office": [2, 1, 2],
    }


def test_nobody_is_taken_from_where_nobody_is() -> None:
    changes = [{"team": "desk", "unit": "a", "from": "day 0", "people": -2}]
    office = setting(teams={"desk": {"units": 2, "names": ["a", "b"], "staff": {"office": 3}}}, staff_changes=changes)
    assert staff_course(office, "desk")["office"].at(0).tolist() == [0, 1]


@given(start=st.integers(0, 6), lasts=st.integers(1, 4), people=st.integers(-5, 5), absence=st.sampled_from([0, 0.3]))
def test_whoever_is_there_in_both_misses_the_same_shifts(start: int, lasts: int, people: int, absence: float) -> None:
    """Outside of the change a roster is the same; inside, the rest of the people are absent as they would be."""
    staff = {"four_teams_three_shifts": 5}
    as_is = roster_of(staff, absence=absence)
    with_change = changed(staff, {"from": f"day {start}", "lasts": f"{lasts} d", "people": people}, absence=absence)
    all_along = roster_of({"four_teams_three_shifts": 5 + people}, absence=absence)
    for hour in range(7 * 24):
        # A shift of the evening before goes on into the first day.
        second = hour * HOUR + 1
        shift = int(np.floor((hour * HOUR) / (8 * HOUR))) * 8 * HOUR
        expected = all_along if start * DAY <= shift < (start + lasts) * DAY else as_is
        assert people_on_duty(with_change, second) == people_on_duty(expected, second)


def test_at_half_speed_work_takes_twice_as_long() -> None:
    """Of letters received in the period, at the units that are named, and of nobody else."""
    steps: list[dict[str, Any]] = [{"serve": {"by": "city", "effort": {"uniform": ["10 min", "20 min"]}}}]
    as_is = drawn(*steps)
    change = {"team": "city", "from": "day 2", "until": "day 4", "speed": "50%"}
    slow = drawn(*steps, staff_changes=[change])
    within = (as_is.received >= 2 * DAY) & (as_is.received < 4 * DAY)
    assert np.array_equal(slow.received, as_is.received)
    before, after = np.array(efforts(as_is, 0)), np.array(efforts(slow, 0))
    assert np.array_equal(after, np.where(within, 2 * before, before))
    of_branches = drawn(*steps, staff_changes=[{**change, "team": "branch"}])
    assert np.array_equal(of_branches.service, as_is.service)


def test_a_leave_calendar(tmp_path: Path) -> None:
    """Two of three are on leave on Tuesday, in a file as a spreadsheet writes it."""
    text = DESK.replace("always: 8", "office: 3").replace("window: 1 d", "window: 4 d")
    (tmp_path / "leave.csv").write_text("unit;date;people\r\ndesk;2021/5/4;2\r\n", "utf-8")
    result = loaded(tmp_path, text + "leave: [{team: desk, file: leave.csv}]\n")
    assert told(draw_roster(setting_of(result.scenario), 0)) == [
        f"day {day} 08:30-18:00 x {people}" for day, people in enumerate((3, 1, 3, 3))
    ]
    again = load(written(tmp_path, dump_yaml(result.scenario), "again.yaml")).scenario
    assert again == result.scenario


def test_bad_rows_of_a_leave_calendar_are_named(tmp_path: Path) -> None:
    text = with_line("workflow:", "leave: [{team: desk, file: leave.csv}]\nworkflow:")
    file = tmp_path / "leave.csv"
    file.write_text("unit,date,people\ndesk,2021-05-32,2\ndesk,2021-05-04,two\n", "utf-8")
    rule = "without a date such as 2021-05-03 and a whole number of people, 0 or more"
    bad = "line 2 '2021-05-32 2', line 3 '2021-05-04 two'"
    assert answer(tmp_path, text) == [f"line 6   leave[0]: leave.csv: 2 rows {rule}: {bad}"]
    file.write_text("unit,date,people\ndesk,2021-05-04,2\nhall,2021-05-04,1\n", "utf-8")
    assert answer(tmp_path, text) == [
        "line 6   leave[0].file: leave.csv: 1 row with a unit that desk does not have: line 3 'hall'; there is desk"
    ]
    file.write_text("place,date,people\ndesk,2021-05-04,2\n", "utf-8")
    assert answer(tmp_path, text) == [
        "line 6   leave[0]: leave.csv has no column 'unit' (there are place, date, people)"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{team: dsk, from: day 1, people: -1}", "[0].team: no such team 'dsk'; did you mean 'desk'?"),
        ("{team: desk, from: day 1}", "[0]: needs people or speed"),
        ("{team: desk, people: 1}", "[0].from: is missing"),
        ("{team: desk, from: day 1, people: -9}", "[0].people: takes 9 people from 8"),
        ("{team: desk, from: day 1, people: few}", "[0].people: must be a share such as 15% or 0.15 (got 'few')"),
        (
            "{team: desk, from: day 1, people: -120%}",
            "[0].people: must be -100% or more and at most 10000% (got -120%)",
        ),
        (
            "{team: desk, from: day 1, people: 2.5}",
            "[0].people: must be a number of people such as -3 or +2, or a part such as +10% (got 2.5)",
        ),
        ("{team: desk, from: day 1, until: day 1, people: 1}", "[0].until: must be later than from"),
        (
            "{team: desk, from: day 1, until: day 2, lasts: 1 d, people: 1}",
            "[0]: says until and lasts, which exclude each other; leave one, or remove one with null",
        ),
        ("{team: desk, from: 2021-05-01, people: 1}", "[0].from: must not be before the start, 2021-05-03"),
        (
            "{team: desk, roster: offce, from: day 1, people: 1}",
            "[0].roster: no such roster 'offce'; did you mean 'office'?",
        ),
        ("{team: desk, unit: hall, from: day 1, people: 1}", "[0].unit: no such unit of desk 'hall' (there is desk)"),
        ("{team: desk, from: day 1, speed: 0}", "[0].speed: must be more than 0 (got 0)"),
        (
            "{team: desk, roster: office, from: day 1, people: 10%}",
            "[0].people: is a part of nobody: desk has no one on office",
        ),
    ],
)
def test_one_mistake_one_answer(tmp_path: Path, change: str, said: str) -> None:
    text = with_line("workflow:", f"staff_changes: [{change}]\nworkflow:")
    assert answer(tmp_path, text) == [f"line 6   staff_changes{said}"]
