"""The work that an ordinary week brings to each unit, and the hours of duty that it has to do it in: exact means.

A queue whose work fills its hours grows without end, whatever the seed. The week has no holidays and nobody queues.
Letters, their ways through the workflow, their efforts and absences enter by their means. Only which part of the
letters cover or escalation takes to another unit, and how often somebody is there for other duty, is seen in
replications.
"""

from collections import Counter
from collections.abc import Sequence
from math import lgamma
from typing import NamedTuple

import numpy as np

from sim.clock import DAY, HOUR, WEEK
from sim.drawing.expected_visits import expected_visits
from sim.drawing.jurisdiction import area_of, home_team, letters_of_units, named_units
from sim.drawing.quantiles import mean
from sim.drawing.rates import letters_a_day
from sim.forecast.load import awake
from sim.measuring.outcome import Outcome
from sim.models.arrivals import Trace
from sim.models.staffing import Team
from sim.models.workflow import WorkStep
from sim.roster import people_of_groups, people_of_units
from sim.setting import Setting
from sim.tables import NO_UNIT, Floats


class OrdinaryWeek(NamedTuple):
    """Person-seconds of each unit in a week, shape (units,)."""

    work: Floats
    on_duty: Floats


class Presence(NamedTuple):
    """People of each unit whom a shift of a roster has on average, shape (units,)."""

    people: Floats
    stand_ins: Floats  # of them, those who take the place of absent ones
    shifts: float  # of each of them, a week


def ordinary_week(setting: Setting, outcomes: Sequence[Outcome]) -> OrdinaryWeek:
    """Work and hours of duty in a week at the rate at which letters come when the window ends.

    Args:
        outcomes: replications that were simulated without queues, at least one.
    """
    return OrdinaryWeek(_letters_work(setting, outcomes) + other_duty(setting, outcomes), on_duty(setting))


def on_duty(setting: Setting) -> Floats:
    """Person-seconds on duty in a week, shape (units,)."""
    scenario = setting.scenario
    seconds = np.zeros(setting.places.units)
    for name, team in scenario.teams.items():
        units = setting.places.of_team(name)
        for roster in team.staff:
            pattern = scenario.roster(roster)
            hours = WEEK / HOUR if pattern is None else pattern.hours_a_week
            seconds[units.start : units.stop] += presence(setting, name, roster).people * hours * HOUR
    return seconds


def presence(setting: Setting, name: str, roster: str) -> Presence:
    """Whom an average shift of a team's roster has, absences and those who stand in for them included."""
    team, units = setting.scenario.teams[name], setting.places.of_team(name)
    share = setting.places.share[units.start : units.stop]
    people = people_of_units(team, roster, team.staff[roster], share)
    pattern = setting.scenario.roster(roster)
    if pattern is None:
        return Presence(people.astype(np.float64), np.zeros(len(people)), 0.0)
    groups = people_of_groups(pattern, people)
    sizes, which = np.unique(groups, return_inverse=True)
    stand_ins = np.array([_stand_ins(size, team) for size in sizes.tolist()])[which].reshape(groups.shape).sum(axis=1)
    days = pattern.days_of_shifts
    return Presence(
        people * (1 - team.absence) + stand_ins, stand_ins, sum(len(spans) for spans in days) * 7 / len(days)
    )


def _stand_ins(people: int, team: Team) -> float:
    """How many stand in on average so that a shift of some people does not fall below its least number."""
    least = min(people, team.at_least)
    if not least or not 0 < team.absence < 1:
        return least * team.absence
    present = np.arange(least)
    ways = np.array([lgamma(people + 1) - lgamma(each + 1) - lgamma(people - each + 1) for each in present.tolist()])
    chance = np.exp(ways + present * np.log1p(-team.absence) + (people - present) * np.log(team.absence))
    return float(((least - present) * chance).sum())


def _letters_work(setting: Setting, outcomes: Sequence[Outcome]) -> Floats:
    work = np.zeros(setting.places.units)
    for index, of_step in work_of_steps(setting).items():
        step = setting.scenario.workflow[index]
        stays = isinstance(step, WorkStep) and step.cover is None and step.escalate is None
        work += of_step if stays else _moved(index, of_step, outcomes)
    return work


