"""Does the work pile up? Open letters and their age over the simulation, as a fan over replications."""

from typing import Final

from matplotlib.axes import Axes

from sim.core.clock import DAY, MINUTE
from sim.metrics.report import Report
from sim.output.charts.style import BLUE, PALE
from sim.output.charts.words import say
from sim.output.text.words import duration, number

OPEN: Final = "open"
AGE: Final = "age"


def title(report: Report, panel: str, lang: str) -> str:
    """Where it ends."""
    backlog = report.backlog
    if panel == AGE:
        return say(lang, "age", age=duration(lang, float(backlog.age_days.p50[-1]) * DAY / MINUTE))
    letters = backlog.open_letters.p50
    return say(lang, "open", letters=number(float(letters[-1])), peak=number(float(letters.max())))


def alt(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'backlog alt')}. {title(report, panel, lang)}"


def draw(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """The median, and bands that hold half and 90% of the replications; the counted window is shaded."""
    backlog = report.backlog
    fan = backlog.age_days if panel == AGE else backlog.open_letters
    ax.axvspan(*backlog.window_days, color=PALE, alpha=0.35, linewidth=0, label=say(lang, "window"))
    ax.fill_between(backlog.days, fan.p5, fan.p95, color=BLUE, alpha=0.18, linewidth=0, label=say(lang, "most"))
    ax.fill_between(backlog.days, fan.p25, fan.p75, color=BLUE, alpha=0.35, linewidth=0, label=say(lang, "half"))
    ax.plot(backlog.days, fan.p50, color=BLUE, linewidth=1.6, label=say(lang, "median"))
    ax.set_xlim(0, float(backlog.days[-1]))
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "day"))
    ax.set_ylabel(say(lang, "age axis" if panel == AGE else "open letters"))
    return ax
