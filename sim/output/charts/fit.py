"""How well does a fitted scenario tell the truth? The office beside the range of its simulated logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.core.tables import Floats, Int64s
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLUE, VERMILION, nothing, percent_axis, rows_axis, to_the_end, week_axis
from sim.output.text.formats import number, percent

if TYPE_CHECKING:
    # The charts of a run need not wait for what fits.
    from sim.fit.judgement import AgeCurve, Judgement


def _office_beside_model(
    chart: Chart[Judgement], ax: Axes, at: Floats | Int64s, real: Floats, simulated: tuple[Floats, Floats, Floats]
) -> None:
    """The office's curve over the lowest, mean and highest of the simulated ones."""
    low, mean, high = simulated
    ax.fill_between(at, low, high, color=BLUE, alpha=0.25, linewidth=0, label=chart.say("charts.fit-range"))
    ax.plot(at, mean, color=BLUE, linewidth=1.4, label=chart.say("charts.fit-model"))
    ax.plot(at, real, color=VERMILION, linewidth=1.6, label=chart.say("charts.fit-office"))


@chart("fit", "fit_ages", 10, width=6.0, height=2.8)
class FitAgesChart(Chart["Judgement"]):
    """Share of letters that reached a milestone, by their age."""

    @staticmethod
    def panels(subject: Judgement) -> Iterable[str]:
        """One for each milestone that letters of the office reached."""
        return [curve.milestone for curve in subject.curves if curve.letters]

    def _curve(self) -> AgeCurve:
        return next(curve for curve in self.subject.curves if curve.milestone == self.panel)

    def title(self) -> str:
        """Largest gap between the curves, and between two halves of the office's log."""
        curve = self._curve()
        return self.say("gap", gap=percent(curve.ks), halves=percent(curve.ks_halves))

    def draw(self, ax: Axes) -> Axes:
        """The office's curve over the range of the simulated ones."""
        curve = self._curve()
        days = curve.hours[-1] > 72
        age = curve.hours / 24 if days else curve.hours
        simulated = curve.simulated
        _office_beside_model(self, ax, age, curve.real, (simulated.low, simulated.mean, simulated.high))
        ax.set_xlim(0, float(age[-1]))
        ax.set_ylim(0, 1)
        percent_axis(ax, "y")
        ax.grid(axis="y")
        ax.set_xlabel(self.say("age-days" if days else "age-hours"))
        ax.set_ylabel(self.say("share"))
        return ax


@chart("fit", "fit_arrivals", 20, width=6.0, height=2.6)
class FitArrivalsChart(Chart["Judgement"]):
    """Letters by hour of the week."""

    def title(self) -> str:
        """Share of letters that come at other hours."""
        subject = self.subject
        halves = percent(subject.by_hour_apart_halves)
        return self.say("apart", apart=percent(subject.by_hour_apart), halves=halves)

    def draw(self, ax: Axes) -> Axes:
        """Letters an hour over the week."""
        hours, simulated = np.arange(169), self.subject.by_hour_simulated
        ax.fill_between(hours, to_the_end(simulated.low), to_the_end(simulated.high), step="post", color=BLUE,
                        alpha=0.25, linewidth=0, label=self.say("charts.fit-range"))  # fmt: skip
        ax.step(hours, to_the_end(simulated.mean), where="post", color=BLUE, linewidth=1.2,
                label=self.say("charts.fit-model"))  # fmt: skip
        ax.step(hours, to_the_end(self.subject.by_hour), where="post", color=VERMILION, linewidth=1.2,
                label=self.say("charts.fit-office"))  # fmt: skip
        week_axis(ax, self.lang)
        ax.set_ylim(bottom=0)
        ax.set_ylabel(self.say("letters"))
        return ax


@chart("fit", "fit_open", 30, width=6.0, height=2.6)
class FitOpenChart(Chart["Judgement"]):
    """Open letters at the end of each day."""

    def title(self) -> str:
        """Where it ends."""
        subject = self.subject
        if not len(subject.days):
            return self.say("none")
        simulated = number(subject.open_by_day[-1].mean)
        return self.say("end", real=number(float(subject.open_letters[-1])), simulated=simulated)

    def draw(self, ax: Axes) -> Axes:
        """Open letters by day, the office's over the range of the simulated ones."""
        subject, simulated = self.subject, self.subject.open_by_day
        if len(subject.days) < 2:
            return nothing(ax, self.title())
        days = np.arange(1, len(subject.days) + 1)
        low, mean, high = (np.array([getattr(each, end) for each in simulated]) for end in ("low", "mean", "high"))
        _office_beside_model(self, ax, days, subject.open_letters, (low, mean, high))
        ax.set_xlim(1, len(days))
        ax.set_ylim(bottom=0)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.grid(axis="y")
        ax.set_xlabel(self.say("day"))
        ax.set_ylabel(self.say("open"))
        return ax


@chart("fit", "fit_busy", 40, width=6.0, height=3.0)
class FitBusyChart(Chart["Judgement"]):
    """Utilisation or hours of work, by unit or activity."""

    _MOST = 20

    @staticmethod
    def panels(subject: Judgement) -> Iterable[str]:
        """One, if the log says who worked when."""
        return [""] if subject.busy else []

    def title(self) -> str:
        """Of how many the model is right but for chance."""
        busy = self.subject.busy
        held = sum(each.simulated.holds(each.real, len(busy)) for each in busy)
        return self.say("held", held=held, all=len(busy))

    def draw(self, ax: Axes) -> Axes:
        """A row each, the busiest first."""
        busy = sorted(self.subject.busy, key=lambda each: -each.real)[: self._MOST]
        called = self.unit_name_of if self.subject.busy_by == "unit" else self.name_of
        for row, each in enumerate(busy):
            simulated = each.simulated
            ax.plot([simulated.low, simulated.high], [row, row], color=BLUE, alpha=0.4, linewidth=6,
                    solid_capstyle="butt", label="" if row else self.say("charts.fit-range"))  # fmt: skip
            ax.plot([each.real], [row], "o", color=VERMILION, label="" if row else self.say("charts.fit-office"))
        rows_axis(ax, [called(each.name) for each in busy])
        ax.set_xlim(left=0)
        ax.grid(axis="x")
        if self.subject.busy_as == "utilisation":
            percent_axis(ax)
        ax.set_xlabel(self.say("utilisation" if self.subject.busy_as == "utilisation" else "hours"))
        return ax
