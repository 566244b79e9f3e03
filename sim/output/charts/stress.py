"""What a stress run found: compliance against load, growth of the queues, and the course of a spike and a soak."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from sim.capacity import StressReport
from sim.core.tables import Floats
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
    nothing,
    percent_axis,
)
from sim.output.text.load_words import say
from sim.output.text.stress import back_after, growing, lasting, rate
from sim.output.text.words import name, percent
from sim.statistics import Band, Estimate

COLOURS = (BLUE, VERMILION, GREEN, PURPLE, SKY)

AFTER_SPIKE = 48.0
"""Hours after the end of a spike that are shown at least."""


def title_load(report: StressReport, _panel: str, lang: str) -> str:
    """The capacity, or what the last step of the ramp comes to."""
    if report.capacity.per_day is not None:
        return say(lang, "load title capacity", rate=rate(report.capacity.per_day))
    last = report.ramp[-1]
    sla, share = min(((name, each.mean or 0.0) for name, each in last.compliance.items()), key=lambda each: each[1])
    return say(lang, "load title", sla=name(lang, sla), share=percent(share), rate=rate(last.per_day))


def alt_load(report: StressReport, _panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'load alt')}. {title_load(report, _panel, lang)}"


def draw_load(report: StressReport, _panel: str, ax: Axes, lang: str) -> Axes:
    """A line with its band for each SLA, its target dotted, and the capacity with its interval."""
    rates = [step.per_day for step in report.ramp]
    if not report.ramp[0].compliance:
        return nothing(ax, say(lang, "capacity no target"))
    capacity = report.capacity
    if capacity.per_day is not None and capacity.high is not None:
        ax.axvspan(capacity.per_day, capacity.high, color=PALE, linewidth=0, label=say(lang, "capacity"))
    ax.axvline(report.per_day, color=GREY, linewidth=1, linestyle="--", label=say(lang, "own rate"))
    targets = report.targets
    for sla, colour in zip(report.ramp[0].compliance, cycle(COLOURS), strict=False):
        band = _band([step.compliance[sla] for step in report.ramp])
        _banded(ax, rates, band, colour, name(lang, sla), marker="o")
        if sla in targets:
            ax.axhline(targets[sla], color=colour, linewidth=1, linestyle=":")
    percent_axis(ax, "y")
    ax.set_ylim(top=1.005)
    ax.set_xlim(0, max(rates) * 1.02)
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "per day"))
    ax.set_ylabel(say(lang, "compliance"))
    return ax


def title_utilisation(report: StressReport, _panel: str, lang: str) -> str:
    """The busiest team at the last step of the ramp."""
    last = report.ramp[-1]
    team, share = max(((team, each.mean or 0.0) for team, each in last.utilisation.items()), key=lambda each: each[1])
    return say(lang, "utilisation title", rate=rate(last.per_day), team=name(lang, team), share=percent(share))


def alt_utilisation(report: StressReport, _panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'utilisation alt')}. {title_utilisation(report, _panel, lang)}"


def draw_utilisation(report: StressReport, _panel: str, ax: Axes, lang: str) -> Axes:
    """A line with its band for each team."""
    rates = [step.per_day for step in report.ramp]
    for team, colour in zip(report.ramp[0].utilisation, cycle(COLOURS), strict=False):
        band = _band([step.utilisation[team] for step in report.ramp])
        _banded(ax, rates, band, colour, name(lang, team), marker="o")
    ax.axvline(report.per_day, color=GREY, linewidth=1, linestyle="--", label=say(lang, "own rate"))
    percent_axis(ax, "y")
    ax.set_ylim(0, 1.02)
    ax.set_xlim(0, max(rates) * 1.02)
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "per day"))
    ax.set_ylabel(say(lang, "utilisation"))
    return ax


def title_queues(report: StressReport, _panel: str, lang: str) -> str:
    """Where the first unit is full."""
    return say(lang, "queues title", rate=rate(report.stability.per_day if report.stability else None))


def alt_queues(report: StressReport, _panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'queues alt')}. {title_queues(report, _panel, lang)}"


def draw_queues(report: StressReport, _panel: str, ax: Axes, lang: str) -> Axes:
    """Growth of the queues with its band, and the limits of units that lie within the ramp."""
    rates = [step.per_day for step in report.ramp]
    _banded(ax, rates, _band([step.growth_per_day for step in report.ramp]), BLUE, None, marker="o")
    shown = [limit for limit in report.limits if limit.unit_per_day <= max(rates)]
    for limit, colour in zip(shown, cycle((VERMILION, ORANGE, PURPLE, GREY)), strict=False):
        label = say(lang, "limit mark", unit=name(lang, limit.unit))
        ax.axvline(limit.unit_per_day, color=colour, linewidth=1.4, linestyle="--", label=label)
    ax.set_xlim(0, max(rates) * 1.02)
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "per day"))
    ax.set_ylabel(say(lang, "growth axis"))
    return ax


def title_spike(report: StressReport, _panel: str, lang: str) -> str:
    """How big it is, and how long the staffing takes to recover."""
    spike = report.spike
    sla, queue = (back_after(report, back, lang) for back in (spike.sla_back, spike.queue_back))
    recovery = say(lang, "spike back", sla=sla, queue=queue)
    return say(lang, "spike title", times=f"{spike.times:g}", hours=lasting(report, lang), recovery=recovery)


def alt_spike(report: StressReport, _panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'spike alt')}. {title_spike(report, _panel, lang)}"


def draw_spike(report: StressReport, _panel: str, ax: Axes, lang: str) -> Axes:
    """Letters in queues with and without the spike, whose hours are shaded."""
    spike = report.spike
    _spike_axis(report, ax, lang)
    _banded(ax, spike.hours, spike.waiting_without, GREY, say(lang, "without spike"))
    _banded(ax, spike.hours, spike.waiting, VERMILION, say(lang, "with spike"))
    ax.set_ylim(bottom=0)
    ax.set_ylabel(say(lang, "letters waiting"))
    return ax


def title_spike_sla(report: StressReport, panel: str, lang: str) -> str:
    """The worst hour."""
    worst = percent(report.spike.slas[panel].worst)
    return say(lang, "spike sla title", sla=name(lang, panel), worst=worst)


def alt_spike_sla(report: StressReport, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'spike sla alt')}. {title_spike_sla(report, panel, lang)}"


def draw_spike_sla(report: StressReport, panel: str, ax: Axes, lang: str) -> Axes:
    """Compliance of the letters of each hour, and the target."""
    spike = report.spike
    _spike_axis(report, ax, lang)
    ax.plot(spike.hours - 0.5, spike.slas[panel].by_hour, color=BLUE, linewidth=1.4, label=say(lang, "hourly"))
    if panel in report.targets:
        ax.axhline(report.targets[panel], color=BLACK, linewidth=1, linestyle=":")
    percent_axis(ax, "y")
    ax.set_ylim(-0.02, 1.02)
    ax.set_ylabel(say(lang, "compliance"))
    return ax


def title_soak(report: StressReport, _panel: str, lang: str) -> str:
    """Whether the queues grow."""
    soak = report.soak
    return say(lang, "soak title", days=soak.days, rate=rate(soak.per_day), growth=growing(report, lang)).rstrip(".。")


def alt_soak(report: StressReport, _panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'soak alt')}. {title_soak(report, _panel, lang)}"


def draw_soak(report: StressReport, _panel: str, ax: Axes, lang: str) -> Axes:
    """Letters in queues at midnight."""
    waiting = report.soak.waiting
    _banded(ax, range(len(waiting.mean)), waiting, BLUE, None)
    ax.set_xlim(0, len(waiting.mean) - 1)
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "soak days"))
    ax.set_ylabel(say(lang, "letters waiting"))
    return ax


def _spike_axis(report: StressReport, ax: Axes, lang: str) -> None:
    spike = report.spike
    ax.axvspan(0, spike.lasts_h, color=PALE, linewidth=0, label=say(lang, "the spike"))
    over = [back.hours.high or back.hours.mean or 0.0 for back in (spike.sla_back, spike.queue_back)]
    last = spike.lasts_h + max(AFTER_SPIKE, 24 + max(over))
    ax.set_xlim(float(spike.hours[0]), min(last, float(spike.hours[-1])))
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "spike hours"))


def _band(estimates: Sequence[Estimate]) -> Band:
    """Estimates in a row; nan where there is none."""
    return Band(*(np.array([getattr(each, end) for each in estimates], np.float64) for end in ("mean", "low", "high")))


def _banded(
    ax: Axes, x: Sequence[float] | Floats, band: Band, colour: str, label: str | None, marker: str | None = None
) -> None:
    ax.fill_between(x, band.low, band.high, color=colour, alpha=0.2, linewidth=0)
    ax.plot(x, band.mean, color=colour, linewidth=1.6, label=label, marker=marker, markersize=4)
