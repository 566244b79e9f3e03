"""What a plan says: people by team and roster, people needed and on duty, and what other targets would take."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sim.output.charts.base import Chart, chart
from sim.output.charts.roster_gantt import ShiftsChart
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    VERMILION,
    band_of,
    nothing,
    people_axis,
    percent_axis,
    to_the_end,
    week_axis,
)
from sim.output.text.plan import roster_name, target_name
from sim.statistics import Verdict

if TYPE_CHECKING:
    # The charts of a run need not wait for the planner and its solver to be imported.
    from sim.planner.answer import PlanAnswer


@chart("plan", "staffing_cells", 10, height=3.6)
class StaffingCellsChart(Chart["PlanAnswer"]):
    """People by team and roster: today, planned, and what is allowed."""

    def title(self) -> str:
        """What is drawn, since the answer has said what it comes to."""
        return self.say("alt")

    def alt(self) -> str:
        """What is drawn, and the people of each staffing cell today and under the plan."""
        answer, lang = self.subject, self.lang
        rows = [f"{self.name_of(cell.team)} {roster_name(cell, lang)}: {cell.today}" for cell in answer.posts]
        planned = answer.people or ("–",) * len(rows)
        return f"{self.title()}. " + "; ".join(f"{row} → {heads}" for row, heads in zip(rows, planned, strict=True))

    def draw(self, ax: Axes) -> Axes:
        """A row for each: the bounds as a pale bar, the fewest as a tick, today as a ring and the plan as a dot."""
        answer, lang = self.subject, self.lang
        for row, cell in enumerate(answer.posts):
            fewest, today, plan = (self.say(f"plan.{key}") if row == 0 else None for key in ("fewest", "today", "plan"))
            ax.barh(row, cell.most - cell.least, left=cell.least, height=0.5, color=PALE)
            if answer.fewest is not None:
                ax.plot([answer.fewest[row]] * 2, [row - 0.32, row + 0.32], color=GREY, linewidth=2, label=fewest)
            ax.plot(cell.today, row, "o", markerfacecolor="white", markeredgecolor=ORANGE, markersize=8, label=today)
            if answer.people is not None:
                ax.plot(answer.people[row], row, "o", color=BLUE, markersize=7, label=plan)
        names = [f"{self.name_of(cell.team)} · {roster_name(cell, lang)}" for cell in answer.posts]
        ax.set_yticks(range(len(names)), names, color=BLACK)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_xlabel(self.say("glossary.people"))
        ax.grid(axis="x")
        return ax


@chart("plan", "needs", 20, height=2.6)
class NeedsChart(Chart["PlanAnswer"]):
    """People of a team on duty by half hour of the week, today and under the plan, and by estimate those lacking."""

    @staticmethod
    def panels(subject: PlanAnswer) -> Iterable[str]:
        """One for each team."""
        return list(subject.needs)

    @property
    def _is_met(self) -> bool:
        """Whether the plan has proved to meet every target."""
        return self.subject.proof.verdict is Verdict.MET

    def title(self) -> str:
        """In how many hours people are short by estimate, unless the plan has proved to meet every target."""
        hours = float((self.subject.needs[self.panel].shortfall > 0).sum()) / 2
        if self._is_met or not hours:
            return self.say("met")
        return self.say("short", hours=hours)

    def draw(self, ax: Axes) -> Axes:
        """Step lines of people on duty today and under the plan, and above it whom units lack by estimate."""
        need = self.subject.needs[self.panel]
        hours = np.arange(len(need.planned) + 1) / 2
        planned = to_the_end(need.planned)
        needed = planned + to_the_end(need.shortfall)
        ax.fill_between(hours, 0, planned, step="post", color=PALE, alpha=0.6, linewidth=0)
        colour, alpha = (GREY, 0.25) if self._is_met else (VERMILION, 0.45)
        ax.fill_between(hours, planned, needed, step="post", color=colour, alpha=alpha, linewidth=0,
                        label=self.say("lacking"))  # fmt: skip
        ax.step(hours, to_the_end(need.today), where="post", color=ORANGE, linewidth=1.1,
                label=self.say("today"))  # fmt: skip
        ax.step(hours, planned, where="post", color=BLUE, linewidth=1.6, label=self.say("planned"))
        week_axis(ax, self.lang)
        people_axis(ax)
        ax.set_ylabel(self.say("glossary.people"))
        return ax


@chart("plan", "planned_shifts", 25, height=4.6)
class PlannedShiftsChart(ShiftsChart["PlanAnswer"]):
    """Shifts of a plan."""


@chart("plan", "frontier", 30)
class FrontierChart(Chart["PlanAnswer"]):
    """Compliance with each target against the number of people, for stricter and laxer targets."""

    def title(self) -> str:
        """What is drawn."""
        return self.say("copies" if self.subject.copies else "alt")

    def alt(self) -> str:
        """What is drawn, and the people of each point with the lateness that it allows."""
        answer = self.subject
        points = (f"{sum(point.people) + answer.fixed:,} ({point.lateness:g})" for point in answer.frontier)
        return f"{self.title()}: " + ", ".join(points)

    def draw(self, ax: Axes) -> Axes:
        """Compliance with each target and its interval against the number of people; target lines; the plan marked."""
        answer, lang = self.subject, self.lang
        if not answer.frontier:
            return nothing(ax, self.say("none"))
        points = sorted(answer.frontier, key=lambda point: sum(point.people))
        x = [sum(point.people) + answer.fixed for point in points]
        colours = cycle((BLUE, ORANGE, GREEN, VERMILION))
        for index, colour in zip(range(len(answer.proof.targets)), colours, strict=False):
            met = [point.targets[index] for point in points]
            band = band_of([each.compliance for each in met])
            ax.fill_between(x, band.low, band.high, color=colour, alpha=0.2, linewidth=0)
            ax.plot(x, band.mean, color=colour, marker="o", markersize=4, label=target_name(met[0], lang))
            ax.axhline(met[0].target, color=colour, linewidth=0.9, linestyle="--")
        planned = sum(answer.proof.people) + answer.fixed
        ax.axvline(planned, color=BLACK, linewidth=1.0)
        # On the side with more room, so that it stays inside.
        side, aligned = (-4, "right") if planned > (min(x) + max(x)) / 2 else (4, "left")
        ax.annotate(f"{self.say('plan.plan')} {planned:,}", (planned, 0.02), xycoords=("data", "axes fraction"),
                    color=BLACK, xytext=(side, 0), textcoords="offset points", ha=aligned)  # fmt: skip
        percent_axis(ax, "y")
        ax.set_xlabel(self.say("glossary.people"))
        ax.grid(axis="y")
        return ax
