"""The problem that a search solves: least cost, so that every target is met on the sample."""

from dataclasses import dataclass
from typing import Protocol

from sim.core.tables import Floats
from sim.planner.staffing_cells import People


@dataclass(frozen=True)
class Trial:
    """What became of one staffing on the sample.

    Attributes:
        holds: whether every target is met on the sample.
        clearly: whether it fails by so much that one person more somewhere hardly was the reason. More people may
            harm a little: who works faster upstream sends letters on in another order.
        used: of the lateness that each target allows, how much is used, shape (targets,); more than 1 is too much.
        excess: the same of the target that is used up most, with so much more allowed that fresh seeds will hardly
            say otherwise.
    """

    people: People
    holds: bool
    clearly: bool
    used: Floats
    excess: float

    @property
    def misses(self) -> bool:
        """Whether it misses a target by so much that fresh seeds will hardly say otherwise."""
        return self.excess > 1


class Problem(Protocol):
    """Headcounts with bounds and costs, and a judge of staffings."""

    @property
    def least(self) -> People:
        """Fewest people of each post."""

    @property
    def most(self) -> People:
        """Most people of each post."""

    @property
    def team(self) -> tuple[int, ...]:
        """Number of the team of each post."""

    @property
    def cost(self) -> Floats:
        """Cost of one person of each post, more than 0, shape (posts,)."""

    @property
    def hours(self) -> Floats:
        """Weekly hours that a person of each post brings each team, shape (teams, posts)."""

    @property
    def work(self) -> Floats:
        """Weekly hours of work that each team must at least be staffed for, shape (teams,)."""

    @property
    def rostered(self) -> Floats:
        """Weekly hours on the roster of a person of each cell, shape (cells,); of equal costs fewer are better."""

    @property
    def spent(self) -> int:
        """Letters simulated so far."""

    def fits(self, people: People) -> bool:
        """Whether the work of every unit fits into its hours."""

    def trial(self, people: People) -> Trial:
        """Try one staffing within the bounds."""

    def surface(self, people: People) -> Floats:
        """Of the lateness that each target allows, how much is used in each replication that effects are measured on.

        They are simulated to the end, so that the figures of two staffings differ by the staffings alone; shape
        (replications, targets).
        """
