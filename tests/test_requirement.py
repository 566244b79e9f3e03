"""The staffing requirement: Erlang's answer where theory is exact, and no more than the work for clocks of days."""

from math import ceil, inf, nan

import numpy as np
import pytest
from office import setting
from runs import SCENARIOS
from runs import setting as scenario_file

from sim.core.clock import DAY, HOUR, MINUTE
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.load import load_of
from sim.forecast.requirement import Wait, people_for, requirement, waits_of
from sim.metrics.hours import slot_of_week
from sim.queueing import servers_for
from sim.scenario.setting import Setting


@pytest.mark.parametrize("per_day", [30, 150, 400, 4000])
@pytest.mark.parametrize("target", [0.8, 0.95, 0.99])
def test_people_for_one_queue_are_those_of_erlang(per_day: float, target: float) -> None:
    rate, service, longest = per_day / 86400, 25 * MINUTE, 10 * MINUTE
    needed = servers_for(rate, service, longest, 1 - target)
    assert people_for(rate * service, service, Wait(longest, 1 - target)) == needed


def test_a_desk_needs_in_every_hour_what_erlang_says_of_its_load() -> None:
    office = setting(
        arrivals={"per_day": 900, "by_hour": [1] * 8 + [3] * 8 + [2] * 8},
        window="28 d",
        teams={"desk": {"tier": "city", "staff": {"always": 20}}},
        workflow=[{"serve": {"by": "desk", "effort": {"exponential": "25 min"}}}],
        sla={"started": {"until": "serve.started", "within": "10 min", "target": "90%"}},
    )
    need = requirement(office, load(office))["desk"]
    days = need.people.reshape(7, 24)
    # 18.75 an hour at night, 56.25 by day, 37.5 in the evening; 25 min each. An hour varies by chance, days do not.
    for hours, rate in ((slice(3, 8), 18.75), (slice(11, 16), 56.25), (slice(19, 24), 37.5)):
        assert days[:, hours].mean() == pytest.approx(servers_for(rate, 25 / 60, 10 / 60, 0.1), abs=1)
    assert (need.shortfall == np.maximum(need.people - 20, 0)).all()


def test_a_shift_that_begins_at_half_past_is_needed_from_then_on() -> None:
    office = setting(
        arrivals={"per_day": 480, "by_hour": [0] * 9 + [1] * 6 + [0] * 9},
        window="28 d",
        rosters={"day": {"daily": ["08:30-17:00"]}},
        teams={"desk": {"tier": "city", "staff": {"day": 90}}},
        workflow=[{"serve": {"by": "desk", "effort": {"exponential": "6 min"}}}],
        sla={"started": {"until": "serve.started", "within": "5 min", "target": "90%"}},
    )
    by_half_hour = load_of([simulate_infinite_servers(office, 0)], slot=30 * MINUTE)
    need = requirement(office, by_half_hour)["desk"]
    assert need.people.shape == need.shortfall.shape == (336,)
    on_duty = (by_half_hour.on_duty[0] / by_half_hour.seconds).reshape(7, 48)
    assert (on_duty[:, 16] == 0).all()
    assert (on_duty[:, 17:34] == 90).all()
    half_hours = need.people.reshape(7, 48).mean(axis=0)
    assert not half_hours[:18].any()  # nothing comes before 09:00
    erlang = servers_for(80, 0.1, 5 / 60, 0.1)  # 80 letters an hour of six minutes each
    assert half_hours[19:30].mean() == pytest.approx(erlang, abs=1)
    assert half_hours[19:30].tolist() == pytest.approx([erlang] * 11, abs=2)


def test_people_are_needed_for_the_part_of_the_hour_in_which_the_unit_is_staffed() -> None:
    office = setting(
        arrivals={"per_day": 90},
        window="28 d",
        rosters={"early": {"daily": ["08:30-17:30"]}, "late": {"daily": ["12:10-17:30"]}},
        teams={"desk": {"tier": "city", "staff": {"early": 5, "late": 4}}},
        workflow=[{"serve": {"by": "desk", "effort": "30 min"}}],
        sla={"served": {"until": "serve.finished", "within": "4 d", "target": "99%"}},
    )
    of_office = load(office)
    staffed = (of_office.staffed[0] / of_office.seconds).reshape(7, 24)
    assert staffed.tolist() == [[*[0] * 8, 0.5, *[1] * 8, 0.5, *[0] * 6]] * 7
    # The work is spread over the people, 45 hours a day over 66 person-hours, nine of whom leave at half past five.
    people = requirement(office, of_office)["desk"].people.reshape(7, 24)
    assert people[:, 14].tolist() == [ceil(9 * 45 / 66)] * 7
    assert people[:, 17].tolist() == [ceil(9 * 45 / 66) / 2] * 7


