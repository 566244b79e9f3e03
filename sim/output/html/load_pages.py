"""What a stress run, targets and a replay show: their charts as files, and their page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.capacity import StressReport
from sim.operations.replay_report import ReplayReport
from sim.operations.targets import Targets
from sim.output.charts import ChartOptions
from sim.output.charts.render import Job, render
from sim.output.html.load_page import replay_page, stress_page, targets_page
from sim.output.html.words import LANGUAGES


def write_stress(folder: Path, report: StressReport, *, manifest: Mapping[str, Any], lang: str) -> None:
    """charts/ and report.html of a stress run.

    Args:
        lang: language in which the page opens, and of the charts as PNG.
    """
    charts = _charts(folder)
    pictures = render(Job("stress", report, charts, tuple(LANGUAGES), ChartOptions(lang)))
    _write(folder, stress_page(report, manifest=manifest, pictures=pictures, lang=lang))


def write_targets(folder: Path, found: Targets, *, title: str, manifest: Mapping[str, Any], lang: str) -> None:
    """report.html of targets."""
    _write(folder, targets_page(found, title=title, manifest=manifest, lang=lang))


def write_replay_page(folder: Path, report: ReplayReport, *, manifest: Mapping[str, Any], lang: str) -> None:
    """charts/ and report.html of a replay; as `write_stress`."""
    charts = _charts(folder)
    pictures = render(Job("replay", report, charts, tuple(LANGUAGES), ChartOptions(lang)))
    _write(folder, replay_page(report, manifest=manifest, pictures=pictures, lang=lang))


def _charts(folder: Path) -> Path:
    charts = folder / "charts"
    charts.mkdir()
    return charts


def _write(folder: Path, text: str) -> None:
    (folder / "report.html").write_text(text, "utf-8")
