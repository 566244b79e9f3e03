"""Repeat letters: writers who write again about the same matter, those above all whose letter was late."""

from typing import Annotated

from pydantic import Field

from sim.models.base import PerCategory, Record, Share, Whole
from sim.models.distributions import Distribution
from sim.models.supervision import PromptSheet
from sim.models.workflow import WhenLate


class RepeatLetters(Record):
    """Letters that writers send again about the same matter: some of all, more of those whose letter was late."""

    chance: PerCategory[Share] = PerCategory[Share](per_category={"default": 0.0})
    """Share of the writers who write again although their letter was in time, or the SLA is not for it."""
    when_late: WhenLate
    """Share of the writers who do so because their letter missed an SLA."""
    after: Distribution
    """Time from the end of that SLA's limit to the repeat letter."""
    join: PromptSheet
    """The work of putting it to its case, if that is still open. Once the case is over, it is a letter of its own, with
    the whole workflow and SLAs that run from its receipt."""
    for_: tuple[str, ...] | None = Field(default=None, alias="for")
    """The categories whose writers may write again; all if not said."""
    for_channel: tuple[str, ...] | None = None
    """The channels whose writers may write again; all if not said."""
    at_most: Annotated[Whole, Field(ge=1, le=10)] = 1
    """How often one matter can become a letter of its own again: more than once if its repeat letter is repeated."""
