"""Stress runs: capacity against Erlang C, limits and bottlenecks worked by hand, spikes and soaks told as stories."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.clock import DAY, HOUR
from sim.engine import ENGINES
from sim.errors import ScenarioError, SimError
from sim.loading import load
from sim.models.stress import Soak, Spike, Stress
from sim.queueing import mmc_wait_longer
from sim.setting import Setting, setting_of
from sim.stress import Found, StressReport, stress
from sim.stress.bottleneck import bottlenecks, relieved
from sim.stress.capacity import Capacity, find_capacity
from sim.stress.letters import Letters
from sim.stress.limits import without_queues
from sim.stress.ramp import ramp
from sim.stress.runner import Runner
from sim.stress.soak import soak
from sim.stress.spike import recovery, spike
from sim.stress.trials import Trials
from sim.stress.variants import at_rate, own_rate, with_staff, with_surge, with_window
from sim.tables import OTHER_DUTY

DESK = """
start: 2024-01-01
warm_up: 2 d
window: 14 d
cool_down: 1 d
seed: 8
arrivals: {per_day: 200}
teams: {desk: {tier: city, staff: {always: 4}}}
workflow: [{serve: {by: desk, effort: {exponential: 25 min}}}]
sla: {started: {until: serve.started, within: 10 min, target: 80%}}
"""
TANDEM = """
start: 2024-01-01
warm_up: 1 d
window: 7 d
cool_down: 1 d
arrivals: {per_day: 200}
teams:
  desk: {tier: city, staff: {always: 6}}
  branch: {tier: branch, staff: {always: 10}}
  spare: {tier: branch, staff: {always: 4}}
workflow:
  - sign: {by: desk, effort: {exponential: 30 min}}
  - handle: {by: branch, effort: {exponential: 30 min}}
sla: {done: {until: handle.finished, within: 3 h, target: 90%}}
"""

Ready = Callable[..., Setting]


@pytest.fixture
def ready(tmp_path: Path) -> Ready:
    """A scenario's text, with some of it replaced, made ready."""

    def make(text: str, **overrides: str) -> Setting:
        path = tmp_path / "scenario.yaml"
        path.write_text(text, "utf-8")
        layers = [f"{key.replace('__', '.')}={value}" for key, value in overrides.items()]
        return setting_of(load(path, layers).scenario)

    return make


def capacity_of(setting: Setting, highest: float, replications: int = 20) -> Capacity:
    capacity, _ = find_capacity(Trials(setting, highest, Runner()), replications, 0.08)
    return capacity


# Capacity


def test_the_capacity_of_a_desk_agrees_with_erlang_c(ready: Ready) -> None:
    """By theory 20% wait longer than 10 minutes at 149.3 letters a day; the interval misses that once in 20 seeds."""
    exact = brentq(lambda per_day: mmc_wait_longer(4, per_day / DAY, 25 * 60, 10 * 60) - 0.2, 1, 230)
    assert exact == pytest.approx(149.26, abs=0.01)
    capacity = capacity_of(ready(DESK), 345)
    assert capacity.found is Found.YES
    assert capacity.per_day is not None
    assert capacity.high is not None
    assert capacity.per_day < exact < capacity.high
    assert capacity.high - capacity.per_day < 0.1 * exact
    assert capacity.sla == "started"


def test_a_promise_that_a_few_letters_break_leaves_no_capacity(ready: Ready) -> None:
    capacity = capacity_of(ready(DESK, sla__started__until="serve.finished"), 345, replications=4)
    assert (capacity.found, capacity.per_day, capacity.sla) == (Found.NOT_EVEN_A_FEW, None, "started")
    assert capacity.compliance is not None
    assert capacity.compliance.high is not None
    # A letter that does not wait is served within 10 of 25 minutes with 1 - exp(-0.4).
    assert capacity.compliance.high < 0.5


def test_a_promise_that_holds_at_any_rate_tried(ready: Ready) -> None:
    capacity = capacity_of(ready(DESK, teams__desk__staff__always="400"), 345, replications=4)
    assert (capacity.found, capacity.per_day, capacity.highest) == (Found.BEYOND, None, 345)


def test_without_targets_there_is_no_capacity(ready: Ready) -> None:
    setting = ready(DESK.replace(", target: 80%", ""))
    assert capacity_of(setting, 345).found is Found.NO_TARGET


