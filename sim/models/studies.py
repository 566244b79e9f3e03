"""Settings of stress runs, plans and sensitivities: loads, headcounts and costs, and ranges of what is not known."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sim.core.clock import DAY, HOUR
from sim.models.arrivals import PerDay
from sim.models.base import Duration, Factor, Flag, Number, Record, Share, Whole
from sim.models.periods import Moment
from sim.models.roster_rules import GeneratedRosters


def _range_text(written: Any) -> str:
    text = str(written).strip()
    if not all(end.strip() for end in (*text.partition(".."),)):
        raise ValueError(f"must be a range such as 6 min..12 min or -20%..+20% (got {written!r})")
    return text


class SensitivitySettings(Record):
    """What is not known, for `sensitivity`."""

    ranges: Mapping[str, Annotated[str, BeforeValidator(_range_text)]] = {}
    """Range in which a figure may lie, by its key as `--set` takes it: `workflow.sign.effort.mean: 1 min..3 min`. It is
    varied over it, marked or not."""


class Ramp(Record):
    """Rates at which the scenario is simulated, evenly spaced."""

    from_: Annotated[PerDay, Field(gt=0)] | None = Field(default=None, alias="from")
    """Letters a day at the first step; a tenth of the last if not said."""
    to: Annotated[PerDay, Field(gt=0)] | None = None
    """Letters a day at the last step; past the capacity and the scenario's own rate if not said."""
    steps: Annotated[Whole, Field(ge=2, le=100)] = 10
    """How many rates."""


class Spike(Record):
    """A surge of all letters at the scenario's own rate."""

    times: Annotated[Factor, Field(gt=1, le=1_000)] = 5.0
    """Factor on the arrival rate."""
    lasts: Annotated[Duration, Field(ge=60)] = 4.0 * HOUR
    """How long."""
    from_: Moment | None = Field(default=None, alias="from")
    """When it begins; at 10:00 of the first working day of the window if not said."""


class Soak(Record):
    """The scenario's own rate held for long."""

    lasts: Annotated[Duration, Field(ge=DAY)] = 365.0 * DAY
    """How long."""
    replications: Annotated[Whole, Field(ge=2, le=1_000)] = 4
    """Replications of it."""


class Stress(Record):
    """How much load the staffing is given, and how closely it is watched."""

    ramp: Ramp = Ramp()
    """Rates that rise step by step."""
    spike: Spike = Spike()
    """A surge, and how long recovery from it takes."""
    soak: Soak = Soak()
    """The own rate for long: does anything pile up?"""
    replications: Annotated[Whole, Field(ge=2, le=10_000)] = 20
    """Replications at each rate of the ramp, around the capacity to begin with, and of the spike."""
    step: Annotated[Share, Field(ge=0.005, le=0.2)] = 0.08
    """By how much the rates differ that are tried near the capacity; between them compliance is interpolated."""
    letters: Annotated[Whole, Field(ge=1_000)] = 4_000_000
    """Letters that may be simulated in search of the capacity, about: where its interval is wide, more replications are
    worth them."""


Headcount = Annotated[Whole, Field(ge=0, le=1_000_000)]


def _in_order(bounds: tuple[int, int]) -> tuple[int, int]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"must be [least, most], such as [10, 40] (got {list(bounds)})")
    return bounds


_BOUNDS = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}

Bounds = Annotated[tuple[Headcount, Headcount], AfterValidator(_in_order), WithJsonSchema(_BOUNDS)]
"""Fewest and most people, over all units of the team: `[10, 40]`."""


class Pay(Record):
    """What an hour costs, so that a plan tells the pay of a week; nothing is looked for by it."""

    per_hour: Annotated[Number, Field(gt=0, le=1e9)]
    """Pay of an hour on the roster, by day on a working day."""
    night: Factor = 0.0
    """Premium from 22:00 to 06:00, as a part of an hour's pay: `30%` for three tenths more."""
    weekend: Factor = 0.0
    """Premium on Saturday and Sunday."""
    overtime: Factor = 0.5
    """Premium of an hour after the end of a shift."""
    stand_in: Factor = 0.0
    """Premium of an hour of those who stand in for absent people."""


class Plan(Record):
    """Which headcounts `plan` looks for, and what it may spend on the search."""

    vary: Annotated[Mapping[str, Mapping[str, Bounds]], Field(min_length=1)] | None = None
    """Team -> roster -> [fewest, most]. Staff that is not named stays as it is. If not said, every roster of a counted
    team that has people today may have none, up to twice as many."""
    deal: Literal["as is", "free"] = "as is"
    """How people are allocated to the units of a team: as the scenario says, or evenly or by weights, whichever does
    more good to each roster."""
    cost: Mapping[str, Mapping[str, Annotated[Number, Field(gt=0, le=1e9)]]] = {}
    """Team -> roster -> cost of one person, where it is not the team's `cost`."""
    by_hours: Flag | None = None
    """Whether the cost of a person is of 40 hours a week, so that rosters with longer weeks cost more. If not said,
    with generated rosters only: people whose shifts have other lengths do not compare by heads."""
    rosters: GeneratedRosters | None = None
    """Rosters that the plan may add to those of `vary`: `generate`, or with labour rules of your own
    `{generate: {starts: 06:00-22:00, lengths: [6 h, 12 h], hours_per_week: 40}}`; none if not said."""
    pay: Pay | None = None
    """Pay of an hour and its premiums, told beside the plan."""
    targets: Mapping[str, Annotated[Share, Field(gt=0)]] = {}
    """SLA -> target, where it is not the SLA's own."""
    every_hour: Flag = False
    """Whether targets hold for the letters of every hour of the day on their own, and not only for all together."""
    may_fall_behind: tuple[str, ...] = ()
    """Teams whose work may exceed their hours. Of all others that letters visit, every unit of a plan has more hours
    than its work takes, whether or not a target watches it."""
    replications: Annotated[Whole, Field(ge=1, le=1_000)] | None = None
    """Replications of the search; every staffing that it tries meets the same letters. At most a quarter of `proof`;
    as many as the budget allows if not said."""
    proof: Annotated[Whole, Field(ge=2, le=10_000)] | None = None
    """Replications with fresh seeds that prove the plan, in one block; eight times those of the search if not said."""
    budget: Annotated[Whole, Field(ge=1, le=1_000_000_000_000)] | None = None
    """Letters that the plan may simulate in all; about a minute and a half of two cores if not said."""

    @property
    def costs_by_hours(self) -> bool:
        """Whether the cost of a person is of 40 hours a week."""
        return self.rosters is not None if self.by_hours is None else self.by_hours
