"""What a plan may change, what people cost, and how closely it is looked for."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from sim.models.base import Flag, Number, Record, Share, Whole

Headcount = Annotated[Whole, Field(ge=0, le=1_000_000)]


def _in_order(bounds: tuple[int, int]) -> tuple[int, int]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"must be [least, most], such as [10, 40] (got {list(bounds)})")
    return bounds


_BOUNDS = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}

Bounds = Annotated[tuple[Headcount, Headcount], AfterValidator(_in_order), WithJsonSchema(_BOUNDS)]
"""Fewest and most people, over all units of the team: `[10, 40]`."""


class Plan(Record):
    """Which headcounts `plan` looks for, and what it may spend on the search."""

    vary: Annotated[Mapping[str, Mapping[str, Bounds]], Field(min_length=1)] | None = None
    """Team -> roster -> [fewest, most]. Staff that is not named stays as it is. If not said, every roster of a counted
    team that has people today may have none, up to twice as many."""
    deal: Literal["as is", "free"] = "as is"
    """How people are dealt to the units of a team: as the scenario says, or evenly or by weights, whichever does more
    good to each roster."""
    cost: Mapping[str, Mapping[str, Annotated[Number, Field(gt=0, le=1e9)]]] = {}
    """Team -> roster -> cost of one person, where it is not the team's `cost`."""
    by_hours: Flag = False
    """Whether the cost of a person is of 40 hours a week, so that rosters with longer weeks cost more."""
    targets: Mapping[str, Annotated[Share, Field(gt=0, lt=1)]] = {}
    """SLA -> target, where it is not the SLA's own."""
    every_hour: Flag = False
    """Whether targets hold for the letters of every hour of the day on their own, and not only for all together."""
    replications: Annotated[Whole, Field(ge=2, le=1_000)] = 6
    """Replications of the search; every staffing that it tries meets the same letters."""
    proof: Annotated[Whole, Field(ge=2, le=10_000)] = 40
    """Replications with fresh seeds that prove the plan."""
    budget: Annotated[Whole, Field(ge=1, le=100_000_000)] | None = None
    """Replications that the search may simulate in all; about a minute's worth if not said."""
