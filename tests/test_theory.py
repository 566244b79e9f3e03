"""What queueing theory says of a scenario, and what the model says: from the YAML to the reported interval.

Every comparison is `agree`: the truth must lie within the reported interval, widened from 95% to 99.9%, and the
interval must be narrow. Seeds are fixed. A model that is right fails a comparison with one seed in a thousand.
"""

from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest
from changing_desk import CHANGING, changing_desk
from oracles.queueing import (
    erlang_a,
    erlang_c,
    jackson,
    mg1_wait,
    mmc_wait,
    mmc_wait_longer,
    preemptive_times,
    preemptive_times_mmc,
    priority_waits,
    priority_waits_mmc,
)
from runs import agree, counted, report, setting, sla_counts_of, written

from sim.core.clock import HOUR
from sim.metrics.report import Report
from sim.scenario.setting import Setting
from sim.statistics import Decided, Estimate, Figure, judge, mean_over

REPLICATIONS = 80

# 98 days of some 100 letters each are 10,000 letters a replication, 800,000 in all. With more days the
# backlog would be looked at every day and not every hour.
HEAD = """
schema: 1
start: 2024-01-01
warm_up: 4 d
window: 98 d
cool_down: 2 d
replications: 80
seed: 4
"""


@pytest.fixture
def told(tmp_path: Path) -> "Told":
    return Told(tmp_path)


class Told:
    """Runs the text of a scenario, and holds Little's law against everything that it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def setting(self, text: str, *overrides: str) -> Setting:
        return setting(written(self.folder, HEAD + text), *overrides)

    def report(self, text: str, days: int = 98) -> Report:
        told = report(self.setting(text, f"window={days} d"))
        littles_law(told, days)
        return told


def littles_law(told: Report, days: float) -> None:
    """Letters waiting and letters open, averaged over time, are letters a minute times the minutes of each.

    The left sides come from stretches and from instants, the right sides from time stamps. They differ by the
    letters at the edges of the window alone.
    """
    a_minute = 1 / (days * 24 * 60)
    waiting = sum(step.visits.mean * step.wait_min.mean.least for step in told.steps.values()) * a_minute
    put_down = any(step.interruptions.mean for step in told.steps.values())
    if not put_down:  # who was put down waits again, after the first start
        assert sum(team.queue_mean.mean for team in told.teams.values()) == pytest.approx(waiting, rel=0.02, abs=0.01)
    inside = (told.backlog.days >= 4) & (told.backlog.days < 4 + days)
    open_letters = told.backlog.open_letters.mean[inside].mean()
    expected = told.letters.received.mean * told.letters.time_in_system_min.mean.least * a_minute
    assert open_letters == pytest.approx(expected, rel=0.03)


def matches(estimate: Estimate | Figure, truth: float, tight: float = 0.02) -> bool:
    if isinstance(estimate, Figure):
        estimate = Estimate(estimate.value, estimate.low, estimate.high)
    return agree(estimate, truth, replications=REPLICATIONS, tight=tight)


def test_one_person_with_exponential_work(told: Told) -> None:
    """M/M/1 at 70%: 100.8 letters a day of 10 minutes."""
    run = told.report("""
arrivals: {per_day: 100.8}
teams: {desk: {tier: city, staff: {always: 1}}}
workflow:
  - serve: {by: desk, effort: {exponential: 10 min}}
sla:
  started: {until: serve.started, within: 20 min}
  done: {until: closed, within: 1 h}
""")
    serve, busy = run.steps["serve"], 0.7
    assert matches(run.teams["desk"].utilisation, busy, 0.01)
    assert matches(serve.delayed_share, busy, 0.01)
    assert matches(serve.wait_min.mean, 10 * busy / (1 - busy))
    assert matches(run.letters.time_in_system_min.mean, 10 / (1 - busy))
    assert matches(run.teams["desk"].queue_mean, busy**2 / (1 - busy), 0.03)
    assert matches(run.slas["started"].compliance, 1 - busy * exp(-(1 - busy) * 20 / 10), 0.01)
    assert matches(run.slas["done"].compliance, 1 - exp(-(1 - busy) * 60 / 10), 0.01)


def test_eight_people_with_exponential_work(told: Told) -> None:
    """M/M/8 at 80%, by Erlang's formula."""
    run = told.report("""
arrivals: {per_day: 153.6}
teams: {desk: {tier: city, staff: {always: 8}}}
workflow:
  - serve: {by: desk, effort: {exponential: 60 min}}
sla:
  started: {until: serve.started, within: 10 min}
""")
    a_minute = 153.6 / 1440
    assert matches(run.steps["serve"].delayed_share, erlang_c(8, 6.4))
    assert matches(run.steps["serve"].wait_min.mean, mmc_wait(8, a_minute, 60), 0.04)
    assert matches(run.slas["started"].compliance, 1 - mmc_wait_longer(8, a_minute, 60, than=10))


