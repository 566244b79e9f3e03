"""The roster sheet: who works which shift on which day of the window, one row a group of people of a unit.

Absence is not in it: it says who should come.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.safe_text import Cell, safe_cell, write_csv
from sim.sampling.roster import Shifts, people_of_groups, people_of_units, shifts_of
from sim.scenario.setting import Setting

Row = list[Cell]

_MOMENT: Final = re.compile(rb"(?<=W3CDTF\">)[^<]+")
"""When the workbook was created and changed, as its properties say."""


def roster_sheet(setting: Setting) -> Iterator[Row]:
    """Headings, then a row for each group of people of a unit, with its shift of each day of the window."""
    scenario, places = setting.scenario, setting.places
    days = range(scenario.window_start // DAY, -(-scenario.window_end // DAY))
    dates = [(scenario.start + timedelta(days=day)).isoformat() for day in days]
    yield ["team", "unit", "roster", "group", "people", *dates]
    for name, team in scenario.teams.items():
        units = places.of_team(name)
        for roster, headcount in team.staff.items():
            people = people_of_units(team, roster, headcount, places.share[units.start : units.stop])
            pattern = scenario.roster(roster)
            if pattern is None:
                for unit in np.flatnonzero(people).tolist():
                    yield [
                        name,
                        places.names[units.start + unit],
                        roster,
                        1,
                        int(people[unit]),
                        *["00:00-24:00"] * len(days),
                    ]
                continue
            groups, shifts = people_of_groups(pattern, people), shifts_of(pattern, setting)
            plans = [_shifts_by_day(shifts, group, days) for group in range(groups.shape[1])]
            for unit, group in zip(*(each.tolist() for each in np.nonzero(groups)), strict=True):
                where: Row = [name, places.names[units.start + unit], roster, group + 1, int(groups[unit, group])]
                yield [*where, *plans[group]]


def write_sheet(setting: Setting, folder: Path) -> None:
    """Write roster.csv and roster.xlsx into a folder."""
    rows = list(roster_sheet(setting))
    write_csv(folder / "roster.csv", rows)
    book = Workbook(write_only=False)
    sheet = book.active
    assert sheet is not None, "a new book has a sheet"
    sheet.title = "roster"
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "F2"
    for column, width in zip("ABCDE", (14, 18, 26, 8, 8), strict=True):
        sheet.column_dimensions[column].width = width
    content = BytesIO()
    book.save(content)
    (folder / "roster.xlsx").write_bytes(_without_clock(content))


def _without_clock(book: BytesIO) -> bytes:
    """A workbook without the moment at which it was written, so that the same rows are the same bytes."""
    content = BytesIO()
    with ZipFile(book) as written, ZipFile(content, "w", ZIP_DEFLATED) as timeless:
        for part in written.namelist():
            # Without a time of its own a part is of 1980, the first year that the format knows.
            timeless.writestr(ZipInfo(part), _MOMENT.sub(b"1980-01-01T00:00:00Z", written.read(part)), ZIP_DEFLATED)
    return content.getvalue()


def _shifts_by_day(shifts: Shifts, group: int, days: range) -> list[str]:
    """The shifts of a group by the day on which they start; nothing where it rests."""
    own = shifts.group == group
    texts: dict[int, list[str]] = {}
    for start, end in sorted(zip(shifts.start[own].tolist(), shifts.end[own].tolist(), strict=True)):
        texts.setdefault(start // DAY, []).append(f"{_clock(start)}-{_clock(end, end=True)}")
    return [" ".join(texts.get(day, [])) for day in days]


def _clock(instant: int, *, end: bool = False) -> str:
    of_day = instant % DAY
    if end and of_day == 0:
        of_day = DAY
    return f"{of_day // HOUR:02}:{of_day % HOUR // MINUTE:02}"
