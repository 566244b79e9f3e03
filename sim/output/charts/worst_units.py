"""Which units are late most? Units with breaches, with ranges instead of bare ranks."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from matplotlib.axes import Axes

from sim.metrics.figures import UnitFigures, outstanding
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.causes import late_slas
from sim.output.charts.style import BLUE, interval_bar, nothing, rows_axis
from sim.output.text.formats import number

WORST: Final = 20
"""How many units are shown."""


@chart("run", "worst_units", 100, height=4.2)
class WorstUnitsChart(Chart[Report]):
    """Late letters of the units that have most of them."""

    @staticmethod
    def panels(subject: Report) -> Iterable[str]:
        """Those of `late_slas` for which more than one home unit has letters."""
        return [sla for sla in late_slas(subject) if len(subject.slas[sla].by_home) > 1]

    @cached_property
    def _worst(self) -> list[UnitFigures]:
        late = [unit for unit in self.subject.slas[self.panel].by_home if unit.breaches.mean and not unit.too_few]
        return sorted(late, key=lambda unit: -(unit.breaches.mean or 0.0))[:WORST]

    def title(self) -> str:
        """The unit with most late letters, if chance would not order them otherwise."""
        sla = self.subject.slas[self.panel]
        first = outstanding(sla.by_home)
        if not self._worst:
            return self.say("few" if sla.breaches.mean else "none")
        if first is None:
            return self.say("even")
        return self.say("first", unit=self.unit_name_of(first.name), breaches=number(first.breaches.mean or 0.0))

    def draw(self, ax: Axes) -> Axes:
        """A dot with its interval for each of the units with most late letters."""
        if not self._worst:
            return nothing(ax, self.title())
        for row, unit in enumerate(self._worst):
            interval_bar(ax, row, unit.breaches, color=BLUE, linewidth=4, alpha=0.35, solid_capstyle="butt",
                         label=self.say("charts.interval") if row == 0 else None)  # fmt: skip
            ax.plot(unit.breaches.mean or 0.0, row, "o", color=BLUE, markersize=5)
        rows_axis(ax, [self.unit_name_of(unit.name) for unit in self._worst])
        ax.set_xlim(left=0)
        ax.grid(axis="x")
        ax.set_xlabel(self.say("charts.late-letters"))
        return ax
