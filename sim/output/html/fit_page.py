"""The page of a fit: how well the scenario tells the truth, charts of the office beside the model, and tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.core.json_text import jsonable
from sim.core.options import Options
from sim.fit.fit_report import FitReport
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.text.fit import fit_heading, fit_sentences, fit_tables, note_sentences


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
            "tables": fit_tables(report, each),
        }

    return page("body.html.j2", said, lang, pictures=pictures, manifest=manifest, summary=jsonable(report, digits=5))
