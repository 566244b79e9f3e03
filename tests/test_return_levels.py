"""Return levels against closed forms: days of a Poisson process, and days whose rate is mixed by a gamma factor."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from sim.core.clock import DAY, HOUR
from sim.operations.arrival_peaks import ArrivalPeaks
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of
from sim.statistics.return_levels import RECURRENCES, ReturnLevel, at_least, least, levels_of_days, recurrences

SCENARIO = """
start: 2024-05-06
window: {days} d
cool_down: 0 d
arrivals: {{per_day: {per_day}{more}}}
teams: {{desk: {{staff: {{always: 9}}}}}}
workflow: [{{sign: {{by: desk, effort: 5 min}}}}]
"""


def setting(folder: Path, per_day: float, more: str = "", days: int = 7) -> Setting:
    (folder / "scenario.yaml").write_text(SCENARIO.format(per_day=per_day, more=more, days=days), "utf-8")
    return setting_of(load(folder / "scenario.yaml").scenario)


def least_number(chance: list[float], days: int) -> int:
    """The least number that the largest of a day exceeds at a rate of one in so many days, by its distribution."""
    return next(number for number, upto in enumerate(chance) if upto > 0 and -np.log(upto) <= 1 / days)


@pytest.mark.parametrize("per_day", [3, 480, 20_000])
@pytest.mark.parametrize("period", [1, 60, HOUR, DAY])
def test_a_poisson_day_has_the_levels_of_its_closed_form(tmp_path: Path, per_day: int, period: int) -> None:
    found = ArrivalPeaks(setting(tmp_path, per_day)).levels(period)
    upto = stats.poisson.cdf(np.arange(2 * per_day + 30), per_day * period / DAY) ** (DAY // period)
    assert {name: level.level for name, level in found.items() if level} == {
        name: least_number(upto.tolist(), days) for name, days in RECURRENCES.items() if days * DAY > period
    }


@pytest.mark.parametrize(("per_day", "cv"), [(480, 0.3), (20_000, 0.3), (12, 1.0)])
def test_the_days_of_a_gamma_mixture_are_negative_binomial(tmp_path: Path, per_day: int, cv: float) -> None:
    found = ArrivalPeaks(setting(tmp_path, per_day, f", busyness: {{cv: {cv}, ar1: 0.5}}")).levels(DAY)
    shape = cv**-2
    upto = stats.nbinom.cdf(np.arange(12 * per_day), shape, shape / (shape + per_day))
    assert {name: level.level for name, level in found.items() if level} == {
        name: least_number(upto.tolist(), days) for name, days in recurrences(DAY).items()
    }


@pytest.mark.parametrize("period", [1, 60, HOUR])
def test_the_seconds_minutes_and_hours_of_a_gamma_mixture_are_mixed_over_the_day(tmp_path: Path, period: int) -> None:
    found = ArrivalPeaks(setting(tmp_path, 480, ", busyness: {cv: 0.3}")).levels(period)
    gamma, mean = stats.gamma(0.3**-2, scale=0.3**2), 480 * period / DAY

    def upto(most: int) -> float:
        integrand = lambda factor: gamma.pdf(factor) * stats.poisson.cdf(most, factor * mean) ** (DAY // period)  # noqa: E731
        return float(quad(integrand, 0, 4, limit=200)[0])

    for name, days in RECURRENCES.items():
        level = found[name]
        assert level is not None
        assert -np.log(upto(level.level)) <= 1 / days < -np.log(upto(level.level - 1))


def test_a_surge_and_the_hours_of_the_day_count(tmp_path: Path) -> None:
    """Ten letters at 9 o'clock, and in a surge over half of the hour on one of seven days three times as many."""
    hours = [0] * 24
    hours[9] = 1
    more = f", by_hour: {hours}, surges: [{{from: day 2 09:30, lasts: 30 min, times: 3}}]"
    found = ArrivalPeaks(setting(tmp_path, 10, more)).levels(HOUR)
    numbers = np.arange(100)
    upto = stats.poisson.cdf(numbers, 10) ** (6 / 7) * stats.poisson.cdf(numbers, 20) ** (1 / 7)
    assert [level.level for level in found.values() if level] == [
        least_number(upto.tolist(), days) for days in RECURRENCES.values()
    ]


