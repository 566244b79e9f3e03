"""The IT system around the letters: what is assumed of reads, sessions, messages, attachments, rows and service.

Nothing of it changes a simulation; `targets` makes loads of it. All defaults are assumptions (A).
"""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from sim.core.clock import DURATION_UNITS, parse_duration, plain_text
from sim.models.base import Name, Number, Positive, Record, Share, Whole

_UNITS: Final = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}

_SIZE: Final = rf"^ *([0-9]+\.?[0-9]*|\.[0-9]+) *({'|'.join(_UNITS)}) *$"


def parse_size(written: object) -> float:
    """Bytes of a size with its unit, such as `900 B`, `1.5 MB`.

    Raises:
        ValueError: no number, or none of the units; or more than 1,000 GB.
    """
    match = re.fullmatch(_SIZE, plain_text(written))
    if not match:
        raise ValueError(f"must be a size with one of the units {', '.join(_UNITS)} (got {written!r})")
    size = float(match[1]) * _UNITS[match[2]]
    if size > 1_000 * _UNITS["GB"]:
        raise ValueError(f"must be at most 1000 GB (got {written!r})")
    return size


def _format_size(size: float) -> str:
    unit = next((name for name, length in reversed(_UNITS.items()) if size >= length), "B")
    return f"{size / _UNITS[unit]:.15g} {unit}"


Size = Annotated[
    float,
    BeforeValidator(parse_size),
    PlainSerializer(_format_size, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SIZE}),
]
"""Bytes; written with a unit: `900 B`, `20 kB`, `1.5 MB`, `2 GB`."""

_LATENCY: Final = rf"^ *(?:[0-9]+\.?[0-9]*|\.[0-9]+) *(?:ms|{'|'.join(DURATION_UNITS)}) *$"


def parse_latency(written: object) -> float:
    """Seconds of a latency with its unit: a duration, or milliseconds such as `500 ms`.

    Raises:
        ValueError: as `sim.core.clock.parse_duration`, or 0.
    """
    text = plain_text(written)
    if text.endswith("ms"):
        try:
            seconds = float(text.removesuffix("ms")) / 1_000
        except ValueError:
            seconds = -1.0
    else:
        seconds = parse_duration(written)
    if not 0 < seconds < float("inf"):
        raise ValueError(f"must be a time such as 500 ms or 2 s (got {written!r})")
    return seconds


Latency = Annotated[
    float,
    BeforeValidator(parse_latency),
    PlainSerializer(lambda seconds: f"{1_000 * seconds:.15g} ms", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _LATENCY}),
]
"""Seconds; written with its unit: `500 ms`, `2 s`."""

Many = Annotated[Number, Field(ge=0, le=1_000)]
"""A mean number of things."""


class Reads(Record):
    """Calls that change nothing."""

    lists: Positive = 30.0
    """Time after which the list of letters is read again on the screen of a person on duty."""
    open: Share = 1.0
    """Share of the people on duty who have their list open."""
    dashboards: Annotated[Whole, Field(ge=0, le=1_000_000)] = 12
    """Screens that show a dashboard around the clock."""
    dashboard: Positive = 60.0
    """Time after which a dashboard is read again."""
    lookups: Many = 3.0
    """Times that a writer looks up what became of a letter."""


class Sessions(Record):
    """How long writers stay; people on duty have a session of their shift."""

    writing: Positive = 480.0
    """Session in which a letter is written."""
    lookup: Positive = 60.0
    """Session in which a letter is looked up."""


class Messages(Record):
    """Messages that the system sends, on average."""

    writer_push: Many = 3.0
    """Pushes to the writer of a letter: received, contacted, closed."""
    writer_sms: Many = 1.0
    """Short messages to the writer of a letter."""
    staff_push: Many = 1.0
    """Pushes to the people of a unit for each visit that they begin."""
    staff_sms: Many = 0.0
    """Short messages to the people of a unit for each visit that they begin."""


class Attachment(Record):
    """One kind of attachment."""

    share: Share
    """Share of the letters that have some."""
    each: Annotated[Number, Field(gt=0, le=1_000)] = 1.0
    """How many these have on average."""
    size: Size
    """Mean size of one."""


class RowSizes(Record):
    """Mean size of a row in the database, with its part of the indices."""

    letter: Size = 2_000.0
    """Of a letter."""
    event: Size = 500.0
    """Of a call that is kept."""


class Level(Record):
    """Service level of an operation: time within which a percentage of the calls is answered, and errors."""

    p50: Latency | None = None
    """Within which half of the calls are answered."""
    p90: Latency | None = None
    """Within which 90% are answered."""
    p95: Latency | None = None
    """Within which 95% are answered."""
    p99: Latency | None = None
    """Within which 99% are answered."""
    p999: Latency | None = None
    """Within which 99.9% are answered."""
    errors: Share = 0.01
    """Largest share of calls that may fail."""

    @model_validator(mode="after")
    def _some(self) -> "Level":
        if not self.latency:
            raise ValueError("needs one of p50, p90, p95, p99 and p999")
        return self

    @property
    def latency(self) -> dict[str, float]:
        """Seconds by percentile, of those that are said."""
        names = ("p50", "p90", "p95", "p99", "p999")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


class System(Record):
    """What is assumed of the IT system, and asked of it."""

    reads: Reads = Reads()
    """Calls that change nothing."""
    sessions: Sessions = Sessions()
    """How long writers stay."""
    messages: Messages = Messages()
    """Messages that the system sends."""
    text: Annotated[Size, Field(ge=1)] = 900.0
    """Mean size of a letter's text; 900 B are some 300 Chinese characters."""
    attachments: Mapping[Name, Attachment] = {
        "pictures": Attachment.model_validate({"share": "40%", "each": 2.5, "size": "800 kB"}),
        "voice": Attachment.model_validate({"share": "10%", "size": "250 kB"}),
    }
    """By kind."""
    rows: RowSizes = RowSizes()
    """Rows in the database."""
    service: Mapping[Name, Level] = {}
    """Service level of an operation (`receive`, `sign.start`, `sign.finish`) or of a read (`read.lists`,
    `read.dashboards`, `read.lookups`); `all` serves those that are not named."""
