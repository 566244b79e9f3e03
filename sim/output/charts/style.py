"""How all charts look: colours that colour-blind readers can tell apart, quiet axes, and the frame around them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final
from unicodedata import east_asian_width

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.core.tables import Floats
from sim.output.charts import FONT, font_path
from sim.output.charts.compact import COLUMNS, TIP, TIP_BREAK
from sim.output.text.formats import weekday_names
from sim.output.words import multilingual, wordings
from sim.statistics import Band, Estimate, Verdict

# Okabe and Ito's palette, made to be told apart by colour-blind readers.
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#222222",
)  # fmt: skip
GREY, PALE = "#6B6B6B", "#D9D9D9"

DIVERGING: Final = LinearSegmentedColormap.from_list("diverging", (VERMILION, "#F5C9A8", "#F7F7F7", "#9CC6E0", BLUE))
"""Colours of heat maps: below what is asked for, just that, and above."""

STAFFINGS: Final = tuple(
    zip((BLACK, BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, GREY), "osDv^PX*", ("-", "--", "-.", ":") * 2, strict=True)
)
"""Colour, marker and dashes of each staffing of a comparison, the base first; who has more than these repeats them."""

VERDICT_COLOURS: Final = {
    Verdict.MET: GREEN,
    Verdict.MISSED: VERMILION,
    Verdict.UNCLEAR: ORANGE,
    Verdict.NOT_JUDGED: GREY,
    None: GREY,
}

POINTS: Final = 72.0
"""Points an inch."""

TITLE, LABEL, LEGEND = 11.0, 10.0, 9.0
"""Font sizes."""

LINE_HEIGHT: Final = 1.6
"""Height of a line of text, in font sizes."""

DPI: Final = 110
"""Dots an inch of PNG files."""

EDGE: Final = 8.0
"""Points left free at every edge."""

_LOOK: Final[Any] = {
    "font.family": [FONT],
    "font.size": 10,
    "axes.labelcolor": GREY,
    "axes.edgecolor": PALE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "text.parse_math": False,  # a name may have dollar signs in it
    "xtick.bottom": False,
    "ytick.left": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "grid.color": "#ECECEC",
    "legend.frameon": False,
    "savefig.facecolor": "white",
    # The same figures give the same file.
    "svg.hashsalt": "lettersim",
    "svg.fonttype": "none",
}


@contextmanager
def look() -> Iterator[None]:
    """Draw and save charts inside this, so that they share one look and nothing outside changes."""
    _know_font()
    with mpl.rc_context(_LOOK):
        yield


@cache
def _know_font() -> None:
    font_manager.fontManager.addfont(font_path())


def percent_axis(ax: Axes, which: str = "x") -> None:
    """Label an axis of shares in percent."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_formatter(lambda share, _: f"{100 * share:g}%")


def hour_axis(ax: Axes) -> None:
    """Label an axis of hours of the day."""
    ax.set_xticks(range(0, 25, 3), [f"{hour:02}" for hour in range(0, 25, 3)])
    ax.set_xlim(0, 24)


def week_axis(ax: Axes, lang: str) -> None:
    """Label an axis of hours of the week by weekday, each name in the middle of its day."""
    ax.set_xlim(0, 168)
    ax.set_xticks(range(0, 169, 24), [""] * 8)
    ax.set_xticks(range(12, 168, 24), weekday_names(lang), minor=True)
    ax.tick_params(axis="x", which="minor", length=0)
    ax.grid(axis="x")


def rows_axis(ax: Axes, labels: Sequence[str]) -> None:
    """Label rows from the top down; a few rows stay as slim as many."""
    ax.set_yticks(range(len(labels)), labels, color=BLACK)
    room = max(3.0, float(len(labels)))
    middle = (len(labels) - 1) / 2
    ax.set_ylim(middle + room / 2, middle - room / 2)


def people_axis(ax: Axes) -> None:
    """An axis of people, who are whole, from nobody up."""
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def interval_bar(ax: Axes, row: float, estimate: Estimate, scale: float = 1.0, **how: Any) -> None:
    """Draw the interval of an estimate as a line along a row, where it has one; `how` as of `Axes.plot`."""
    if estimate.low is not None and estimate.high is not None:
        ax.plot([scale * estimate.low, scale * estimate.high], [row, row], **how)


def band_of(estimates: Sequence[Estimate]) -> Band:
    """Estimates in a row; nan where there is none."""
    return Band(*(np.array([getattr(each, end) for each in estimates], np.float64) for end in ("mean", "low", "high")))


def banded(
    ax: Axes, x: Sequence[float] | Floats, band: Band, colour: str, label: str | None, marker: str | None = None
) -> None:
    """Draw estimates as a line with their intervals as a band."""
    ax.fill_between(x, band.low, band.high, color=colour, alpha=0.2, linewidth=0)
    ax.plot(x, band.mean, color=colour, linewidth=1.6, label=label, marker=marker, markersize=4)


def to_the_end(values: Floats) -> Floats:
    """Values of steps, the last of them once more, so that a step line reaches the end of its last step."""
    return np.append(values, values[-1])


def add_tips(marks: Artist, tips: Sequence[str]) -> None:
    """Tell what a mark shows when it is pointed at, or each of the marks of a collection in their order."""
    marks.set_gid(TIP + TIP_BREAK.join(tips))


