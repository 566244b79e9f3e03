"""How a real system answered a replay: throughput, latency, losses and open letters in the course of time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from sim.operations.replay_report import ReplayReport
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, YELLOW, nothing
from sim.output.text.formats import number, percent
from sim.output.text.replay import call_nouns, loss_name
from sim.output.text.targets import operation_name

NINES = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999)
"""Percentiles that are labelled."""

LOSS_COLOURS = (VERMILION, ORANGE, PURPLE, SKY, GREEN, YELLOW, GREY)
"""Of what became of calls, the commonest first; more kinds than that are not drawn."""


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


@chart("replay", "operation_latency", 40, height=3.6)
class OperationLatencyChart(Chart[ReplayReport]):
    """Latency by operation, beside the service level of each."""

    panels = staticmethod(lambda report: ["all"] if report.has_several_operations else [])

    def title(self) -> str:
        """The operation whose answers took longest."""
        known = {
            name: each.latency.p99 for name, each in self.subject.operations.items() if each.latency.p99 is not None
        }
        if not known:
            return self.say("charts.nothing-accepted")
        slowest = max(known, key=lambda name: known[name])
        return self.say("slowest", operation=operation_name(slowest, self.lang), ms=number(known[slowest]))

    def draw(self, ax: Axes) -> Axes:
        """Median, 99th percentile and slowest of each operation, and what its 99th percentile may be."""
        operations = self.subject.operations
        known = [name for name, each in operations.items() if each.latency.max is not None]
        if not known:
            return nothing(ax, self.say("charts.nothing-accepted"))
        rows = np.arange(len(known))
        figures = (("p50", BLUE, "o"), ("p99", ORANGE, "s"), ("max", VERMILION, "D"))
        words = {"p50": "glossary.stat-median", "p99": "glossary.stat-p99", "max": "max"}
        for key, colour, marker in figures:
            values = [getattr(operations[name].latency, key) for name in known]
            ax.plot(values, rows, marker, color=colour, label=self.say(words[key]))
        levels = [operations[name].service_level.latency_ms.get("p99", np.nan) for name in known]
        ax.plot(levels, rows, "|", color=BLACK, markersize=16, markeredgewidth=2, label=self.say("level"))
        ax.set_yticks(rows, [operation_name(name, self.lang) for name in known])
        ax.set_ylim(len(known) - 0.5, -0.5)
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.grid(axis="x")
        ax.set_xlabel(self.say("replay.milliseconds"))
        return ax


@chart("replay", "lost_calls", 50)
class LostCallsChart(Chart[ReplayReport]):
    """Calls that were not accepted in the course of the replay, by what became of them."""

    panels = staticmethod(lambda report: ["all"] if report.course.losses else [])

    def title(self) -> str:
        """The commonest of them."""
        course = self.subject.course
        commonest = next(iter(course.losses))
        lost = f"{sum(each.sum() for each in course.losses.values()):,.0f}"
        return self.say("commonest", lost=lost, what=loss_name(commonest, self.lang), **_nouns(self))

    def draw(self, ax: Axes) -> Axes:
        """Calls lost a second, one upon the other, by the time that they were due."""
        course = self.subject.course
        seconds = course.seconds
        width = 2 * seconds[0]
        shown = list(course.losses.items())[: len(LOSS_COLOURS)]
        below = np.zeros(len(seconds))
        for (name, lost), colour in zip(shown, LOSS_COLOURS, strict=False):
            ax.bar(seconds, lost / width, width, below, color=colour, label=loss_name(name, self.lang))
            below += lost / width
        ax.set_xlim(0, float(seconds[-1] + width / 2))
        ax.grid(axis="y")
        ax.set_xlabel(self.say("charts.seconds"))
        ax.set_ylabel(self.say("rate", **_nouns(self)))
        return ax


@chart("replay", "open_letters", 60)
class OpenLettersChart(Chart[ReplayReport]):
    """Letters that the system has taken in and not done, beside those of the simulation: the system's own queue."""

    panels = staticmethod(lambda report: ["all"] if report.has_several_operations else [])

    def title(self) -> str:
        """How many there are in the end, and how many there should be."""
        course = self.subject.course
        return self.say(
            "end", letters=f"{course.open_letters[-1]:,.0f}", simulated=f"{course.open_as_simulated[-1]:,.0f}"
        )

    def draw(self, ax: Axes) -> Axes:
        """Letters between their first and their last call, as they were due and as they were accepted."""
        course = self.subject.course
        asked, there = self.say("simulated"), self.say("there")
        ax.plot(course.seconds, course.open_as_simulated, color=GREY, linewidth=4.5, alpha=0.5, label=asked)
        ax.plot(course.seconds, course.open_letters, color=BLUE, linewidth=1.4, label=there)
        ax.set_xlim(left=0)
        ax.set_ylim(bottom=0)
        ax.grid(axis="y")
        ax.set_xlabel(self.say("charts.seconds"))
        ax.set_ylabel(self.say("letters"))
        return ax


def _log_axis(ax: Axes) -> None:
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_locator(NullLocator())
