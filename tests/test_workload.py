"""What letters will go through: the workflow unrolled, step by step."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from office import BAOAN, CITY, FLOW, FUTIAN, drawn, efforts, journeys, service, workload_of

from sim.core.clock import DAY, MINUTE
from sim.core.errors import SimError
from sim.core.tables import FINISH, HAND_OVER, NEVER, NO_UNIT, OTHER_DUTY, Workload
from sim.engine.contract import check_arrays
from sim.sampling import visits
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


def test_a_letter_makes_its_steps_in_order() -> None:
    workload = drawn(
        {"sign": {"by": "city", "effort": "90 s"}},
        {"enquire": {"wait": "2 h"}},
        {"handle": {"by": "city", "effort": "1 h"}},
    )
    assert journeys(workload) == [[(0, 90), (1, 7200), (2, 3600)]] * workload.letters
    assert workload.unit.reshape(-1, 3).tolist() == [[CITY, NO_UNIT, CITY]] * workload.letters
    assert not workload.left.any()
    assert (np.diff(workload.received) >= 0).all()


def test_a_visit_says_what_its_step_says() -> None:
    workload = drawn(
        {
            "sign": {
                "by": "station", "effort": "90 s", "priority": 0, "interrupts": True, "interruptible": False,
                "resume_cost": "2 min", "at_shift_end": "finish", "cover": "branch",
                "escalate": {"after": "7 min", "to": "city"},
            }
        },
        {"handle": {"by": "station", "effort": "1 h"}},
    )  # fmt: skip
    plain = [5, False, True, 0, HAND_OVER, NO_UNIT, NEVER, NO_UNIT]
    names = ["priority", "interrupts", "interruptible", "resume_cost", "at_shift_end", "cover", "escalate_after"]
    first, second = (
        [column[visit].item() for column in (getattr(workload, name) for name in [*names, "escalate_to"])]
        for visit in (0, 1)
    )
    branch = BAOAN if workload.home[0] < 5 else FUTIAN
    assert first == [0, True, False, 120, FINISH, branch, 420, CITY]
    assert second == plain


def test_efforts_are_whole_seconds_and_at_least_one_and_waits_may_be_nothing() -> None:
    workload = drawn(
        {"glance": {"by": "city", "effort": "0.2 s"}},
        {"blink": {"wait": "0.2 s"}},
        {"read": {"by": "city", "effort": "1.6 s"}},
        {"long": {"by": "city", "effort": {"mean": "36500 d", "cv": 20}}},
    )
    assert journeys(workload)[0][:3] == [(0, 1), (1, 0), (2, 2)]
    assert (workload.service >= 0).all()


def test_efforts_have_the_mean_and_spread_of_their_distribution() -> None:
    effort = np.array(efforts(drawn(service("serve"), per_day=6000), 0))
    # 42,000 letters, 4 standard errors; rounding adds a twelfth of a square second.
    assert effort.mean() == pytest.approx(600, abs=4 * 600 / np.sqrt(42_000))
    assert np.median(effort) == pytest.approx(600 / np.sqrt(2), rel=0.03)


def test_values_per_category() -> None:
    workload = drawn(
        {
            "handle": {
                "by": "city",
                "effort": {"per_category": {"household": "40 min", "default": "90 min"}},
                "priority": {"per_category": {"noise": 2, "default": 7}},
                "chance": {"per_category": {"noise": "100%", "default": "0%"}},
            }
        },
        {
            "close": {
                "by": "city",
                "effort": {"per_category": {"household": "1 min", "noise": {"mean": "2 min", "cv": 0}}},
            }
        },
    )
    rows = zip(workload.category.tolist(), journeys(workload), strict=True)
    assert all(steps == ([(1, 60)] if category == 0 else [(0, 5400), (1, 120)]) for category, steps in rows)
    assert set(workload.priority[workload.step == 0]) == {2}


CHANNELS = {"web": {"share": "50%"}, "phone": {"share": "30%"}, "paper": {"share": "20%"}}


def test_values_per_channel() -> None:
    workload = drawn(
        {
            "handle": {
                "by": {"per_channel": {"phone": "city", "default": "branch"}},
                "effort": {"per_channel": {"paper": "9 min"}, "per_category": {"noise": "2 min", "default": "1 min"}},
                "priority": {"per_channel": {"web": 7, "phone": 0, "paper": 4}},
            }
        },
        {"answer": {"wait": {"per_channel": {"phone": "0 s", "default": "1 d"}}, "for_channel": ["phone", "web"]}},
        {"scan": {"by": "city", "effort": "1 s", "chance": {"per_channel": {"paper": 1, "default": 0}}}},
        channels=CHANNELS,
    )
    web, phone, paper = range(3)
    household, noise = range(2)
    ways = {
        (category, channel): (
            (0, [60, 120][category] if channel != paper else 540),
            *([(1, [86_400, 0][channel])] if channel != paper else [(2, 1)]),
        )
        for category in (household, noise)
        for channel in (web, phone, paper)
    }
    kinds = list(zip(workload.category.tolist(), workload.channel.tolist(), strict=True))
    assert set(kinds) == set(ways)
    assert [tuple(journey) for journey in journeys(workload)] == [ways[kind] for kind in kinds]
    first = workload.first_visit[:-1]
    assert workload.priority[first].tolist() == [[7, 0, 4][channel] for _, channel in kinds]
    assert ((workload.unit[first] == CITY) == (workload.channel == phone)).all()


def test_a_channel_named_by_no_step_changes_nobody() -> None:
    """What a letter draws does not depend on whether another step looks at channels."""
    step = {"serve": {"by": "city", "effort": {"exponential": "10 min"}, "chance": "70%"}}
    told = {"serve": {**step["serve"], "chance": {"per_channel": {"paper": "70%", "default": 0.7}}}}
    assert journeys(drawn(step, channels=CHANNELS)) == journeys(drawn(told, channels=CHANNELS))


def test_waits_in_working_time() -> None:
    workload = drawn(
        {"ask": {"wait": {"per_category": {"household": "3 working days", "noise": "3 d"}}}},
        {"look": {"wait": "1.5 office hours"}},
        {"hear": {"wait": {"uniform": ["1 working day", "2 working days"]}}},
    )
    of_letter = workload.clock.reshape(-1, 3)
    assert (of_letter == [[[1, 2, 1], [0, 2, 1]][category] for category in workload.category.tolist()]).all()
    service = workload.service.reshape(-1, 3)
    assert (service[:, 0] == 3 * DAY).all()
    assert (service[:, 1] == 5400).all()
    assert DAY <= service[:, 2].min() < 1.1 * DAY
    assert 1.9 * DAY < service[:, 2].max() <= 2 * DAY


def test_a_way_back_may_take_working_time() -> None:
    workload = drawn(
        {"ask": {"by": "city", "effort": "1 min"}},
        {"again": {"back_to": "ask", "chance": "100%", "at_most": 1, "after": "2 office hours"}},
    )
    assert workload.clock.reshape(-1, 3).tolist() == [[0, 2, 0]] * workload.letters


def test_a_step_may_be_for_some_categories_only() -> None:
    workload = drawn(
        {"reprimand": {"by": "city", "effort": {"per_category": {"noise": "1 min"}}, "for": ["noise"]}},
        {"wait": {"wait": "1 h", "for": ["household"]}},
        {"refer": {"leave": "100%", "for": ["household"]}},
        {"close": {"by": "city", "effort": "2 min"}},
    )
    rows = zip(workload.category.tolist(), journeys(workload), strict=True)
    assert all(steps == ([(1, 3600)] if category == 0 else [(0, 60), (3, 120)]) for category, steps in rows)
    assert np.array_equal(workload.left, workload.category == 0)


def test_some_letters_take_a_step_and_some_leave() -> None:
    workload = drawn(
        service("sign"), {"refer": {"leave": "15%"}}, service("callback", chance="80%"), service("close"), per_day=2400
    )
    visits_of = np.diff(workload.first_visit)
    assert set(visits_of[workload.left]) == {1}
    # 16,800 letters, 4 standard errors.
    assert workload.left.mean() == pytest.approx(0.15, abs=4 * np.sqrt(0.15 * 0.85 / 16_800))
    assert (visits_of[~workload.left] == 3).mean() == pytest.approx(0.8, abs=4 * 0.4 / np.sqrt(14_000))


def test_steps_may_depend_on_earlier_ones() -> None:
    workload = drawn(
        service("pay", chance="50%"),
        service("tell"),
        service("pay_later", unless=["pay"]),
        service("receipt", only_after=["pay", "pay_later"], chance="50%"),
        {"ask": {"back_to": "tell", "chance": "100%", "at_most": 1, "only_after": ["receipt"]}},
        {"end": {"leave": "100%", "unless": ["receipt"]}},
        service("close"),
        per_day=2400,
    )
    ways = Counter(tuple(step for step, _ in journey) for journey in journeys(workload))
    # Who comes by `receipt` again draws again; what was taken before the loop still counts.
    now, later = (0, 1, 3, 1, 3, 6), (1, 2, 3, 1, 2, 3, 6)
    assert set(ways) == {now, (*now[:4],), (0, 1), later, (*later[:5],), (1, 2)}
    assert ways[(0, 1)] / workload.letters == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / 16_800))
    assert ways[now] / workload.letters == pytest.approx(0.125, abs=4 * np.sqrt(0.11 / 16_800))


def test_a_letter_that_leaves_at_once_has_no_visit() -> None:
    workload = drawn({"refer": {"leave": "100%"}}, service("sign"))
    assert workload.visits == 0
    assert workload.left.all()
    assert workload.first_visit.tolist() == [0] * (workload.letters + 1)


def test_a_loop_goes_back_at_most_so_often() -> None:
    workload = drawn(
        {"sign": {"by": "city", "effort": "1 min"}},
        {"handle": {"by": "city", "effort": "10 min", "effort_again": "60%"}},
        {"check": {"by": "city", "effort": "2 min"}},
        {"rework": {"back_to": "handle", "chance": "100%", "at_most": 2, "after": "2 h"}},
        {"close": {"by": "city", "effort": "3 min"}},
    )
    again = [(3, 7200), (1, 360), (2, 120)]
    assert journeys(workload)[0] == [(0, 60), (1, 600), (2, 120), *again, *again, (4, 180)]
    assert journeys(workload) == [journeys(workload)[0]] * workload.letters
    assert (workload.unit[workload.step == 3] == NO_UNIT).all()


def test_a_loop_without_a_delay_leaves_no_visit_of_its_own() -> None:
    workload = drawn(service("handle"), {"rework": {"back_to": "handle", "chance": "100%", "at_most": 1}})
    assert workload.step.tolist() == [0, 0] * workload.letters


def test_a_loop_ends_by_chance() -> None:
    workload = drawn(service("handle"), {"rework": {"back_to": "handle", "chance": "75%"}}, per_day=2400)
    times = np.diff(workload.first_visit)
    # Geometric with mean 4 and variance 12; 16,800 letters, 4 standard errors.
    assert times.mean() == pytest.approx(4, abs=4 * np.sqrt(12 / 16_800))
    assert (times == 1).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / 16_800))


def test_each_time_is_hard_in_its_own_way() -> None:
    workload = drawn(service("handle"), {"rework": {"back_to": "handle", "chance": "100%", "at_most": 1}}, per_day=2400)
    first, second = workload.service.reshape(-1, 2).T
    # Of 16,800 independent pairs, 4 standard errors.
    assert np.corrcoef(np.log(first), np.log(second))[0, 1] == pytest.approx(0, abs=4 / np.sqrt(16_800))


def test_loops_within_loops_count_by_letter() -> None:
    minute = {"by": "city", "effort": "1 min"}
    workload = drawn(
        {"call": minute},
        {"no_answer": {"back_to": "call", "chance": "100%", "at_most": 1}},
        {"handle": minute},
        {"rework": {"back_to": "call", "chance": "100%", "at_most": 2}},
    )
    # The inner loop is used up the first time round.
    assert workload.step.reshape(-1, 7).tolist() == [[0, 0, 2, 0, 2, 0, 2]] * workload.letters


def test_loops_within_loops_by_chance() -> None:
    workload = drawn(
        service("call"),
        {"no_answer": {"back_to": "call", "chance": "20%"}},
        service("handle"),
        {"rework": {"back_to": "call", "chance": "50%"}},
        per_day=2400,
    )
    called, handled = (np.bincount(workload.letter_of_visit()[workload.step == step]) for step in (0, 2))
    assert handled.mean() == pytest.approx(2, abs=4 * np.sqrt(2 / 16_800))
    assert called.mean() == pytest.approx(2.5, abs=4 * np.sqrt(4 / 16_800))


def test_a_loop_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "_MOST_TIMES", 50)
    with pytest.raises(SimError, match="workflow: a letter came to 'handle' 50 times; its loop needs at_most"):
        drawn(service("handle"), {"rework": {"back_to": "handle", "chance": "99.9999%"}}, per_day=2)


def test_an_empty_mailbox_is_an_empty_workload() -> None:
    workload = drawn(*FLOW, per_day=0)
    assert workload.letters == workload.visits == 0
    assert workload.first_visit.tolist() == [0]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_draws_what_an_engine_accepts(path: Path) -> None:
    office = setting_of(load(path).scenario)
    roster = draw_roster(office, 0)
    workload = draw_workload(office, roster, 0)
    check_arrays(workload, roster, office.scenario.horizon)
    assert workload.visits > workload.letters / 2
    dtypes = Workload.__annotations__
    assert [column.dtype for column in workload] == [np.dtype(dtypes[name].__args__[1].__args__[0]) for name in dtypes]


def test_a_day_of_shenzhen_at_600_offers_the_work_of_its_steps() -> None:
    office = setting_of(load(SCENARIOS[0].parent / "shenzhen_stress_600.yaml").scenario)
    workload = workload_of(office)
    letters = (workload.category != OTHER_DUTY).sum()
    sign = workload.step == 0
    assert sign.sum() == letters
    # 15,000 letters, cv 0.8, 4 standard errors.
    assert workload.service[sign].mean() == pytest.approx(1.5 * MINUTE, rel=4 * 0.8 / np.sqrt(letters))
