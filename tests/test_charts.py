"""Charts: every member of the registries draws in both languages, says its finding, and misses no glyph."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from runs import ROOT, report
from shown import small

from sim.comparison.report import Comparison
from sim.core.errors import SimError
from sim.core.options import Options
from sim.core.safe_text import unfit
from sim.metrics.report import Report
from sim.output.charts import render, style
from sim.output.charts.base import Chart, charts_of
from sim.output.charts.render import Job, Picture, draw_picture, inline, shortened, untitled
from sim.output.charts.style import ems, framed, look, wrapped
from sim.output.words import say
from sim.scenario.setting import setting_of

LANGUAGES = ("zh", "en")
CHARTS, COMPARISON_CHARTS = charts_of("run"), charts_of("comparison")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_every_chart_of_a_run(chart: type[Chart[Report]], small_report: Report, lang: str, tmp_path: Path) -> None:
    assert list(chart.panels(small_report))
    the_contract(chart, small_report, lang, tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart", COMPARISON_CHARTS, ids=lambda chart: chart.name)
def test_every_chart_of_a_comparison(
    chart: type[Chart[Comparison]], comparison: Comparison, lang: str, tmp_path: Path
) -> None:
    assert list(chart.panels(comparison))
    the_contract(chart, comparison, lang, tmp_path)


def drawings(chart: type[Chart[Any]], subject: Any, lang: str) -> list[Chart[Any]]:
    """All pictures of a chart, to be drawn."""
    return [chart(subject, panel, Options(lang=lang)) for panel in chart.panels(subject)]


def the_contract(chart: type[Chart[Any]], subject: Any, lang: str, folder: Path) -> None:
    """What holds for every chart; a missing glyph is a warning, and warnings are errors."""
    pictures = [picture for each in drawings(chart, subject, lang) for picture in draw_picture(each, folder, [lang])]
    assert len({picture.name for picture in pictures}) == len(pictures)
    for picture in pictures:
        assert picture.title
        assert len(picture.alt) > len(picture.title) or chart.name == "compliance"
        drawn = ET.fromstring(picture.svg)
        assert drawn.get("role") == "img"
        assert drawn.get("aria-label") == picture.alt
        ids = [element.get("id") for element in drawn.iter() if element.get("id")]
        assert all(str(each).startswith(picture.name) for each in ids)
        told = "".join(drawn.itertext())
        assert "nan" not in told
        # What has no words would be said by its key.
        assert not re.search(
            r"\b(charts|glossary|plan|stress|replay|formats)\.[a-z]", f"{picture.title} {picture.alt} {told}"
        )
        assert f"{picture.name}.svg" in {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("chart", [*CHARTS, *COMPARISON_CHARTS], ids=lambda chart: chart.name)
def test_a_picture_drawn_once_says_in_each_language_what_one_drawn_for_it_alone_says(
    chart: type[Chart[Any]], small_report: Report, comparison: Comparison, tmp_path: Path
) -> None:
    subject = small_report if chart in CHARTS else comparison
    for each in drawings(chart, subject, "en"):
        together = draw_picture(each, tmp_path, LANGUAGES)
        alone = [draw_picture(each, tmp_path, [lang])[0] for lang in LANGUAGES]
        assert [texts(picture) for picture in together] == [texts(picture) for picture in alone]
        assert [(picture.title, picture.alt) for picture in together] == [(one.title, one.alt) for one in alone]
        assert not unfit("".join(picture.svg for picture in together))


def texts(picture: Picture) -> list[str]:
    """All letters that a picture says, in texts and tips; of numbers an axis has more where it is longer."""
    return sorted(re.sub(r"[\d.,%\s]", "", "".join(ET.fromstring(picture.svg).itertext())))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_label_is_cut_off(small_report: Report, lang: str) -> None:
    for chart in CHARTS:
        for each in drawings(chart, small_report, lang):
            assert outside(each.figure().figure) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_label_of_a_comparison_is_cut_off(comparison: Comparison, lang: str) -> None:
    for chart in COMPARISON_CHARTS:
        for each in drawings(chart, comparison, lang):
            assert outside(each.figure().figure) == []


def outside(drawn: Figure) -> list[str]:
    """Texts of a figure that reach over its edge."""
    with look():
        drawn.draw_without_rendering()
        (ax,) = drawn.axes
        axes = (ax.xaxis, ax.yaxis) if ax.axison else ()
        ticks = [tick for axis in axes for tick in axis._update_ticks()]  # those that are in sight
        texts = [*(tick.label1 for tick in ticks), *(axis.label for axis in axes), *drawn.texts]
        texts += [text for legend in drawn.legends for text in legend.get_texts()]
        over = []
        for text in texts:
            box = text.get_window_extent()
            within = drawn.bbox.padded(1)
            inside = within.contains(box.x0, box.y0) and within.contains(box.x1, box.y1)
            if text.get_text() and text.get_visible() and not inside:
                over.append(f"{text.get_text()} {box}")
    return over


def test_the_same_report_gives_the_same_bytes(small_report: Report) -> None:
    first, second = (CHARTS[0](small_report, "", Options(lang="zh")).figure().svg() for _ in range(2))
    assert first == second
    assert not re.search(r"<dc:date>|\d{4}-\d\d-\d\dT", first)


def test_a_picture_in_a_page_has_no_title_of_its_own(small_report: Report) -> None:
    chart = CHARTS[0](small_report, "", Options(lang="en"))
    drawn, title = chart.figure(), chart.title()
    alone = inline(shortened(drawn.svg()), "name", "alt")
    in_page = untitled(alone, "name", drawn.head)
    assert title in alone
    assert title not in in_page
    assert float(in_page.split('viewBox="')[1].split()[1]) == drawn.head


def test_alternative_texts_are_escaped(small_report: Report) -> None:
    drawn = CHARTS[0](small_report, "", Options(lang="en")).figure()
    svg = inline(shortened(drawn.svg()), "name", '"><script>alert(1)</script>')
    assert "<script" not in svg
    assert ET.fromstring(svg).get("aria-label") == '"><script>alert(1)</script>'


def test_a_scenario_may_be_named_anything(comparison: Comparison, tmp_path: Path) -> None:
    odd = '$a_\\$ "b" <c>&\\1'
    renamed = [
        replace(report, scenario=odd) if name == "more" else report for name, report in comparison.reports.items()
    ]
    pairs = tuple(replace(pair, other=odd) for pair in comparison.pairs)
    reports = {report.scenario: report for report in renamed}
    hours, gaps = (
        {odd if name == "more" else name: each for name, each in told.items()}
        for told in (comparison.hours, comparison.gaps)
    )
    strange = replace(comparison, reports=reports, pairs=pairs, hours=hours, gaps=gaps)
    for chart in COMPARISON_CHARTS:
        for each in drawings(chart, strange, "en"):
            (picture,) = draw_picture(each, tmp_path, ["en"])
            ET.fromstring(picture.svg)
            assert "<c>" not in picture.svg


def test_a_report_without_late_letters_still_draws(tmp_path: Path) -> None:
    calm = report(setting_of(small(tmp_path, "calm", "arrivals.per_day=2", "replications=2").scenario))
    for chart in CHARTS:
        for each in drawings(chart, calm, "zh"):
            assert each.figure()


def test_a_single_replication_draws_without_intervals(tmp_path: Path) -> None:
    alone = report(setting_of(small(tmp_path, "alone", "replications=1").scenario))
    for chart in CHARTS:
        for each in drawings(chart, alone, "en"):
            assert each.figure()


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 10, ["short"]),
        ("two words", 4, ["two", "words"]),
        ("签收联系办理", 3, ["签收联", "系办理"]),
        ("签收，联系", 3, ["签收，", "联系"]),
        ("来信（件）", 3, ["来信", "（件）"]),
        ("", 5, [""]),
    ],
)
def test_titles_are_wrapped(text: str, width: float, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


def test_a_long_title_makes_the_figure_taller_and_leaves_the_axes_as_they_are() -> None:
    with look():
        short, long = (framed(lambda ax: ax, title, 6, 3) for title in ("short", "long " * 60))
    lines = len(wrapped("long " * 60, (6 * 72 - 2 * style.EDGE) / style.TITLE))
    assert long.head == pytest.approx(lines * short.head)
    heights = [each.figure.axes[0].get_window_extent().height for each in (short, long)]
    assert heights[0] == pytest.approx(heights[1])


def test_chinese_characters_are_wide() -> None:
    assert ems("签收") == 2
    assert ems("ab") < 2


# All charts at once, in another process


def test_every_chart_is_rendered_in_every_language(comparison: Comparison, tmp_path: Path) -> None:
    pictures = render.render(Job("comparison", comparison, tmp_path, ("zh", "en"), Options(lang="zh")))
    assert list(pictures) == ["zh", "en"]
    for place, (lang, groups) in enumerate(pictures.items()):
        assert [question for question, _ in groups] == [
            say(lang, f"charts.{chart.name}-question") for chart in COMPARISON_CHARTS
        ]
        for (_, drawn), chart in zip(groups, COMPARISON_CHARTS, strict=True):
            alone = [draw_picture(each, tmp_path, ("zh", "en"))[place] for each in drawings(chart, comparison, lang)]
            assert drawn == alone


def test_charts_are_rendered_as_png_where_asked_in_one_language(comparison: Comparison, tmp_path: Path) -> None:
    render.render(Job("comparison", comparison, tmp_path, ("zh", "en"), Options(lang="zh")))
    assert not list(tmp_path.glob("*.png"))
    pictures = render.render(Job("comparison", comparison, tmp_path, ("zh", "en"), Options(lang="zh", png=True)))
    names = {picture.name for groups in pictures.values() for _, drawn in groups for picture in drawn}
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {f"{name}.svg" for name in names} | {f"{name}.png" for name in names if name.endswith(".zh")}


def test_what_goes_wrong_while_drawing_is_raised_here(comparison: Comparison, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        render.render(Job("comparison", comparison, tmp_path / "not there", ("en",), Options(lang="en")))


def test_the_worker_may_die_and_another_renders_on(comparison: Comparison, tmp_path: Path) -> None:
    asked = Job("comparison", comparison, tmp_path, ("en",), Options(lang="en"))
    render._worker("comparison").kill()
    with pytest.raises(SimError, match="could not be drawn: the process that draws them died"):
        render.render(asked)
    assert render.render(asked)["en"]


def test_what_draws_a_run_loads_nothing_that_computes_one() -> None:
    """It starts while the run computes, and each of these takes a tenth of a second or more to be loaded."""
    look = "import sys; from sim.output.charts.base import load_charts; load_charts('run'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"numba", "pydantic", "scipy", "duckdb"} & set(loaded.stdout.split())
