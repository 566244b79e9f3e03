"""The work that an ordinary week brings to each unit, and the hours of duty that it has to do it in: exact means.

A queue whose work fills its hours grows without end, whatever the seed. The week has no holidays and nobody queues.
Letters, their ways through the workflow, their efforts and absences enter by their means. Only which part of the work
cover or escalation takes to another unit, which part never comes because its letters wait for ever before, and how
often somebody is there for other duty, is seen in replications.
"""

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR, WEEK
from sim.core.tables import NO_UNIT, OTHER_DUTY, Floats
from sim.metrics.replication import Replication
from sim.models.scenario import Scenario
from sim.models.traces import Trace
from sim.models.workflow import WorkStep
from sim.sampling.arrival_rate import letters_a_day
from sim.sampling.attendance import average_on_duty
from sim.sampling.expected_visits import expected_visits
from sim.sampling.jurisdiction import area_of, letters_of_units, named_units
from sim.sampling.quantiles import mean
from sim.scenario.setting import Setting


class OrdinaryWeek(NamedTuple):
    """Person-seconds of each unit in a week, shape (units,)."""

    work: Floats
    on_duty: Floats


def ordinary_week(setting: Setting, replications: Sequence[Replication]) -> OrdinaryWeek:
    """Work and hours of duty in a week at the rate at which letters come when the window ends.

    Args:
        replications: replications simulated with infinite servers, at least one.
    """
    work = _letters_work(setting, replications, work_of_steps(setting))
    return OrdinaryWeek(work + other_duty(setting, replications), average_on_duty(setting))


def work_that_stays(setting: Setting, replications: Sequence[Replication]) -> Floats:
    """Person-seconds a week that come to each unit however many letters leave out of patience, shape (units,).

    The part of an ordinary week's work that leaves no queue: all of it where no step has `patience`.

    Args:
        replications: as of `ordinary_week`.
    """
    work = _letters_work(setting, replications, work_of_steps(setting, all_leave=True))
    return work + other_duty(setting, replications)


def _letters_work(setting: Setting, replications: Sequence[Replication], work_of: dict[int, Floats]) -> Floats:
    reached = _reached(setting, replications)
    work = np.zeros(setting.places.units)
    for index, planned in work_of.items():
        of_step = planned * reached[index]
        work += of_step if _stays(setting, index) else _moved(index, of_step, replications)
    return work


def own_work(setting: Setting) -> Floats:
    """Person-seconds a week that letters bring to each unit and that nobody else may take over, shape (units,)."""
    mine = [planned for index, planned in work_of_steps(setting).items() if _stays(setting, index)]
    return np.sum(mine, axis=0) if mine else np.zeros(setting.places.units)


def _stays(setting: Setting, index: int) -> bool:
    """Whether the work of a step is always done, and by the unit that it comes to."""
    step = setting.scenario.workflow[index]
    if any(rule.move_to is not None for rule in setting.scenario.supervise):
        return False
    return isinstance(step, WorkStep) and step.cover is None and step.escalate is None and step.patience is None


def work_of_steps(setting: Setting, *, all_leave: bool = False) -> dict[int, Floats]:
    """Person-seconds a week that letters bring to their own unit at each step with people, shape (units,) each.

    A unit whose letters all leave out of patience before they wait for long has none: what is too much for it goes.
    Elsewhere nobody is taken to leave, and all work is counted that may come.

    Args:
        all_leave: whether all who can leave out of patience do, so that work is counted that surely comes.
    """
    scenario, places = setting.scenario, setting.places
    by_home, visits = _letters(setting), expected_visits(scenario, all_leave=all_leave)
    work: dict[int, Floats] = {}
    some_stay = np.zeros(places.units, dtype=np.bool_)
    for index, step in enumerate(scenario.workflow):
        if not isinstance(step, WorkStep):
            continue
        of_step = work[index] = np.zeros(places.units)
        times = visits[0, :, :, index] + visits[1, :, :, index] * step.effort_again
        for row, category in enumerate(scenario.categories):
            for team, effort in _efforts(scenario, step, category, times[row]).items():
                units = places.of_team(team)
                of_step[units.start : units.stop] += letters_of_units(setting, team, by_home)[row] * effort
        if step.patience is None:
            some_stay |= of_step > 0
    return {index: np.where(some_stay, of_step, 0.0) for index, of_step in work.items()}


def _efforts(scenario: Scenario, step: WorkStep, category: str, times: Floats) -> dict[str, float]:
    """Mean seconds of a step that a letter of a category brings to each team.

    Args:
        times: mean number of visits by channel, later ones by their share of the effort.
    """
    efforts: dict[str, float] = {}
    for (channel, share), visits in zip(scenario.channel_shares.items(), times.tolist(), strict=True):
        if visits:
            effort = share * visits * mean(step.effort.of(category, channel))
            for team, part in step.by.of(category, channel).items():
                efforts[team] = efforts.get(team, 0.0) + effort * part
    return efforts


