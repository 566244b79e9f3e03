"""Rows of a file before they are understood, and what is wrong with some of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.errors import Problem
from sim.core.tables import Bools
from sim.models.wording import clipped

_LINES_NAMED: Final = 3
"""How many lines of each kind of bad rows are named."""


Wanted = Callable[[str], bool]
"""Whether a column is read."""

Line = int | tuple[str, int]
"""Where a row stands: its line, or its sheet and line."""

HEADING_WITHIN: Final = 20
"""Rows at the beginning among which the one with the names of the columns is."""


class MalformedLogError(ValueError):
    """A file that is not of the format that its beginning says; the text says why."""


class SheetRows(NamedTuple):
    """Some columns of a file."""

    header: list[str]
    """Names of all columns, those that were not read too."""
    columns: Mapping[str, Sequence[Any]]
    """What each field says: a text, a number, or None."""
    lines: Sequence[Line]
    """Where each row stands in the file: its line, or in XES, OCEL and Parquet its number."""
    bad: Sequence[tuple[Line, str, str]]
    """Line, what is wrong, and what is written, of each row that is none."""
    sheet: str = ""
    """The sheet that was read, of a file that has others too."""


class Heading(NamedTuple):
    """The row with the names of the columns."""

    row: int
    known: int
    """How many of them are known."""


def find_heading(rows: Sequence[Sequence[str]], wanted: Wanted) -> Heading:
    """Which of the first rows names the columns, of which there may be titles and notes above it.

    It is the first filled row, unless a later one has more columns that are known, and at least two of them if the rows
    above have more than one field.
    """
    first = next((row for row, fields in enumerate(rows) if any(fields)), 0)
    known = [sum(map(wanted, {field for field in fields if field})) for fields in rows[:HEADING_WITHIN]] or [0]
    best = known.index(max(known))
    titles = all(sum(map(bool, fields)) <= 1 for fields in rows[:best])
    if first >= len(known) or known[best] <= known[first] or not (titles or known[best] >= 2):
        return Heading(first, known[first] if first < len(known) else 0)
    return Heading(best, known[best])


class Complaints:
    """What is wrong with rows, by kind; rows that are complained of mean nothing."""

    def __init__(self, rows: SheetRows) -> None:
        self._lines = rows.lines
        self._kinds: dict[str, tuple[list[Line], str]] = {}
        self._bad: set[int] = set()
        for line, kind, written in rows.bad:
            self._add(kind, line, written)
        self.lost = len(rows.bad)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def row(self, row: int, kind: str, written: object) -> None:
        """Complain of a row.

        Args:
            kind: as in `without a time such as 2021-05-03 19:30:00`.
        """
        self._bad.add(row)
        self._add(kind, self._lines[row], "" if written is None else str(written))

    def good(self) -> Bools:
        """Which rows nobody complained of."""
        good = np.ones(len(self._lines), dtype=np.bool_)
        good[list(self._bad)] = False
        return good

    @property
    def count(self) -> int:
        """Number of rows that are left out if they may be."""
        return len(self._bad) + self.lost

    def problems(self) -> list[Problem]:
        """One for each kind, the commonest first."""
        found = []
        for kind, (lines, written) in sorted(self._kinds.items(), key=lambda each: -len(each[1][0])):
            first = ", ".join(map(_said, sorted(lines, key=_in_order)[:_LINES_NAMED]))
            more = ", ..." if len(lines) > _LINES_NAMED else ""
            rows = f"1 row {kind}: line" if len(lines) == 1 else f"{len(lines):,} rows {kind}: lines"
            found.append(Problem(f"{rows} {first}{more} (such as {clipped(written, 40)!r})"))
        return found

    def _add(self, kind: str, line: Line, written: str) -> None:
        lines, _ = self._kinds.setdefault(kind, ([], written))
        lines.append(line)


def _said(line: Line) -> str:
    return str(line) if isinstance(line, int) else f"{line[0]}!{line[1]}"


def _in_order(line: Line) -> tuple[str, int]:
    return ("", line) if isinstance(line, int) else line