def add_columns(ax: Axes, tips: Sequence[str]) -> None:
    """Tell at each place along a chart what it shows there: columns of one width that nobody sees, which have tips.

    The axes have their limits already.
    """
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    whole = Rectangle(
        (left, bottom), right - left, top - bottom, alpha=0.0, linewidth=0, gid=COLUMNS + TIP_BREAK.join(tips)
    )
    ax.add_artist(whole)


def nothing(ax: Axes, sentence: str) -> Axes:
    """Say why there is no chart."""
    ax.text(0.5, 0.5, sentence, ha="center", va="center", color=GREY, transform=ax.transAxes)
    ax.set_axis_off()
    return ax


class _Renderer(RendererSVG):
    """Writes a figure as SVG, with room for each text in the language in which it is longest."""

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Size of a text in points."""
        size: Any = super().get_text_width_height_descent
        widths, heights, descents = zip(*(size(each, prop, ismath) for each in wordings(s)), strict=True)
        return max(widths), max(heights), max(descents)


@dataclass(frozen=True)
class Framed:
    """A figure, and the height of its title in points, for who wants to do without it."""

    figure: Figure
    head: float

    def svg(self) -> str:
        """The figure as matplotlib writes it, without a date or other things that differ."""
        text = StringIO()
        with look():
            self.figure.dpi = POINTS
            width, height = self.figure.get_size_inches() * POINTS
            nothing_besides = {"Date": None, "Creator": None, "Type": None, "Format": None}
            renderer: Any = _Renderer(width, height, text, image_dpi=POINTS, metadata=nothing_besides)  # type: ignore[no-untyped-call]
            self.figure.draw(renderer)
            renderer.finalize()
        return text.getvalue()

    def save_png(self, path: Path, dpi: int = DPI) -> None:
        """Write the figure as a PNG file."""
        with look():
            self.figure.savefig(path, dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 3})


def framed(draw: Callable[[Axes], Axes], title: str, width: float, height: float) -> Framed:
    """Draw a chart below its title and legend.

    Args:
        draw: draws on the axes, and labels what the legend is to tell.
        width, height: inches, without the title, which goes on top.
    """
    across = width * POINTS
    lines = wrapped(title, (across - 2 * EDGE) / TITLE)
    head = len(lines) * TITLE * LINE_HEIGHT
    down = height * POINTS + head
    figure = Figure(figsize=(width, down / POINTS))
    ax = figure.add_axes((0, 0, 1, 1))
    draw(ax)
    if not ax.axison:  # nothing is drawn, and the title may say already why
        for said in list(ax.texts):
            if all(text in above for text, above in zip(wordings(said.get_text()), wordings(title), strict=False)):
                said.remove()
    top = EDGE + head + _legend(figure, ax, EDGE + head, across, down)
    bottom = EDGE + _label(ax.xaxis) + LABEL * LINE_HEIGHT if ax.axison else EDGE
    # A label that is longer than its axis goes on in another line.
    label, *more = wrapped(ax.get_ylabel(), (down - top - bottom) / LABEL)
    ax.set_ylabel(label)
    left = EDGE + _label(ax.yaxis) + LABEL * LINE_HEIGHT * len(more) + 8 + LABEL * max(map(ems, _ticks(ax.yaxis)))
    right = across - EDGE - LABEL * max(map(ems, _ticks(ax.xaxis))) / 2  # the last label may stand below the corner
    ax.set_position((left / across, bottom / down, (right - left) / across, (down - top - bottom) / down))
    ax.xaxis.set_label_coords(0.5, (EDGE / down - bottom / down) / ((down - top - bottom) / down))
    ax.xaxis.label.set_verticalalignment("bottom")
    ax.yaxis.set_label_coords((EDGE - left) / (right - left), 0.5)
    ax.yaxis.label.set_verticalalignment("top")
    for row, line in enumerate(more, 1):
        figure.text((EDGE + LABEL * LINE_HEIGHT * row) / across, (bottom + down - top) / 2 / down, line, ha="center",
                    va="top", rotation="vertical", rotation_mode="anchor", fontsize=LABEL, color=GREY)  # fmt: skip
    figure.text(
        EDGE / across, 1 - EDGE / down, "\n".join(lines), fontsize=TITLE, va="top", linespacing=1.3, gid="title"
    )
    return Framed(figure, head)


def ems(text: str) -> float:
    """About how wide a text is, in font sizes; rather too wide than too narrow."""
    return max(sum(1.0 if east_asian_width(letter) in "WF" else 0.58 for letter in each) for each in wordings(text))


def wrapped(text: str, width: float) -> list[str]:
    """A text in lines of at most this many font sizes, broken at blanks, or between Chinese characters."""
    in_each = [_lines(each, width) for each in wordings(text)]
    return [multilingual(lines) for lines in zip_longest(*in_each, fillvalue="")]


def _lines(text: str, width: float) -> list[str]:
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
        # No line begins with a mark that closes something, or ends with one that opens something.
        if word and (word[-1] == " " or wide) and letter not in "，。、；：）」！？ " and word[-1] not in "（「":
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
    return (-(-len(labels) // columns)) * LEGEND * LINE_HEIGHT + EDGE


def _label(axis: Axis) -> float:
    """Height of an axis label in points."""
    return LABEL * LINE_HEIGHT if axis.get_label_text() else 0.0


def _ticks(axis: Axis) -> Iterable[str]:
    """Labels of an axis, or what those of numbers may be."""
    labels = [tick.label1.get_text() for tick in axis.majorTicks]
    return labels if any(labels) else ["0,000"]