def work_of_steps(setting: Setting) -> dict[int, Floats]:
    """Person-seconds a week that letters bring to their own unit at each step with people, shape (units,) each."""
    scenario, places = setting.scenario, setting.places
    by_home, visits = _letters(setting), expected_visits(scenario)
    work: dict[int, Floats] = {}
    for index, step in enumerate(scenario.workflow):
        if not isinstance(step, WorkStep):
            continue
        of_step = work[index] = np.zeros(places.units)
        first, again = visits[:, :, index]
        for row, category in enumerate(scenario.categories):
            if not first[row] + again[row]:
                continue
            effort = (first[row] + again[row] * step.effort_again) * mean(step.effort.of(category))
            for team, share in step.by.of(category).items():
                units = places.of_team(team)
                letters = letters_of_units(setting, team, by_home)[row]
                of_step[units.start : units.stop] += letters * share * effort
    return work


def _letters(setting: Setting) -> Floats:
    """Letters a week by category and home unit, shape (categories, units of the home team)."""
    scenario, places = setting.scenario, setting.places
    team = home_team(places)
    units = places.of_team(team)
    homes = np.tile(places.share[units.start : units.stop], (len(scenario.categories), 1))
    named = named_units(setting, team)
    rows = np.flatnonzero(named != NO_UNIT)
    homes[rows] = 0.0
    homes[rows, named[rows] - units.start] = 1.0
    share = np.array([category.share for category in scenario.categories.values()])
    if scenario.arrivals.trace is not None:
        return _recorded(setting, scenario.arrivals.trace, share, homes)
    last = -(-scenario.window_end // DAY)
    week = letters_a_day(scenario.arrivals.per_day, last)[-7:].mean() * 7
    letters: Floats = week * share[:, np.newaxis] * homes
    for surge in scenario.arrivals.surges:
        begin = setting.calendar.seconds_of(surge.from_)
        # What comes and goes within the window does not last.
        if begin <= scenario.window_start and begin + surge.lasts >= scenario.window_end:
            concerned = np.array([surge.category in (None, category) for category in scenario.categories])
            letters *= np.where(concerned[:, np.newaxis] & area_of(places, surge.unit), surge.times, 1.0)
    return letters


def _recorded(setting: Setting, trace: Trace, share: Floats, homes: Floats) -> Floats:
    """Recorded letters of the window's last whole weeks, a week; of a shorter window all."""
    scenario, rows = setting.scenario, trace.letters
    start = np.datetime64(scenario.start, "s")
    received = (rows.received.astype("datetime64[s]") - start).astype(np.int64)
    weeks = max((scenario.window_end - scenario.window_start) // WEEK, 1)
    begin = max(scenario.window_start, scenario.window_end - weeks * WEEK)
    chosen = np.flatnonzero((received >= begin) & (received < scenario.window_end)).tolist()
    units = setting.places.of_team(home_team(setting.places))
    category = {name: row for row, name in enumerate(scenario.categories)}
    unit = {setting.places.names[each]: each - units.start for each in units}
    letters = np.zeros_like(homes)
    kinds = Counter((rows.category[row], rows.unit[row]) for row in chosen)
    for (said, home), times in kinds.items():
        of_kind = np.eye(len(share))[category[said]] if said else share
        at = np.eye(homes.shape[1])[[unit[home]] * len(share)] if home else homes
        letters += times * of_kind[:, np.newaxis] * at
    return letters * (WEEK / (scenario.window_end - begin))


def _moved(step: int, work: Floats, outcomes: Sequence[Outcome]) -> Floats:
    """Work of a step by the unit that does it, in the parts that cover and escalation took there in replications."""
    units = len(work)
    codes = []
    for outcome in outcomes:
        workload, served_by = outcome.workload, outcome.log.served_by
        visits = np.flatnonzero((workload.step == step) & (served_by != NO_UNIT))
        codes.append(workload.unit[visits].astype(np.int64) * units + served_by[visits])
    moves, times = np.unique(np.concatenate(codes), return_counts=True)
    own, by = np.divmod(moves, units)
    seen = np.bincount(own, times, units)
    done = np.bincount(by, work[own] * times / np.maximum(seen[own], 1), units)
    return done.astype(np.float64) + np.where(seen > 0, 0.0, work)


def other_duty(setting: Setting, outcomes: Sequence[Outcome]) -> Floats:
    """Person-seconds of other duty in a week, shape (units,)."""
    scenario = setting.scenario
    work = np.zeros(setting.places.units)
    if any(team.other_duty is not None for team in scenario.teams.values()):
        present = sum(awake(outcome.setting, outcome.roster).sum(axis=1) for outcome in outcomes)
        attended = present / sum(outcome.setting.scenario.window for outcome in outcomes)
        for name, team in scenario.teams.items():
            if team.other_duty is not None:
                units = setting.places.of_team(name)
                jobs = team.other_duty.per_hour * WEEK / HOUR * attended[units.start : units.stop]
                work[units.start : units.stop] = jobs * mean(team.other_duty.effort)
    return work
