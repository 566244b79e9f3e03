"""Are there enough people at every hour? Who is on duty, busy and missing at a unit over the week, as simulated."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.figures.teams import StaffedWeek
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLUE,
    ORANGE,
    SKY,
    VERMILION,
    add_columns,
    nothing,
    people_axis,
    to_the_end,
    week_axis,
)
from sim.output.text.formats import number, staffed_name, weekday_names
from sim.output.text.headline import lack_sentence, staffed_places

_SHOWN: Final = 1
"""Units that are drawn, of those first that the answer is about; the page's script draws any that is chosen."""


@chart("run", "staffing", 50, height=2.6)
class StaffingChart(Chart[Report]):
    """People on duty, busy and needed at a unit over the week."""

    @staticmethod
    def panels(subject: Report) -> Iterable[str]:
        """The units that the answer is about, by their place among all."""
        return [str(place) for place in staffed_places(subject)[:_SHOWN]] or ["none"]

    @property
    def _week(self) -> StaffedWeek | None:
        return self.subject.staffed[int(self.panel)] if self.panel.isdigit() else None

    def title(self) -> str:
        """In how many hours people lack, and when most; or how many are idle."""
        week = self._week
        if week is None:
            return self.say("nobody")
        lack = lack_sentence(week, self.lang)
        if lack is None:
            idle = number(float((week.on_duty - week.busy).clip(0).mean()))
            return self.say("enough", unit=staffed_name(self.lang, week), idle=idle)
        return lack

    def alt(self) -> str:
        """What is drawn, and of which unit."""
        week = self._week
        unit = "" if week is None else staffed_name(self.lang, week)
        return f"{self.say('alt', unit=unit)}. {self.title()}"

    def draw(self, ax: Axes) -> Axes:
        """Step lines of people on duty and busy; filled where late letters need more, and where more are there."""
        week = self._week
        if week is None:
            return nothing(ax, self.say("nobody"))
        hours = np.arange(169)
        duty, needed = to_the_end(week.on_duty), to_the_end(week.needed)
        for key, more, colour in (("over", duty > needed, SKY), ("under", needed > duty, VERMILION)):
            ax.fill_between(hours, duty, needed, where=more.tolist(), step="post", color=colour, linewidth=0,
                            alpha=0.45, label=self.say(key))  # fmt: skip
        ax.step(hours, duty, where="post", color=BLUE, linewidth=1.6, label=self.say("on-duty"))
        ax.step(hours, to_the_end(week.busy), where="post", color=ORANGE, linewidth=1.2, label=self.say("busy"))
        week_axis(ax, self.lang)
        people_axis(ax)
        ax.set_ylabel(self.say("glossary.people"))
        add_columns(ax, [self._tip(week, hour) for hour in range(168)])
        return ax

    def _tip(self, week: StaffedWeek, hour: int) -> str:
        day, of_day = divmod(hour, 24)
        figures = {name: number(float(getattr(week, name)[hour])) for name in ("on_duty", "busy", "needed")}
        return self.say("hour", day=weekday_names(self.lang)[day], hour=f"{of_day:02}", **figures)
