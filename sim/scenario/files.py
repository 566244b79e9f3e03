"""Files that a scenario names: traces of letters and measured durations, inside the scenario's folder tree."""

import hashlib
import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from sim.core.clock import DURATION_UNITS, LONGEST_DURATION, parse_date
from sim.models.backlog import BacklogRows
from sim.models.distributions import Measured
from sim.models.staff_changes import LeaveRows
from sim.models.traces import TraceColumns, TraceLetters
from sim.models.wording import named_rows, one_of
from sim.scenario.open_letters import read_backlog
from sim.scenario.text_files import Table, decoded, read_table
from sim.scenario.traces import JSON_LINES, TraceError, parse_letters

_MOST_DATA_BYTES: Final = 1_000_000_000


def real_path(path: Path) -> Path:
    """The file that a path means, through all links.

    Raises:
        ValueError: no file can have this path.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        # A loop of links is one or another of these, depending on the version of Python.
        raise ValueError(f"is not a path that can be followed: {error}") from None


def named_file(written: str, beside: Path, folder: Path) -> Path:
    """The file that a scenario names.

    Args:
        written: relative to `beside`, the folder of the file that names it.
        folder: the scenario's own folder, real; nothing outside is read.

    Raises:
        ValueError: no path, outside of the folder, or no such file.
    """
    if not written.strip():
        raise ValueError(f"must be the path of a file (got {written!r})")
    path = real_path(beside / written)
    if not path.is_relative_to(folder):
        raise ValueError(f"must stay inside the scenario's folder (got {written!r})")
    try:
        there = path.is_file()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror} (got {written!r})") from None
    if not there:
        like = [each.name for each in sorted(beside.glob(f"*{path.suffix}")) if each.is_file() and path.suffix]
        raise ValueError(f"no such file {one_of(written, like)}")
    return path


class ScenarioFiles:
    """Reads files from the folder tree of a scenario.

    Args:
        folder: paths are relative to it and must stay inside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = real_path(folder)

    def read_trace(self, file: str, columns: TraceColumns) -> TraceLetters:
        """The letters of a trace, sorted by the time received; of one instant, in the order of the file.

        Args:
            columns: only the one of times must be there, and the one of cases if it is named.

        Raises:
            ValueError: no such file or column, no letter, or rows that cannot be read; the text names them.
        """
        content = self._content(file)
        try:
            letters = parse_letters(content, columns, json_lines=file.lower().endswith(JSON_LINES))
        except TraceError as error:
            raise ValueError(f"{file}{':' if error.rows else ''} {error}") from None
        return replace(letters, received=letters.received.astype("datetime64[s]"))

    def read_backlog(self, file: str) -> BacklogRows:
        """The open letters of a backlog file, in its order.

        Raises:
            ValueError: no such file or column, or rows that cannot be read; the text names them.
        """
        content = self._content(file)
        try:
            rows = read_backlog(content)
        except ValueError as error:
            raise ValueError(f"{file}{':' if str(error)[:1].isdigit() else ''} {error}") from None
        return rows

    def read_leave(self, file: str) -> LeaveRows:
        """The rows of a leave calendar, in the order of the file.

        Raises:
            ValueError: no such file or column, or rows that cannot be read; the text names them.
        """
        content = self._content(file)
        try:
            table = read_table(decoded(content), "date", ("unit", "people"))
            for column in ("unit", "people"):
                if column not in table.columns:
                    raise ValueError(f"has no column {one_of(column, table.header)}")
        except ValueError as error:
            raise ValueError(f"{file} {error}") from None
        _refuse_uneven(file, table)
        days: list[date] = []
        people: list[int] = []
        bad = []
        for line, day, many in zip(table.lines, table.columns["date"], table.columns["people"], strict=True):
            try:
                days.append(parse_date(day))
                people.append(int(many))
                if not 0 <= people[-1] <= 1_000_000:
                    raise ValueError
            except ValueError:
                bad.append((line, f"{day} {many}"))
        if bad:
            rule = "without a date such as 2021-05-03 and a whole number of people, 0 or more"
            raise ValueError(f"{file}: {named_rows(bad, rule)}")
        unit = tuple(name.strip() for name in table.columns["unit"])
        return LeaveRows(unit, tuple(days), tuple(people), tuple(table.lines), hashlib.sha256(content).hexdigest())

    def read_durations(self, file: str, column: str) -> Measured:
        """Durations of one column, ascending.

        Raises:
            ValueError: no such file or column, no unit in the column's name, or rows that are no durations.
        """
        content = self._content(file)
        try:
            table = read_table(decoded(content), column)
        except ValueError as error:
            raise ValueError(f"{file} {error}") from None
        unit = re.split(r"[_\W]+", column.strip(" ()"))[-1]
        if unit not in DURATION_UNITS:
            raise ValueError(
                f"the name of a column of durations ends with its unit, as in handling_min (got '{column}')"
            )
        _refuse_uneven(file, table)
        written = table.columns[column]
        seconds = [_number(text) * DURATION_UNITS[unit] for text in written]
        bad = [
            (table.lines[row], written[row]) for row, value in enumerate(seconds) if not 0 <= value <= LONGEST_DURATION
        ]
        if bad:
            raise ValueError(
                f"{file}: {named_rows(bad, f'without a duration in {unit} between 0 and a hundred years')}"
            )
        return Measured(tuple(sorted(seconds)), hashlib.sha256(content).hexdigest())

    def _content(self, file: str) -> bytes:
        path = named_file(file, self.folder, self.folder)
        try:
            if path.stat().st_size > _MOST_DATA_BYTES:
                raise ValueError(f"{file} has more than {_MOST_DATA_BYTES / 1e9:.0f} GB")
            return path.read_bytes()
        except OSError as error:
            raise ValueError(f"{file} cannot be read: {error.strerror}") from None


def _refuse_uneven(file: str, table: Table) -> None:
    uneven = sorted([*table.longer, *table.shorter])
    if uneven:
        raise ValueError(f"{file}: {named_rows(uneven, f'without the {len(table.header)} fields of the header')}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
