"""Who is on duty when under each staffing? People of a team over the week, side by side."""

from collections.abc import Iterable
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from sim.comparison.report import Comparison
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import STAFFINGS, people_axis, week_axis
from sim.output.text.formats import number


@chart("comparison", "roster_comparison", 30)
class RosterComparisonChart(Chart[Comparison]):
    """People of a team on duty by hour of the week under each staffing."""

    @staticmethod
    def panels(subject: Comparison) -> Iterable[str]:
        """One for each team of which some staffing has a person more or less on duty than the base at some hour."""
        base = subject.base.teams

        def differs(team: str, report: Report) -> bool:
            if team not in report.teams:
                return True
            return bool((abs(report.teams[team].week.on_duty.mean - base[team].week.on_duty.mean) >= 1).any())

        return [team for team in base if any(differs(team, report) for report in subject.reports.values())]

    def title(self) -> str:
        """Which staffing has most people of the team on duty."""
        on_duty = {other: report.teams[self.panel].week.on_duty.mean.mean()
                   for other, report in self.subject.reports.items() if self.panel in report.teams}  # fmt: skip
        most = max(on_duty, key=lambda other: on_duty[other])
        base = self.subject.base.scenario
        people = number(on_duty[most])
        if most == base:
            return self.say("base", most=self.staffing(most), people=people)
        called, usual = (self.staffing(each) for each in (most, base))
        return self.say("most", most=called, people=people, base=usual, usual=number(on_duty[base]))

    def draw(self, ax: Axes) -> Axes:
        """A step line for each staffing, told apart by colour and by dashes."""
        hours = np.arange(168)
        for (other, report), (colour, _, line) in zip(self.subject.reports.items(), cycle(STAFFINGS), strict=False):
            if self.panel in report.teams:
                ax.step(hours, report.teams[self.panel].week.on_duty.mean, where="post", color=colour, linestyle=line,
                        linewidth=1.5, label=self.staffing(other))  # fmt: skip
        week_axis(ax, self.lang)
        people_axis(ax)
        ax.set_ylabel(self.say("glossary.people"))
        return ax
