"""The frontier: the fewest people for stricter and laxer targets, and so the best compliance for every budget."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.planning.posts import People
from sim.planning.proof import Kept, Proof, prove
from sim.planning.sample import Lives, Sample
from sim.planning.search import Search

LATENESS: Final = (0.7, 2.0, 4.0)
"""Multiples of the lateness that the targets allow; the plan itself stands at 1."""

SHOWN: Final = 12
"""Fresh replications that say what a staffing of the frontier keeps, at most."""


@dataclass(frozen=True)
class Point:
    """A staffing on the frontier, with its compliance on fresh seeds.

    Attributes:
        lateness: multiple of the lateness that the targets allow, for which it is the cheapest found.
    """

    lateness: float
    people: People
    cost: float
    kept: tuple[Kept, ...]


def frontier(lives: Lives, sample: Sample, search: Search, plan: Proof, budget: int) -> tuple[Point, ...]:
    """A short search for each multiple of the allowed lateness, each from its neighbour's staffing on.

    Args:
        sample: of the search; its margin is kept.
        budget: replications that each of them may simulate.

    Returns: the plan and what was found, from few people to many; nothing for targets out of reach.
    """
    found = [(1.0, plan.people)]
    for side in (sorted(each for each in LATENESS if each > 1), sorted((x for x in LATENESS if x < 1), reverse=True)):
        near = plan.people
        for lateness in side:
            people = _cheapest(lives, sample, lateness, near, budget)
            if people is None:
                break
            near = people
            found.append((lateness, people))
    cost = search.trials.cost
    shown = plan.replications[:SHOWN]
    points = [
        Point(lateness, people, cost(people), (plan if people == plan.people else prove(lives, people, shown)).kept)
        for lateness, people in found
    ]
    return tuple(sorted(points, key=lambda point: (point.cost, -point.lateness)))


def _cheapest(lives: Lives, sample: Sample, lateness: float, near: People, budget: int) -> People | None:
    other = Sample(lives, sample.replications, sample.workweek)
    other.targets = 1 - lateness * (1 - sample.targets)
    other.margin = np.minimum(sample.margin, (1 - other.targets) / 2)
    search = Search(other, lives.lived + budget)
    if not search.trials.holds(near):
        if not search.trials.holds(other.most):
            return None
        near = search.raised(near)
    search.descend(near)
    return search.best
