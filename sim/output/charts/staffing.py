"""Are there enough people at every hour? Staff on duty against the requirement over the week."""

import numpy as np
from matplotlib.axes import Axes

from sim.core.tables import Floats
from sim.metrics.report import Report
from sim.output.charts.style import BLUE, GREY, ORANGE, PALE, VERMILION, nothing, people_axis, week_axis
from sim.output.charts.words import say
from sim.output.text.names import WEEKDAYS
from sim.output.text.words import name
from sim.statistics import Verdict


def title(report: Report, panel: str, lang: str) -> str:
    """Where by estimate people are short, and the worst hour, if the simulation missed a target for it."""
    week, need = report.teams[panel].week, report.requirement.get(panel)
    team = name(lang, panel)
    if not week.on_duty.mean.any():
        return say(lang, "staffing nobody", team=team)
    if need is None:
        return say(lang, "staffing", team=team)
    hours, at_fault = int((need.shortfall > 0).sum()), _at_fault(report, panel)
    if hours and at_fault:
        day, hour = divmod(int(np.argmax(need.shortfall)), 24)
        return say(lang, "staffing short", team=team, hours=hours, day=WEEKDAYS[lang][day], hour=f"{hour:02}")
    if hours:
        return say(lang, "staffing not missed", team=team)
    return say(lang, "staffing needed" if at_fault else "staffing enough", team=team)


def _at_fault(report: Report, panel: str) -> bool:
    """Whether the simulation missed a target for which letters were late at a team."""
    missed = [sla for sla in report.slas.values() if sla.verdict is Verdict.MISSED]
    return any(cause.team == panel for sla in missed for cause in sla.causes)


def alt(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'staffing alt', team=name(lang, panel))}. {title(report, panel, lang)}"


def draw(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """A step line of people on duty with its interval, and above it whom units lack by estimate."""
    week, need = report.teams[panel].week, report.requirement.get(panel)
    if not week.on_duty.mean.any():
        return nothing(ax, say(lang, "staffing nobody", team=name(lang, panel)))
    hours = np.arange(169)

    def steps(values: Floats) -> Floats:
        return np.append(values, values[-1])

    duty = steps(week.on_duty.mean)
    ax.fill_between(hours, 0, duty, step="post", color=PALE, alpha=0.6, linewidth=0)
    if need is not None:
        # People whom some units lack; others that have more than they need do not make up for them.
        needed, at_fault = duty + steps(need.shortfall), _at_fault(report, panel)
        ax.fill_between(hours, duty, needed, step="post", color=VERMILION if at_fault else GREY,
                        alpha=0.45 if at_fault else 0.25, linewidth=0, label=say(lang, "shortfall"))  # fmt: skip
    ax.step(hours, duty, where="post", color=BLUE, linewidth=1.6, label=say(lang, "on duty"))
    if not np.isnan(week.on_duty.low).any():
        ax.fill_between(hours, steps(week.on_duty.low), steps(week.on_duty.high), step="post", color=BLUE, alpha=0.25,
                        linewidth=0)  # fmt: skip
    ax.step(hours, steps(week.busy.mean), where="post", color=ORANGE, linewidth=1.2, label=say(lang, "busy"))
    week_axis(ax, WEEKDAYS[lang])
    people_axis(ax)
    ax.set_ylabel(say(lang, "people"))
    return ax