def test_a_part_of_the_letters_is_thinned(tmp_path: Path) -> None:
    peaks = ArrivalPeaks(setting(tmp_path, 480))
    assert peaks.levels(HOUR, 0.25) == ArrivalPeaks(setting(tmp_path, 120)).levels(HOUR)


def drawn(replications: int, cv: float, seed: int = 1) -> list[np.ndarray]:
    """Largest of 24 hours of 20 letters each, on 28 days of each replication."""
    chance = np.random.default_rng(seed)
    factor = chance.gamma(cv**-2, cv**2, (replications, 28, 1)) if cv else np.ones((replications, 28, 1))
    return list(chance.poisson(20 * factor, (replications, 28, 24)).max(axis=2))


@pytest.mark.parametrize("cv", [0.0, 0.3])
@pytest.mark.parametrize("replications", [10, 20, 200])
def test_levels_of_simulated_days_are_those_of_the_closed_form(tmp_path: Path, cv: float, replications: int) -> None:
    """Each interval misses once in twenty seeds; so half as wide again it is not to be left, for these."""
    exact = ArrivalPeaks(setting(tmp_path, 480, f", busyness: {{cv: {cv}}}")).levels(HOUR)
    found = levels_of_days(drawn(replications, cv), HOUR)
    for name, known in exact.items():
        level = found[name]
        assert level is not None
        assert known is not None
        assert level.low is not None
        assert level.high is not None
        slack = (level.high - level.low) / 4 + 1
        assert level.low - slack <= known.level <= level.high + slack
        assert level.level == pytest.approx(known.level, rel=0.12)


def test_a_level_does_not_grow_with_the_replications() -> None:
    """The largest number does."""
    few, many = drawn(10, 0.3), drawn(1_000, 0.3)
    levels = [levels_of_days(each, HOUR)["month"] for each in (few, many)]
    assert None not in levels
    assert levels[0].level == pytest.approx(levels[1].level, rel=0.1)  # type: ignore[union-attr]
    assert np.max(many) > 1.2 * np.max(few)


def test_one_replication_has_no_interval_and_few_days_no_year() -> None:
    found = levels_of_days(drawn(1, 0.3), HOUR)
    assert found["week"] is not None
    assert (found["week"].low, found["week"].high, found["year"]) == (None, None, None)
    assert levels_of_days([np.zeros(0, np.int64)] * 3, HOUR) == dict.fromkeys(RECURRENCES)


def test_days_that_are_all_alike_have_one_level() -> None:
    assert set(levels_of_days([np.full(28, 7)] * 20, 1).values()) == {ReturnLevel(7, 7, 7)}
    assert set(levels_of_days([np.zeros(28, np.int64)] * 20, 1).values()) == {ReturnLevel(0, 0, 0)}


def test_the_least_number_is_found() -> None:
    assert [least(lambda most: 10.0 ** (1 - most), days) for days in (1, 7, 365)] == [1, 2, 4]
    assert least(lambda most: 0.0, 7) == 0  # noqa: ARG005


def test_a_period_has_no_less_than_a_part_of_it() -> None:
    minute = {"day": ReturnLevel(3, 3, 4), "week": ReturnLevel(4, 3, 5), "month": ReturnLevel(4, 3, 4), "year": None}
    second = {
        "day": ReturnLevel(2, 2, 2),
        "week": ReturnLevel(5, 4, 9),
        "month": ReturnLevel(5, None, None),
        "year": None,
    }
    assert at_least(minute, second) == {
        "day": ReturnLevel(3, 3, 4),
        "week": ReturnLevel(5, 3, 9),
        "month": ReturnLevel(5, 3, None),
        "year": None,
    }
