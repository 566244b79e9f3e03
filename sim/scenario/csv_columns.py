"""Tables in files: CSV with a header line, whichever sign separates its fields."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sim.models.wording import one_of

SEPARATORS: Final = (",", ";", "\t", "|", "，", "；")
"""What can stand between fields; the one is taken by which the header has the column that must be there."""


class Table(NamedTuple):
    """Some columns of a CSV file."""

    header: list[str]
    columns: dict[str, list[str]]
    """Fields of the columns that were wanted and are there."""
    lines: list[int]
    """Line on which each row begins."""
    longer: list[tuple[int, str]]
    """Line and text of each row that has more fields than the header."""
    shorter: list[tuple[int, str]]
    """The same of rows that have fewer."""


def read_table(text: str, needed: str, wanted: Iterable[str] = ()) -> Table:
    """Columns of a CSV file; empty rows, and empty fields after the last heading, are passed over.

    Args:
        needed: the column that must be there.
        wanted: columns that may be.

    Raises:
        ValueError: nothing in it, no such column or several, no rows, or quotes that do not close.
    """
    separator = _separator(text, needed)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[int] = []
    longer: list[tuple[int, str]] = []
    shorter: list[tuple[int, str]] = []
    try:
        header = _header(next(reader, []))
        if not header:
            raise ValueError("is empty")
        columns: dict[str, list[str]] = {name: [] for name in (needed, *wanted) if name in header}
        twice = [name for name in columns if header.count(name) > 1]
        if needed not in columns:
            raise ValueError(f"has no column {one_of(needed, header)}")
        if twice:
            raise ValueError(f"has {header.count(twice[0])} columns '{twice[0]}'")
        filled = [(header.index(name), fields) for name, fields in columns.items()]
        begins = reader.line_num + 1
        # Rows are not kept: a million small lists would keep the collector of garbage busy.
        for row in reader:
            if len(row) > len(header) and not any(row[len(header) :]):
                del row[len(header) :]
            if len(row) == len(header) and (any(row) or len(row) == 1):
                lines.append(begins)
                for index, fields in filled:
                    fields.append(row[index])
            elif any(row):
                (longer if len(row) > len(header) else shorter).append((begins, separator.join(row)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"is not CSV that can be read: {error} (line {reader.line_num})") from None
    if not (lines or longer or shorter):
        raise ValueError("has a header and no rows")
    return Table(header, columns, lines, longer, shorter)


def _separator(text: str, needed: str) -> str:
    """The sign by which the header has the column that is needed, or else the one that makes most columns."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    headers = {sign: _header(_fields(first, sign)) for sign in SEPARATORS}
    fitting = [sign for sign in SEPARATORS if needed in headers[sign]]
    return (fitting or sorted(SEPARATORS, key=lambda sign: -len(headers[sign])))[0]


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _header(fields: Sequence[str]) -> list[str]:
    """Names of columns; headings left empty at the end are none."""
    names = [name.strip() for name in fields]
    while names and not names[-1]:
        names.pop()
    return names
