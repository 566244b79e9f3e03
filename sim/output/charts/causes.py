"""Why were letters late? Where and when most of their time went, and what kept them there."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.figures import Cause, Why
from sim.metrics.late_hours import half_of
from sim.metrics.report import Report
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PALE,
    PURPLE,
    VERMILION,
    hour_axis,
    nothing,
    percent_axis,
    rows_axis,
)
from sim.output.charts.words import say
from sim.output.text.words import hours_of_day, name, percent

WHERE: Final = "where"
WHEN: Final = "when"

COLOURS: Final = {
    Why.NOBODY_ON_DUTY: VERMILION,
    Why.ALL_BUSY: ORANGE,
    Why.INTERRUPTED: PURPLE,
    Why.PUT_DOWN_AT_SHIFT_END: GREEN,
    Why.BEING_WORKED_ON: BLUE,
    Why.ELAPSED_WAIT: PALE,
}

CAUSES: Final = 10
"""How many causes are shown at most."""

FEW_HOURS: Final = 8
"""Half of the delays within more hours than that are no peak."""

LEAST: Final = 0.005
"""Share of the late letters below which a cause is not worth a bar."""


def title_where(report: Report, panel: str, lang: str) -> str:
    """The commonest cause."""
    causes = report.slas[panel].causes
    if report.has_few_late(panel):
        return _none_or_few(report, panel, lang)
    first = causes[0]
    team = f" ({name(lang, first.team)})" if first.team else ""
    return say(lang, "where", sla=name(lang, panel), share=percent(first.share.mean), step=name(lang, first.step),
               team=team, why=say(lang, first.why.value))  # fmt: skip


def title_when(report: Report, panel: str, lang: str) -> str:
    """The hours at which half of the delays begin."""
    hours = half_of(report.slas[panel].breaches_by_hour.mean.sum(axis=1))
    if hours is None or report.has_few_late(panel):
        return _none_or_few(report, panel, lang)
    key = "when" if hours[1] - hours[0] <= FEW_HOURS else "when spread"
    return say(lang, key, sla=name(lang, panel), hours=hours_of_day(lang, hours))


def alt_where(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'where alt', sla=name(lang, panel))}. {title_where(report, panel, lang)}"


def alt_when(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'when alt', sla=name(lang, panel))}. {title_when(report, panel, lang)}"


def draw_where(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """One bar with its interval for each of the commonest causes, coloured by what kept the letter."""
    causes = [cause for cause in report.slas[panel].causes if (cause.share.mean or 0.0) >= LEAST][:CAUSES]
    if report.has_few_late(panel):
        return nothing(ax, _none_or_few(report, panel, lang))
    seen: set[Why] = set()
    for row, cause in enumerate(causes):
        ax.barh(row, cause.share.mean or 0.0, height=0.7, color=COLOURS[cause.why],
                label=None if cause.why in seen else say(lang, cause.why.value))  # fmt: skip
        seen.add(cause.why)
        if cause.share.low is not None and cause.share.high is not None:
            ax.plot([cause.share.low, cause.share.high], [row, row], color=BLACK, linewidth=1.2)
    rows_axis(ax, [_place(cause, lang) for cause in causes])
    ax.set_xlim(left=0)
    percent_axis(ax)
    ax.grid(axis="x")
    ax.set_xlabel(say(lang, "share of late"))
    return ax


def draw_when(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """One stacked bar an hour of the day, coloured by what kept the letters."""
    breaches = report.slas[panel].breaches_by_hour.mean
    if report.has_few_late(panel):
        return nothing(ax, _none_or_few(report, panel, lang))
    below = np.zeros(24)
    for why, late in zip(Why, breaches.T, strict=True):
        if late.any():
            ax.stairs(below + late, np.arange(25), baseline=below, fill=True, color=COLOURS[why],
                      label=say(lang, why.value))  # fmt: skip
            below = below + late
    hour_axis(ax)
    ax.set_xlabel(say(lang, "hour of delay"))
    ax.set_ylabel(say(lang, "late letters"))
    ax.grid(axis="y")
    return ax


def _none_or_few(report: Report, panel: str, lang: str) -> str:
    key = "few late" if report.slas[panel].breaches.mean else "none late"
    return say(lang, key, sla=name(lang, panel))


def _place(cause: Cause, lang: str) -> str:
    return f"{name(lang, cause.step)} · {name(lang, cause.team)}" if cause.team else name(lang, cause.step)
