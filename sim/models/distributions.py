"""Service times and waits, as people write them: a duration that is constant, or one that varies.

What they mean in numbers (quantiles, means) is in `sim.quantiles`; nothing is drawn here.
"""

from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, PrivateAttr, Tag, ValidationInfo, model_serializer, model_validator

from sim.clock import format_duration
from sim.models.base import Duration, Record, files_of


class Constant(Record):
    """Always the same duration; written bare: `12 min`."""

    constant: Duration

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        return {"constant": written} if isinstance(written, str) else written

    @model_serializer
    def _write(self) -> str:
        return format_duration(self.constant)


class Lognormal(Record):
    """Lognormal, the usual shape of handling times: `{mean: 8 min, cv: 1.1}`."""

    mean: Duration
    cv: Annotated[float, Field(ge=0)]
    """Standard deviation over mean."""


class Exponential(Record):
    """Exponential: `{exponential: 25 min}`."""

    exponential: Duration
    """The mean."""


class Gamma(Record):
    """Gamma: `{gamma: {mean: 25 min, cv: 0.5}}`."""

    gamma: Lognormal
    """Mean and coefficient of variation."""


class Uniform(Record):
    """Uniform between two durations: `{uniform: [5 min, 15 min]}`."""

    uniform: tuple[Duration, Duration]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.uniform[0] > self.uniform[1]:
            raise ValueError("uniform needs the smaller duration first")
        return self


class Triangular(Record):
    """Triangular: `{triangular: [5 min, 8 min, 30 min]}`: least, most likely, greatest."""

    triangular: tuple[Duration, Duration, Duration]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        least, mode, greatest = self.triangular
        if not least <= mode <= greatest:
            raise ValueError("triangular needs least, most likely and greatest in this order")
        return self


class Empirical(Record):
    """Durations that were measured: `{empirical: handled.csv, column: minutes}`, one a row of a CSV file."""

    empirical: str
    """Path of the CSV file, relative to the scenario."""
    column: str
    """A column whose name is its unit, or ends with it: `minutes`, `handling_min`, `wait_h`, `seconds`."""
    _seconds: tuple[float, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Self:
        self._seconds = files_of(info).read_durations(self.empirical, self.column)
        return self

    @property
    def seconds(self) -> tuple[float, ...]:
        """The measured durations, ascending."""
        return self._seconds


_BY_KEY = {
    "mean": "lognormal",
    "exponential": "exponential",
    "gamma": "gamma",
    "uniform": "uniform",
    "triangular": "triangular",
    "empirical": "empirical",
    "constant": "constant",
}


def _family(written: Any) -> str | None:
    if isinstance(written, str):
        return "constant"
    if isinstance(written, dict):
        return next((family for key, family in _BY_KEY.items() if key in written), None)
    return type(written).__name__.lower()


Distribution = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Exponential, Tag("exponential")]
    | Annotated[Gamma, Tag("gamma")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Triangular, Tag("triangular")]
    | Annotated[Empirical, Tag("empirical")],
    Discriminator(
        _family,
        custom_error_type="distribution",
        custom_error_message="must be a duration such as '10 min', {mean, cv}, or one of exponential, gamma, "
        "uniform, triangular, empirical",
    ),
]
"""A duration, or how durations vary."""