def test_letters_of_a_lower_rate_are_among_those_of_a_higher_one(ready: Ready) -> None:
    """So the curve is smooth: more letters never help, whatever the rate, replication by replication."""
    trials = Trials(ready(DESK), 230, Runner())
    each = [trials.kept(per_day, 4)["started"] for per_day in (230, 190, 150, 110, 70)]
    assert all((np.diff([ratio.whole[one] for ratio in each]) < 0).all() for one in range(4))
    assert all((np.diff([(ratio.part / ratio.whole)[one] for ratio in each]) > 0).all() for one in range(4))


def test_thinned_letters_are_the_same_letters_under_every_staffing(ready: Ready) -> None:
    other = "staff: {always: 4}, other_duty: {per_hour: 2, effort: 15 min}"
    setting = ready(DESK.replace("staff: {always: 4}", other))
    whole, few, staffed = (
        Letters(each, 200).at(per_day, 1).workload
        for each, per_day in ((setting, 200), (setting, 60), (with_staff(setting, "desk", 3), 60))
    )
    assert (few.category == OTHER_DUTY).sum() == (whole.category == OTHER_DUTY).sum() > 100
    kept = np.flatnonzero(few.category != OTHER_DUTY)
    assert set(few.received[kept]) < set(whole.received)
    # 3,400 letters of which 30% stay; 4 standard errors are less than 3.2%.
    assert len(kept) == pytest.approx(0.3 * (whole.category != OTHER_DUTY).sum(), rel=0.11)
    same = np.flatnonzero(staffed.category != OTHER_DUTY)
    np.testing.assert_array_equal(few.received[kept], staffed.received[same])
    np.testing.assert_array_equal(few.service[few.first_visit[kept]], staffed.service[staffed.first_visit[same]])
    # Each is as hard as it was among all.
    before = dict(zip(whole.received.tolist(), whole.service[whole.first_visit[:-1]].tolist(), strict=True))
    alone = [at for at in few.received[kept].tolist() if (whole.received == at).sum() == 1]
    now = dict(zip(few.received.tolist(), few.service[few.first_visit[:-1]].tolist(), strict=True))
    assert [now[at] for at in alone] == [before[at] for at in alone]


def test_the_engines_say_the_same(ready: Ready) -> None:
    setting = ready(DESK, window="3 d", warm_up="0 d")
    compiled, simpy = (Trials(setting, 200, Runner(engine, 2)).kept(150, 2)["started"] for engine in ENGINES)
    np.testing.assert_array_equal(compiled.part, simpy.part)
    np.testing.assert_array_equal(compiled.whole, simpy.whole)


def test_trials_live_each_replication_once(ready: Ready) -> None:
    runner = Runner()
    trials = Trials(ready(DESK), 200, runner)
    trials.compliance(100, 3)
    trials.compliance(100, 5)
    trials.compliance(100, 4)
    assert runner.lived == 5


# Limits


def test_the_backlog_grows_from_where_work_fills_all_hours(ready: Ready) -> None:
    ((limit,), _) = without_queues(ready(DESK, window="100 d"))
    # 4 people of 24 hours for 25 minutes a letter; 20,000 letters know that to 0.7%.
    assert limit.team == limit.unit == "desk"
    assert limit.per_day.mean == pytest.approx(4 * 24 * 60 / 25, rel=0.03)
    assert limit.unit_per_day == limit.per_day
    assert limit.per_day.low is not None
    assert limit.per_day.high is not None
    assert limit.per_day.low < 4 * 24 * 60 / 25 < limit.per_day.high
    assert limit.work_min == pytest.approx(25, rel=0.03)


def test_one_unit_fills_before_its_team(ready: Ready) -> None:
    text = DESK.replace("staff: {always: 4}", "units: 2, weights: [3, 1], staff: {always: 4}, other_duty: OTHER")
    other = "{per_hour: 1, effort: 15 min}"
    ((limit,), _) = without_queues(ready(text.replace("OTHER", other), window="100 d"))
    # Of 2 people at each unit, a quarter of one is at other duty; the first gets three letters in four.
    assert limit.unit == "desk-1"
    assert limit.unit_per_day.mean == pytest.approx(1.75 * 24 * 60 / 25 / 0.75, rel=0.03)
    assert limit.per_day.mean == pytest.approx(3.5 * 24 * 60 / 25, rel=0.03)


def test_without_queues_compliance_is_what_the_work_itself_leaves(ready: Ready) -> None:
    _, ceiling = without_queues(ready(DESK, window="100 d"))
    assert ceiling == {"started": 1.0}
    _, ceiling = without_queues(ready(DESK, window="100 d", sla__started__until="serve.finished"))
    # Of an exponential 25 minutes, 1 - exp(-0.4) end within 10; 20,000 letters know that to 0.35 points.
    assert ceiling["started"] == pytest.approx(1 - np.exp(-0.4), abs=4 * 0.0035)


