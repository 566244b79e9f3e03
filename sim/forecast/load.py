"""Offered load: the people that the work would keep busy, hour by hour, if nobody ever had to wait for them.

The visits of some replications are laid over time by the engine itself, under a roster in which every shift that
has anybody has as many as anybody could want. So cover, escalation, shift ends, loops and waits for an office to
open are as they will be, and only queues are left out.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR, WEEK, Clock
from sim.core.tables import OTHER_DUTY, WORK, Bools, Floats, Int64s, Ints, Roster
from sim.metrics.hours import slots_of_week, window_by_slot
from sim.metrics.occupancy import Cells, count_intervals
from sim.metrics.replication import Replication
from sim.models.scenario import Scenario
from sim.models.sla import Sla
from sim.sampling.attendance import person_seconds
from sim.scenario.setting import Setting

MINUTE_CLOCK: Final = 2 * HOUR
"""An SLA with a limit up to this is met or missed by who is on duty at that hour, not by who works that day."""

CLASSES: Final = 40


class Load(NamedTuple):
    """What is asked of people, and what there is of them, in the window; sums over replications.

    A class of work is its priority, whether it can be interrupted, and whether it can be put off: see `class_of`.
    """

    seconds: Int64s  # length of each hour of the week, or of another slot of it, (168,)
    on_duty: Floats  # person-seconds, (teams, 168)
    staffed: Floats  # seconds with anybody on duty, (units, 168)
    work: Floats  # person-seconds as they come, (teams, CLASSES, 168)
    unit_on_duty: Floats  # (units,)
    unit_work: Floats  # (units,)
    visits: Floats  # number, sum of services and of their squares, (3, teams, CLASSES)

    def levelled(self) -> Floats:
        """Work by hour of the week, with what can be put off spread over the time on duty, (teams, CLASSES, 168)."""
        total = self.on_duty.sum(axis=1)[:, np.newaxis]
        share = np.divide(self.on_duty, total, out=np.zeros_like(self.on_duty), where=total > 0)
        spread = self.work.sum(axis=2)[:, :, np.newaxis] * share[:, np.newaxis]
        put_off = (np.arange(CLASSES) & 1)[:, np.newaxis] * (total > 0)[:, :, np.newaxis]
        return np.where(put_off, spread, self.work)


def short_of_staff(needed: Floats, on_duty: Floats | float, least: Floats | float = 0.0) -> Bools:
    """Where work needs as many people as are on duty or more; same shape as `needed`.

    Args:
        least: people that must be missing besides.
    """
    short: Bools = (needed > 0) & (needed - on_duty >= least)
    return short


def is_minute_clock(sla: Sla) -> bool:
    """Whether an SLA is about minutes."""
    return sla.within.clock is Clock.CALENDAR and sla.within.seconds <= MINUTE_CLOCK


def can_be_put_off(scenario: Scenario) -> Bools:
    """Steps that no minute clock waits for, though there are SLAs; the last entry is other duty, (steps + 1,)."""
    put_off = np.full(len(scenario.workflow) + 1, bool(scenario.sla))
    put_off[OTHER_DUTY] = False
    names = [step.name for step in scenario.workflow]
    for sla in scenario.sla.values():
        if is_minute_clock(sla):
            begin, end = (milestone.rpartition(".")[0] for milestone in (sla.from_, sla.until))
            first = names.index(begin) if begin else 0
            last = names.index(end) if end else len(names) - 1
            put_off[first : last + 1] = False
    return put_off


def class_of(replication: Replication) -> Int64s:
    """Class of each visit: 4 x priority + 2 if it can be interrupted + 1 if it can be put off, (visits,)."""
    workload = replication.workload
    put_off = can_be_put_off(replication.setting.scenario)[workload.step]
    classes: Int64s = 4 * workload.priority.astype(np.int64) + 2 * workload.interruptible + put_off
    return classes


def load_of(replications: Sequence[Replication], slot: int = HOUR) -> Load:
    """Add up replications that were simulated with infinite servers, at least one.

    Args:
        slot: seconds; the week is divided into slots of this length, which an hour is a multiple of.
    """
    parts = [_load(replication, slot) for replication in replications]
    return Load(*(np.sum(columns, axis=0) for columns in zip(*parts, strict=True)))


def _load(replication: Replication, slot: int) -> Load:
    setting, places, stretches = replication.setting, replication.setting.places, replication.log.stretches
    assert stretches is not None, "simulated with stretches"
    scenario, roster = setting.scenario, replication.roster
    begin, stop = scenario.window_start, scenario.window_end
    is_work = np.flatnonzero(stretches.kind == WORK)
    visit, unit = stretches.visit[is_work], stretches.unit[is_work]
    start = stretches.start[is_work]
    end = np.maximum(np.minimum(stretches.end[is_work], roster.end[stretches.shift[is_work]]), start)
    classes = class_of(replication)
    teams = len(places.teams)
    code = places.team_of[unit] * CLASSES + classes[visit]
    occurs = np.bincount(code, minlength=teams * CLASSES) > 0
    group = (np.cumsum(occurs) - 1)[code]  # sums of the codes that occur are fewer
    start, end = np.clip(start, begin, stop), np.clip(end, begin, stop)
    work = np.zeros((teams * CLASSES, slots_of_week(slot)))
    work[occurs] = _by_slot(setting, int(occurs.sum()), group, start, end, slot)
    attended = replication.attendance.periods(begin, stop)
    served = np.flatnonzero(replication.log.served_by >= 0)
    key = places.team_of[replication.log.served_by[served]] * CLASSES + classes[served]
    service = replication.workload.service[served].astype(np.float64)
    powers = [np.bincount(key, service**power, teams * CLASSES).reshape(teams, CLASSES) for power in range(3)]
    return Load(
        seconds=window_by_slot(setting, slot),
        on_duty=on_duty_of_teams(setting, roster, slot),
        staffed=_by_slot(setting, places.units, *attended, slot),
        work=work.reshape(teams, CLASSES, -1),
        unit_on_duty=np.bincount(roster.unit, person_seconds(roster, begin, stop), places.units).astype(np.float64),
        unit_work=np.bincount(unit, end - start, places.units).astype(np.float64),
        visits=np.array(powers),
    )


def on_duty_of_teams(setting: Setting, roster: Roster, slot: int = HOUR) -> Floats:
    """Person-seconds of the window by slot of the week, (teams, slots)."""
    window, places = (setting.scenario.window_start, setting.scenario.window_end), setting.places
    start, end = np.clip(roster.start, *window), np.clip(roster.end, *window)
    return _by_slot(setting, len(places.teams), places.team_of[roster.unit], start, end, slot, roster.people)


def _by_slot(
    setting: Setting, groups: int, group: Ints, start: Int64s, end: Int64s, slot: int, people: Ints | None = None
) -> Floats:
    """Seconds of the intervals [start, end) by group and slot of the week, (groups, slots).

    Args:
        people: how many each interval stands for; one if not said.
    """
    weeks, rest = np.divmod(end - start, WEEK)
    start = (start + setting.calendar.weekday[0] * DAY) % WEEK
    # What is left of the whole weeks ends in the same week or the next.
    around = count_intervals(Cells(2 * WEEK, (), slot), groups, group, start, start + rest, people).seconds
    whole = slot * np.bincount(group, weeks if people is None else weeks * people, groups)
    seconds: Floats = around.reshape(groups, 2, slots_of_week(slot)).sum(axis=1) + whole[:, np.newaxis]
    return seconds
