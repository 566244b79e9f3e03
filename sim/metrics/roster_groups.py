"""Who comes when: the groups of people that take turns on each roster, over the first fortnight of the window."""

from typing import Final

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.metrics.figures.teams import RosterGroup
from sim.sampling.headcount import people_of_roster
from sim.sampling.roster import people_of_groups, shifts_of
from sim.scenario.setting import Setting

FORTNIGHT: Final = 14 * DAY
"""How long a part of the window is told."""


def roster_groups(setting: Setting) -> tuple[RosterGroup, ...]:
    """The groups of all teams that count, in the order of the scenario; those without people are left out."""
    scenario, found = setting.scenario, []
    start = scenario.window_start // DAY * DAY
    weekday = int(setting.calendar.weekday[start // DAY])
    end = min(start + FORTNIGHT, scenario.window_end)
    for name, team in scenario.teams.items():
        for roster in team.staff if team.counted else ():
            people, pattern = people_of_roster(setting, name, roster), scenario.roster(roster)
            if pattern is None:
                groups, spans = people[:, np.newaxis], [np.array([[start, end]])]
            else:
                groups, shifts = people_of_groups(pattern, people), shifts_of(pattern, setting)
                spans = [
                    np.stack([shifts.start[own], shifts.end[own]], axis=1)
                    for own in (shifts.group == group for group in range(groups.shape[1]))
                ]
            for group, (heads, of_group) in enumerate(zip(groups.sum(axis=0).tolist(), spans, strict=True), start=1):
                shown = of_group[(of_group[:, 1] > start) & (of_group[:, 0] < end)].clip(start, end)
                if heads:
                    hours = (shown[np.argsort(shown[:, 0])] - start) / HOUR
                    found.append(RosterGroup(name, roster, group, int(heads), weekday, hours))
    return tuple(found)
