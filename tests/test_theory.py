"""What queueing theory says of a scenario, and what the model says: from the YAML to the reported interval.

Every comparison is `agree`: the truth must lie within the reported interval, widened from 95% to 99.9%, and the
interval must be narrow. Seeds are fixed. A model that is right fails a comparison with one seed in a thousand.
"""

from math import exp, factorial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from runs import agree, counted, report, setting, written
from scipy.linalg import expm

from sim.clock import HOUR
from sim.report import Report
from sim.setting import Setting
from sim.statistics import Estimate, Ratio, mean_over, ratio_over

Floats = npt.NDArray[np.float64]

REPLICATIONS = 120

# 98 days of some 100 letters each are 10,000 letters a replication, more than a million in all. With more days the
# backlog would be looked at every day and not every hour.
HEAD = """
schema: 1
start: 2024-01-01
warm_up: 4 d
window: 98 d
cool_down: 2 d
replications: 120
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

    def report(self, text: str) -> Report:
        told = report(self.setting(text))
        littles_law(told, days=98)
        return told


def littles_law(told: Report, days: float) -> None:
    """Letters waiting and letters open, averaged over time, are letters a minute times the minutes of each.

    The left sides come from stretches and from instants, the right sides from time stamps. They differ by the
    letters at the edges of the window alone.
    """
    a_minute = 1 / (days * 24 * 60)
    waiting = sum(step.visits.mean * step.wait_min.mean.mean for step in told.steps.values()) * a_minute
    put_down = any(step.interruptions.mean for step in told.steps.values())
    if not put_down:  # who was put down waits again, after the first start
        assert sum(team.queue_mean.mean for team in told.teams.values()) == pytest.approx(waiting, rel=0.02, abs=0.01)
    inside = (told.backlog.days >= 4) & (told.backlog.days < 4 + days)
    open_letters = told.backlog.open_letters.mean[inside].mean()
    expected = told.letters.received.mean * told.letters.time_in_system_min.mean.mean * a_minute
    assert open_letters == pytest.approx(expected, rel=0.03)


def matches(estimate: Estimate, truth: float, tight: float = 0.02) -> bool:
    return agree(estimate, truth, replications=REPLICATIONS, tight=tight)


def erlang_c(servers: int, offered: float) -> float:
    """Share of letters that wait at M/M/c (Erlang 1917)."""
    last = offered**servers / factorial(servers) * servers / (servers - offered)
    return last / (sum(offered**k / factorial(k) for k in range(servers)) + last)


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
    delayed = erlang_c(8, 6.4)
    assert matches(run.steps["serve"].delayed_share, delayed)
    assert matches(run.steps["serve"].wait_min.mean, delayed * 60 / (8 - 6.4), 0.03)
    assert matches(run.slas["started"].compliance, 1 - delayed * exp(-(8 - 6.4) * 10 / 60))


@pytest.mark.parametrize(
    ("effort", "squared_cv"),
    [
        ("10 min", 0.0),  # M/D/1
        ("{uniform: [5 min, 15 min]}", 1 / 12),
        ("{gamma: {mean: 10 min, cv: 0.7}}", 0.49),
        ("{mean: 10 min, cv: 1.2}", 1.44),  # lognormal
    ],
)
def test_one_person_with_any_work(told: Told, effort: str, squared_cv: float) -> None:
    """M/G/1 at 65%: the mean wait of Pollaczek and Khinchine depends on the spread of the work alone."""
    run = told.report(f"""
arrivals: {{per_day: 93.6}}
teams: {{desk: {{tier: city, staff: {{always: 1}}}}}}
workflow:
  - serve: {{by: desk, effort: {effort}}}
""")
    assert matches(run.steps["serve"].wait_min.mean, 0.65 / (1 - 0.65) * (1 + squared_cv) / 2 * 10, 0.03)
    assert matches(run.steps["serve"].delayed_share, 0.65, 0.01)


TWO_KINDS = """
arrivals: {{per_day: 108}}
categories: {{urgent: {{share: 40%}}, plain: {{share: 60%}}}}
teams: {{desk: {{tier: city, staff: {{always: 1}}}}}}
workflow:
  - urgent: {{by: desk, for: [urgent], effort: {{exponential: 6 min}}, priority: 0, interrupts: {interrupts}}}
  - plain: {{by: desk, for: [plain], effort: {{mean: 12 min, cv: 1.2}}, priority: 5}}
sla:
  plain: {{from: plain.queued, until: plain.finished, within: 1 h, for: [plain]}}
"""
# Letters a minute, mean and second moment of the work of each kind in minutes.
URGENT = 0.4 * 108 / 1440, 6.0, 2 * 6.0**2
PLAIN = 0.6 * 108 / 1440, 12.0, (1 + 1.2**2) * 12.0**2


def test_urgent_letters_go_first_without_interrupting(told: Told) -> None:
    """Cobham's non-preemptive priorities (1954)."""
    run = told.report(TWO_KINDS.format(interrupts="false"))
    left = (URGENT[0] * URGENT[2] + PLAIN[0] * PLAIN[2]) / 2
    urgent, both = URGENT[0] * URGENT[1], URGENT[0] * URGENT[1] + PLAIN[0] * PLAIN[1]
    assert matches(run.steps["urgent"].wait_min.mean, left / (1 - urgent), 0.03)
    assert matches(run.steps["plain"].wait_min.mean, left / ((1 - urgent) * (1 - both)), 0.04)


