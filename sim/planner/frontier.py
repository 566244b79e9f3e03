"""Frontier: the fewest people for stricter and laxer targets, and so the best compliance for every budget.

It is monotone: a laxer target never costs more. Where a staffing that was found for one target is cheaper than that of
a laxer one, it serves for both. But one that is said to meet targets as strict as the plan's, or stricter, for less
than the plan is a claim of the sample that no proof stands behind, and is left out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.planner.proof import Proof, TargetCompliance, judged
from sim.planner.response_surface import Surface
from sim.planner.sample import SearchSample
from sim.planner.search import Search
from sim.planner.staffing_cells import People

_LATENESS: Final = (0.7, 2.0, 4.0)
"""Multiples of the lateness that the targets allow; the plan itself stands at 1."""

_SHOWN: Final = 12
"""Fresh replications that say what a staffing of the frontier meets, at most."""


@dataclass(frozen=True)
class Point:
    """A staffing on the frontier, with its compliance on fresh seeds.

    Attributes:
        lateness: multiple of the lateness that the targets allow, for which it is the cheapest found.
    """

    lateness: float
    people: People
    cost: float
    targets: tuple[TargetCompliance, ...]


def frontier(sample: SearchSample, plan: Proof, budget: int) -> tuple[Point, ...]:
    """A short search for each multiple of the allowed lateness, each from its neighbour's staffing on.

    Args:
        sample: of the search, with the margin by which a staffing exceeds a target on it that a proof would show.
        budget: letters that all of them may simulate.

    Returns: the plan and what was found, from few people to many; nothing for targets out of reach.
    """
    found = [(1.0, plan.people)]
    each = budget // len(_LATENESS)
    # What people change of the lateness, in logarithms, is the same whatever is allowed.
    search = Search(sample, sample.spent)
    surface = search.local.surface(plan.people)
    for side in (sorted(x for x in _LATENESS if x > 1), sorted((x for x in _LATENESS if x < 1), reverse=True)):
        near = plan.people
        for lateness in side:
            people = _cheapest(sample, lateness, near, surface, each)
            if people is None:
                break
            near = people
            found.append((lateness, people))
    points = [
        Point(lateness, people, search.trials.cost(people), _shown(sample, plan, people)) for lateness, people in found
    ]
    return monotone(points)


def monotone(points: list[Point]) -> tuple[Point, ...]:
    """Points from few people to many, each target with the cheapest staffing of all that are as strict or stricter.

    Args:
        points: the first one is the plan, at a lateness of 1.
    """
    kept: list[Point] = []
    proven = [point for point in points if point.lateness > 1 or point.cost >= points[0].cost]
    for point in sorted(proven, key=lambda point: point.lateness):
        if kept and kept[-1].cost < point.cost:
            # Who meets the stricter target for less meets the laxer one too.
            point = Point(point.lateness, kept[-1].people, kept[-1].cost, kept[-1].targets)
        kept.append(point)
    return tuple(reversed(kept))


def _shown(sample: SearchSample, plan: Proof, people: People) -> tuple[TargetCompliance, ...]:
    if people == plan.people:
        return plan.targets
    fresh = plan.replications[:_SHOWN]
    return judged(sample.simulator.targets, people, fresh, list(sample.simulator.observed(people, fresh))).targets


def _cheapest(sample: SearchSample, lateness: float, near: People, surface: Surface, budget: int) -> People | None:
    other = SearchSample(sample.simulator, sample.replications, sample.stability)
    other.targets = 1 - lateness * (1 - sample.targets)
    other.margin = np.minimum(sample.margin, (1 - other.targets) / 2)
    search = Search(other, sample.spent + budget)
    if not search.trials.meets(near):
        people = search.local.repaired(near, surface)
        if people is None:
            if not search.trials.meets(other.most):
                return None
            people = search.raised(near)
        near = people
    search.local.improve(near, surface)
    return search.best
