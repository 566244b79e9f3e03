"""Tables as workbooks for spreadsheets, the same rows the same bytes; of a run its SLAs by unit, hour and date."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

from sim.core.safe_text import Cell, safe_cell
from sim.metrics.report import Report
from sim.output.text.formats import name, unit_name, weekday_names
from sim.output.words import say
from sim.statistics import Estimate

_MOMENT: Final = re.compile(rb"(?<=W3CDTF\">)[^<]+")
"""When a workbook was written, as it says itself."""

_WIDTH: Final = 16
"""Characters of a column."""


def write_run_workbook(file: Path, report: Report, lang: str) -> None:
    """Compliance with each SLA by unit, by weekday and hour of receipt, and by date of receipt, a sheet each."""
    tables = {"units": _units(report, lang), "hours": _hours(report, lang), "dates": _dates(report, lang)}
    write_workbook(file, {say(lang, f"workbook.sheet-{table}"): rows for table, rows in tables.items()})


def write_workbook(
    file: Path, sheets: Mapping[str, Iterable[Iterable[Cell]]], *, frozen: str = "A2", widths: Sequence[int] = ()
) -> None:
    """Write rows, the first of them headings, as the sheets of a workbook, every cell harmless.

    Args:
        frozen: the first cell that is scrolled.
        widths: characters of the first columns.
    """
    book = Workbook(write_only=False)
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([safe_cell(cell) for cell in row])
        for cell, width in zip(sheet[1], chain(widths, repeat(_WIDTH)), strict=False):
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = width
        sheet.freeze_panes = frozen
        sheet.auto_filter.ref = sheet.dimensions
    content = BytesIO()
    # As `book.save` does, which leaves the archive open if a disk is full, and Python complains of it later.
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    file.write_bytes(_without_clock(content))


def _without_clock(book: BytesIO) -> bytes:
    """A workbook without the moment at which it was written, so that the same rows are the same bytes."""
    content = BytesIO()
    with ZipFile(book) as written, ZipFile(content, "w", ZIP_DEFLATED) as timeless:
        for part in written.namelist():
            # Without a time of its own a part is of 1980, the first year that the format knows.
            timeless.writestr(ZipInfo(part), _MOMENT.sub(b"1980-01-01T00:00:00Z", written.read(part)), ZIP_DEFLATED)
    return content.getvalue()


def _units(report: Report, lang: str) -> Iterator[list[Cell]]:
    """The district table: each SLA in every unit, the units of the highest team first."""
    yield _headings(lang, "sla team unit within letters late compliance low high rank-best rank-worst")
    for sla in report.slas.values():
        for unit in sla.by_unit:
            within = None if unit.within is None else unit_name(lang, unit.within)
            place = [name(lang, unit.team), unit_name(lang, unit.name), within]
            figures = [unit.letters.mean, unit.breaches.mean, *_ends(unit.compliance)]
            yield [name(lang, sla.name), *place, *figures, *(unit.rank or (None, None))]


def _hours(report: Report, lang: str) -> Iterator[list[Cell]]:
    """Each SLA by weekday and hour of receipt; nothing where no letters come."""
    yield _headings(lang, "sla weekday hour letters compliance low high")
    for sla in report.slas.values():
        for day, weekday in enumerate(weekday_names(lang)):
            for hour in range(24):
                letters = float(sla.letters_by_hour_of_week.mean[day, hour])
                share = sla.by_hour_of_week.at(day, hour)
                yield [name(lang, sla.name), weekday, hour, letters, *_ends(share)]


def _dates(report: Report, lang: str) -> Iterator[list[Cell]]:
    """Each SLA by date of receipt, those of the window with letters."""
    yield _headings(lang, "sla date letters late compliance low high")
    for sla in report.slas.values():
        for date in sla.by_date:
            figures = [date.letters.mean, date.breaches.mean, *_ends(date.compliance)]
            yield [name(lang, sla.name), date.name, *figures]


def _ends(share: Estimate) -> list[float | None]:
    return [share.mean, share.low, share.high]


def _headings(lang: str, keys: str) -> list[Cell]:
    return [say(lang, f"workbook.{key}") for key in keys.split()]
