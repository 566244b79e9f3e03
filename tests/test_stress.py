"""Stress runs: capacity against Erlang C, limits and bottlenecks worked by hand, spikes and soaks told as stories."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracles.queueing import mmc_wait_longer
from scipy.optimize import brentq

from sim.capacity import Bottleneck, CapacityBound, CapacityStatus, Effect, StabilityLimit, StressReport, stress
from sim.capacity.bottleneck import bottlenecks, relieved
from sim.capacity.capacity import Capacity, find_capacity
from sim.capacity.limits import stability, staffing_limits
from sim.capacity.ramp import ramp
from sim.capacity.runner import NestedLetters, Runner
from sim.capacity.soak import soak
from sim.capacity.spike import recovery, spike
from sim.capacity.trials import HIGHEST_SHARE, Trials
from sim.capacity.variants import at_rate, own_rate, with_staff, with_surge, with_window
from sim.core.clock import DAY, HOUR
from sim.core.errors import ScenarioError, SimError
from sim.core.options import Options
from sim.core.tables import OTHER_DUTY
from sim.engine.contract import ENGINES
from sim.models.studies import Soak, Spike, Stress
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of

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
OFFICE = """
start: 2024-01-01
warm_up: 7 d
window: 28 d
arrivals: {per_day: 50}
teams: {desk: {tier: city, staff: {office: 8}}}
workflow: [{serve: {by: desk, effort: {exponential: 60 min}}}]
sla: {done: {until: serve.finished, within: 4 d, target: 95%}}
"""
BOTH = """
start: 2024-01-01
warm_up: 2 d
window: 14 d
seed: 3
arrivals: {per_day: 130}
teams: {desk: {tier: city, staff: {always: 4}}, branch: {tier: branch, staff: {always: 6}}}
workflow:
  - sign: {by: desk, effort: {exponential: 25 min}}
  - handle: {by: branch, effort: {exponential: 40 min}}
sla:
  signed: {until: sign.started, within: 10 min, target: 80%}
  handled: {from: sign.finished, until: handle.started, within: 20 min, target: 85%}
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


def trials_of(setting: Setting, runner: Runner | None = None) -> Trials:
    """Trials up to just below the stability limit."""
    return Trials(setting, stability(setting), runner or Runner())


def capacity_of(setting: Setting, replications: int = 20) -> Capacity:
    capacity, _ = find_capacity(trials_of(setting), replications, 0.08, letters=5e6)
    return capacity


# Capacity


def test_the_capacity_of_a_desk_agrees_with_erlang_c(ready: Ready) -> None:
    """By theory 20% wait longer than 10 minutes at 149.3 letters a day; the interval misses that once in 20 seeds."""
    exact = mmc_root(4, 25, 10, 0.2)
    assert exact == pytest.approx(149.26, abs=0.01)
    capacity = capacity_of(ready(DESK))
    assert capacity.found is CapacityStatus.YES
    assert capacity.per_day is not None
    assert capacity.high is not None
    assert capacity.per_day < exact < capacity.high
    assert capacity.high - capacity.per_day < 0.1 * exact
    assert capacity.sla == "started"


def test_an_sla_that_a_few_letters_breach_leaves_no_capacity(ready: Ready) -> None:
    capacity = capacity_of(ready(DESK, sla__started__until="serve.finished"), replications=4)
    assert (capacity.found, capacity.per_day, capacity.sla) == (CapacityStatus.NOT_EVEN_A_FEW, None, "started")
    assert capacity.compliance is not None
    assert capacity.compliance.high is not None
    # A letter that does not wait is served within 10 of 25 minutes with 1 - exp(-0.4).
    assert capacity.compliance.high < 0.5


def test_that_there_is_no_capacity_is_shown_at_a_rate_with_enough_letters(ready: Ready) -> None:
    """63.2% of exponential 25 minutes end within 25; the few letters of a very low rate do not tell that from 66%."""
    setting = ready(DESK.replace("80%", "66%"), sla__started__until="serve.finished", sla__started__within="25 min")
    capacity = capacity_of(setting, replications=10)
    assert (capacity.found, capacity.per_day) == (CapacityStatus.NOT_EVEN_A_FEW, None)
    assert capacity.compliance is not None
    assert capacity.compliance.high is not None
    assert capacity.compliance.high < 0.66


