"""The frame of a chart: title and legend above it, and margins that hold its labels without a trial drawing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

POINTS: Final = 72.0
"""Points an inch."""

TITLE, LABEL, LEGEND = 11.0, 10.0, 9.0
"""Font sizes."""

LINE: Final = 1.6
"""Height of a line of text, in font sizes."""

EDGE: Final = 8.0
"""Points left free at every edge."""


@dataclass(frozen=True)
class Framed:
    """A figure, and the height of its title in points, for who wants to do without it."""

    figure: Figure
    head: float


def framed(draw: Callable[[Axes], Axes], title: str, width: float, height: float) -> Framed:
    """Draw a chart below its title and legend.

    Args:
        draw: draws on the axes, and labels what the legend is to tell.
        width, height: inches, without the title, which goes on top.
    """
    across = width * POINTS
    lines = wrapped(title, (across - 2 * EDGE) / TITLE)
    head = len(lines) * TITLE * LINE
    down = height * POINTS + head
    figure = Figure(figsize=(width, down / POINTS))
    ax = figure.add_axes((0, 0, 1, 1))
    draw(ax)
    top = EDGE + head + _legend(figure, ax, EDGE + head, across, down)
    left = EDGE + _label(ax.yaxis) + 8 + LABEL * max(map(ems, _ticks(ax.yaxis)))
    bottom = EDGE + _label(ax.xaxis) + LABEL * LINE if ax.axison else EDGE
    right = across - EDGE - LABEL * max(map(ems, _ticks(ax.xaxis))) / 2  # the last label may stand below the corner
    ax.set_position((left / across, bottom / down, (right - left) / across, (down - top - bottom) / down))
    ax.xaxis.set_label_coords(0.5, (EDGE / down - bottom / down) / ((down - top - bottom) / down))
    ax.xaxis.label.set_verticalalignment("bottom")
    ax.yaxis.set_label_coords((EDGE - left) / (right - left), 0.5)
    ax.yaxis.label.set_verticalalignment("top")
    figure.text(
        EDGE / across, 1 - EDGE / down, "\n".join(lines), fontsize=TITLE, va="top", linespacing=1.3, gid="title"
    )
    return Framed(figure, head)


def ems(text: str) -> float:
    """About how wide a text is, in font sizes; rather too wide than too narrow."""
    return sum(1.0 if east_asian_width(letter) in "WF" else 0.58 for letter in text)


def wrapped(text: str, width: float) -> list[str]:
    """A text in lines of at most this many font sizes, broken at blanks, or between Chinese characters."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and ems((lines[-1] + word).rstrip()) > width:
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    return [line.rstrip() for line in lines]


def _words(text: str) -> Iterable[str]:
    word = ""
    for letter in text:
        wide = east_asian_width(letter) in "WF"
        # No line begins with a mark that closes something.
        if word and (word[-1] == " " or wide) and letter not in "，。、；：）」！？ ":
            yield word
            word = ""
        word += letter
    yield word


def _legend(figure: Figure, ax: Axes, top: float, across: float, down: float) -> float:
    """Put the legend in rows from the top down; returns their height in points."""
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return EDGE
    widest = LEGEND * (max(ems(label) for label in labels) + 4.5)
    columns = max(1, min(len(labels), int((across - 2 * EDGE) / widest)))
    if len(labels) * LEGEND * 4.5 + LEGEND * sum(map(ems, labels)) <= across - 2 * EDGE:
        columns = len(labels)  # columns are as wide as they need to be
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0, 1 - top / down), ncols=columns, fontsize=LEGEND,
        borderaxespad=0, borderpad=0.6, handlelength=1.8, columnspacing=1.6,
    )  # fmt: skip
    return (-(-len(labels) // columns)) * LEGEND * LINE + EDGE


def _label(axis: Axis) -> float:
    """Height of an axis label in points."""
    return LABEL * LINE if axis.get_label_text() else 0.0


def _ticks(axis: Axis) -> Iterable[str]:
    """Labels of an axis, or what those of numbers may be."""
    labels = [tick.label1.get_text() for tick in axis.majorTicks]
    return labels if any(labels) else ["0,000"]
