"""CSV files of pages: what a page shows can be had as rows, as many cells a row as there are headings."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from test_plan import small_answer

from sim.comparison.report import Comparison
from sim.core.safe_text import Cell
from sim.metrics.report import Report
from sim.output.results.comparison_csv import COMPARISON_CSV
from sim.output.results.load_csv import STRESS_CSV, TARGETS_CSV
from sim.output.results.plan_csv import PLAN_CSV
from sim.output.results.run_csv import RUN_CSV

Table = tuple[list[Cell], list[list[Cell]]]


def read(rows: Iterator[list[Cell]]) -> Table:
    headings, *others = rows
    return headings, others


@pytest.mark.parametrize(
    ("files", "fixture"),
    [(RUN_CSV, "small_report"), (COMPARISON_CSV, "comparison"), (STRESS_CSV, "stress_report"), (TARGETS_CSV, "found"),
     (PLAN_CSV, "")],
)  # fmt: skip
def test_all_rows_fit_their_headings(
    files: Mapping[str, Callable[[Any], Iterator[list[Cell]]]], fixture: str, request: pytest.FixtureRequest
) -> None:
    found = request.getfixturevalue(fixture) if fixture else small_answer()
    for name, rows in files.items():
        headings, others = read(rows(found))
        assert len(set(headings)) == len(headings), name
        assert others, name
        assert {len(row) for row in others} == {len(headings)}, name
        cells = [cell for row in others for cell in row]
        assert all(cell is None or isinstance(cell, str | int | float) for cell in cells), name
        assert "nan" not in {str(cell) for cell in cells}, name


def test_causes_hours_and_cells_add_up_to_the_letters_of_an_sla(small_report: Report) -> None:
    def total(name: str, column: str) -> dict[str, float]:
        headings, rows = read(RUN_CSV[name](small_report))
        at, sums = headings.index(column), dict.fromkeys(small_report.slas, 0.0)
        for row in rows:
            sums[str(row[0])] += float(row[at] or 0)
        return sums

    for sla in small_report.slas.values():
        assert total("causes", "late")[sla.name] == pytest.approx(sla.breaches.mean)
        assert total("causes_by_hour", "late")[sla.name] == pytest.approx(sla.breaches.mean)
        assert total("hours_of_week", "letters")[sla.name] == pytest.approx(sla.letters.mean)
        assert total("elapsed", "share")[sla.name] == pytest.approx(1.0)


def test_the_course_of_a_comparison_is_that_of_its_reports(comparison: Comparison) -> None:
    _, rows = read(COMPARISON_CSV["on_duty"](comparison))
    for name, report in comparison.reports.items():
        for team in report.teams.values():
            told = [row[4] for row in rows if row[:2] == [name, team.name]]
            np.testing.assert_array_equal(np.array(told, np.float64), team.week.on_duty.mean)
