"""Sheets of a spreadsheet (XLSX) as rows."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sim.fit.reading.rows import HEADING_WITHIN, Heading, Line, MalformedLogError, SheetRows, Wanted, find_heading
from sim.models.wording import are, one_of

_MOST_BYTES: Final = 4_000_000_000
"""Size of the largest file once it is unpacked."""


def read_spreadsheet(path: Path, wanted: Wanted, sheets: Sequence[str] = ()) -> SheetRows:
    """The rows of a spreadsheet.

    Args:
        sheets: which ones, in their order; if empty, the one that has most columns which are wanted.

    Raises: MalformedLogError, also where several sheets may be meant.
    """
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(each.file_size for each in archive.infolist()) > _MOST_BYTES:
                raise MalformedLogError(f"has more than {_MOST_BYTES / 1e9:.0f} GB once it is unpacked")
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            headings = {sheet.title: _heading(sheet, wanted) for sheet in book.worksheets}
            chosen = _chosen(headings, sheets)
            parts = [_rows(book[name], headings[name], wanted) for name in chosen]
    except MalformedLogError:
        raise
    except Exception as error:  # openpyxl lets any error of the parts it is made of through
        raise MalformedLogError(
            f"is not a spreadsheet that can be read: {(str(error).splitlines() or [type(error).__name__])[0][:200]}"
        ) from None
    if not any(part.header for part in parts):
        raise MalformedLogError("has no rows on its first sheet")
    if len(parts) == 1:
        return parts[0]._replace(sheet=chosen[0] if len(headings) > 1 else "")
    return _joined(chosen, parts)


def plain_cell(value: Any) -> Any:
    """A cell as text or number."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # some programs write wrong ones
    return iter(sheet.iter_rows(values_only=True))


def _heading(sheet: Any, wanted: Wanted) -> Heading:
    return find_heading([_names(row) for row in islice(_cells(sheet), HEADING_WITHIN)], wanted)


def _names(row: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]


def _chosen(headings: dict[str, Heading], sheets: Sequence[str]) -> list[str]:
    """The sheets that are read.

    Raises: MalformedLogError where one of them is not there, or where it is not clear which are meant.
    """
    for name in sheets:
        if name not in headings:
            raise MalformedLogError(f"has no sheet {one_of(name, list(headings))}")
    if sheets:
        return list(dict.fromkeys(sheets))
    most = max(heading.known for heading in headings.values())
    fitting = [name for name, heading in headings.items() if heading.known == most]
    if most and len(fitting) > 1:
        raise MalformedLogError(
            f"has {len(fitting)} sheets with such columns; there {are(fitting)}. "
            f"Say which to read, as in --sheet {fitting[0]!r}; the option may be repeated"
        )
    return fitting[:1]


def _rows(sheet: Any, heading: Heading, wanted: Wanted) -> SheetRows:
    rows = islice(_cells(sheet), heading.row, None)
    header = _names(next(rows, ()))
    places = [(place, name) for place, name in enumerate(header) if name and wanted(name)]
    columns: dict[str, list[Any]] = {name: [] for _, name in places}
    lines: list[Line] = []
    for line, row in enumerate(rows, start=heading.row + 2):
        if any(cell is not None for cell in row):
            lines.append(line)
            for place, name in places:
                columns[name].append(plain_cell(row[place]) if place < len(row) else None)
    return SheetRows([name for name in header if name], columns, lines, [])


def _joined(sheets: Sequence[str], parts: Sequence[SheetRows]) -> SheetRows:
    """The rows of several sheets, one after the other; what one of them does not have is empty there."""
    header = list(dict.fromkeys(name for part in parts for name in part.header))
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    columns = {
        name: [cell for part in parts for cell in part.columns.get(name, [None] * len(part.lines))] for name in names
    }
    lines: list[Line] = [
        (sheet, line) for sheet, part in zip(sheets, parts, strict=True) for line in part.lines if isinstance(line, int)
    ]
    return SheetRows(header, columns, lines, [], ", ".join(sheets))
