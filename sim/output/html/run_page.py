"""What a run shows: its charts as files, and its page."""

from pathlib import Path
from typing import Any

from sim.metrics.report import Report
from sim.output.charts import ChartOptions
from sim.output.charts.render import Job, render
from sim.output.html.report_page import report_page
from sim.output.html.words import LANGUAGES


def write_report(folder: Path, report: Report, lang: str = "en", **told: Any) -> None:
    """charts/ and report.html of a run; `told` is passed on to `report_page`.

    Args:
        lang: language in which the page opens, and of the charts as PNG.
    """
    charts = folder / "charts"
    charts.mkdir()
    pictures = render(Job("run", report, charts, tuple(LANGUAGES), ChartOptions(lang)))
    (folder / "report.html").write_text(report_page(report, pictures=pictures, lang=lang, **told), "utf-8")
