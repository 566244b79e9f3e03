"""How do the staffings differ over the week? People on duty by hour under each of them."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from sim.charts.style import STAFFINGS, week_axis
from sim.charts.words import WEEKDAYS, say
from sim.comparison import Comparison
from sim.text.words import name


def title(comparison: Comparison, panel: str, lang: str) -> str:  # noqa: ARG001 - a title like the others
    """The team."""
    return say(lang, "side by side", team=name(lang, panel))


alt = title


def draw(comparison: Comparison, panel: str, ax: Axes, lang: str) -> Axes:
    """A step line for each staffing, told apart by colour and by dashes."""
    hours = np.arange(168)
    for (other, report), (colour, _, line) in zip(comparison.reports.items(), cycle(STAFFINGS), strict=False):
        if panel in report.teams:
            ax.step(hours, report.teams[panel].week.on_duty.mean, where="post", color=colour, linestyle=line,
                    linewidth=1.5, label=other)  # fmt: skip
    week_axis(ax, WEEKDAYS[lang])
    ax.set_ylim(bottom=0)
    ax.set_ylabel(say(lang, "people"))
    return ax
