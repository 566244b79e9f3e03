"""Traces of letters in files, CSV or JSON Lines: one letter a row, as `targets` exports and `replay` sends them.

The columns are `received` (local time, ISO 8601), `channel`, `category`, `unit` (the letter's home) and `size`
(bytes of its text). Only `received` must be there. The same CSV file serves a scenario as `arrivals.trace`.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any, Final, NamedTuple, NoReturn, TextIO

from sim import spreadsheet
from sim.errors import Problem, ScenarioError

MOST_PROBLEMS = 20
"""A file with more bad rows than this is not a trace; the first ones say enough."""

MOST_QUOTED: Final = 60
"""Characters of a bad value that a problem quotes."""

MOST_BYTES: Final = 10_000_000
"""Size of the largest letter: many are under way at once, each with its text in memory."""


class TracedLetter(NamedTuple):
    """One letter of a trace; an empty text where the file says nothing."""

    received: datetime
    channel: str = ""
    category: str = ""
    unit: str = ""
    size: int = 0

    def plain(self) -> dict[str, str | int]:
        """The letter as JSON can hold it, in the order of the columns."""
        return {**self._asdict(), "received": self.received.isoformat()}


def read_trace(path: Path) -> list[TracedLetter]:
    """The letters of a trace by time of receipt; letters of the same instant in the order of the file.

    Raises: ScenarioError naming every bad row (the first 20), or a file that is no trace or cannot be read.
    """
    rows = _json_rows if path.suffix in (".jsonl", ".ndjson") else _csv_rows
    letters: list[TracedLetter] = []
    problems: list[Problem] = []
    try:
        # What is not UTF-8 comes as lone surrogates, which are refused with their line.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            for line, row in rows(file):
                try:
                    letters.append(_letter(row()))
                except ValueError as error:
                    problems.append(Problem(str(error), line=line))
                if len(problems) == MOST_PROBLEMS:
                    break
    except OSError as error:
        problems.append(Problem(f"cannot be read as a trace: {error}"))
    if not letters and not problems:
        problems.append(Problem("has no letters"))
    if problems:
        raise ScenarioError(str(path), problems)
    return sorted(letters, key=lambda letter: letter.received)


def write_csv(letters: Iterable[TracedLetter], path: Path) -> None:
    """Write a trace as CSV."""
    rows = (letter.plain().values() for letter in letters)
    spreadsheet.write_csv(path, chain([TracedLetter._fields], rows), marked=False)


def write_json_lines(letters: Iterable[TracedLetter], path: Path) -> None:
    """Write a trace as JSON Lines: one JSON object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(letter.plain(), ensure_ascii=False) + "\n" for letter in letters)


def _csv_rows(file: TextIO) -> Iterator[tuple[int, Callable[[], Any]]]:
    table = csv.DictReader(file)
    while True:
        try:
            row = next(table, None)
        except csv.Error as error:
            yield table.line_num + 1, partial(_refuse, f"is no row of a CSV file: {error}")
            return
        if row is None:
            return
        yield table.line_num, partial(_meant, row)


def _meant(row: dict[str | None, Any]) -> dict[str | None, Any]:
    # What stands beyond the last heading is a list.
    return {column: spreadsheet.meant(cell) if isinstance(cell, str) else cell for column, cell in row.items()}


def _json_rows(file: TextIO) -> Iterator[tuple[int, Callable[[], Any]]]:
    for line, text in enumerate(file, start=1):
        if text.strip():
            yield line, partial(_json, text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        _refuse("must be a JSON object")
    except RecursionError:
        _refuse("is nested too deeply")


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)


def _letter(row: Any) -> TracedLetter:
    if not isinstance(row, dict):
        raise ValueError("must be a JSON object")
    if None in row:
        raise ValueError("has more columns than the first line")
    if "received" not in row:
        raise ValueError("needs the column 'received'")
    received = _moment(row["received"])
    channel, category, unit = (_text(row, column) for column in ("channel", "category", "unit"))
    return TracedLetter(received, channel, category, unit, _size(row))


def _moment(written: Any) -> datetime:
    try:
        received = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        raise ValueError(f"received must be like '2021-05-03T08:00:00' (got {_shown(written)})") from None
    if received.tzinfo is not None:
        raise ValueError(f"received must be local time without a zone (got {_shown(written)})")
    return received


def _text(row: dict[str, Any], column: str) -> str:
    written = row.get(column)
    if written is None:
        return ""
    if type(written) not in (str, int):
        raise ValueError(f"{column} must be a text (got {_shown(written)})")
    try:
        str(written).encode()
    except UnicodeEncodeError:
        raise ValueError(f"{column} must be a text in UTF-8 (got {_shown(written)})") from None
    # A trace may have a million letters, and they share a few names.
    return intern(str(written))


def _size(row: dict[str, Any]) -> int:
    written = row.get("size")
    if written is None or written == "":
        return 0
    try:
        size = -1 if isinstance(written, bool | float) else int(written)
    except (TypeError, ValueError):
        size = -1
    if not 0 <= size <= MOST_BYTES:
        raise ValueError(f"size must be a number of bytes, 0 to {MOST_BYTES:,} (got {_shown(written)})")
    return size


def _shown(written: Any) -> str:
    """What stands in a row, short, and printable on any terminal as `repr` is."""
    try:
        told = repr(written)
    except (RecursionError, ValueError):  # nested deeply, or a whole number of thousands of digits
        return f"a {type(written).__name__}"
    return told if len(told) <= MOST_QUOTED else f"{told[:MOST_QUOTED]}..."
