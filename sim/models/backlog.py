"""The backlog at the start: letters that are open on day 0, from a file or as counts by step."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from sim.models.base import Record, Whole, reader_of, same_file
from sim.models.distributions import Distribution

DONE: Final = "done:"
"""Behind it stands the step of a column that says when a letter last finished it."""


class OpenState(StrEnum):
    """What an open letter does at its step."""

    WAITING = "waiting"
    """It waits there for somebody."""
    WORKING = "working"
    """Somebody works on it."""
    DELAY = "delay"
    """Time passes."""


Instants = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class BacklogRows:
    """The rows of a backlog file, in its order; two of the same file are equal.

    Instants are local; NaT, and an empty text, where the file says nothing.
    """

    received: Instants = field(compare=False)
    channel: tuple[str, ...] = field(compare=False)
    category: tuple[str, ...] = field(compare=False)
    unit: tuple[str, ...] = field(compare=False)
    """The letter's home unit."""
    step: tuple[str, ...] = field(compare=False)
    state: tuple[str, ...] = field(compare=False)
    """Each an `OpenState`; waiting where the file says nothing."""
    since: Instants = field(compare=False)
    done: dict[str, Instants] = field(compare=False)
    """When each letter last finished a step, by the step's name."""
    line: tuple[int, ...] = field(compare=False)
    digest: str


class OpenAtStep(Record):
    """Some letters that are open at a step on day 0, 00:00."""

    step: str
    """The step at which they wait, or that passes for them."""
    letters: Annotated[Whole, Field(ge=0, le=10_000_000)]
    """How many."""
    age: Distribution
    """Time since their receipt."""
    category: str | None = None
    """Their category; drawn by the shares of letters if not said."""


class InitialBacklog(Record):
    """Letters open on day 0, 00:00: a file with one row each, or counts by step; written bare as either."""

    file: str | None = None
    """Path of a CSV file, relative to the scenario, with the columns `received` and `step`, and if known `channel`,
    `category`, `unit` (home), `state` (waiting, working or delay), `since`, and `done:STEP` for when a step was
    finished; as `targets --export` and `fit --backlog-to` write it."""
    sha256: str | None = None
    """Hash of the file, which says which one is meant; any will do if not said, and a run's own scenario says it."""
    counts: tuple[OpenAtStep, ...] | None = None
    """How many letters are at which step, and how old they are."""
    _rows: BacklogRows | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        if isinstance(written, str):
            return {"file": written}
        return {"counts": written} if isinstance(written, list | tuple) else written

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Self:
        if (self.file is None) == (not self.counts):
            raise ValueError("needs a file or counts, and not both")
        if self.file is None:
            return self
        rows: BacklogRows = reader_of(info).read_backlog(self.file)
        same_file(self.sha256, rows.digest, self.file)
        self._rows = rows
        return self.model_copy(update={"sha256": rows.digest})

    @property
    def rows(self) -> BacklogRows | None:
        """The rows of the file, if there is one."""
        return self._rows

    @property
    def letters(self) -> int:
        """How many letters are open."""
        if self._rows is not None:
            return len(self._rows.line)
        return sum(each.letters for each in self.counts or ())
