"""Files of open letters, one a row: the one reader and the one writer of backlogs."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from sim.core.safe_text import Cell, cell_text, write_csv
from sim.models.backlog import DONE, BacklogRows, Instants, OpenState
from sim.models.wording import Rule, named_rows, one_of
from sim.scenario.text_files import Table, decoded, read_instants, read_table

_NAMES: Final = ("channel", "category", "unit", "step", "state")

_COLUMNS: Final = ("letter", "received", *_NAMES, "since")
"""Columns that are written, before those of finished steps."""


def write_backlog(path: Path, steps: Iterable[str], rows: Iterable[Iterable[Cell]]) -> None:
    """Write open letters in CSV.

    Args:
        steps: of which each row says when they were finished.
        rows: name of the letter, when it was received, its channel, category and home unit, the step where it is, its
            state there, since when that, and when each of the steps was finished.
    """
    write_csv(path, [[*_COLUMNS, *(f"{DONE}{step}" for step in steps)], *rows], marked=False)


def read_backlog(content: bytes) -> BacklogRows:
    """The open letters of a CSV file: `received` and `step`, and what else is known of each.

    Raises: ValueError naming every bad row, or saying why the file is none.
    """
    text = decoded(content)
    header = read_table(text, "received").header
    wanted = [name for name in header if name in (*_NAMES, "since") or name.startswith(DONE)]
    table = read_table(text, "received", wanted)
    if "step" not in table.columns:
        raise ValueError(f"has no column {one_of('step', header)}")
    uneven = sorted([*table.longer, *table.shorter])
    if uneven:
        raise ValueError(named_rows(uneven, f"without the {len(header)} fields of the header"))
    names = {
        name: tuple(cell_text(cell.strip()) for cell in table.columns.get(name, [""] * len(table.lines)))
        for name in _NAMES
    }
    state = tuple(each or OpenState.WAITING for each in names["state"])
    bad = [(line, each) for line, each in zip(table.lines, state, strict=True) if each not in list(OpenState)]
    if bad:
        raise ValueError(named_rows(bad, f"with a state that is none of {', '.join(OpenState)}"))
    return BacklogRows(
        received=_instants(table, "received"),
        channel=names["channel"],
        category=names["category"],
        unit=names["unit"],
        step=names["step"],
        state=state,
        since=_instants(table, "since"),
        done={name.removeprefix(DONE): _instants(table, name) for name in wanted if name.startswith(DONE)},
        line=tuple(table.lines),
        digest=sha256(content).hexdigest(),
    )


def _instants(table: Table, column: str) -> Instants:
    """The times of a column; NaT where a field is empty or the column is not there, which only `received` may not."""
    written: Sequence[str] = table.columns.get(column, ("",) * len(table.lines))
    rows = [row for row, cell in enumerate(written) if column == "received" or cell.strip()]
    read = read_instants([written[row] for row in rows])
    if read.bad:
        of_rule: dict[Rule, list[tuple[int, str]]] = {}
        for index, rule in read.bad:
            of_rule.setdefault(rule, []).append((table.lines[rows[index]], written[rows[index]]))
        said = "; ".join(named_rows(bad, f"{rule.many}, in the column {column}") for rule, bad in of_rule.items())
        raise ValueError(said)
    instants = np.full(len(written), np.datetime64("NaT"), dtype="datetime64[s]")
    instants[rows] = read.instants
    return instants
