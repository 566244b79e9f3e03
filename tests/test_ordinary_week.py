"""The exact week: what simulated weeks are on average, and what hand and theory say."""

from typing import Any

import numpy as np
import pytest
from office import CATEGORIES, FLOW, MONDAY, TEAMS, drawn, setting

from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.load import load_of
from sim.forecast.ordinary_week import OrdinaryWeek, ordinary_week, work_of_steps, work_that_stays
from sim.sampling.attendance import average_week
from sim.sampling.expected_visits import expected_visits
from sim.scenario.setting import Setting

HOUR = 3600


def week(of: Setting) -> OrdinaryWeek:
    return ordinary_week(of, [simulate_infinite_servers(of, 0)])


LOOPS = (
    {"read": {"by": "city", "effort": "1 min", "chance": {"per_category": {"household": "50%", "default": "100%"}}}},
    {"refer": {"leave": "15%"}},
    {"call": {"by": "city", "effort": "3 min", "for": ["noise"]}},
    {"no_answer": {"back_to": "call", "chance": "20%", "at_most": 2}},
    {"handle": {"by": "city", "effort": "30 min", "effort_again": "60%"}},
    {"rework": {"back_to": "read", "chance": "30%"}},
    {"tell": {"by": "city", "effort": "1 min", "unless": ["read"], "only_after": ["call", "handle"]}},
)
"""A loop in a loop, one of them without a bound, and a step that depends on earlier ones."""


def test_visits_on_average_are_those_of_the_drawn_letters() -> None:
    of = setting(teams=TEAMS, categories=CATEGORIES, workflow=list(LOOPS))
    workload = drawn(*LOOPS, per_day=6_000)
    visits = expected_visits(of.scenario)[:, :, 0]
    of_category = workload.category[workload.letter_of_visit()]
    letters = np.bincount(workload.category, minlength=2)
    for step in (0, 2, 4, 6):
        for category in range(2):
            seen = ((workload.step == step) & (of_category == category)).sum() / letters[category]
            assert visits[:, category, step].sum() == pytest.approx(seen, abs=0.02)  # about four standard errors
    # In each round 15% leave, and 30% of the others come round again.
    assert visits[0, :, 4] == pytest.approx([0.85, 0.85])
    assert visits[:, :, 4].sum(axis=0) == pytest.approx([0.85 / (1 - 0.85 * 0.3)] * 2, rel=1e-6)


def test_work_of_an_ordinary_week_by_channel() -> None:
    """70 letters a week: of the 40% by phone all take 5 min of the city, of the others half 10 min of branches."""
    of = setting(
        teams=TEAMS,
        arrivals={"per_day": 10},
        channels={"phone": {"share": "40%"}, "web": {"share": "60%"}},
        workflow=[
            {
                "answer": {
                    "by": {"per_channel": {"phone": "city", "default": "branch"}},
                    "effort": {"per_channel": {"phone": "5 min", "web": "10 min"}},
                    "chance": {"per_channel": {"phone": 1, "default": "50%"}},
                }
            },
            {"thank": {"by": "city", "effort": "1 min", "for_channel": ["web"]}},
        ],
    )
    answered, thanked = work_of_steps(of).values()
    assert answered[:3].tolist() == pytest.approx([70 * 0.4 * 300, 70 * 0.3 * 600 * 0.75, 70 * 0.3 * 600 * 0.25])
    assert thanked[0] == pytest.approx(70 * 0.6 * 60)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"holidays": None, "channels": {"web": {"share": "100%"}}},
        {"teams": {**TEAMS, "branch": {**TEAMS["branch"], "absence": "20%", "at_least": 1}}},
        {"teams": {**TEAMS, "station": {**TEAMS["station"], "absence": "40%", "at_least": 2}}},
        {"teams": {**TEAMS, "branch": {**TEAMS["branch"], "names": ["noise", "rest"], "within": "city"}}},
        {"teams": {**TEAMS, "city": {**TEAMS["city"], "other_duty": {"per_hour": 2, "effort": "10 min"}}}},
        {
            "arrivals": {
                "per_day": 240,
                "surges": [{"from": "day 0", "lasts": "100 d", "times": 2, "category": "noise"}],
            }
        },
    ],
)
def test_work_and_hours_are_those_of_simulated_weeks_on_average(change: dict[str, Any]) -> None:
    base = {"start": MONDAY, "warm_up": "7 d", "window": "28 d", "cool_down": "0 s", "arrivals": {"per_day": 240}}
    of = setting(**{**base, "teams": TEAMS, "categories": CATEGORIES, **change}, workflow=list(FLOW))
    outcomes = [simulate_infinite_servers(of, number) for number in range(12)]
    seen = load_of(outcomes)
    work, on_duty = ordinary_week(of, outcomes[:1])
    weeks = 4 * len(outcomes)
    assert on_duty == pytest.approx(seen.unit_on_duty / weeks, rel=0.02)
    # Handling takes an hour and is exponential; the busiest unit has some thousands of them, the idlest some hundreds.
    assert work == pytest.approx(seen.unit_work / weeks, rel=0.06)


