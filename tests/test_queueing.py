"""Queueing theory against published tables, values worked out by hand, and its own limiting cases."""

from itertools import pairwise
from math import exp, factorial, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.queueing import (
    erlang_c,
    jackson,
    mg1_wait,
    mgc_wait,
    mmc_number,
    mmc_wait,
    mmc_wait_longer,
    preemptive_times,
    preemptive_times_mmc,
    priority_waits,
    priority_waits_mmc,
    square_root_staffing,
)
from oracles.transient import Plan, course, wait_longer
from scipy.linalg import expm

from sim.queueing import erlang_b, offered_load, servers_for

approx = pytest.approx
loads = st.floats(0.01, 60)

# Erlang


@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    [
        # from the tables of traffic engineering for a blocking of 1% and of 5%
        (10, 4.4612, 0.01),
        (50, 37.901, 0.01),
        (100, 84.064, 0.01),
        (10, 6.2157, 0.05),
        (20, 15.249, 0.05),
        (0, 3.0, 1.0),
        (1, 1.0, 0.5),
    ],
)
def test_erlang_b_is_that_of_the_tables(servers: int, load: float, blocked: float) -> None:
    assert erlang_b(servers, load) == approx(blocked, rel=2e-4)


@given(st.integers(0, 60), loads)
def test_erlang_b_is_the_truncated_poisson_distribution(servers: int, load: float) -> None:
    terms = [load**k / factorial(k) for k in range(servers + 1)]
    assert erlang_b(servers, load) == approx(terms[-1] / sum(terms), rel=1e-9)


@pytest.mark.parametrize(
    ("servers", "load", "waits"),
    [(2, 1.0, 1 / 3), (3, 2.0, 4 / 9), (5, 4.0, 0.5541), (10, 8.0, 0.4092), (100, 90.0, 0.2169)],
)
def test_erlang_c_at_known_points(servers: int, load: float, waits: float) -> None:
    assert erlang_c(servers, load) == approx(waits, abs=5e-5)


@given(st.floats(0.001, 0.999))
def test_one_server_makes_wait_as_often_as_it_is_busy(load: float) -> None:
    assert erlang_c(1, load) == approx(load)


def test_more_servers_than_any_factorial_could_hold() -> None:
    assert 0 < erlang_c(10_000, 9_900) < 1


def test_too_few_servers_let_everybody_wait_for_ever() -> None:
    assert erlang_c(3, 3.0) == erlang_c(3, 5.0) == 1
    assert mmc_wait(3, 3.0, 1.0) == mmc_number(3, 4.0) == mg1_wait(1.0, 1.0, 1.0) == inf
    assert mmc_wait_longer(3, 4.0, 1.0, 100.0) == 1


# Waits


@given(st.floats(0.01, 0.99), st.floats(0.1, 100))
def test_two_servers_have_a_simple_mean_wait(utilisation: float, mean_service: float) -> None:
    rate = 2 * utilisation / mean_service
    assert mmc_wait(2, rate, mean_service) == approx(mean_service * utilisation**2 / (1 - utilisation**2))


@given(st.integers(1, 30), st.floats(0.05, 0.95))
def test_the_mean_wait_is_the_area_under_the_waits(servers: int, utilisation: float) -> None:
    rate = servers * utilisation
    decay = servers - rate
    assert mmc_wait_longer(servers, rate, 1.0, 2.0) == approx(erlang_c(servers, rate) * exp(-2 * decay))
    assert mmc_wait(servers, rate, 1.0) == approx(erlang_c(servers, rate) / decay)
    assert mmc_number(servers, rate) - rate == approx(rate * mmc_wait(servers, rate, 1.0)), "Little's law"


@given(st.floats(0.01, 0.99))
def test_constant_service_halves_the_wait(load: float) -> None:
    assert mg1_wait(load, 1.0, 0.0) == approx(mg1_wait(load, 1.0, 1.0) / 2)
    assert mg1_wait(load, 1.0, 1.0) == approx(load / (1 - load)) == approx(mmc_wait(1, load, 1.0))


@given(st.floats(0.01, 0.99), st.floats(0, 3))
def test_the_approximation_is_exact_where_theory_is(load: float, cv: float) -> None:
    assert mgc_wait(1, load, 1.0, cv) == approx(mg1_wait(load, 1.0, cv))
    assert mgc_wait(4, 4 * load, 1.0, 1.0) == approx(mmc_wait(4, 4 * load, 1.0))


# Priorities


def test_two_classes_by_hand() -> None:
    """A quarter of an erlang each: who comes finds half a unit of work left in service on average."""
    assert priority_waits([0.25, 0.25], [1, 1], [1, 1]) == approx([2 / 3, 4 / 3])
    assert preemptive_times([0.25, 0.25], [1, 1], [1, 1]) == approx([4 / 3, 8 / 3])


