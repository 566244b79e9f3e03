"""Several staffings meet the same letters: what differs, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from sim.comparison.by_date import Courses, courses, differences_by_date
from sim.comparison.districts import (
    DistrictCounts,
    district_counts,
    district_differences,
)
from sim.comparison.pairs import Pair, SlaDifference
from sim.comparison.report import Comparison, shortfall
from sim.comparison.settings import differing_parts, differing_settings
from sim.core.clock import WEEK
from sim.core.errors import Problem, ScenarioError
from sim.core.options import DEFAULT, Options
from sim.core.tables import Floats
from sim.experiment.cost import prepare
from sim.experiment.replications import replicate
from sim.forecast.cautions import cautions
from sim.forecast.working_hours import WorkingHours, working_hours
from sim.metrics.compliance import left_of
from sim.metrics.measures import Counts, measure
from sim.metrics.report import Report
from sim.metrics.summary import summarise
from sim.models.studies import Pay
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting
from sim.statistics import (
    Decided,
    Estimate,
    Ratio,
    Verdict,
    gaps_to_best,
    jackknife,
    paired_difference,
    shortfalls,
    stacked,
)


class _Counts(NamedTuple):
    """Letters of each replication of a staffing, by what became of them."""

    everywhere: Mapping[str, Decided]  # by SLA, shape (replications,)
    left: Mapping[str, Decided]  # within the limit, as of `left_of`
    districts: DistrictCounts
    courses: Courses


def compare(
    scenarios: Sequence[Loaded],
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Simulate several staffings with common random numbers, and pair their replications.

    Args:
        scenarios: at least two, with the same number of replications; the first is the base.
        progress: called with the number of replications done, over all scenarios.

    Raises: ScenarioError if they cannot be compared, or as `prepare`.
    """
    require_comparable(scenarios)
    names = [each.stem for each in scenarios]
    reports: dict[str, Report] = {}
    decided: dict[str, _Counts] = {}
    hours: dict[str, WorkingHours] = {}
    pay = next((plan.pay for plan in (each.scenario.plan for each in scenarios) if plan and plan.pay), None)
    done = 0

    def tell(_: object) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done)

    # The same time after the window for all, whatever each needs by itself.
    each_alone = [prepare(each, options) for each in scenarios]
    cool_down = max(prepared.setting.scenario.cooling for prepared in each_alone)
    for each, prepared in zip(scenarios, each_alone, strict=True):
        if prepared.setting.scenario.cooling < cool_down:
            prepared = prepare(each, options, cool_down=cool_down)
        reports[each.stem], decided[each.stem] = _simulated(prepared.setting, each.stem, prepared.options, tell)
        hours[each.stem] = _hours(prepared.setting, reports[each.stem], pay)
    pairs = {
        (base, other): _pair(reports[base], reports[other], decided[base], decided[other], hours[base], hours[other])
        for base, other in permutations(names, 2)
    }
    return Comparison(
        reports=reports,
        pairs=tuple(pairs[names[0], other] for other in names[1:]),
        dominated={
            base: other
            for (base, other), pair in reversed(pairs.items())
            if pair.dominates and (reports[other].verdict is Verdict.MET or reports[base].verdict is not Verdict.MET)
        },
        differing=differing_parts([each.scenario for each in scenarios]),
        settings=differing_settings([each.scenario for each in scenarios]),
        hours=hours,
        gaps=_gaps(reports, decided),
    )


