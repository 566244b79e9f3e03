"""Why were letters late? Where and when most of their time went, and what kept them there."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.figures.slas import Cause, Why
from sim.metrics.hours import shortest_half
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PALE,
    PURPLE,
    VERMILION,
    add_columns,
    add_tips,
    hour_axis,
    interval_bar,
    nothing,
    percent_axis,
    rows_axis,
)
from sim.output.text.formats import count, hours_of_day, interval, number, percent
from sim.statistics import Verdict

WHY_COLOURS: Final = {
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


def late_slas(report: Report) -> list[str]:
    """SLAs whose late letters are looked into: those that are not met, or the weakest one if all are."""
    late = [sla for sla in report.slas.values() if sla.breaches.mean]
    failed = [sla.name for sla in late if sla.verdict in (Verdict.MISSED, Verdict.UNCLEAR)]
    return failed or [sla.name for sla in sorted(late, key=lambda sla: sla.compliance.worst or 0.0)[:1]]


@chart("run", "causes", 30, height=3.6)
class CausesChart(Chart[Report]):
    """The commonest causes of late letters: step, team, and what kept the letter."""

    panels = staticmethod(late_slas)

    def title(self) -> str:
        """The commonest cause."""
        report = self.subject
        if report.has_few_late(self.panel):
            return _none_or_few(self)
        first = report.slas[self.panel].causes[0]
        team = self.say("team", team=self.name_of(first.team)) if first.team else ""
        step, why = self.name_of(first.step), self.say(f"charts.{first.why.value}")
        return self.say("commonest", share=percent(first.share.mean), step=step, team=team, why=why)

    def draw(self, ax: Axes) -> Axes:
        """One bar with its interval for each of the commonest causes, coloured by what kept the letter."""
        if self.subject.has_few_late(self.panel):
            return nothing(ax, _none_or_few(self))
        every = self.subject.slas[self.panel].causes
        causes = [cause for cause in every if (cause.share.mean or 0.0) >= LEAST][:CAUSES]
        seen: set[Why] = set()
        for row, cause in enumerate(causes):
            why = self.say(f"charts.{cause.why.value}")
            bar = ax.barh(row, cause.share.mean or 0.0, height=0.7, color=WHY_COLOURS[cause.why],
                          label=None if cause.why in seen else why)  # fmt: skip
            add_tips(
                bar.patches[0], [f"{self._place(cause)} · {why} · {count(cause.breaches)} · {interval(cause.share)}"]
            )
            seen.add(cause.why)
            interval_bar(ax, row, cause.share, color=BLACK, linewidth=1.2)
        rows_axis(ax, [self._place(cause) for cause in causes])
        ax.set_xlim(left=0)
        percent_axis(ax)
        ax.grid(axis="x")
        ax.set_xlabel(self.say("share"))
        return ax

    def _place(self, cause: Cause) -> str:
        step = self.name_of(cause.step)
        return f"{step} · {self.name_of(cause.team)}" if cause.team else step


@chart("run", "causes_by_hour", 40)
class CausesByHourChart(Chart[Report]):
    """Late letters by the hour of the day at which their longest delay began."""

    panels = staticmethod(late_slas)

    def title(self) -> str:
        """The hours at which half of the delays begin."""
        hours = shortest_half(self.subject.slas[self.panel].breaches_by_hour.mean.sum(axis=1))
        if hours is None or self.subject.has_few_late(self.panel):
            return _none_or_few(self)
        key = "peak" if hours[1] - hours[0] <= FEW_HOURS else "spread"
        return self.say(key, hours=hours_of_day(self.lang, hours))

    def draw(self, ax: Axes) -> Axes:
        """One stacked bar an hour of the day, coloured by what kept the letters."""
        if self.subject.has_few_late(self.panel):
            return nothing(ax, _none_or_few(self))
        below = np.zeros(24)
        for why, late in zip(Why, self.subject.slas[self.panel].breaches_by_hour.mean.T, strict=True):
            if late.any():
                ax.stairs(below + late, np.arange(25), baseline=below, fill=True, color=WHY_COLOURS[why],
                          label=self.say(f"charts.{why.value}"))  # fmt: skip
                below = below + late
        hour_axis(ax)
        late = self.subject.slas[self.panel].breaches_by_hour.mean
        add_columns(ax, [self._tip(hour, late[hour].tolist()) for hour in range(24)])
        ax.set_xlabel(self.say("hour"))
        ax.set_ylabel(self.say("charts.late-letters"))
        ax.grid(axis="y")
        return ax

    def _tip(self, hour: int, late: list[float]) -> str:
        parts = [
            f"{self.say(f'charts.{why.value}')} {number(many)}" for why, many in zip(Why, late, strict=True) if many
        ]
        return " · ".join([f"{hour:02}:00", *parts])


def _none_or_few(chart: Chart[Report]) -> str:
    return chart.say("charts.few-late" if chart.subject.slas[chart.panel].breaches.mean else "charts.none-late")
