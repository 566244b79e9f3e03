"""The queue M(t)/M/c(t): arrival rates and numbers of people that change in the course of a day, solved numerically.

Rates and people are constant within each of some intervals of equal length. The distribution of the number in
system follows by uniformisation (Grassmann, Computers and Operations Research 4, 1977), exactly but for what is
cut off beyond the most letters looked at. Durations are in any one unit of time.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy.special import gammainc, gammaln, xlogy

from sim.core.tables import Floats, Int64s

NEGLIGIBLE: Final = 1e-12
"""Chance that is left out of a sum."""

CUT_OFF: Final = 1e-8
"""Largest chance of the most letters looked at; with more, what is cut off could show."""


class Plan(NamedTuple):
    """What the queue is subject to; one row an interval."""

    rates: Floats
    servers: Int64s
    interval: float
    mean_service: float
    relieved: frozenset[int] = frozenset()
    """Intervals at whose start everybody on duty goes, and finishes in overtime what they hold. Where the number
    of people changes otherwise, those who go hand over."""


class Course(NamedTuple):
    """What the queue does; one row an interval, averages over it."""

    delayed: Floats  # share of the arrivals that wait
    waiting: Floats  # mean number that wait
    busy: Floats  # mean number of people at work, overtime not included
    overtime: Floats  # mean number of people at work after they were relieved
    states: Floats
    """Chance of each number in system at the start of each interval, and at the end; (intervals + 1, most + 1)."""


def course(plan: Plan, start: Floats | None = None, most: int = 500) -> Course:
    """How the queue fares from the start of the first interval to the end of the last.

    Args:
        start: chance of each number in system before the first interval, shape (most + 1,); empty if not said.
        most: letters in system that are looked at; more are turned away.

    Raises:
        ValueError: so many letters are not enough.
    """
    numbers = np.arange(most + 1)
    state: Floats = np.eye(1, most + 1)[0] if start is None else start
    overtime, states, rows = 0.0, [], []
    for index, (rate, servers) in enumerate(zip(plan.rates, plan.servers, strict=True)):
        if index in plan.relieved and index > 0:
            before = plan.servers[index - 1]
            overtime += float(np.minimum(numbers, before) @ state)
            state = _relieve(state, before)
        states.append(state)
        state, average = _pass(state, float(rate), int(servers), plan.mean_service, plan.interval)
        ends = overtime * np.exp(-plan.interval / plan.mean_service)
        mean_overtime = (overtime - ends) * plan.mean_service / plan.interval
        overtime = ends
        waiting = np.maximum(numbers - servers, 0) @ average
        rows.append((average[servers:].sum(), waiting, np.minimum(numbers, servers) @ average, mean_overtime))
    if state[-1] > CUT_OFF:
        raise ValueError(f"most must be larger: with {most} the chance of as many letters is {state[-1]:.2g}")
    delayed, waiting, busy, after_hours = np.array(rows).T
    return Course(delayed, waiting, busy, after_hours, np.array([*states, state]))


def wait_longer(plan: Plan, states: Floats, than: float) -> Floats:
    """Share of those who arrive at the start of each interval, and are served in their order, that wait longer.

    Who is put down stays ahead of those who came later, and who is held in overtime is out of their way.

    Args:
        states: of the plan's course.
    Returns: shape (intervals,); nan where the plan ends before the time is over.
    """
    shares = np.full(len(plan.rates), np.nan)
    for first in range(len(plan.rates)):
        pieces = _pieces(plan, first, than)
        if pieces is None:
            break
        # Backwards: the chance to be still waiting at the end, by how many are ahead.
        ahead = np.ones(states.shape[1])
        for index, length in reversed(pieces):
            ahead[: plan.servers[index]] = 0
            ahead = _wait_on(ahead, int(plan.servers[index]), plan.mean_service, length)
            if index in plan.relieved and index > first:
                ahead = _before_relief(ahead, int(plan.servers[index - 1]))
        shares[first] = ahead @ states[first]
    return shares


def _pass(state: Floats, rate: float, servers: int, mean_service: float, length: float) -> tuple[Floats, Floats]:
    """The state after some time with one rate and number of people, and its average over that time."""
    serving = np.minimum(np.arange(len(state)), servers) / mean_service
    fastest = rate + servers / mean_service
    if fastest == 0:
        return state, state
    up, down = rate / fastest, serving / fastest
    end, average = np.zeros(len(state)), np.zeros(len(state))
    for chance, later in _jumps(fastest * length):
        end += chance * state
        average += later / (fastest * length) * state
        moved = state * (1 - up - down)
        moved[1:] += up * state[:-1]
        moved[:-1] += down[1:] * state[1:]
        moved[-1] += up * state[-1]
        state = moved
    return end, average


def _wait_on(ahead: Floats, servers: int, mean_service: float, length: float) -> Floats:
    """The chance to be still waiting some time later, by how many are ahead now, given that chance by how many then.

    While somebody waits all servers are busy, and nobody who comes later gets ahead.
    """
    before = np.zeros(len(ahead))
    for chance, _ in _jumps(servers * length / mean_service):
        before += chance * ahead
        ahead = np.append(0.0, ahead[:-1])
        ahead[:servers] = 0
    return before


def _jumps(mean: float) -> list[tuple[float, float]]:
    """The chance of k jumps and of more than k, for k from 0 to where it becomes negligible."""
    numbers = np.arange(mean + 8 * np.sqrt(mean) + 25)
    chances, later = np.exp(xlogy(numbers, mean) - mean - gammaln(numbers + 1)), gammainc(numbers + 1, mean)
    enough = int(np.argmax(later < NEGLIGIBLE)) + 1
    return list(zip(chances[:enough].tolist(), later[:enough].tolist(), strict=True))


def _relieve(state: Floats, servers: int) -> Floats:
    """Those in service go with their servers; those who wait stay."""
    stayed = np.zeros(len(state))
    stayed[: len(state) - servers] = state[servers:]
    stayed[0] += state[:servers].sum()
    return stayed


def _before_relief(ahead: Floats, servers: int) -> Floats:
    """`ahead` before those in service, who all are ahead, go with their servers."""
    return np.append(np.zeros(servers), ahead[: len(ahead) - servers])


def _pieces(plan: Plan, first: int, than: float) -> list[tuple[int, float]] | None:
    """The intervals, and how long of each, that some time from the start of an interval takes; None if too long.

    The last is the one in which the time is over, for none of it if it is over with another interval.
    """
    whole, rest = divmod(than, plan.interval)
    last = first + int(whole)
    if last >= len(plan.rates):
        return None
    return [*((index, plan.interval) for index in range(first, last)), (last, rest)]
