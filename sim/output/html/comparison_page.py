"""A comparison as a page: which staffing is best and by how much, tables, charts, and what differs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from sim.comparison import Comparison, Pair, PairedVerdict
from sim.core.options import Options
from sim.output.html.first_screen import data_markup
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.html.report_page import verdict_markup
from sim.output.text.comparison import (
    comparison_cautions,
    comparison_content,
    comparison_heading,
    comparison_sentences,
    paired_verdict,
    signed,
)
from sim.output.text.formats import interval, name, points
from sim.output.text.printing import CaptionedTable
from sim.output.words import labelled, say

_LONGEST: Final = 120
"""Letters of a setting's value that are shown."""

_FINDING_CLASSES: Final = {
    PairedVerdict.BETTER: "met",
    PairedVerdict.WORSE: "missed",
    PairedVerdict.NO_DIFFERENCE: "none",
    PairedVerdict.NONE_SEEN: "none",
    None: "unclear",
}


def write_comparison(folder: Path, comparison: Comparison, *, manifest: Mapping[str, Any], options: Options) -> None:
    """charts/ and report.html of a comparison.

    Args:
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = rendered(folder, "comparison", comparison, options)
    write_page(folder, comparison_page(comparison, manifest=manifest, pictures=pictures, lang=options.lang))


def comparison_page(comparison: Comparison, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page of a comparison.

    Args:
        manifest: how the comparison came about.
        lang: the language in which the page opens.
    """

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(
                each, "page.comparison", base=labelled(each, comparison.base.title or comparison.base.scenario)
            ),
            "about": comparison_heading(comparison, each),
            "sentences": list(comparison_sentences(comparison, each)),
            "cautions": comparison_cautions(comparison, each),
            "first_tables": [_staffings(comparison, each), _pairs(comparison, each)],
            "note": say(each, "page.pairs-note", base=comparison.base.scenario),
            "settings": _settings(comparison, each),
        }

    return page(
        "comparison.html.j2",
        said,
        lang,
        verdict=comparison.best.verdict,
        contents=("answer", "charts", "differing", "manifest"),
        pictures=pictures,
        manifest=manifest,
        summary=comparison_content(comparison),
    )


def _staffings(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing."""
    base = comparison.base
    headings = [
        *(say(lang, key) for key in ("glossary.staffing", "page.called", "glossary.headcount", "glossary.cost")),
        *(name(lang, sla) for sla in base.slas),
        say(lang, "glossary.verdict"),
    ]
    rows = []
    for other, report in comparison.reports.items():
        path = f"scenarios.{other}"
        compliance = [
            data_markup(interval(report.slas[sla].compliance), report.slas[sla].compliance.mean,
                  f"{path}.sla.{sla}.compliance.mean") if sla in report.slas else "–"
            for sla in base.slas
        ]  # fmt: skip
        rows.append([
            other,
            labelled(lang, report.title),
            data_markup(f"{report.headcount:,}", report.headcount, f"{path}.headcount"),
            data_markup(f"{report.cost:,.6g}", report.cost, f"{path}.cost"),
            *compliance,
            verdict_markup(report.verdict, lang),
        ])  # fmt: skip
    return say(lang, "page.staffings-table"), headings, rows


def _pairs(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing: its differences from the base, SLA by SLA."""
    slas = list(comparison.base.slas)
    headings = [say(lang, "glossary.staffing"), say(lang, "glossary.headcount"), say(lang, "glossary.cost"),
                *(name(lang, sla) for sla in slas), say(lang, "glossary.verdict")]  # fmt: skip
    rows = [
        [
            pair.other,
            signed(pair.headcount),
            signed(pair.cost),
            *(_difference(pair, index, sla, lang) for sla in slas),
            _found(pair.finding, lang),
        ]
        for index, pair in enumerate(comparison.pairs)
    ]
    return say(lang, "page.pairs-table", base=comparison.base.scenario), headings, rows


def _difference(pair: Pair, index: int, sla: str, lang: str) -> Markup | str:
    if sla not in pair.slas:
        return "–"
    each = pair.slas[sla]
    shown = data_markup(points(lang, each.paired), each.paired.mean, f"pairs.{index}.sla.{sla}.difference.mean")
    return Markup("{}<br>{}").format(shown, _found(each.finding, lang))


def _found(found: PairedVerdict | None, lang: str) -> Markup:
    return Markup('<span class="verdict {}">{}</span>').format(_FINDING_CLASSES[found], paired_verdict(found, lang))


def _settings(comparison: Comparison, lang: str) -> CaptionedTable:
    rows = [[path, *(_short(each) for each in values)] for path, values in comparison.settings.items()]
    return say(lang, "page.section-differing"), [say(lang, "page.figure"), *comparison.reports], rows


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
