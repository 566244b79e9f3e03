"""How compliance changes in each district: a staffing that gains on average may ruin some of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.metrics.figures.slas import SlaFigures, UnitFigures
from sim.metrics.report import Report
from sim.metrics.units import units_on_the_way, within_units
from sim.scenario.setting import Setting
from sim.statistics import Decided, Estimate, paired_difference, too_few


@dataclass(frozen=True)
class DistrictDifference:
    """Compliance with one SLA in one district under another staffing, minus that under the base.

    Attributes:
        difference: its interval holds together with those of all other districts and SLAs of the pair.
    """

    sla: str
    district: str
    difference: Estimate

    @property
    def is_worse(self) -> bool:
        """Whether it is surely worse."""
        return self.difference.is_below_zero

    @property
    def is_better(self) -> bool:
        """Whether it is surely better."""
        return self.difference.is_above_zero


class DistrictCounts(NamedTuple):
    """Letters of each district, by what became of them; by SLA, shape (replications, districts)."""

    names: tuple[str, ...]
    decided: Mapping[str, Decided]


class WorstDistrict(NamedTuple):
    """The district that is furthest below a target, or least above it."""

    sla: SlaFigures
    district: UnitFigures


def worst_district(report: Report) -> WorstDistrict | None:
    """Of all SLAs with a target and all districts with letters enough to say something; None without any."""
    found = [
        (district.compliance.worst - sla.target, WorstDistrict(sla, district))
        for sla in report.slas.values()
        if sla.target is not None
        for district in sla.districts
        if not district.too_few and district.compliance.worst is not None
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


def district_counts(setting: Setting, by_home: Mapping[str, Decided]) -> DistrictCounts:
    """Letters by district: by unit of the highest team that has several, on the way up from the homes of letters.

    Args:
        by_home: letters by home unit and SLA, shape (replications, units).
    """
    places = setting.places
    for team, own_unit in units_on_the_way(setting):
        units = places.of_team(team)
        if len(units) > 1:
            names = tuple(places.names[unit] for unit in units)
            return DistrictCounts(
                names, {sla: within_units(units, own_unit, decided) for sla, decided in by_home.items()}
            )
    return DistrictCounts((), {})


def district_differences(
    before: DistrictCounts, after: DistrictCounts, *, copies: bool
) -> tuple[DistrictDifference, ...]:
    """Of each SLA that both have, the districts with letters enough to say something; none if the districts differ.

    Args:
        copies: whether the replications are the same, so that they say nothing about chance.
    """
    if before.names != after.names:
        return ()
    slas = [sla for sla in before.decided if sla in after.decided]
    several = len(slas) * len(before.names)
    found = []
    for sla in slas:
        for index, district in enumerate(before.names):
            one, other = before.decided[sla].cell(index), after.decided[sla].cell(index)
            if not too_few(min(float(one.letters.sum()), float(other.letters.sum()))):
                difference = paired_difference(one, other, copies=copies, several=several)
                found.append(DistrictDifference(sla, district, difference.paired))
    return tuple(found)
