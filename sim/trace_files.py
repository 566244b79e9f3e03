"""Traces of letters in files, CSV or JSON Lines: one letter a row, as `targets` exports and `replay` sends them.

The columns are `received` (local time, ISO 8601), `channel`, `category`, `unit` (the letter's home) and `size`
(bytes of its text). Only `received` must be there. The same CSV file serves a scenario as `arrivals.trace`.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple, TextIO

from sim.errors import Problem, ScenarioError

MOST_PROBLEMS = 20
"""A file with more bad rows than this is not a trace; the first ones say enough."""


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
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in rows(file):
                try:
                    letters.append(_letter(row))
                except ValueError as error:
                    problems.append(Problem(str(error), line=line))
                if len(problems) == MOST_PROBLEMS:
                    break
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(f"cannot be read as a trace: {error}"))
    if not letters and not problems:
        problems.append(Problem("has no letters"))
    if problems:
        raise ScenarioError(str(path), problems)
    return sorted(letters, key=lambda letter: letter.received)


def write_csv(letters: Iterable[TracedLetter], path: Path) -> None:
    """Write a trace as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(TracedLetter._fields)
        table.writerows(letter.plain().values() for letter in letters)


def write_json_lines(letters: Iterable[TracedLetter], path: Path) -> None:
    """Write a trace as JSON Lines: one JSON object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(letter.plain(), ensure_ascii=False) + "\n" for letter in letters)


def _csv_rows(file: TextIO) -> Iterator[tuple[int, Any]]:
    table = csv.DictReader(file)
    for row in table:
        yield table.line_num, row


def _json_rows(file: TextIO) -> Iterator[tuple[int, Any]]:
    for line, text in enumerate(file, start=1):
        if text.strip():
            try:
                yield line, json.loads(text)
            except ValueError:
                yield line, None


def _letter(row: Any) -> TracedLetter:
    if not isinstance(row, dict):
        raise ValueError("must be a JSON object")
    if None in row:
        raise ValueError("has more columns than the first line")
    if "received" not in row:
        raise ValueError("needs the column 'received'")
    try:
        received = datetime.fromisoformat(row["received"])
    except (TypeError, ValueError):
        raise ValueError(f"received must be like '2021-05-03T08:00:00' (got {row['received']!r})") from None
    if received.tzinfo is not None:
        raise ValueError(f"received must be local time without a zone (got {row['received']!r})")
    try:
        size = int(row.get("size") or 0)
    except (TypeError, ValueError):
        size = -1
    if size < 0:
        raise ValueError(f"size must be a number of bytes, 0 or more (got {row['size']!r})")
    # A trace may have a million letters, and they share a few names.
    channel, category, unit = (intern(str(row.get(column) or "")) for column in ("channel", "category", "unit"))
    return TracedLetter(received, channel, category, unit, size)