@pytest.mark.parametrize("slot", [HOUR, 30 * MINUTE])
@pytest.mark.parametrize(
    ("start", "window", "spans"),
    [
        ("2021-05-10", "7 d", ["08:30-17:30"]),
        ("2021-05-13", "10 d", ["08:30-12:00", "14:00-17:15"]),
        ("2021-05-15", "90 d", ["22:10-07:50"]),
        ("2021-05-15", "13 h", ["00:00-24:00"]),
        ("2021-05-16", "3 d", ["23:59-00:01"]),
    ],
)
def test_units_are_staffed_when_a_count_minute_by_minute_says_so(
    start: str, window: str, spans: list[str], slot: int
) -> None:
    office = setting(
        start=start,
        warm_up="1 d",
        window=window,
        rosters={"own": {"daily": spans}, "evening": {"weekly": {"fri": ["16:40-20:20"]}}},
        teams={"desk": {"tier": "city", "units": 2, "staff": {"own": 3, "evening": 1}}},
    )
    outcome = simulate_infinite_servers(office, 0)
    roster, slots = outcome.roster, 7 * DAY // slot
    expected = np.zeros((2, slots))
    for minute in range(office.scenario.window_start, office.scenario.window_end, MINUTE):
        on_duty = (roster.start <= minute) & (minute < roster.end)
        for unit in set(roster.unit[on_duty].tolist()):
            expected[unit, slot_of_week(office, np.array([minute]), slot)] += MINUTE
    assert load_of([outcome], slot).staffed.tolist() == expected.tolist()


def test_work_that_finds_nobody_in_one_replication_is_no_endless_load() -> None:
    # The only person misses nearly half of the shifts, so that replications differ in when anybody is there.
    office = setting(
        arrivals={"per_day": 96},
        rosters={"day": {"daily": ["09:00-17:15"]}},
        teams={"desk": {"tier": "city", "staff": {"day": 1}, "absence": "45%"}},
        sla={"started": {"until": "serve.started", "within": "10 min", "target": "90%"}},
    )
    replications = [simulate_infinite_servers(office, number) for number in (3, 4)]
    for slot in (HOUR, 30 * MINUTE):
        need = requirement(office, load_of(replications, slot))["desk"]
        assert np.isfinite(need.people).all()
        assert need.people.sum() > 0


def test_a_load_that_is_not_finite_is_an_error() -> None:
    for load_of_work in (inf, -inf, nan):
        for wait in (None, Wait(10 * MINUTE, 0.1)):
            with pytest.raises(ValueError, match="load must be finite"):
                people_for(load_of_work, 25 * MINUTE, wait)


def test_hours_are_the_mean_of_their_half_hours() -> None:
    office = scenario_file(SCENARIOS / "shenzhen_baseline.yaml")
    simulated = [simulate_infinite_servers(office, 0)]
    hours, halves = load_of(simulated), load_of(simulated, slot=30 * MINUTE)
    assert hours.seconds == pytest.approx(halves.seconds.reshape(168, 2).sum(axis=1))
    assert hours.on_duty == pytest.approx(halves.on_duty.reshape(-1, 168, 2).sum(axis=2))
    assert hours.work == pytest.approx(halves.work.reshape(*halves.work.shape[:2], 168, 2).sum(axis=3))


def test_long_work_is_needed_after_its_letters_came() -> None:
    # Four hours of work each, received at 08:00-09:00: people are needed until noon, where an hour's own letters end
    # with the hour.
    office = setting(
        arrivals={"per_day": 60, "by_hour": [0] * 8 + [1] + [0] * 15},
        window="28 d",
        teams={"desk": {"tier": "city", "staff": {"always": 90}}},
        workflow=[{"serve": {"by": "desk", "effort": "4 h"}}],
        sla={"started": {"until": "serve.started", "within": "10 min", "target": "90%"}},
    )
    people = requirement(office, load(office))["desk"].people.reshape(7, 24).mean(axis=0)
    assert people[10] > 55
    assert people[7] == 0
    assert people[14] == 0


