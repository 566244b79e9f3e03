"""Base of all records that people type: frozen, unknown keys refused, quantities with units."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Final, Generic, Protocol, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.core.clock import DURATION, LIMIT, SlaLimit, format_duration, parse_duration, parse_limit, plain_text
from sim.core.safe_text import checked_text
from sim.models.wording import are, closest, did_you_mean

T = TypeVar("T")


def _matching(pattern: str, rule: str) -> AfterValidator:
    def check(written: str) -> str:
        if not re.fullmatch(pattern, written):
            raise ValueError(f"a name has 1 to 60 characters{rule} (got {written!r})")
        return written

    return AfterValidator(check)


_NAME = r"^[^\[\]\\\s\x00-\x1f]{1,60}$"
_LABEL = r"^[^\[\]\\\s\x00-\x1f]([^\[\]\\\x00-\x1f]{0,58}[^\[\]\\\s\x00-\x1f])?$"

Name = Annotated[
    str,
    AfterValidator(checked_text),
    _matching(_NAME, " and no spaces, brackets or backslashes"),
    WithJsonSchema({"type": "string", "pattern": _NAME}),
]
"""A name that paths such as `teams.city.staff` can be made of."""

Label = Annotated[
    str,
    AfterValidator(checked_text),
    _matching(_LABEL, ", no space at either end, and no brackets or backslashes"),
    WithJsonSchema({"type": "string", "pattern": _LABEL}),
]
"""A name as recorded letters have it, with spaces between words."""

Text = Annotated[str, AfterValidator(checked_text)]
"""Text for people, of one or several lines."""

Title = Annotated[Text, AfterValidator(lambda written: " ".join(written.split()))]
"""Text for people in one line."""


class Record(BaseModel):
    """Base of everything in a scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _help_with_keys(cls, written: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        # Only here, where a key was refused, is it known which ones there are.
        try:
            return validate(written)
        except ValidationError as refused:
            details = _helpful(refused, cls)
            raise ValidationError.from_exception_data(cls.__name__, details) from None


def _helpful(refused: ValidationError, record: type[BaseModel]) -> list[InitErrorDetails]:
    """The errors of a record, with hints at the keys that there are."""
    errors = refused.errors(include_url=False)
    keys = [field.alias or name for name, field in record.model_fields.items()]
    unknown = {error["loc"]: str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"}
    meant = {loc: closest(key, keys) for loc, key in unknown.items() if len(loc) == 1}
    details = []
    for error in errors:
        kind: str | PydanticCustomError = error["type"]
        if error["loc"] in meant:
            hint = did_you_mean(unknown[error["loc"]], keys) or f"; there {are(keys)}"
            kind = PydanticCustomError(FINAL, "unknown key{hint}", {"hint": hint})
        elif kind == "missing" and len(error["loc"]) == 1 and error["loc"][0] in meant.values():
            continue  # it is there, misspelt
        elif kind in (RULE, FINAL):
            kind = PydanticCustomError(error["type"], "{text}", {"text": error["msg"]})
        details.append(InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=error.get("ctx", {})))
    return details


RULE: Final = "rule"
"""Type of an error whose text is a rule, to which a reader adds what was written instead."""

FINAL: Final = "final"
"""Type of an error whose text says everything."""

SYNTHETIC: Final = "~"
"""What the tags of alternatives begin with, so that no key of a scenario is taken for one."""


class Files(Protocol):
    """Reads the files that a scenario names; given as validation context, so that nouns do no reading."""

    def read_durations(self, file: str, column: str) -> Any:
        """One column of durations as `Measured`; at least one.

        Raises:
            ValueError: no such file or column, or rows that are no durations; the text names them.
        """

    def read_backlog(self, file: str) -> Any:
        """Open letters as `BacklogRows`; at least one row.

        Raises:
            ValueError: no such file or column, or rows that cannot be read; the text names them.
        """

    def read_leave(self, file: str) -> Any:
        """A leave calendar as `LeaveRows`; at least one row.

        Raises:
            ValueError: no such file or column, or rows that cannot be read; the text names them.
        """

    def read_trace(self, file: str, columns: Any) -> Any:
        """The `TraceColumns` of a file as `TraceLetters`; at least one row.

        Raises:
            ValueError: no such file or column, or rows that cannot be read; the text names them.
        """


def reader_of(info: ValidationInfo) -> Files:
    """The reader that was given as validation context.

    Raises:
        ValueError: none was given.
    """
    if info.context is None:
        raise ValueError("names a file, and can only be used in a scenario that is loaded from a file")
    files: Files = info.context
    return files


def same_file(written: str | None, digest: str, file: str) -> None:
    """Refuse a file that is not the one that was meant.

    Args:
        written: its SHA-256, or the beginning of it; None if any file will do.

    Raises:
        ValueError: it has another one.
    """
    if written is not None and (len(written) < 8 or not digest.startswith(written)):
        raise ValueError(f"{file} is not the file that was meant; its sha256 is {digest}")


PERCENTAGE: Final = r"^ *[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+) *[%％] *$"
"""How a percentage is written."""


def parse_share(written: object) -> float:
    """A number, or a percentage such as `15%`, as a fraction.

    Raises:
        ValueError: neither.
    """
    text = plain_text(written)
    if re.fullmatch(PERCENTAGE, text):
        # In decimals, so that 99.9% is the same number as 0.999.
        return float(Decimal(text.removesuffix("%").rstrip()) / 100)
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written)
    raise ValueError(f"must be a share such as 15% or 0.15 (got {written!r})")


