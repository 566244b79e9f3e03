"""Distributions of service times and waits, as people write them.

What they mean in numbers (quantiles, means) is in `sim.sampling.quantiles`; nothing is drawn here.
"""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim.core.clock import Clock, clock_of, format_duration, format_working_time, parse_duration, parse_working_time
from sim.models.base import FINAL, RULE, Duration, Number, Positive, Record, reader_of, same_file


def _listed(count: int) -> Callable[[Any], Any]:
    def check(written: Any) -> Any:
        if not isinstance(written, list | tuple) or len(written) != count:
            raise PydanticCustomError(RULE, "must be a list of {count} durations", {"count": count})
        return written

    return check


class Constant(Record):
    """Always the same duration; written bare: `12 min`."""

    constant: Duration

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        return written if isinstance(written, dict | Constant) else {"constant": written}

    @model_serializer
    def _write(self) -> str:
        return format_duration(self.constant)


class Lognormal(Record):
    """Lognormal, the usual shape of handling times: `{mean: 8 min, cv: 1.1}`."""

    mean: Positive
    """The mean."""
    cv: Annotated[Number, Field(ge=0, le=20)]
    """Standard deviation over mean."""


class Exponential(Record):
    """Exponential: `{exponential: 25 min}`."""

    exponential: Positive
    """The mean."""


class Gamma(Record):
    """Gamma: `{gamma: {mean: 25 min, cv: 0.5}}`."""

    gamma: Lognormal
    """Mean and coefficient of variation."""


class Uniform(Record):
    """Uniform between two durations: `{uniform: [5 min, 15 min]}`."""

    uniform: Annotated[tuple[Duration, Duration], BeforeValidator(_listed(2))]
    """Least and greatest."""

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.uniform[0] > self.uniform[1]:
            raise ValueError("uniform needs the smaller duration first")
        return self


class Triangular(Record):
    """Triangular: `{triangular: [5 min, 8 min, 30 min]}`: least, most likely, greatest."""

    triangular: Annotated[tuple[Duration, Duration, Duration], BeforeValidator(_listed(3))]
    """Least, most likely and greatest."""

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        least, mode, greatest = self.triangular
        if not least <= mode <= greatest:
            raise ValueError("triangular needs least, most likely and greatest in this order")
        return self


class Measured(NamedTuple):
    """What a file of measured durations says."""

    seconds: tuple[float, ...]
    """Ascending."""
    digest: str
    """Hash of the file, so that a changed file makes a different run."""


class Empirical(Record):
    """Durations that were measured: `{empirical: handled.csv, column: minutes}`, one a row of a CSV file."""

    empirical: str
    """Path of the CSV file, relative to the scenario."""
    column: str
    """A column whose name is its unit, or ends with it: `minutes`, `handling_min`, `wait_h`, `seconds`."""
    sha256: str | None = None
    """Hash of the file, which says which one is meant; any will do if not said, and a run's own scenario says it."""
    _measured: Measured = PrivateAttr(default=Measured((), ""))

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Self:
        measured: Measured = reader_of(info).read_durations(self.empirical, self.column)
        same_file(self.sha256, measured.digest, self.empirical)
        self._measured = measured
        return self.model_copy(update={"sha256": measured.digest})

    @property
    def seconds(self) -> tuple[float, ...]:
        """The measured durations, ascending."""
        return self._measured.seconds


_KEYS = {
    "mean": "lognormal",
    "exponential": "exponential",
    "gamma": "gamma",
    "uniform": "uniform",
    "triangular": "triangular",
    "empirical": "empirical",
}


def _one_family(written: Any) -> Any:
    if isinstance(written, dict):
        given = [key for key in _KEYS if key in written]
        if len(given) > 1:
            said = " and ".join(given)
            raise PydanticCustomError(
                FINAL, "says {said}, which exclude each other; leave one, or remove one with null", {"said": said}
            )
    return written


def _family(written: Any) -> str | None:
    if isinstance(written, dict):
        return next((f"~{family}" for key, family in _KEYS.items() if key in written), None)
    if isinstance(written, Record):
        return f"~{type(written).__name__.lower()}"
    return None if isinstance(written, list) else "~constant"


Distribution = Annotated[
    Annotated[Constant, Tag("~constant")]
    | Annotated[Lognormal, Tag("~lognormal")]
    | Annotated[Exponential, Tag("~exponential")]
    | Annotated[Gamma, Tag("~gamma")]
    | Annotated[Uniform, Tag("~uniform")]
    | Annotated[Triangular, Tag("~triangular")]
    | Annotated[Empirical, Tag("~empirical")],
    Discriminator(
        _family,
        custom_error_type=RULE,
        custom_error_message="must be a duration such as '10 min', {mean, cv}, or one of exponential, gamma, "
        "uniform, triangular, empirical",
    ),
    BeforeValidator(_one_family),
]
"""A duration, or how durations vary."""


class WorkingTime(Record):
    """A duration in working time, `3 working days` or `4 office hours`, or how such durations vary."""

    clock: Annotated[Clock, WithJsonSchema({"type": "string"})]
    distribution: Distribution
    """In seconds of the clock."""

    @model_validator(mode="before")
    @classmethod
    def _in_its_unit(cls, written: Any) -> Any:
        if isinstance(written, WorkingTime):
            return written
        clock = clock_within(written)
        return {"clock": clock, "distribution": _each_duration(written, lambda said: f"{_seconds(said, clock)} s")}

    @model_serializer
    def _write(self) -> Any:
        written = self.distribution.model_dump(mode="json")
        return _each_duration(written, lambda said: format_working_time(parse_duration(said), self.clock))


def _seconds(written: str, clock: Clock) -> str:
    return np.format_float_positional(parse_working_time(written, clock), trim="-")


def clock_within(written: Any) -> Clock:
    """The clock of working time that the first duration in what is written is counted on; else calendar time."""
    inside = written.values() if isinstance(written, dict) else written if isinstance(written, list | tuple) else ()
    clocks = [clock_of(written), *map(clock_within, inside)]
    return next((clock for clock in clocks if clock is not Clock.CALENDAR), Clock.CALENDAR)


def _each_duration(written: Any, told: Callable[[str], str]) -> Any:
    """What is written of a distribution, with each of its durations told otherwise."""
    if isinstance(written, dict):
        return {key: _each_duration(value, told) for key, value in written.items()}
    if isinstance(written, list | tuple):
        return [_each_duration(value, told) for value in written]
    return told(written) if isinstance(written, str) else written


def _time(written: Any) -> str:
    in_working_time = isinstance(written, WorkingTime) or clock_within(written) is not Clock.CALENDAR
    return "~working_time" if in_working_time else "~distribution"


Wait = Annotated[
    Annotated[WorkingTime, Tag("~working_time")] | Annotated[Distribution, Tag("~distribution")], Discriminator(_time)
]
"""How long nobody works on a letter: a duration, or how durations vary, in calendar or in working time."""