def _letters(setting: Setting) -> Floats:
    """Letters a week by category and home unit, shape (categories, units of the home team)."""
    scenario, places = setting.scenario, setting.places
    team = places.home_team
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
    week = letters_a_day(setting, last)[-7:].mean() * 7
    letters: Floats = week * share[:, np.newaxis] * homes
    for surge in scenario.arrivals.surges:
        begin, end = surge.seconds(setting.calendar, scenario.horizon)
        # What comes and goes within the window does not last.
        if begin <= scenario.window_start and end >= scenario.window_end:
            concerned = np.array([surge.category in (None, category) for category in scenario.categories])
            letters *= np.where(concerned[:, np.newaxis] & area_of(places, surge.unit), surge.times, 1.0)
    return letters


def _recorded(setting: Setting, trace: Trace, share: Floats, homes: Floats) -> Floats:
    """Recorded letters of the window's last whole weeks, a week; of a shorter window all."""
    scenario, rows = setting.scenario, trace.letters
    received = rows.seconds_from(scenario.start)
    weeks = max((scenario.window_end - scenario.window_start) // WEEK, 1)
    begin = max(scenario.window_start, scenario.window_end - weeks * WEEK)
    chosen = np.flatnonzero((received >= begin) & (received < scenario.window_end)).tolist()
    units = setting.places.of_team(setting.places.home_team)
    category = {name: row for row, name in enumerate(scenario.categories)}
    unit = {setting.places.names[each]: each - units.start for each in units}
    letters = np.zeros_like(homes)
    kinds = Counter((rows.category[row], rows.unit[row]) for row in chosen)
    for (said, home), times in kinds.items():
        of_kind = np.eye(len(share))[category[said]] if said else share
        at = np.eye(homes.shape[1])[[unit[home]] * len(share)] if home else homes
        letters += times * of_kind[:, np.newaxis] * at
    return letters * (WEEK / (scenario.window_end - begin))


def _reached(setting: Setting, replications: Sequence[Replication]) -> Floats:
    """Share of the work of each step and own unit that nothing earlier keeps from coming, shape (steps, units).

    A letter stays where nobody is ever on duty, neither at its unit nor where cover or escalation would take it.
    """
    shape = (len(setting.scenario.workflow), setting.places.units)
    whole, come = np.zeros(prod(shape)), np.zeros(prod(shape))
    for replication in replications:
        workload = replication.workload
        staffed = np.append(replication.attendance.ever(), False)  # of NO_UNIT
        stays = workload.unit != NO_UNIT
        for place in (workload.unit, workload.cover, workload.escalate_to):
            stays &= ~staffed[place]
        before = np.cumsum(stays) - stays
        comes = before == before[workload.first_visit[workload.letter_of_visit()]]
        work = (workload.step != OTHER_DUTY) & (workload.unit != NO_UNIT)
        code = np.ravel_multi_index((workload.step[work], workload.unit[work]), shape)
        whole += np.bincount(code, workload.service[work], len(whole))
        come += np.bincount(code, workload.service[work] * comes[work], len(come))
    share: Floats = np.divide(come, whole, out=np.ones(len(whole)), where=whole > 0)
    return share.reshape(shape)


def _moved(step: int, work: Floats, replications: Sequence[Replication]) -> Floats:
    """Work of a step by the unit that does it, in the parts that cover and escalation took there in replications.

    Args:
        work: by own unit, shape (units,).
    """
    units, codes, services = len(work), [], []
    for replication in replications:
        workload, served_by = replication.workload, replication.log.served_by
        visits = np.flatnonzero((workload.step == step) & (served_by != NO_UNIT))
        codes.append(workload.unit[visits].astype(np.int64) * units + served_by[visits])
        services.append(workload.service[visits])
    moves, which = np.unique(np.concatenate(codes), return_inverse=True)
    seconds = np.bincount(which, np.concatenate(services), len(moves))
    own, by = np.divmod(moves, units)
    whole = np.bincount(own, seconds, units)
    done = np.bincount(by, work[own] * seconds / whole[own], units)
    return done.astype(np.float64) + np.where(whole > 0, 0.0, work)


def other_duty(setting: Setting, replications: Sequence[Replication]) -> Floats:
    """Person-seconds of other duty in a week, shape (units,)."""
    scenario = setting.scenario
    work = np.zeros(setting.places.units)
    if any(team.other_duty is not None for team in scenario.teams.values()):
        present = np.sum([_attended(replication) for replication in replications], axis=0)
        attended = present / sum(replication.setting.scenario.window for replication in replications)
        for name, team in scenario.teams.items():
            if team.other_duty is not None:
                units = setting.places.of_team(name)
                jobs = team.other_duty.per_hour * WEEK / HOUR * attended[units.start : units.stop]
                work[units.start : units.stop] = jobs * mean(team.other_duty.effort)
    return work


def _attended(replication: Replication) -> Floats:
    """Seconds of the window in which anybody is on duty, shape (units,)."""
    scenario = replication.setting.scenario
    unit, start, end = replication.attendance.periods(scenario.window_start, scenario.window_end)
    return np.bincount(unit, end - start, replication.roster.units).astype(np.float64)
