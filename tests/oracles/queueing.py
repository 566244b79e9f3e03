"""Closed forms of queueing theory that simulations are held against.

Units, loads and Gross et al. as in `sim.queueing`. Classes of priority are listed the most urgent first.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, exp, inf, pi, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from sim.core.tables import Floats
from sim.queueing import erlang_b, offered_load


def erlang_c(servers: int, load: float) -> float:
    """Share of arrivals that wait in M/M/c, the delayed share.

    C = B / (1 - rho (1 - B)) with Erlang's B (Gross et al., sec. 2.3 and 2.5); 1 where the load reaches the servers.
    """
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def mmc_wait_longer(servers: int, rate: float, mean_service: float, than: float) -> float:
    """Share of arrivals to M/M/c, served in their order, that wait longer than some time.

    P(W > t) = C exp(-(c mu - lambda) t) (Gross et al., sec. 2.3).
    """
    load = offered_load(rate, mean_service)
    return erlang_c(servers, load) * exp(-max(servers - load, 0.0) * than / mean_service)


def mmc_wait(servers: int, rate: float, mean_service: float) -> float:
    """Mean wait in M/M/c: C / (c mu - lambda) (Gross et al., sec. 2.3)."""
    load = offered_load(rate, mean_service)
    return erlang_c(servers, load) * mean_service / (servers - load) if load < servers else inf


def mmc_number(servers: int, load: float) -> float:
    """Mean number in system in M/M/c, waiting or in service, by Little's law."""
    return load + erlang_c(servers, load) * load / (servers - load) if load < servers else inf


class ErlangA(NamedTuple):
    """M/M/c+M in steady state: who loses patience leaves the queue."""

    delayed_share: float
    abandoned_share: float
    wait: float  # mean, until the start or until it leaves


def erlang_a(servers: int, rate: float, mean_service: float, mean_patience: float) -> ErlangA:
    """Erlang's model A, from the balance of its birth-and-death process (Palm 1957; Gross et al., sec. 2.3).

    With n in system, letters go at the rate min(n, c) mu + max(n - c, 0) theta. Who arrives sees the steady state, and
    Little's law gives the wait.
    """
    mu, theta = 1 / mean_service, 1 / mean_patience
    weights = [1.0]
    while len(weights) <= servers or weights[-1] > 1e-16 * max(weights):
        n = len(weights)
        weights.append(weights[-1] * rate / (min(n, servers) * mu + max(n - servers, 0) * theta))
    chance = np.array(weights) / sum(weights)
    waiting = np.maximum(np.arange(len(chance)) - servers, 0)
    queue = float(chance @ waiting)
    return ErlangA(float(chance[servers:].sum()), theta * queue / rate, queue / rate)


def mg1_wait(rate: float, mean_service: float, cv: float) -> float:
    """Mean wait in M/G/1: Pollaczek and Khinchine's lambda E[S^2] / (2 (1 - rho)) (Gross et al., sec. 5.1).

    Args:
        cv: standard deviation of the service time over its mean.
    """
    load = offered_load(rate, mean_service)
    return rate * _second_moment(mean_service, cv) / 2 / (1 - load) if load < 1 else inf


def mgc_wait(servers: int, rate: float, mean_service: float, cv: float, arrival_cv: float = 1.0) -> float:
    """Mean wait in G/G/c, approximately.

    Allen and Cunneen's (ca^2 + cs^2) / 2 times the wait in M/M/c (Allen, Probability, Statistics and Queueing
    Theory, 2nd ed., Academic Press 1990): exact for M/M/c and M/G/1, within some percent for M/G/c in heavy traffic.

    Args:
        cv, arrival_cv: of the service times, and of the times between arrivals.
    """
    return (arrival_cv**2 + cv**2) / 2 * mmc_wait(servers, rate, mean_service)


def priority_waits(rates: Sequence[float], mean_services: Sequence[float], cvs: Sequence[float]) -> list[float]:
    """Mean wait of each class in M/G/1 where the urgent goes first but interrupts nobody.

    W_k = R / ((1 - s_(k-1)) (1 - s_k)), with s_k the load of classes 1 to k and R = sum(lambda E[S^2]) / 2, the
    work left of who is in service (Cobham, Operations Research 2, 1954; Gross et al., sec. 3.4). Of the first
    class that the server does not suffice for, R has only what is served, and of the others nothing.
    """
    loads, left, free = [], 0.0, 1.0
    for rate, mean_service, cv in zip(rates, mean_services, cvs, strict=True):
        loads.append(offered_load(rate, mean_service))
        left += _residual(min(loads[-1], free) / mean_service, mean_service, cv)
        free = max(free - loads[-1], 0.0)
    return _cobham(left, loads)


