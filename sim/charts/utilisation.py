"""How busy are people? Utilisation of each team over the week against the 85% alarm."""

import numpy as np
from matplotlib.axes import Axes

from sim.charts.style import BLUE, VERMILION, nothing, percent_axis, week_axis
from sim.charts.words import WEEKDAYS, say
from sim.figures import ALARM
from sim.report import Report
from sim.text.words import name


def title(report: Report, panel: str, lang: str) -> str:
    """In how many hours the alarm is passed."""
    team = name(lang, panel)
    over = int(report.teams[panel].week.hours_above_alarm)
    return say(lang, "utilisation over" if over else "utilisation under", team=team, hours=over)


def alt(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'utilisation alt', team=name(lang, panel))}. {title(report, panel, lang)}"


def draw(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """A step line with its interval over the hours of the week."""
    used = report.teams[panel].week.utilisation
    if np.isnan(used.mean).all():
        return nothing(ax, say(lang, "staffing nobody", team=name(lang, panel)))
    hours = np.arange(168) + 0.5
    ax.fill_between(hours, used.low, used.high, step="mid", color=BLUE, alpha=0.25, linewidth=0,
                    label=say(lang, "95% interval"))  # fmt: skip
    ax.step(hours, used.mean, where="mid", color=BLUE, linewidth=1.4, label=say(lang, "utilisation"))
    ax.axhline(ALARM, color=VERMILION, linewidth=1.4, linestyle="--", label=say(lang, "alarm"))
    week_axis(ax, WEEKDAYS[lang])
    ax.set_ylim(0, 1.04)
    percent_axis(ax, "y")
    ax.set_ylabel(say(lang, "utilisation"))
    return ax
