"""Tables as spreadsheets read them: a name is never a formula, and is the same name when it is read again."""

import csv
import re
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from runs import ROOT, setting, written

from sim.core.safe_text import cell_text, safe_cell, write_csv
from sim.models.traces import TraceColumns
from sim.operations.trace_files import TracedLetter, read_trace, write_trace
from sim.output.results.plan import write_sheets
from sim.scenario.files import ScenarioFiles

FORMULAS = ["=1+1", "+1+1", "-1-1", "@SUM(A1)", "＝1", "＠x", "\t=1", "\r=1", "'=1", "''-x", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_looks_like_a_formula_is_text(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "desk", "a=b", "'quoted'", "-5", "+2.50", "08:00-12:00", 7, -7, 0.5])
def test_other_cells_stay_as_they_are(cell: str | float) -> None:
    assert safe_cell(cell) == cell


@given(st.text() | st.sampled_from(FORMULAS))
def test_it_is_meant_as_it_was(cell: str) -> None:
    made = safe_cell(cell)
    assert isinstance(made, str)
    assert cell_text(made) == cell
    assert safe_cell(made) == f"'{made}" or made == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(), min_size=1))
def test_no_cell_of_a_file_is_a_formula(cells: list[str | int]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        write_csv(path, [cells])
        with path.open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.reader(file)
    assert [cell_text(cell) for cell in row] == [str(cell) for cell in cells]
    assert not [cell for cell in row if re.match(r"[=@]|[-+](?!\d+(\.\d+)?$)", cell)]


def test_a_trace_comes_back_with_the_names_that_went_out(tmp_path: Path) -> None:
    letters = [TracedLetter(datetime(2024, 1, 1, 8), "-web", "=noise", "@desk", 5)]
    write_trace(letters, tmp_path / "letters.csv")
    assert (tmp_path / "letters.csv").read_text() == (
        "received,channel,category,unit,size\n2024-01-01T08:00:00,'-web,'=noise,'@desk,5\n"
    )
    assert read_trace(tmp_path / "letters.csv") == letters
    read = ScenarioFiles(tmp_path).read_trace("letters.csv", TraceColumns())
    assert (read.category, read.channel, read.unit) == (("=noise",), ("-web",), ("@desk",))


def test_a_roster_sheet_has_no_formula(tmp_path: Path) -> None:
    text = """
    start: 2024-01-01
    window: 1 d
    arrivals: {per_day: 10}
    teams: {"=desk": {tier: city, staff: {"+early": 1}}}
    rosters: {"+early": {daily: ["08:00-09:00"]}}
    workflow: [{read: {by: "=desk", effort: 20 min}}]
    """
    write_sheets(setting(written(tmp_path, text)), tmp_path)
    cells = [cell for row in load_workbook(tmp_path / "roster.xlsx").active.rows for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.value for cell in cells if str(cell.value).startswith("'")] == ["'=desk", "'=desk", "'+early"]
    assert "'=desk,'=desk,'+early,1,1," in (tmp_path / "roster.csv").read_text("utf-8-sig")


def test_there_is_one_writer_of_tables() -> None:
    writers = [path.name for path in (ROOT / "sim").rglob("*.py") if "csv.writer(" in path.read_text("utf-8")]
    assert writers == ["safe_text.py"]
