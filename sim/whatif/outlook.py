"""What is shown of a staffing beside the one that it is compared with, after any number of replications.

Levels are those of a run with as many replications, and differences those of a comparison, digit for digit. Targets are
judged at fixed numbers of replications only; in between the figures of the last such number stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.comparison.districts import DistrictCounts, DistrictDifference, district_counts, district_differences
from sim.comparison.pairs import SlaDifference
from sim.metrics.figures.letters import Backlog
from sim.metrics.figures.teams import Requirement, TeamWeek
from sim.metrics.summary import backlog_figures, team_figures
from sim.scenario.setting import Setting
from sim.statistics import (
    Compliance,
    ComplianceTable,
    Verdict,
    judge_cells,
    paired_difference,
    stacked,
    verdict,
)
from sim.whatif.live_run import LOOKS, LiveRun, Observation, shown_replications, tells_no_chance


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
        change: its interval holds together with those of all districts and SLAs.
    """

    name: str
    letters: float
    late: float
    compliance: Compliance
    change: DistrictDifference | None


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


def outlook(pairing: Pairing) -> Outlook:
    """A staffing as it stands; a pairing of the base with itself has no differences."""
    run, scenario = pairing.run, pairing.run.setting.scenario
    is_base = pairing.base is run
    done = run.done if is_base else pairing.paired
    shown = shown_replications(done, run.most)
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
        headcount=scenario.headcount,
        hours=run.rostered_hours,
        slas=slas,
        failure=run.failure,
        forecast={}
        if run.forecast is None or run.done
        else {name: each.expected for name, each in run.forecast.slas.items()},
    )


def details(pairing: Pairing, look: Outlook, sla: str, team: str) -> Details:
    """More of one staffing, of the same replications.

    Args:
        look: what was seen of the pairing; more may be simulated since.
        sla, team: of the scenario, as the pairing's.
    """
    run, setting, shown = pairing.run, pairing.run.setting, look.shown
    index = list(setting.scenario.sla).index(sla) if sla in setting.scenario.sla else None
    seen = run.observed(shown)
    teams = run.teams
    place = setting.places.teams.index(team)
    both = () if pairing.base is run else pairing.base.observed(shown)
    return Details(
        districts=() if index is None or not seen else _districts(pairing, look, sla),
        by_hour=None if index is None or not seen else _by_hour(seen, index),
        week=team_figures(setting, place, stacked(teams)).week if teams else None,
        needs=run.needs.get(team),
        backlog=_backlog(setting, seen),
        base_backlog=_backlog(setting, both),
    )


def worse_districts(pairing: Pairing, look: Outlook) -> tuple[str, ...]:
    """Districts in which any SLA is surely met less often than under the base; sure of all of them at once."""
    return tuple(dict.fromkeys(each.district for each in _district_changes(pairing, look.done) if each.is_worse))


def worst_sla(run: LiveRun) -> str:
    """The SLA that falls short of its target by most, or else has the lowest compliance; empty without SLAs."""
    levels = {name: run.compliance(at, run.done) for at, name in enumerate(run.setting.scenario.sla)}
    targets = {name: sla.target for name, sla in run.setting.scenario.sla.items()}

    def shortfall(name: str) -> float:
        level = levels[name].worst
        return 0.0 if level is None else (targets[name] or 0.0) - level

    return max(levels, key=shortfall, default="")


def _change(pairing: Pairing, sla: str, count: int) -> SlaDifference | None:
    sides = [(run, list(run.setting.scenario.sla)) for run in pairing]
    if count == 0 or any(sla not in names for _, names in sides):
        return None
    first, second = (stacked([each.slas[names.index(sla)].all for each in run.observed(count)]) for run, names in sides)
    return SlaDifference(sla, paired_difference(first, second, copies=_tell_no_chance(pairing, count)))


def _tell_no_chance(pairing: Pairing, count: int) -> bool:
    """Whether the paired replications say nothing about chance: too few, or copies."""
    return all(tells_no_chance(run.observed(count)) for run in pairing)


def _expected(pairing: Pairing, sla: str, change: SlaDifference) -> float | None:
    base = pairing.base
    index = list(base.setting.scenario.sla).index(sla)
    level = base.compliance(index, shown_replications(base.done, base.most)).mean
    return None if level is None or change.paired.mean is None else min(max(level + change.paired.mean, 0.0), 1.0)


def _by_hour(seen: Sequence[Observation], sla: int) -> ComplianceTable:
    counts = stacked([each.slas[sla].by_hour_of_week for each in seen])
    return judge_cells(counts, copies=tells_no_chance(seen)).reshaped(7, 24)


def _backlog(setting: Setting, seen: Sequence[Observation]) -> Backlog | None:
    return backlog_figures(setting, stacked([each.open_letters for each in seen])) if seen else None


def _districts(pairing: Pairing, look: Outlook, sla: str) -> tuple[DistrictOutlook, ...]:
    """Of one SLA, from the lowest compliance up."""
    seen = pairing.run.observed(look.shown)
    counts = _district_counts(pairing.run, look.shown)
    if not counts.names:
        return ()
    own = counts.decided[sla]
    compliance = judge_cells(own, copies=tells_no_chance(seen))
    changes = {each.district: each for each in _district_changes(pairing, look.done) if each.sla == sla}
    letters, late = own.letters.mean(axis=0), own.late.mean(axis=0)
    rows = [
        DistrictOutlook(name, float(letters[at]), float(late[at]), compliance.at(at), changes.get(name))
        for at, name in enumerate(counts.names)
        if letters[at] > 0
    ]
    return tuple(sorted(rows, key=lambda row: (row.compliance.worst is None, row.compliance.worst)))


def _district_changes(pairing: Pairing, count: int) -> tuple[DistrictDifference, ...]:
    """Of each SLA and district; none of the base itself."""
    if pairing.base is pairing.run or not count:
        return ()
    before, after = (_district_counts(run, count) for run in pairing)
    return district_differences(before, after, copies=_tell_no_chance(pairing, count))


def _district_counts(run: LiveRun, count: int) -> DistrictCounts:
    seen = run.observed(count)
    by_home = {
        name: stacked([each.slas[at].by_home for each in seen]) for at, name in enumerate(run.setting.scenario.sla)
    }
    return district_counts(run.setting, by_home)
