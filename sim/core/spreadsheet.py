"""Tables as spreadsheets read them: text that looks like a formula is text, and Chinese survives being opened."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

Cell = str | int | float

BEGINNINGS: Final = "=+\\-@＝＋－＠\t\r\n"
"""What a cell begins with that some spreadsheet computes; the wide ones count where Chinese is written."""

_FORMULA: Final = re.compile(f"'*[{BEGINNINGS}]")
_MARKED: Final = re.compile(f"'+[{BEGINNINGS}]")
_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?")


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet computes: an apostrophe, which says text, before what looks like a formula."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def meant(text: str) -> str:
    """The text that `harmless` made a cell of."""
    return text[1:] if text.startswith("'") and _MARKED.match(text) else text


def write_csv(path: Path, rows: Iterable[Iterable[Cell]], *, marked: bool = True) -> None:
    """Write rows as CSV in UTF-8, every cell harmless.

    Args:
        marked: with the mark at the beginning (BOM) by which spreadsheets know UTF-8, and the line ends they expect.
    """
    with path.open("w", newline="", encoding="utf-8-sig" if marked else "utf-8") as file:
        table = csv.writer(file, lineterminator="\r\n" if marked else "\n")
        table.writerows([harmless(cell) for cell in row] for row in rows)
