"""Which units are late most? Units with breaches, with ranges instead of bare ranks."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from matplotlib.axes import Axes

from sim.metrics.figures import GroupFigures, outstanding
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.causes import late_slas
from sim.output.charts.style import BLUE, interval_bar, nothing, rows_axis
from sim.output.charts.words import say
from sim.output.text.formats import name, number

WORST: Final = 20
"""How many units are shown."""


@chart("run", "units", 100, height=4.2)
class WorstUnitsChart(Chart[Report]):
    """Late letters of the units that have most of them."""

    @staticmethod
    def panels(subject: Report) -> Iterable[str]:
        """Those of `late_slas` for which more than one home unit has letters."""
        return [sla for sla in late_slas(subject) if len(subject.slas[sla].by_home) > 1]

    @cached_property
    def _worst(self) -> list[GroupFigures]:
        late = [unit for unit in self.subject.slas[self.panel].by_home if unit.breaches.mean and not unit.grey]
        return sorted(late, key=lambda unit: -(unit.breaches.mean or 0.0))[:WORST]

    def title(self) -> str:
        """The unit with most late letters, if chance would not order them otherwise."""
        sla, lang = self.subject.slas[self.panel], self.lang
        first = outstanding(sla.by_home)
        if not self._worst:
            return say(lang, "league few" if sla.breaches.mean else "league none", sla=name(lang, self.panel))
        if first is None:
            return say(lang, "league even", sla=name(lang, self.panel))
        return say(lang, "league", sla=name(lang, self.panel), unit=name(lang, first.name),
                   breaches=number(first.breaches.mean or 0.0))  # fmt: skip

    def shows(self) -> str:
        """What is drawn."""
        return say(self.lang, "league alt", sla=name(self.lang, self.panel))

    def draw(self, ax: Axes) -> Axes:
        """A dot with its interval for each of the units with most late letters."""
        if not self._worst:
            return nothing(ax, self.title())
        for row, unit in enumerate(self._worst):
            interval_bar(ax, row, unit.breaches, color=BLUE, linewidth=4, alpha=0.35, solid_capstyle="butt",
                         label=say(self.lang, "95% interval") if row == 0 else None)  # fmt: skip
            ax.plot(unit.breaches.mean or 0.0, row, "o", color=BLUE, markersize=5)
        rows_axis(ax, [name(self.lang, unit.name) for unit in self._worst])
        ax.set_xlim(left=0)
        ax.grid(axis="x")
        ax.set_xlabel(say(self.lang, "late letters"))
        return ax
