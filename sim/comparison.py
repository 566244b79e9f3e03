"""Several staffings meet the same letters: what differs, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import Any, Final

from sim.errors import SimError
from sim.experiment import Replication, replicate
from sim.loading import Loaded
from sim.measures import Measures, measures_of
from sim.models.scenario import Scenario
from sim.outcome import Outcome
from sim.report import Report, summarise
from sim.setting import Setting, setting_of
from sim.statistics import Difference, Estimate, Ratio, paired_difference, stacked


class Finding(StrEnum):
    """What the paired interval of a difference says."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"


@dataclass(frozen=True)
class SlaDifference:
    """Compliance with one SLA under another staffing, minus that under the base.

    Attributes:
        difference: with the interval of paired replications, and that of two runs with letters of their own.
    """

    sla: str
    difference: Difference

    @property
    def paired(self) -> Estimate:
        """The difference with its paired interval."""
        return self.difference.paired

    @property
    def finding(self) -> Finding:
        """Better or worse only where the paired interval leaves out zero."""
        if self.paired.low is not None and self.paired.low > 0:
            return Finding.BETTER
        if self.paired.high is not None and self.paired.high < 0:
            return Finding.WORSE
        return Finding.NO_DIFFERENCE


@dataclass(frozen=True)
class Pair:
    """One staffing against another one."""

    base: str
    other: str
    slas: Mapping[str, SlaDifference]
    headcount: int
    cost: float

    @property
    def finding(self) -> Finding | None:
        """Over all SLAs: None where some are better and others worse."""
        found = {difference.finding for difference in self.slas.values()}
        if {Finding.BETTER, Finding.WORSE} <= found:
            return None
        return next((each for each in (Finding.BETTER, Finding.WORSE) if each in found), Finding.NO_DIFFERENCE)

    @property
    def dominates(self) -> bool:
        """Whether the other is no dearer, shown worse in nothing, and shown better or cheaper in something."""
        found = {difference.finding for difference in self.slas.values()}
        gain = Finding.BETTER in found or self.cost < 0
        return self.cost <= 0 and Finding.WORSE not in found and gain


@dataclass(frozen=True)
class Comparison:
    """Staffings side by side.

    Attributes:
        reports: by short name, the first is the base.
        pairs: each other one against the base.
        dominated: names of staffings that another one dominates, with the one that does.
        differing: parts of the scenarios that decide which letters come and that are not the same in all; with any
            of them a difference is not one of staffing alone.
    """

    reports: Mapping[str, Report]
    pairs: tuple[Pair, ...]
    dominated: Mapping[str, str]
    differing: tuple[str, ...]

    @property
    def base(self) -> Report:
        """The first one."""
        return next(iter(self.reports.values()))

    def summary(self) -> dict[str, Any]:
        """The content of comparison.json."""
        return {
            "base": self.base.scenario,
            "differing": list(self.differing),
            "dominated": dict(self.dominated),
            "scenarios": {
                name: {"headcount": report.headcount, "cost": report.cost, **report.summary()}
                for name, report in self.reports.items()
            },
            "pairs": [
                {
                    "other": pair.other,
                    "headcount": pair.headcount,
                    "cost": pair.cost,
                    "finding": pair.finding.value if pair.finding else "mixed",
                    "sla": {
                        name: {
                            "difference": _plain(each.paired),
                            "independent": _plain(each.difference.independent),
                            "narrowed": each.difference.narrowing,
                            "finding": each.finding.value,
                        }
                        for name, each in pair.slas.items()
                    },
                }
                for pair in self.pairs
            ],
        }


LETTERS_DEPEND_ON: Final = ("seed", "start", "warm_up", "window", "holidays", "arrivals", "channels", "categories")
"""What decides which letters come and count, besides their homes and the end of time."""


def compare(
    scenarios: Sequence[Loaded],
    *,
    engine: str = "compiled",
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Simulate several staffings with common random numbers, and pair their replications.

    Args:
        scenarios: at least two, with the same number of replications; the first is the base.
        progress: called with the number of replications done, over all scenarios.

    Raises:
        SimError: fewer than two, two of the same name, or different numbers of replications.
    """
    names = [each.stem for each in scenarios]
    if len(scenarios) < 2:
        raise SimError("a comparison needs at least two scenarios")
    if len(set(names)) < len(names):
        raise SimError(f"scenarios to compare must have different names (got {', '.join(names)})")
    counts = {each.scenario.replications for each in scenarios}
    if len(counts) > 1:
        raise SimError(f"scenarios to compare must have the same number of replications (got {sorted(counts)})")
    reports: dict[str, Report] = {}
    compliance: dict[str, dict[str, Ratio]] = {}
    done = 0

    def tell(_: object) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done)

    for each in scenarios:
        reports[each.stem], compliance[each.stem] = _simulated(
            setting_of(each.scenario), each.stem, engine, workers, tell
        )
    pairs = {
        (base, other): _pair(reports[base], reports[other], compliance[base], compliance[other])
        for base, other in permutations(names, 2)
    }
    return Comparison(
        reports=reports,
        pairs=tuple(pairs[names[0], other] for other in names[1:]),
        dominated={base: other for (base, other), pair in reversed(pairs.items()) if pair.dominates},
        differing=_differing([each.scenario for each in scenarios]),
    )


def _simulated(
    setting: Setting, name: str, engine: str, workers: int | None, tell: Callable[[object], None]
) -> tuple[Report, dict[str, Ratio]]:
    """The report on one scenario, and how each SLA was kept in each replication, shape (replications,)."""
    kept: list[dict[str, Ratio]] = []

    def measured() -> Any:
        replications = range(setting.scenario.replications)
        for measures in replicate(setting, replications, _measured, engine=engine, workers=workers):
            rows = zip(setting.scenario.sla, measures.counts.slas, strict=True)
            kept.append({sla: counts.compliance for sla, counts in rows})
            tell(measures)
            yield measures

    report = summarise(setting, measured(), scenario=name, engine=engine)
    return report, {sla: stacked([each[sla] for each in kept]) for sla in setting.scenario.sla}


def _differing(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    resolved = [scenario.resolved() for scenario in scenarios]
    parts = [part for part in LETTERS_DEPEND_ON if any(each.get(part) != resolved[0].get(part) for each in resolved)]
    ends = {scenario.horizon - scenario.window_end for scenario in scenarios}
    return (*parts, *(["cool_down"] if len(ends) > 1 else []))


def _measured(replication: Replication) -> Measures:
    setting, _, workload, roster, log = replication
    return measures_of(Outcome(setting, workload, roster, log))


def _pair(base: Report, other: Report, before: Mapping[str, Ratio], after: Mapping[str, Ratio]) -> Pair:
    both = [sla for sla in before if sla in after]
    slas = {sla: SlaDifference(sla, paired_difference(before[sla], after[sla])) for sla in both}
    return Pair(base.scenario, other.scenario, slas, other.headcount - base.headcount, other.cost - base.cost)


def _plain(estimate: Estimate) -> dict[str, float | None]:
    return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}
