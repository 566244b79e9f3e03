"""What a comparison found: staffings side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.comparison.by_date import DATED
from sim.comparison.districts import WorstDistrict, worst_district
from sim.comparison.pairs import Pair
from sim.core.json_text import jsonable
from sim.forecast.working_hours import WorkingHours
from sim.metrics.figures import Caution
from sim.metrics.report import Report
from sim.statistics import Estimate, Verdict


@dataclass(frozen=True)
class Comparison:
    """Staffings side by side.

    Attributes:
        reports: by short name, the first is the base.
        pairs: each other one against the base.
        dominated: names of staffings that another one dominates, with the one that does; who surely meets every target
            is dominated only by who does, too.
        differing: parts of the scenarios that decide which letters come and that are not the same in all; with any
            of them a difference is not one of staffing alone.
        hours: working hours a week of each staffing, by short name.
        gaps: how much further each one falls short of its targets than the best of the others, as a share over all
            SLAs, with intervals that hold together; empty without targets.
        settings: everything that the scenarios do not share, as dotted path and one value a scenario, `–` where a
            scenario has none.
    """

    reports: Mapping[str, Report]
    pairs: tuple[Pair, ...]
    dominated: Mapping[str, str]
    differing: tuple[str, ...]
    settings: Mapping[str, tuple[str, ...]]
    hours: Mapping[str, WorkingHours]
    gaps: Mapping[str, Estimate]

    @property
    def ranked(self) -> list[str]:
        """Names of the staffings: who surely meets every target, then who falls short by least, then the cheapest.

        Those that another one dominates are last.
        """

        def key(name: str) -> tuple[bool, bool, float, float, float]:
            report = self.reports[name]
            missed = report.verdict is not Verdict.MET
            return name in self.dominated, missed, shortfall(report), report.cost, self.hours[name].total

        return sorted(self.reports, key=key)

    def may_be_best(self, name: str) -> bool:
        """Whether it is neither dominated nor surely further from its targets than the best."""
        return name not in self.dominated and not (name in self.gaps and self.gaps[name].is_above_zero)

    def pair_of(self, name: str) -> Pair | None:
        """A staffing against the base; None for the base itself."""
        return next((pair for pair in self.pairs if pair.other == name), None)

    @property
    def dated(self) -> bool:
        """Whether the scenarios differ in something whose effect is seen by date."""
        return any(path.startswith(DATED) for path in self.settings)

    @property
    def base(self) -> Report:
        """The first one."""
        return next(iter(self.reports.values()))

    @property
    def best(self) -> Report:
        """The first of `ranked`; of those that are alike the first."""
        return self.reports[self.ranked[0]]

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
    def leaving(self) -> list[str]:
        """The SLAs of the base within whose limits letters leave out of patience, under some staffing."""
        every = [report.slas for report in self.reports.values()]
        return [sla for sla in self.base.slas if any(sla in slas and slas[sla].leave_in_time for slas in every)]

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
                    "hours_a_week": _hours_told(self.hours[name]),
                    "pay_a_week": self.hours[name].pay,
                    "shortfall": shortfall(report),
                    "gap_to_best": jsonable(self.gaps[name]) if name in self.gaps else None,
                    "may_be_best": self.may_be_best(name),
                    "worst_district": _district_told(worst_district(report)),
                    **report.summary(),
                }
                for name, report in self.reports.items()
            },
            "pairs": [
                {
                    "other": pair.other,
                    "headcount": pair.headcount,
                    "cost": pair.cost,
                    "hours_a_week": pair.hours,
                    "worse_districts": [jsonable(each) for each in pair.worse_districts],
                    "finding": pair.finding.value if pair.finding else "mixed",
                    "sla": {
                        name: {
                            "difference": jsonable(each.paired),
                            "independent": jsonable(each.difference.independent),
                            "narrowed": each.difference.narrowing,
                            "finding": each.finding.value,
                        }
                        | ({} if each.left is None else {"left_difference": jsonable(each.left)})
                        for name, each in pair.slas.items()
                    },
                }
                for pair in self.pairs
            ],
        }


def shortfall(report: Report) -> float:
    """How far compliance is below its targets, summed over all SLAs, as a share; 0 where every target is reached."""
    return sum(
        max(0.0, sla.target - sla.compliance.worst)
        for sla in report.slas.values()
        if sla.target is not None and sla.compliance.worst is not None
    )


def _hours_told(hours: WorkingHours) -> dict[str, float | None]:
    return {
        "rostered": hours.rostered,
        "stand_in": hours.stand_in,
        "overtime": hours.overtime,
        "all": hours.total,
        "a_head": hours.a_head,
    }


def _district_told(worst: WorstDistrict | None) -> dict[str, Any] | None:
    if worst is None:
        return None
    return {"sla": worst.sla.name, "district": worst.district.name, "compliance": jsonable(worst.district.compliance)}
