"""Timing things side by side, so that what slows the machine down slows down all of them."""

from collections.abc import Callable, Mapping
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

LEAST = 0.2
"""Seconds for which something quick is repeated, so that it too runs warm."""


class Spent(NamedTuple):
    """Seconds of a clock on the wall, and of processors."""

    wall: float
    cpu: float


def of_processes(run: Callable[[], Any]) -> Spent:
    """What the processes take that something starts and waits for."""
    began, before = perf_counter(), getrusage(RUSAGE_CHILDREN)
    run()
    after = getrusage(RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(perf_counter() - began, cpu)


def interleaved(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contestant in each round; in a round each has one turn, one after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            seconds[name].append(timed(run))
    return seconds


def timed(run: Callable[[], Any]) -> float:
    """Seconds that something takes: the mean of as many runs as it takes to fill `LEAST`."""
    runs = 0
    began = perf_counter()
    while True:
        run()
        runs += 1
        passed = perf_counter() - began
        if passed >= LEAST:
            return passed / runs


def ratio(slower: list[float], faster: list[float]) -> float:
    """How many times longer one takes than the other: the median of the ratios within the rounds."""
    return median(a / b for a, b in zip(slower, faster, strict=True))
