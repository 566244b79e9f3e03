"""Compliance over what a sweep varied: a curve for one key, heat maps for two or three, else points by each key."""

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from sim.core.tables import Floats
from sim.output.charts.base import Chart, chart
from sim.output.charts.stress import LINE_COLOURS
from sim.output.charts.style import BLACK, BLUE, DIVERGING, GREY, add_tips, band_of, banded, nothing, percent_axis
from sim.output.text.formats import interval, percent
from sim.output.text.sweep import point_name
from sim.statistics import Compliance
from sim.sweep.report import Sweep, SweptPoint

_MOST_TICKS: Final = 12
"""Levels that are named along an axis."""

_MOST_WRITTEN: Final = 100
"""Cells of a heat map that have their compliance written."""

_NONE: Final = Compliance(None, None, None)
"""In place of an SLA that a point does not have."""


@chart("sweep", "sweep_curve", 10, width=5.6, height=3.2)
class SweepCurve(Chart[Sweep]):
    """Compliance against the levels of one key."""

    @staticmethod
    def panels(subject: Sweep) -> Iterable[str]:
        """A single one, of a grid over one key."""
        return [""] if _dimensions(subject) == 1 else []

    def title(self) -> str:
        """What is drawn, since the answer has said what it comes to."""
        return self.say("title", varied=self.subject.keys[0])

    def draw(self, ax: Axes) -> Axes:
        """A line with its band for each SLA, its target dotted, and dashed who left before its limit."""
        sweep = self.subject
        if not sweep.slas:
            return nothing(ax, self.say("sweep.no-target"))
        places = _level_axis(ax, sweep, 0)
        for sla, colour in zip(sweep.slas, cycle(LINE_COLOURS), strict=False):
            band = band_of([_compliance(point, sla) for point in sweep.points])
            banded(ax, places, band, colour, self.name_of(sla), marker="o")
            for target in _targets(sweep, sla):
                ax.axhline(target, color=colour, linewidth=1, linestyle=":")
            if sla in sweep.leaving:
                left = [
                    point.slas[sla].left_in_time_share or _NONE if sla in point.slas else _NONE
                    for point in sweep.points
                ]
                shares = [np.nan if each.mean is None else each.mean for each in left]
                ax.plot(places, shares, "--", linewidth=1.2, color=colour)
        if sweep.leaving:
            ax.plot([], [], "--", linewidth=1.2, color=GREY, label=self.say("left"))
        percent_axis(ax, "y")
        ax.set_ylim(top=1.02)
        ax.set_ylabel(self.say("glossary.compliance"))
        ax.grid(axis="y")
        return ax