def test_urgent_letters_interrupt(told: Told) -> None:
    """Preemptive-resume priorities: the urgent see no plain letters, and the plain ones are put down."""
    run = told.report(TWO_KINDS.format(interrupts="true"))
    urgent, both = URGENT[0] * URGENT[1], URGENT[0] * URGENT[1] + PLAIN[0] * PLAIN[1]
    left = (URGENT[0] * URGENT[2] + PLAIN[0] * PLAIN[2]) / 2
    assert matches(run.steps["urgent"].wait_min.mean, URGENT[0] * URGENT[2] / 2 / (1 - urgent), 0.03)
    assert matches(run.steps["plain"].wait_min.mean, left / ((1 - urgent) * (1 - both)), 0.04)
    assert matches(run.slas["plain"].elapsed_min.mean, (12 + left / (1 - both)) / (1 - urgent), 0.03)
    # Each plain letter is put down by every urgent one that comes while somebody works on it.
    assert matches(run.steps["plain"].interruptions, run.steps["plain"].visits.mean * URGENT[0] * 12, 0.02)


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
    a_minute = 108 / 1440 / 0.75
    desk, check = a_minute * 6, a_minute * 12
    assert matches(run.steps["handle"].visits, 108 * 98 / 0.75, 0.01)
    in_desk = desk / (1 - desk)
    in_check = check + erlang_c(2, check) * check / (2 - check)
    assert matches(run.letters.time_in_system_min.mean, (in_desk + in_check) / (108 / 1440))


# --- staff that changes over the day -------------------------------------------------------------------------

BY_HOUR = [2, 1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 8, 6, 8, 10, 9, 8, 6, 5, 4, 4, 3, 3, 2]
PER_DAY, SERVICE_MIN, NIGHT, MORE_BY_DAY = 84.0, 40.0, 2, 4
DAY_SHIFT = range(8, 16)
MOST = 70  # letters at the desk; more than that never are
CHANGING = f"""
arrivals: {{per_day: {PER_DAY}, by_hour: {BY_HOUR}}}
rosters: {{day: {{daily: ["08:00-16:00"]}}}}
teams: {{desk: {{tier: city, staff: {{always: {NIGHT}, day: {MORE_BY_DAY}}}}}}}
workflow:
  - serve: {{by: desk, effort: {{exponential: {SERVICE_MIN} min}}, at_shift_end: AT_SHIFT_END}}
"""


def changing_desk(finish: bool) -> tuple[Floats, float]:
    """Letters waiting in each hour of the day, and hours of overtime a day, from the Kolmogorov equations.

    The state is (letters at the desk, letters held by the day shift or, after its end, in overtime). Free people
    of the night shift, which ends last, are given work first. After 16:00 those in overtime finish one letter each
    and go; with `hand over` nobody stays.
    """
    states = [(n, held) for n in range(MOST + 1) for held in range(min(n, MORE_BY_DAY) + 1)]
    index = {state: number for number, state in enumerate(states)}
    rate, steps = 1 / SERVICE_MIN, 12

    def generator(hour: int) -> Floats:
        day = hour in DAY_SHIFT
        arrivals = PER_DAY * BY_HOUR[hour] / sum(BY_HOUR) / 60
        moves = np.zeros((len(states), len(states)))
        for (n, held), here in index.items():
            others = min(n - held, NIGHT)
            queue = n - held - others
            to_day = day and others == NIGHT and held < MORE_BY_DAY
            if n < MOST:
                moves[here, index[n + 1, held + 1 if to_day else held]] += arrivals
            if others:
                moves[here, index[n - 1, held]] += others * rate
            if held:
                moves[here, index[n - 1, held if day and queue else held - 1]] += held * rate
        return moves - np.diag(moves.sum(axis=1))

    by_step = {hour: expm(generator(hour) * 60 / steps) for hour in range(24)}
    waiting = np.array([n - held - min(n - held, NIGHT) for n, held in states], dtype=float)
    held_now = np.array([held for _, held in states], dtype=float)
    now = np.zeros(len(states))
    now[0] = 1.0
    for _ in range(6):  # days, until one is like the one before
        queues, overtime = np.zeros(24), 0.0
        for hour in range(24):
            if hour == DAY_SHIFT.start:  # those who come take what waits
                now = _held_by_day(now, index, MORE_BY_DAY)
            if hour == DAY_SHIFT.stop and not finish:
                now = _held_by_day(now, index, 0)
            course = [now]
            for _ in range(steps):
                course.append(course[-1] @ by_step[hour])
            now = course[-1]
            weights = np.array([1, *[4, 2] * (steps // 2 - 1), 4, 1]) / (3 * steps)  # Simpson's rule
            queues[hour] = weights @ [state @ waiting for state in course]
            if hour not in DAY_SHIFT:
                overtime += weights @ [state @ held_now for state in course]
    assert now @ np.array([n > MOST - 10 for n, _ in states]) < 1e-6
    return queues, overtime


def _held_by_day(now: Floats, index: dict[tuple[int, int], int], most: int) -> Floats:
    """The same letters when the day shift begins or hands over: their number says how many it holds."""
    after = np.zeros_like(now)
    for (n, _), here in index.items():
        after[index[n, min(max(n - NIGHT, 0), most)]] += now[here]
    return after


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


# --- the intervals themselves --------------------------------------------------------------------------------


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
        "window=2 d",
        "cool_down=1 h",
        "replications=2000",
    )
    on_time = [each.slas[0].compliance for each in counted(desk)]
    groups = Ratio(*(np.reshape([getattr(each, part) for each in on_time], (200, 10)).T for part in ("part", "whole")))
    reported = ratio_over(groups, share=True)
    truth = 1 - 0.5 * exp(-0.5 * 2)
    assert 180 <= np.count_nonzero((reported.low <= truth) & (truth <= reported.high)) <= 198