# Bottlenecks


def test_the_bottleneck_is_where_more_people_help_and_moving_people_there_raises_the_capacity(ready: Ready) -> None:
    setting = ready(TANDEM)
    trials = Trials(setting, 450, Runner())
    capacity, near = find_capacity(trials, 10, 0.08)
    (bottleneck,) = bottlenecks(setting, capacity, near, 10)
    assert (bottleneck.team, bottleneck.sla) == ("desk", "done")
    assert [relief.team for relief in bottleneck.reliefs] == ["desk", "branch", "spare"]
    # The branch has two people more than it needs at that rate: more raise compliance, but hardly.
    assert [relief.team for relief in bottleneck.reliefs if relief.helps] == ["desk"]
    # With twice the people at the desk, the branch has fewer than it.
    doubled = relieved(setting, capacity, (bottleneck,), near, trials, 10, 0.08)
    assert doubled is not None
    # From 6 people to 10, the capacity of the branch.
    assert doubled.times is not None
    assert 1.5 < doubled.times < 10 / 6 + 0.15
    assert (doubled.team, [each.team for each in doubled.bottlenecks]) == ("desk", ["branch"])
    moved = with_staff(with_staff(setting, "spare", -2), "desk", 2)
    more = capacity_of(moved, 450, replications=10)
    for larger in (doubled.capacity, more):
        assert larger.estimate is not None
        assert capacity.high is not None
        assert larger.estimate > capacity.high


@pytest.mark.slow
def test_people_moved_to_the_branches_of_shenzhen_raise_its_capacity() -> None:
    """First feedback is asked for 98%: 99% is so near to what the enquiry alone leaves that no people help."""
    baseline = Path(__file__).parent.parent / "scenarios" / "shenzhen_baseline.yaml"
    feedback = "sla.first_feedback.target=98%"
    staff = ["teams.branch.staff.four_teams_two_shifts=110", "teams.station.staff.duty_24_48=36"]
    today, moved = (setting_of(load(baseline, layers).scenario) for layers in ([feedback], [feedback, *staff]))
    teams = [setting.scenario.teams.values() for setting in (today, moved)]
    assert [sum(team.headcount for team in each if team.counted) for each in teams] == [350, 350]
    capacity, near = find_capacity(Trials(today, 1_024, Runner()), 20, 0.08)
    first = bottlenecks(today, capacity, near, 20)[0]
    assert (first.sla, first.team) == ("contacted", "branch")
    more = capacity_of(moved, 1_024)
    assert capacity.high is not None
    assert more.per_day is not None
    # 159 letters a day and 253, by these seeds.
    assert more.per_day > 1.3 * capacity.high


def test_where_people_do_not_help_what_fails_first_the_next_promise_is_looked_at(ready: Ready) -> None:
    enquire = "- enquire: {wait: {exponential: 20 min}}\n  - handle:"
    text = TANDEM.replace("- handle:", enquire)
    quick = "quick: {from: sign.finished, until: enquire.finished, within: 50 min, target: 90%}"
    setting = ready(text.replace("90%}}", f"90%}}, {quick}}}"))
    capacity, near = find_capacity(Trials(setting, 450, Runner()), 10, 0.08)
    tight = replace(capacity, at_risk=("quick",), kept=("done",))
    found = bottlenecks(setting, tight, near, 10)
    assert [(each.sla, each.team) for each in found] == [("quick", None), ("done", "desk")]
    assert {relief.gain.mean for relief in found[0].reliefs} == {0.0}
    assert [each.sla for each in bottlenecks(setting, tight, near, 10, further=False)] == ["quick"]


def test_without_capacity_there_is_no_bottleneck(ready: Ready) -> None:
    setting = ready(DESK, teams__desk__staff__always="400")
    trials = Trials(setting, 345, Runner())
    capacity, near = find_capacity(trials, 2, 0.08)
    assert bottlenecks(setting, capacity, near, 2) == ()
    assert relieved(setting, capacity, (), near, trials, 2, 0.08) is None


# Ramp


def test_more_letters_make_people_busier_and_letters_later(ready: Ready) -> None:
    steps = ramp(ready(DESK), [60, 120, 180, 300], 6, Runner())
    assert [step.per_day for step in steps] == [60, 120, 180, 300]
    busy = [step.utilisation["desk"].mean for step in steps]
    # Offered load over 4 people; the busiest letters know that to 1%.
    assert busy[:3] == pytest.approx([60 / 230.4, 120 / 230.4, 180 / 230.4], rel=0.04)
    assert busy[3] == pytest.approx(1, abs=0.01)
    compliance = [step.compliance["started"].mean or 0.0 for step in steps]
    assert (np.diff(compliance) < 0).all()
    growth = steps[3].growth_per_day
    assert growth.low is not None
    assert growth.high is not None
    assert growth.low < 300 - 230.4 < growth.high
    assert steps[0].growth_per_day.mean == pytest.approx(0, abs=0.1)


