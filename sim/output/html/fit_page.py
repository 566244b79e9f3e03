"""The page of a fit: how well the scenario tells the truth, charts of the office beside the model, and tables."""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Final

from sim.core.json_text import jsonable
from sim.core.options import Options
from sim.fit.fit_report import FitReport
from sim.fit.judgement import Judgement, SideBySide
from sim.output.charts.render import picture_name
from sim.output.html.first_screen import Tile
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.text.fit import fit_heading, fit_sentences, fit_tables, note_sentences
from sim.output.text.formats import milestone_name, name, number, percent
from sim.output.words import say

_CHARTS: Final = {
    "arrivals": "fit_arrivals", "letters": "fit_arrivals", "open": "fit_open", "hours": "fit_busy",
    "utilisation": "fit_busy",
}  # fmt: skip
"""Charts of kinds of misfits; those of others show the ages at which letters reach milestones."""


def write_fit_page(folder: Path, report: FitReport, *, manifest: Mapping[str, Any], options: Options) -> None:
    """charts/ and report.html of a fit.

    Args:
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = {} if report.judgement is None else rendered(folder, "fit", report.judgement, options)
    write_page(folder, fit_page(report, manifest=manifest, pictures=pictures, lang=options.lang))


def fit_page(report: FitReport, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page; arguments as of `write_fit_page`."""

    def said(each: str) -> dict[str, Any]:
        many = 0 if report.judgement is None else len(report.judgement.misfits)
        return {
            "title": fit_heading(report, each),
            "sentences": list(fit_sentences(report, each, told=many)),
            "cautions": note_sentences(report, each),
            "tiles": [] if report.judgement is None else list(_tiles(report.judgement, each)),
            "tables": fit_tables(report, each),
        }

    first = "" if report.judgement is None else _first_picture(report.judgement)
    summary = jsonable(report, digits=5)
    return page("body.html.j2", said, lang, first=first, pictures=pictures, manifest=manifest, summary=summary)


def _first_picture(judgement: Judgement) -> str:
    """Beginning of the name of the chart that shows the worst misfit, else the milestone that is furthest apart."""
    worst = judgement.misfits[0] if judgement.misfits else None
    chart = _CHARTS.get(worst.kind, "fit_ages") if worst else "fit_ages"
    if chart != "fit_ages":
        return picture_name(chart, "", "")
    milestones = {curve.milestone: curve.ks for curve in judgement.curves if curve.letters}
    if worst is not None and worst.subject in milestones:
        return picture_name(chart, worst.subject, "")
    return picture_name(chart, max(milestones, key=lambda each: milestones[each], default=""), "")


def _tiles(judgement: Judgement, lang: str) -> Iterator[Tile]:
    """The letters and compliance with each SLA, of office and model; without SLAs how far the curves are apart."""
    yield _beside(say(lang, "fit.tile-letters"), judgement.letters, number, lang)
    for each in judgement.slas:
        yield _beside(name(lang, each.name), each, percent, lang, among=len(judgement.slas))
    if not judgement.slas:
        for curve in judgement.curves:
            notes = [say(lang, "fit.tile-apart"), say(lang, "fit.tile-halves", halves=percent(curve.ks_halves))]
            yield Tile(milestone_name(lang, curve.milestone), percent(curve.ks), notes, "none")


def _beside(label: str, each: SideBySide, told: Callable[[float], str], lang: str, *, among: int = 1) -> Tile:
    """A figure of the office with the range of the simulated ones, in the colour of whether it may be one of them."""
    simulated = each.simulated
    if not isfinite(each.real) or not simulated.logs:
        return Tile(label, "–", [], "none")
    mean, low, high = told(simulated.mean), told(simulated.low), told(simulated.high)
    notes = [say(lang, "fit.tile-office"), say(lang, "fit.tile-model", mean=mean, low=low, high=high)]
    return Tile(label, told(each.real), notes, "met" if simulated.holds(each.real, among) else "unclear")
