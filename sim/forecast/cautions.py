"""What a planner should know before a run: things that a scenario may say, but hardly means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from sim.clock import DAY
from sim.forecast.load import Load
from sim.measuring.outcome import Outcome
from sim.models.workflow import WorkStep
from sim.public_holidays import regional_days, unannounced_years
from sim.setting import Setting
from sim.tables import NO_UNIT, NOT_YET


@dataclass(frozen=True)
class Caution:
    """Something to be warned of; a sentence of `key` is filled with `values`."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


def cautions(setting: Setting, outcomes: Sequence[Outcome], load: Load) -> list[Caution]:
    """Everything to be warned of, from a scenario, and from replications of it that were lived without queues."""
    return [
        *_never_anybody(setting, outcomes),
        *_overloaded(setting, load),
        *_held_back(setting),
        *_cool_down(setting),
        *_holidays(setting),
        *_trace(setting),
    ]


def _never_anybody(setting: Setting, outcomes: Sequence[Outcome]) -> Iterator[Caution]:
    """Units at which letters wait though nobody ever comes."""
    places = setting.places
    stuck = np.zeros(places.units)
    for outcome in outcomes:
        workload, log, roster = outcome.workload, outcome.log, outcome.roster
        staffed = np.zeros(places.units, dtype=np.bool_)
        staffed[roster.unit[roster.people > 0]] = True
        waits = np.flatnonzero((workload.unit != NO_UNIT) & (log.queued != NOT_YET) & (log.finished == NOT_YET))
        unit = workload.unit[waits]
        stuck += np.bincount(unit[~staffed[unit]], minlength=places.units)
    for team, name in enumerate(places.teams):
        units = np.flatnonzero((stuck > 0) & (places.team_of == team))
        if len(units):
            letters = stuck[units].sum() / len(outcomes) / (setting.scenario.horizon / DAY)
            names = [places.names[unit] for unit in units[:3].tolist()]
            yield Caution("nobody ever", {"team": name, "units": len(units), "names": names, "a_day": float(letters)})


def _overloaded(setting: Setting, load: Load) -> Iterator[Caution]:
    """Teams and units that have more work than time on duty, so that their backlog grows."""
    places = setting.places
    for team, name in enumerate(places.teams):
        on_duty, work = load.on_duty[team].sum(), load.work[team].sum()
        units = slice(places.first[team], places.first[team + 1])
        many = int((load.unit_work[units] >= load.unit_on_duty[units])[load.unit_on_duty[units] > 0].sum())
        if on_duty > 0 and work >= on_duty:
            yield Caution("overloaded", {"team": name, "utilisation": float(work / on_duty)})
        elif many:
            of = places.first[team + 1] - places.first[team]
            yield Caution("units overloaded", {"team": name, "units": many, "of": of})


def _held_back(setting: Setting) -> Iterator[Caution]:
    """Steps that interrupt, but not while something still more urgent that does not interrupt waits before them."""
    work = [step for step in setting.scenario.workflow if isinstance(step, WorkStep)]
    for name, team in setting.scenario.teams.items():
        here = [
            (step.name, step.priority.values, step.interrupts, step.interruptible)
            for step in work
            if any(name in routing for routing in step.by.values) or step.cover == name
        ]
        if team.other_duty is not None:
            duty = team.other_duty
            here.append(("other duty", [duty.priority], duty.interrupts, duty.interruptible))
        for urgent, priorities, interrupts, _ in here:
            would_interrupt = any(
                interruptible and max(others) > min(priorities) for _, others, _, interruptible in here
            )
            holds = [step for step, others, cuts_in, _ in here if not cuts_in and min(others) < max(priorities)]
            if interrupts and would_interrupt and holds:
                yield Caution("held back", {"team": name, "urgent": urgent, "holding": holds})


def _cool_down(setting: Setting) -> Iterator[Caution]:
    """A simulation that ends before the limits of its last letters have passed."""
    scenario = setting.scenario
    for name, sla in scenario.sla.items():
        try:
            needed = setting.calendar.time_for(sla.within, scenario.window_end, sla.office_hours)
        except ValueError:
            needed = scenario.cooling + DAY
        if scenario.cooling < needed:
            yield Caution("cool_down", {"sla": name, "cool_down_d": scenario.cooling / DAY, "limit": str(sla.within)})


def _holidays(setting: Setting) -> Iterator[Caution]:
    """Years whose make-up working days are not known, and holidays of regions where no region is named."""
    scenario = setting.scenario
    if scenario.holidays is None:
        return
    last = scenario.start + timedelta(seconds=scenario.horizon - 1)
    for year in unannounced_years(scenario.holidays.rule, scenario.start, last):
        yield Caution("holidays", {"year": year})
    regional = regional_days(scenario.holidays.rule, scenario.start, last)
    if regional is not None:
        first = ", ".join(day.isoformat() for day in regional.days[:3])
        dates = first if len(regional.days) <= 3 else f"{first}, ..."
        values = {"country": regional.country, "days": len(regional.days), "dates": dates}
        yield Caution("regions", values | {"example": regional.regions[0]})


def _trace(setting: Setting) -> Iterator[Caution]:
    """Letters of a trace outside the simulated time."""
    scenario = setting.scenario
    if scenario.arrivals.trace is None:
        return
    received = scenario.arrivals.trace.letters.received
    begin = np.datetime64(scenario.start, "s")
    outside = int(((received < begin) | (received >= begin + np.timedelta64(scenario.horizon, "s"))).sum())
    if outside:
        yield Caution("trace", {"outside": outside, "of": len(received)})