def test_absence_and_those_who_stand_in() -> None:
    # Of 14 people in seven groups ten work each day, from 08:30 to 18:00: one shift, whatever their turns.
    team = {"tier": "city", "staff": {"daytime": 14}, "absence": "50%"}
    free = average_week(setting(teams={"desk": team}), "desk", "daytime")
    assert (free.on_duty, free.absent) == (pytest.approx([35 * 9.5 * HOUR]), pytest.approx([35]))
    assert free.stand_ins.tolist() == [0]
    one = average_week(setting(teams={"desk": {**team, "at_least": 1}}), "desk", "daytime")
    assert one.stand_ins == pytest.approx([7 / 2**10])
    all_of_them = average_week(setting(teams={"desk": {**team, "at_least": 10}}), "desk", "daytime")
    assert all_of_them.stand_ins == pytest.approx(all_of_them.absent)
    assert all_of_them.on_duty == pytest.approx([70 * 9.5 * HOUR])
    # Four teams of one person take turns in two shifts a day: whoever is absent leaves nobody.
    shifts = {"tier": "city", "staff": {"four_teams_two_shifts": 4}, "absence": "10%", "at_least": 1}
    alone = average_week(setting(teams={"desk": shifts}), "desk", "four_teams_two_shifts")
    assert alone.stand_ins == pytest.approx([14 * 0.1])


def test_work_that_waits_for_ever_does_not_come_further() -> None:
    teams = {"desk": {"tier": "city", "staff": {}}, "next": {"tier": "city", "staff": {"always": 1}}}
    flow = [
        {"sort": {"by": "desk", "effort": "1 min", "chance": {"per_category": {"noise": "100%", "default": "0%"}}}},
        {"answer": {"by": "next", "effort": "10 min"}},
    ]
    of = setting(teams=teams, categories=CATEGORIES, workflow=flow, arrivals={"per_day": 240})
    # Only the 30% that need no sorting get there, which is seen in 1,680 letters: three standard errors are 11%.
    assert week(of).work[1] == pytest.approx(0.3 * 240 * 7 * 600, rel=0.11)
    flow[0]["sort"]["cover"] = "next"
    covered = setting(teams=teams, categories=CATEGORIES, workflow=flow, arrivals={"per_day": 240})
    assert week(covered).work.tolist() == pytest.approx([0, 240 * 7 * 600 + 0.7 * 240 * 7 * 60])


def test_a_load_that_fills_the_hours_exactly_is_one() -> None:
    # 144 letters a day of ten minutes are one person's day; the seed has no say in it.
    for seed in range(3):
        work, on_duty = week(setting(seed=seed, arrivals={"per_day": 144}))
        assert work / on_duty == pytest.approx([1.0], abs=1e-12)


def test_office_hours_are_those_of_a_week_without_holidays() -> None:
    of = setting(
        start="2021-05-03", holidays="china", window="3 d", teams={"desk": {"tier": "city", "staff": {"office": 2}}}
    )
    assert week(of).on_duty == pytest.approx([2 * 47.5 * HOUR])  # the window itself is all holidays


def test_who_leaves_out_of_patience_makes_no_backlog() -> None:
    patient = {"answer": {"by": "desk", "effort": "5 min"}}
    impatient = {"call": {"by": "desk", "effort": "5 min", "patience": "4 min"}}

    def work(*steps: dict[str, Any]) -> float:
        of = setting(workflow=list(steps), arrivals={"per_day": 288})
        return float(week(of).work.sum()) / HOUR

    assert work(patient) == pytest.approx(168)
    assert work(impatient) == 0, "what is too much for the desk goes"
    assert work(impatient, patient) == pytest.approx(336), "all that may come"


def test_work_that_stays_is_that_of_who_cannot_leave_before() -> None:
    stays = {"answer": {"by": "desk", "effort": "5 min"}}
    called = {"call": {"by": "desk", "effort": "5 min", "chance": "25%", "patience": "4 min"}}

    def hours(*steps: dict[str, Any]) -> float:
        of = setting(workflow=list(steps), arrivals={"per_day": 288})
        return float(work_that_stays(of, [simulate_infinite_servers(of, 0)]).sum()) / HOUR

    assert hours(stays, called) == pytest.approx(168)
    assert hours(called, stays) == pytest.approx(168 * 0.75), "who hangs up asks for no answer"
    assert hours(called, {"back": {"back_to": "call", "chance": "50%", "at_most": 1}}, stays) == pytest.approx(
        168 * (0.75**2 + 0.75) / 2
    )
