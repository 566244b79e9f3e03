"""Compliance against cost: the best of the staffings that a search tried, shown on fresh seeds."""

from collections.abc import Callable, Iterable, Sequence
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


def frontier(trials: Iterable[Trial], cost: Callable[[People], float], points: int) -> Sequence[People]:
    """Staffings of which none tried was as cheap and kept its tightest promise better; some, from few people to many.

    Trials that clearly fail were not lived to the end, and say too little.
    """
    whole = [trial for trial in trials if not trial.clearly]
    ranked = sorted(whole, key=lambda trial: (cost(trial.people), float(trial.used.max(initial=0.0)), trial.people))
    front: list[Trial] = []
    for trial in ranked:
        if not front or trial.used.max(initial=0.0) < front[-1].used.max(initial=0.0):
            front.append(trial)
    at = np.linspace(0, len(front) - 1, min(points, len(front))).round()
    return [front[int(index)].people for index in np.unique(at)]