def test_work_of_days_is_spread_over_the_hours_of_duty() -> None:
    office = setting(
        arrivals={"per_day": 96},
        window="28 d",
        rosters={"day": {"daily": ["08:00-16:00"]}},
        teams={"desk": {"tier": "city", "staff": {"day": 9}}},
        workflow=[{"serve": {"by": "desk", "effort": "30 min"}}],
        sla={"served": {"until": "serve.finished", "within": "4 d", "target": "99%"}},
    )
    people = requirement(office, load(office))["desk"].people.reshape(7, 24).mean(axis=0)
    assert people[8:16].tolist() == pytest.approx([ceil(48 / 8)] * 8, abs=1)  # 48 hours of work a day, in 8
    assert not people[:8].any()
    assert not people[16:].any()


def test_a_team_without_work_needs_nobody() -> None:
    office = setting(teams={name: {"tier": "city", "staff": {"always": 1}} for name in ("desk", "idle")})
    need = requirement(office, load(office))
    assert not need["idle"].people.any()
    assert not need["idle"].shortfall.any()


def test_several_teams_share_the_lateness_and_the_work_is_taken_off_the_limit() -> None:
    office = setting(
        teams={name: {"tier": "city", "staff": {"always": 1}} for name in ("desk", "room")},
        workflow=[{"sign": {"by": "desk", "effort": "2 min"}}, {"contact": {"by": "room", "effort": "8 min"}}],
        sla={
            "signed": {"until": "sign.finished", "within": "10 min", "target": "99%"},
            "contacted": {"until": "contact.started", "within": "30 min", "target": "90%"},
        },
    )
    waits = waits_of(office)
    assert waits["desk"] == Wait(8 * MINUTE, pytest.approx(0.01))
    assert waits["room"] == Wait(28 * MINUTE, pytest.approx(0.05))


def test_the_stress_scenario_is_short_of_branch_staff_in_the_evening() -> None:
    office = scenario_file(SCENARIOS / "shenzhen_stress_600.yaml")
    need = requirement(office, load(office))
    evening = need["branch"].shortfall.reshape(7, 24)[:, 21]
    night = need["branch"].shortfall.reshape(7, 24)[:, 4]
    assert evening.mean() > night.mean()


def load(office: Setting):  # type: ignore[no-untyped-def]
    return load_of([simulate_infinite_servers(office, 0)])


def test_the_work_on_the_way_is_the_mean_over_the_letters_that_bring_it() -> None:
    office = setting(
        categories={"note": {"share": "90%"}, "case": {"share": "10%"}},
        teams={name: {"tier": "city", "staff": {"always": 1}} for name in ("desk", "room")},
        workflow=[
            {"sign": {"by": "desk", "effort": {"per_category": {"note": "1 min", "case": "20 min"}}}},
            {"look": {"by": "room", "effort": "9 min", "for": ["case"]}},
        ],
        sla={
            "signed": {"until": "sign.finished", "within": "30 min", "target": "90%"},
            "noted": {"until": "closed", "within": "30 min", "target": "80%", "for": ["note"]},
        },
    )
    # 0.9 x 1 + 0.1 x 20 minutes. Notes never come to the room, so the SLA for them asks nothing of it.
    assert waits_of(office) == {"desk": Wait(pytest.approx(27.1 * MINUTE), pytest.approx(0.1))}


def test_a_team_may_let_wait_what_is_escalated_in_time() -> None:
    office = setting(
        teams={
            "city": {"tier": "city", "staff": {"always": 1}},
            "station": {"tier": "station", "units": 3, "within": "city", "staff": {"always": 3}},
        },
        workflow=[{"sign": {"by": "station", "effort": "2 min", "escalate": {"after": "7 min", "to": "city"}}}],
        sla={"signed": {"until": "sign.finished", "within": "12 min", "target": "99%"}},
    )
    assert waits_of(office) == {"city": Wait(3 * MINUTE, pytest.approx(0.01))}
    need = requirement(office, load(office))["station"]
    assert not need.shortfall.any()  # one person each is enough for the work itself
