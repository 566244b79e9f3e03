"""What decides compliance: a tornado for each SLA, and how far chance and what is not known leave it open."""

from collections.abc import Iterable
from typing import Final

from matplotlib.axes import Axes

from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    interval_bar,
    nothing,
    percent_axis,
    rows_axis,
)
from sim.output.text.formats import limit, percent, points
from sim.sensitivity.report import Sensitivity, SlaSensitivity
from sim.sensitivity.tornado import FigureEffect
from sim.statistics import Estimate

_MOST_DRAWN: Final = 12
"""Figures of a tornado."""


@chart("sensitivity", "tornado", 10, width=6.4, height=5.2)
class Tornado(Chart[Sensitivity]):
    """What each figure alone moves, the largest on top."""

    @staticmethod
    def panels(subject: Sensitivity) -> Iterable[str]:
        """One for each SLA."""
        return list(subject.slas)

    @property
    def _sla(self) -> SlaSensitivity:
        return self.subject.slas[self.panel]

    @property
    def _shown(self) -> list[FigureEffect]:
        return [each for each in self._sla.effects if each.reach > 0][:_MOST_DRAWN]

    def title(self) -> str:
        """The figure that moves it most, and by how much."""
        if not self._shown:
            return self.say("none")
        largest = self._shown[0]
        figure = self.subject.figures[largest.figure]
        low, high = limit(self.lang, figure.low), limit(self.lang, figure.high)
        return self.say("largest", figure=figure.key, low=low, high=high, reach=f"{100 * largest.reach:.1f}")

    def alt(self) -> str:
        """Every figure that is drawn in words, too."""
        said = "; ".join(
            f"{self.subject.figures[each.figure].key} "
            + ", ".join(points(self.lang, end) for end in (each.low, each.high) if end is not None)
            for each in self._shown
        )
        return f"{super().alt()}. {said}"

    def draw(self, ax: Axes) -> Axes:
        """A bar from each end of the range to the scenario as written, with the paired interval of either end."""
        shown = self._shown
        if not shown:
            return nothing(ax, self.say("none"))
        for row, effect in enumerate(shown):
            for end, colour, key in ((effect.low, BLUE, "at-low"), (effect.high, ORANGE, "at-high")):
                if end is not None and end.mean is not None:
                    ax.barh(row, 100 * end.mean, color=colour, height=0.55, label=self.say(key) if row == 0 else None)
            for end, shift in ((effect.low, -0.12), (effect.high, 0.12)):
                if end is not None:
                    interval_bar(ax, row + shift, end, 100, color=BLACK, linewidth=1)
        ax.axvline(0, color=BLACK, linewidth=1)
        rows_axis(ax, [self._row(effect) for effect in shown])
        ax.tick_params(axis="y", labelsize=8)  # of two lines each
        ax.grid(axis="x")
        ax.set_xlabel(self.say("axis"))
        return ax

    def _row(self, effect: FigureEffect) -> str:
        figure = self.subject.figures[effect.figure]
        return f"{figure.key}\n{limit(self.lang, figure.low)} – {limit(self.lang, figure.high)}"


@chart("sensitivity", "unknown", 5, height=2.2)
class UnknownChart(Chart[Sensitivity]):
    """How far compliance is open by chance, and by what is not known."""

    @staticmethod
    def panels(subject: Sensitivity) -> Iterable[str]:
        """A single one, if all figures were varied at once."""
        return [""] if any(each.joint is not None for each in subject.slas.values()) else []

    def title(self) -> str:
        """The SLA that is open widest."""
        open_ = {sla: each.joint for sla, each in self.subject.slas.items() if each.joint is not None}
        sla, joint = max(open_.items(), key=lambda each: each[1].high - each[1].low)
        return self.say("widest", sla=self.name_of(sla), low=percent(joint.low), high=percent(joint.high))

    def draw(self, ax: Axes) -> Axes:
        """For each SLA a pale bar for what is not known, a dark one for chance, a dot as written, and the target."""
        for row, each in enumerate(self.subject.slas.values()):
            if each.joint is not None:
                joint = Estimate(each.joint.median, each.joint.low, each.joint.high)
                interval_bar(ax, row, joint, color=PALE, linewidth=13, solid_capstyle="butt",
                             label=self.say("by-ignorance") if row == 0 else None)  # fmt: skip
            interval_bar(ax, row, each.compliance, color=BLUE, linewidth=5, solid_capstyle="butt",
                         label=self.say("by-chance") if row == 0 else None)  # fmt: skip
            if each.compliance.worst is not None:
                ax.plot(each.compliance.worst, row, "o", color=BLACK, markersize=6)
            if each.target is not None:
                ax.plot([each.target] * 2, [row - 0.4, row + 0.4], color=GREY, linewidth=1.4, linestyle="--",
                        label=self.say("glossary.target") if row == 0 else None)  # fmt: skip
        rows_axis(ax, [self.name_of(sla) for sla in self.subject.slas])
        percent_axis(ax)
        ax.grid(axis="x")
        ax.set_xlabel(self.say("glossary.compliance"))
        return ax
