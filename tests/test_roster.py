"""Who is on duty when: every built-in roster over its first week, and how people are allocated and fall out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import MONDAY, setting

from sim.core.clock import DAY, HOUR
from sim.core.tables import Roster
from sim.models.staffing import ROSTERS, Team
from sim.sampling.headcount import people_of_units, spreading_order
from sim.sampling.roster import draw_roster
from sim.scenario.setting import places_of

STEPS = [{"serve": {"by": "desk", "effort": "10 min"}}]


def roster_of(
    staff: dict[str, int], *, replication: int = 0, keys: dict[str, Any] | None = None, **team: Any
) -> Roster:
    """The shifts of one team; `keys` are the scenario's."""
    return draw_roster(
        setting(**{"teams": {"desk": {"tier": "city", "staff": staff, **team}}} | (keys or {})), replication
    )


def told(roster: Roster, unit: int = 0) -> list[str]:
    """The shifts of a unit as `day 2 20:00-08:00 x 3`, or `x 0` where nobody came."""
    mine = roster.unit == unit
    rows = zip(roster.start[mine].tolist(), roster.end[mine].tolist(), roster.people[mine].tolist(), strict=True)
    return [f"day {start // DAY} {_clock(start)}-{_clock(end)} x {people}" for start, end, people in rows]


def _clock(instant: int) -> str:
    return f"{instant // HOUR % 24:02}:{instant // 60 % 60:02}"


def people_on_duty(roster: Roster, instant: int) -> int:
    return int(roster.people[(roster.start <= instant) & (instant < roster.end)].sum())


def test_a_seat_that_is_never_empty_is_one_shift() -> None:
    assert told(roster_of({"always": 3})) == ["day 0 00:00-00:00 x 3"]
    assert roster_of({"always": 3}).end.tolist() == [7 * DAY]


def test_the_office_works_on_working_days() -> None:
    assert told(roster_of({"office": 6})) == [f"day {day} 08:30-18:00 x 6" for day in range(5)]


def test_the_office_rests_on_holidays_and_works_on_make_up_days() -> None:
    keys = {"start": "2021-05-03", "window": "9 d", "holidays": "china"}
    # Monday 3 to Wednesday 5 May are public holidays, Saturday 8 May is a make-up working day.
    assert told(roster_of({"office": 2}, keys=keys)) == [f"day {day} 08:30-18:00 x 2" for day in (3, 4, 5, 7, 8)]


def test_daytime_people_work_five_days_in_seven_and_cover_every_day() -> None:
    assert told(roster_of({"daytime": 1})) == [f"day {day} 08:30-18:00 x 1" for day in range(5)]
    assert told(roster_of({"daytime": 7})) == [f"day {day} 08:30-18:00 x 5" for day in range(7)]
    # The first rests on days 5 and 6, the second on 2 and 3, the third on 0 and 1.
    present = [2, 2, 2, 2, 3, 2, 2]
    assert told(roster_of({"daytime": 3})) == [f"day {day} 08:30-18:00 x {here}" for day, here in enumerate(present)]


def test_four_teams_take_turns_in_three_shifts() -> None:
    shifts = ["00:00-08:00", "08:00-16:00", "16:00-00:00"]
    expected = [f"day {day} {shift} x 6" for day in range(7) for shift in shifts]
    assert told(roster_of({"four_teams_three_shifts": 24})) == expected


def test_one_person_of_four_teams_goes_through_morning_evening_night_and_rest() -> None:
    shifts = ["day 0 08:00-16:00", "day 1 16:00-00:00", "day 2 00:00-08:00", "day 4 08:00-16:00", "day 5 16:00-00:00"]
    assert told(roster_of({"four_teams_three_shifts": 1})) == [
        f"{shift} x 1" for shift in [*shifts, "day 6 00:00-08:00"]
    ]


def test_four_teams_take_turns_in_two_shifts_and_the_night_before_reaches_into_day_0() -> None:
    expected = ["day -1 20:00-08:00 x 2"]
    expected += [f"day {day} {shift} x 2" for day in range(7) for shift in ("08:00-20:00", "20:00-08:00")]
    assert told(roster_of({"four_teams_two_shifts": 8})) == expected


