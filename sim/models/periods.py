"""Moments and periods of a scenario: since when and until when something holds, by date or by day."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from sim.core.calendar import Calendar
from sim.core.clock import DAY, HOUR, MINUTE, MOMENT, parse_moment, seconds_since
from sim.models.base import Positive, Record


def _write_moment(moment: int | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.isoformat(sep=" ")
    return f"day {moment // DAY} {moment // HOUR % 24:02}:{moment // MINUTE % 60:02}"


Moment = Annotated[
    int | datetime,
    BeforeValidator(parse_moment),
    PlainSerializer(_write_moment, return_type=str),
    WithJsonSchema({"type": "string", "pattern": MOMENT}),
]
"""`day 10 19:30` (day 0 is the first), or a local date and time."""


class Period(Record):
    """Since when something holds, and until when or for how long; to the end if neither is said."""

    from_: Annotated[Moment, Field(alias="from")]
    """When it begins: a date such as `2021-05-13` or `2021-05-13 19:30`, or `day 10 19:30`."""
    until: Moment | None = None
    """When it ends; instead of `lasts`."""
    lasts: Positive | None = None
    """How long; instead of `until`."""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.until is not None and self.lasts is not None:
            raise ValueError("says until and lasts, which exclude each other; leave one, or remove one with null")
        return self

    def seconds(self, calendar: Calendar, horizon: int) -> tuple[int, int]:
        """Its first second, and the first one after it, at most the horizon; negative before day 0."""
        start = calendar.seconds_of(self.from_)
        if self.lasts is not None:
            return start, min(start + round(self.lasts), horizon)
        return start, horizon if self.until is None else min(calendar.seconds_of(self.until), horizon)

    def from_day(self, day: int) -> Self:
        """The same for a scenario whose day 0 is a later day."""
        moments = {"from_": self.from_, "until": self.until}
        update = {key: moment - day * DAY for key, moment in moments.items() if isinstance(moment, int)}
        return self.model_copy(update=update)


def window_durations(written: dict[str, Any], start: date, warm_up: float) -> tuple[int, int]:
    """Warm-up and window in seconds of a window that is written by its dates.

    Args:
        warm_up: seconds that are written of it besides.

    Raises:
        ValueError: other keys, no moments, one before the other, or a warm-up besides.
    """
    if set(written) != {"from", "until"}:
        raise ValueError("by dates must be {from, until}, such as {from: 2021-05-10, until: 2021-06-07}")
    begins, ends = (seconds_since(start, parse_moment(written[key])) for key in ("from", "until"))
    if begins < 0:
        raise ValueError(f"must not begin before the start, {start} (got {written['from']!r})")
    if ends <= begins:
        raise ValueError(f"must end after it begins (got {written['until']!r})")
    if warm_up:
        raise ValueError("says when it begins, and so does warm_up; leave one, or remove one with null")
    return begins, ends - begins