@chart("sweep", "sweep_map", 20, width=5.6, height=3.2)
class SweepMap(Chart[Sweep]):
    """Compliance with an SLA against the levels of two keys, at each level of a third one."""

    @staticmethod
    def panels(subject: Sweep) -> Iterable[str]:
        """One for each SLA, and each level of the third key, of a grid over two or three keys."""
        if _dimensions(subject) not in (2, 3):
            return []
        thirds = range(len(subject.levels(2)) if len(subject.keys) == 3 else 1)
        return [f"{number}-{third}" for number in range(len(subject.slas)) for third in thirds]

    @property
    def _sla(self) -> str:
        return self.subject.slas[int(self.panel.partition("-")[0])]

    @property
    def _third(self) -> str | None:
        third = int(self.panel.partition("-")[2])
        return self.subject.levels(2)[third] if len(self.subject.keys) == 3 else None

    def title(self) -> str:
        """The SLA, the level of the third key, and what the colours say."""
        called, target = self.name_of(self._sla), self._target
        if self._third is not None:
            called = self.say("at", sla=called, varied=self.subject.keys[2], value=self._third)
        if target is None:
            return self.say("title", sla=called)
        return self.say("title-target", sla=called, target=percent(target))

    def draw(self, ax: Axes) -> Axes:
        """A heat map, the first key across and the second one up."""
        sweep = self.subject
        across, up = (sweep.levels(key) for key in (0, 1))
        shares = np.full((len(up), len(across)), np.nan)
        tips, told = [""] * shares.size, dict[tuple[int, ...], str]()
        for point in sweep.points:
            if self._third in (None, *point.values[2:]):
                row, column = up.index(point.values[1]), across.index(point.values[0])
                compliance = _compliance(point, self._sla)
                shares[row, column] = np.nan if compliance.worst is None else compliance.worst
                told[row, column] = self._told(point)
                tips[row * len(across) + column] = f"{point_name(sweep, point)}: {interval(compliance)}"
        if np.isnan(shares).all():
            return nothing(ax, self.say("charts.no-letters"))
        mesh = ax.pcolormesh(
            np.arange(len(across) + 1), np.arange(len(up) + 1), DIVERGING(self._scale()(np.nan_to_num(shares))),
            edgecolors="white", linewidth=0.6,
        )  # fmt: skip
        add_tips(mesh, tips)
        if shares.size <= _MOST_WRITTEN:
            for (row, column), share in np.ndenumerate(shares):
                if not np.isnan(share):
                    ax.text(column + 0.5, row + 0.5, told[row, column], ha="center", va="center", fontsize=8,
                            color=BLACK)  # fmt: skip
        for axis, levels, key in ((ax.xaxis, across, 0), (ax.yaxis, up, 1)):
            step = -(-len(levels) // _MOST_TICKS)
            axis.set_ticks([place + 0.5 for place in range(0, len(levels), step)], levels[::step])
            axis.set_label_text(sweep.keys[key])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return ax

    def _told(self, point: SweptPoint) -> str:
        """Compliance and the verdict on it, as they are written into a cell."""
        each = point.slas.get(self._sla)
        share = percent(_compliance(point, self._sla).worst)
        return (
            share
            if each is None or each.verdict is None
            else f"{share}\n{self.say(f'glossary.verdict-{each.verdict}')}"
        )

    @property
    def _target(self) -> float | None:
        """The target, if it is the same at all points."""
        targets = _targets(self.subject, self._sla)
        return targets.pop() if len(targets) == 1 else None

    def _scale(self) -> TwoSlopeNorm:
        """White at the target, or else in the middle: one colour says one thing in all maps of an SLA."""
        shares = [share for point in self.subject.points if (share := _compliance(point, self._sla).worst) is not None]
        target = self._target
        least, most = min(shares), max(shares)
        centre = (least + most) / 2 if target is None else target
        return TwoSlopeNorm(centre, min(least, centre - 0.001), max(most, centre + 0.001))


@chart("sweep", "sweep_scatter", 30, width=5.6, height=2.6)
class SweepScatter(Chart[Sweep]):
    """Compliance with an SLA at all points, against each key by itself."""

    @staticmethod
    def panels(subject: Sweep) -> Iterable[str]:
        """One for each SLA and key, of points that are no grid over three keys or fewer."""
        if _dimensions(subject):
            return []
        return [f"{number}-{key}" for number in range(len(subject.slas)) for key in range(len(subject.keys))]

    @property
    def _place(self) -> tuple[str, int]:
        number, _, key = self.panel.partition("-")
        return self.subject.slas[int(number)], int(key)

    def title(self) -> str:
        """The SLA and the key."""
        sla, key = self._place
        return self.say("title", sla=self.name_of(sla), varied=self.subject.keys[key])

    def draw(self, ax: Axes) -> Axes:
        """A dot for each point with its interval, and the target as a line."""
        sweep, (sla, key) = self.subject, self._place
        places = _level_axis(ax, sweep, key)
        band = band_of([_compliance(point, sla) for point in sweep.points])
        ax.vlines(places, band.low, band.high, color=BLUE, alpha=0.35, linewidth=1)
        dots = ax.scatter(places, band.mean, s=14, color=BLUE)
        add_tips(dots, [f"{point_name(sweep, each)}: {interval(_compliance(each, sla))}" for each in sweep.points])
        for target in _targets(sweep, sla):
            ax.axhline(target, color=BLACK, linewidth=1, linestyle=":", label=self.say("glossary.target"))
        percent_axis(ax, "y")
        ax.set_ylabel(self.say("glossary.compliance"))
        ax.grid(axis="y")
        return ax


def _dimensions(sweep: Sweep) -> int:
    """Keys of a grid that can be drawn as one; 0 of any other design."""
    return len(sweep.keys) if sweep.is_grid and len(sweep.keys) <= 3 else 0


def _targets(sweep: Sweep, sla: str) -> set[float]:
    """The target of an SLA; several where it is varied, none where there is none."""
    targets = (point.slas[sla].target for point in sweep.points if sla in point.slas)
    return {target for target in targets if target is not None}


def _compliance(point: SweptPoint, sla: str) -> Compliance:
    return point.slas[sla].compliance if sla in point.slas else _NONE


def _level_axis(ax: Axes, sweep: Sweep, key: int) -> Floats:
    """Label an axis of the levels of a key, and return where each point stands on it.

    Numbers stand where they belong, anything else side by side.
    """
    values = [point.values[key] for point in sweep.points]
    levels = sweep.levels(key)
    numbers = _numbers(levels)
    where = dict(zip(levels, range(len(levels)) if numbers is None else numbers, strict=True))
    step = -(-len(levels) // _MOST_TICKS)
    if numbers is None or len(levels) <= _MOST_TICKS:
        ax.set_xticks([where[level] for level in levels[::step]], levels[::step])
    ax.set_xlabel(sweep.keys[key])
    return np.array([where[value] for value in values], np.float64)


def _numbers(levels: Sequence[str]) -> list[float] | None:
    """Levels as numbers, if all are, of one unit."""
    split = [level.partition(" ") if " " in level else (level.rstrip("%"), "", level[len(level.rstrip("%")) :])
             for level in levels]  # fmt: skip
    try:
        return [float(number) for number, _, _ in split] if len({unit for _, _, unit in split}) == 1 else None
    except ValueError:
        return None
