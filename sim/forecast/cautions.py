"""What to know before believing a result: things that a scenario may say, but hardly means.

One place for all commands. A kind of caution is one function here or beside, which yields it, its row in
`OF_REPLICATIONS` or `OF_SCENARIO`, and its sentence in each language, which `sim.output.text.cautions` says.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import NO_UNIT, NOT_YET, Floats
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.ordinary_week import ordinary_week, work_that_stays
from sim.forecast.time_cautions import (
    clock_without_holidays,
    ends_early,
    gaps,
    granted_too_late,
    outside,
    regional_holidays,
    times_as_written,
    unknown_years,
)
from sim.metrics.figures import Caution
from sim.metrics.replication import Fate, Replication
from sim.models.workflow import WorkStep, impatient_steps
from sim.sampling.arrivals import letters_expected
from sim.sampling.attendance import average_week
from sim.scenario.setting import Places, Setting
from sim.statistics import effective_letters, highest_target

_ALL_BUT: Final = 1 - 1e-9
"""Load from which work fills the hours, however the sum was rounded."""

_HUNDREDTH: Final = 1e-4
"""Targets are named in hundredths of a percent, rounded down."""

_NAMED: Final = 3
"""How many units are named at most."""

LONGEST_WEEK: Final = 48.0
"""Hours that a person may work in an average week (directive 2003/88/EC; China's labour law allows 44)."""

_LEAST_TOLD: Final = 0.5
"""Stand-ins a week below which there is nothing to tell."""


class Seen(NamedTuple):
    """A scenario, and replications of it simulated with infinite servers, at least one."""

    setting: Setting
    replications: Sequence[Replication]


def cautions(setting: Setting, replications: Sequence[Replication] | None = None) -> tuple[Caution, ...]:
    """Everything to be warned of.

    Args:
        replications: replications simulated with infinite servers, where somebody has some; else one is.
    """
    seen = Seen(setting, replications or [simulate_infinite_servers(setting, 0)])
    of_setting = (caution for kind in OF_SCENARIO for caution in kind(setting))
    return (*(caution for kind in OF_REPLICATIONS for caution in kind(seen)), *of_setting)


def never_anybody(seen: Seen) -> Iterator[Caution]:
    """Units at which letters wait though nobody ever comes."""
    places, scenario = seen.setting.places, seen.setting.scenario
    stuck = np.zeros(places.units)
    for replication in seen.replications:
        workload, log = replication.workload, replication.log
        staffed = replication.attendance.ever()
        waits = np.flatnonzero((workload.unit != NO_UNIT) & (log.queued != NOT_YET) & (log.finished == NOT_YET))
        unit = workload.unit[waits]
        stuck += np.bincount(unit[~staffed[unit]], minlength=places.units)
    # Those that were simulated may be a part of all.
    simulated = sum(len(replication.letters) for replication in seen.replications)
    a_day = letters_expected(seen.setting, 0, scenario.horizon) / (scenario.horizon / DAY) / max(simulated, 1)
    for team, name in enumerate(places.teams):
        units = np.flatnonzero((stuck > 0) & (places.team_of == team))
        if len(units):
            letters = stuck[units].sum() * a_day
            names = [places.names[unit] for unit in units[:_NAMED].tolist()]
            yield Caution("nobody ever", name, {"units": len(units), "names": names, "a_day": float(letters)})


def overloaded(seen: Seen) -> Iterator[Caution]:
    """Teams and units that have at least as much work as time on duty, so that their backlog grows without end.

    Where that is so only if nobody leaves out of patience, no more is said than that it is at most so much.
    """
    setting, places = seen.setting, seen.setting.places
    work, on_duty = ordinary_week(setting, seen.replications)
    stays = work_that_stays(setting, seen.replications) if impatient_steps(setting.scenario.workflow) else work
    for team in range(len(places.teams)):
        told = _overload(places, team, stays, on_duty)
        if told is None and (told := _overload(places, team, work, on_duty)) is not None:
            told = replace(told, kind=f"{told.kind} at most")
        if told is not None:
            yield told


def _overload(places: Places, team: int, work: Floats, on_duty: Floats) -> Caution | None:
    units, full = slice(places.first[team], places.first[team + 1]), (on_duty > 0) & (work >= _ALL_BUT * on_duty)
    load = float(work[units].sum() / on_duty[units].sum()) if on_duty[units].any() else 0.0
    if load >= _ALL_BUT:
        return Caution("overloaded", places.teams[team], {"load_share": load})
    many = places.first[team] + np.flatnonzero(full[units])
    if not len(many):
        return None
    worst = many[np.argsort(-work[many] / on_duty[many], kind="stable")][:_NAMED].tolist()
    figures = {
        "units": len(many),
        "of": places.first[team + 1] - places.first[team],
        "names": [places.names[unit] for unit in worst],
        "load_share": float(work[worst[0]] / on_duty[worst[0]]),
    }
    return Caution("units overloaded", places.teams[team], figures)


def unprovable_targets(seen: Seen) -> Iterator[Caution]:
    """Targets that so many letters cannot show as met, though every one of them were in time; 100% never."""
    scenario = seen.setting.scenario
    counted = letters_expected(seen.setting, scenario.window_start, scenario.window_end)
    for index, (name, sla) in enumerate(scenario.sla.items()):
        if sla.target is None or scenario.replications < 2:
            continue
        fates = np.concatenate(
            [replication.clocks[index].fate[replication.counted] for replication in seen.replications]
        )
        letters = counted * np.count_nonzero(fates != Fate.NOT_APPLICABLE) / max(len(fates), 1)
        replications = np.array(scenario.replications)
        worth = float(effective_letters(np.asarray(letters * replications), np.ones(()), replications))
        highest = np.floor(highest_target(worth) / _HUNDREDTH) * _HUNDREDTH
        if letters and sla.target > highest:
            kind = "target of all" if sla.target >= 1 else "target too high"
            figures = {
                "target_share": sla.target,
                "letters": round(float(letters * replications)),
                "replications": scenario.replications,
                "highest_share": round(float(highest), 4),
            }
            yield Caution(kind, name, figures)


def held_back(setting: Setting) -> Iterator[Caution]:
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
                yield Caution("held back", name, {"urgent": urgent, "holding": holds})


def changed_cool_down(setting: Setting) -> Iterator[Caution]:
    """A cool-down that was longer than typed, and one that is too short all the same."""
    found = setting.cool_down
    if found is None:
        return
    if found.typed is not None and found.seconds > found.typed:
        figures = {"typed_d": found.typed / DAY, "cool_down_d": found.seconds / DAY}
        yield Caution("cool_down raised", found.sla or None, figures)
    if found.lacking is None:
        yield Caution("cool_down unknown", found.sla, {"cool_down_d": found.seconds / DAY})
    elif found.lacking:
        figures = {"cool_down_d": found.seconds / DAY, "lacking_d": found.lacking / DAY}
        yield Caution("cool_down lacking", found.sla, figures)


def stand_ins(setting: Setting) -> Iterator[Caution]:
    """Teams whose `at_least` puts people in the place of absent ones, who then cost nothing."""
    for name, team in setting.scenario.teams.items():
        weeks = [average_week(setting, name, roster) for roster in team.staff]
        a_week, absent = (
            float(sum(each.sum() for each in column))
            for column in ([week.stand_ins for week in weeks], [week.absent for week in weeks])
        )
        if a_week >= _LEAST_TOLD:
            key = "absence cancelled" if a_week >= absent * (1 - 1e-9) else "stand-ins"
            yield Caution(key, name, {"at_least": team.at_least, "a_week": a_week, "absence_share": team.absence})


def unused_teams(setting: Setting) -> Iterator[Caution]:
    """Teams with people to whom no step sends a letter."""
    used: set[str | None] = set()
    for step in setting.scenario.workflow:
        if isinstance(step, WorkStep):
            used |= {team for routing in step.by.values for team, share in routing.items() if share}
            used |= {step.cover} | ({step.escalate.to} if step.escalate is not None else set())
    for rule in setting.scenario.supervise:
        used |= {rule.move_to} | ({rule.task.by} if rule.task is not None else set())
    for extension in setting.scenario.extension:
        used |= {work.by for work in (extension.request, extension.approve) if work is not None}
    if setting.scenario.repeat_letters is not None:
        used |= {setting.scenario.repeat_letters.join.by}
    for name, team in setting.scenario.teams.items():
        if name not in used and team.headcount:
            yield Caution("unused team", name, {"people": team.headcount})


def long_weeks(setting: Setting) -> Iterator[Caution]:
    """Rosters on which a person works more hours a week than is allowed."""
    for roster, people in _rosters(setting).items():
        pattern = setting.scenario.roster(roster)
        if pattern is not None and pattern.hours_a_week > LONGEST_WEEK + 1e-9:
            yield Caution("long week", roster, {"hours": pattern.hours_a_week, "people": people, "most": LONGEST_WEEK})


def without_rest(setting: Setting) -> Iterator[Caution]:
    """Rosters on which a person begins a shift every day."""
    for roster, people in _rosters(setting).items():
        pattern = setting.scenario.roster(roster)
        if pattern is not None and all(pattern.days_of_shifts):
            yield Caution("no rest day", roster, {"people": people})


def _rosters(setting: Setting) -> dict[str, int]:
    """People on each roster, over all teams."""
    people: dict[str, int] = {}
    for team in setting.scenario.teams.values():
        for roster, heads in team.staff.items():
            people[roster] = people.get(roster, 0) + heads
    return {roster: heads for roster, heads in people.items() if heads}


OF_REPLICATIONS: Final[tuple[Callable[[Seen], Iterator[Caution]], ...]] = (
    never_anybody,
    overloaded,
    unprovable_targets,
)
"""Cautions that are seen in replications without queues."""

OF_SCENARIO: Final[tuple[Callable[[Setting], Iterator[Caution]], ...]] = (
    held_back,
    changed_cool_down,
    unknown_years,
    regional_holidays,
    clock_without_holidays,
    granted_too_late,
    times_as_written,
    outside,
    ends_early,
    gaps,
    stand_ins,
    unused_teams,
    long_weeks,
    without_rest,
)
"""Cautions that the scenario itself gives."""
