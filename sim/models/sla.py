"""What was promised: which moment of a letter must come within which time, and for how many letters."""

from typing import Annotated

from pydantic import Field, StringConstraints

from sim.models.base import Record, Share, WrittenLimit

Milestone = Annotated[str, StringConstraints(pattern=r"^(received|closed|[^.]+\.(queued|started|finished))$")]
"""`received`, `closed`, or `STEP.queued`, `STEP.started`, `STEP.finished` (the first time the step is reached)."""


class Sla(Record):
    """One promise."""

    from_: Milestone = Field(default="received", alias="from")
    """When the clock starts."""
    until: Milestone
    """What must happen in time."""
    within: WrittenLimit
    """The limit, and with its unit the clock: calendar time, office hours or working days."""
    target: Share | None = None
    """Share of letters for which the promise must be kept; without one there is no verdict."""
    for_: tuple[str, ...] | None = Field(default=None, alias="for")
    """The categories that it is promised to; all if not said."""
    paused_during: tuple[str, ...] = ()
    """Steps during which the clock stands still, from joining the queue to the finish."""
