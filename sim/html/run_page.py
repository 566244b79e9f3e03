"""What a run shows: its charts as files, and its page."""

from pathlib import Path
from typing import Any

from sim.charts.pictures import draw_charts
from sim.charts.registry import CHARTS
from sim.html.report_page import report_page
from sim.html.words import LANGUAGES
from sim.report import Report


def write_report(folder: Path, report: Report, lang: str = "en", **told: Any) -> None:
    """charts/ and report.html of a run; `told` is passed on to `report_page`.

    Args:
        lang: language in which the page opens, and of the charts as PNG.
    """
    charts = folder / "charts"
    charts.mkdir()
    pictures = {each: draw_charts(CHARTS, report, charts, each, png=each == lang) for each in LANGUAGES}
    (folder / "report.html").write_text(report_page(report, pictures=pictures, lang=lang, **told), "utf-8")
