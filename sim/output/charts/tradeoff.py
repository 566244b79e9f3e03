"""What does compliance cost? Compliance of each staffing against its headcount."""

from itertools import cycle

from matplotlib.axes import Axes

from sim.comparison import Comparison, PairedVerdict
from sim.output.charts.style import GREY, STAFFINGS, percent_axis
from sim.output.charts.words import say
from sim.output.text.words import name, point


def title(comparison: Comparison, panel: str, lang: str) -> str:
    """The staffing with the highest compliance, if it is shown to differ from the base."""
    best = max(comparison.reports.values(), key=lambda report: report.slas[panel].compliance.worst or 0.0)
    better = {pair.other for pair in comparison.pairs if pair.slas[panel].finding is PairedVerdict.BETTER}
    worse = {pair.other for pair in comparison.pairs if pair.slas[panel].finding is PairedVerdict.WORSE}
    told = best.scenario in better or (best is comparison.base and len(worse) == len(comparison.pairs))
    if not told:
        best = comparison.base
    return say(
        lang,
        "tradeoff" if told else "tradeoff none",
        sla=name(lang, panel),
        other=best.scenario,
        share=point(best.slas[panel].compliance),
        headcount=best.headcount,
    )


def alt(comparison: Comparison, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'tradeoff alt', sla=name(lang, panel))}. {title(comparison, panel, lang)}"


def draw(comparison: Comparison, panel: str, ax: Axes, lang: str) -> Axes:
    """A mark with its interval for each staffing, spread apart where several have the same headcount."""
    counts = [report.headcount for report in comparison.reports.values()]
    step = max((max(counts) - min(counts)) / 40, 0.1)
    looks = zip(comparison.reports.items(), cycle(STAFFINGS), strict=False)
    for place, ((other, report), (colour, marker, _)) in enumerate(looks):
        compliance = report.slas[panel].compliance
        x = report.headcount + step * (place - (len(counts) - 1) / 2)
        if compliance.low is not None and compliance.high is not None:
            ax.plot([x, x], [compliance.low, compliance.high], color=colour, linewidth=4, alpha=0.35,
                    solid_capstyle="butt")  # fmt: skip
        ax.plot(x, compliance.worst or 0.0, marker, color=colour, markersize=7, linestyle="none", label=other)
    target = comparison.base.slas[panel].target
    if target is not None:
        ax.axhline(target, color=GREY, linewidth=1.2, linestyle="--", label=say(lang, "target"))
    ax.margins(x=0.15, y=0.15)
    ax.set_xticks(sorted(set(counts)))
    percent_axis(ax, "y")
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "headcount axis"))
    ax.set_ylabel(say(lang, "compliance"))
    return ax
