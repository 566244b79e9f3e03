"""Compliance against cost: the best of the staffings that a search tried, shown on fresh seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.planning.posts import People
from sim.planning.problem import Trial
from sim.planning.proof import Kept


@dataclass(frozen=True)
class Point:
    """A staffing on the frontier, with its compliance on fresh seeds."""

    people: People
    cost: float
    kept: tuple[Kept, ...]


def frontier(trials: Iterable[Trial], cost: Mapping[People, float], points: int) -> Sequence[People]:
    """Staffings of which none tried was cheaper and kept its tightest promise better; evenly spread over the cost.

    Trials that were not lived to the end say too little, and those that clearly fail are among them.
    """
    ranked = sorted(trials, key=lambda trial: (cost[trial.people], float(trial.used.max(initial=0.0))))
    front: list[Trial] = []
    for trial in ranked:
        if not front or trial.used.max(initial=0.0) < front[-1].used.max(initial=0.0):
            front.append(trial)
    at = np.linspace(0, len(front) - 1, min(points, len(front))).round()
    return [front[int(index)].people for index in np.unique(at)]
