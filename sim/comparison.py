"""Several staffings meet the same letters: what differs, and how sure that is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import Any, Final

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import jsonable, to_json
from sim.core.options import DEFAULT, Options
from sim.experiment.cost import prepare
from sim.experiment.replications import replicate
from sim.forecast.cautions import cautions
from sim.metrics.figures import Caution
from sim.metrics.measures import measure
from sim.metrics.report import Report
from sim.metrics.summary import summarise
from sim.models.scenario import Scenario
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting
from sim.statistics import Decided, Difference, Estimate, paired_difference, stacked


class PairedVerdict(StrEnum):
    """What the paired interval of a difference says."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"
    NONE_SEEN = "no difference seen"
    """No replication differs; which does not say that there is none."""


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
    def finding(self) -> PairedVerdict:
        """Better or worse only where the paired interval leaves out zero."""
        if self.paired.low is not None and self.paired.low > 0:
            return PairedVerdict.BETTER
        if self.paired.high is not None and self.paired.high < 0:
            return PairedVerdict.WORSE
        return PairedVerdict.NO_DIFFERENCE if self.difference.seen else PairedVerdict.NONE_SEEN


@dataclass(frozen=True)
class Pair:
    """One staffing against another one."""

    base: str
    other: str
    slas: Mapping[str, SlaDifference]
    headcount: int
    cost: float

    @property
    def finding(self) -> PairedVerdict | None:
        """Over all SLAs: None where some are better and others worse."""
        found = {difference.finding for difference in self.slas.values()}
        if {PairedVerdict.BETTER, PairedVerdict.WORSE} <= found:
            return None
        order = (PairedVerdict.BETTER, PairedVerdict.WORSE, PairedVerdict.NO_DIFFERENCE)
        return next((each for each in order if each in found), PairedVerdict.NONE_SEEN)

    @property
    def dominates(self) -> bool:
        """Whether the other is no dearer, shown worse in nothing, and shown better or cheaper in something."""
        found = {difference.finding for difference in self.slas.values()}
        gain = PairedVerdict.BETTER in found or self.cost < 0
        return self.cost <= 0 and PairedVerdict.WORSE not in found and gain


@dataclass(frozen=True)
class Comparison:
    """Staffings side by side.

    Attributes:
        reports: by short name, the first is the base.
        pairs: each other one against the base.
        dominated: names of staffings that another one dominates, with the one that does.
        differing: parts of the scenarios that decide which letters come and that are not the same in all; with any
            of them a difference is not one of staffing alone.
        settings: everything that the scenarios do not share, as dotted path and one value a scenario, `–` where a
            scenario has none.
    """

    reports: Mapping[str, Report]
    pairs: tuple[Pair, ...]
    dominated: Mapping[str, str]
    differing: tuple[str, ...]
    settings: Mapping[str, tuple[str, ...]]

    @property
    def base(self) -> Report:
        """The first one."""
        return next(iter(self.reports.values()))

    @property
    def best(self) -> Report:
        """The one whose missed targets fall short by least in all, then the cheapest, then the first."""
        return min(self.reports.values(), key=lambda report: (shortfall(report), report.cost))

    @property
    def cautions(self) -> list[tuple[Caution, tuple[str, ...]]]:
        """Every caution once, with the scenarios that it is about."""
        found: list[Caution] = []
        for report in self.reports.values():
            found += [caution for caution in report.cautions if caution not in found]
        return [
            (caution, tuple(name for name, report in self.reports.items() if caution in report.cautions))
            for caution in found
        ]

    @property
    def narrowing(self) -> tuple[float, float] | None:
        """Least and largest factor by which common random numbers narrowed the intervals."""
        factors = [each.difference.narrowing for pair in self.pairs for each in pair.slas.values()]
        known = [factor for factor in factors if factor is not None]
        return (min(known), max(known)) if known else None

    def summary(self) -> dict[str, Any]:
        """The content of comparison.json."""
        return {
            "base": self.base.scenario,
            "best": self.best.scenario,
            "differing": list(self.differing),
            "dominated": dict(self.dominated),
            "scenarios": {
                name: {
                    "headcount": report.headcount,
                    "cost": report.cost,
                    "shortfall": shortfall(report),
                    **report.summary(),
                }
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
                            "difference": jsonable(each.paired),
                            "independent": jsonable(each.difference.independent),
                            "narrowed": each.difference.narrowing,
                            "finding": each.finding.value,
                        }
                        for name, each in pair.slas.items()
                    },
                }
                for pair in self.pairs
            ],
        }


_LETTERS_DEPEND_ON: Final = ("seed", "start", "warm_up", "window", "holidays", "arrivals", "channels", "categories")
"""What decides which letters come and count, besides their homes and the end of time."""


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
    decided: dict[str, dict[str, Decided]] = {}
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
    pairs = {
        (base, other): _pair(reports[base], reports[other], decided[base], decided[other])
        for base, other in permutations(names, 2)
    }
    return Comparison(
        reports=reports,
        pairs=tuple(pairs[names[0], other] for other in names[1:]),
        dominated={base: other for (base, other), pair in reversed(pairs.items()) if pair.dominates},
        differing=_differing([each.scenario for each in scenarios]),
        settings=_settings([each.scenario for each in scenarios]),
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


def shortfall(report: Report) -> float:
    """How far compliance is below its targets, summed over all SLAs, as a share; 0 where every target is reached."""
    return sum(
        max(0.0, sla.target - sla.compliance.worst)
        for sla in report.slas.values()
        if sla.target is not None and sla.compliance.worst is not None
    )


def _simulated(
    setting: Setting, name: str, options: Options, tell: Callable[[object], None]
) -> tuple[Report, dict[str, Decided]]:
    """The report on one scenario, and how each SLA was met in each replication, shape (replications,)."""
    decided: list[dict[str, Decided]] = []

    def measured() -> Any:
        replications = range(setting.scenario.replications)
        for measures in replicate(setting, replications, measure, options):
            rows = zip(setting.scenario.sla, measures.counts.slas, strict=True)
            decided.append({sla: counts.all for sla, counts in rows})
            tell(measures)
            yield measures

    report = summarise(setting, measured(), scenario=name, engine=options.engine, cautions=cautions(setting))
    return report, {sla: stacked([each[sla] for each in decided]) for sla in setting.scenario.sla}


def _differing(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    resolved = [scenario.resolved() for scenario in scenarios]
    parts = [part for part in _LETTERS_DEPEND_ON if any(each.get(part) != resolved[0].get(part) for each in resolved)]
    return tuple(parts)


def _settings(scenarios: Sequence[Scenario]) -> dict[str, tuple[str, ...]]:
    flat = [dict(_flat(scenario.resolved())) for scenario in scenarios]
    paths = dict.fromkeys(path for each in flat for path in each)
    rows = {path: tuple(each.get(path, "–") for each in flat) for path in paths if path not in ("name", "about")}
    return {path: values for path, values in rows.items() if len(set(values)) > 1}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{index}]")
    else:
        yield path, value if isinstance(value, str) else to_json(value, indent=None)


def _pair(base: Report, other: Report, before: Mapping[str, Decided], after: Mapping[str, Decided]) -> Pair:
    both = [sla for sla in before if sla in after]
    slas = {
        sla: SlaDifference(sla, paired_difference(before[sla], after[sla], copies=base.copies and other.copies))
        for sla in both
    }
    return Pair(base.scenario, other.scenario, slas, other.headcount - base.headcount, other.cost - base.cost)
