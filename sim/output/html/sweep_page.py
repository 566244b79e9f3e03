"""The page of a sweep: where the targets are met, charts over what was varied, and a row a point."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from sim.output.charts.render import picture_name
from sim.output.html.first_screen import Tile, brackets, verdict_class
from sim.output.html.page import Pictures, page
from sim.output.html.report_page import verdict_markup
from sim.output.text.formats import name, percent, point
from sim.output.text.overview import Ground, replications_text
from sim.output.text.sweep import (
    MOST_ROWS,
    overall,
    sweep_cautions,
    sweep_content,
    sweep_heading,
    sweep_overview,
    sweep_sentences,
    sweep_tables,
)
from sim.output.words import labelled, say
from sim.statistics import Verdict
from sim.sweep.report import SlaAtPoint, Sweep


def sweep_page(
    sweep: Sweep, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str, on: Ground | None = None
) -> str:
    """The page of a sweep.

    Args:
        manifest: how it came about.
        lang: the language in which the page opens.
        on: what the scenario that is varied stands on.
    """

    def said(each: str) -> dict[str, Any]:
        replications = replications_text(each, sweep.replications, sweep.copies)
        return {
            "title": say(each, "sweep.title", title=labelled(each, sweep.title)),
            "sentences": [*sweep_sentences(sweep, each), sweep_heading(sweep, each)],
            "cautions": sweep_cautions(sweep, each),
            "facts": [] if on is None else on.facts(each, replications, say(each, "sweep.same-letters")),
            "tiles": list(_tiles(sweep, each)),
            "tables": [sweep_overview(sweep, each, MOST_ROWS, _met), *sweep_tables(sweep, each, MOST_ROWS)],
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=overall([point.verdict for point in sweep.points]),
        first=_first_pictures(sweep),
        side_by_side=True,
        pictures=pictures,
        manifest=manifest,
        summary=sweep_content(sweep),
    )


def _first_pictures(sweep: Sweep) -> tuple[str, ...]:
    """Beginnings of the names of the chart on the first screen, whichever it is: that of the SLA that decides."""
    first = sweep.slas.index(sweep.slas_by_weight[0]) if sweep.slas else 0
    panels = (("sweep_curve", ""), ("sweep_map", f"{first}-0"), ("sweep_scatter", f"{first}-0"))
    return tuple(picture_name(chart, panel, "") for chart, panel in panels)


def _met(each: SlaAtPoint | None, lang: str) -> Markup | str:
    """Compliance with an SLA at a point, its interval, and the verdict in its colour."""
    if each is None:
        return "–"
    share, verdict = each.compliance, "" if each.verdict is None else verdict_markup(each.verdict, lang)
    return Markup("{} <small>{}</small> {}").format(point(share), brackets(share), verdict)


def _tiles(sweep: Sweep, lang: str) -> Iterator[Tile]:
    """At how many points each SLA is surely met, and how far its compliance reaches."""
    for sla in sweep.slas_by_weight:
        found = [point.slas[sla] for point in sweep.points if sla in point.slas]
        shares = [each.compliance.worst for each in found if each.compliance.worst is not None]
        verdicts = [each.verdict for each in found]
        met = verdicts.count(Verdict.MET)
        span = say(lang, "sweep.tile-span", low=percent(min(shares)), high=percent(max(shares))) if shares else ""
        if all(each is None for each in verdicts):
            yield Tile(name(lang, sla), span, [say(lang, "glossary.verdict-no-target")], "none")
            continue
        colour = verdict_class(overall(verdicts))
        figure = say(lang, "sweep.tile-met", met=met, points=len(verdicts))
        yield Tile(name(lang, sla), figure, [say(lang, "sweep.tile-met-note"), span], colour)
