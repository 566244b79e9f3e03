"""SheetRows of a file before they are understood, and what is wrong with some of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.errors import Problem
from sim.core.tables import Bools
from sim.models.wording import clipped

_LINES_NAMED: Final = 3
"""How many lines of each kind of bad rows are named."""


class MalformedLogError(ValueError):
    """A file that is not of the format that its beginning says; the text says why."""


class SheetRows(NamedTuple):
    """Some columns of a file."""

    header: list[str]
    """Names of all columns, those that were not read too."""
    columns: Mapping[str, Sequence[Any]]
    """What each field says: a text, a number, or None."""
    lines: Sequence[int]
    """Where each row stands in the file: its line, or in XES, OCEL and Parquet its number."""
    bad: list[tuple[int, str, str]]
    """Line, what is wrong, and what is written, of each row that is none."""


class Complaints:
    """What is wrong with rows, by kind; rows that are complained of mean nothing."""

    def __init__(self, rows: SheetRows) -> None:
        self._lines = rows.lines
        self._kinds: dict[str, tuple[list[int], str]] = {}
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
            first = ", ".join(str(line) for line in sorted(lines)[:_LINES_NAMED])
            more = ", ..." if len(lines) > _LINES_NAMED else ""
            rows = f"1 row {kind}: line" if len(lines) == 1 else f"{len(lines):,} rows {kind}: lines"
            found.append(Problem(f"{rows} {first}{more} (such as {clipped(written, 40)!r})"))
        return found

    def _add(self, kind: str, line: int, written: str) -> None:
        lines, _ = self._kinds.setdefault(kind, ([], written))
        lines.append(line)
