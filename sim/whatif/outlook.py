"""What is shown of a staffing beside the one that it is compared with, after any number of replications.

Levels are those of a run with as many replications, and differences those of a comparison, digit for digit. Targets are
judged at fixed numbers of replications only; in between the figures of the last such number stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.comparison import SlaDifference
from sim.core.tables import Int64s
from sim.forecast.working_hours import hours_of
from sim.metrics.figures import Backlog, Requirement, TeamWeek
from sim.metrics.summary import backlog_figures, team_figures
from sim.metrics.units import units_on_the_way, within_units
from sim.scenario.setting import Setting
from sim.statistics import (
    Compliance,
    ComplianceTable,
    Decided,
    Difference,
    Estimate,
    Verdict,
    judge_cells,
    paired_difference,
    stacked,
    student_t,
    verdict,
)
from sim.whatif.live_run import FIRST, LOOKS, LiveRun, Observation, are_same, shown_replications


class Pairing(NamedTuple):
    """A staffing and the one that it is compared with, both with the same time after the window."""

    base: LiveRun
    run: LiveRun

    @property
    def paired(self) -> int:
        """Replications that both have."""
        return min(self.base.done, self.run.done)


@dataclass(frozen=True)
class SlaOutlook:
    """How an SLA is met.

    Attributes:
        compliance: of the replications that are shown; without interval before the fifth.
        verdict: None without a target, and before the first look.
        change: the difference from the base, of all replications so far; None of the base itself.
        expected: compliance of the base, of many replications, and the difference; None where either is unknown.
    """

    name: str
    limit: str
    target: float | None
    compliance: Compliance
    verdict: Verdict | None
    change: SlaDifference | None
    expected: float | None


@dataclass(frozen=True)
class Outlook:
    """A staffing as it stands.

    Attributes:
        done: replications that differences are of; of the base those that there are.
        shown: replications that levels are of.
        most: replications that there will be.
        hours: a week on the rosters, of the people who count, before absence.
        failure: why there will be no more replications; empty if nothing is wrong.
        forecast: compliance to expect of each SLA, of a heavy scenario without replications so far.
    """

    done: int
    shown: int
    most: int
    headcount: int
    hours: float
    slas: Mapping[str, SlaOutlook]
    failure: str
    forecast: Mapping[str, float | None]


@dataclass(frozen=True)
class DistrictOutlook:
    """How an SLA is met for the letters of one district; as `SlaOutlook`.

    Attributes:
        letters, late: a replication, over those that are shown.
    """

    name: str
    letters: float
    late: float
    compliance: Compliance
    change: SlaDifference | None


@dataclass(frozen=True)
class Details:
    """More of one staffing, one SLA and one team.

    Attributes:
        districts: those with letters, the worst first.
        by_hour: compliance by weekday and hour of receipt, shape (7, 24).
        week: the people of the team by hour of the week; None before that is known.
        needs: people that the team needs; None before that is known.
        backlog, base_backlog: letters open in the course of the simulation; None before the first replication.
    """

    districts: tuple[DistrictOutlook, ...]
    by_hour: ComplianceTable | None
    week: TeamWeek | None
    needs: Requirement | None
    backlog: Backlog | None
    base_backlog: Backlog | None


class Districts(NamedTuple):
    """The units that leaders compare: of the highest team with several units, from the homes of letters upwards."""

    units: range
    own_unit: Int64s  # the one that each unit is or lies within, or -1


def districts_of(setting: Setting) -> Districts:
    """The districts of a mailbox; the homes of letters themselves if no team has several units."""
    levels = [Districts(setting.places.of_team(team), own_unit) for team, own_unit in units_on_the_way(setting)]
    return next((level for level in levels if len(level.units) > 1), levels[-1])


def outlook(pairing: Pairing) -> Outlook:
    """A staffing as it stands; a pairing of the base with itself has no differences."""
    run, scenario = pairing.run, pairing.run.setting.scenario
    is_base = pairing.base is run
    done = run.done if is_base else pairing.paired
    shown = shown_replications(run.done, run.most)
    slas = {}
    for index, (name, sla) in enumerate(scenario.sla.items()):
        level = run.compliance(index, shown)
        change = None if is_base else _change(pairing, name, done)
        slas[name] = SlaOutlook(
            name=name,
            limit=str(sla.within),
            target=sla.target,
            compliance=level,
            verdict=verdict(level, sla.target) if shown >= LOOKS[0] else None,
            change=change,
            expected=None if change is None else _expected(pairing, name, change),
        )
    return Outlook(
        done=done,
        shown=shown,
        most=run.most,
        headcount=sum(team.headcount for team in scenario.teams.values() if team.counted),
        hours=sum(
            people * hours_of(scenario, roster)
            for team in scenario.teams.values()
            if team.counted
            for roster, people in team.staff.items()
        ),
        slas=slas,
        failure=run.failure,
        forecast={}
        if run.forecast is None or run.done
        else {name: each.expected for name, each in run.forecast.slas.items()},
    )


def details(pairing: Pairing, sla: str, team: str) -> Details:
    """More of one staffing.

    Args:
        sla, team: of the scenario, as the pairing's.
    """
    run, setting = pairing.run, pairing.run.setting
    shown = shown_replications(run.done, run.most)
    index = list(setting.scenario.sla).index(sla) if sla in setting.scenario.sla else None
    seen = run.observed(shown)
    teams = run.teams
    place = setting.places.teams.index(team)
    both = () if pairing.base is run else pairing.base.observed(shown)
    return Details(
        districts=() if index is None or not seen else _districts(pairing, index, shown),
        by_hour=None if index is None or not seen else _by_hour(seen, index),
        week=team_figures(setting, place, stacked(teams)).week if teams else None,
        needs=run.needs.get(team),
        backlog=_backlog(setting, seen),
        base_backlog=_backlog(setting, both),
    )


def worse_districts(pairing: Pairing) -> tuple[str, ...]:
    """Districts in which any SLA is surely met less often than under the base; sure of all of them at once."""
    slas = len(pairing.run.setting.scenario.sla)
    found = [_districts(pairing, index, pairing.paired) for index in range(slas)]
    several = sum(map(len, found))
    worse = {
        each.name
        for districts in found
        for each in districts
        if each.change is not None and _surely_worse(each.change, pairing.paired, several)
    }
    places, units = pairing.run.setting.places, districts_of(pairing.run.setting).units
    return tuple(places.names[unit] for unit in units if places.names[unit] in worse)


def worst_sla(run: LiveRun) -> str:
    """The SLA that falls short of its target by most, or else has the lowest compliance; empty without SLAs."""
    levels = {name: run.compliance(at, run.done) for at, name in enumerate(run.setting.scenario.sla)}
    targets = {name: sla.target for name, sla in run.setting.scenario.sla.items()}

    def shortfall(name: str) -> float:
        level = levels[name].worst
        return 0.0 if level is None else (targets[name] or 0.0) - level

    return max(levels, key=shortfall, default="")


def _surely_worse(change: SlaDifference, replications: int, several: int) -> bool:
    """Whether a difference is below zero though it is one of several that are looked at (Bonferroni)."""
    mean, high = change.paired.mean, change.paired.high
    if mean is None or high is None:
        return False
    freedom = replications - 1
    return mean + (high - mean) * float(student_t(freedom, several) / student_t(freedom)) < 0


def _change(pairing: Pairing, sla: str, count: int) -> SlaDifference | None:
    sides = [(run, list(run.setting.scenario.sla)) for run in pairing]
    if count == 0 or any(sla not in names for _, names in sides):
        return None
    first, second = (stacked([each.slas[names.index(sla)].all for each in run.observed(count)]) for run, names in sides)
    return _difference(sla, first, second, _both_copies(pairing, count))


def _difference(sla: str, first: Decided, second: Decided, copies: bool) -> SlaDifference:
    found = paired_difference(first, second, copies=copies)
    if len(first.letters) < FIRST:
        point = Estimate(found.paired.mean, None, None)
        found = Difference(point, point, found.seen)
    return SlaDifference(sla, found)


def _both_copies(pairing: Pairing, count: int) -> bool:
    return all(are_same(run.observed(count)) for run in pairing)


def _expected(pairing: Pairing, sla: str, change: SlaDifference) -> float | None:
    base = pairing.base
    index = list(base.setting.scenario.sla).index(sla)
    level = base.compliance(index, shown_replications(base.done, base.most)).mean
    return None if level is None or change.paired.mean is None else min(max(level + change.paired.mean, 0.0), 1.0)


def _by_hour(seen: Sequence[Observation], sla: int) -> ComplianceTable:
    counts = stacked([each.slas[sla].by_hour_of_week for each in seen])
    return judge_cells(counts, copies=len(seen) < FIRST or are_same(seen)).reshaped(7, 24)


def _backlog(setting: Setting, seen: Sequence[Observation]) -> Backlog | None:
    return backlog_figures(setting, stacked([each.open_letters for each in seen])) if seen else None


def _districts(pairing: Pairing, sla: int, shown: int) -> tuple[DistrictOutlook, ...]:
    run = pairing.run
    districts = districts_of(run.setting)
    own = _by_district(districts, run.observed(shown), sla)
    compliance = judge_cells(own, copies=shown < FIRST or are_same(run.observed(shown)))
    changes: list[SlaDifference | None] = [None] * len(districts.units)
    name = list(run.setting.scenario.sla)[sla]
    theirs = list(pairing.base.setting.scenario.sla)
    same = pairing.base.setting.places.names == run.setting.places.names
    if pairing.base is not run and pairing.paired and name in theirs and same:
        count, copies = pairing.paired, _both_copies(pairing, pairing.paired)
        before = _by_district(districts, pairing.base.observed(count), theirs.index(name))
        after = _by_district(districts, run.observed(count), sla)
        changes = [
            _difference(name, before.cell(each), after.cell(each), copies) for each in range(len(districts.units))
        ]
    letters, late = own.letters.mean(axis=0), own.late.mean(axis=0)
    rows = [
        DistrictOutlook(
            run.setting.places.names[unit], float(letters[at]), float(late[at]), compliance.at(at), changes[at]
        )
        for at, unit in enumerate(districts.units)
        if letters[at] > 0
    ]
    return tuple(sorted(rows, key=lambda row: (row.compliance.worst is None, row.compliance.worst)))


def _by_district(districts: Districts, seen: Sequence[Observation], sla: int) -> Decided:
    """Letters of each district, shape (replications, districts)."""
    return within_units(districts.units, districts.own_unit, stacked([each.slas[sla].by_home for each in seen]))