@given(st.lists(st.floats(0.01, 0.3), min_size=1, max_size=3))
def test_one_server_is_the_simplest_case_of_many(rates: list[float]) -> None:
    ones = [1.0] * len(rates)
    assert priority_waits_mmc(1, rates, 1.0) == approx(priority_waits(rates, ones, ones))
    assert preemptive_times_mmc(1, rates, 1.0) == approx(preemptive_times(rates, ones, ones))


@given(st.lists(st.tuples(st.floats(0.01, 0.3), st.floats(0.1, 1.0), st.floats(0, 2)), min_size=1, max_size=3))
def test_rank_moves_waiting_about_but_does_not_remove_it(classes: list[tuple[float, float, float]]) -> None:
    """Kleinrock's conservation law: the waits weighed by load do not depend on who goes first."""
    there, back = priority_waits(*zip(*classes, strict=True)), priority_waits(*zip(*reversed(classes), strict=True))
    load = [offered_load(rate, mean) for rate, mean, _ in classes]
    assert np.dot(load, there) == approx(np.dot(load, back[::-1]))


@given(st.integers(1, 20), st.lists(st.floats(0.01, 0.3), min_size=2, max_size=3))
def test_the_mean_over_classes_is_that_without_classes(servers: int, shares: list[float]) -> None:
    rates = [servers * share for share in shares]
    together = mmc_wait(servers, sum(rates), 1.0)
    for waits in (
        priority_waits_mmc(servers, rates, 1.0),
        [time - 1 for time in preemptive_times_mmc(servers, rates, 1.0)],
    ):
        assert np.dot(rates, waits) / sum(rates) == approx(together)
        assert sorted(waits) == approx(waits), "the urgent wait less"


def test_the_urgent_do_not_notice_a_crowd_that_they_interrupt() -> None:
    assert preemptive_times_mmc(2, [1.0, 9.0], 1.0) == approx([1 + mmc_wait(2, 1.0, 1.0), inf])
    assert preemptive_times([0.5, 9.0], [1, 1], [0, 0]) == approx([1 + mg1_wait(0.5, 1, 0), inf])


def test_who_cannot_interrupt_notices_a_crowd_that_is_never_served_up() -> None:
    """The server is never idle, half the time with the crowd: it leaves half a service, of whichever kind."""
    urgent, crowd = priority_waits([0.5, 9.0], [1, 1], [0, 0])
    assert (urgent, crowd) == (approx(0.5 / 0.5), inf)
    assert priority_waits_mmc(2, [1.0, 9.0], 1.0) == [approx(0.5 / 0.5), inf]


# Networks


def test_a_tandem_is_two_queues_in_a_row() -> None:
    network = jackson([0.5, 0.0], [[0, 1], [0, 0]], [1, 2], [1.0, 2.0])
    assert network.rate.tolist() == [0.5, 0.5]
    assert network.time_in_system == approx(1 + mmc_wait(1, 0.5, 1.0) + 2 + mmc_wait(2, 0.5, 2.0))


def test_rework_multiplies_the_load() -> None:
    """A fifth comes back: 1.25 visits a letter, each as long as in a queue with the whole rate."""
    network = jackson([0.4], [[0.2]], [1], [1.0])
    assert network.rate.tolist() == approx([0.5])
    assert network.load.tolist() == approx([0.5])
    assert network.time_in_system == approx(1.25 * (1 + mmc_wait(1, 0.5, 1.0)))


def test_a_node_that_is_too_slow_holds_up_everything() -> None:
    network = jackson([1.0, 0.0], [[0, 1], [0, 0]], [2, 1], [1.0, 1.0])
    assert network.number.tolist() == [approx(mmc_number(2, 1.0)), inf]
    assert network.time_in_system == inf


# Staffing


def test_the_city_desk_needs_seven_in_its_peak_hour() -> None:
    """600 letters a day, 7.2% of them in the peak hour, 6.5 min each, and under 5% may wait 10 min."""
    per_hour, minutes = 600 * 0.072, 6.5
    assert servers_for(per_hour / 60, minutes, 10, 0.05) == 7
    assert mmc_wait_longer(6, per_hour / 60, minutes, 10) > 0.05


@given(st.floats(0.1, 40), st.floats(0, 3), st.floats(0.01, 0.5))
def test_one_server_fewer_is_not_enough(rate: float, longest: float, share: float) -> None:
    servers = servers_for(rate, 1.0, longest, share)
    assert mmc_wait_longer(servers, rate, 1.0, longest) <= share < mmc_wait_longer(servers - 1, rate, 1.0, longest)


def test_no_letters_need_nobody() -> None:
    assert servers_for(0.0, 1.0, 0.0, 0.1) == 0


@pytest.mark.parametrize("load", [10, 100, 1000, 10_000])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_square_root_staffing_is_right_to_one(load: float, share: float) -> None:
    assert square_root_staffing(load, share) == approx(servers_for(load, 1.0, 0.0, share), abs=1)


