"""How busy are people? Utilisation of each team over the week against the 85% alarm."""

from itertools import cycle
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.figures import ALARM, TeamFigures
from sim.metrics.report import Report
from sim.output.charts.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, nothing, percent_axis, week_axis
from sim.output.charts.words import say
from sim.output.text.names import WEEKDAYS
from sim.output.text.words import name

TEAMS: Final = 6
"""How many teams are shown, those that are busiest in some hour."""


def _busiest(report: Report) -> list[TeamFigures]:
    def peak(team: TeamFigures) -> float:
        return float(np.nanmax(team.week.utilisation.mean))

    on_duty = [team for team in report.teams.values() if not np.isnan(team.week.utilisation.mean).all()]
    return sorted(on_duty, key=peak, reverse=True)[:TEAMS]


def title(report: Report, _panel: str, lang: str) -> str:
    """Which team passes the alarm for longest."""
    busiest = _busiest(report)
    longest = max(busiest, key=lambda team: team.week.hours_above_alarm, default=None)
    over = longest.week.hours_above_alarm if longest else 0
    if longest is None or not over:
        return say(lang, "utilisation under")
    return say(lang, "utilisation over", team=name(lang, longest.name), hours=over)


def alt(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'utilisation alt')}. {title(report, panel, lang)}"


def draw(report: Report, _panel: str, ax: Axes, lang: str) -> Axes:
    """A step line with its interval for each team over the hours of the week."""
    busiest = _busiest(report)
    if not busiest:
        return nothing(ax, say(lang, "nobody ever"))
    hours = np.arange(168) + 0.5
    for team, colour, line in zip(
        busiest, (BLUE, ORANGE, GREEN, PURPLE, SKY, BLACK), cycle(("-", "--", "-.", ":")), strict=False
    ):
        used = team.week.utilisation
        ax.fill_between(hours, used.low, used.high, step="mid", color=colour, alpha=0.2, linewidth=0)
        ax.step(hours, used.mean, where="mid", color=colour, linestyle=line, linewidth=1.4, label=name(lang, team.name))
    ax.axhline(ALARM, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 2)), label=say(lang, "alarm"))
    week_axis(ax, WEEKDAYS[lang])
    ax.set_ylim(0, 1.04)
    percent_axis(ax, "y")
    ax.set_ylabel(say(lang, "utilisation"))
    return ax