def test_what_bounds_a_desk_whose_sla_stands_any_queue_is_its_stability_limit(ready: Ready) -> None:
    """8 people, 47.5 hours a week each, an hour a letter: 54.29 a day. A window of four weeks calls 54.8 in time."""
    setting = ready(OFFICE)
    limit = 8 * 47.5 / 7
    short = Trials(setting, None, Runner(), 60).judged(54.8, 20, at_length=False).compliance["done"]
    assert short.high is not None
    assert short.high > 0.95
    capacity = capacity_of(setting)
    assert (capacity.found, capacity.bound, capacity.sla) == (CapacityStatus.YES, CapacityBound.STABILITY, None)
    assert capacity.per_day == capacity.estimate == pytest.approx(HIGHEST_SHARE * limit)
    assert capacity.high == pytest.approx(limit)


@pytest.mark.parametrize("seed", range(1, 5))
def test_no_capacity_lies_above_the_stability_limit(ready: Ready, seed: int) -> None:
    """With a limit of 3 or 4 days the SLA falls to its target just below the stability limit, or there."""
    capacity = capacity_of(ready(OFFICE, seed=str(seed), sla__done__within=f"{3 + seed % 2} d"))
    assert capacity.per_day is not None
    assert capacity.estimate is not None
    assert capacity.high is not None
    assert capacity.per_day <= capacity.estimate <= capacity.high <= 8 * 47.5 / 7 + 1e-9


def test_near_the_limit_a_rate_is_judged_over_a_window_that_is_long_enough(ready: Ready) -> None:
    """At 97% of the limit four weeks from empty flatter the desk; far below it they are what is asked about."""
    runner = Runner()
    trials = trials_of(ready(OFFICE, sla__done__within="3 d"), runner)
    flattered = trials.judged(trials.highest, 20, at_length=False)
    runner.letters_left = 5e6
    judged = trials.judged(trials.highest, 20)
    assert flattered.compliance["done"].mean is not None
    assert judged.compliance["done"].mean is not None
    assert judged.compliance["done"].mean < flattered.compliance["done"].mean
    left = runner.letters_left
    assert trials.judged(27, 20).steady
    # 20 replications of the scenario's own 39 days.
    assert left - runner.letters_left == pytest.approx(20 * 27 * (7 + 28 + 3), rel=0.05)


def test_a_rate_whose_queues_may_still_grow_is_not_called_steady(ready: Ready) -> None:
    runner = Runner()
    trials = trials_of(ready(OFFICE), runner)
    runner.letters_left = 100_000.0  # too few for the window that it takes
    judged = trials.judged(trials.highest, 20)
    assert not judged.steady
    capacity, _ = find_capacity(trials, 20, 0.08, letters=100_000)
    assert capacity.per_day is None or capacity.per_day < trials.highest


# Several SLAs


def mmc_root(people: int, minutes: float, limit_min: float, late: float) -> float:
    """Letters a day at which that share waits longer than a limit in M/M/c, by Erlang C."""
    most = people * DAY / (minutes * 60)
    found: float = brentq(
        lambda a_day: mmc_wait_longer(people, a_day / DAY, minutes * 60, limit_min * 60) - late, 1, 0.999 * most
    )
    return found


def test_the_sla_that_fails_first_is_named_only_when_that_is_sure(ready: Ready) -> None:
    """The desk starts 80% within 10 minutes up to 149.26 letters a day, the branch 85% within 20 up to 153.82."""
    setting = ready(BOTH)
    roots = [mmc_root(4, 25, 10, 0.2), mmc_root(6, 40, 20, 0.15)]
    assert roots == pytest.approx([149.26, 153.82], abs=0.01)
    few, _ = find_capacity(trials_of(setting), 4, 0.08, sequential=False)
    assert (few.bound, few.sla, set(few.at_risk)) == (CapacityBound.SLA, None, {"signed", "handled"})
    many = capacity_of(setting)
    assert (many.bound, many.sla, many.at_risk, many.kept) == (CapacityBound.SLA, "signed", ("signed",), ("handled",))
    assert many.per_day is not None
    assert many.high is not None
    assert many.per_day < roots[0] < many.high < roots[1]


