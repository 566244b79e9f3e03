"""What does compliance cost? Compliance of each staffing against its headcount."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.charts.style import BLACK, BLUE, GREY, percent_axis
from sim.charts.words import say
from sim.comparison import Comparison
from sim.text.words import name, percent


def title(comparison: Comparison, panel: str, lang: str) -> str:
    """The staffing with the highest compliance."""
    best = max(comparison.reports.values(), key=lambda report: report.slas[panel].compliance.mean or 0.0)
    return say(
        lang,
        "tradeoff",
        sla=name(lang, panel),
        other=best.scenario,
        share=percent(best.slas[panel].compliance.mean),
        headcount=best.headcount,
    )


def alt(comparison: Comparison, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'tradeoff alt', sla=name(lang, panel))}. {title(comparison, panel, lang)}"


def draw(comparison: Comparison, panel: str, ax: Axes, lang: str) -> Axes:
    """A dot with its interval for each staffing, spread apart where several have the same headcount."""
    counts = [report.headcount for report in comparison.reports.values()]
    step = max((max(counts) - min(counts)) / 40, 0.6)
    for place, (other, report) in enumerate(comparison.reports.items()):
        compliance = report.slas[panel].compliance
        x = report.headcount + step * (place - (len(counts) - 1) / 2)
        if compliance.low is not None and compliance.high is not None:
            ax.plot(
                [x, x], [compliance.low, compliance.high], color=BLUE, linewidth=4, alpha=0.35, solid_capstyle="butt"
            )
        ax.plot(x, compliance.mean or 0.0, "o", color=BLUE if place else BLACK, markersize=7)
        ax.annotate(other, (x, compliance.mean or 0.0), (7, 0), textcoords="offset points", va="center", fontsize=8)
    target = comparison.base.slas[panel].target
    if target is not None:
        ax.axhline(target, color=GREY, linewidth=1.2, linestyle="--", label=say(lang, "target"))
    ax.margins(x=0.3, y=0.15)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    percent_axis(ax, "y")
    ax.grid(axis="y")
    ax.set_xlabel(say(lang, "headcount axis"))
    ax.set_ylabel(say(lang, "compliance"))
    return ax
