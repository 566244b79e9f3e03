"""Does the work pile up? Open letters and their age over the simulation, as a fan over replications."""

from collections.abc import Iterable
from typing import Final

from matplotlib.axes import Axes

from sim.core.clock import DAY, MINUTE
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLUE, PALE
from sim.output.charts.words import say
from sim.output.text.formats import duration, number

OPEN: Final = "open"
AGE: Final = "age"


@chart("run", "backlog", 80)
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
            return say(self.lang, "age", age=age)
        letters = backlog.open_letters.p50
        return say(self.lang, "open", letters=number(float(letters[-1])), peak=number(float(letters.max())))

    def shows(self) -> str:
        """What is drawn."""
        return say(self.lang, "backlog alt")

    def draw(self, ax: Axes) -> Axes:
        """The median, and bands that hold half and 90% of the replications; the counted window is shaded."""
        backlog, days, lang = self.subject.backlog, self.subject.backlog.days, self.lang
        fan = backlog.age_days if self.panel == AGE else backlog.open_letters
        ax.axvspan(*backlog.window_days, color=PALE, alpha=0.35, linewidth=0, label=say(lang, "window"))
        ax.fill_between(days, fan.p5, fan.p95, color=BLUE, alpha=0.18, linewidth=0, label=say(lang, "most"))
        ax.fill_between(days, fan.p25, fan.p75, color=BLUE, alpha=0.35, linewidth=0, label=say(lang, "half"))
        ax.plot(days, fan.p50, color=BLUE, linewidth=1.6, label=say(lang, "median"))
        ax.set_xlim(0, float(days[-1]))
        ax.set_ylim(bottom=0)
        ax.grid(axis="y")
        ax.set_xlabel(say(lang, "day"))
        ax.set_ylabel(say(lang, "age axis" if self.panel == AGE else "open letters"))
        return ax
