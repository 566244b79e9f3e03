"""When do letters come that are answered late? Compliance by weekday and hour of receipt."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm, to_rgba

from sim.core.tables import Floats
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.causes import late_slas
from sim.output.charts.style import BLACK, DIVERGING, GREY, PALE, add_tips, hour_axis, nothing
from sim.output.text.formats import number, percent, weekday_names

CHOSEN_OF_168: Final = 2.0
"""The weakest hour is picked from 168, so it needs an interval so many times as wide to be named."""

WRITTEN: Final = 24
"""How many of the weakest hours have their compliance written, where it is below the target."""


@chart("run", "compliance_heatmap", 20)
class ComplianceHeatmap(Chart[Report]):
    """Compliance by weekday and hour of receipt."""

    panels = staticmethod(late_slas)

    def title(self) -> str:
        """The weakest hour of the week, or how many equally weak ones there are, if it surely is one."""
        sla = self.subject.slas[self.panel]
        compliance, all_hours = self._compliance(self.panel), sla.compliance.mean
        if np.isnan(compliance).all():
            return self.say("none", why=self._none_or_few())
        day, hour = np.unravel_index(np.nanargmin(compliance), compliance.shape)
        share, high = float(compliance[day, hour]), float(sla.by_hour_of_week.share.high[day, hour])
        if all_hours is None or not share + CHOSEN_OF_168 * (high - share) < all_hours:
            return self.say("even")
        equal = sum(percent(each) == percent(share) for each in compliance[~np.isnan(compliance)].tolist())
        told = {"day": weekday_names(self.lang)[day], "hour": f"{hour:02}", "share": percent(share)}
        return self.say("weakest", **told) if equal == 1 else self.say("equally-weak", hours=equal, **told)

    def draw(self, ax: Axes) -> Axes:
        """A heat map, weekdays down and hours across; the weakest hours in figures."""
        sla = self.subject.slas[self.panel]
        compliance = self._compliance(self.panel)
        if np.isnan(compliance).all():
            return nothing(ax, self._none_or_few())
        centre = sla.target if sla.target is not None else sla.compliance.worst or 1.0
        scale = self._scale(centre)
        few = sla.by_hour_of_week.too_few
        colours = np.where(few[..., np.newaxis], to_rgba(PALE), DIVERGING(scale(np.nan_to_num(compliance, nan=1.0))))
        mesh = ax.pcolormesh(np.arange(25), np.arange(8), colours, edgecolors="white", linewidth=0.6)
        add_tips(mesh, self._tips(compliance))
        worst = np.argsort(np.where(compliance < centre, compliance, 2.0), axis=None)[:WRITTEN]
        for day, hour in zip(*np.unravel_index(worst, compliance.shape), strict=True):
            share = float(compliance[day, hour])
            if not share < centre:
                break
            # Quite black, to be read on the darkest cell.
            ax.text(hour + 0.5, day + 0.5, f"{100 * share:.0f}", ha="center", va="center", fontsize=7, color="black")
        ax.set_yticks([row + 0.5 for row in range(7)], weekday_names(self.lang), color=BLACK)
        ax.set_ylim(7, 0)
        hour_axis(ax)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_xlabel(self.say("hour"))
        overall = sla.target is None
        middle = self.say("overall" if overall else "at-target", share=percent(centre))
        ends = (
            (float(scale.vmin or 0.0), None),
            ((centre + float(scale.vmin or 0.0)) / 2, None),
            (centre, middle),
            (1.0, None),
        )
        for share, said in ends:
            ax.scatter([], [], marker="s", s=80, color=DIVERGING(scale(share)), edgecolor=GREY, linewidth=0.4,
                       label=said or percent(share))  # fmt: skip
        if few.any():
            ax.scatter([], [], marker="s", s=80, color=PALE, label=self.say("few-letters"))
        return ax

    def _scale(self, centre: float) -> TwoSlopeNorm:
        """From the weakest hour of all heat maps of the page over the target to 100%: one colour says one thing."""
        cells = [self._compliance(panel) for panel in self.panels(self.subject)]
        least = min(float(np.nanmin(each)) for each in cells if not np.isnan(each).all())
        return TwoSlopeNorm(centre, min(least, centre - 0.001), max(1.0, centre + 0.001))

    def _tips(self, compliance: Floats) -> list[str]:
        letters, days = self.subject.slas[self.panel].letters_by_hour_of_week.mean, weekday_names(self.lang)
        return [
            self.say(
                "cell-few" if np.isnan(compliance[day, hour]) else "cell",
                day=days[day],
                hour=f"{hour:02}",
                share=percent(float(compliance[day, hour])),
                letters=number(float(letters[day, hour])),
            )
            for day in range(7)
            for hour in range(24)
        ]

    def _compliance(self, panel: str) -> Floats:
        """Compliance by hour of the week, nan where there are too few letters to say anything, shape (7, 24)."""
        cells = self.subject.slas[panel].by_hour_of_week
        return np.where(cells.too_few, np.nan, cells.share.mean)

    def _none_or_few(self) -> str:
        return self.say("few-letters" if self.subject.slas[self.panel].letters.mean else "charts.no-letters")