def priority_waits_mmc(servers: int, rates: Sequence[float], mean_service: float) -> list[float]:
    """Mean wait of each class in M/M/c where the urgent goes first but interrupts nobody, all with one service time.

    As in M/G/1, with R = C / (c mu) (Cobham 1954; Gross et al., sec. 3.4). Infinite for the classes that
    the people do not suffice for.
    """
    load = offered_load(sum(rates), mean_service)
    left = erlang_c(servers, load) * mean_service / servers
    return _cobham(left, [offered_load(rate, mean_service) / servers for rate in rates])


def preemptive_times(rates: Sequence[float], mean_services: Sequence[float], cvs: Sequence[float]) -> list[float]:
    """Mean time in system of each class in M/G/1 where the urgent interrupts, and who is interrupted resumes.

    T_k = E[S_k] / (1 - s_(k-1)) + R_k / ((1 - s_(k-1)) (1 - s_k)), with R_k of classes 1 to k alone (Kleinrock,
    Queueing Systems, vol. 2, Wiley 1976, ch. 3).
    """
    times, load, left = [], 0.0, 0.0
    for rate, mean_service, cv in zip(rates, mean_services, cvs, strict=True):
        above = load
        load += offered_load(rate, mean_service)
        left += _residual(rate, mean_service, cv)
        times.append(mean_service / (1 - above) + left / ((1 - above) * (1 - load)) if load < 1 else inf)
    return times


def preemptive_times_mmc(servers: int, rates: Sequence[float], mean_service: float) -> list[float]:
    """Mean time in system of each class in M/M/c where the urgent interrupts, all with one service time.

    Classes 1 to k do not notice the others, so that together they are an M/M/c; the difference of the numbers
    in system is class k's, and Little's law gives its time (Buzen and Bondi, Operations Research 31, 1983).
    """
    times, rate_above, number_above = [], 0.0, 0.0
    for rate in rates:
        number = mmc_number(servers, offered_load(rate_above + rate, mean_service))
        times.append((number - number_above) / rate if number < inf else inf)
        rate_above, number_above = rate_above + rate, number
    return times


class Network(NamedTuple):
    """A Jackson network in steady state; one entry a node."""

    rate: Floats  # arrivals, those from other nodes included
    load: Floats  # erlangs
    number: Floats  # mean number in system; infinite where the servers do not suffice
    time_in_system: float  # mean time of one arrival from coming to leaving, over all its visits


def jackson(
    external: Sequence[float],
    routing: Sequence[Sequence[float]],
    servers: Sequence[int],
    mean_services: Sequence[float],
) -> Network:
    """An open network of M/M/c nodes with feedback, each as if it were alone at its total rate.

    The rates solve lambda = gamma + lambda P, and Little's law gives the time (Jackson, Management Science 10,
    1963; Gross et al., sec. 4.2).

    Args:
        external: arrivals from outside to each node.
        routing: the chance to go from one node (row) to another next; what a row lacks to 1 leaves.
    """
    gamma, chances = np.array(external, dtype=np.float64), np.array(routing, dtype=np.float64)
    rate: Floats = np.linalg.solve(np.eye(len(gamma)) - chances.T, gamma).astype(np.float64)
    load = rate * np.array(mean_services)
    number = np.array([mmc_number(count, each) for count, each in zip(servers, load.tolist(), strict=True)])
    return Network(rate, load, number, float(number.sum() / gamma.sum()))


def square_root_staffing(load: float, delayed_share: float) -> int:
    """About how many servers of M/M/c leave this share of the arrivals waiting: a + beta sqrt(a), rounded up.

    Beta solves delayed share = 1 / (1 + beta Phi(beta) / phi(beta)) (Halfin and Whitt, Operations Research 29, 1981),
    which is exact in the limit of large loads.

    Args:
        delayed_share: in (0, 1).
    """
    low, high = 0.0, 30.0
    while high - low > 1e-9:
        beta = (low + high) / 2
        waits = 1 / (1 + beta * ndtr(beta) * sqrt(2 * pi) * exp(beta**2 / 2))
        low, high = (beta, high) if waits > delayed_share else (low, beta)
    return ceil(load + high * sqrt(load))


def _second_moment(mean: float, cv: float) -> float:
    return mean**2 * (1 + cv**2)


def _residual(rate: float, mean_service: float, cv: float) -> float:
    """Mean work left of who is in service, seen by an arrival."""
    return rate * _second_moment(mean_service, cv) / 2


def _cobham(left: float, loads: Sequence[float]) -> list[float]:
    """Mean waits of classes, from the work left of who is in service and the utilisation by each class."""
    upto = [0.0, *np.cumsum(loads).tolist()]
    return [left / ((1 - above) * (1 - load)) if load < 1 else inf for above, load in pairwise(upto)]
