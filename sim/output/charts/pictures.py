"""Charts as files and inside a page: SVG that keeps its text as text, and speaks to those who cannot see it."""

import re
from html import escape
from io import StringIO
from pathlib import Path
from typing import Final, TypeVar

from sim.core.safe_text import safe_file_name
from sim.output.charts.frame import Framed
from sim.output.charts.picture import Picture
from sim.output.charts.registry import Chart, figure
from sim.output.charts.style import look

DPI: Final = 110

T = TypeVar("T")

_SVG: Final = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)
_METADATA: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_REFERENCE: Final = re.compile(r'((?:\bid="|href="#|url\(#))')


def draw_panel(chart: Chart[T], subject: T, panel: str, folder: Path, lang: str, *, png: bool = True) -> Picture:
    """Draw a panel of a chart, write it as `CHART-PANEL.LANG.svg`, and return it for a page.

    Args:
        folder: exists.
        png: write it as `.png` too.
    """
    name = f"{'-'.join(filter(None, (chart.name, safe_file_name(panel))))}.{lang}"
    drawn = figure(chart, subject, panel, lang)
    title, alt = chart.title(subject, panel, lang), chart.alt(subject, panel, lang)
    svg = inline(written(drawn), name, alt)
    (folder / f"{name}.svg").write_text(svg, "utf-8")
    if png:
        with look():
            drawn.figure.savefig(
                folder / f"{name}.png", dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
            )
    return Picture(name, title, alt, untitled(svg, name, drawn.head))


def written(drawn: Framed) -> str:
    """A figure as matplotlib writes it."""
    text = StringIO()
    with look():
        drawn.figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    return text.getvalue()


def inline(svg: str, name: str, alt: str) -> str:
    """What matplotlib wrote, as an element of a page; ids within it are made unique by its name."""
    start = _SVG.search(svg)
    assert start is not None, "matplotlib writes an svg element with a viewBox"
    label = escape(alt, quote=True)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{start[1]}" role="img" aria-label="{label}">'
    body = _METADATA.sub("", svg[start.end() :], count=1)
    return opening + _REFERENCE.sub(rf"\g<1>{name}-", body.replace("xlink:href", "href"))


def untitled(svg: str, name: str, head: float) -> str:
    """An inline picture without its title, cut off with the points at the top on which it stands."""
    before, box, after = svg.partition(' viewBox="0 0 ')
    width, height = after.split('"', 1)[0].split()
    cropped = f' viewBox="0 {head:g} {width} {float(height) - head:g}'
    start, title, end = (after[len(f"{width} {height}") :]).partition(f'<g id="{name}-title">')
    return before + cropped + start + end.partition("</g>")[2] if box and title else svg
