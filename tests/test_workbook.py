"""The workbook of a run: each SLA by unit, hour of the week and date, the same as the report has it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from shown import small

import cli
from sim.core.options import Options
from sim.output.results.run import run
from sim.output.results.workbook import write_run_workbook


def rows(file: Path, sheet: str) -> list[tuple[object, ...]]:
    """The rows of a sheet below its headings."""
    return list(load_workbook(file)[sheet].iter_rows(min_row=2, values_only=True))


def test_the_workbook_says_what_the_report_says(tmp_path: Path) -> None:
    report = run(small(tmp_path), Options(out=tmp_path / "run", report=False)).report
    write_run_workbook(tmp_path / "tables.xlsx", report, "en")
    signed, closed = report.slas.values()
    units = rows(tmp_path / "tables.xlsx", "units")
    first = signed.by_unit[0]
    assert len(units) == len(signed.by_unit) + len(closed.by_unit)
    assert units[0][:5] == ("signed", first.team, first.name, None, first.letters.mean)
    assert units[0][6] == pytest.approx(first.compliance.mean)
    hours = rows(tmp_path / "tables.xlsx", "hours of the week")
    assert len(hours) == 2 * 168
    assert hours[24 + 9][:3] == ("signed", "Tue", 9)
    assert sum(row[3] for row in hours[:168]) == pytest.approx(signed.letters.mean)  # type: ignore[misc]
    dates = rows(tmp_path / "tables.xlsx", "dates")
    assert [row[1] for row in dates if row[0] == "signed"] == [date.name for date in signed.by_date]
    assert sum(row[2] for row in dates if row[0] == "signed") == pytest.approx(signed.letters.mean)  # type: ignore[misc]
    assert sum(row[3] for row in dates if row[0] == "signed") == pytest.approx(signed.breaches.mean)  # type: ignore[misc]
    content = (tmp_path / "tables.xlsx").read_bytes()
    write_run_workbook(tmp_path / "tables.xlsx", report, "en")
    assert (tmp_path / "tables.xlsx").read_bytes() == content
    write_run_workbook(tmp_path / "tables.xlsx", report, "zh")
    assert load_workbook(tmp_path / "tables.xlsx").sheetnames == ["各单位", "一周各小时", "各日期"]


def test_it_goes_with_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path)
    monkeypatch.setattr("sim.output.html.page.write_drawn", lambda *_, **__: None)
    asked = ["run", str(tmp_path / "small.yaml"), "--replications", "2", "--out", str(tmp_path / "run"), "--quiet"]
    assert CliRunner().invoke(cli.cli, [*asked, "--no-report"]).exit_code == 0
    assert not (tmp_path / "run" / "tables.xlsx").exists()
    told = CliRunner().invoke(cli.cli, [*asked, "--xlsx"])
    assert told.exit_code == 0, told.output
    assert (tmp_path / "run" / "tables.xlsx").exists()
    refused = CliRunner().invoke(cli.cli, [*asked, "--xlsx", "--no-report"])
    assert refused.exit_code == 2
    assert "--xlsx goes with the page" in refused.output
