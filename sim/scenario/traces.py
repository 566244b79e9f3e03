"""Recorded letters in files, one a row: the one reader of traces, for scenarios and for replays.

A trace is a CSV file or, by its ending `.jsonl` or `.ndjson`, JSON Lines. Names of columns are the caller's; only the
one of times must be there. Fields are taken without the spaces around them.
"""

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby
from sys import intern
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.safe_text import cell_text
from sim.core.tables import Int64s
from sim.models.traces import TraceColumns, TraceLetters
from sim.models.wording import Rule, named_rows
from sim.scenario.text_files import decoded, read_instants, read_table

JSON_LINES: Final = (".jsonl", ".ndjson")
"""Endings of files that have one JSON object a line."""

_CASES: Final = ("case", "case_id", "caseid", "case id", "Case ID", "CaseID", "case:concept:name", "案件编号")
"""Columns that logs of events, several a case, name their cases in."""

_MOST_BYTES: Final = 10_000_000
"""Size of the largest letter: many are under way at once, each with its text in memory."""

_MOST_QUOTED: Final = 60
"""Characters of a bad value that a message quotes."""

_SIZE: Final = Rule(
    f"size must be a number of bytes, 0 to {_MOST_BYTES:,}", f"without a size in bytes, 0 to {_MOST_BYTES:,}"
)
_OBJECT: Final = Rule("must be a JSON object", "without a JSON object")
_CONSTANT: Final = Rule("must not hold NaN or Infinity, which JSON does not know", "with NaN or Infinity")
_NESTED: Final = Rule("is nested too deeply", "nested too deeply")
_NO_TIME_COLUMN: Final = Rule("needs the column 'received'", "without the column of times")
_NO_CASE: Final = Rule("needs the name of its case", "without the name of their case")


class BadRow(NamedTuple):
    """A row that is no letter."""

    line: int
    rule: Rule
    written: Any

    def __str__(self) -> str:
        if self.rule in (_OBJECT, _CONSTANT, _NESTED, _NO_TIME_COLUMN, _NO_CASE) or self.rule.one.startswith("has "):
            return self.rule.one
        return f"{self.rule.one} (got {_quoted(self.written)})"


