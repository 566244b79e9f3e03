"""Comparisons where letters leave: who loses more of them does not simply look better."""

from pathlib import Path

import pytest
from rich.console import Console

from sim.comparison import compare as simulate
from sim.comparison.report import Comparison
from sim.core.options import Options
from sim.output.charts.differences import DifferencesChart
from sim.output.charts.sweep import SweepCurve
from sim.output.html.comparison_page import comparison_page
from sim.output.results.comparison_csv import COMPARISON_CSV
from sim.output.results.run import run
from sim.output.text.comparison import comparison_content, comparison_sentences, comparison_text
from sim.output.text.printing import as_text
from sim.output.text.sensitivity import sensitivity_sentences, sensitivity_tables
from sim.output.text.sweep import sweep_sentences, sweep_text
from sim.scenario.loading import Loaded, ScenarioFile, load
from sim.sensitivity import SensitivityQuestion, sensitivity
from sim.sensitivity.report import Sensitivity
from sim.sweep import scenarios_of, sweep
from sim.sweep.design import design_of
from sim.sweep.report import Sweep

LINE = """
start: 2024-01-01
window: 2 d
cool_down: 1 d
replications: 4
arrivals: {per_day: 300}
teams:
  desk: {staff: {always: 2}}
workflow:
  - answer: {by: desk, effort: {exponential: 8 min}, patience: {exponential: 4 min}}
sla:
  answered: {until: answer.started, within: 2 min, target: 80%}
"""
"""Two people at a telephone that would need three."""

SHORT = "workflow.answer.patience.exponential=1 min"
"""Callers who hang up sooner: fewer are left, and those are answered sooner."""


def line(folder: Path, stem: str, *changes: str) -> Loaded:
    path = folder / f"{stem}.yaml"
    path.write_text(LINE, "utf-8")
    return load(path, changes)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("lines")
    return simulate([line(folder, "today"), line(folder, "short", SHORT)])


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("swept")
    line(folder, "today")
    design = design_of(["workflow.answer.patience.exponential=4 min,1 min"])
    return sweep(scenarios_of(ScenarioFile(folder / "today.yaml"), design), design)


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Sensitivity:
    folder = tmp_path_factory.mktemp("unsure")
    line(folder, "today")
    ranges = ("workflow.answer.patience.exponential=1 min..5 min", "arrivals.per_day=270..330")
    return sensitivity(ScenarioFile(folder / "today.yaml"), SensitivityQuestion(ranges=ranges, points=0))


def test_who_is_better_by_losing_more_is_not_simply_better(comparison: Comparison) -> None:
    (pair,) = comparison.pairs
    answered = pair.slas["answered"]
    assert answered.finding == "better"
    assert answered.loses_more
    assert pair.loses_more == (answered,)
    assert not pair.dominates
    shares = [report.slas["answered"].left_in_time_share for report in comparison.reports.values()]
    today, short = (share.mean for share in shares if share is not None and share.mean is not None)
    assert answered.left is not None
    assert answered.left.mean == pytest.approx(short - today)


def test_the_answer_and_the_page_show_who_left_before_the_limit(comparison: Comparison) -> None:
    english, chinese = (" ".join(comparison_sentences(comparison, lang)) for lang in ("en", "zh"))
    assert "But under “short” surely more letters leave before the limit than under “today”" in english
    assert "「short」有明显更多来信在时限前离开" in chinese
    assert "answered: left before the limit" in as_text(comparison_text(comparison, "en"))
    page = comparison_page(comparison, manifest={}, pictures={}, lang="en")
    assert 'data-path="scenarios.short.sla.answered.left_in_time_share.mean"' in page
    assert 'data-path="pairs.0.sla.answered.left_difference.mean"' in page
    assert '<span class="verdict unclear">better</span><br><small>more letters leave before the limit</small>' in page
    assert DifferencesChart(comparison, "short", Options()).title().endswith("more letters leave before the limit")


def test_the_files_of_a_comparison_have_who_left(comparison: Comparison) -> None:
    told = comparison_content(comparison)["pairs"][0]["sla"]["answered"]["left_difference"]
    heading, today, short = COMPARISON_CSV["compliance"](comparison)
    place = heading.index("left_in_time_share")
    assert 0 < today[place] < short[place]
    heading, difference = COMPARISON_CSV["differences"](comparison)
    assert difference[heading.index("left_difference")] == told["mean"] == pytest.approx(short[place] - today[place])


