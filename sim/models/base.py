"""What all records that people type have in common: frozen, unknown keys refused, quantities with units."""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from sim.clock import Limit, format_duration, parse_duration, parse_limit

T = TypeVar("T")


class Record(BaseModel):
    """Base of everything in a scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class Files(Protocol):
    """Reads the files that a scenario names; given as validation context, so that nouns do no reading."""

    def read_durations(self, file: str, column: str) -> tuple[float, ...]:
        """Durations of one column in seconds, ascending; at least one.

        Raises:
            ValueError: no such file or column, or a row that is no duration.
        """

    def read_trace(self, file: str, columns: tuple[str, str, str, str]) -> tuple[Any, ...]:
        """Fields of a `TraceLetters` from the columns received, category, channel and unit.

        Raises:
            ValueError: no such file or column, or rows that cannot be read; the text names them.
        """


def files_of(info: ValidationInfo) -> Files:
    """The reader that was given as validation context.

    Raises:
        ValueError: none was given.
    """
    if info.context is None:
        raise ValueError("names a file, and can only be used in a scenario that is loaded from a file")
    files: Files = info.context
    return files


def parse_share(written: object) -> float:
    """A number, or a percentage such as `15%`, as a fraction.

    Raises:
        ValueError: neither.
    """
    if isinstance(written, str) and written.strip().endswith("%"):
        try:
            return float(written.strip()[:-1]) / 100
        except ValueError:
            pass
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written)
    raise ValueError(f"must be a share such as 15% or 0.15 (got {written!r})")


def _within_unit(share: float) -> float:
    if not 0 <= share <= 1:
        raise ValueError(f"must be between 0% and 100% (got {share:.6g})")
    return share


def _not_negative(number: float) -> float:
    if not 0 <= number < float("inf"):
        raise ValueError(f"must be 0 or more (got {number:g})")
    return number


Factor = Annotated[float, BeforeValidator(parse_share), AfterValidator(_not_negative)]
"""A multiplier, 0 or more: `75%` or `1.3`."""

Share = Annotated[float, BeforeValidator(parse_share), AfterValidator(_within_unit)]
"""A part of a whole, in [0, 1]: `15%` or `0.15`."""

Duration = Annotated[
    float,
    BeforeValidator(lambda written: written if isinstance(written, float) else parse_duration(written)),
    PlainSerializer(format_duration, return_type=str),
]
"""Seconds; written with its unit: `90 s`, `10 min`, `2 h`, `4 d`."""

WrittenLimit = Annotated[
    Limit,
    BeforeValidator(lambda written: written if isinstance(written, Limit) else parse_limit(written)),
    PlainSerializer(str, return_type=str),
]
"""An SLA limit: a duration, `16 office hours` or `7 working days`."""

Weight = Annotated[float, Field(ge=0)]


class PerCategory(Record, Generic[T]):
    """A value that may differ by category of letter; a bare value is the same for all.

    Written `{per_category: {household: ..., default: ...}}`, or as the bare value.
    """

    per_category: Mapping[str, T]
    """Value of each category; `default` serves the ones that are not named."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        if isinstance(written, PerCategory) or (isinstance(written, dict) and "per_category" in written):
            return written
        return {"per_category": {"default": written}}

    @model_serializer(mode="wrap")
    def _write(self, write: SerializerFunctionWrapHandler) -> Any:
        written = write(self)
        values = written["per_category"]
        return values["default"] if list(values) == ["default"] else written

    def of(self, category: str) -> T:
        """Value for a category.

        Raises:
            KeyError: the category is not named and there is no default (a scenario is checked for that).
        """
        return self.per_category[category] if category in self.per_category else self.per_category["default"]

    @property
    def values(self) -> list[T]:
        """All values that occur."""
        return list(self.per_category.values())
