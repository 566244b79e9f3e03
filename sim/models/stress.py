"""How a scenario is stressed: a ramp of the load, a spike, a soak, and how closely its capacity is looked for."""

from typing import Annotated

from pydantic import Field

from sim.core.clock import DAY, HOUR
from sim.models.arrivals import Moment, PerDay
from sim.models.base import Duration, Factor, Record, Share, Whole


class Ramp(Record):
    """Rates at which the scenario is simulated, evenly spaced."""

    from_: Annotated[PerDay, Field(gt=0)] | None = Field(default=None, alias="from")
    """Letters a day at the first step; a tenth of the last if not said."""
    to: Annotated[PerDay, Field(gt=0)] | None = None
    """Letters a day at the last step; past the capacity and the scenario's own rate if not said."""
    steps: Annotated[Whole, Field(ge=2, le=100)] = 10


class Spike(Record):
    """A surge of all letters at the scenario's own rate."""

    times: Annotated[Factor, Field(gt=1, le=1_000)] = 5.0
    """Factor on the arrival rate."""
    lasts: Annotated[Duration, Field(ge=60)] = 4.0 * HOUR
    from_: Moment | None = Field(default=None, alias="from")
    """When it begins; at 10:00 of the first working day of the window if not said."""


class Soak(Record):
    """The scenario's own rate held for long."""

    lasts: Annotated[Duration, Field(ge=DAY)] = 365.0 * DAY
    replications: Annotated[Whole, Field(ge=2, le=1_000)] = 4


class Stress(Record):
    """How much load the staffing is given, and how closely it is watched."""

    ramp: Ramp = Ramp()
    spike: Spike = Spike()
    soak: Soak = Soak()
    replications: Annotated[Whole, Field(ge=2, le=10_000)] = 20
    """Replications at each rate of the ramp, around the capacity to begin with, and of the spike."""
    step: Annotated[Share, Field(ge=0.005, le=0.2)] = 0.08
    """By how much the rates differ that are tried near the capacity; between them compliance is interpolated."""
    letters: Annotated[Whole, Field(ge=1_000)] = 4_000_000
    """Letters that may be simulated in search of the capacity, about: where its interval is wide, more replications are
    worth them."""
