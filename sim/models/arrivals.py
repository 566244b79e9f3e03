"""Arrival processes: a daily rate shaped by hour, weekday, holiday, busyness and surges, or a recorded trace."""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Self

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
    model_validator,
)

from sim.core.clock import DAY, plain_text
from sim.models.base import RULE, Factor, Number, Positive, Record, Title, parse_share
from sim.models.periods import Period
from sim.models.traces import Trace
from sim.models.weights import HOUR_PROFILES, Hours, Months, Weekdays

DAYS_OF_YEAR: Final = 365.25
"""Days of an average year, by which growth is counted."""

PerDay = Annotated[Number, Field(ge=0, le=1e7)]
"""Letters a day."""

GROWTH: Final = r"^ *[+-]?[0-9]+(?:\.[0-9]*)? *[%％] *(?:a|per) *year *$"
"""How growth is written."""


def _parse_growth(written: Any) -> Any:
    text = plain_text(written)
    if isinstance(written, float):
        return written
    if not re.fullmatch(GROWTH, text):
        raise ValueError(f"must be a rate such as '5% a year' (got {written!r})")
    return parse_share(text.partition("%")[0] + "%")


def _more_than_nothing(rate: float) -> float:
    if not -1 < rate <= 10:
        raise ValueError(f"must be more than -100% and at most 1000% a year (got {100 * rate:g}%)")
    return rate


Growth = Annotated[
    float,
    BeforeValidator(_parse_growth),
    AfterValidator(_more_than_nothing),
    PlainSerializer(lambda rate: f"{_percent(rate)}% a year", return_type=str),
    WithJsonSchema({"type": "string", "pattern": GROWTH}),
]
"""By how much the rate grows in a year, compounded: `5% a year`, `-3% a year`."""


def _percent(rate: float) -> str:
    return np.format_float_positional(float(Decimal(str(rate)) * 100), trim="-")


class Decay(Record):
    """A daily rate that falls from a launch peak to a floor: floor + (start - floor) * 2^(-t / half_life)."""

    start: PerDay
    """Letters a day at the very start of day 0."""
    floor: PerDay
    """Letters a day in the long run."""
    half_life: Positive
    """Time in which the excess over the floor halves."""

    def from_day(self, day: int) -> "Decay":
        """The rate as it goes on from a day."""
        excess = (self.start - self.floor) * 2.0 ** (-day * DAY / self.half_life)
        return self.model_copy(update={"start": self.floor + excess})

    def scaled(self, factor: float) -> "Decay":
        """The same with so many times the letters."""
        return self.model_copy(update={"start": self.start * factor, "floor": self.floor * factor})


class Busyness(Record):
    """Day-to-day overdispersion: a gamma factor with mean 1 on the rate of each day."""

    cv: Annotated[Number, Field(ge=0, le=5)]
    """Standard deviation of the daily factor; 0 is a plain Poisson process."""
    ar1: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    """Correlation of a day's factor with the day before (on the normal scale of a Gaussian copula)."""


class Surge(Period):
    """A time in which more (or fewer) letters come: a festival, a campaign, another level from a date on."""

    times: Factor
    """Factor on the arrival rate; below 1 is a lull."""
    by_hour: Hours | None = None
    """Hours at which the letters that it adds come, of a campaign that is announced; as the others if not said."""
    category: str | None = None
    """The category it concerns; all if not said."""
    unit: str | None = None
    """The home unit or the place above it whose area it concerns, by name; everywhere if not said."""
    why: Title = ""
    """What is behind it."""

    @model_validator(mode="after")
    def _adds_letters(self) -> Self:
        if self.by_hour is not None and self.times <= 1:
            raise ValueError("by_hour is for the letters that it adds, and times of 1 or less adds none")
        return self


def _rate(written: Any) -> str | None:
    if isinstance(written, dict | Decay):
        return "~decay"
    return "~number" if isinstance(written, int | float) and not isinstance(written, bool) else None


Rate = Annotated[
    Annotated[PerDay, Tag("~number")] | Annotated[Decay, Tag("~decay")],
    Discriminator(
        _rate,
        custom_error_type=RULE,
        custom_error_message="must be a number of letters a day, or {start, floor, half_life}",
    ),
]
"""Letters a day on average over a week without holidays, or how that falls from a launch peak."""


class Arrivals(Record):
    """The arrival process: a daily rate and its shape in time, or a trace."""

    per_day: Rate | None = None
    """Letters a day on average over a week without holidays, or how that falls from a launch peak."""
    trace: Trace | None = None
    """Recorded letters; excludes `per_day` and everything else here."""
    case: Annotated[str | None, Field(exclude=True)] = None
    """The trace's column of cases, where its rows are events of cases: the first event of each case is a letter."""
    by_hour: Hours = HOUR_PROFILES["flat"]
    """Hours at which letters come: 24 weights, or a profile: `mailbox`, `phone`, `noise_night` or `flat`."""
    by_weekday: Weekdays = (1.0,) * 7
    """Weight of each day of the week, Monday first; only their ratios matter."""
    on_holidays: Factor = 1.0
    """Factor on public holidays."""
    by_month: Months | None = None
    """Weight of each month, January first; only their ratios matter."""
    growth: Growth | None = None
    """How the rate grows or falls from day 0 on, such as `5% a year`."""
    busyness: Busyness | None = None
    """How much the days differ by more than chance; not at all if not said."""
    surges: tuple[Surge, ...] = ()
    """Times of another rate: festivals, campaigns, a new level from a date on; where they meet, factors multiply."""

    @model_validator(mode="before")
    @classmethod
    def _case_of_trace(cls, written: Any) -> Any:
        """`{trace: t.csv, case: id}` as `{trace: {file: t.csv, case: id}}`."""
        if not isinstance(written, dict) or not isinstance(written.get("case"), str) or "trace" not in written:
            return written
        rest = {key: value for key, value in written.items() if key != "case"}
        trace = {"file": written["trace"]} if isinstance(written["trace"], str) else written["trace"]
        return {**rest, "trace": {**trace, "case": written["case"]}} if isinstance(trace, dict) else rest

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.case is not None and self.trace is None:
            raise ValueError("case is a column of a trace, and there is none")
        if self.per_day is None and self.trace is None:
            raise ValueError("needs per_day or trace")
        if self.per_day is not None and self.trace is not None:
            raise ValueError("says per_day and trace, which exclude each other; leave one, or remove one with null")
        if self.trace is not None:
            fields = type(self).model_fields
            shape = [
                key
                for key, field in fields.items()
                if key not in ("trace", "case") and getattr(self, key) != field.default
            ]
            if shape:
                raise ValueError(f"a trace says when letters come, and leaves no room for {', '.join(shape)}")
        return self

    @property
    def first_rate(self) -> float | None:
        """Letters a day at the very start, without weekdays and holidays; None of a trace."""
        return self.per_day.start if isinstance(self.per_day, Decay) else self.per_day

    def from_day(self, day: int) -> "Arrivals":
        """The same as it goes on from a day, which is day 0 then."""
        level = self.per_day.from_day(day) if isinstance(self.per_day, Decay) else self.per_day
        later = self.model_copy(
            update={"per_day": level, "surges": tuple(surge.from_day(day) for surge in self.surges)}
        )
        return later if self.growth is None else later.scaled((1 + self.growth) ** (day / DAYS_OF_YEAR))

    def scaled(self, factor: float) -> "Arrivals":
        """The same with so many times the letters; the letters of a trace stay as they are."""
        level = self.per_day
        if level is not None:
            level = level.scaled(factor) if isinstance(level, Decay) else level * factor
        return self.model_copy(update={"per_day": level})