class TraceError(ValueError):
    """A file that is no trace.

    Attributes:
        rows: the rows that are bad, in the order of the file; none if the file is bad as a whole.
    """

    def __init__(self, message: str, rows: Sequence[BadRow] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class _RawRows(NamedTuple):
    """Rows of a file before they are understood."""

    lines: list[int]
    fields: dict[str, list[Any]]
    bad: list[BadRow]


def parse_letters(content: bytes, columns: TraceColumns, *, json_lines: bool = False) -> TraceLetters:
    """The letters of a trace by time of receipt, in microseconds.

    Raises: TraceError naming every bad row, or saying why the file is none.
    """
    cases = _CASES if columns.case is None else (columns.case,)
    wanted = [*columns[1:5], *cases]
    try:
        text = decoded(content)
        rows = _json_rows(text, columns.received, wanted) if json_lines else _csv_rows(text, columns.received, wanted)
        if columns.case is not None and columns.case not in rows.fields:
            raise TraceError(f"has no column '{columns.case}' of cases")
    except ValueError as error:
        raise error if isinstance(error, TraceError) else TraceError(str(error)) from None
    times = read_instants(rows.fields[columns.received])
    bad = rows.bad + [BadRow(rows.lines[row], rule, rows.fields[columns.received][row]) for row, rule in times.bad]
    category, channel, unit = (_names(rows, name, bad) for name in columns[1:4])
    size = _sizes(rows, columns.size, bad)
    first = _first_of_each_case(rows, columns.case, times.instants, bad)
    if bad:
        raise _refused(bad)
    if not rows.lines:
        raise TraceError("has no letters")
    if times.days_only == len(rows.lines):
        raise TraceError("says on which day letters came and not when, such as 2021-05-03 19:30")
    _refuse_events(rows, cases if columns.case is None else ())
    order = first[np.argsort(times.instants[first], kind="stable")]
    category, channel, unit = ([names[row] for row in order.tolist()] for names in (category, channel, unit))
    return TraceLetters(
        received=times.instants[order],
        category=tuple(category),
        channel=tuple(channel),
        unit=tuple(unit),
        size=size[order],
        digest=sha256(content).hexdigest(),
        line=np.array(rows.lines, dtype=np.int64)[order],
        zone=times.zone,
        days_only=times.days_only,
    )


def _csv_rows(text: str, received: str, wanted: Sequence[str]) -> _RawRows:
    table = read_table(text, received, wanted)
    many = f"without the {len(table.header)} fields of the header"
    kinds = (("more", table.longer), ("fewer", table.shorter))
    bad = [
        BadRow(line, Rule(f"has {what} columns than the first line", many), written)
        for what, rows in kinds
        for line, written in rows
    ]
    fields: dict[str, list[Any]] = {
        name: cells if name == received else [cell_text(cell.strip()) for cell in cells]
        for name, cells in table.columns.items()
    }
    return _RawRows(table.lines, fields, bad)


def _json_rows(text: str, received: str, wanted: Sequence[str]) -> _RawRows:
    rows = _RawRows([], {received: [], **{name: [] for name in wanted}}, [])
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        value, rule = _json(written)
        if rule is None and received not in value:
            rule = _NO_TIME_COLUMN
        if rule is not None:
            rows.bad.append(BadRow(line, rule, written))
            continue
        rows.lines.append(line)
        for name, fields in rows.fields.items():
            fields.append(value.get(name))
    if not rows.lines and not rows.bad:
        raise TraceError("has no letters")
    return rows


def _json(written: str) -> tuple[Any, Rule | None]:
    try:
        value = json.loads(written, parse_constant=_no_constant)
    except OverflowError:
        return None, _CONSTANT
    except ValueError:
        return None, _OBJECT
    except RecursionError:
        return None, _NESTED
    return value, None if isinstance(value, dict) else _OBJECT


def _no_constant(constant: str) -> None:
    raise OverflowError(constant)


def _names(rows: _RawRows, column: str, bad: list[BadRow]) -> list[str]:
    """The fields of a column as names; empty texts if it is not there."""
    if column not in rows.fields:
        return [""] * len(rows.lines)
    no_text = Rule(f"{column} must be a text", f"without a text as {column}")
    no_utf_8 = Rule(f"{column} must be a text in UTF-8", f"with a {column} that is no text in UTF-8")
    names = []
    for row, written in enumerate(rows.fields[column]):
        name = "" if written is None else str(written).strip() if type(written) in (str, int) else None
        if name is None:
            bad.append(BadRow(rows.lines[row], no_text, written))
        elif not name.isascii() and not _is_unicode(name):
            bad.append(BadRow(rows.lines[row], no_utf_8, written))
        # A trace may have a million letters, and they share a few names.
        names.append(intern(name or ""))
    return names


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sizes(rows: _RawRows, column: str, bad: list[BadRow]) -> Int64s:
    sizes = np.zeros(len(rows.lines), dtype=np.int64)
    for row, written in enumerate(rows.fields.get(column, ())):
        if written is None or written == "":
            continue
        try:
            size = -1 if isinstance(written, bool | float) else int(written)
        except (TypeError, ValueError):
            size = -1
        if 0 <= size <= _MOST_BYTES:
            sizes[row] = size
        else:
            bad.append(BadRow(rows.lines[row], _SIZE, written))
    return sizes


def _first_of_each_case(
    rows: _RawRows, column: str | None, instants: npt.NDArray[np.datetime64], bad: list[BadRow]
) -> Int64s:
    """The rows that are letters: all, or the earliest of each case."""
    if column is None:
        return np.arange(len(rows.lines))
    cases = np.array([str(each if each is not None else "").strip() for each in rows.fields[column]], dtype=object)
    bad += [BadRow(rows.lines[row], _NO_CASE, "") for row in np.flatnonzero(cases == "")]
    order = np.argsort(instants, kind="stable")
    first: dict[str, int] = {}
    for row in order.tolist():
        first.setdefault(cases[row], row)
    return np.array(list(first.values()), dtype=np.int64)


def _refuse_events(rows: _RawRows, columns: Sequence[str]) -> None:
    """Refuse a file whose rows are events of cases, and not letters."""
    for column in columns:
        named = [each for each in rows.fields.get(column, ()) if each not in (None, "")]
        cases = len(set(map(str, named)))
        if cases < len(named):
            raise TraceError(
                f"has {len(named)} rows of {cases} cases in its column '{column}': they are events, and not letters. "
                f"A scenario that says `case: '{column}'` beside its trace takes the first event of each case"
            )


def _refused(bad: list[BadRow]) -> TraceError:
    in_order = sorted(bad, key=lambda each: each.line)
    often = Counter(each.rule.many for each in in_order)
    by_rule = groupby(sorted(in_order, key=lambda each: -often[each.rule.many]), lambda each: each.rule.many)
    said = [named_rows([(each.line, _text(each.written)) for each in rows], many) for many, rows in by_rule]
    return TraceError("; ".join(said), in_order)


def _text(written: Any) -> str:
    return written if isinstance(written, str) else _quoted(written)


def _quoted(written: Any) -> str:
    """What stands in a row, short, and printable on any terminal as `repr` is."""
    try:
        told = repr(written)
    except (RecursionError, ValueError):  # nested deeply, or a whole number of thousands of digits
        return f"a {type(written).__name__}"
    return told if len(told) <= _MOST_QUOTED else f"{told[:_MOST_QUOTED]}..."
