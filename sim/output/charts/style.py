"""How all charts look: font with Chinese glyphs, colours that colour-blind readers can tell apart, quiet axes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.output.charts.font import FONT, font_path
from sim.statistics import Verdict

# Okabe and Ito's palette, made to be told apart by colour-blind readers.
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#222222",
)  # fmt: skip
GREY, PALE = "#6B6B6B", "#D9D9D9"

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


def week_axis(ax: Axes, weekdays: tuple[str, ...]) -> None:
    """Label an axis of hours of the week by weekday, each name in the middle of its day."""
    ax.set_xlim(0, 168)
    ax.set_xticks(range(0, 169, 24), [""] * 8)
    ax.set_xticks(range(12, 168, 24), weekdays, minor=True)
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


def nothing(ax: Axes, sentence: str) -> Axes:
    """Say why there is no chart."""
    ax.text(0.5, 0.5, sentence, ha="center", va="center", color=GREY, transform=ax.transAxes)
    ax.set_axis_off()
    return ax
