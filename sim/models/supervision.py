"""Supervision of letters that are about to miss an SLA, or have: a prompt, another rank, or another unit; extensions.

Rules are numbered: those of supervision, then two of each extension, for requests that are granted and for the others.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.models.base import Factor, Record, Share, Whole, WrittenLimit
from sim.models.distributions import Distribution
from sim.models.workflow import Priority


class PromptSheet(Record):
    """Work that a prompt makes for somebody, beside the letter's own way."""

    by: str
    """The team that does it; it is done at the letter's own unit of that team."""
    effort: Distribution
    """Time that a person is busy with it."""
    priority: Priority = 5
    """0 to 9, smaller first."""


class Supervise(Record):
    """What happens to a letter whose SLA is still open when a share of its limit has passed."""

    sla: str
    """The SLA; it must run from receipt, without pauses, so that it is known from the start when this is due."""
    at: Annotated[Factor, Field(gt=0)]
    """Share of the limit after which it happens: `80%` before it, `100%` as it passes, `150%` after it."""
    priority: Priority | None = None
    """The letter's priority from then on, until it has reached what the SLA asks for; as it was if not said."""
    move_to: str | None = None
    """The team whose unit a letter that waits then moves to, as soon as somebody is on duty there; it is not escalated
    any more. A letter that somebody works on, or for which time passes, stays where it is."""
    task: PromptSheet | None = None
    """Work for somebody: a prompt sheet, a call."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.priority is None and self.move_to is None and self.task is None:
            raise ValueError("needs what happens: priority, move_to or task")
        return self


class Extension(Record):
    """More time for a letter that is about to miss an SLA: it is asked for, and granted or not."""

    sla: str
    """The SLA; it must run from receipt, without pauses."""
    by: WrittenLimit
    """How much longer the limit is then, on the clock of the SLA."""
    at: Annotated[Share, Field(gt=0)]
    """Share of the limit after which it is asked for, if what the SLA asks for has still to come; a second time as long
    before the limit that holds then. It is not asked for once the limit has passed; for an open letter of the backlog,
    for which that was due before the start, once and at the start."""
    chance: Share = 1.0
    """Share of these letters for which it is asked."""
    granted: Share = 1.0
    """Share of the requests that are granted."""
    at_most: Annotated[Whole, Field(ge=1, le=10)] = 1
    """How often one letter can get it."""
    request: PromptSheet | None = None
    """The work of asking for it."""
    approve: PromptSheet | None = None
    """The work of deciding on it, after that; it must be done before the limit, else the limit stays."""


def rule_of_extension(supervised: int, extension: int, *, granted: bool) -> int:
    """Number of the rule of an extension, behind those of supervision."""
    return supervised + 2 * extension + (not granted)
