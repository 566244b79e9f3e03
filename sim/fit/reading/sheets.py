"""Files of rows, whatever their format: CSV, JSON Lines, Parquet, spreadsheets; XES and OCEL become rows too.

The format is known by a file's first bytes, not by its name. Above the names of a table's columns titles may stand.
"""

import gzip
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np

from sim.core.errors import Problem, ScenarioError
from sim.core.safe_text import cell_text
from sim.fit.reading.ocel import read_ocel
from sim.fit.reading.rows import HEADING_WITHIN, Line, MalformedLogError, SheetRows, Wanted, find_heading
from sim.fit.reading.spreadsheet import plain_cell, read_spreadsheet
from sim.fit.reading.xes import read_xes
from sim.scenario.text_files import EncodingError, decoded, read_header, read_table

_MOST_BYTES: Final = 2_000_000_000
"""Size of the largest text file, which is read into memory; a Parquet or XES file may be larger."""

_LONGEST_LINE: Final = 1_000_000
"""Bytes; a longer line is no row."""


def read_rows(path: Path, wanted: Wanted, sheets: Sequence[str] = ()) -> SheetRows:
    """The rows of a file.

    Args:
        sheets: of a spreadsheet; if empty, the one that has columns which are wanted.

    Raises: ScenarioError where it is none that can be read.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(1024)
        if beginning.startswith(b"PK\x03\x04"):
            return read_spreadsheet(path, wanted, sheets)
        if sheets:
            raise MalformedLogError("is no spreadsheet, so it has no sheets")
        return _reader(beginning)(path, wanted)
    except EncodingError as error:
        raise ScenarioError(str(path), [Problem(error.reason, line=error.line)]) from None
    except (MalformedLogError, ValueError) as error:
        raise ScenarioError(str(path), [Problem(str(error))]) from None
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read: {error.strerror or error}")]) from None


def _reader(beginning: bytes) -> Callable[[Path, Wanted], SheetRows]:
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(b"PAR1"):
        return _read_parquet
    if beginning.startswith(b"\x1f\x8b"):
        return _read_packed
    if text.startswith(b"<") or beginning.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        return lambda path, wanted: read_xes(path.open("rb"), wanted)
    if text.startswith(b"{"):
        return _read_json
    return _read_csv


def _read_packed(path: Path, wanted: Wanted) -> SheetRows:
    try:
        return read_xes(cast("IO[bytes]", gzip.open(path)), wanted)
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise MalformedLogError(f"cannot be unpacked: {error}") from None


def _read_csv(path: Path, wanted: Wanted) -> SheetRows:
    text = _text(path)
    beginning = text.split("\n", HEADING_WITHIN)[:HEADING_WITHIN]
    above = find_heading([read_header(line, wanted)[1] for line in beginning], wanted).row
    separator, header = read_header(beginning[above], wanted)
    names = list(dict.fromkeys(name for name in header if wanted(name)))
    if not names:
        return SheetRows(header, {}, [], [])
    table = read_table(text, names[0], names[1:], separator, above)
    wrong = [("more", table.longer), ("fewer", table.shorter)]
    bad: list[tuple[Line, str, str]] = [
        (line, f"with {what} fields than the first line has", written) for what, rows in wrong for line, written in rows
    ]
    columns = {name: [cell_text(each) for each in fields] for name, fields in table.columns.items()}
    return SheetRows(header, columns, table.lines, bad)


def _read_json(path: Path, wanted: Wanted) -> SheetRows:
    text = _text(path)
    first = text.split("\n", 1)[0]
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict) or {"events", "objects"} <= row.keys():
        return read_ocel(text, wanted)
    columns: dict[str, list[Any]] = {}
    lines: list[Line] = []
    bad: list[tuple[Line, str, str]] = []
    header: dict[str, None] = {}
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            bad.append((line, "without a JSON object", written))
            continue
        header.update(dict.fromkeys(row))
        for name, value in row.items():
            if wanted(name):
                columns.setdefault(name, [None] * len(lines)).append(value)
        lines.append(line)
        for fields in columns.values():
            if len(fields) < len(lines):
                fields.append(None)
    return SheetRows(list(header), columns, lines, bad)


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise MalformedLogError(
            f"has {size / 1e9:.1f} GB; a text may have {_MOST_BYTES / 1e9:.0f}: write it as Parquet"
        )
    with path.open("rb") as file:
        blocks = iter(lambda: file.read(_LONGEST_LINE), b"")
        # A whole block without an end of line lies in one line, whatever the encoding.
        if any(len(block) == _LONGEST_LINE and b"\n" not in block and b"\r" not in block for block in blocks):
            raise MalformedLogError(f"has a line of more than {_LONGEST_LINE:,} bytes, which is no row")
    text = decoded(path.read_bytes())
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise EncodingError("has NUL bytes, so it is no text", line)
    if not text.strip():
        raise MalformedLogError("is empty")
    return text


def _read_parquet(path: Path, wanted: Wanted) -> SheetRows:
    import duckdb

    try:
        with closing(duckdb.connect()) as connection:
            table = connection.from_parquet(str(path))
            header = list(table.columns)
            kinds = {name: str(kind) for name, kind in zip(header, table.types, strict=True)}
            names = [name for name in header if wanted(name)]
            if not names:
                return SheetRows(header, {}, [], [])
            quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
            connection.execute("set TimeZone = 'UTC'")
            content = table.project(quoted).fetchnumpy()
    except duckdb.Error as error:
        raise MalformedLogError(f"is not Parquet that can be read: {str(error).splitlines()[0]}") from None
    columns = {name: _parquet_column(content[name], kinds[name]) for name in names}
    count = len(next(iter(columns.values())))
    return SheetRows(header, columns, range(1, count + 1), [])


def _parquet_column(column: Any, kind: str) -> Sequence[Any]:
    if column.dtype.kind == "M":
        texts = np.datetime_as_string(np.ma.filled(column, np.datetime64("NaT")).astype("datetime64[us]"))
        zone = "+00:00" if "TIME ZONE" in kind else ""
        return ["" if text == "NaT" else f"{text}{zone}" for text in texts.tolist()]
    return [plain_cell(each) for each in column.tolist()]
