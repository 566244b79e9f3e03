"""Arrival processes: a daily rate shaped by hour, weekday, holiday, busyness and surges, or a recorded trace."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    PrivateAttr,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sim.core.clock import DAY, plain_text
from sim.core.errors import Problem
from sim.core.tables import Int64s
from sim.models.base import (
    RULE,
    Factor,
    Label,
    Number,
    Positive,
    Record,
    Share,
    Title,
    Weight,
    parse_share,
    reader_of,
    same_file,
)
from sim.models.periods import Period
from sim.models.wording import named_rows, one_of

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

HOUR_PROFILES: dict[str, tuple[float, ...]] = {
    # An assumption, shaped by measured profiles: 19% of letters come between 22 and 08 h.
    "mailbox": (2.0, 1.1, 0.7, 0.5, 0.5, 0.6, 1.2, 2.4, 4.6, 6.8, 7.2, 6.2,
                4.9, 4.7, 5.9, 6.6, 6.5, 5.6, 4.8, 5.0, 5.8, 6.2, 5.6, 4.6),
    # Measured on noise complaints.
    "noise_night": (11.07, 7.05, 2.45, 1.42, 1.51, 0.69, 0.89, 0.98, 0.93, 1.31, 1.38, 1.56,
                    1.49, 1.23, 1.61, 2.17, 2.43, 3.26, 3.99, 5.49, 8.01, 11.56, 14.59, 12.94),
    # Measured on telephone calls.
    "phone": (0, 0, 0, 0, 0, 0, 0, 2.70, 6.35, 7.25, 8.34, 7.57,
              6.28, 8.01, 7.66, 7.56, 7.73, 6.30, 5.56, 4.44, 3.91, 4.12, 3.54, 2.70),
    "flat": (1.0,) * 24,
}  # fmt: skip
"""Named hour-of-day profiles: weight of each hour, 00 to 23."""

DAYS_OF_YEAR: Final = 365.25
"""Days of an average year, by which growth is counted."""

PerDay = Annotated[Number, Field(ge=0, le=1e7)]
"""Letters a day."""

_MOST_NAMES: Final = 200
"""Categories or channels that are taken from a trace; a column with more is none of categories."""

_LABEL: Final = TypeAdapter[str](Label)


def _parse_hours(written: Any) -> Any:
    if isinstance(written, str):
        if written not in HOUR_PROFILES:
            raise ValueError(f"must be 24 weights or the name of a profile, not {one_of(written, HOUR_PROFILES)}")
        return HOUR_PROFILES[written]
    return written


def _weights(count: int) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
    def check(weights: tuple[float, ...]) -> tuple[float, ...]:
        if len(weights) != count:
            raise ValueError(f"must be {count} weights (got {len(weights)})")
        if sum(weights) <= 0:
            raise ValueError("must have at least one weight above 0")
        return weights

    return check


def _written_weights(count: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": count, "maxItems": count}


Hours = Annotated[
    tuple[Weight, ...],
    AfterValidator(_weights(24)),
    BeforeValidator(_parse_hours),
    WithJsonSchema({"anyOf": [{"enum": list(HOUR_PROFILES)}, _written_weights(24)]}),
]
"""Weight of each hour of the day, 00 to 23: 24 numbers, or the name of a profile."""

Weekdays = Annotated[tuple[Weight, ...], AfterValidator(_weights(7)), WithJsonSchema(_written_weights(7))]
"""Weight of each day of the week, Monday first; only their ratios matter."""


Months = Annotated[tuple[Weight, ...], AfterValidator(_weights(12)), WithJsonSchema(_written_weights(12))]
"""Weight of each month of the year, January first; only their ratios matter."""

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


@dataclass(frozen=True)
class TraceLetters:
    """The rows of a trace, sorted by time; an empty text where the file says nothing.

    Two of the same file and columns are equal.
    """

    received: npt.NDArray[np.datetime64] = field(compare=False)
    """Local; of one instant, in the order of the file."""
    category: tuple[str, ...] = field(compare=False)
    channel: tuple[str, ...] = field(compare=False)
    unit: tuple[str, ...] = field(compare=False)
    size: Int64s = field(compare=False)
    """Bytes; 0 where the file says nothing."""
    digest: str
    """Hash of the file, so that a changed trace makes a different run."""
    line: Int64s = field(compare=False)
    """Line of the file on which each row stands."""
    zone: str = ""
    """The offset from universal time that all times of the file carry and that is left out, such as `+08:00`."""
    days_only: int = 0
    """Rows that say a day and no time; they count at 00:00."""

    def seconds_from(self, day: date) -> Int64s:
        """When each was received, in whole seconds from 00:00 of a day."""
        return (self.received.astype("datetime64[s]") - np.datetime64(day, "s")).astype(np.int64)


class TraceColumns(NamedTuple):
    """What the columns of a trace are called."""

    received: str = "received"
    category: str = "category"
    channel: str = "channel"
    unit: str = "unit"
    size: str = "size"
    case: str | None = None
    """Of the case to which an event belongs, where rows are events; the first event of a case is its letter."""


class Trace(Record):
    """Recorded arrivals instead of drawn ones: a CSV file with a column of time stamps, or JSON Lines.

    Written as the path alone where the columns have these names.
    """

    file: str
    """Path, relative to the scenario."""
    received: str = "received"
    """Column of local time stamps, such as `2021-05-03 19:30:00` or `2021/5/3 19:30`."""
    category: str = "category"
    """Column of categories; drawn by share where the file has no such column or the field is empty."""
    channel: str = "channel"
    """Column of channels; drawn by share where the file has no such column or the field is empty."""
    unit: str = "unit"
    """Column of names of home units; drawn by weights where there is none or the field is empty."""
    case: str | None = None
    """Column of cases, where rows are events of cases: the first event of each case is a letter."""
    sha256: str | None = None
    """Hash of the file, which says which one is meant; any will do if not said, and a run's own scenario says it."""
    _letters: TraceLetters | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        return {"file": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Self:
        columns = TraceColumns(self.received, self.category, self.channel, self.unit, case=self.case)
        letters: TraceLetters = reader_of(info).read_trace(self.file, columns)
        same_file(self.sha256, letters.digest, self.file)
        self._letters = letters
        return self.model_copy(update={"sha256": letters.digest})

    @property
    def letters(self) -> TraceLetters:
        """The rows of the file."""
        assert self._letters is not None, "read when validated"
        return self._letters


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


class Channel(Record):
    """A way in for letters; what is not said here is as in the letter's category, or else in `arrivals`."""

    share: Share | None = None
    """Share of all letters; as in the trace if not said."""
    registered: str | None = None
    """A roster in whose hours letters are registered (they are received then); at once if not said."""
    by_hour: Hours | None = None
    """Hours at which its letters are sent."""
    by_weekday: Weekdays | None = None
    """Weight of each day of the week, Monday first."""
    on_holidays: Factor | None = None
    """Factor on public holidays."""

    @property
    def has_times(self) -> bool:
        """Whether its letters come at other times than those of other channels."""
        return (self.by_hour, self.by_weekday, self.on_holidays) != (None, None, None)


class Category(Record):
    """A kind of letter; what is not said here is as in `arrivals`."""

    share: Share | None = None
    """Share of all letters; as in the trace if not said."""
    by_hour: Hours | None = None
    """Hours at which its letters come."""
    by_weekday: Weekdays | None = None
    """Weight of each day of the week, Monday first."""
    on_holidays: Factor | None = None
    """Factor on public holidays."""


def sections_of_trace(scenario: "Scenario") -> tuple[dict[str, Any], list[Problem]]:
    """Categories and channels with what a trace says of them, and what is wrong with its names.

    A section that is not typed has the names of the trace's column. Shares are those of its rows, where they are left
    out or where each row has a name, so that none is drawn.
    """
    trace = scenario.arrivals.trace
    sections: dict[str, Any] = {}
    problems: list[Problem] = []
    if trace is None:
        return sections, problems
    for section, column, record in (("categories", "category", Category), ("channels", "channel", Channel)):
        names: tuple[str, ...] = getattr(trace.letters, column)
        rows = Counter(names)
        unnamed = rows.pop("", 0)
        if not rows:
            continue
        typed: Mapping[str, Any] = getattr(scenario, section)
        if section not in scenario.model_fields_set:
            bad = _unfit(rows, [int(line) for line in trace.letters.line], names, column)
            problems += [Problem(f"{trace.file}: {each}", "arrivals.trace") for each in bad]
            typed = {name: record() for name, _ in rows.most_common()}
        letters = sum(rows[name] for name in typed)
        if letters and (not unnamed or all(each.share is None for each in typed.values())):
            typed = {name: each.model_copy(update={"share": rows[name] / letters}) for name, each in typed.items()}
        sections[section] = typed
    return sections, problems


def _unfit(rows: Mapping[str, int], lines: list[int], names: tuple[str, ...], column: str) -> list[str]:
    """Why the names of a column cannot be taken over."""
    if len(rows) > _MOST_NAMES:
        return [f"its column of each {column} has {len(rows)} different ones; is it another column that is meant?"]
    unfit = {name: reason for name in rows if (reason := _refusal(name))}
    bad = [(line, name) for line, name in zip(lines, names, strict=True) if name in unfit]
    return [named_rows(bad, f"with a {column} that cannot be a name ({next(iter(unfit.values()))})")] if bad else []


def _refusal(name: str) -> str:
    try:
        _LABEL.validate_python(name)
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["error"]).partition(" (got ")[0]
    return ""
