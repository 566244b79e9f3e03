"""What the real system must sustain: each call in a mean hour and at its peak, and sessions by hour of the day."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from sim.operations.targets import ALL, Operation, Targets
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLUE, GREY, ORANGE, PALE, add_columns, add_tips, hour_axis, rows_axis, to_the_end
from sim.output.text.formats import number
from sim.output.text.targets import digits, operation_name

_LEAST: Final = 1e-3
"""Calls an hour at which the axis ends at the latest."""


@chart("targets", "operations", 10, height=4.2)
class OperationsChart(Chart[Targets]):
    """Calls of each kind in a mean hour and in the hour that comes once in a year."""

    @property
    def _operations(self) -> dict[str, Operation]:
        return {called: each for called, each in self.subject.operations.items() if called != ALL}

    def title(self) -> str:
        """The call with the highest peak."""
        called, most = max(self._operations.items(), key=lambda each: each[1].per_hour.peak)
        return self.say("most", operation=operation_name(called, self.lang), peak=f"{most.per_hour.peak:,}")

    def draw(self, ax: Axes) -> Axes:
        """A row an operation: its mean as a ring, its peak as a dot, and a line between them, on a scale of powers."""
        operations, lang = self._operations, self.lang
        for row, (called, each) in enumerate(operations.items()):
            mean, peak = each.per_hour.mean.mean or 0.0, float(each.per_hour.peak)
            labels = (self.say("mean"), self.say("peak")) if row == 0 else (None, None)
            ax.plot([max(mean, _LEAST), max(peak, _LEAST)], [row, row], color=PALE, linewidth=3, zorder=1)
            ax.scatter([max(mean, _LEAST)], [row], s=30, facecolor="white", edgecolor=GREY, label=labels[0], zorder=2)
            dot = ax.scatter([max(peak, _LEAST)], [row], s=36, color=BLUE, label=labels[1], zorder=2)
            facts = [self.say("mean"), digits(mean), self.say("peak"), f"{peak:,.0f}"]
            add_tips(dot, [f"{operation_name(called, lang)} · {facts[0]} {facts[1]} · {facts[2]} {facts[3]}"])
        rows_axis(ax, [operation_name(called, lang) for called in operations])
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.grid(axis="x")
        ax.set_xlabel(self.say("axis"))
        return ax


@chart("targets", "sessions", 20, height=2.6)
class SessionsChart(Chart[Targets]):
    """Sessions at the same time by hour of the day."""

    def title(self) -> str:
        """The hour with most of them."""
        sessions = self.subject.system.sessions
        together = np.asarray(sessions.staff) + np.asarray(sessions.writers)
        hour = int(together.argmax())
        return self.say("most", hour=f"{hour:02}", sessions=digits(float(together[hour])))

    def draw(self, ax: Axes) -> Axes:
        """Step lines of the sessions of staff and of writers."""
        sessions = self.subject.system.sessions
        staff, writers = np.asarray(sessions.staff), np.asarray(sessions.writers)
        for key, course, colour in (("staff", staff, BLUE), ("writers", writers, ORANGE)):
            ax.step(np.arange(25), to_the_end(course), where="post", color=colour, linewidth=1.8,
                    label=self.say(f"targets.{key}"))  # fmt: skip
        hour_axis(ax)
        ax.set_ylim(bottom=0)
        names = (self.say("targets.staff"), self.say("targets.writers"))
        add_columns(ax, [
            f"{hour:02}:00 · {names[0]} {number(float(staff[hour]))} · {names[1]} {number(float(writers[hour]))}"
            for hour in range(24)
        ])  # fmt: skip
        ax.grid(axis="y")
        ax.set_xlabel(self.say("hour"))
        ax.set_ylabel(self.say("axis"))
        return ax