def test_a_point_of_a_sweep_has_the_share_of_a_run(swept: Sweep, tmp_path: Path) -> None:
    second = swept.points[1].slas["answered"]
    alone = run(line(tmp_path, "alone", SHORT), Options(out=tmp_path / "out", report=False)).report
    assert second.left_in_time_share == alone.slas["answered"].left_in_time_share
    first = swept.points[0].slas["answered"]
    assert first.left_difference is None
    assert first.left_in_time_share is not None
    assert first.left_in_time_share.mean is not None
    assert second.left_in_time_share is not None
    assert second.left_difference is not None
    assert second.left_difference.mean == pytest.approx(
        (second.left_in_time_share.mean or 0) - first.left_in_time_share.mean
    )


def test_a_sweep_says_where_it_is_better_because_more_leave(swept: Sweep) -> None:
    text = " ".join(sweep_sentences(swept, "en"))
    assert "Beware of answered: at 1 point that is surely better than the first, surely more letters leave" in text
    assert "left before the limit" in as_text(sweep_text(swept, "en"))
    assert "时限前离开" in as_text(sweep_text(swept, "zh"))
    assert [row["left_in_time_share"] for row in swept.rows()] == [
        point.slas["answered"].left_in_time_share.mean  # type: ignore[union-attr]
        for point in swept.points
    ]
    figure = SweepCurve(swept, "", Options(lang="en")).figure()
    assert "dashed: left before the limit" in figure.svg()


def test_the_tables_of_a_sweep_fit_a_narrow_terminal(swept: Sweep) -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as printed:
        console.print(sweep_text(swept, "en"))
    assert "95.3% [93.1%," in printed.get()
    assert "27.4% [21.3%," in printed.get()


def test_a_scenario_without_a_name_goes_by_that_of_its_file(swept: Sweep, unsure: Sensitivity) -> None:
    assert swept.title == unsure.title == "today"


def test_a_sensitivity_says_what_moves_those_who_left(unsure: Sensitivity, swept: Sweep) -> None:
    """Less patience, at its low end, is that of the second point of the sweep, which the same letters meet."""
    answered, second = unsure.slas["answered"], swept.points[1].slas["answered"]
    (patience,) = (
        each for each in answered.effects if unsure.figures[each.figure].key.endswith("patience.exponential")
    )
    assert patience.low == second.difference
    assert patience.left_low == second.left_difference
    assert answered.left_in_time_share == swept.points[0].slas["answered"].left_in_time_share
    assert patience.better_by_losing == (True, False)
    text = " ".join(sensitivity_sentences(unsure, "en"))
    assert "patience.exponential=1 min moves that most, by +13.3 points" in text
    assert "Beware of answered: at 1 end of a range where it is surely better, surely more letters leave" in text
    assert len(sensitivity_tables(unsure, "zh", 8)) == 2
    (row,) = (row for row in unsure.rows() if row["figure"].endswith("patience.exponential"))
    assert second.left_difference is not None
    assert row["left_at_low"] == second.left_difference.mean


def test_where_nobody_loses_patience_nothing_is_said_of_it(tmp_path: Path) -> None:
    patient = [line(tmp_path, stem, "workflow.answer.patience=null", "replications=2") for stem in ("one", "two")]
    comparison = simulate(patient)
    assert comparison.leaving == []
    assert "left before" not in as_text(comparison_text(comparison, "en"))
    assert "left_difference" not in comparison_content(comparison)["pairs"][0]["sla"]["answered"]
    file, design = ScenarioFile(tmp_path / "one.yaml"), design_of(["arrivals.per_day=100,200"])
    point = sweep(scenarios_of(file, design, ["workflow.answer.patience=null", "replications=2"]), design).points[1]
    assert point.slas["answered"].left_in_time_share is None
    question = SensitivityQuestion(ranges=("arrivals.per_day=100..200",), points=0)
    overrides = ("workflow.answer.patience=null", "replications=2")
    unsure = sensitivity(file, question, Options(overrides=overrides))
    assert unsure.slas["answered"].left_in_time_share is None
    assert len(sensitivity_tables(unsure, "en", 8)) == 1
