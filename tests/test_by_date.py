"""As is against with a change that has dates: nothing differs before it, and the difference is seen while it lasts."""

import csv
from pathlib import Path

import pytest
from desk import written

from sim.comparison import compare as simulate
from sim.comparison.report import Comparison
from sim.core.options import Options
from sim.output.charts.by_date import ComplianceByDateChart, OpenByDateChart
from sim.output.results.comparison import compare
from sim.scenario.loading import Loaded, load

AS_IS = """\
start: 2024-01-01
warm_up: 7 d
window: 21 d
replications: 6
arrivals: {per_day: 200}
teams:
  desk: {staff: {four_teams_three_shifts: 20}}
workflow:
  - contact: {by: desk, effort: {mean: 15 min, cv: 1}}
sla:
  contacted: {until: contact.started, within: 30 min, target: 95%}
"""
FLU = "extends: as_is.yaml\nstaff_changes: [{team: desk, from: 2024-01-15, lasts: 5 d, people: -12, why: flu}]\n"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[Loaded]:
    folder = tmp_path_factory.mktemp("flu")
    return [load(written(folder, AS_IS, "as_is.yaml")), load(written(folder, FLU, "flu.yaml"))]


@pytest.fixture(scope="module")
def found(both: list[Loaded]) -> Comparison:
    return simulate(both, Options(report=False))


def test_the_difference_is_seen_from_the_date_on_and_passes(found: Comparison) -> None:
    by_date = found.pairs[0].by_date
    assert by_date is not None
    assert [day.isoformat() for day in (by_date.dates[0], by_date.dates[-1])] == ["2024-01-08", "2024-01-28"]
    contacted, open_letters = by_date.compliance["contacted"], by_date.open_letters
    assert [each.mean for each in contacted[:6]] == [0.0] * 6
    assert [each.mean for each in open_letters[:7]] == [0.0] * 7
    for day in range(7, 12):
        high, more = contacted[day].high, open_letters[day].mean
        assert high is not None
        assert high < 0
        assert more is not None
        assert more > 0
    assert abs(open_letters[-1].mean or 0.0) < 10
    assert found.dated


def test_charts_name_the_day_and_the_file_has_a_row_for_each(both: list[Loaded], tmp_path: Path) -> None:
    result = compare(both, Options(report=False, out=tmp_path / "out"))
    with (tmp_path / "out" / "by_date.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 21
    assert rows[0] == {
        "other": "flu", "what": "open letters", "date": "2024-01-08", "difference": "0.0", "low": "0.0", "high": "0.0",
    }  # fmt: skip
    for chart in (OpenByDateChart, ComplianceByDateChart):
        assert list(chart.panels(result.report)) == ["flu"]
        drawn = chart(result.report, "flu", Options())
        assert "January" in drawn.title()
        drawn.figure()


def test_what_has_no_dates_has_no_charts_by_date(both: list[Loaded], tmp_path: Path) -> None:
    more = load(both[0].source, ["teams.desk.staff.four_teams_three_shifts=22"])
    comparison = simulate([both[0], Loaded(more.scenario, more.source, "more", more.changes, more.figures)], Options())
    assert list(OpenByDateChart.panels(comparison)) == []
    assert comparison.pairs[0].by_date is not None