def test_more_replications_make_a_wide_interval_narrow_until_the_letters_are_spent(ready: Ready) -> None:
    setting = ready(DESK, window="4 d")
    first, _ = find_capacity(trials_of(setting), 5, 0.08, sequential=False)
    more, _ = find_capacity(trials_of(setting), 5, 0.08, letters=5e6)
    spent, _ = find_capacity(trials_of(setting), 5, 0.08, letters=1_000)
    assert spent == first
    assert more.replications > first.replications == 5
    widths = [(each.high or 0.0) - (each.per_day or 0.0) for each in (first, more)]
    assert widths[1] < 0.1 * 149 < widths[0]


def test_without_targets_there_is_no_capacity(ready: Ready) -> None:
    setting = ready(DESK.replace(", target: 80%", ""))
    assert capacity_of(setting).found is CapacityStatus.NO_TARGET


def test_letters_of_a_lower_rate_are_among_those_of_a_higher_one(ready: Ready) -> None:
    """So the curve is smooth: more letters never help, whatever the rate, replication by replication."""
    trials = Trials(ready(DESK), None, Runner(), 230)
    each = [trials.decided(per_day, 4)["started"] for per_day in (230, 190, 150, 110, 70)]
    assert all((np.diff([of.letters[one] for of in each]) < 0).all() for one in range(4))
    assert all((np.diff([(of.met / of.letters)[one] for of in each]) > 0).all() for one in range(4))


