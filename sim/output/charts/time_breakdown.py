"""Where does the time go? From received to closed, step by step: waiting, work and elapsed time."""

from matplotlib.axes import Axes

from sim.core.clock import HOUR, MINUTE
from sim.metrics.figures.letters import StepFigures
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLACK, BLUE, GREY, PALE, VERMILION, add_tips, nothing, rows_axis
from sim.output.text.formats import duration, percent


@chart("run", "time_breakdown", 90, height=4.2)
class TimeBreakdownChart(Chart[Report]):
    """Where the time of an average closed letter goes, step by step."""

    def title(self) -> str:
        """The step that takes most, and how much of the whole."""
        steps = self.subject.steps.values()
        longest = max(steps, key=lambda step: step.time_in_system_share or 0.0, default=None)
        if longest is None or not longest.time_in_system_share:
            return self.say("charts.no-letters")
        total = duration(self.lang, sum(_minutes(step) for step in steps))
        share = percent(longest.time_in_system_share)
        return self.say("longest", step=self.name_of(longest.name), total=total, share=share)

    def draw(self, ax: Axes) -> Axes:
        """A path through the steps in the order of the workflow: each begins where the one before ends."""
        steps = [step for step in self.subject.steps.values() if step.time_in_system_share]
        if not steps:
            return nothing(ax, self.say("charts.no-letters"))
        hour, left = HOUR / MINUTE, 0.0
        for row, step in enumerate(steps):
            if row:
                ax.plot([left, left], [row - 1, row], color=GREY, linewidth=0.8)
            begun = left
            parts = (
                ("waiting", step.waiting_min, VERMILION),
                ("work", step.work_min, BLUE),
                ("elapsed", step.elapsed_min, PALE),
            )
            for key, minutes, colour in parts:
                hours = (minutes.mean or 0.0) / hour
                bar = ax.barh(
                    row, hours, left=left, color=colour, height=0.7, label=self.say(key) if row == 0 else None
                )
                tip = self.say("part", step=self.name_of(step.name), what=self.say(key),
                               time=duration(self.lang, minutes.mean))  # fmt: skip
                add_tips(bar.patches[0], [tip])
                left += hours
            low, high = step.waiting_min.low, step.waiting_min.high
            if low is not None and high is not None:
                ax.plot([begun + low / hour, begun + high / hour], [row, row], color=BLACK, linewidth=1.2)
        rows_axis(ax, [self.name_of(step.name) for step in steps])
        ax.grid(axis="x")
        ax.set_xlabel(self.say("hours"))
        return ax


def _minutes(step: StepFigures) -> float:
    """Minutes of a closed letter's time that pass at a step."""
    return sum(each.mean or 0.0 for each in (step.waiting_min, step.work_min, step.elapsed_min))