def _within_unit(share: float) -> float:
    if not 0 <= share <= 1:
        raise ValueError(f"must be between 0% and 100% (got {100 * share:.6g}%)")
    return share


def _sane_factor(number: float) -> float:
    if not 0 <= number <= 1000:
        raise ValueError(f"must be between 0 and 1000 (got {number:g})")
    return number


def share_schema(most: int) -> dict[str, Any]:
    """JSON Schema of a share, or a factor, as it is written."""
    number = {"type": "number", "minimum": 0, "maximum": most}
    return {"anyOf": [number, {"type": "string", "pattern": PERCENTAGE.replace("[+-]?", "")}]}


Factor = Annotated[
    float, BeforeValidator(parse_share), AfterValidator(_sane_factor), WithJsonSchema(share_schema(1000))
]
"""A multiplier: `75%` or `1.3`."""

Share = Annotated[float, BeforeValidator(parse_share), AfterValidator(_within_unit), WithJsonSchema(share_schema(1))]
"""A part of a whole, in [0, 1]: `15%` or `0.15`."""

Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DURATION}),
]
"""Seconds; written with its unit: `90 s`, `10 min`, `2 h`, `4 d`."""

Positive = Annotated[Duration, Field(gt=0)]
"""A duration that is not 0."""

WrittenLimit = Annotated[
    SlaLimit,
    BeforeValidator(lambda written: written if isinstance(written, SlaLimit) else parse_limit(written)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": LIMIT}),
]
"""An SLA limit: a duration, `16 office hours` or `7 working days`."""

Number = Annotated[float, Field(strict=True)]
"""A number: not a text that looks like one, and not true or false."""

Whole = Annotated[int, Field(strict=True)]
"""A whole number."""

Flag = Annotated[bool, Field(strict=True)]
"""`true` or `false`."""

Weight = Annotated[Number, Field(ge=0, le=1e9)]
"""A weight; only the ratios of weights matter."""


class ForSome(Protocol):
    """What may be for letters of some categories and channels only."""

    @property
    def for_(self) -> tuple[str, ...] | None:
        """The categories; None for all."""

    @property
    def for_channel(self) -> tuple[str, ...] | None:
        """The channels; None for all."""


def is_for(some: ForSome, category: str, channel: str) -> bool:
    """Whether a step or an SLA is for letters of a category and channel."""
    return (some.for_ is None or category in some.for_) and (some.for_channel is None or channel in some.for_channel)


_DIFFERS: Final = {"per_category", "per_channel"}
"""Keys of a value that is not the same for all letters."""


class PerCategory(Record, Generic[T]):
    """A value that may differ by category or channel of letter; a bare value is the same for all.

    Written `{per_category: {household: ..., default: ...}}`, `{per_channel: {phone: ..., default: ...}}`, or as the
    bare value. With both, the channels that are named have their own value, and all others that of the category.
    """

    per_category: Mapping[str, T] = {}
    """Value of each category; `default` serves the ones that are not named."""
    per_channel: Mapping[str, T] = {}
    """Value of each channel; `default` serves the ones that are not named, or else `per_category` does."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        if isinstance(written, PerCategory) or (isinstance(written, dict) and not _DIFFERS.isdisjoint(written)):
            return written
        return {"per_category": {"default": written}}

    @model_serializer(mode="wrap")
    def _write(self, write: SerializerFunctionWrapHandler) -> Any:
        written = {key: values for key, values in write(self).items() if values}
        bare = list(written) == ["per_category"] and list(self.per_category) == ["default"]
        return written["per_category"]["default"] if bare else written

    def __reduce__(self) -> tuple[Any, ...]:
        # A class made by subscription has no name by which another process could find it; the plain one has.
        return partial(PerCategory.model_construct, per_category=self.per_category, per_channel=self.per_channel), ()

    def index(self, category: str, channel: str) -> int | None:
        """Place among `values` of the one for a letter; None if there is none, as where a step is not for it."""
        (place,) = self.indices([(category, channel)])
        return place

    def indices(self, kinds: Iterable[tuple[str, str]]) -> list[int | None]:
        """The same for letters of several categories and channels."""
        of_category = {name: place for place, name in enumerate(self.per_category)}
        of_channel = {name: place for place, name in enumerate(self.per_channel, len(of_category))}
        default = of_category.get("default", of_channel.get("default"))
        return [of_channel.get(channel, of_category.get(category, default)) for category, channel in kinds]

    def of(self, category: str, channel: str = "") -> T:
        """Value for letters of a category and channel; of any channel that is not named if none is said.

        Raises:
            KeyError: there is none (a scenario is checked for that).
        """
        index = self.index(category, channel)
        if index is None:
            raise KeyError(category, channel)
        return self.values[index]

    def get(self, category: str, channel: str, otherwise: T) -> T:
        """As `of`, with a value for letters that have none."""
        index = self.index(category, channel)
        return otherwise if index is None else self.values[index]

    @property
    def values(self) -> list[T]:
        """All values that occur."""
        return [*self.per_category.values(), *self.per_channel.values()]
