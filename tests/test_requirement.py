"""The staffing requirement: Erlang's answer where theory is exact, and no more than the work for clocks of days."""

from math import ceil

import numpy as np
import pytest
from office import setting
from runs import SCENARIOS
from runs import setting as scenario_file

from sim.forecast.load import lived_without_queues, load_of
from sim.queueing import servers_for
from sim.requirement import Wait, people_for, requirement, waits_of
from sim.setting import Setting

MINUTE = 60


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
    by_half_hour = load_of([lived_without_queues(office, 0)], slot=30 * MINUTE)
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


def test_hours_are_the_mean_of_their_half_hours() -> None:
    office = scenario_file(SCENARIOS / "shenzhen_baseline.yaml")
    lived = [lived_without_queues(office, 0)]
    hours, halves = load_of(lived), load_of(lived, slot=30 * MINUTE)
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
    return load_of([lived_without_queues(office, 0)])