def test_each_group_is_a_day_behind_the_one_before() -> None:
    # Two people are two groups apart: one starts with a day, the other with two days of rest.
    shifts = ["day 0 08:00-20:00", "day 1 20:00-08:00", "day 2 08:00-20:00", "day 3 20:00-08:00"]
    shifts += ["day 4 08:00-20:00", "day 5 20:00-08:00", "day 6 08:00-20:00"]
    # The night of day -1 was that of the second.
    assert told(roster_of({"four_teams_two_shifts": 2})) == [
        f"{shift} x 1" for shift in ["day -1 20:00-08:00", *shifts]
    ]


def test_three_teams_take_turns_in_two_shifts() -> None:
    expected = ["day -1 20:00-08:00 x 3"]
    expected += [f"day {day} {shift} x 3" for day in range(7) for shift in ("08:00-20:00", "20:00-08:00")]
    assert told(roster_of({"three_teams_two_shifts": 9})) == expected


def test_a_day_on_duty_is_followed_by_two_of_rest() -> None:
    assert told(roster_of({"duty_24_48": 3})) == [f"day {day} 08:00-08:00 x 1" for day in range(-1, 7)]
    assert told(roster_of({"duty_24_48": 1})) == [f"day {day} 08:00-08:00 x 1" for day in (0, 3, 6)]


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("office", 47.5),
        ("daytime", 47.5),
        ("four_teams_three_shifts", 42),
        ("four_teams_two_shifts", 42),
        ("three_teams_two_shifts", 56),
        ("duty_24_48", 56),
    ],
)
def test_hours_a_week_of_each_head(name: str, hours: float) -> None:
    weeks, heads = 84, 84  # as many as all cycles go into
    roster = roster_of({name: heads}, keys={"window": f"{7 * weeks} d"})
    on_duty = (np.minimum(roster.end, 7 * weeks * DAY) - np.maximum(roster.start, 0)) * roster.people
    assert on_duty.sum() / HOUR / heads / weeks == pytest.approx(hours)
    assert ROSTERS[name].hours_a_week == pytest.approx(hours)


def own(pattern: dict[str, Any], people: int = 1, **keys: Any) -> list[str]:
    return told(roster_of({"mine": people}, keys={"rosters": {"mine": pattern}} | keys))


def test_a_roster_of_ones_own_can_be_weekly() -> None:
    reading = {"weekly": {"mon": ["09:00-11:00"], "sun": ["22:00-02:00"]}}
    # The Sunday before reaches into day 0.
    assert own(reading) == ["day -1 22:00-02:00 x 1", "day 0 09:00-11:00 x 1", "day 6 22:00-02:00 x 1"]


def test_a_roster_of_ones_own_can_be_daily_with_several_shifts() -> None:
    assert own({"daily": ["08:00-12:00", "14:00-18:00"]}, people=2, window="1 d") == [
        "day 0 08:00-12:00 x 2",
        "day 0 14:00-18:00 x 2",
    ]


def test_a_night_shift_before_day_0_depends_on_that_day() -> None:
    night = {"working_days": ["20:00-08:00"]}
    # Sunday 9 May 2021 was none; Thursday 6 May follows a public holiday; Friday 7 May follows a working day.
    assert own(night, window="1 d") == ["day 0 20:00-08:00 x 1"]
    assert own(night, window="1 d", start="2021-05-06", holidays="china") == ["day 0 20:00-08:00 x 1"]
    both = ["day -1 20:00-08:00 x 1", "day 0 20:00-08:00 x 1"]
    assert own(night, window="1 d", start="2021-05-07", holidays="china") == both
    # Sunday 9 May 2021 follows a make-up working day.
    assert own(night, window="1 d", start="2021-05-09", holidays="china") == both[:1]


def test_a_roster_can_rest_on_holidays() -> None:
    pattern = {"cycle": [["20:00-08:00"]], "on_holidays": False}
    keys = {"start": "2021-05-04", "window": "4 d", "holidays": "china"}
    # 3, 4 and 5 May are public holidays.
    assert own(pattern, **keys) == ["day 2 20:00-08:00 x 1", "day 3 20:00-08:00 x 1"]


def test_a_night_that_begins_before_a_holiday_is_worked_to_its_end() -> None:
    """The Labour Day of 2024: off from 1 to 5 May."""
    night = {"daily": ["20:00-08:00"], "on_holidays": False}
    worked = own(night, start="2024-04-30", window="7 d", holidays="china")
    assert worked[-2:] == ["day 0 20:00-08:00 x 1", "day 6 20:00-08:00 x 1"], "30 April, and then 6 May"


