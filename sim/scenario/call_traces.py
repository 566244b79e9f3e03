"""Files of calls, one a row: the one reader of traces in which a letter makes several."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.safe_text import cell_text
from sim.core.tables import Int64s
from sim.models.operation_names import RECEIVE
from sim.models.wording import named_rows, one_of
from sim.scenario.text_files import Table, decoded, read_instants, read_table

OPERATION: Final = "operation"
"""Column by which a file is known to hold calls, and not letters."""

CALL_COLUMNS: Final = ("at", "letter", OPERATION, "channel", "category", "unit", "size")
"""Of which the first three must be there; channel, category and size are those of the call that takes a letter in."""

_MOST_BYTES: Final = 10_000_000


class CallRows(NamedTuple):
    """Calls by time; all columns of shape (calls,)."""

    at: npt.NDArray[np.datetime64]  # local, microseconds
    letter: Int64s  # its number among the letters, in order of receipt
    operation: list[str]
    channel: list[str]
    category: list[str]
    unit: list[str]
    size: Int64s


def holds_calls(text: str) -> bool:
    """Whether the header of a CSV file has the column of operations."""
    try:
        return OPERATION in read_table(text.lstrip("\r\n").split("\n", 1)[0] + "\nx", OPERATION).header
    except ValueError:
        return False


def read_calls(content: bytes) -> CallRows:
    """The calls of a CSV file, each letter's after the one that takes it in.

    Raises: ValueError naming every bad row, or saying why the file is none.
    """
    table = read_table(decoded(content), OPERATION, CALL_COLUMNS)
    missing = [name for name in CALL_COLUMNS[:3] if name not in table.columns]
    if missing:
        raise ValueError(f"has no column {one_of(missing[0], table.header)}")
    uneven = sorted([*table.longer, *table.shorter])
    if uneven:
        raise ValueError(named_rows(uneven, f"without the {len(table.header)} fields of the header"))
    cells = {
        name: [cell_text(cell.strip()) for cell in table.columns.get(name, [""] * len(table.lines))]
        for name in CALL_COLUMNS
    }
    times = read_instants(table.columns["at"])
    problems = [_refused(table, "at", [row for row, _ in times.bad], "without a time such as 2021-05-03T08:00:01")]
    for name in ("letter", OPERATION):
        empty = [row for row, cell in enumerate(cells[name]) if not cell]
        problems.append(_refused(table, name, empty, f"without {'a letter' if name == 'letter' else 'an operation'}"))
    sizes = [_size(cell) for cell in cells["size"]]
    large = [row for row, size in enumerate(sizes) if size < 0]
    problems.append(_refused(table, "size", large, f"without a size in bytes, 0 to {_MOST_BYTES:,}"))
    if any(problems):
        raise ValueError("; ".join(filter(None, problems)))
    order = np.argsort(times.instants, kind="stable")
    in_order = {name: [each[row] for row in order.tolist()] for name, each in cells.items()}
    lines = [table.lines[row] for row in order.tolist()]
    return CallRows(
        at=times.instants[order],
        letter=_numbered(in_order["letter"], in_order[OPERATION], lines),
        operation=in_order[OPERATION],
        channel=in_order["channel"],
        category=in_order["category"],
        unit=in_order["unit"],
        size=np.array(sizes, dtype=np.int64)[order],
    )


def _numbered(letters: Sequence[str], operations: Sequence[str], lines: Sequence[int]) -> Int64s:
    """The number of each call's letter; a letter begins with its receipt, and has no other."""
    numbers: dict[str, int] = {}
    early, twice = [], []
    for letter, operation, line in zip(letters, operations, lines, strict=True):
        if operation == RECEIVE:
            if letter in numbers:
                twice.append((line, letter))
            numbers.setdefault(letter, len(numbers))
        elif letter not in numbers:
            early.append((line, letter))
    problems = [
        named_rows(rows, what)
        for rows, what in (
            (early, f"before their letter's {RECEIVE}"),
            (twice, f"with a second {RECEIVE} of their letter"),
        )
        if rows
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return np.array([numbers[letter] for letter in letters], dtype=np.int64)


def _refused(table: Table, column: str, rows: Sequence[int], what: str) -> str:
    return named_rows([(table.lines[row], table.columns[column][row]) for row in rows], what) if rows else ""


def _size(cell: str) -> int:
    """Bytes; -1 for what is none."""
    if not cell:
        return 0
    return int(cell) if cell.isascii() and cell.isdecimal() and int(cell[:9]) <= _MOST_BYTES else -1
