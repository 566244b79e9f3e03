"""People on duty, people busy, and people that late letters would have needed, by hour of the week and by unit."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import HOUR
from sim.core.tables import Floats, Int64s
from sim.metrics.counting import add_by_hour, add_work
from sim.metrics.figures.teams import StaffedWeek
from sim.metrics.hours import HOURS_OF_WEEK, hour_of_week, window_by_slot
from sim.metrics.replication import Fate, Replication
from sim.scenario.setting import Setting

_MOST_UNITS: Final = 20
"""Units of a team that are told one by one; of more, those within the same unit above are told together."""

_DIGITS: Final = 3


class StaffedSeconds(NamedTuple):
    """Person-seconds of the window by group of `staffed_groups` and hour of the week.

    Each of shape (groups, 168).
    """

    on_duty: Floats
    busy: Floats  # other duty and overtime included
    needed: Floats  # busy, had everybody begun a late letter's work when it joined the queue


class StaffedGroup(NamedTuple):
    """A unit, or units of a team that lie within the same unit."""

    team: str
    name: str  # of the unit, or of that above
    units: Int64s


def staffed_groups(setting: Setting) -> Iterator[StaffedGroup]:
    """Units of the teams that count: one by one, or by the unit above where a team has many."""
    places = setting.places
    for team, written in setting.scenario.teams.items():
        if not written.counted:
            continue
        units = np.array(places.of_team(team))
        above = units
        while len(np.unique(above)) > _MOST_UNITS and (places.above[above] >= 0).all():
            above = places.above[above].astype(np.int64)
        if len(np.unique(above)) > _MOST_UNITS:
            yield StaffedGroup(team, team, units)
            continue
        for unit in np.unique(above).tolist():
            yield StaffedGroup(team, places.names[unit], units[above == unit])


def staffed_seconds(replication: Replication) -> StaffedSeconds:
    """Add up the window; the log must have stretches."""
    setting, roster, stretches = replication.setting, replication.roster, replication.log.stretches
    assert stretches is not None, "simulated with stretches"
    scenario, groups = setting.scenario, list(staffed_groups(setting))
    group_of = np.full(setting.places.units, -1)
    for index, group in enumerate(groups):
        group_of[group.units] = index
    window = (scenario.window_start, scenario.window_end)
    hours = hour_of_week(setting, np.arange(0, scenario.horizon + HOUR, HOUR).clip(max=scenario.horizon - 1))

    on_duty, in_time, delayed, at_once = np.zeros((4, len(groups), HOURS_OF_WEEK))
    people = roster.people.astype(np.int64)
    add_by_hour(group_of[roster.unit], roster.start, roster.end, people, hours, window, on_duty)
    visits = replication.row_of_visit, _late_until(replication), replication.workload.service
    add_work(stretches, *visits, group_of, hours, window, in_time, delayed, at_once)
    return StaffedSeconds(on_duty=on_duty, busy=in_time + delayed, needed=in_time + at_once)


def _late_until(replication: Replication) -> Int64s:
    """When the last clock stops that each letter overran, of SLAs with a target; 0 for letters in time."""
    until = np.zeros(len(replication.letters), dtype=np.int64)
    for sla, clock in zip(replication.setting.scenario.sla.values(), replication.clocks, strict=True):
        if sla.target is not None:
            until = np.maximum(until, np.where((clock.fate == Fate.BREACHED) & replication.counted, clock.end, 0))
    return until


def staffed_weeks(setting: Setting, seconds: StaffedSeconds) -> tuple[StaffedWeek, ...]:
    """Averages over replications, those first where most people lack.

    Args:
        seconds: with a first axis for the replications.
    """
    window = window_by_slot(setting)

    def people(of: Floats, group: int) -> Floats:
        mean = of[:, group].mean(axis=0, dtype=np.float64)
        averages: Floats = np.round(np.divide(mean, window, out=np.zeros(len(mean)), where=window > 0), _DIGITS)
        return averages

    weeks = [
        StaffedWeek(
            team=group.team,
            name=group.name,
            units=len(group.units),
            **{column: people(getattr(seconds, column), index) for column in StaffedSeconds._fields},
        )
        for index, group in enumerate(staffed_groups(setting))
    ]
    return tuple(sorted(weeks, key=lambda week: -float(week.lacking.clip(0).sum())))