def test_shifts_that_start_and_end_together_are_one_row() -> None:
    roster = roster_of({"office": 2, "daytime": 7})
    assert told(roster) == [f"day {day} 08:30-18:00 x {7 if day < 5 else 5}" for day in range(7)]


def test_the_rows_of_all_units_are_sorted_by_start_unit_and_end() -> None:
    teams = {
        "city": {"tier": "city", "staff": {"four_teams_three_shifts": 9, "office": 2, "always": 1}, "absence": 0},
        "desk": {
            "tier": "branch",
            "units": 4,
            "staff": {"duty_24_48": 9, "four_teams_two_shifts": 7},
            "absence": "20%",
        },
    }
    roster = draw_roster(setting(teams=teams), 0)
    order = np.lexsort((roster.end, roster.unit, roster.start))
    assert np.array_equal(order, np.arange(roster.shifts))
    keys = np.stack([roster.start, roster.unit, roster.end])
    assert len(np.unique(keys, axis=1).T) == roster.shifts
    assert roster.units == 5
    assert (roster.end > 0).all()
    assert (roster.start < 7 * DAY).all()
    assert roster.unit.dtype == roster.people.dtype == np.int32


def test_a_team_of_nobody_has_no_shifts() -> None:
    roster = roster_of({"office": 0})
    assert roster.shifts == 0
    assert roster.units == 1


def test_an_order_that_is_spread_at_every_length() -> None:
    assert spreading_order(1).tolist() == [0]
    assert spreading_order(4).tolist() == [0, 2, 1, 3]
    assert spreading_order(7).tolist() == [0, 4, 2, 6, 3, 1, 5]
    for count in (10, 64, 133):
        order = spreading_order(count)
        assert sorted(order.tolist()) == list(range(count))
        for length in range(2, count):
            gaps = np.diff(np.sort(order[:length]), append=order[:length].min() + count)
            assert gaps.max() < 2 * count / length


@pytest.mark.parametrize("count", range(1, 15))
def test_any_number_of_people_leaves_no_avoidable_day_uncovered(count: int) -> None:
    roster = roster_of({"daytime": count})
    assert min(people_on_duty(roster, day * DAY + 12 * HOUR) for day in range(7)) == count * 5 // 7


def test_single_people_of_many_units_rest_on_different_days() -> None:
    roster = roster_of({"daytime": 14}, units=14)
    assert [people_on_duty(roster, day * DAY + 12 * HOUR) for day in range(7)] == [10] * 7


def allocated(team: Team, headcount: int, weights: tuple[float, ...] | None = None) -> list[int]:
    return people_of_units(team, "always", headcount, places_of({"desk": team}).share).tolist()


def test_people_are_allocated_evenly_and_what_is_left_over_is_spread() -> None:
    team = Team(tier="station", units=7)
    assert allocated(team, 14) == [2] * 7
    assert allocated(team, 3) == [1, 0, 1, 0, 1, 0, 0]
    assert allocated(team, 10) == [2, 1, 2, 1, 2, 1, 1]


def test_people_are_allocated_by_weights_of_their_own() -> None:
    team = Team(tier="branch", units=4, staff_by={"always": (3, 0, 1, 2)}, weights=(50, 30, 20, 0))
    assert allocated(team, 6) == [3, 0, 1, 2]
    assert allocated(team, 12) == [6, 0, 2, 4]


def test_people_are_allocated_by_weights() -> None:
    team = Team(tier="branch", units=4, staff_by="weights", weights=(50, 30, 20, 0))
    assert allocated(team, 10) == [5, 3, 2, 0]
    assert allocated(team, 1) == [1, 0, 0, 0]


def test_rosters_of_a_team_may_be_allocated_differently() -> None:
    team = Team(tier="branch", units=4, staff_by={"always": "weights"}, weights=(50, 30, 20, 0))
    share = places_of({"desk": team}).share
    assert people_of_units(team, "always", 10, share).tolist() == [5, 3, 2, 0]
    assert people_of_units(team, "daytime", 8, share).tolist() == [2, 2, 2, 2]


