"""Are the SLAs met? Compliance of each SLA against its target."""

from matplotlib.axes import Axes

from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLACK, VERDICT_COLOURS, add_tips, interval_bar, nothing, percent_axis, rows_axis
from sim.output.text.formats import interval, percent, point
from sim.statistics import Verdict


@chart("run", "compliance", 10, height=2.0)
class ComplianceChart(Chart[Report]):
    """Compliance of each SLA with its interval and its target."""

    def title(self) -> str:
        """How many targets are missed."""
        judged = (None, Verdict.NOT_JUDGED)
        verdicts = [sla.verdict for sla in self.subject.slas.values() if sla.verdict not in judged]
        missed, unclear = verdicts.count(Verdict.MISSED), verdicts.count(Verdict.UNCLEAR)
        if not verdicts:
            return self.say("none")
        if missed:
            return self.say("some", missed=missed, targets=len(verdicts))
        key = "unclear" if unclear else "all"
        return self.say(key, unclear=unclear, targets=len(verdicts))

    def alt(self) -> str:
        """Every compliance with its target, in words."""
        facts = (
            f"{self.name_of(sla.name)} {point(sla.compliance)} ({self.say('glossary.target')} {percent(sla.target)})"
            for sla in self.subject.slas.values()
        )
        return self.say("alt", facts="; ".join(facts))

    def draw(self, ax: Axes) -> Axes:
        """A dot with its interval for each SLA, and a stroke at its target."""
        slas = [sla for sla in self.subject.slas.values() if sla.compliance.worst is not None]
        if not slas:
            return nothing(ax, self.say("none"))
        least = 1.0
        for row, sla in enumerate(slas):
            points = sla.compliance.between or (sla.compliance.worst or 0.0,)
            least = min([least, *points, *(end for end in (sla.compliance.low, sla.target) if end is not None)])
            interval_bar(ax, row, sla.compliance, color=VERDICT_COLOURS[sla.verdict], linewidth=6, alpha=0.35,
                         solid_capstyle="butt", label=self.say("charts.interval") if row == 0 else None)  # fmt: skip
            # Two hollow dots where undecided letters leave the point open between them.
            (dots,) = ax.plot(points, [row] * len(points), "o", color=VERDICT_COLOURS[sla.verdict], markersize=8,
                              fillstyle="full" if len(points) == 1 else "none")  # fmt: skip
            add_tips(dots, [f"{self.name_of(sla.name)} {interval(sla.compliance)}"])
            if sla.target is not None:
                ax.plot([sla.target] * 2, [row - 0.32, row + 0.32], color=BLACK, linewidth=2,
                        label=self.say("glossary.target") if row == 0 else None)  # fmt: skip
        rows_axis(ax, [f"{self.name_of(sla.name)}  {point(sla.compliance)}" for sla in slas])
        margin = 0.06 * (1 - least) + 0.003
        ax.set_xlim(max(least - 2 * margin, -0.02), 1 + margin)
        percent_axis(ax)
        ax.grid(axis="x")
        ax.set_xlabel(self.say("glossary.compliance"))
        return ax
