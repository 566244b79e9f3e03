"""A comparison as a page: which staffing is best and by how much, tables, charts, and what differs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from sim.comparison.pairs import Pair, PairedVerdict
from sim.comparison.report import Comparison
from sim.metrics.figures.slas import SlaFigures
from sim.output.charts.render import picture_name
from sim.output.html.first_screen import brackets, data_markup
from sim.output.html.page import Pictures, code, page, passages
from sim.output.html.report_page import verdict_markup
from sim.output.text.comparison import (
    comparison_cautions,
    comparison_content,
    comparison_heading,
    comparison_sentences,
    compliance_table,
    hours_table,
    left_heading,
    left_points,
    paired_verdict,
)
from sim.output.text.formats import name, point, points, signed
from sim.output.text.headline import headline_sla
from sim.output.text.overview import Ground, replications_text
from sim.output.text.printing import CaptionedTable
from sim.output.words import labelled, labels_with, say
from sim.statistics import Estimate, Verdict

_LONGEST: Final = 120
"""Letters of a setting's value that are shown."""

_FINDING_CLASSES: Final = {
    PairedVerdict.BETTER: "met",
    PairedVerdict.WORSE: "missed",
    PairedVerdict.NO_DIFFERENCE: "none",
    PairedVerdict.NONE_SEEN: "none",
    None: "unclear",
}


def comparison_page(
    comparison: Comparison,
    *,
    manifest: Mapping[str, Any],
    pictures: Pictures,
    lang: str,
    on: Ground | None = None,
    csv: Sequence[str] = (),
) -> str:
    """The page of a comparison.

    Args:
        manifest: how the comparison came about.
        lang: the language in which the page opens.
        on: what the first staffing stands on.
        csv: names of the CSV files beside it.
    """
    sla = headline_sla(comparison.base)

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(
                each, "page.comparison", base=labelled(each, comparison.base.title or comparison.base.scenario)
            ),
            "about": comparison_heading(comparison, each),
            "sentences": list(comparison_sentences(comparison, each)),
            "cautions": comparison_cautions(comparison, each),
            "facts": [] if on is None else on.facts(each, replications_text(each, comparison.base.replications)),
            "staffings": _staffings(comparison, each),
            "hours": _hours(comparison, each),
            "pairs": _pairs(comparison, each),
            "base": labelled(each, comparison.base.scenario),
            "settings": _settings(comparison, each),
        }

    return page(
        "comparison.html.j2",
        said,
        lang,
        verdict=_verdict(comparison),
        contents=("answer", "charts", "tables", "differing", "manifest"),
        first="" if sla is None else picture_name("tradeoff", sla.name, ""),
        csv=csv,
        pictures=pictures,
        manifest=manifest,
        summary=comparison_content(comparison, labels_with(lang)),
    )


def _verdict(comparison: Comparison) -> Verdict | None:
    """The verdict on the best; one that ruins a district, or from which more letters leave, is not simply met."""
    best, found = comparison.pair_of(comparison.best.scenario), comparison.best.verdict
    ruins = best is not None and bool(best.worse_districts or best.loses_more)
    return Verdict.UNCLEAR if found is Verdict.MET and ruins else found


