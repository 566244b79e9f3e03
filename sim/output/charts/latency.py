"""How a real system answered a replay: throughput in the course of time, and latency by percentile and in time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from sim.operations.replay_report import ReplayReport
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLUE, GREY, ORANGE, VERMILION, nothing
from sim.output.text.formats import number, percent
from sim.output.text.replay import call_nouns

NINES = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999)
"""Percentiles that are labelled."""


@chart("replay", "throughput", 10)
class ThroughputChart(Chart[ReplayReport]):
    """Calls due and calls accepted a second in the course of the replay."""

    def title(self) -> str:
        """Most calls that waited, and the share that was accepted."""
        report = self.subject
        nouns = _nouns(self)
        waiting = f"{report.course.waiting.max():,.0f}"
        return self.say("waiting", waiting=waiting, share=percent(report.accepted / report.calls), **nouns)

    def draw(self, ax: Axes) -> Axes:
        """Calls that became due and calls accepted, by the time of the one and of the other."""
        course = self.subject.course
        # The one is wide enough to be seen behind the other, which it is where the system keeps up.
        ax.plot(course.seconds, course.asked, color=GREY, linewidth=4.5, alpha=0.5, label=self.say("asked"))
        ax.plot(course.seconds, course.achieved, color=BLUE, linewidth=1.4, label=self.say("achieved"))
        ax.set_xlim(left=0)
        ax.set_ylim(bottom=0)
        ax.grid(axis="y")
        ax.set_xlabel(self.say("charts.seconds"))
        ax.set_ylabel(self.say("rate", **_nouns(self)))
        return ax


@chart("replay", "percentiles", 20)
class PercentilesChart(Chart[ReplayReport]):
    """Latency and our own delay in sending by percentile."""

    def title(self) -> str:
        """The 99th percentile."""
        p99 = self.subject.latency.p99
        return self.say("charts.nothing-accepted") if p99 is None else self.say("p99", ms=number(p99))

    def draw(self, ax: Axes) -> Axes:
        """Latency and our own delay against the percentile, on a scale on which each nine takes as much room."""
        spread = self.subject.spread
        if not len(spread.latency_ms):
            return nothing(ax, self.say("charts.nothing-accepted"))
        nines = -np.log10(1 - spread.percentiles / 100)
        for key, colour in (("latency", BLUE), ("overhead", GREY)):
            ax.plot(nines, getattr(spread, f"{key}_ms"), color=colour, linewidth=1.8, label=self.say(f"replay.{key}"))
        shown = [each for each in NINES if each <= spread.percentiles[-1]]
        ax.set_xticks([-np.log10(1 - each / 100) for each in shown], [f"{each:g}%" for each in shown])
        ax.set_xlim(0, float(nines[-1]))
        _log_axis(ax)
        ax.grid()
        ax.set_xlabel(self.say("percentile"))
        ax.set_ylabel(self.say("replay.milliseconds"))
        return ax


@chart("replay", "latency_course", 30)
class LatencyCourseChart(Chart[ReplayReport]):
    """Latency in the course of the replay."""

    def title(self) -> str:
        """The slowest answer."""
        report = self.subject
        slowest, lost = report.latency.max, f"{report.failed + report.unsent:,}"
        if slowest is None:
            return self.say("charts.nothing-accepted")
        return self.say("slowest", ms=number(slowest), lost=lost, **_nouns(self))

    def draw(self, ax: Axes) -> Axes:
        """Median, 99th percentile and slowest by the time that calls were due."""
        course = self.subject.course
        if self.subject.latency.max is None:
            return nothing(ax, self.say("charts.nothing-accepted"))
        lines = (("max", "max", VERMILION), ("p99", "glossary.stat-p99", ORANGE), ("p50", "glossary.stat-median", BLUE))
        for key, label, colour in lines:
            ax.plot(course.seconds, getattr(course, f"{key}_ms"), color=colour, linewidth=1.4, label=self.say(label))
        _log_axis(ax)
        ax.set_xlim(left=0)
        ax.grid(axis="y")
        ax.set_xlabel(self.say("charts.seconds"))
        ax.set_ylabel(self.say("replay.milliseconds"))
        return ax


def _nouns(chart: Chart[ReplayReport]) -> dict[str, str]:
    return call_nouns(chart.lang, several=chart.subject.has_several_operations)


def _log_axis(ax: Axes) -> None:
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_locator(NullLocator())
