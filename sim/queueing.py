"""Queueing theory that the product uses: Erlang's formulas for M/M/c.

Rates are per unit of time and durations in the same unit, whichever it is. A load is in erlangs: the number
of people that the work keeps busy. A queue without enough people for its load has no steady state; there
every arrival waits, for infinitely long.

Gross et al. is D. Gross, J. F. Shortle, J. M. Thompson and C. M. Harris, Fundamentals of Queueing Theory,
4th ed., Wiley 2008.
"""

from math import exp, isfinite


def offered_load(rate: float, mean_service: float) -> float:
    """Work that arrives in a unit of time, in erlangs.

    Raises: ValueError if it is not finite, for which no number of servers is enough.
    """
    load = rate * mean_service
    if not isfinite(load):
        raise ValueError(f"load must be finite, got {load:g} erlangs")
    return load


def erlang_b(servers: int, load: float) -> float:
    """Share of arrivals lost in M/G/c/c: blocking, the way to Erlang C.

    By the recursion B(k) = a B(k-1) / (k + a B(k-1)), B(0) = 1, which neither overflows nor cancels for any
    number of servers (Gross et al., sec. 2.5).
    """
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = _one_more(busy, load, blocked)
    return blocked


def servers_for(rate: float, mean_service: float, longest: float, share: float) -> int:
    """Fewest servers of M/M/c with which at most a share of the arrivals waits longer than `longest`.

    Args:
        share: in (0, 1).
    """
    if rate == 0:
        return 0
    load = offered_load(rate, mean_service)
    servers = int(load) + 1
    blocked = erlang_b(servers, load)
    while _delayed(servers, load, blocked) * exp(-(servers - load) * longest / mean_service) > share:
        servers += 1
        blocked = _one_more(servers, load, blocked)
    return servers


def _one_more(servers: int, load: float, blocked: float) -> float:
    """Erlang's B of so many servers, from that of one fewer."""
    return load * blocked / (servers + load * blocked)


def _delayed(servers: int, load: float, blocked: float) -> float:
    """Erlang's C from his B."""
    return blocked / (1 - load / servers * (1 - blocked))