def test_callers_who_hang_up(told: Told) -> None:
    """Erlang's model A: 20 calls an hour, two people who need 5 minutes for one, and a patience of 4 minutes."""
    run = told.report(
        """
arrivals: {per_day: 480}
teams: {desk: {tier: city, staff: {always: 2}}}
workflow:
  - answer: {by: desk, effort: {exponential: 5 min}, patience: {exponential: 4 min}}
sla:
  answered: {until: answer.started, within: 1 min}
""",
        days=21,
    )
    answer, sla, truth = run.steps["answer"], run.slas["answered"], erlang_a(2, 1 / 3, 5, 4)
    assert answer.abandoned_share is not None
    assert sla.left_in_time_share is not None
    assert matches(answer.abandoned_share, truth.abandoned_share)
    assert matches(answer.delayed_share, truth.delayed_share)
    assert matches(answer.wait_min.mean, truth.wait)
    assert matches(run.teams["desk"].utilisation, (1 - truth.abandoned_share) * 5 / 3 / 2, 0.01)
    # Who leaves within the minute is not among the letters of the SLA; who leaves later is late.
    left_in_time = sla.left_in_time_share.mean * run.letters.received.mean
    assert sla.letters.mean + left_in_time == pytest.approx(run.letters.received.mean)
    assert 0 < sla.left_in_time_share.mean < truth.abandoned_share
    assert sla.undecided.mean == 0


@pytest.mark.parametrize(
    ("effort", "cv"),
    [
        ("10 min", 0.0),  # M/D/1
        ("{uniform: [5 min, 15 min]}", 1 / sqrt(12)),
        ("{gamma: {mean: 10 min, cv: 0.7}}", 0.7),
        ("{mean: 10 min, cv: 1.2}", 1.2),  # lognormal
    ],
)
def test_one_person_with_any_work(told: Told, effort: str, cv: float) -> None:
    """M/G/1 at 65%: the mean wait of Pollaczek and Khinchine depends on the spread of the work alone."""
    run = told.report(f"""
arrivals: {{per_day: 93.6}}
teams: {{desk: {{tier: city, staff: {{always: 1}}}}}}
workflow:
  - serve: {{by: desk, effort: {effort}}}
""")
    assert matches(run.steps["serve"].wait_min.mean, mg1_wait(93.6 / 1440, 10, cv), 0.03)
    assert matches(run.steps["serve"].delayed_share, 0.65, 0.01)


TWO_KINDS = """
arrivals: {per_day: 108}
categories: {urgent: {share: 40%}, plain: {share: 60%}}
teams: {desk: {tier: city, staff: {always: 1}}}
workflow:
  - urgent: {by: desk, for: [urgent], effort: {exponential: 6 min}, priority: 0, interrupts: INTERRUPTS}
  - plain: {by: desk, for: [plain], effort: {mean: 12 min, cv: 1.2}, priority: 5}
sla:
  urgent: {from: urgent.queued, until: urgent.finished, within: 1 h, for: [urgent]}
  plain: {from: plain.queued, until: plain.finished, within: 1 h, for: [plain]}
"""
URGENT_A_MINUTE = 0.4 * 108 / 1440
KINDS = (URGENT_A_MINUTE, 0.6 * 108 / 1440), (6, 12), (1, 1.2)  # rates, mean work in minutes, cv of the work


def test_urgent_letters_go_first_without_interrupting(told: Told) -> None:
    """Cobham's non-preemptive priorities (1954)."""
    run = told.report(TWO_KINDS.replace("INTERRUPTS", "false"))
    urgent, plain = priority_waits(*KINDS)
    assert matches(run.steps["urgent"].wait_min.mean, urgent, 0.03)
    assert matches(run.steps["plain"].wait_min.mean, plain, 0.04)


def test_urgent_letters_interrupt(told: Told) -> None:
    """Preemptive-resume priorities: the urgent see no plain letters, and the plain ones are put down."""
    run = told.report(TWO_KINDS.replace("INTERRUPTS", "true"))
    urgent, plain = preemptive_times(*KINDS)
    assert matches(run.slas["urgent"].elapsed_min.mean, urgent)
    assert matches(run.slas["plain"].elapsed_min.mean, plain, 0.04)
    # Until they are started the plain ones wait as long as if nobody were interrupted.
    assert matches(run.steps["plain"].wait_min.mean, priority_waits(*KINDS)[1], 0.04)
    # Each is put down by every urgent one that comes while somebody works on it.
    assert matches(run.steps["plain"].interruptions, run.steps["plain"].visits.mean * URGENT_A_MINUTE * 12)


