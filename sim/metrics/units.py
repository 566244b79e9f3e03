"""Compliance by unit: of the home units of letters, of the units that these lie within, and their ranking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.tables import Int64s
from sim.metrics.figures.slas import UnitFigures
from sim.metrics.hours import LEAST_LIFT
from sim.models.staffing import teams_above
from sim.scenario.setting import Setting
from sim.statistics import ComplianceTable, Decided, judge_cells, mean_over, too_few

_MOST_TOLD: Final = 3
"""Units that a concentration of late letters names at most; more than half of all are none."""


@dataclass(frozen=True)
class Concentration:
    """Few units that have most of the late letters.

    Attributes:
        units: their names, the one with most first.
        late: share of the late letters that is theirs.
        letters: share of all letters that is theirs.
    """

    units: tuple[str, ...]
    late: float
    letters: float


def unit_figures(setting: Setting, by_home: Decided, *, copies: bool) -> tuple[UnitFigures, ...]:
    """Compliance of every unit on the way from the home units of letters up, the highest team first.

    A unit has the letters of all home units within it. Units without letters are left out.

    Args:
        by_home: letters by home unit, shape (replications, units).
        copies: whether the replications are the same, so that they say nothing about chance.
    """
    return tuple(unit for level in units_on_the_way(setting) for unit in _of_team(setting, *level, by_home, copies))


def units_on_the_way(setting: Setting) -> list[tuple[str, Int64s]]:
    """Each team on the way up, from the highest down, and the unit of it that every unit is or lies within, or -1."""
    places = setting.places
    levels, current = [], np.arange(places.units)
    for team in [places.home_team, *teams_above(places.home_team, setting.scenario.teams)]:
        is_here = places.team_of[current] == places.teams.index(team)
        levels.append((team, np.where(is_here, current, -1)))
        current = np.where(is_here & (places.above[current] >= 0), places.above[current], current)
    return levels[::-1]


def _of_team(setting: Setting, team: str, own_unit: Int64s, by_home: Decided, copies: bool) -> Iterator[UnitFigures]:
    places = setting.places
    units = places.of_team(team)
    counts = within_units(units, own_unit, by_home)
    compliance = judge_cells(counts, copies=copies)
    letters, late = mean_over(counts.letters), mean_over(counts.late)
    ranks = rank_ranges(compliance)
    for index, unit in enumerate(units):
        if letters.mean[index] > 0:
            above = int(places.above[unit])
            yield UnitFigures(
                name=places.names[unit],
                letters=letters.at(index),
                breaches=late.at(index),
                compliance=compliance.at(index),
                all_letters=float(compliance.letters[index]),
                team=team,
                within=places.names[above] if above >= 0 else None,
                rank=ranks[index],
            )


def within_units(units: range, own_unit: Int64s, by_home: Decided) -> Decided:
    """Letters of each of some units, those of all home units within it, shape (replications, units).

    Args:
        own_unit: as `units_on_the_way` has it.
        by_home: letters by home unit, shape (replications, units).
    """
    belongs = (own_unit[:, np.newaxis] == np.array(units)).astype(np.float64)
    return Decided(*(column @ belongs for column in by_home))


def rank_ranges(compliance: ComplianceTable) -> list[tuple[int, int] | None]:
    """Best and worst rank of each unit that intervals of compliance allow, 1 for the highest.

    A unit ranks surely behind another one where its whole interval lies below that of the other. None where a unit has
    too few letters or no interval; such units are not ranked, and no other one is ranked against them.

    Args:
        compliance: shape (units,).

    Source: after Klein, Wright and Wieczorek 2020, Journal of the Royal Statistical Society A 183, 589-606.
    """
    low, high = compliance.share.low, compliance.share.high
    ranked = ~(np.isnan(low) | np.isnan(high) | np.asarray(too_few(compliance.letters)))
    rivals = int(ranked.sum())
    return [
        (1 + int((low[ranked] > high[unit]).sum()), rivals - int((high[ranked] < low[unit]).sum()))
        if ranked[unit]
        else None
        for unit in range(len(low))
    ]


def concentration(units: Sequence[UnitFigures]) -> Concentration | None:
    """The few units that have at least half of the late letters, and more of them than of all letters.

    None where that takes too many units, or the late letters are spread much as all letters are.

    Args:
        units: of one team.
    """
    late = sorted(units, key=lambda unit: -(unit.breaches.mean or 0.0))
    all_late = sum(unit.breaches.mean or 0.0 for unit in units)
    all_letters = sum(unit.letters.mean or 0.0 for unit in units)
    for count in range(1, min(_MOST_TOLD, len(units) // 2) + 1):
        told = late[:count]
        share = sum(unit.breaches.mean or 0.0 for unit in told) / all_late if all_late else 0.0
        usual = sum(unit.letters.mean or 0.0 for unit in told) / all_letters if all_letters else 1.0
        if share >= 0.5:
            lifted = share >= LEAST_LIFT * usual and not any(unit.too_few for unit in told)
            return Concentration(tuple(unit.name for unit in told), share, usual) if lifted else None
    return None