def test_units_within_others_are_allocated_by_the_shares_of_those() -> None:
    teams = {
        "branch": Team(tier="branch", units=2, weights=(3, 1)),
        "station": Team(tier="station", units=(2, 1), within="branch", staff_by="weights"),
    }
    share = places_of(teams).share[2:]
    assert people_of_units(teams["station"], "always", 8, share).tolist() == [3, 3, 2]


UNITS = st.integers(1, 40)
WEIGHTS = st.lists(st.floats(0.01, 100), min_size=1, max_size=40).map(tuple)
TEAMS = UNITS.map(lambda units: Team(tier="city", units=units)) | WEIGHTS.map(
    lambda weights: Team(tier="city", units=len(weights), staff_by="weights", weights=weights)
)


@given(TEAMS, st.integers(0, 200))
def test_one_person_more_is_one_more_somewhere(team: Team, headcount: int) -> None:
    before, after = (np.array(allocated(team, people)) for people in (headcount, headcount + 1))
    assert before.sum() == headcount
    assert (after >= before).all()
    assert after.sum() == headcount + 1


@given(
    st.sampled_from(sorted(ROSTERS)), st.integers(1, 9), st.integers(0, 40), st.sampled_from(["0%", "30%"]),
    st.integers(0, 3),
)  # fmt: skip
def test_one_person_more_takes_nobody_off_duty(
    name: str, units: int, headcount: int, absence: str, at_least: int
) -> None:
    one, two = (
        roster_of({name: people}, units=units, absence=absence, at_least=at_least, keys={"start": MONDAY})
        for people in (headcount, headcount + 1)
    )
    there = {row: people for *row, people in zip(*one[:3], one.people, strict=True) for row in [tuple(row)]}
    more = {row: people for *row, people in zip(*two[:3], two.people, strict=True) for row in [tuple(row)]}
    assert all(more[row] - people in (0, 1) for row, people in there.items())
    assert len({row[0] for row in more if more[row] != there.get(row, 0)}) <= 1


def test_without_absence_everybody_comes() -> None:
    everybody = roster_of({"office": 50})
    assert (everybody.people == 50).all()
    assert np.array_equal(everybody.people, roster_of({"office": 50}, replication=3).people)


def test_people_miss_shifts_by_chance() -> None:
    keys = {"window": "1400 d"}
    roster = roster_of({"office": 20}, absence="8%", keys=keys)
    # 20,000 shifts of a person, 4 standard errors each; binomial, so nobody pulls others along.
    assert roster.people.mean() / 20 == pytest.approx(0.92, abs=4 * np.sqrt(0.92 * 0.08 / 20_000))
    assert roster.people.var() == pytest.approx(20 * 0.92 * 0.08, abs=4 * 20 * 0.92 * 0.08 * np.sqrt(2 / 1000))
    assert not np.array_equal(roster.people, roster_of({"office": 20}, absence="8%", keys=keys, replication=1).people)


def test_a_shift_falls_to_its_least_and_not_below() -> None:
    assert set(roster_of({"office": 4}, absence="100%", at_least=3).people) == {3}
    assert set(roster_of({"office": 2}, absence="100%", at_least=3).people) == {2}
    assert set(roster_of({"office": 2}, absence="100%").people) == {0}
    # The least is that of all who start and end together, whatever their roster.
    assert set(roster_of({"office": 2, "daytime": 7}, absence="100%", at_least=3).people) == {3}


def test_absence_of_one_team_does_not_depend_on_another() -> None:
    desk = {"tier": "city", "staff": {"daytime": 9, "office": 4}, "units": 2, "absence": "30%"}
    alone = draw_roster(setting(teams={"desk": desk}), 0)
    others = {"tier": "city", "staff": {"daytime": 20}, "absence": "50%"}
    both = draw_roster(setting(teams={"desk": desk, "others": others}), 0)
    for column, beside in zip(alone[:4], both[:4], strict=True):
        assert np.array_equal(column, beside[both.unit < 2])


def test_absence_of_one_roster_does_not_depend_on_another() -> None:
    alone = roster_of({"four_teams_two_shifts": 9}, absence="30%")
    both = roster_of({"office": 5, "four_teams_two_shifts": 9}, absence="30%")
    nights = both.end - both.start == 12 * HOUR
    assert np.array_equal(alone.people, both.people[nights])
