"""What a stress run found: compliance against load, growth of the queues, and the course of a spike and a soak."""

from collections.abc import Iterable
from itertools import cycle

from matplotlib.axes import Axes

from sim.capacity import StressReport
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    band_of,
    banded,
    nothing,
    percent_axis,
)
from sim.output.text.formats import percent
from sim.output.text.stress import rate, recovery_time, soak_growth, spike_length
from sim.statistics import Band

LINE_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, SKY)

AFTER_SPIKE = 48.0
"""Hours after the end of a spike that are shown at least."""


@chart("stress", "load", 10, height=3.4)
class LoadChart(Chart[StressReport]):
    """Compliance against letters a day."""

    def title(self) -> str:
        """The capacity, or what the last step of the ramp comes to."""
        report = self.subject
        if report.capacity.per_day is not None:
            return self.say("carried", rate=rate(report.capacity.per_day))
        last = report.ramp[-1]
        sla = min(last.compliance, key=lambda sla: last.compliance[sla].mean or 0.0)
        share = percent(last.compliance[sla].mean or 0.0)
        return self.say("last", sla=self.name_of(sla), share=share, rate=rate(last.per_day))

    def draw(self, ax: Axes) -> Axes:
        """A line with its band for each SLA, its target dotted, and the capacity with its interval."""
        report = self.subject
        if not report.ramp[0].compliance:
            return nothing(ax, self.say("stress.capacity-no-target"))
        capacity = report.capacity
        if capacity.per_day is not None and capacity.high is not None:
            ax.axvspan(capacity.per_day, capacity.high, color=PALE, linewidth=0, label=self.say("capacity"))
        ax.axvline(report.per_day, color=GREY, linewidth=1, linestyle="--", label=self.say("charts.own-rate"))
        rates = _ramp_axis(self, ax)
        targets = report.targets
        for sla, colour in zip(report.ramp[0].compliance, cycle(LINE_COLOURS), strict=False):
            band = band_of([step.compliance[sla] for step in report.ramp])
            banded(ax, rates, band, colour, self.name_of(sla), marker="o")
            if sla in targets:
                ax.axhline(targets[sla], color=colour, linewidth=1, linestyle=":")
        percent_axis(ax, "y")
        ax.set_ylim(top=1.005)
        ax.set_ylabel(self.say("glossary.compliance"))
        return ax


@chart("stress", "utilisation_by_load", 20)
class UtilisationByLoadChart(Chart[StressReport]):
    """Utilisation of each team against letters a day."""

    def title(self) -> str:
        """The busiest team at the last step of the ramp."""
        last = self.subject.ramp[-1]
        team = max(last.utilisation, key=lambda team: last.utilisation[team].mean or 0.0)
        share = percent(last.utilisation[team].mean or 0.0)
        return self.say("busiest", rate=rate(last.per_day), team=self.name_of(team), share=share)

    def draw(self, ax: Axes) -> Axes:
        """A line with its band for each team."""
        report = self.subject
        rates = _ramp_axis(self, ax)
        for team, colour in zip(report.ramp[0].utilisation, cycle(LINE_COLOURS), strict=False):
            band = band_of([step.utilisation[team] for step in report.ramp])
            banded(ax, rates, band, colour, self.name_of(team), marker="o")
        ax.axvline(report.per_day, color=GREY, linewidth=1, linestyle="--", label=self.say("charts.own-rate"))
        percent_axis(ax, "y")
        ax.set_ylim(0, 1.02)
        ax.set_ylabel(self.say("glossary.utilisation"))
        return ax


@chart("stress", "queues", 30)
class QueuesChart(Chart[StressReport]):
    """Growth of the queues against letters a day."""

    @staticmethod
    def panels(subject: StressReport) -> Iterable[str]:
        """A single one, where letters bring work to anybody."""
        return [""] if subject.limits else []

    def title(self) -> str:
        """Where the first unit is full."""
        stability = self.subject.stability
        return self.say("grow", rate=rate(stability.per_day if stability else None))

    def draw(self, ax: Axes) -> Axes:
        """Growth of the queues with its band, and the limits of units that lie within the ramp."""
        report = self.subject
        rates = _ramp_axis(self, ax)
        banded(ax, rates, band_of([step.growth_per_day for step in report.ramp]), BLUE, None, marker="o")
        shown = [limit for limit in report.limits if limit.unit_per_day <= max(rates)]
        for limit, colour in zip(shown, cycle((VERMILION, ORANGE, PURPLE, GREY)), strict=False):
            label = self.say("full", unit=self.unit_name_of(limit.unit))
            ax.axvline(limit.unit_per_day, color=colour, linewidth=1.4, linestyle="--", label=label)
        ax.set_ylabel(self.say("growth"))
        return ax