# Spike


def test_recovery_begins_the_first_day_without_harm() -> None:
    hours = np.arange(-1.0, 40.0)  # ends of hours since the spike began; it lasts 2
    letters = np.full((1, len(hours)), 10.0)
    harmed = np.zeros_like(letters)
    harmed[0, (hours > 0) & (hours <= 5)] = [4, 9, 8, 3, 3]
    # From the hour that begins 5 h after the spike did, 3 h after its end, nothing is late.
    assert recovery(harmed, letters, hours, 2) == 3
    # 1% of the 240 letters of a day may be late: two, not three.
    harmed[0, hours == 9] = 2
    assert recovery(harmed, letters, hours, 2) == 3
    harmed[0, hours == 10] = 1
    assert recovery(harmed, letters, hours, 2) == 7
    # Every promise counts, and the day must be seen whole.
    both = np.concatenate([harmed, harmed[:, ::-1]])
    assert recovery(both, np.concatenate([letters, letters]), hours, 2) is None
    assert recovery(harmed, letters, hours[:20], 2) is None


def test_a_spike_is_worked_off_at_the_rate_that_is_left(ready: Ready) -> None:
    figures = spike(
        ready(DESK), Spike.model_validate({"times": 10, "lasts": "2 h", "from": "day 4 10:00"}), 10, Runner()
    )
    assert figures.begins.isoformat() == "2024-01-05T10:00:00"
    # 200 letters a day are 16.7 in two hours; ten times that is 150 more.
    added = figures.added
    assert added.low is not None
    assert added.high is not None
    assert added.low < 150 < added.high
    started = figures.slas["started"]
    assert started.during.mean is not None
    assert started.without.mean is not None
    assert started.during.mean < 0.05 < 0.2 < started.without.mean
    assert started.worst == 0
    assert figures.not_recovered < 10
    # Of 230 letters a day that the desk can do, 30 are left for some 150 that wait: about five days.
    assert figures.recovery_h.mean == pytest.approx(5 * 24, rel=0.5)
    assert len(figures.hours) == len(figures.waiting.mean) == len(started.by_hour)
    before = figures.hours <= 0
    np.testing.assert_array_equal(figures.waiting.mean[before], figures.waiting_without.mean[before])
    peak = figures.peak_waiting.mean
    assert peak == pytest.approx(float(figures.waiting.mean.max()), rel=0.2)


def test_a_spike_begins_on_a_working_morning_if_nothing_is_said(ready: Ready) -> None:
    setting = ready(DESK, start="2024-01-04", warm_up="2 d", holidays="china")
    figures = spike(setting, Spike.model_validate({"times": 2, "lasts": "2 h"}), 2, Runner())
    # Day 2 of the scenario is a Saturday.
    assert figures.begins.isoformat() == "2024-01-08T10:00:00"


# Soak


def test_a_soak_tells_a_backlog_that_grows_from_one_that_does_not(ready: Ready) -> None:
    asked = Soak.model_validate({"lasts": "84 d", "replications": 3})
    steady = soak(ready(DESK), asked, Runner())
    assert not steady.grows
    assert (steady.days, steady.per_day) == (84, 200)
    assert steady.by_month["started"].mean.shape == (3,)
    assert steady.waiting.mean.shape == (85,)
    flooded = soak(ready(DESK, arrivals__per_day="250"), asked, Runner())
    assert flooded.grows
    assert flooded.growth_per_day.mean == pytest.approx(250 - 230.4, rel=0.3)


# Variants


def test_people_join_the_rosters_in_proportion(ready: Ready) -> None:
    setting = ready(DESK, teams__desk__staff="{always: 6, office: 3, daytime: 1}")
    assert with_staff(setting, "desk", 5).scenario.teams["desk"].staff == {"always": 9, "office": 5, "daytime": 1}
    assert with_staff(setting, "desk", 10).scenario.teams["desk"].staff == {"always": 12, "office": 6, "daytime": 2}
    assert setting.scenario.teams["desk"].staff == {"always": 6, "office": 3, "daytime": 1}


def test_a_longer_window_has_a_horizon_and_a_calendar_of_its_own(ready: Ready) -> None:
    setting = ready(DESK.replace("cool_down: 1 d\n", ""), sla__started__within="2 working days")
    assert setting.scenario.horizon > 16 * DAY
    longer = with_window(setting, 100 * DAY)
    assert longer.scenario.horizon >= 104 * DAY
    assert longer.calendar.days > 104


