"""Who comes when? The shifts of each group of people over a fortnight, as bars."""

from itertools import cycle
from typing import Final, Protocol, TypeVar

import numpy as np
from matplotlib.axes import Axes

from sim.metrics.figures.teams import RosterGroup
from sim.metrics.report import Report
from sim.output.charts.base import Chart, chart
from sim.output.charts.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, add_tips, nothing, rows_axis
from sim.output.text.formats import number, weekday_names

_LABELLED: Final = 24
"""Groups, at most, that are labelled one by one."""


class WithRoster(Protocol):
    """A subject that tells the groups of people that take turns."""

    @property
    def roster(self) -> tuple[RosterGroup, ...]:
        """The groups, over the first days of the window."""


Subject = TypeVar("Subject", bound=WithRoster)


class ShiftsChart(Chart[Subject]):
    """Shifts of the groups that take turns on each roster, from the first day of the window on."""

    def title(self) -> str:
        """How many people, in how many groups."""
        groups = self.subject.roster
        if not groups:
            return self._say("nobody")
        return self._say("groups", people=f"{sum(group.people for group in groups):,}", groups=len(groups))

    def draw(self, ax: Axes) -> Axes:
        """A row for each group, coloured by team, and a bar for each of its shifts."""
        groups = self.subject.roster
        if not groups:
            return nothing(ax, self._say("nobody"))
        teams = list(dict.fromkeys(group.team for group in groups))
        colours = dict(zip(teams, cycle((BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, BLACK)), strict=False))
        days = int(np.ceil(max((group.shifts.max() for group in groups if group.shifts.size), default=24.0) / 24))
        names, weekday = weekday_names(self.lang), groups[0].weekday
        for row, group in enumerate(groups):
            if not group.shifts.size:
                continue
            bars = [(start, end - start) for start, end in group.shifts.tolist()]
            tips = [self._say("shift", people=number(group.people), start=_at(start), end=_at(end),
                             day=names[(weekday + int(start // 24)) % 7])
                    for start, end in group.shifts.tolist()]  # fmt: skip
            add_tips(ax.broken_barh(bars, (row - 0.38, 0.76), color=colours[group.team], linewidth=0), tips)
        rows_axis(ax, self._rows())
        ax.set_xlim(0, 24 * days)
        ax.set_xticks(range(0, 24 * days + 1, 24), [""] * (days + 1))
        ax.set_xticks(range(12, 24 * days, 24), [names[(weekday + day) % 7] for day in range(days)],
                      minor=True)  # fmt: skip
        ax.tick_params(axis="x", which="minor", length=0)
        ax.grid(axis="x")
        ax.set_xlabel(self.first_day())
        return ax

    def first_day(self) -> str:
        """From which day on."""
        return self._say("first-day")

    def _say(self, key: str, **values: object) -> str:
        return self.say(f"charts.roster-gantt-{key}", **values)

    def _rows(self) -> list[str]:
        """A label for each group, or in the middle of those of a roster where they are many."""
        groups = self.subject.roster
        if len(groups) <= _LABELLED:
            return [self._row(place) for place in range(len(groups))]
        labels = [""] * len(groups)
        keys = [(group.team, group.roster) for group in groups]
        for team, roster in dict.fromkeys(keys):
            rows = [row for row, key in enumerate(keys) if key == (team, roster)]
            people = sum(groups[row].people for row in rows)
            labels[rows[len(rows) // 2]] = f"{self.name_of(team)} · {self.name_of(roster)} ({people})"
        return labels

    def _row(self, place: int) -> str:
        group = self.subject.roster[place]
        alone = [(each.team, each.roster) for each in self.subject.roster].count((group.team, group.roster)) == 1
        turn = "" if alone else f" {group.group}"
        return f"{self.name_of(group.team)} · {self.name_of(group.roster)}{turn} ({group.people})"


@chart("run", "roster_gantt", 65, height=4.6)
class RosterGanttChart(ShiftsChart[Report]):
    """Shifts of a run."""

    def first_day(self) -> str:
        """The number of the day."""
        return self.say("day", day=number(self.subject.backlog.window_days[0]))


def _at(hours: float) -> str:
    minutes = round(60 * hours) % 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"
