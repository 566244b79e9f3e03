"""Charts as files and inside a page: SVG that keeps its text as text, and speaks to those who cannot see it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from pathlib import Path
from typing import Final, TypeVar

from matplotlib.figure import Figure

from sim.charts.registry import Chart, figure
from sim.charts.style import look

DPI: Final = 110

T = TypeVar("T")

_SVG: Final = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)
_METADATA: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_REFERENCE: Final = re.compile(r'((?:\bid="|href="#|url\(#))')


@dataclass(frozen=True)
class Picture:
    """A chart ready for a page.

    Attributes:
        name: unique in the page; with the language, and without the ending of its file.
        svg: an `<svg>` element.
    """

    name: str
    alt: str
    svg: str


Groups = Sequence[tuple[str, Sequence[Picture]]]
"""Pictures by the name of their chart."""


def draw_charts(charts: Iterable[Chart[T]], subject: T, folder: Path, lang: str) -> Groups:
    """Draw every chart in one language, write each panel as `CHART-PANEL.LANG.svg` and `.png`, and return them.

    Args:
        folder: exists.
    """
    groups = []
    for chart in charts:
        pictures = []
        for panel in chart.panels(subject):
            name = f"{'-'.join(filter(None, (chart.name, panel)))}.{lang}"
            drawn = figure(chart, subject, panel, lang)
            pictures.append(picture(drawn, name, chart.alt(subject, panel, lang)))
            (folder / f"{name}.svg").write_text(pictures[-1].svg, "utf-8")
            drawn.set_layout_engine("none")  # it is laid out by now, which takes as long as drawing
            with look():
                drawn.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})
        if pictures:
            groups.append((chart.name, pictures))
    return groups


def picture(figure: Figure, name: str, alt: str) -> Picture:
    """A figure as a picture; ids within it are made unique by its name."""
    text = StringIO()
    with look():
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    return Picture(name, alt, inline(text.getvalue(), name, alt))


def inline(svg: str, name: str, alt: str) -> str:
    """What matplotlib wrote, as an element of a page."""
    start = _SVG.search(svg)
    assert start is not None, "matplotlib writes an svg element with a viewBox"
    label = escape(alt, quote=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{start[1]}" role="img" aria-label="{label}">'
    body = _METADATA.sub("", svg[start.end() :])
    return head + _REFERENCE.sub(rf"\g<1>{name}-", body.replace("xlink:href", "href"))
