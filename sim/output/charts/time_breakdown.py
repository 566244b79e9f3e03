"""Where does the time go? From received to closed, step by step: waiting, work and elapsed time."""

from matplotlib.axes import Axes

from sim.core.clock import HOUR, MINUTE
from sim.metrics.figures import StepFigures
from sim.metrics.report import Report
from sim.output.charts.style import BLACK, BLUE, PALE, VERMILION, nothing, rows_axis
from sim.output.charts.words import say
from sim.output.text.words import duration, name, percent


def title(report: Report, _panel: str, lang: str) -> str:
    """The step that takes most, and how much of the whole."""
    total = sum(_minutes(step) for step in report.steps.values())
    longest = max(report.steps.values(), key=lambda step: step.time_in_system_share or 0.0, default=None)
    if longest is None or not longest.time_in_system_share:
        return say(lang, "no letters")
    share = percent(longest.time_in_system_share)
    return say(lang, "path", step=name(lang, longest.name), total=duration(lang, total), share=share)


def _minutes(step: StepFigures) -> float:
    """Minutes of a closed letter's way that pass at a step."""
    return sum(each.mean or 0.0 for each in (step.waiting_min, step.work_min, step.elapsed_min))


def alt(report: Report, _panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'path alt')}. {title(report, _panel, lang)}"


def draw(report: Report, _panel: str, ax: Axes, lang: str) -> Axes:
    """One stacked bar a step, in the order of the workflow, with an interval on its waiting part."""
    steps = [step for step in report.steps.values() if step.time_in_system_share]
    if not steps:
        return nothing(ax, say(lang, "no letters"))
    hour = HOUR / MINUTE
    for row, step in enumerate(steps):
        left = 0.0
        parts = (
            ("waiting", step.waiting_min, VERMILION),
            ("work", step.work_min, BLUE),
            ("elapsed", step.elapsed_min, PALE),
        )
        for key, minutes, colour in parts:
            hours = (minutes.mean or 0.0) / hour
            ax.barh(row, hours, left=left, color=colour, height=0.7, label=say(lang, key) if row == 0 else None)
            left += hours
        if step.waiting_min.low is not None and step.waiting_min.high is not None:
            ax.plot([step.waiting_min.low / hour, step.waiting_min.high / hour], [row, row], color=BLACK, linewidth=1.2)
    rows_axis(ax, [name(lang, step.name) for step in steps])
    ax.grid(axis="x")
    ax.set_xlabel(say(lang, "hours a letter"))
    return ax
