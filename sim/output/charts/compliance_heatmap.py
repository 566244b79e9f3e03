"""When do letters come that are answered late? Compliance by weekday and hour of receipt."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize

from sim.core.tables import Floats
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.causes import late_slas
from sim.output.charts.style import BLACK, GREY, hour_axis, nothing
from sim.output.text.formats import percent, weekday_names

CHOSEN_OF_168: Final = 2.0
"""The weakest hour is picked from 168, so it needs an interval so many times as wide to be named."""

FAINT: Final = 0.35
"""Opacity of hours with too few letters to say anything."""

WRITTEN: Final = 24
"""How many of the weakest hours have their compliance written, where it is below the target."""


@chart("run", "compliance_heatmap", 20)
class ComplianceHeatmap(Chart[Report]):
    """Compliance by weekday and hour of receipt."""

    panels = staticmethod(late_slas)

    def title(self) -> str:
        """The weakest hour of the week, if it is surely weaker than all hours together."""
        sla = self.subject.slas[self.panel]
        compliance, all_hours = self._compliance(), sla.compliance.mean
        if np.isnan(compliance).all():
            return self.say("none", why=self._none_or_few())
        day, hour = np.unravel_index(np.nanargmin(compliance), compliance.shape)
        share, high = float(compliance[day, hour]), float(sla.by_hour_of_week.share.high[day, hour])
        if all_hours is None or not share + CHOSEN_OF_168 * (high - share) < all_hours:
            return self.say("even")
        return self.say("weakest", day=weekday_names(self.lang)[day], hour=f"{hour:02}", share=percent(share))

    def draw(self, ax: Axes) -> Axes:
        """A heat map, weekdays down and hours across; the weakest hours in figures."""
        sla = self.subject.slas[self.panel]
        compliance = self._compliance()
        if np.isnan(compliance).all():
            return nothing(ax, self._none_or_few())
        least = min(float(np.nanmin(compliance)), sla.target if sla.target is not None else 1.0, 0.9)
        ax.set_facecolor("#F4F4F4")
        mesh = ax.pcolormesh(
            np.arange(25), np.arange(8), np.ma.masked_invalid(compliance), cmap="cividis", norm=Normalize(least, 1),
            edgecolors="white", linewidth=0.6,
        )  # fmt: skip
        few = sla.by_hour_of_week.too_few & (sla.by_hour_of_week.letters > 0)
        if few.any():
            ax.pcolormesh(np.arange(25), np.arange(8), np.ma.masked_where(~few, np.zeros(few.shape)),
                          cmap=ListedColormap([GREY]), alpha=FAINT, edgecolors="white", linewidth=0.6)  # fmt: skip
            ax.scatter([], [], marker="s", s=80, color=GREY, alpha=FAINT, label=self.say("few-letters"))
        worst = np.argsort(np.where(compliance < (sla.target or 0.0), compliance, 2.0), axis=None)[:WRITTEN]
        for day, hour in zip(*np.unravel_index(worst, compliance.shape), strict=True):
            share = float(compliance[day, hour])
            if not share < (sla.target or 0.0):
                break
            ax.text(hour + 0.5, day + 0.5, f"{100 * share:.0f}", ha="center", va="center", fontsize=7,
                    color="white" if share < (least + 1) / 2 else BLACK)  # fmt: skip
        ax.set_yticks([row + 0.5 for row in range(7)], weekday_names(self.lang), color=BLACK)
        ax.set_ylim(7, 0)
        hour_axis(ax)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_xlabel(self.say("hour"))
        for share in np.linspace(least, 1, 4):
            ax.scatter([], [], marker="s", s=80, color=mesh.cmap(mesh.norm(share)), label=percent(float(share)))
        return ax

    def _compliance(self) -> Floats:
        """Compliance by hour of the week, nan where there are too few letters to say anything, shape (7, 24)."""
        cells = self.subject.slas[self.panel].by_hour_of_week
        return np.where(cells.too_few, np.nan, cells.share.mean)

    def _none_or_few(self) -> str:
        return self.say("few-letters" if self.subject.slas[self.panel].letters.mean else "charts.no-letters")
