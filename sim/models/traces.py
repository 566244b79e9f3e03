"""Recorded letters: a file of them instead of an arrival process."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr, ValidationInfo, model_validator

from sim.core.tables import Int64s
from sim.models.base import Record, reader_of, same_file


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
