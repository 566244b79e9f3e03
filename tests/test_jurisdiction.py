"""Which unit of a team a letter goes to."""

import numpy as np
import pytest
from office import BAOAN, CITY, FUTIAN, TEAMS, drawn


def test_letters_go_to_their_own_unit_of_each_team() -> None:
    workload = drawn(*({team: {"by": team, "effort": "1 min"}} for team in ("station", "branch", "city")))
    station, branch, city = workload.unit.reshape(-1, 3).T
    assert np.array_equal(station, workload.home)
    assert np.array_equal(branch, np.where(station < 5, BAOAN, FUTIAN))
    assert (city == CITY).all()
    # Three quarters of 1,680 letters live in Baoan; 4 standard errors.
    assert (branch == BAOAN).mean() == pytest.approx(0.75, abs=0.042)


def test_a_chief_sits_beside_each_station_and_a_clerk_beside_each_branch() -> None:
    beside = TEAMS | {
        "chief": {"tier": "station", "units": 4, "within": "branch"},
        "clerk": {"tier": "branch", "units": 2, "within": "city"},
    }
    workload = drawn(*({team: {"by": team, "effort": "1 min"}} for team in ("chief", "clerk")), teams=beside)
    chief, clerk = workload.unit.reshape(-1, 2).T
    assert np.array_equal(chief, workload.home + 4)
    assert np.array_equal(clerk, np.where(workload.home < 5, 11, 12))


def test_a_unit_with_the_name_of_a_category_takes_its_letters() -> None:
    # As many units as there are branches: the names count more.
    functional = {"tier": "city", "units": 2, "within": "city", "names": ["noise", "household"]}
    workload = drawn({"handle": {"by": "functional", "effort": "1 h"}}, teams=TEAMS | {"functional": functional})
    assert np.array_equal(workload.unit, np.where(workload.category == 1, 7, 8))


def test_other_units_are_drawn_by_weights_within_the_unit_above() -> None:
    squad = {"tier": "branch", "units": [3, 1], "within": "branch", "weights": [1, 0, 3, 5]}
    steps = [{name: {"by": "squad", "effort": "1 h"}} for name in ("enquire", "handle")]
    workload = drawn(*steps, teams=TEAMS | {"squad": squad})
    first, second = workload.unit.reshape(-1, 2).T
    assert np.array_equal(first, second)
    baoan = workload.home < 5
    assert set(first[baoan]) == {7, 9}
    assert set(first[~baoan]) == {10}
    # About 1,260 letters of Baoan, 4 standard errors.
    assert (first[baoan] == 9).mean() == pytest.approx(0.75, abs=0.05)


def test_a_place_without_a_unit_of_a_team_uses_those_of_all() -> None:
    squad = {"tier": "branch", "units": [3, 0], "within": "branch"}
    workload = drawn({"handle": {"by": "squad", "effort": "1 h"}}, teams=TEAMS | {"squad": squad})
    assert set(workload.unit[workload.home >= 5]) == {7, 8, 9}


def test_routes_by_share_and_by_category() -> None:
    by = {"per_category": {"household": {"station": "62%", "branch": "38%"}, "default": "city"}}
    workload = drawn({"handle": {"by": by, "effort": "1 h"}}, per_day=2400)
    household = workload.category == 0
    assert (workload.unit[~household] == CITY).all()
    # About 5,000 letters, 4 standard errors.
    assert (workload.unit[household] >= 3).mean() == pytest.approx(0.62, abs=0.028)