def test_a_launch_is_stressed_at_its_first_day(ready: Ready) -> None:
    setting = ready(DESK.replace("per_day: 200", "per_day: {start: 250, floor: 80, half_life: 52 d}"))
    assert own_rate(setting.scenario) == 250
    assert own_rate(at_rate(setting, 90).scenario) == 90


def test_a_trace_has_no_rate_to_raise(ready: Ready, tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n2024-01-02 10:00\n", "utf-8")
    setting = ready(DESK.replace("{per_day: 200}", "{trace: letters.csv}"))
    with pytest.raises(SimError, match="a trace has none"):
        stress(setting, scenario="traced")
    with pytest.raises(SimError, match="per_day is 0"):
        stress(ready(DESK, arrivals__per_day="0"), scenario="empty")


def test_a_surge_adds_letters_and_leaves_the_others(ready: Ready) -> None:
    from sim.experiment import live
    from sim.models.arrivals import Surge

    setting = ready(DESK)
    surge = Surge.model_validate({"from": "day 3 10:00", "lasts": "3 h", "times": 4})
    usual, more = (live(each, 0).workload.received for each in (setting, with_surge(setting, surge)))
    added = more[~np.isin(more, usual)]
    assert len(more) > len(usual)
    assert set(usual) <= set(more)
    assert ((added >= 3 * DAY + 10 * HOUR) & (added < 3 * DAY + 13 * HOUR)).all()


# The section of the scenario


def test_the_section_has_sensible_defaults(ready: Ready) -> None:
    assert ready(DESK).scenario.stress is None
    assert Stress() == ready(DESK + "stress: {}\n").scenario.stress
    asked = ready(
        DESK + "stress: {ramp: {from: 50, to: 400, steps: 8}, spike: {times: 3, lasts: 1 h}}\n"
    ).scenario.stress
    assert asked is not None
    assert (asked.ramp.from_, asked.ramp.to, asked.ramp.steps) == (50, 400, 8)
    assert (asked.spike.lasts, asked.soak.lasts) == (HOUR, 365 * DAY)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{ramp: {from: 400, to: 50}}", "stress.ramp.from: must be less than 50, its end (got 400)"),
        ("{spike: {from: day 1}}", "stress.spike.from: must lie in the window"),
        ("{spike: {from: 2024-02-01 10:00}}", "stress.spike.from: must lie in the window"),
        ("{ramp: {stepps: 3}}", "stress.ramp.stepps: unknown key; did you mean 'steps'?"),
        ("{spike: {times: 1}}", "stress.spike.times: must be more than 1 (got 1)"),
    ],
)
def test_a_section_that_makes_no_sense(ready: Ready, section: str, message: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        ready(f"{DESK}stress: {section}\n")
    assert message in str(refused.value)


# The whole run


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> StressReport:
    path = tmp_path_factory.mktemp("stress") / "tandem.yaml"
    section = "stress: {replications: 8, ramp: {steps: 3}, soak: {lasts: 30 d, replications: 2}}\n"
    path.write_text(TANDEM + section, "utf-8")
    return stress(setting_of(load(path).scenario), scenario="tandem", workers=2)


def test_a_stress_run_finds_everything(report: StressReport) -> None:
    assert report.per_day == 200
    assert report.capacity.found is Found.YES
    assert [limit.team for limit in report.limits] == ["desk", "branch"]
    assert report.bottlenecks[0].team == "desk"
    # The ramp goes past the limit of the desk, 6 people of 48 half hours.
    assert report.ramp[-1].per_day == pytest.approx(1.2 * 288, rel=0.05)
    assert len(report.ramp) == 3
    assert report.soak.days == 30


def test_the_report_is_plain_json(report: StressReport) -> None:
    plain = json.loads(json.dumps(report.plain(), allow_nan=False))
    assert plain["capacity"]["found"] == "found"
    assert set(plain["ramp"][0]) == {"per_day", "compliance", "utilisation", "waiting", "growth_per_day"}
    assert plain["spike"]["begins"] == "2024-01-02T10:00:00"


def test_the_number_of_workers_does_not_matter(report: StressReport, ready: Ready) -> None:
    section = "stress: {replications: 8, ramp: {steps: 3}, soak: {lasts: 30 d, replications: 2}}\n"
    alone = stress(ready(TANDEM + section), scenario="tandem", workers=1)
    assert alone.plain() == report.plain()
    assert replace(alone, scenario="other").plain() != report.plain()
