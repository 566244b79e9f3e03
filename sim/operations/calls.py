"""Calls of letters in the course of time: what a replay sends, one call a letter or its whole way.

A file of calls is CSV, one call a row: `at` (local time), `letter` (any name), `operation` (as `targets` names it),
`channel`, `category`, `unit` and `size`. The first call of a letter is `receive`; the answer names it for the others.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sys import intern
from typing import NamedTuple

import numpy as np

from sim.core.errors import Problem, ScenarioError
from sim.core.tables import Bools, Floats, Int16s, Int64s
from sim.models.operation_names import RECEIVE
from sim.operations.trace_files import TracedLetter, read_trace
from sim.scenario.call_traces import holds_calls, read_calls
from sim.scenario.text_files import decoded
from sim.scenario.traces import JSON_LINES


class Calls(NamedTuple):
    """Calls by time; arrays of shape (calls,)."""

    start: datetime  # of the first
    at: Floats  # seconds since then
    letter: Int64s  # index of its letter
    operation: Int16s  # index of its operation
    unit: Sequence[str]  # that works on it; the letter's home for a receipt
    operations: tuple[str, ...]
    letters: Sequence[TracedLetter]

    def moment(self, row: int) -> str:
        """Local time of a call."""
        return (self.start + timedelta(seconds=float(self.at[row]))).isoformat()

    def only(self, rows: Bools) -> "Calls":
        """Some of the calls, at least one, with their letters, counted from the first of them."""
        kept = np.flatnonzero(rows)
        letters, letter = np.unique(self.letter[kept], return_inverse=True)
        operations, operation = np.unique(self.operation[kept], return_inverse=True)
        return Calls(
            start=self.start + timedelta(seconds=float(self.at[kept[0]])),
            at=self.at[kept] - self.at[kept[0]],
            letter=letter,
            operation=operation.astype(np.int16),
            unit=[self.unit[row] for row in kept.tolist()],
            operations=tuple(self.operations[number] for number in operations.tolist()),
            letters=[self.letters[number] for number in letters.tolist()],
        )

    def rows(self, rows: Int64s) -> "Calls":
        """Some of the calls, counted from the same start, among all letters."""
        unit = [self.unit[row] for row in rows.tolist()]
        return self._replace(at=self.at[rows], letter=self.letter[rows], operation=self.operation[rows], unit=unit)

    def busiest(self, seconds: float) -> "Calls":
        """The calls of the busiest stretch of so many seconds; of the earliest of several."""
        within = np.searchsorted(self.at, self.at + seconds) - np.arange(len(self.at))
        rows, first = np.arange(len(self.at)), int(within.argmax())
        return self.only((rows >= first) & (rows < first + int(within[first])))

    def received_before(self) -> Int64s:
        """Letters with calls none of which is a receipt, since it came before the others."""
        receipt = self.operations.index(RECEIVE) if RECEIVE in self.operations else -1
        return np.setdiff1d(self.letter, self.letter[self.operation == receipt])


def receipts(letters: Sequence[TracedLetter]) -> Calls:
    """One call a letter, which takes it in.

    Args:
        letters: at least one, by time of receipt.
    """
    start = letters[0].received
    return Calls(
        start=start,
        at=np.array([(letter.received - start).total_seconds() for letter in letters]),
        letter=np.arange(len(letters)),
        operation=np.zeros(len(letters), np.int16),
        unit=[letter.unit for letter in letters],
        operations=(RECEIVE,),
        letters=letters,
    )


def read_call_trace(path: Path) -> Calls:
    """Read a trace: of calls, if it has a column of operations, else of letters.

    Raises: ScenarioError naming bad rows, or a file that is no trace or cannot be read.
    """
    if path.suffix.lower() in JSON_LINES:
        return receipts(read_trace(path))
    try:
        content = path.read_bytes()
        rows = read_calls(content) if holds_calls(decoded(content)) else None
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read as a trace: {error.strerror or error}")]) from None
    except ValueError as error:
        raise ScenarioError(str(path), [Problem(str(error))]) from None
    if rows is None:
        return receipts(read_trace(path))
    operations = tuple(dict.fromkeys(rows.operation))
    number = {name: index for index, name in enumerate(operations)}
    operation = np.array([number[name] for name in rows.operation], dtype=np.int16)
    received = rows.at.tolist()
    letters = [
        TracedLetter(received[row], intern(rows.channel[row]), intern(rows.category[row]), intern(rows.unit[row]), size)
        for row, size in enumerate(rows.size.tolist())
        if rows.operation[row] == RECEIVE
    ]
    at = (rows.at - rows.at[0]) / np.timedelta64(1, "s")
    return Calls(received[0], at, rows.letter, operation, [intern(each) for each in rows.unit], operations, letters)
