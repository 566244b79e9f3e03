"""Are there enough people at every hour? Staff on duty over the week, against the requirement."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    VERMILION,
    nothing,
    people_axis,
    to_the_end,
    week_axis,
)
from sim.output.text.formats import weekday_names
from sim.statistics import Verdict


@chart("run", "staffing", 50, height=2.6)
class StaffingChart(Chart[Report]):
    """People on duty and busy in a team over the week, and by estimate those lacking at its units."""

    @staticmethod
    def panels(subject: Report) -> Iterable[str]:
        """One for each team of the mailbox's own that has people; for every team if none is its own."""
        staffed = [team for team in subject.teams.values() if team.headcount]
        return [team.name for team in staffed if team.counted] or [team.name for team in staffed]

    def title(self) -> str:
        """Where by estimate people are short, and the worst hour, if the simulation missed a target for it."""
        week, need = self.subject.teams[self.panel].week, self.subject.requirement.get(self.panel)
        if not week.on_duty.mean.any():
            return self.say("nobody")
        if need is None:
            return self.say("known")
        hours, at_fault = int((need.shortfall > 0).sum()), self._at_fault()
        if hours and at_fault:
            day, hour = divmod(int(np.argmax(need.shortfall)), 24)
            return self.say("short", hours=hours, day=weekday_names(self.lang)[day], hour=f"{hour:02}")
        if hours:
            return self.say("not-missed")
        return self.say("needed" if at_fault else "enough")

    def _at_fault(self) -> bool:
        """Whether the simulation missed a target for which letters were late at the team."""
        missed = [sla for sla in self.subject.slas.values() if sla.verdict is Verdict.MISSED]
        return any(cause.team == self.panel for sla in missed for cause in sla.causes)

    def draw(self, ax: Axes) -> Axes:
        """A step line of people on duty with its interval, and above it whom units lack by estimate."""
        week, need = self.subject.teams[self.panel].week, self.subject.requirement.get(self.panel)
        if not week.on_duty.mean.any():
            return nothing(ax, self.say("nobody"))
        hours = np.arange(169)
        duty = to_the_end(week.on_duty.mean)
        ax.fill_between(hours, 0, duty, step="post", color=PALE, alpha=0.6, linewidth=0)
        if need is not None:
            # People whom some units lack; others that have more than they need do not make up for them.
            needed, at_fault = duty + to_the_end(need.shortfall), self._at_fault()
            ax.fill_between(hours, duty, needed, step="post", color=VERMILION if at_fault else GREY,
                            alpha=0.45 if at_fault else 0.25, linewidth=0, label=self.say("shortfall"))  # fmt: skip
        ax.step(hours, duty, where="post", color=BLUE, linewidth=1.6, label=self.say("on-duty"))
        if not np.isnan(week.on_duty.low).any():
            ax.fill_between(hours, to_the_end(week.on_duty.low), to_the_end(week.on_duty.high), step="post",
                            color=BLUE, alpha=0.25, linewidth=0)  # fmt: skip
        busy = to_the_end(week.busy.mean)
        ax.step(hours, busy, where="post", color=ORANGE, linewidth=1.2, label=self.say("busy"))
        week_axis(ax, self.lang)
        people_axis(ax)
        ax.set_ylabel(self.say("glossary.people"))
        return ax