def require_comparable(scenarios: Sequence[Loaded]) -> None:
    """Refuse what cannot be compared: a single scenario, two of one name, other replications, seeds or SLAs.

    Raises: ScenarioError with all that is wrong.
    """
    problems = []
    if len(scenarios) < 2:
        problems.append(Problem("needs at least two scenarios"))
    names = [each.stem for each in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        problems.append(Problem(f"scenarios need names of their own (got {', '.join(twice)} more than once)"))
    for key in ("replications", "seed"):
        values = [getattr(each.scenario, key) for each in scenarios]
        if len(set(values)) > 1:
            said = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
            problems.append(Problem(f"must be the same in all (got {said}); --{key} gives it to all", key))
    problems += [
        Problem(f"{each.stem} has no SLA in common with {names[0]}", "sla")
        for each in scenarios[1:]
        if not set(each.scenario.sla) & set(scenarios[0].scenario.sla)
    ]
    if problems:
        raise ScenarioError("the comparison", problems)


def _simulated(setting: Setting, name: str, options: Options, tell: Callable[[object], None]) -> tuple[Report, _Counts]:
    """The report on one scenario, and how each SLA was met in each replication."""
    counts: list[Counts] = []

    def measured() -> Any:
        replications = range(setting.scenario.replications)
        for measures in replicate(setting, replications, measure, options):
            counts.append(measures.counts)
            tell(measures)
            yield measures

    report = summarise(setting, measured(), scenario=name, engine=options.engine, cautions=cautions(setting))
    each_sla = dict(zip(setting.scenario.sla, zip(*(each.slas for each in counts), strict=True), strict=True))
    everywhere = {name: stacked([counts.all for counts in each]) for name, each in each_sla.items()}
    left = {
        name: left_of(np.stack([counts.left_in_time for counts in each]), everywhere[name])
        for name, each in each_sla.items()
    }
    by_home = {name: stacked([counts.by_home for counts in each]) for name, each in each_sla.items()}
    return report, _Counts(everywhere, left, district_counts(setting, by_home), courses(setting, counts))


def _hours(setting: Setting, report: Report, pay: Pay | None) -> WorkingHours:
    """Working hours of a staffing; without a pay of its own it has that of the others."""
    overtime = sum(team.overtime_hours.mean or 0.0 for team in report.teams.values() if team.counted)
    own = setting.scenario.plan.pay if setting.scenario.plan is not None else None
    return working_hours(setting, overtime * WEEK / setting.scenario.window, own or pay)


def _gaps(reports: Mapping[str, Report], counts: Mapping[str, _Counts]) -> dict[str, Estimate]:
    """Of each staffing, how much further it falls short of its targets than the best of the others."""
    without = []
    for name, report in reports.items():
        targets = {sla.name: sla.target for sla in report.slas.values() if sla.target is not None}
        told = [sla for sla in targets if report.slas[sla].compliance.worst is not None]
        if not told:
            return {}
        shares = [_share_without(counts[name].everywhere[sla]) for sla in told]
        without.append(shortfalls([targets[sla] or 0.0 for sla in told], shares))
    losses = np.array([shortfall(report) for report in reports.values()])
    each_without = np.array(without).T
    known = np.isfinite(each_without).all() and not all(report.copies for report in reports.values())
    gaps = gaps_to_best(losses, each_without if known else None)
    return dict(zip(reports, gaps, strict=True))


def _share_without(decided: Decided) -> Floats:
    """Compliance without each replication in turn, undecided letters at their worst, shape (replications,)."""
    _, without = jackknife(Ratio(decided.met, decided.letters))
    return without


def _pair(
    base: Report, other: Report, before: _Counts, after: _Counts, hours: WorkingHours, other_hours: WorkingHours
) -> Pair:
    one, two, copies = before.everywhere, after.everywhere, base.copies and other.copies
    leaving = {sla for left in (before.left, after.left) for sla, each in left.items() if each.met.any()}

    def difference(sla: str) -> SlaDifference:
        left = paired_difference(before.left[sla], after.left[sla], copies=copies).paired if sla in leaving else None
        return SlaDifference(sla, paired_difference(one[sla], two[sla], copies=copies), left)

    return Pair(
        base=base.scenario,
        other=other.scenario,
        slas={sla: difference(sla) for sla in one if sla in two},
        headcount=other.headcount - base.headcount,
        cost=other.cost - base.cost,
        hours=other_hours.rostered + other_hours.stand_in - hours.rostered - hours.stand_in,
        districts=district_differences(before.districts, after.districts, copies=copies),
        by_date=differences_by_date(before.courses, after.courses, copies=copies),
    )
