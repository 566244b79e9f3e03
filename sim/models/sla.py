"""What was promised: which moment of a letter must come within which time, and for how many letters."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from sim.models.base import Record, Share, WrittenLimit

_MILESTONE = r"^(?:received|closed|[^.]+\.(?:queued|started|finished))$"


def _milestone(written: str) -> str:
    if not re.fullmatch(_MILESTONE, written):
        raise ValueError(f"must be received, closed, or STEP.queued, STEP.started or STEP.finished (got {written!r})")
    return written


Milestone = Annotated[str, AfterValidator(_milestone), WithJsonSchema({"type": "string", "pattern": _MILESTONE})]
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