def _staffings(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing: each SLA, its worst district, and how far it is from the best."""
    base = comparison.base
    caption, headings, rows = compliance_table(comparison, lang)
    told = []
    for (other, report), row in zip(comparison.reports.items(), rows, strict=True):
        compliance = [
            _share(report.slas[sla].compliance, f"scenarios.{other}.sla.{sla}.compliance.mean")
            if sla in report.slas else "–"
            for sla in base.slas
        ]  # fmt: skip
        left = [
            _left(report.slas[sla], f"scenarios.{other}.sla.{sla}.left_in_time_share.mean")
            if sla in report.slas
            else "–"
            for sla in comparison.leaving
        ]
        others = [*left, *row[1 + len(compliance) + len(left) :]]
        title = labelled(lang, other)
        called = code(other)
        if title != other:
            called = Markup("{}<br><small>{}</small>").format(passages(lang, title), called)
        told.append([called, verdict_markup(report.verdict, lang), *compliance, *others])
    return caption, [headings[0], say(lang, "glossary.verdict"), *headings[1:]], told


def _share(share: Estimate, path: str) -> Markup:
    """A share in time with its interval below it."""
    return Markup("{}<br><small>{}</small>").format(data_markup(point(share), share.mean, path), brackets(share))


def _left(sla: SlaFigures, path: str) -> Markup | str:
    """The share of letters that left within the limit; a dash where none can."""
    return "–" if sla.left_in_time_share is None else _share(sla.left_in_time_share, path)


def _hours(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing: its people, hours and pay, with the exact figures."""
    caption, headings, rows = hours_table(comparison, lang)
    told = []
    for (other, report), row in zip(comparison.reports.items(), rows, strict=True):
        hours, path = comparison.hours[other], f"scenarios.{other}"
        exact: list[tuple[float | None, str]] = [
            (report.headcount, "headcount"),
            (hours.rostered, "hours_a_week.rostered"),
            (hours.stand_in, "hours_a_week.stand_in"),
            (hours.overtime, "hours_a_week.overtime"),
            (hours.a_head, "hours_a_week.a_head"),
            (hours.pay, "pay_a_week"),
            (report.cost, "cost"),
        ]
        if len(row) == len(exact):  # nobody's pay is known
            exact = [each for each in exact if each[1] != "pay_a_week"]
        cells = zip(row[1:], exact, strict=True)
        told.append(
            [labelled(lang, other), *(data_markup(text, value, f"{path}.{key}") for text, (value, key) in cells)]
        )
    return caption, headings, told


def _pairs(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing: its differences from the base, SLA by SLA."""
    slas = list(comparison.base.slas)
    headings = [say(lang, "glossary.staffing"), say(lang, "glossary.headcount"), say(lang, "comparison.hours"),
                say(lang, "glossary.cost"),
                *(name(lang, sla) for sla in slas), *(left_heading(sla, lang) for sla in comparison.leaving),
                say(lang, "glossary.verdict")]  # fmt: skip
    rows = [
        [
            labelled(lang, pair.other),
            signed(pair.headcount),
            data_markup(signed(round(pair.hours, 1)), pair.hours, f"pairs.{index}.hours_a_week"),
            signed(pair.cost),
            *(_difference(pair, index, sla, lang) for sla in slas),
            *(_left_difference(pair, index, sla, lang) for sla in comparison.leaving),
            _found_of_pair(pair, lang),
        ]
        for index, pair in enumerate(comparison.pairs)
    ]
    return say(lang, "page.pairs-table", base=labelled(lang, comparison.base.scenario)), headings, rows


def _difference(pair: Pair, index: int, sla: str, lang: str) -> Markup | str:
    if sla not in pair.slas:
        return "–"
    each = pair.slas[sla]
    shown = data_markup(points(lang, each.paired), each.paired.mean, f"pairs.{index}.sla.{sla}.difference.mean")
    return Markup("{}<br>{}").format(shown, _found(each.finding, lang))


def _left_difference(pair: Pair, index: int, sla: str, lang: str) -> Markup | str:
    each = pair.slas.get(sla)
    if each is None or each.left is None:
        return "–"
    path = f"pairs.{index}.sla.{sla}.left_difference.mean"
    shown = data_markup(left_points(each, lang), each.left.mean, path)
    return Markup('<b class="missed">{}</b>').format(shown) if each.loses_more else shown


def _found_of_pair(pair: Pair, lang: str) -> Markup:
    """What was found; never in the colour of what is better where something gets worse, which is told below."""
    but = []
    if pair.loses_more:
        but.append(say(lang, "comparison.more-leave"))
    if pair.worse_districts:
        of = len({each.district for each in pair.districts})
        worse = say(lang, "comparison.districts-worse-of", n=len(pair.worse_districts), of=of)
        but.append(f"{say(lang, 'comparison.districts-worse')}: {worse}")
    if not but:
        return _found(pair.finding, lang)
    colour = "unclear" if pair.finding is PairedVerdict.BETTER else _FINDING_CLASSES[pair.finding]
    shown = Markup('<span class="verdict {}">{}</span>').format(colour, paired_verdict(pair.finding, lang))
    return shown + Markup("").join(Markup("<br><small>{}</small>").format(each) for each in but)


def _found(found: PairedVerdict | None, lang: str) -> Markup:
    return Markup('<span class="verdict {}">{}</span>').format(_FINDING_CLASSES[found], paired_verdict(found, lang))


def _settings(comparison: Comparison, lang: str) -> CaptionedTable:
    rows = [[code(path), *(code(_short(each)) for each in values)] for path, values in comparison.settings.items()]
    called = [labelled(lang, each) for each in comparison.reports]
    return say(lang, "page.section-differing"), [say(lang, "page.figure"), *called], rows


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
