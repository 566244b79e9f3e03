"""Does the work pile up? Open letters and their age over the simulation, as a fan over replications."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.core.clock import DAY, MINUTE
from sim.core.tables import Floats
from sim.metrics.figures.letters import Fan
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLUE, PALE, add_columns
from sim.output.text.formats import day_text, duration, number, percent

OPEN: Final = "open"
AGE: Final = "age"

_MOST_DATES: Final = 6
"""Dates that have room below a chart."""

INSTANTS: Final = 200
"""About so many instants of the course are drawn."""

PLACES: Final = 25
"""Places along the course that say what they show."""


@chart("run", "backlog", 80, width=5.4, height=2.1)
class BacklogChart(Chart[Report]):
    """Open letters, and how old they are, day by day."""

    @staticmethod
    def panels(_subject: Report) -> Iterable[str]:
        """One of the number of open letters, one of their age."""
        return [OPEN, AGE]

    def title(self) -> str:
        """Where it ends."""
        backlog = self.subject.backlog
        if self.panel == AGE:
            age = duration(self.lang, float(backlog.age_days.p50[-1]) * DAY / MINUTE)
            return self.say("age", age=age)
        letters = backlog.open_letters.p50
        found = self.say("open", letters=number(float(letters[-1])), peak=number(float(letters.max())))
        share = self.subject.letters.abandoned_share
        if share is None or not share.mean:
            return found
        return self.say("formats.semicolon").join([found, self.say("left", share=percent(share.mean))])

    def draw(self, ax: Axes) -> Axes:
        """The median, and bands that hold half and 90% of the replications; the counted window is shaded."""
        backlog = self.subject.backlog
        whole = backlog.age_days if self.panel == AGE else backlog.open_letters
        every = max(1, len(backlog.days) // INSTANTS)
        shown = slice(every - 1, None, every)
        days, fan = backlog.days[shown], Fan(*(getattr(whole, each.name)[shown] for each in fields(Fan)))
        ax.axvspan(*backlog.window_days, color=PALE, alpha=0.35, linewidth=0, label=self.say("window"))
        ax.fill_between(days, fan.p5, fan.p95, color=BLUE, alpha=0.18, linewidth=0, label=self.say("most"))
        ax.fill_between(days, fan.p25, fan.p75, color=BLUE, alpha=0.35, linewidth=0, label=self.say("half"))
        ax.plot(days, fan.p50, color=BLUE, linewidth=1.6, label=self.say("median"))
        ax.set_xlim(0, float(days[-1]))
        ax.set_ylim(bottom=0)
        middles = (np.arange(PLACES) + 0.5) * float(days[-1]) / PLACES
        nearest = np.abs(days[:, np.newaxis] - middles).argmin(axis=0)
        add_columns(ax, [self._tip(fan, days, each) for each in nearest.tolist()])
        ax.grid(axis="y")
        if self.subject.opening is None:
            ax.set_xlabel(self.say("day"))
        else:
            self._dates(ax)
        ax.set_ylabel(self.say("age-axis" if self.panel == AGE else "open-axis"))
        return ax

    def _dates(self, ax: Axes) -> None:
        """Dates below the days, since the letters that were open at the start are those of a date."""
        backlog = self.subject.backlog
        every = max(1, round(float(backlog.days[-1]) / _MOST_DATES))
        days = range(0, int(backlog.days[-1]) + 1, every)
        ax.set_xticks(list(days), [day_text(self.lang, backlog.start + timedelta(days=day)) for day in days])

    def _tip(self, fan: Fan, days: Floats, instant: int) -> str:
        figures = {name: number(float(getattr(fan, name)[instant])) for name in ("p5", "p50", "p95")}
        key = "tip-age" if self.panel == AGE else "tip-open"
        return self.say(key, day=number(round(float(days[instant]), 1)), **figures)
