"""Trace files, CSV or JSON Lines: one letter a row, as `targets` exports and `replay` sends them.

The columns are `received` (local time), `channel`, `category`, `unit` (the letter's home) and `size` (bytes of its
text). Only `received` must be there. The same file serves a scenario as `arrivals.trace`, by the same reader.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain, starmap
from pathlib import Path
from typing import Final, NamedTuple

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import to_json
from sim.core.safe_text import write_csv
from sim.models.traces import TraceColumns
from sim.scenario.traces import JSON_LINES, TraceError, parse_letters

_MOST_PROBLEMS: Final = 20
"""A file with more bad rows than this is not a trace; the first ones say enough."""


class TracedLetter(NamedTuple):
    """One letter of a trace; an empty text where the file says nothing."""

    received: datetime
    channel: str = ""
    category: str = ""
    unit: str = ""
    size: int = 0

    def as_json(self) -> dict[str, str | int]:
        """The letter as JSON can hold it, in the order of the columns."""
        return {**self._asdict(), "received": self.received.isoformat()}


def read_trace(path: Path) -> list[TracedLetter]:
    """Read the letters of a trace by time of receipt; letters of the same instant in the order of the file.

    Raises: ScenarioError naming every bad row (the first 20), or a file that is no trace or cannot be read.
    """
    try:
        letters = parse_letters(path.read_bytes(), TraceColumns(), json_lines=path.suffix.lower() in JSON_LINES)
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read as a trace: {error.strerror or error}")]) from None
    except TraceError as error:
        rows = [Problem(str(row), line=row.line) for row in error.rows[:_MOST_PROBLEMS]]
        raise ScenarioError(str(path), rows or [Problem(str(error))]) from None
    columns = (letters.received.tolist(), letters.channel, letters.category, letters.unit, letters.size.tolist())
    return list(starmap(TracedLetter, zip(*columns, strict=True)))


def write_trace(letters: Iterable[TracedLetter], path: Path) -> None:
    """Write a trace as JSON Lines where the path ends so, else as CSV."""
    if path.suffix in JSON_LINES:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(to_json(letter.as_json(), indent=None) + "\n" for letter in letters)
    else:
        rows = (letter.as_json().values() for letter in letters)
        write_csv(path, chain([TracedLetter._fields], rows), marked=False)
