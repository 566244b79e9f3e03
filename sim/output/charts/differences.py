"""Is another staffing better, and at what cost? Paired differences from the base, and compliance by working hours."""

from collections.abc import Iterable
from functools import cached_property
from itertools import cycle
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.comparison.pairs import Pair, PairedVerdict, SlaDifference
from sim.comparison.report import Comparison
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLACK,
    GREEN,
    GREY,
    PALE,
    STAFFINGS,
    VERMILION,
    interval_bar,
    percent_axis,
    rows_axis,
)
from sim.output.text.formats import point, points

DIFFERENCE_COLOURS: Final = {
    PairedVerdict.BETTER: GREEN,
    PairedVerdict.WORSE: VERMILION,
    PairedVerdict.NO_DIFFERENCE: GREY,
    PairedVerdict.NONE_SEEN: GREY,
}


@chart("comparison", "differences", 10, height=2.2)
class DifferencesChart(Chart[Comparison]):
    """Paired differences of compliance of one staffing from the base."""

    @staticmethod
    def panels(subject: Comparison) -> Iterable[str]:
        """One for each staffing that is compared with the base."""
        return [pair.other for pair in subject.pairs]

    @cached_property
    def _pair(self) -> Pair:
        return next(pair for pair in self.subject.pairs if pair.other == self.panel)

    def title(self) -> str:
        """The verdict, and the largest difference behind it."""
        pair, largest = self._pair, _largest(self._pair)
        keys = {
            PairedVerdict.BETTER: "better",
            PairedVerdict.WORSE: "worse",
            PairedVerdict.NO_DIFFERENCE: "none",
            None: "mixed",
        }
        key = keys.get(pair.finding, "none")
        difference = points(self.lang, largest.paired)
        sla = self.name_of(largest.sla)
        found = self.say(
            key,
            other=self.staffing(self.panel),
            base=self.staffing(pair.base),
            sla=sla,
            difference=difference,
        )
        but = []
        if pair.loses_more:
            but.append(self.say("comparison.more-leave"))
        if pair.worse_districts:
            of = len({each.district for each in pair.districts})
            but.append(self.say("districts-worse", n=len(pair.worse_districts), of=of))
        return self.say("formats.semicolon").join([found, *but])

    def alt(self) -> str:
        """Every difference in words, too."""
        differences = self._pair.slas.values()
        said = "; ".join(f"{self.name_of(each.sla)} {points(self.lang, each.paired)}" for each in differences)
        return f"{super().alt()}. {said}"

    def draw(self, ax: Axes) -> Axes:
        """A dot for each SLA with its paired interval, and behind it the interval without common random numbers."""
        pair = self._pair
        for row, each in enumerate(pair.slas.values()):
            colour = DIFFERENCE_COLOURS[each.finding]
            interval_bar(ax, row, each.difference.independent, 100, color=PALE, linewidth=9, solid_capstyle="butt",
                         label=self.say("independent") if row == 0 else None)  # fmt: skip
            interval_bar(ax, row, each.paired, 100, color=colour, linewidth=4, solid_capstyle="butt",
                         label=self.say("paired") if row == 0 else None)  # fmt: skip
            ax.plot(100 * (each.paired.mean or 0.0), row, "o", color=colour, markersize=7)
        ax.axvline(0, color=BLACK, linewidth=1)
        rows_axis(ax, [self.name_of(sla) for sla in pair.slas])
        ax.grid(axis="x")
        ax.set_xlabel(self.say("axis", base=self.staffing(pair.base)))
        return ax


def _largest(pair: Pair) -> SlaDifference:
    shown = [each for each in pair.slas.values() if each.finding is pair.finding] or list(pair.slas.values())
    return max(shown, key=lambda each: abs(each.paired.mean or 0.0))


@chart("comparison", "tradeoff", 20, width=6.0)
class TradeoffChart(Chart[Comparison]):
    """Compliance of each staffing against its working hours; heads on longer rosters work more of them."""

    @staticmethod
    def panels(subject: Comparison) -> Iterable[str]:
        """One for each SLA that all staffings have."""
        return [sla for sla in subject.base.slas if all(sla in report.slas for report in subject.reports.values())]

    def title(self) -> str:
        """The staffing with the highest compliance, if it is shown to differ from the base."""
        comparison, sla = self.subject, self.panel
        best = max(comparison.reports.values(), key=lambda report: report.slas[sla].compliance.worst or 0.0)
        better = {pair.other for pair in comparison.pairs if pair.slas[sla].finding is PairedVerdict.BETTER}
        worse = {pair.other for pair in comparison.pairs if pair.slas[sla].finding is PairedVerdict.WORSE}
        told = best.scenario in better or (best is comparison.base and len(worse) == len(comparison.pairs))
        if not told:
            best = comparison.base
        share = point(best.slas[sla].compliance)
        hours = f"{self.subject.hours[best.scenario].total:,.0f}"
        found = self.say("best" if told else "none", other=self.staffing(best.scenario), share=share, hours=hours)
        pair = comparison.pair_of(best.scenario)
        if pair is None or not pair.slas[sla].loses_more:
            return found
        return self.say("formats.semicolon").join([found, self.say("comparison.more-leave")])

    def draw(self, ax: Axes) -> Axes:
        """A mark with its interval for each staffing, spread apart where several have about the same hours."""
        reports = self.subject.reports
        hours = [self.subject.hours[other].total for other in reports]
        span = max(hours) - min(hours)
        # Where hours are about the same, so much of the axis that nobody takes marks side by side for a difference.
        beside = max(0.15 * span, 0.02 * max(hours), 1.0)
        step = max(span / 40, beside / 10)
        looks = zip(reports.items(), cycle(STAFFINGS), strict=False)
        for place, ((other, report), (colour, marker, _)) in enumerate(looks):
            compliance = report.slas[self.panel].compliance
            x = hours[place] + step * (place - (len(hours) - 1) / 2)
            if compliance.low is not None and compliance.high is not None:
                ax.plot([x, x], [compliance.low, compliance.high], color=colour, linewidth=4, alpha=0.35,
                        solid_capstyle="butt")  # fmt: skip
            ax.plot(
                x,
                compliance.worst or 0.0,
                marker,
                color=colour,
                markersize=7,
                linestyle="none",
                label=self.staffing(other),
            )
        target = self.subject.base.slas[self.panel].target
        if target is not None:
            ax.axhline(target, color=GREY, linewidth=1.2, linestyle="--", label=self.say("glossary.target"))
        ax.margins(y=0.15)
        ax.set_xlim(min(hours) - beside, max(hours) + beside)
        percent_axis(ax, "y")
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.grid(axis="y")
        ax.set_xlabel(self.say("hours"))
        ax.set_ylabel(self.say("glossary.compliance"))
        return ax
