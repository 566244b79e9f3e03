"""Supervision of letters that are about to miss an SLA, or have: a prompt, another rank, or another unit."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.models.base import Factor, Record
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
