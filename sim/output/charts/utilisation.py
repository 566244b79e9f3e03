"""How busy are people? Utilisation of each team over the week against the 85% alarm."""

from functools import cached_property
from itertools import cycle
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.figures.teams import ALARM, TeamFigures
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    add_columns,
    nothing,
    percent_axis,
    week_axis,
)
from sim.output.text.formats import weekday_names

TEAMS: Final = 6
"""How many teams are shown, those that are busiest in some hour."""


_TOLD: Final = 3
"""How many of these each hour tells in figures."""


@chart("run", "utilisation", 60)
class UtilisationChart(Chart[Report]):
    """Utilisation of the busiest teams over the week."""

    @cached_property
    def _busiest(self) -> list[TeamFigures]:
        def peak(team: TeamFigures) -> float:
            return float(np.nanmax(team.week.utilisation.mean))

        on_duty = [team for team in self.subject.teams.values() if not np.isnan(team.week.utilisation.mean).all()]
        return sorted(on_duty, key=peak, reverse=True)[:TEAMS]

    def title(self) -> str:
        """Which team passes the alarm for longest."""
        longest = max(self._busiest, key=lambda team: team.week.hours_above_alarm, default=None)
        over = longest.week.hours_above_alarm if longest else 0
        if longest is None or not over:
            return self.say("under")
        return self.say("over", team=self.name_of(longest.name), hours=over)

    def draw(self, ax: Axes) -> Axes:
        """A step line with its interval for each team over the hours of the week."""
        if not self._busiest:
            return nothing(ax, self.say("nobody"))
        hours = np.arange(168) + 0.5
        looks = zip((BLUE, ORANGE, GREEN, PURPLE, SKY, BLACK), cycle(("-", "--", "-.", ":")), strict=False)
        for team, (colour, line) in zip(self._busiest, looks, strict=False):
            used = team.week.utilisation
            ax.fill_between(hours, used.low, used.high, step="mid", color=colour, alpha=0.2, linewidth=0)
            ax.step(hours, used.mean, where="mid", color=colour, linestyle=line, linewidth=1.4,
                    label=self.name_of(team.name))  # fmt: skip
        ax.axhline(ALARM, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 2)), label=self.say("alarm"))
        week_axis(ax, self.lang)
        ax.set_ylim(0, 1.04)
        percent_axis(ax, "y")
        add_columns(ax, [self._tip(hour) for hour in range(168)])
        ax.set_ylabel(self.say("glossary.utilisation"))
        return ax

    def _tip(self, hour: int) -> str:
        used = ((team.name, float(team.week.utilisation.mean[hour])) for team in self._busiest[:_TOLD])
        parts = [f"{self.name_of(team)} {100 * share:.0f}%" for team, share in used if not np.isnan(share)]
        return " · ".join([f"{weekday_names(self.lang)[hour // 24]} {hour % 24:02}:00", *parts])
