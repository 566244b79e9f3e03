"""The files that a scenario names: traces of letters and measured durations, as CSV with a header line."""

import csv
import hashlib
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.clock import LONGEST, UNITS
from sim.models.arrivals import TraceLetters
from sim.models.distributions import Measured
from sim.models.wording import named_rows, one_of
from sim.reading.inside import named_file, real_path
from sim.spreadsheet import meant
from sim.tables import Int64s

MAX_BYTES: Final = 1_000_000_000

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.,]\d+)?)?")
_ZONE: Final = re.compile(r".*\d(Z|[+-]\d\d:?\d\d)")


class ScenarioFiles:
    """Reads files from the folder tree of a scenario.

    Args:
        folder: paths are relative to it and must stay inside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = real_path(folder)

    def read_trace(self, file: str, columns: Sequence[str]) -> TraceLetters:
        """The letters of a trace, sorted by the time received; of one second, in the order of the file.

        Args:
            columns: names of the columns received, category, channel, unit; only the first must be there.

        Raises:
            ValueError: no such file or column, no letter, or rows that cannot be read; the text names them.
        """
        table = self._read(file, columns)
        instants = _instants(table.column(columns[0]), table)
        order = np.argsort(instants, kind="stable")
        category, channel, unit = (table.names(name, order) for name in columns[1:])
        return TraceLetters(instants[order], category, channel, unit, table.digest, table.lines[order])

    def read_durations(self, file: str, column: str) -> Measured:
        """Durations of one column, ascending.

        Raises:
            ValueError: no such file or column, no unit in the column's name, or rows that are no durations.
        """
        table = self._read(file, [column])
        written = table.column(column)
        unit = re.split(r"[_\W]+", column.strip(" ()"))[-1]
        if unit not in UNITS:
            raise ValueError(
                f"the name of a column of durations ends with its unit, as in handling_min (got '{column}')"
            )
        seconds = [_number(text) * UNITS[unit] for text in written]
        bad = [row for row, value in enumerate(seconds) if not 0 <= value <= LONGEST]
        table.refuse(bad, written, f"without a duration in {unit} between 0 and a hundred years")
        return Measured(tuple(sorted(seconds)), table.digest)

    def _read(self, file: str, columns: Sequence[str]) -> "_Table":
        path = named_file(file, self.folder, self.folder)
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ValueError(f"{file} has more than {MAX_BYTES / 1e9:.0f} GB")
            content = path.read_bytes()
        except OSError as error:
            raise ValueError(f"{file} cannot be read: {error.strerror}") from None
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise ValueError(f"{file} is not UTF-8 text (line {line})") from None
        return _table(file, text, hashlib.sha256(content).hexdigest(), columns)


class _Table(NamedTuple):
    """Some columns of a CSV file, and the line on which each row begins."""

    file: str
    header: list[str]
    columns: dict[str, list[str]]
    lines: Int64s
    digest: str

    def column(self, name: str) -> list[str]:
        """The fields of a column that must be there."""
        if name not in self.columns:
            raise ValueError(f"{self.file} has no column {one_of(name, self.header)}")
        return self.columns[name]

    def names(self, name: str, order: Int64s) -> tuple[str, ...]:
        """The fields of a column in another order; empty texts if it is not there."""
        if name not in self.columns:
            return ("",) * len(order)
        fields = [meant(field.strip()) for field in self.columns[name]]
        return tuple(fields[row] for row in order.tolist())

    def refuse(self, bad: Sequence[int], written: Sequence[str], what: str) -> None:
        """Refuse bad rows, if there are any, by the lines of the first of them and what is written there."""
        if bad:
            raise ValueError(f"{self.file}: {named_rows([(int(self.lines[row]), written[row]) for row in bad], what)}")


def _table(file: str, text: str, digest: str, wanted: Sequence[str]) -> _Table:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[int] = []
    uneven: list[tuple[int, str]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        columns: dict[str, list[str]] = {name: [] for name in wanted if name in header}
        twice = [name for name in columns if header.count(name) > 1]
        if twice:
            raise ValueError(f"{file} has {header.count(twice[0])} columns '{twice[0]}'")
        filled = [(header.index(name), fields) for name, fields in columns.items()]
        begins = reader.line_num + 1
        # Rows are not kept: a million small lists would keep the collector of garbage busy.
        for row in reader:
            if len(row) == len(header):
                lines.append(begins)
                for index, fields in filled:
                    fields.append(row[index])
            elif row:
                uneven.append((begins, ",".join(row)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{file} is not CSV that can be read: {error} (line {reader.line_num})") from None
    if not header:
        raise ValueError(f"{file} is empty")
    if uneven:
        raise ValueError(f"{file}: {named_rows(uneven, f'without the {len(header)} fields of the header')}")
    if not lines:
        raise ValueError(f"{file} has a header and no rows")
    return _Table(file, header, columns, np.array(lines, dtype=np.int64), digest)


def _instants(written: list[str], table: _Table) -> npt.NDArray[np.datetime64]:
    bad = [row for row, text in enumerate(written) if not _INSTANT.fullmatch(text)]
    zoned = [row for row in bad if _ZONE.fullmatch(written[row])]
    table.refuse(zoned, written, "with a time zone (write local time, without one)")
    if not bad:
        try:
            return np.array([text[:19] for text in written], dtype="datetime64[s]")
        except ValueError:
            bad = [row for row, text in enumerate(written) if not _is_instant(text[:19])]
    table.refuse(bad, written, "without a time such as 2021-05-03 19:30:00")
    raise AssertionError("some row is bad")


def _is_instant(text: str) -> bool:
    try:
        np.datetime64(text, "s")
    except ValueError:
        return False
    return True


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
