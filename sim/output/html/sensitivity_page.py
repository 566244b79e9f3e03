"""The page of a sensitivity: what decides each SLA, tornado charts, and a row a figure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.core.options import Options
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.text.cautions import caution_sentences, with_cautions
from sim.output.text.sensitivity import (
    MOST_FIGURES,
    sensitivity_heading,
    sensitivity_overview,
    sensitivity_sentences,
    sensitivity_tables,
)
from sim.output.words import labelled, say
from sim.sensitivity.report import Sensitivity


def write_sensitivity_page(folder: Path, found: Sensitivity, *, manifest: Mapping[str, Any], options: Options) -> None:
    """charts/ and report.html of a sensitivity.

    Args:
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = rendered(folder, "sensitivity", found, options)
    write_page(folder, sensitivity_page(found, manifest=manifest, pictures=pictures, lang=options.lang))


def sensitivity_page(found: Sensitivity, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page; arguments as of `write_sensitivity_page`."""

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "sensitivity.title", title=labelled(each, found.title)),
            "sentences": [*sensitivity_sentences(found, each), sensitivity_heading(found, each)],
            "cautions": caution_sentences(found.cautions, each),
            "tables": [sensitivity_overview(found, each), *sensitivity_tables(found, each, MOST_FIGURES)],
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=found.verdict,
        pictures=pictures,
        manifest=manifest,
        summary=with_cautions(found.summary(), found.cautions),
    )
