"""How do the staffings differ over the week? People on duty by hour under each of them."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from sim.charts.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, week_axis
from sim.charts.words import WEEKDAYS, say
from sim.comparison import Comparison
from sim.text.words import name


def title(comparison: Comparison, panel: str, lang: str) -> str:  # noqa: ARG001 - a title like the others
    """The team."""
    return say(lang, "side by side", team=name(lang, panel))


alt = title


def draw(comparison: Comparison, panel: str, ax: Axes, lang: str) -> Axes:
    """A step line for each staffing, the base in black; told apart by colour and by dashes."""
    hours = np.arange(168)
    looks = zip(
        cycle((BLACK, BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)), cycle(("-", "--", "-.", ":")), strict=False
    )
    for (other, report), (colour, line) in zip(comparison.reports.items(), looks, strict=False):
        if panel in report.teams:
            ax.step(hours, report.teams[panel].week.on_duty.mean, where="post", color=colour, linestyle=line,
                    linewidth=1.5, label=other)  # fmt: skip
    week_axis(ax, WEEKDAYS[lang])
    ax.set_ylim(bottom=0)
    ax.set_ylabel(say(lang, "people"))
    return ax
