"""What does a change make of each day? Differences from the base by date, with their intervals."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from sim.comparison.by_date import DifferencesByDate
from sim.comparison.report import Comparison
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLACK, BLUE, STAFFINGS
from sim.output.text.formats import day_text, points
from sim.statistics import Estimate

_MOST_DATES = 6


class _ByDate(Chart[Comparison]):
    """Differences of one staffing from the base on each day of the window."""

    @staticmethod
    def panels(subject: Comparison) -> Iterable[str]:
        """One for each staffing in which something differs by date."""
        return [pair.other for pair in subject.pairs if subject.dated and pair.by_date is not None]

    @cached_property
    def _found(self) -> DifferencesByDate:
        found = next(pair.by_date for pair in self.subject.pairs if pair.other == self.panel)
        assert found is not None, "it has a panel"
        return found

    def _course(self, ax: Axes, course: Sequence[Estimate], scale: float, colour: str, label: str | None) -> None:
        mean, low, high = (scale * np.array([_known(each, key) for each in course]) for key in ("mean", "low", "high"))
        days = np.arange(len(course))
        ax.fill_between(days, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(days, mean, color=colour, linewidth=1.6, label=label)

    def _axes(self, ax: Axes, label: str) -> Axes:
        dates = self._found.dates
        every = max(1, -(-len(dates) // _MOST_DATES))
        ax.axhline(0, color=BLACK, linewidth=1)
        ax.set_xticks(list(range(0, len(dates), every)), [day_text(self.lang, day) for day in dates[::every]])
        ax.set_xlim(0, len(dates) - 1)
        ax.grid(axis="y")
        ax.set_ylabel(label)
        return ax


@chart("comparison", "open_by_date", 14, height=2.4)
class OpenByDateChart(_ByDate):
    """Difference in the letters that are open at the end of each day."""

    def title(self) -> str:
        """Where it is largest."""
        course = self._found.open_letters
        most = max(range(len(course)), key=lambda day: abs(course[day].mean or 0.0))
        change = course[most].mean or 0.0
        key = "more" if change > 0 else "fewer" if change < 0 else "none"
        date = day_text(self.lang, self._found.dates[most])
        found = self.say(key, other=self.staffing(self.panel), date=date, letters=f"{abs(change):,.0f}")
        return self.say("left", found=found) if self.subject.leaving else found

    def draw(self, ax: Axes) -> Axes:
        """The mean over replications, in a band that is its paired interval."""
        self._course(ax, self._found.open_letters, 1.0, BLUE, None)
        return self._axes(ax, self.say("axis"))


@chart("comparison", "compliance_by_date", 15, height=2.6)
class ComplianceByDateChart(_ByDate):
    """Difference in compliance of the letters received on each day."""

    def title(self) -> str:
        """The day and SLA of the largest difference."""
        found = self._found
        each = [(sla, day, one) for sla, course in found.compliance.items() for day, one in enumerate(course)]
        sla, day, most = max(each, key=lambda one: abs(one[2].mean or 0.0))
        if not most.mean:
            return self.say("none", other=self.staffing(self.panel))
        date, difference = day_text(self.lang, found.dates[day]), points(self.lang, most)
        return self.say(
            "most", other=self.staffing(self.panel), sla=self.name_of(sla), date=date, difference=difference
        )

    def draw(self, ax: Axes) -> Axes:
        """A line an SLA, in a band that is its paired interval."""
        for (sla, course), (colour, _, _) in zip(self._found.compliance.items(), cycle(STAFFINGS), strict=False):
            self._course(ax, course, 100.0, colour, self.name_of(sla))
        return self._axes(ax, self.say("axis"))


def _known(estimate: Estimate, key: str) -> float:
    """One end of an interval, or the mean where nothing differs."""
    mean = np.nan if estimate.mean is None else estimate.mean
    end: float | None = getattr(estimate, key)
    return mean if end is None else end
