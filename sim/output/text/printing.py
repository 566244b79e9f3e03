"""What is printed: as plain text for files and pipes, harmless for a terminal, and tables as wide as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from sim.core.safe_text import printable
from sim.statistics import Verdict

_WIDEST: Final = 100_000
"""Columns of which more are never needed."""

VERDICT_STYLES: Final = {
    Verdict.MET: "green",
    Verdict.MISSED: "bold red",
    Verdict.UNCLEAR: "yellow",
    Verdict.NOT_JUDGED: "",
}

CaptionedTable = tuple[str, list[str], list[list[Any]]]
"""Caption, headings and rows of a table that the terminal and a page show."""

_BORDERS: Final = "┏┡├└"
_HEADING, _ROW, _SECTION = "┃", "│", "├"
"""What the lines of a table begin with."""


def as_text(what: RenderableType) -> str:
    """What would be printed, as text without colours and as wide as it needs, for a file or a pipe."""
    if isinstance(what, str):
        return f"{printable(what)}\n"
    text = StringIO()
    plainly: Any = {"color_system": None, "legacy_windows": False, "highlight": False, "markup": False, "emoji": False}
    console = Console(file=text, width=_WIDEST, **plainly)
    console.width = Measurement.get(console, console.options, what).maximum
    console.print(what)
    return printable("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()))


def harmless(what: RenderableType, console: Console) -> RenderableType:
    """The same without anything that the terminal would obey, but for what the console itself says to it."""
    return Segments(Segment(printable(text), style, control) for text, style, control in console.render(what))


def captioned(table: CaptionedTable) -> Table:
    """A table with its caption, to be printed: names at the left, and then numbers."""
    caption, headings, rows = table
    printed = Table(title=caption, title_justify="left", title_style="")
    for position, each in enumerate(headings):
        printed.add_column(each, justify="right" if position else "left", overflow="fold")
    for row in rows:
        printed.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return printed


@dataclass(frozen=True)
class InParts:
    """A table of many columns, as several tables below each other where it is too wide.

    Attributes:
        first: heading and cells of a column that every part begins with.
        columns: heading and cells of the others.
    """

    title: str
    first: tuple[str, Sequence[str]]
    columns: Sequence[tuple[str, Sequence[Text]]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The title, and as few tables as fit."""
        yield Text(self.title)
        left = list(self.columns)
        while left:
            count = len(left)
            while count > 1 and self._width(left[:count], console, options) > options.max_width:
                count -= 1
            yield self._table(left[:count])
            del left[:count]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """As wide as one table of all, or as there is room for."""
        width = min(max(self._width(self.columns, console, options), cell_len(self.title)), options.max_width)
        return Measurement(width, width)

    def _width(self, columns: Sequence[tuple[str, Sequence[Text]]], console: Console, options: ConsoleOptions) -> int:
        return Measurement.get(console, options.update(max_width=_WIDEST), self._table(columns)).maximum

    def _table(self, columns: Sequence[tuple[str, Sequence[Text]]]) -> Table:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1))
        heading, firsts = self.first
        table.add_column(heading, justify="right")
        for heading, _ in columns:
            table.add_column(Text(heading), justify="right", overflow="fold")
        for row, cell in enumerate(firsts):
            table.add_row(cell, *(cells[row] for _, cells in columns))
        return table


def fitted(text: str) -> Group:
    """A text whose tables were printed as wide as they needed, to be printed as wide as a terminal is."""
    parts: list[RenderableType] = []
    for in_table, group in groupby(text.splitlines(), lambda line: line[:1] in (*_BORDERS, _HEADING, _ROW)):
        lines = list(group)
        parts += [_table(lines)] if in_table else [Text(line.rstrip()) for line in lines]
    return Group(*parts)


def _table(lines: Sequence[str]) -> Table:
    headings = [_cells(line, _HEADING) for line in lines if line.startswith(_HEADING)]
    rows = [_cells(line, _ROW) for line in lines if line.startswith(_ROW)]
    table = Table()
    for number, parts in enumerate(zip(*headings, strict=True)):
        column = [*parts, *(row[number] for row in rows)]
        right = any(cell.startswith("  ") for cell in column) and not any(cell.endswith("  ") for cell in column)
        heading = Text(" ".join(part.strip() for part in parts).strip())
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for line in lines:
        if line.startswith(_SECTION):
            table.add_section()
        elif line.startswith(_ROW):
            table.add_row(*(Text(cell.strip()) for cell in _cells(line, _ROW)))
    return table


def _cells(line: str, border: str) -> list[str]:
    return line.strip(border).split(border)