def test_thinned_letters_are_the_same_letters_under_every_staffing(ready: Ready) -> None:
    other = "staff: {always: 4}, other_duty: {per_hour: 2, effort: 15 min}"
    setting = ready(DESK.replace("staff: {always: 4}", other))
    whole, few, staffed = (
        NestedLetters(each, 200).at(per_day, 1).workload
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
    compiled, simpy = (
        Trials(setting, None, Runner(Options(engine=engine, workers=2)), 200).decided(150, 2)["started"]
        for engine in ENGINES
    )
    np.testing.assert_array_equal(compiled.met, simpy.met)
    np.testing.assert_array_equal(compiled.letters, simpy.letters)


def test_trials_simulate_each_replication_once(ready: Ready) -> None:
    runner = Runner()
    trials = Trials(ready(DESK), None, runner, 200)
    trials.decided(100, 3)
    trials.decided(100, 5)
    trials.decided(100, 4)
    assert runner.simulated == 5


# Limits


def test_where_letters_may_leave_the_work_fills_the_hours_at_most(ready: Ready) -> None:
    steps = "[{call: {by: desk, effort: 5 min, patience: 4 min}}, {serve: {by: desk, effort: {exponential: 20 min}}}]"
    leaving = DESK.replace("[{serve: {by: desk, effort: {exponential: 25 min}}}]", steps)
    found = staffing_limits(ready(leaving)).stability
    full = pytest.approx(4 * 24 * 60 / 25)
    assert found == StabilityLimit(full, full, ("desk",), ("desk",), some_leave=True)
    assert staffing_limits(ready(leaving)).steps == {}, "letters wait ever longer for neither step"


def test_the_backlog_grows_from_where_work_fills_all_hours(ready: Ready) -> None:
    found = staffing_limits(ready(DESK))
    # 4 people of 24 hours for 25 minutes a letter, whatever was drawn.
    full = pytest.approx(4 * 24 * 60 / 25)
    assert found.stability == StabilityLimit(full, full, ("desk",), ("desk",))
    (limit,) = found.teams
    assert limit.team == limit.unit == "desk"
    assert limit.unit_per_day == pytest.approx(limit.per_day) == pytest.approx(4 * 24 * 60 / 25)
    assert limit.work_min == pytest.approx(25)


def test_one_unit_fills_before_its_team(ready: Ready) -> None:
    text = DESK.replace("staff: {always: 4}", "units: 2, weights: [3, 1], staff: {always: 4}, other_duty: OTHER")
    other = "{per_hour: 1, effort: 15 min}"
    found = staffing_limits(ready(text.replace("OTHER", other)))
    (limit,) = found.teams
    # Of 2 people at each unit, a quarter of one is at other duty; the first gets three letters in four.
    assert limit.unit == "desk-1"
    assert limit.unit_per_day == pytest.approx(1.75 * 24 * 60 / 25 / 0.75)
    assert limit.per_day == pytest.approx(3.5 * 24 * 60 / 25)
    assert found.stability is not None
    assert (found.stability.per_day, found.stability.units) == (pytest.approx(limit.unit_per_day), ("desk-1",))


def test_loops_branches_and_exits_bring_work_by_their_chances(ready: Ready) -> None:
    text = DESK.replace(
        "[{serve: {by: desk, effort: {exponential: 25 min}}}]",
        "[{refer: {leave: 20%}}, {serve: {by: desk, effort: 20 min, effort_again: 50%, chance: 90%}}, "
        "{rework: {back_to: serve, chance: 25%, at_most: 2}}]",
    )
    # Of 0.8 letters 0.9 are served, a quarter goes back once and a quarter of these a second time, for half the work.
    minutes = 0.8 * 0.9 * (20 + 10 * (0.25 + 0.25**2))
    limit = stability(ready(text))
    assert limit is not None
    assert limit.per_day == pytest.approx(4 * 24 * 60 / minutes)


@pytest.mark.parametrize("move", ["cover: branch", "escalate: {after: 10 min, to: branch}"])
def test_work_that_can_move_fills_the_hours_of_both_places(ready: Ready, move: str) -> None:
    """A daytime desk of 2 with 80% of the work, a branch of 1 that does the rest and takes over what waits."""
    teams = "{desk: {tier: station, staff: {daytime: 2}, within: branch}, branch: {tier: branch, staff: {always: 1}}}"
    text = OFFICE.replace("{desk: {tier: city, staff: {office: 8}}}", teams).replace("within: 4 d", "within: 40 d")
    text = text.replace("effort: {exponential: 60 min}}}]", f"effort: 48 min, {move}}}}}, {{file: FILE}}]")
    text = text.replace("until: serve.finished", "until: file.finished")
    setting = ready(text.replace("FILE", "{by: branch, effort: 12 min}"))
    limit = stability(setting)
    hours = sum(
        people * pattern.hours_a_week / 7 if pattern is not None else people * 24.0
        for team in setting.scenario.teams.values()
        for roster, people in team.staff.items()
        for pattern in [setting.scenario.roster(roster)]
    )
    assert limit is not None
    assert limit.per_day == pytest.approx(hours)
    assert set(limit.teams) == {"desk", "branch"}
    # If nothing moved, the desk would be full first.
    assert limit.unmoved == pytest.approx((hours - 24) / 0.8)
    # No order of service exceeds the limit, and this one does not reach it: the capacity knows the difference.
    (above,) = ramp(with_window(setting, 364 * DAY), [1.1 * hours], 4, Runner())
    assert above.growth_per_day.low is not None
    assert above.growth_per_day.low > 0.05 * hours
    capacity = capacity_of(setting)
    assert capacity.per_day is not None
    (below,) = ramp(with_window(setting, 364 * DAY), [capacity.per_day], 4, Runner())
    assert below.growth_per_day.high is not None
    assert below.growth_per_day.high < 0.02 * hours


def test_overtime_to_finish_adds_hours(ready: Ready) -> None:
    """Each of 8 people stays on average for one more exponential hour on each of 5 days, if always busy."""
    limit = stability(ready(OFFICE.replace("60 min}", "60 min}, at_shift_end: finish")))
    assert limit is not None
    assert limit.per_day == pytest.approx(8 * (47.5 + 5 * 1) / 7, rel=0.02)


def test_staffing_limits_compliance_is_what_the_work_itself_leaves(ready: Ready) -> None:
    ceiling = staffing_limits(ready(DESK, window="100 d")).ceiling
    assert ceiling == {"started": 1.0}
    ceiling = staffing_limits(ready(DESK, window="100 d", sla__started__until="serve.finished")).ceiling
    # Of an exponential 25 minutes, 1 - exp(-0.4) end within 10; 20,000 letters know that to 0.35 points.
    assert ceiling["started"] == pytest.approx(1 - np.exp(-0.4), abs=4 * 0.0035)


# Bottlenecks


def test_the_bottleneck_is_where_more_people_help_and_moving_people_there_raises_the_capacity(ready: Ready) -> None:
    setting = ready(TANDEM)
    runner = Runner()
    capacity, near = find_capacity(trials_of(setting, runner), 10, 0.08)
    (bottleneck,) = bottlenecks(setting, capacity, near, 10)
    assert (bottleneck.team, bottleneck.sla, bottleneck.rivals) == ("desk", "done", ())
    assert [relief.team for relief in bottleneck.reliefs] == ["desk", "branch", "spare"]
    # Nobody needs the spare team.
    assert bottleneck.reliefs[0].effect is Effect.HELPS
    assert bottleneck.reliefs[2].effect is Effect.HARDLY
    # With twice the people at the desk, the branch has fewer than it.
    doubled = relieved(setting, capacity, (bottleneck,), stability(setting), runner, 10, 0.08)
    assert doubled is not None
    # From 6 people to 10, the capacity of the branch.
    assert doubled.times is not None
    assert 1.5 < doubled.times < 10 / 6 + 0.15
    assert (doubled.team, [each.team for each in doubled.bottlenecks]) == ("desk", ["branch"])
    moved = with_staff(with_staff(setting, "spare", -2), "desk", 2)
    more = capacity_of(moved, replications=10)
    for larger in (doubled.capacity, more):
        assert larger.estimate is not None
        assert capacity.high is not None
        assert larger.estimate > capacity.high


def one_more(ready: Ready, sla: str) -> Bottleneck:
    """What one more person does for an SLA of a desk at 149 letters a day, by 2 replications of 2 days at first."""
    setting = ready(DESK, window="2 d", warm_up="1 d", sla__started__target="80%")
    near = trials_of(setting)
    capacity = replace(capacity_of(setting, replications=2), estimate=149.0, at_risk=(sla,), kept=())
    (found,) = bottlenecks(setting, capacity, near, 2)
    return found


def test_that_people_hardly_help_is_said_only_when_it_is_sure(ready: Ready) -> None:
    """Two replications do not show that the fifth person, with whom 94.6% instead of 80% start in time, helps."""
    helped = one_more(ready, "started")
    assert (helped.team, helped.effect) == ("desk", Effect.HELPS)
    assert helped.reliefs[0].replications > 2
    by_theory = [mmc_wait_longer(people, 149 / DAY, 25 * 60, 10 * 60) for people in (4, 5)]
    gained = helped.reliefs[0].gain
    assert gained.low is not None
    assert gained.high is not None
    assert gained.low < by_theory[0] - by_theory[1] < gained.high


def test_whether_people_help_stays_undecided_where_replications_do_not_tell(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.capacity.bottleneck._MOST", 2)
    found = one_more(ready, "started")
    assert (found.team, found.effect) == (None, Effect.UNDECIDED)
    assert found.reliefs[0].replications == 2


@pytest.mark.slow
def test_people_moved_to_the_branches_of_shenzhen_raise_its_capacity() -> None:
    """First feedback is asked for 98%: 99% is so near to what the enquiry alone leaves that no people help."""
    baseline = Path(__file__).parent.parent / "scenarios" / "shenzhen_baseline.yaml"
    feedback = "sla.first_feedback.target=98%"
    staff = ["teams.branch.staff.four_teams_two_shifts=110", "teams.station.staff.duty_24_48=36"]
    today, moved = (setting_of(load(baseline, layers).scenario) for layers in ([feedback], [feedback, *staff]))
    teams = [setting.scenario.teams.values() for setting in (today, moved)]
    assert [sum(team.headcount for team in each if team.counted) for each in teams] == [350, 350]
    capacity, near = find_capacity(trials_of(today), 20, 0.08)
    first = bottlenecks(today, capacity, near, 20)[0]
    assert (first.sla, first.team) == ("contacted", "branch")
    more = capacity_of(moved)
    assert capacity.high is not None
    assert more.per_day is not None
    # 162 letters a day [149, 175] and 256 [246, 265], by these seeds.
    assert more.per_day > 1.3 * capacity.high


def test_where_people_do_not_help_what_fails_first_the_next_sla_is_looked_at(ready: Ready) -> None:
    enquire = "- enquire: {wait: {exponential: 20 min}}\n  - handle:"
    text = TANDEM.replace("- handle:", enquire)
    quick = "quick: {from: sign.finished, until: enquire.finished, within: 50 min, target: 90%}"
    setting = ready(text.replace("90%}}", f"90%}}, {quick}}}"))
    capacity, near = find_capacity(trials_of(setting), 10, 0.08)
    tight = replace(capacity, at_risk=("quick",), kept=("done",))
    found = bottlenecks(setting, tight, near, 10)
    assert [(each.sla, each.team) for each in found] == [("quick", None), ("done", "desk")]
    assert {relief.gain.mean for relief in found[0].reliefs} == {0.0}
    assert [each.sla for each in bottlenecks(setting, tight, near, 10, further=False)] == ["quick"]


def test_without_capacity_there_is_no_bottleneck(ready: Ready) -> None:
    setting, runner = ready(DESK, sla__started__until="serve.finished"), Runner()
    capacity, near = find_capacity(trials_of(setting, runner), 2, 0.08)
    assert bottlenecks(setting, capacity, near, 2) == ()
    assert relieved(setting, capacity, (), stability(setting), runner, 2, 0.08) is None


def test_where_hours_are_the_bound_the_full_team_is_the_one_to_be_relieved(ready: Ready) -> None:
    setting, runner = ready(OFFICE), Runner()
    capacity, near = find_capacity(trials_of(setting, runner), 10, 0.08)
    assert bottlenecks(setting, capacity, near, 10) == ()
    doubled = relieved(setting, capacity, (), stability(setting), runner, 10, 0.08)
    assert doubled is not None
    assert (doubled.team, doubled.capacity.bound) == ("desk", CapacityBound.STABILITY)
    assert doubled.times == pytest.approx(2)


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
    # Every SLA counts, and the day must be seen whole.
    both = np.concatenate([harmed, harmed[:, ::-1]])
    assert recovery(both, np.concatenate([letters, letters]), hours, 2) is None
    assert recovery(harmed, letters, hours[:20], 2) is None


def test_a_spike_is_worked_off_at_the_rate_that_is_left(ready: Ready) -> None:
    setting = ready(DESK)
    asked = Spike.model_validate({"times": 10, "lasts": "2 h", "from": "day 4 10:00"})
    figures = spike(setting, asked, 10, staffing_limits(setting), Runner())
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
    # Of 230 letters a day that the desk can do, 30 are left for some 150 that wait: about five days.
    for back in (figures.sla_back, started.back, figures.queue_back):
        assert back.not_back < 10
        assert back.hours.mean == pytest.approx(5 * 24, rel=0.5)
    assert figures.seen_d == pytest.approx(16 - 4 - 12 / 24)
    assert len(figures.hours) == len(figures.waiting.mean) == len(started.by_hour)
    before = figures.hours <= 0
    np.testing.assert_array_equal(figures.waiting.mean[before], figures.waiting_without.mean[before])
    peak = figures.peak_waiting.mean
    assert peak == pytest.approx(float(figures.waiting.mean.max()), rel=0.2)


def test_a_spike_begins_on_a_working_morning_if_nothing_is_said(ready: Ready) -> None:
    setting = ready(DESK, start="2024-01-04", warm_up="2 d", holidays="china")
    figures = spike(setting, Spike.model_validate({"times": 2, "lasts": "2 h"}), 2, staffing_limits(setting), Runner())
    # Day 2 of the scenario is a Saturday.
    assert figures.begins.isoformat() == "2024-01-08T10:00:00"


def test_an_sla_may_be_back_long_before_the_queue(ready: Ready) -> None:
    """60 letters for people who do 54 in a week: with a limit of 4 weeks none is late, but the queue stays for long."""
    setting = ready(OFFICE, sla__done__within="27 d", arrivals__per_day="50")
    asked = Spike.model_validate({"times": 9, "lasts": "4 h"})
    figures = spike(setting, asked, 4, staffing_limits(setting), Runner())
    assert (figures.sla_back.hours.mean, figures.sla_back.not_back) == (0, 0)
    assert figures.queue_back.not_back > 0 or (figures.queue_back.hours.mean or 0) > 5 * 24


@pytest.mark.parametrize(("per_day", "above"), [("200", False), ("240", True)])
def test_above_the_limit_neither_comes_back(ready: Ready, per_day: str, above: bool) -> None:
    """A desk that can do 230 letters a day: at 240 all are late, with the spike as without it, and ever more wait."""
    setting = ready(DESK, arrivals__per_day=per_day, sla__started__within="2 h")
    asked = Spike.model_validate({"times": 5, "lasts": "2 h", "from": "day 4 10:00"})
    figures = spike(setting, asked, 4, staffing_limits(setting), Runner())
    for back in (figures.sla_back, figures.slas["started"].back, figures.queue_back):
        assert back.above_limit is above
        assert (back.not_back == 4) is above
        assert (back.hours.mean is None) is above


def test_an_sla_before_an_overloaded_team_comes_back(ready: Ready) -> None:
    """The branch cannot work off 300 letters a day, but letters reach it only after they are signed."""
    signed = "signed: {until: sign.finished, within: 2 h, target: 90%}"
    text = TANDEM.replace("90%}}", f"90%}}, {signed}}}").replace("{always: 6}", "{always: 9}")
    text = text.replace("{always: 10}", "{always: 6}")
    setting = ready(text, arrivals__per_day="300")
    figures = spike(setting, Spike.model_validate({"times": 3, "lasts": "2 h"}), 4, staffing_limits(setting), Runner())
    assert (figures.slas["done"].back.above_limit, figures.slas["done"].back.not_back) == (True, 4)
    assert (figures.slas["signed"].back.above_limit, figures.slas["signed"].back.not_back) == (False, 0)
    assert figures.sla_back.above_limit
    assert figures.queue_back.above_limit


def test_an_sla_of_urgent_work_comes_back_where_other_work_of_the_same_people_never_does(ready: Ready) -> None:
    """The desk signs first, and cannot do all the rest of 300 letters a day."""
    text = TANDEM.replace("by: desk, effort: {exponential: 30 min}", "by: branch, effort: 5 min, priority: 0")
    text = text.replace("{always: 10}", "{always: 7}")
    text = text.replace("90%}}", "90%}, signed: {until: sign.finished, within: 1 h, target: 90%}}")
    setting = ready(text, arrivals__per_day="300", window="5 d")
    limits = staffing_limits(setting)
    assert limits.steps == {"sign": pytest.approx(7 * 1440 / 5), "handle": pytest.approx(7 * 1440 / 35)}
    figures = spike(setting, Spike.model_validate({"times": 2, "lasts": "2 h"}), 4, limits, Runner())
    assert figures.slas["done"].back.above_limit
    assert not figures.slas["signed"].back.above_limit
    assert figures.slas["signed"].back.not_back == 0
    assert figures.queue_back.above_limit


# Soak


def test_a_soak_tells_a_backlog_that_grows_from_one_that_does_not(ready: Ready) -> None:
    asked = Soak.model_validate({"lasts": "84 d", "replications": 3})
    steady = soak(ready(DESK), asked, Runner())
    assert not steady.grows
    assert (steady.days, steady.per_day) == (84, 200)
    assert steady.by_month["started"].share.mean.shape == (3,)
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
    from sim.experiment.replications import simulate_replication
    from sim.models.arrivals import Surge

    setting = ready(DESK)
    surge = Surge.model_validate({"from": "day 3 10:00", "lasts": "3 h", "times": 4})
    usual, more = (simulate_replication(each, 0).workload.received for each in (setting, with_surge(setting, surge)))
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
    return stress(setting_of(load(path).scenario), scenario="tandem", options=Options(workers=2))


def test_a_stress_run_finds_everything(report: StressReport) -> None:
    assert report.per_day == 200
    assert report.capacity.found is CapacityStatus.YES
    assert [limit.team for limit in report.limits] == ["desk", "branch"]
    assert report.bottlenecks[0].team == "desk"
    # The ramp goes past the limit of the desk, 6 people of 48 half hours.
    assert report.ramp[-1].per_day == pytest.approx(1.2 * 288, rel=0.05)
    assert len(report.ramp) == 3
    assert report.soak.days == 30


def test_the_report_is_plain_json(report: StressReport) -> None:
    plain = json.loads(json.dumps(report.summary(), allow_nan=False))
    assert plain["capacity"]["found"] == "found"
    assert set(plain["ramp"][0]) == {"per_day", "compliance", "utilisation", "waiting", "growth_per_day"}
    assert plain["spike"]["begins"] == "2024-01-02T10:00:00"


def test_the_number_of_workers_does_not_matter(report: StressReport, ready: Ready) -> None:
    section = "stress: {replications: 8, ramp: {steps: 3}, soak: {lasts: 30 d, replications: 2}}\n"
    alone = stress(ready(TANDEM + section), scenario="tandem", options=Options(workers=1))
    assert alone.summary() == report.summary()
    assert replace(alone, scenario="other").summary() != report.summary()
