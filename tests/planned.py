"""Small plans: three desks in a row, and what an exhaustive search says of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from office import setting

from sim.core.options import Options
from sim.core.tables import Floats
from sim.planner.lower_bound import LowerBound
from sim.planner.sample import EPSILON, SearchSample, Trial
from sim.planner.search import Search
from sim.planner.simulator import PlanTargets, Simulator
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, staffing_cells
from sim.scenario.setting import Setting

PLENTY = 10**12
"""Letters of a budget that is never spent."""


def desk(per_day: float, minutes: float, limit: str, target: str, most: int = 40, **plan: Any) -> Setting:
    """M/M/c: one desk that never sleeps."""
    return setting(
        arrivals={"per_day": per_day},
        window="60 d",
        warm_up="2 d",
        teams={"desk": {"tier": "city", "staff": {"always": 1}}},
        workflow=[{"serve": {"by": "desk", "effort": {"exponential": f"{minutes} min"}}}],
        sla={"started": {"until": "serve.started", "within": limit, "target": target}},
        cool_down="1 d",
        plan={"vary": {"desk": {"always": [0, most]}}, **plan},
    )


def three_desks(seed: int) -> Setting:
    """Up to 12 people at each of three desks in a row, with loads, limits, targets and costs drawn at random."""
    chance = np.random.default_rng(seed)
    minutes = [int(each) for each in chance.integers(10, 60, 3)]
    per_day = int(chance.integers(60, 160))
    targets = [f"{each}%" for each in chance.integers(75, 98, 2)]
    # The middle desk of every other scenario sleeps at night, and the whole way has hours instead of minutes.
    limits = [f"{int(chance.integers(5, 40))} min", f"{sum(minutes) * 3 + (600 if seed % 2 else 0)} min"]
    desks = ("first", "second", "third")
    rosters = ["always", "early", "always"] if seed % 2 else ["always"] * 3
    return setting(
        arrivals={"per_day": per_day},
        window="2 d",
        warm_up="6 h",
        cool_down="1 d",
        seed=seed,
        rosters={"early": {"daily": ["06:00-22:00"]}},
        teams={name: {"tier": "city", "staff": {roster: 1}} for name, roster in zip(desks, rosters, strict=True)},
        workflow=[
            {name: {"by": name, "effort": {"exponential": f"{each} min"}}}
            for name, each in zip(desks, minutes, strict=True)
        ],
        sla={
            "answered": {"until": "first.started", "within": limits[0], "target": targets[0]},
            "closed": {"until": "closed", "within": limits[1], "target": targets[1]},
        },
        plan={
            "vary": {name: {roster: [0, 12]} for name, roster in zip(desks, rosters, strict=True)},
            "cost": {
                name: {roster: int(cost)}
                for name, roster, cost in zip(desks, rosters, chance.integers(1, 4, 3), strict=True)
            },
            "replications": 2,
        },
    )


def three_teams(seed: int) -> Setting:
    """Three teams on rosters that turn, with absence, busy days, and loads, limits and targets drawn at random."""
    chance = np.random.default_rng(seed)
    minutes = [int(each) for each in chance.integers(10, 40, 3)]
    busy, per_day = int(chance.integers(2, 6)), int(chance.integers(60, 160))
    targets = [f"{int(chance.integers(low, high))}%" for low, high in ((85, 97), (85, 97), (90, 99))]
    steps = [("sign", "city"), ("contact", "branch"), ("handle", "station")]
    return setting(
        arrivals={"per_day": per_day, "by_hour": [1] * 8 + [busy] * 12 + [2] * 4, "busyness": {"cv": 0.2, "ar1": 0.5}},
        window="14 d",
        warm_up="1 d",
        cool_down="2 d",
        seed=seed,
        rosters={"late": {"daily": ["12:00-22:00"]}},
        teams={
            "city": {
                "tier": "city",
                "staff": {"four_teams_three_shifts": 8, "late": 2},
                "absence": "5%",
                "at_least": 1,
            },
            "branch": {"tier": "branch", "units": 2, "staff": {"three_teams_two_shifts": 12}},
            "station": {"tier": "station", "units": 2, "staff": {"daytime": 8}},
        },
        workflow=[
            {name: {"by": team, "effort": {"exponential": f"{each} min"}}}
            for (name, team), each in zip(steps, minutes, strict=True)
        ],
        sla={
            "signed": {"until": "sign.started", "within": "20 min", "target": targets[0]},
            "contacted": {"until": "contact.started", "within": "2 h", "target": targets[1]},
            "closed": {"until": "closed", "within": "2 d", "target": targets[2]},
        },
        plan={
            "vary": {
                "city": {"four_teams_three_shifts": [0, 24], "late": [0, 8]},
                "branch": {"three_teams_two_shifts": [0, 24]},
                "station": {"daytime": [0, 16]},
            }
        },
    )


def sample_of(office: Setting) -> SearchSample:
    """The problem of the search, as a plan makes it."""
    assert office.scenario.plan is not None
    cells = staffing_cells(office.scenario)
    replications = range(office.scenario.plan.replications or 2)
    simulator = Simulator(office, cells, PlanTargets(office), Options(workers=1))
    return AnyMiss(simulator, replications, Stability(simulator))


@dataclass(frozen=True)
class Found:
    """What a search found on its sample.

    Attributes:
        best: the cheapest staffing that meets the targets; None if none within the bounds was found.
        bound: nothing that meets them costs less, as far as more people never hurt.
        optimal: whether `best` reaches that bound.
        steady: whether more people never hurt in anything that was tried.
    """

    best: People | None
    cost: float
    bound: float
    optimal: bool
    steady: bool


def found(problem: Any, budget: int = PLENTY) -> Found:
    """What the search of a plan says, and the lower bound by all that fails on the sample."""
    search = Search(problem, budget)
    trials = search.trials
    if search.begin():
        search.local.improve(search.descend(search.raised(problem.least)))
        search.restart()
    bound = LowerBound(trials).find()
    return Found(search.best, trials.least_cost, bound, bound >= trials.least_cost - EPSILON, trials.steady())


class AnyMiss(SearchSample):
    """The problem of the search, where whatever fails on the sample counts as missed for certain."""

    def trial(self, people: People) -> Trial:
        """Try a staffing."""
        trial = super().trial(people)
        return replace(trial, excess=0.0 if trial.met and self.fits(people) else 2.0)


def by_brute_force(problem: Any) -> float:
    """Cost of the cheapest staffing that holds, trying them all in the order of their cost; infinite if none does."""
    search = Search(problem, PLENTY)
    boxes = product(*(range(low, high + 1) for low, high in zip(problem.least, problem.most, strict=True)))
    for people in sorted(boxes, key=search.trials.cost):
        if search.trials.meets(people):
            return search.trials.cost(people)
    return float("inf")


class Puzzle:
    """A problem without simulation: staffings hold as a function says.

    Args:
        by_far: lateness, of that allowed, beyond which a target is missed for certain.
    """

    def __init__(self, most: People, cost: list[float], lateness: Any, by_far: float = 1.0) -> None:
        self.least: People = (0,) * len(most)
        self.most = most
        self.team = tuple(range(len(most)))
        self.cost: Floats = np.array(cost)
        self.rostered: Floats = np.zeros(len(most))
        self.hours: Floats = np.zeros((0, len(most)))
        self.work: Floats = np.zeros(0)
        self.spent = 0
        self._lateness, self._by_far = lateness, by_far

    def fits(self, people: People) -> bool:
        """Everything does."""
        return True

    def surface(self, people: People) -> Floats:
        """The lateness, of that allowed."""
        return np.atleast_1d(self._lateness(people))

    def trial(self, people: People) -> Trial:
        """Judge a staffing by the lateness, of that allowed, that the function gives."""
        self.spent += 1
        used = np.atleast_1d(self._lateness(people))
        return Trial(people, bool((used <= 1).all()), used, float(used.max()) / self._by_far)


def seeds() -> Iterator[int]:
    """Of the random scenarios."""
    yield from range(24)