def test_beta_one_half_makes_half_of_all_wait() -> None:
    """Halfin and Whitt's example: beta = 0.5 leaves a delayed share of about 0.50."""
    assert square_root_staffing(1_000_000, 0.5045) == approx(1_000_500, abs=2)


# Staff and arrivals that change


def test_it_settles_into_the_steady_state() -> None:
    plan = Plan(np.full(80, 2.0), np.full(80, 3), interval=2.0, mean_service=1.0)
    settled = course(plan, most=80)
    assert settled.delayed[-1] == approx(erlang_c(3, 2.0), rel=1e-6)
    assert settled.waiting[-1] == approx(mmc_number(3, 2.0) - 2, rel=1e-6)
    assert settled.busy[-1] == approx(2)
    for than in (0.0, 0.7, 2.0, 5.0):
        assert wait_longer(plan, settled.states, than)[76] == approx(mmc_wait_longer(3, 2.0, 1.0, than), rel=1e-6)


def test_it_is_the_matrix_exponential() -> None:
    rates, servers, most = np.array([1.0, 4.0, 0.5]), np.array([2, 1, 3]), 30
    found = course(Plan(rates, servers, interval=1.5, mean_service=0.8), most=most)
    state = np.eye(1, most + 1)[0]
    for index, (rate, count) in enumerate(zip(rates, servers, strict=True)):
        down = np.minimum(np.arange(1, most + 1), count) / 0.8
        generator = np.diag(np.full(most, rate), 1) + np.diag(down, -1)
        generator -= np.diag(generator.sum(axis=1))
        state = state @ expm(generator * 1.5)
        assert found.states[index + 1] == approx(state, abs=1e-9)


def test_with_servers_to_spare_the_mean_follows_its_differential_equation() -> None:
    """Everybody is served at once: m' = rate - m / mean service, from an empty start."""
    plan = Plan(np.array([3.0, 0.0]), np.array([60, 60]), interval=2.0, mean_service=1.0)
    numbers = course(plan, most=100).states @ np.arange(101)
    assert numbers == approx([0, 3 * (1 - exp(-2)), 3 * (1 - exp(-2)) * exp(-2)])


def test_who_goes_home_hands_over_what_they_hold() -> None:
    """Three at work, nobody comes any more; then one person is left, who serves them one after the other."""
    plan = Plan(np.zeros(2), np.array([3, 1]), interval=1e-9, mean_service=1.0)
    found = course(plan, start=np.eye(1, 11, 3)[0], most=10)
    assert (found.busy.round(6).tolist(), found.waiting.round(6).tolist()) == ([3, 1], [0, 2])
    assert found.overtime.tolist() == [0, 0]


def test_who_is_relieved_takes_along_what_they_hold() -> None:
    """Two at work and two waiting: the relief starts with those who waited, and overtime dies out."""
    plan = Plan(np.zeros(2), np.array([2, 2]), interval=1.0, mean_service=1.0, relieved=frozenset({1}))
    found = course(plan, start=np.eye(1, 11, 4)[0], most=10)
    stayed = found.states[1]
    assert stayed[2] == approx(expm(np.array([[0, 0, 0], [2, -2, 0], [0, 2, -2]]))[2, 2]), "nobody was done: two left"
    # All that was there at the change is finished in overtime or waits, so the balance holds.
    at_change = 4 - found.busy[0]
    overtime_at_start = found.overtime[1] / (1 - exp(-1))
    assert overtime_at_start + stayed @ np.arange(11) == approx(at_change)


def test_a_wait_ends_when_the_next_shift_comes() -> None:
    """Nobody for an hour, then plenty: who comes at its start waits an hour, and not a moment longer."""
    plan = Plan(np.full(3, 2.0), np.array([0, 50, 50]), interval=60.0, mean_service=10.0)
    found = course(plan, most=400)
    assert found.delayed.round(6).tolist()[0] == 1
    assert wait_longer(plan, found.states, 59.9)[0] == approx(1)
    assert wait_longer(plan, found.states, 60.0)[0] == 0


def test_longer_is_rarer() -> None:
    plan = Plan(np.array([1.0, 3.0, 3.0, 1.0, 0.5, 0.5]), np.array([2, 2, 3, 3, 1, 1]), 2.0, 1.0, frozenset({2, 4}))
    states = course(plan, most=100).states
    shares = [wait_longer(plan, states, than)[:2] for than in (0.0, 0.5, 1.0, 2.0, 3.5, 6.0)]
    assert all((later <= earlier).all() for earlier, later in pairwise(shares))


def test_a_plan_says_nothing_beyond_its_end() -> None:
    plan = Plan(np.full(3, 0.5), np.full(3, 1), interval=1.0, mean_service=1.0)
    assert np.isnan(wait_longer(plan, course(plan).states, 1.5)).tolist() == [False, False, True]


def test_too_small_a_room_is_refused() -> None:
    with pytest.raises(ValueError, match="most must be larger: with 5 the chance of as many letters is"):
        course(Plan(np.array([9.0]), np.array([1]), interval=10.0, mean_service=1.0), most=5)
