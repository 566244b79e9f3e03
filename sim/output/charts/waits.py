"""How long do letters take, against the SLA? The distribution of elapsed time with the limit."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from sim.core.clock import Clock
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLACK, BLUE, GREY, VERMILION, add_columns, nothing, percent_axis
from sim.output.text.formats import LENGTHS, duration, limit, percent


@chart("run", "waits", 70)
class WaitsChart(Chart[Report]):
    """Distribution of the time that letters take, with the limit of an SLA."""

    @staticmethod
    def panels(subject: Report) -> Iterable[str]:
        """One for each SLA."""
        return list(subject.slas)

    def title(self) -> str:
        """What 95% of letters stay within."""
        sla, lang = self.subject.slas[self.panel], self.lang
        p95 = sla.elapsed_min.p95
        known, key = (p95.value, "within") if p95.value is not None else (p95.more_than, "longer")
        p95_said = duration(lang, known, sla.clock)
        return self.say(key, p95=p95_said, limit=limit(lang, sla.limit))

    def draw(self, ax: Axes) -> Axes:
        """Bars up to three times the limit, those beyond the limit in another colour."""
        sla, lang = self.subject.slas[self.panel], self.lang
        edges, share = sla.histogram.edges_min, sla.histogram.share
        if np.isnan(share.mean).all():
            return nothing(ax, self.say("charts.no-letters"))
        late = edges[:-1] >= sla.limit_min * (1 - 1e-9)
        for which, colour, key in ((~late, BLUE, "in-time"), (late, VERMILION, "late")):
            ax.stairs(np.where(which, share.mean, 0.0), edges, fill=True, color=colour, label=self.say(key))
        if not np.isnan(share.low).any():
            middle = (edges[:-1] + edges[1:]) / 2
            ax.vlines(middle, share.low, share.high, color=BLACK, linewidth=0.7, label=self.say("charts.interval"))
        limit_said = f"{self.say('glossary.limit')} {limit(lang, sla.limit)}"
        ax.axvline(sla.limit_min, color=BLACK, linewidth=1.6, label=limit_said)
        if (sla.histogram.beyond.mean or 0.0) >= 0.0005:
            ax.text(0.99, 0.3, self.say("beyond", share=percent(sla.histogram.beyond.mean)), ha="right", va="bottom",
                    color=GREY, transform=ax.transAxes)  # fmt: skip
        ax.set_xlim(0, float(edges[-1]))
        ticks = np.linspace(0, edges[-1], 7)
        if sla.clock is Clock.CALENDAR:
            labels = [duration(lang, float(minutes)).replace(".0 ", " ") if minutes else "0" for minutes in ticks]
        else:
            # The units of working clocks are long words, which stand below the axis once.
            unit, length = LENGTHS[sla.clock][0]
            labels = [f"{minutes / length:.3g}" for minutes in ticks]
            ax.set_xlabel(self.say(f"formats.unit-{unit}"))
        ax.set_xticks(ticks, labels)
        percent_axis(ax, "y")
        ends = [duration(lang, minutes, sla.clock) for minutes in edges.tolist()]
        spans = [f"{start}–{end}" for start, end in pairwise(ends)]
        add_columns(ax, [f"{span}: {percent(float(each))}" for span, each in zip(spans, share.mean, strict=True)])
        ax.set_ylabel(self.say("share"))
        return ax
