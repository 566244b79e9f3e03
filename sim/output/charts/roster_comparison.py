"""How do the staffings differ over the week? People on duty by hour under each of them."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from sim.comparison import Comparison
from sim.output.charts.style import STAFFINGS, people_axis, week_axis
from sim.output.charts.words import say
from sim.output.text.names import WEEKDAYS
from sim.output.text.words import name, number


def title(comparison: Comparison, panel: str, lang: str) -> str:
    """Which staffing has most people of the team on duty."""
    on_duty = {other: report.teams[panel].week.on_duty.mean.mean() for other, report in comparison.reports.items()
               if panel in report.teams}  # fmt: skip
    most = max(on_duty, key=lambda other: on_duty[other])
    base = comparison.base.scenario
    if most == base:
        return say(lang, "side by side base", team=name(lang, panel), most=most, people=number(on_duty[most]))
    return say(lang, "side by side", team=name(lang, panel), most=most, people=number(on_duty[most]), base=base,
               usual=number(on_duty[base]))  # fmt: skip


def alt(comparison: Comparison, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'side by side alt', team=name(lang, panel))}. {title(comparison, panel, lang)}"


def draw(comparison: Comparison, panel: str, ax: Axes, lang: str) -> Axes:
    """A step line for each staffing, told apart by colour and by dashes."""
    hours = np.arange(168)
    for (other, report), (colour, _, line) in zip(comparison.reports.items(), cycle(STAFFINGS), strict=False):
        if panel in report.teams:
            ax.step(hours, report.teams[panel].week.on_duty.mean, where="post", color=colour, linestyle=line,
                    linewidth=1.5, label=other)  # fmt: skip
    week_axis(ax, WEEKDAYS[lang])
    people_axis(ax)
    ax.set_ylabel(say(lang, "people"))
    return ax
