"""The answer to a planner: how many people, where, on which roster; how sure it is, and what would change it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.measuring.figures import Caution
from sim.planning.diagnosis import Shortage
from sim.planning.duty import Need
from sim.planning.ending import Ending
from sim.planning.frontier import Point
from sim.planning.posts import People, Post
from sim.planning.proof import Change, Proof


@dataclass(frozen=True)
class Answer:
    """What a plan says.

    Attributes:
        people: the plan, by post; None if nothing holds.
        cost, today_cost: of the posts that may vary.
        fixed: counted people whose posts do not vary.
        bound: no staffing that meets every target costs less, as far as more people never hurt.
        relaxations: staffings that carry the bound, each shown on fresh seeds to miss a target.
        steady: whether more people never hurt in anything that was tried.
        fewest: of each post the fewest people that hold with all others at their most.
        today, proof: today's staffing and the plan on fresh seeds.
        removals, additions: what one person of each post fewer or more changes.
        held_by_hours: posts whose next removal would leave fewer hours than the work takes.
        needs: people needed and on duty, by team and half hour of the week.
        sampled, proved: replications of the search's sample and of the proof.
        lived: replications simulated in all.
        cautions: what to know of the plan, or of the most people allowed, before believing the rest.
    """

    scenario: str
    title: str
    seed: int
    ending: Ending
    posts: tuple[Post, ...]
    people: People | None
    cost: float | None
    today_cost: float
    fixed: int
    bound: float
    relaxations: tuple[Proof, ...]
    steady: bool
    fewest: People | None
    today: Proof
    proof: Proof
    removals: tuple[Change, ...]
    additions: tuple[Change, ...]
    held_by_hours: tuple[int, ...]
    frontier: tuple[Point, ...]
    shortage: Shortage | None
    needs: Mapping[str, Need]
    sampled: int
    proved: int
    lived: int
    cautions: tuple[Caution, ...]

    @property
    def optimal(self) -> bool:
        """Whether nothing cheaper meets every target."""
        return self.gap is not None and self.gap < 1e-9

    @property
    def gap(self) -> float | None:
        """By how much the plan may cost more than the optimum, as a share of the plan."""
        return None if self.cost is None or not self.cost else max(self.cost - self.bound, 0.0) / self.cost
