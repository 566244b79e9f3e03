"""First screens of sweeps, sensitivities and fits: answer, figures and a chart, on a desk and on a phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sim.core.options import Options
from sim.fit.fit_report import FitReport
from sim.output.html.fit_page import write_fit_page
from sim.output.results.sensitivity import sensitivity
from sim.output.results.sweep import sweep
from sim.sensitivity import SensitivityQuestion

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

DESK = """
name: {en: A desk, zh: 一个窗口}
start: 2024-01-01
window: 7 d
replications: 3
arrivals: {per_day: 400}            # A: counted once
teams:
  desk: {tier: city, staff: {always: 8}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}   # A: guessed
sla:
  started: {until: serve.started, within: 1 min, target: 60%}
  served: {until: serve.finished, within: 40 min, target: 90%}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, fit_report: FitReport) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("first")
    path = folder / "desk.yaml"
    path.write_text(DESK, "utf-8")
    at = {kind: folder / kind for kind in ("curve", "map", "sensitivity", "fit")}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        people, rates = "teams.desk.staff.always=8,10", "arrivals.per_day=300,400"
        sweep(path, [people], Options(out=at["curve"]))
        sweep(path, [people, rates], Options(out=at["map"]))
        sensitivity(path, SensitivityQuestion(points=0), Options(out=at["sensitivity"]))
    at["fit"].mkdir()
    write_fit_page(at["fit"], fit_report, manifest={}, options=Options())
    return {kind: each / "report.html" for kind, each in at.items()}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
@pytest.mark.parametrize("kind", ["curve", "map", "sensitivity", "fit"])
def test_answer_figures_and_a_chart_are_on_the_first_screen(
    pages: dict[str, Path], chromium: "Browser", kind: str, width: int, height: int, lang: str
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(pages[kind].as_uri())
    page.locator(f"button[data-speak={lang}]").click()
    page.evaluate("scrollTo(0, 0)")
    article = page.locator(f"article[lang^={lang}]")
    for part in (".answer .found", ".tile >> nth=0", ".trend svg"):
        box = article.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height, part
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
