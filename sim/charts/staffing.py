"""Are there enough people at every hour? Staff on duty against the requirement over the week."""

import numpy as np
from matplotlib.axes import Axes

from sim.charts.style import BLACK, BLUE, ORANGE, PALE, VERMILION, nothing, people_axis, week_axis
from sim.charts.words import say
from sim.report import Report
from sim.tables import Floats
from sim.text.names import WEEKDAYS
from sim.text.words import name


def title(report: Report, panel: str, lang: str) -> str:
    """In how many hours people are short, and the worst of them."""
    week, need = report.teams[panel].week, report.requirement.get(panel)
    team = name(lang, panel)
    if not week.on_duty.mean.any():
        return say(lang, "staffing nobody", team=team)
    if need is None:
        return say(lang, "staffing", team=team)
    hours = int((need.shortfall > 0).sum())
    if not hours:
        return say(lang, "staffing enough", team=team)
    day, hour = divmod(int(np.argmax(need.shortfall)), 24)
    return say(lang, "staffing short", team=team, hours=hours, day=WEEKDAYS[lang][day], hour=f"{hour:02}")


def alt(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'staffing alt', team=name(lang, panel))}. {title(report, panel, lang)}"


def draw(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """A step line of people on duty with its interval, one of the requirement, and the shortfall between them."""
    week, need = report.teams[panel].week, report.requirement.get(panel)
    if not week.on_duty.mean.any():
        return nothing(ax, say(lang, "staffing nobody", team=name(lang, panel)))
    hours = np.arange(169)

    def steps(values: Floats) -> Floats:
        return np.append(values, values[-1])

    duty = steps(week.on_duty.mean)
    ax.fill_between(hours, 0, duty, step="post", color=PALE, alpha=0.6, linewidth=0)
    if need is not None:
        required = steps(need.people)
        ax.fill_between(hours, duty, required, where=required > duty, step="post", color=VERMILION, alpha=0.45,
                        linewidth=0, label=say(lang, "shortfall"))  # fmt: skip
        ax.step(hours, required, where="post", color=BLACK, linewidth=1.2, label=say(lang, "required"))
    ax.step(hours, duty, where="post", color=BLUE, linewidth=1.6, label=say(lang, "on duty"))
    if not np.isnan(week.on_duty.low).any():
        ax.fill_between(hours, steps(week.on_duty.low), steps(week.on_duty.high), step="post", color=BLUE, alpha=0.25,
                        linewidth=0)  # fmt: skip
    ax.step(hours, steps(week.busy.mean), where="post", color=ORANGE, linewidth=1.2, label=say(lang, "busy"))
    week_axis(ax, WEEKDAYS[lang])
    people_axis(ax)
    ax.set_ylabel(say(lang, "people"))
    return ax