@chart("stress", "spike", 40)
class SpikeChart(Chart[StressReport]):
    """Letters waiting in the course of a spike."""

    def title(self) -> str:
        """How big it is, and how long the staffing takes to recover."""
        report, spike, lang = self.subject, self.subject.spike, self.lang
        sla, queue = (recovery_time(report, back, lang) for back in (spike.sla_back, spike.queue_back))
        recovery = self.say("back", sla=sla, queue=queue)
        return self.say("recovery", times=f"{spike.times:g}", hours=spike_length(report, lang), recovery=recovery)

    def draw(self, ax: Axes) -> Axes:
        """Letters in queues with and without the spike, whose hours are shaded."""
        spike = self.subject.spike
        shown = spike.hours <= _spike_axis(self, ax)
        for band, colour, key in ((spike.waiting_without, GREY, "without"), (spike.waiting, VERMILION, "with")):
            part = Band(*(each[shown] for each in (band.mean, band.low, band.high)))
            banded(ax, spike.hours[shown], part, colour, self.say(key))
        ax.set_ylim(bottom=0)
        ax.set_ylabel(self.say("charts.letters-waiting"))
        return ax


@chart("stress", "spike_sla", 50, height=2.6)
class SpikeSlaChart(Chart[StressReport]):
    """Compliance by hour of receipt in the course of a spike."""

    @staticmethod
    def panels(subject: StressReport) -> Iterable[str]:
        """One for each SLA that applies to letters of the spike."""
        return [sla for sla, figures in subject.spike.slas.items() if figures.worst is not None]

    def title(self) -> str:
        """The worst hour."""
        worst = percent(self.subject.spike.slas[self.panel].worst)
        return self.say("worst", worst=worst)

    def draw(self, ax: Axes) -> Axes:
        """Compliance of the letters of each hour, and the target."""
        spike, targets = self.subject.spike, self.subject.targets
        shown = spike.hours <= _spike_axis(self, ax)
        by_hour = spike.slas[self.panel].by_hour
        ax.plot(spike.hours[shown] - 0.5, by_hour[shown], color=BLUE, linewidth=1.4, label=self.say("hourly"))
        if self.panel in targets:
            ax.axhline(targets[self.panel], color=BLACK, linewidth=1, linestyle=":")
        percent_axis(ax, "y")
        ax.set_ylim(-0.02, 1.02)
        ax.set_ylabel(self.say("glossary.compliance"))
        return ax


@chart("stress", "soak", 60, height=2.6)
class SoakChart(Chart[StressReport]):
    """Letters waiting at midnight over a long time at one rate."""

    def title(self) -> str:
        """Whether the queues grow."""
        soak, growth = self.subject.soak, soak_growth(self.subject, self.lang)
        return self.say("growth", days=soak.days, rate=rate(soak.per_day), growth=growth).rstrip(".。")

    def draw(self, ax: Axes) -> Axes:
        """Letters in queues at midnight."""
        waiting = self.subject.soak.waiting
        banded(ax, range(len(waiting.mean)), waiting, BLUE, None)
        ax.set_xlim(0, len(waiting.mean) - 1)
        ax.set_ylim(bottom=0)
        ax.grid(axis="y")
        ax.set_xlabel(self.say("days"))
        ax.set_ylabel(self.say("charts.letters-waiting"))
        return ax


def _ramp_axis(chart: Chart[StressReport], ax: Axes) -> list[float]:
    """Label an axis of the letters a day of a ramp, and return those of its steps."""
    rates = [step.per_day for step in chart.subject.ramp]
    ax.set_xlim(0, max(rates) * 1.02)
    ax.grid(axis="y")
    ax.set_xlabel(chart.say("stress.per-day"))
    return rates


def _spike_axis(chart: Chart[StressReport], ax: Axes) -> float:
    """Label an axis of the hours since a spike began, shade the spike, and mark when SLAs and queue are back.

    Returns: the last hour that is shown, well after things are back to usual.
    """
    spike = chart.subject.spike
    ax.axvspan(0, spike.lasts_h, color=PALE, linewidth=0, label=chart.say("charts.the-spike"))
    over = [back.hours.high or back.hours.mean or 0.0 for back in (spike.sla_back, spike.queue_back)]
    last = spike.lasts_h + max(AFTER_SPIKE, 24 + max(over))
    last = min(last, float(spike.hours[-1]))
    for key, back, line in (("sla", spike.sla_back, "--"), ("queue", spike.queue_back, "-.")):
        at = spike.lasts_h + max(back.hours.mean or 0.0, 0.0)
        if not back.above_limit and 2 * back.not_back < chart.subject.replications and at <= last:
            ax.axvline(at, color=BLUE, linewidth=1.4, linestyle=line, label=chart.say(f"stress.tile-back-{key}"))
    ax.set_xlim(float(spike.hours[0]), last)
    ax.grid(axis="y")
    ax.set_xlabel(chart.say("charts.spike-hours"))
    return last