@pytest.mark.parametrize("interrupts", ["true", "false"])
def test_urgent_letters_at_three_people(told: Told, interrupts: str) -> None:
    """M/M/3 with priorities, interrupting (Buzen and Bondi 1983) or not (Cobham 1954)."""
    run = told.report(f"""
arrivals: {{per_day: 115.2}}
categories: {{urgent: {{share: 50%}}, plain: {{share: 50%}}}}
teams: {{desk: {{tier: city, staff: {{always: 3}}}}}}
workflow:
  - urgent: {{by: desk, for: [urgent], effort: {{exponential: 30 min}}, priority: 0, interrupts: {interrupts}}}
  - plain: {{by: desk, for: [plain], effort: {{exponential: 30 min}}, priority: 5}}
sla:
  urgent: {{from: urgent.queued, until: urgent.finished, within: 1 h, for: [urgent]}}
  plain: {{from: plain.queued, until: plain.finished, within: 1 h, for: [plain]}}
""")
    rates = (57.6 / 1440, 57.6 / 1440)
    waits = priority_waits_mmc(3, rates, 30)
    times = preemptive_times_mmc(3, rates, 30) if interrupts == "true" else [30 + wait for wait in waits]
    assert matches(run.slas["urgent"].elapsed_min.mean, times[0])
    assert matches(run.slas["plain"].elapsed_min.mean, times[1], 0.03)


def test_desks_in_a_row(told: Told) -> None:
    """Burke's theorem (1956): what leaves M/M/1 is Poisson, and the two sojourns of a letter are independent."""
    run = told.report("""
arrivals: {per_day: 100.8}
teams: {front: {tier: city, staff: {always: 1}}, back: {tier: city, staff: {always: 1}}}
workflow:
  - first: {by: front, effort: {exponential: 10 min}}
  - second: {by: back, effort: {exponential: 8 min}}
sla:
  done: {until: closed, within: 1 h}
""")
    slow, fast = 1 / 10 - 0.07, 1 / 8 - 0.07  # rates of the two exponential sojourns
    assert matches(run.steps["second"].wait_min.mean, 8 * 0.56 / 0.44)
    assert matches(run.letters.time_in_system_min.mean, 1 / slow + 1 / fast)
    beyond = (fast * exp(-60 * slow) - slow * exp(-60 * fast)) / (fast - slow)
    assert matches(run.slas["done"].compliance, 1 - beyond, 0.01)


def test_work_that_comes_back(told: Told) -> None:
    """Jackson's network (1957): a quarter of the letters go round again, any number of times."""
    run = told.report("""
arrivals: {per_day: 108}
teams: {desk: {tier: city, staff: {always: 1}}, check: {tier: city, staff: {always: 2}}}
workflow:
  - handle: {by: desk, effort: {exponential: 6 min}}
  - check: {by: check, effort: {exponential: 12 min}}
  - rework: {back_to: handle, chance: 25%}
""")
    network = jackson([108 / 1440, 0], [[0, 1], [0.25, 0]], servers=[1, 2], mean_services=[6, 12])
    assert matches(run.steps["handle"].visits, network.rate[0] * 98 * 1440, 0.01)
    assert matches(run.letters.time_in_system_min.mean, network.time_in_system)


@pytest.mark.parametrize("at_shift_end", ["hand over", "finish"])
def test_staff_that_changes_over_the_day(told: Told, at_shift_end: str) -> None:
    """M(t)/M/c(t): six people from 8 to 16, two at other times, and what the six had in hand at 16:00."""
    desk = told.setting(CHANGING.replace("AT_SHIFT_END", at_shift_end))
    runs = counted(desk)
    queues, overtime = changing_desk(finish=at_shift_end == "finish")
    waiting = np.array([each.teams.waiting[0].reshape(7, 24).sum(axis=0) for each in runs]) / (98 * HOUR)
    estimated = mean_over(waiting)
    for hour in range(24):
        assert matches(estimated.at(hour), queues[hour], 0.12), hour
    assert matches(mean_over(waiting.mean(axis=1)).at(), queues.mean(), 0.04)
    worked = np.array([each.teams.overtime.sum() for each in runs]) / (98 * HOUR)
    if at_shift_end == "finish":
        assert matches(mean_over(worked).at(), overtime, 0.02)
    else:
        assert not worked.any()


def test_the_intervals_cover_what_they_say(told: Told) -> None:
    """Of 200 reported 95% intervals 180 to 198 hold the truth, as a binomial does with a probability of 99.9%.

    Ten replications each of M/M/1 at one half. An interval from letters, which are correlated, would hold less.
    """
    desk = told.setting(
        """
arrivals: {per_day: 720}
teams: {desk: {tier: city, staff: {always: 1}}}
workflow:
  - serve: {by: desk, effort: {exponential: 1 min}}
sla:
  started: {until: serve.started, within: 2 min}
""",
        "warm_up=2 h",
        "window=1 d",
        "cool_down=1 h",
        "replications=2000",
    )
    experiments = Decided(*(column.reshape(200, 10).T for column in sla_counts_of(desk)[0].all))
    reported = [judge(experiments.cell(number)) for number in range(200)]
    truth = 1 - 0.5 * exp(-0.5 * 2)
    assert 180 <= sum(each.low <= truth <= each.high for each in reported) <= 198
