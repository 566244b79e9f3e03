"""The page of a sweep: where the targets are met, charts over what was varied, and a row a point."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.core.options import Options
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.text.sweep import (
    MOST_ROWS,
    overall,
    sweep_cautions,
    sweep_content,
    sweep_heading,
    sweep_sentences,
    sweep_tables,
)
from sim.output.words import labelled, say
from sim.sweep import Sweep


def write_sweep_page(folder: Path, sweep: Sweep, *, manifest: Mapping[str, Any], options: Options) -> None:
    """charts/ and report.html of a sweep.

    Args:
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = rendered(folder, "sweep", sweep, options)
    write_page(folder, sweep_page(sweep, manifest=manifest, pictures=pictures, lang=options.lang))


def sweep_page(sweep: Sweep, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page; arguments as of `write_sweep_page`."""

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "sweep.title", title=labelled(each, sweep.title)),
            "sentences": [*sweep_sentences(sweep, each), sweep_heading(sweep, each)],
            "cautions": sweep_cautions(sweep, each),
            "tables": sweep_tables(sweep, each, MOST_ROWS),
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=overall(sweep.points),
        pictures=pictures,
        manifest=manifest,
        summary=sweep_content(sweep),
    )
