"""Compliance by unit: letters count for all that their home lies within, and ranks are as sure as the intervals."""

import csv
from pathlib import Path

import numpy as np
import pytest
from shown import small

from sim.core.options import Options
from sim.metrics.figures.slas import UnitFigures
from sim.metrics.report import Report
from sim.metrics.units import Concentration, concentration, rank_ranges
from sim.output.results.run import run
from sim.statistics import Compliance, Decided, Estimate, judge_cells


def test_a_unit_has_the_letters_of_all_homes_within_it(small_report: Report) -> None:
    for sla in small_report.slas.values():
        city, *stations = sla.by_unit
        assert (city.name, city.team, city.within) == ("city", "city", None)
        assert {(each.team, each.within) for each in stations} == {("station", "city")}
        assert city.letters == sla.letters
        assert city.breaches.mean == pytest.approx(sla.breaches.mean)
        assert sum(each.breaches.mean or 0.0 for each in stations) == pytest.approx(city.breaches.mean)
        assert sla.districts == sla.by_home == tuple(stations)


def test_ranks_are_as_sure_as_the_intervals() -> None:
    letters = np.full((20, 4), 500.0)
    letters[:, 3] = 1.0
    rng = np.random.default_rng(3)
    late = np.stack([rng.binomial(500, share, 20) for share in (0.1, 0.1, 0.4)] + [rng.binomial(1, 0.5, 20)], axis=1)
    table = judge_cells(Decided(letters - late, late.astype(float), letters))
    # The fourth has twenty letters in all, and is not ranked.
    assert rank_ranges(table) == [(1, 2), (1, 2), (3, 3), None]


def test_without_intervals_there_are_no_ranks() -> None:
    letters = np.full((1, 2), 500.0)
    assert rank_ranges(judge_cells(Decided(letters, letters - letters, letters))) == [None, None]


def unit(name: str, late: float, letters: float = 100) -> UnitFigures:
    """A district of which some letters are late, on average of ten replications."""
    share = Compliance(1 - late / letters, None, None)
    mean = Estimate(letters, None, None)
    return UnitFigures(name, mean, Estimate(late, None, None), share, 10 * letters, "branch", "city", None)


@pytest.mark.parametrize(
    ("late", "found"),
    [
        ({"north": 30, "south": 50, "east": 10, "west": 10}, Concentration(("south",), 0.5, 0.25)),
        ({"north": 40, "south": 40, "east": 10, "west": 10}, Concentration(("north", "south"), 0.8, 0.5)),
        ({"north": 25, "south": 25, "east": 25, "west": 25}, None),
        ({"north": 0, "south": 0}, None),
        ({"south": 9}, None),
    ],
)
def test_late_letters_are_said_to_lie_with_few_units_where_they_do(
    late: dict[str, float], found: Concentration | None
) -> None:
    assert concentration([unit(name, many) for name, many in late.items()]) == found


def test_the_table_of_units_says_what_the_report_says(tmp_path: Path) -> None:
    done = run(small(tmp_path), Options(out=tmp_path / "out", report=False))
    with (tmp_path / "out" / "units.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 4
    with (tmp_path / "out" / "people.csv").open(encoding="utf-8-sig") as file:
        people = list(csv.DictReader(file))
    assert len(people) == 168 * len(done.report.staffed)
    assert [float(row["needed"]) for row in people[:168]] == done.report.staffed[0].needed.tolist()
    for name, sla in done.report.slas.items():
        for each in sla.by_unit:
            (row,) = (row for row in rows if (row["sla"], row["unit"]) == (name, each.name))
            assert float(row["compliance"]) == each.compliance.mean
            assert float(row["late"]) == each.breaches.mean
        summary = done.summary["units"][name]
        assert {unit: figures["rank"] for unit, figures in summary.items()} == {
            unit.name: list(unit.rank) if unit.rank else None for unit in sla.districts
        }
