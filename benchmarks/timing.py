"""Timing things side by side, so that what slows the machine down slows down all of them."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import Any


def interleaved(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contestant in each round; in a round each runs once, one after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            seconds[name].append(timed(run))
    return seconds


def timed(run: Callable[[], Any]) -> float:
    """Seconds that something takes."""
    began = perf_counter()
    run()
    return perf_counter() - began


def ratio(slower: list[float], faster: list[float]) -> float:
    """How many times longer one takes than the other: the median of the ratios within the rounds."""
    return median(a / b for a, b in zip(slower, faster, strict=True))
