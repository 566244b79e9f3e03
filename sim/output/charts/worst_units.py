"""Which places are late most? Units with breaches, with ranges instead of bare ranks."""

from typing import Final

from matplotlib.axes import Axes

from sim.metrics.figures import GroupFigures, outstanding
from sim.metrics.report import Report
from sim.output.charts.style import BLUE, nothing, rows_axis
from sim.output.charts.words import say
from sim.output.text.words import name, number

UNITS: Final = 20
"""How many units are shown."""


def _worst(report: Report, panel: str) -> list[GroupFigures]:
    late = [unit for unit in report.slas[panel].by_home if unit.breaches.mean and not unit.grey]
    return sorted(late, key=lambda unit: -(unit.breaches.mean or 0.0))[:UNITS]


def title(report: Report, panel: str, lang: str) -> str:
    """The unit with most late letters, if chance would not order them otherwise."""
    sla = report.slas[panel]
    if not _worst(report, panel):
        key = "league few" if sla.breaches.mean else "league none"
        return say(lang, key, sla=name(lang, panel))
    first = outstanding(sla.by_home)
    if first is None:
        return say(lang, "league even", sla=name(lang, panel))
    breaches = number(first.breaches.mean or 0.0)
    return say(lang, "league", sla=name(lang, panel), unit=name(lang, first.name), breaches=breaches)


def alt(report: Report, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'league alt', sla=name(lang, panel))}. {title(report, panel, lang)}"


def draw(report: Report, panel: str, ax: Axes, lang: str) -> Axes:
    """A dot with its interval for each of the units with most late letters."""
    worst = _worst(report, panel)
    if not worst:
        return nothing(ax, title(report, panel, lang))
    for row, unit in enumerate(worst):
        breaches = unit.breaches
        if breaches.low is not None and breaches.high is not None:
            ax.plot([breaches.low, breaches.high], [row, row], color=BLUE, linewidth=4, alpha=0.35,
                    solid_capstyle="butt", label=say(lang, "95% interval") if row == 0 else None)  # fmt: skip
        ax.plot(breaches.mean or 0.0, row, "o", color=BLUE, markersize=5)
    rows_axis(ax, [name(lang, unit.name) for unit in worst])
    ax.set_xlim(left=0)
    ax.grid(axis="x")
    ax.set_xlabel(say(lang, "late letters"))
    return ax
