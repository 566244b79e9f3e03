"""Comparisons where letters leave: who loses more of them does not simply look better."""

from pathlib import Path

import pytest

from sim.comparison import Comparison
from sim.comparison import compare as simulate
from sim.core.options import Options
from sim.output.charts.differences import DifferencesChart
from sim.output.charts.sweep import SweepCurve
from sim.output.html.comparison_page import comparison_page
from sim.output.results.comparison_csv import COMPARISON_CSV
from sim.output.results.run import run
from sim.output.text.comparison import comparison_content, comparison_sentences, comparison_text
from sim.output.text.printing import plain
from sim.output.text.sweep import sweep_sentences, sweep_text
from sim.scenario.loading import Loaded, ScenarioFile, load
from sim.sweep import Sweep, scenarios_of, sweep
from sim.sweep.design import design_of

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
    assert "answered: left before the limit" in plain(comparison_text(comparison, "en"))
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
    assert "left before the limit" in plain(sweep_text(swept, "en"))
    assert "时限前离开" in plain(sweep_text(swept, "zh"))
    assert [row["left_in_time_share"] for row in swept.rows()] == [
        point.slas["answered"].left_in_time_share.mean  # type: ignore[union-attr]
        for point in swept.points
    ]
    figure = SweepCurve(swept, "", Options(lang="en")).figure()
    assert "dashed: left before the limit" in figure.svg()


def test_where_nobody_loses_patience_nothing_is_said_of_it(tmp_path: Path) -> None:
    patient = [line(tmp_path, stem, "workflow.answer.patience=null", "replications=2") for stem in ("one", "two")]
    comparison = simulate(patient)
    assert comparison.leaving == []
    assert "left before" not in plain(comparison_text(comparison, "en"))
    assert "left_difference" not in comparison_content(comparison)["pairs"][0]["sla"]["answered"]
    file, design = ScenarioFile(tmp_path / "one.yaml"), design_of(["arrivals.per_day=100,200"])
    point = sweep(scenarios_of(file, design, ["workflow.answer.patience=null", "replications=2"]), design).points[1]
    assert point.slas["answered"].left_in_time_share is None
