"""Labour rules of the rosters that `plan` may generate."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.core.clock import DAY, HOUR, format_duration
from sim.models.base import Duration, Number, Record, Whole
from sim.models.staffing import Span

_ShiftLength = Annotated[Duration, Field(ge=HOUR, le=DAY)]


class RosterRules(Record):
    """Labour rules that every generated roster keeps, and how many of them a team may get.

    A generated roster is a cycle of at most eight days: days on, with one shift that always starts at the same time,
    and days off. The people of a unit are spread over the cycle.
    """

    starts: Span = (6 * HOUR, 22 * HOUR)
    """Earliest and latest start of a shift; `20:00-02:00` passes midnight."""
    lengths: tuple[_ShiftLength, _ShiftLength] = (6.0 * HOUR, 12.0 * HOUR)
    """Shortest and longest shift, breaks included; starts and lengths are whole hours apart."""
    hours_per_week: Annotated[Number, Field(gt=0, le=168)] = 40.0
    """Most hours of a person in an average week."""
    rest: Annotated[Duration, Field(ge=0, le=DAY)] = 11.0 * HOUR
    """Least time from the end of a shift to the start of the next."""
    days_in_a_row: Annotated[Whole, Field(ge=1, le=14)] = 6
    """Most days on in a row, before a day off."""
    nights_in_a_row: Annotated[Whole, Field(ge=1, le=14)] = 3
    """Most shifts in a row that touch the hours from 00:00 to 05:00."""
    patterns: Annotated[Whole, Field(ge=1, le=6)] = 2
    """Rosters that are generated for a team, at most."""
    teams: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Teams that get them; all that vary if not said."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        shortest, longest = self.lengths
        if shortest > longest:
            text = f"[{format_duration(shortest)}, {format_duration(longest)}]"
            raise ValueError(f"lengths must be [shortest, longest], such as [6 h, 12 h] (got {text})")
        return self


class GeneratedRosters(Record):
    """Rosters that `plan` generates; `generate` alone stands for the usual labour rules."""

    generate: RosterRules
    """The labour rules that they keep."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        if isinstance(written, str) and written != "generate":
            raise ValueError(f"must be 'generate', or {{generate: {{...}}}} with labour rules (got {written!r})")
        return {"generate": {}} if isinstance(written, str) else written
