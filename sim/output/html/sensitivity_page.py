"""The page of a sensitivity: what decides each SLA, tornado charts, and a row a figure."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.output.charts.render import picture_name
from sim.output.html.first_screen import Tile, brackets, data_markup, told_verdict, verdict_class
from sim.output.html.page import Pictures, page
from sim.output.text.cautions import caution_sentences, with_cautions
from sim.output.text.formats import name, percent, point
from sim.output.text.overview import Ground, replications_text
from sim.output.text.sensitivity import (
    MOST_FIGURES,
    is_open,
    sensitivity_heading,
    sensitivity_overview,
    sensitivity_sentences,
    sensitivity_tables,
)
from sim.output.words import labelled, say
from sim.sensitivity.report import Sensitivity


def sensitivity_page(
    found: Sensitivity, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str, on: Ground | None = None
) -> str:
    """The page of a sensitivity.

    Args:
        manifest: how it came about.
        lang: the language in which the page opens.
        on: what the scenario stands on.
    """
    most_open = found.most_open

    def said(each: str) -> dict[str, Any]:
        replications = replications_text(each, found.replications, found.copies)
        varied = say(each, "sensitivity.varied", n=len(found.figures))
        return {
            "title": say(each, "sensitivity.title", title=labelled(each, found.title)),
            "sentences": [*sensitivity_sentences(found, each), sensitivity_heading(found, each)],
            "cautions": caution_sentences(found.cautions, each),
            "facts": [] if on is None else on.facts(each, replications, varied),
            "tiles": list(_tiles(found, each)),
            "tables": [sensitivity_overview(found, each), *sensitivity_tables(found, each, MOST_FIGURES)],
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=found.verdict,
        first="" if most_open is None else picture_name("tornado", most_open, ""),
        pictures=pictures,
        manifest=manifest,
        summary=with_cautions(found.summary(), found.cautions),
    )


def _tiles(found: Sensitivity, lang: str) -> Iterator[Tile]:
    """Compliance with each SLA as written, and how far what is not known leaves it open."""
    for sla, each in found.slas.items():
        share = data_markup(point(each.compliance), each.compliance.mean, f"sla.{sla}.compliance.mean")
        notes = [say(lang, "sensitivity.tile-chance", interval=brackets(each.compliance))]
        if each.joint is not None and is_open(each.joint.low, each.joint.high):
            low, high = percent(each.joint.low), percent(each.joint.high)
            notes.append(say(lang, "sensitivity.tile-open", low=low, high=high))
        notes.append(told_verdict(each.target, each.verdict, lang))
        yield Tile(name(lang, sla), share, notes, verdict_class(each.verdict))
