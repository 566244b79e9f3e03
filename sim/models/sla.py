"""SLAs: which moment of a letter must come within which time, and for what share of the letters."""

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from sim.core.clock import Clock, office_hours
from sim.models.base import Record, Share, WrittenLimit
from sim.models.staffing import Span

MOMENTS: Final = ("queued", "started", "finished")
"""The moments of a step in their order; the first visit of a letter to the step counts."""

_MILESTONE: Final = rf"^(?:received|closed|.+\.(?:{'|'.join(MOMENTS)}))$"


def _milestone(written: str) -> str:
    if not re.fullmatch(_MILESTONE, written):
        raise ValueError(f"must be received, closed, or STEP.queued, STEP.started or STEP.finished (got {written!r})")
    return written


Milestone = Annotated[str, AfterValidator(_milestone), WithJsonSchema({"type": "string", "pattern": _MILESTONE})]
"""`received`, `closed`, or `STEP.queued`, `STEP.started`, `STEP.finished` (the first time the step is reached)."""


OpenHours = Annotated[tuple[Span, ...], AfterValidator(office_hours)]
"""Spans of a working day in which an office is open: `[08:30-12:00, 14:00-17:30]`."""


class Sla(Record):
    """A service level agreement: a limit on the time between two moments of a letter."""

    from_: Milestone = Field(default="received", alias="from")
    """When the clock starts: `received`, or a moment of a step, the first time that the letter comes there."""
    until: Milestone
    """What must happen in time: `closed`, or `STEP.queued`, `STEP.started` or `STEP.finished`, the first time."""
    within: WrittenLimit
    """The limit, and with its unit the clock: calendar time, `4 office hours`, `7 working days`, or
    `end of working day 7`, for which the day of receipt does not count."""
    office_hours: OpenHours | None = None
    """Office hours of this clock, if they are not the scenario's; a clock of ends of working days then ends them as
    the office closes instead of at 24:00."""
    target: Share | None = None
    """Share of letters for which the SLA must be met; without one there is no verdict."""
    for_: tuple[str, ...] | None = Field(default=None, alias="for")
    """The categories of letters that it applies to; all if not said."""
    for_channel: tuple[str, ...] | None = None
    """The channels of letters that it applies to; all if not said."""
    only_after: tuple[str, ...] = ()
    """Only letters whose way leads through one of these steps or detours."""
    unless: tuple[str, ...] = ()
    """No letters whose way leads through one of these steps or detours."""
    paused_during: tuple[str, ...] = ()
    """Steps during which the clock stands still, from joining the queue to the finish."""

    @model_validator(mode="after")
    def _counts_hours(self) -> Self:
        if self.office_hours is not None and self.within.clock not in (Clock.OFFICE, Clock.DAY_ENDS):
            raise ValueError(
                f"office_hours mean nothing for '{self.within}'; they are for 'office hours' and 'end of working day'"
            )
        return self
