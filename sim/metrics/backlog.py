"""The backlog: how many letters are open in the course of the simulation, and how old they are."""

from typing import NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR, WEEK
from sim.core.tables import NOT_YET, Floats, Int64s
from sim.metrics.replication import Replication

MOST_HOURS = 2_500
"""Longest simulation that is looked at every hour; a longer one is looked at every day."""


class OpenLetters(NamedTuple):
    """Letters open at the instants of `instants_of`, shape (instants,)."""

    number: Int64s
    age: Floats  # mean seconds since receipt; 0 where none is open


def instants_of(horizon: int) -> Int64s:
    """The ends of the whole hours of a simulation, of the whole days of a long one; at least the horizon."""
    every = HOUR if horizon <= MOST_HOURS * HOUR else DAY
    return np.arange(every, horizon + 1, every) if horizon >= every else np.array([horizon])


def open_letters(replication: Replication, instants: Int64s) -> OpenLetters:
    """Letters received before each instant and not closed before it."""
    has_closed = np.flatnonzero(replication.closed != NOT_YET)
    in_order = has_closed[np.argsort(replication.closed[has_closed])]
    came = np.searchsorted(replication.received, instants)
    went = np.searchsorted(replication.closed[in_order], instants)
    total = np.append(0, np.cumsum(replication.received))[came]
    total -= np.append(0, np.cumsum(replication.received[in_order]))[went]
    count = came - went
    return OpenLetters(count, np.divide(instants * count - total, count, out=np.zeros(len(count)), where=count > 0))


def open_by_week(replication: Replication) -> Floats:
    """Letters open in each whole week of the window, averaged over its seconds, shape (weeks,)."""
    scenario = replication.setting.scenario
    starts = np.arange(scenario.window_start, scenario.window_end - WEEK + 1, WEEK)
    closed = np.where(replication.closed != NOT_YET, replication.closed, scenario.horizon)
    seconds = [
        np.maximum(np.minimum(closed, start + WEEK) - np.maximum(replication.received, start), 0).sum()
        for start in starts.tolist()
    ]
    return np.array(seconds, dtype=np.float64) / WEEK
