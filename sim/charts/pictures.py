"""Charts as files and inside a page: SVG that keeps its text as text, and speaks to those who cannot see it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from pathlib import Path
from typing import Final, TypeVar

from sim.charts.frame import Framed
from sim.charts.registry import Chart, figure
from sim.charts.style import look

DPI: Final = 110

T = TypeVar("T")

_SVG: Final = re.compile(r"<svg [^>]*?viewBox=\"0 0 ([\d.]+) ([\d.]+)\"[^>]*>", re.DOTALL)
_METADATA: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_TITLE: Final = re.compile(r'<g id="title">.*?</text>\s*</g>\s*', re.DOTALL)
_REFERENCE: Final = re.compile(r'((?:\bid="|href="#|url\(#))')


@dataclass(frozen=True)
class Picture:
    """A chart ready for a page.

    Attributes:
        name: unique in the page; with the language, and without the ending of its file.
        title: the finding, which the page says in its own text.
        alt: what somebody hears who cannot see it.
        svg: an `<svg>` element without the title.
    """

    name: str
    title: str
    alt: str
    svg: str


Groups = Sequence[tuple[str, Sequence[Picture]]]
"""Pictures by the name of their chart."""


def draw_charts(charts: Iterable[Chart[T]], subject: T, folder: Path, lang: str, *, png: bool = True) -> Groups:
    """Draw every chart in one language, write each panel as `CHART-PANEL.LANG.svg`, and return them for a page.

    Args:
        folder: exists.
        png: write them as `.png` too.
    """
    groups = []
    for chart in charts:
        pictures = []
        for panel in chart.panels(subject):
            name = f"{'-'.join(filter(None, (chart.name, panel)))}.{lang}"
            drawn = figure(chart, subject, panel, lang)
            title, alt = chart.title(subject, panel, lang), chart.alt(subject, panel, lang)
            svg = written(drawn)
            (folder / f"{name}.svg").write_text(inline(svg, name, alt), "utf-8")
            if png:
                with look():
                    drawn.figure.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})
            pictures.append(Picture(name, title, alt, inline(svg, name, alt, drawn.head)))
        if pictures:
            groups.append((chart.name, pictures))
    return groups


def written(drawn: Framed) -> str:
    """A figure as matplotlib writes it."""
    text = StringIO()
    with look():
        drawn.figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    return text.getvalue()


def inline(svg: str, name: str, alt: str, head: float = 0.0) -> str:
    """What matplotlib wrote, as an element of a page; ids within it are made unique by its name.

    Args:
        head: points at the top that are cut off, with the title that stands there.
    """
    start = _SVG.search(svg)
    assert start is not None, "matplotlib writes an svg element with a viewBox"
    label = escape(alt, quote=True)
    box = f"0 {head:g} {start[1]} {float(start[2]) - head:g}"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{label}">'
    body = _METADATA.sub("", svg[start.end() :])
    if head:
        body = _TITLE.sub("", body)
    return opening + _REFERENCE.sub(rf"\g<1>{name}-", body.replace("xlink:href", "href"))
