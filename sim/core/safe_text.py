"""Texts and names that every file, terminal and spreadsheet takes as they are meant."""

import csv
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_UNFIT: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed; terminals obey them, XML has none
    "\u2028\u2029"  # line ends that only some readers know
    "\u202a-\u202e\u2066-\u2069"  # turn round the direction in which the rest of a line is shown
    "\ud800-\udfff"  # halves of a character: no encoding can write them
    "\ufffe\uffff"  # no characters at all, and not allowed in XML
    "]"
)

FILE_NAME_BYTES: Final = 100
"""Bytes of a part of a file's name; a file system takes 255 for all of it."""

_OTHERS: Final = re.compile(r"[^\w.-]")

Cell = str | int | float | None

_BEGINNINGS: Final = "=+\\-@＝＋－＠\t\r\n"
"""What a cell begins with that some spreadsheet computes; the wide ones count where Chinese is written."""

_FORMULA: Final = re.compile(f"'*[{_BEGINNINGS}]")

_MARKED: Final = re.compile(f"'+[{_BEGINNINGS}]")

_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?")


def unfit(text: str) -> str | None:
    """The first character of a text that no text may have, as `U+001B`; None if there is none."""
    found = _UNFIT.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def checked_text(text: str) -> str:
    """The same text, if it has none of these characters.

    Raises:
        ValueError: it has one.
    """
    bad = unfit(text)
    if bad is not None:
        raise ValueError(f"has a character that no text may have ({bad})")
    return text


def printable(text: str) -> str:
    r"""A text with these characters written out, as `\u001b`, which changes nothing in most and is fit for JSON."""
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def safe_file_name(name: str) -> str:
    """A name as it can stand in the names of files and ids: who names a scenario may use any character."""
    return short_file_name(_OTHERS.sub(lambda other: f"_{ord(other[0]):x}_", name))


def short_file_name(name: str, most: int = FILE_NAME_BYTES) -> str:
    """A name in at most so many bytes: a longer one is cut, and told from others by a hash.

    Args:
        most: at least 20.
    """
    content = name.encode(errors="surrogateescape")
    if len(content) <= most:
        return name
    key = hashlib.sha256(content).hexdigest()[:12]
    return f"{content[: most - len(key) - 1].decode(errors='ignore')}-{key}"


def safe_cell(cell: Cell) -> Cell:
    """A cell that no spreadsheet computes: an apostrophe, which says text, before what looks like a formula."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def cell_text(text: str) -> str:
    """The text that `safe_cell` made a cell of."""
    return text[1:] if text.startswith("'") and _MARKED.match(text) else text


def write_csv(path: Path, rows: Iterable[Iterable[Cell]], *, marked: bool = True) -> None:
    """Write rows as CSV in UTF-8, every cell harmless.

    Args:
        marked: with the mark at the beginning (BOM) by which spreadsheets know UTF-8, and the line ends they expect.
    """
    with path.open("w", newline="", encoding="utf-8-sig" if marked else "utf-8") as file:
        table = csv.writer(file, lineterminator="\r\n" if marked else "\n")
        table.writerows([safe_cell(cell) for cell in row] for row in rows)


def unit_label(unit: str) -> str:
    """The key of a unit among all labels of a scenario, where a category may have the same name."""
    return f"unit {unit}"
