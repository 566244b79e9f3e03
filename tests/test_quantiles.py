"""Every family of durations keeps one contract, and its numbers are those of the textbook."""

from math import log, log1p, sqrt

import numpy as np
import pytest
from pydantic import TypeAdapter

from sim.models.distributions import Distribution, Measured, WorkingTime
from sim.sampling.quantiles import FAMILIES, choice, mean, quantile, quantile_of_each


class OneFile:
    """Stands in for the reader of CSV files."""

    def read_durations(self, file: str, column: str) -> Measured:
        """Four durations of 1, 2, 2 and 7 minutes."""
        return Measured((60.0, 120.0, 120.0, 420.0), "digest")


def distribution(written: object) -> Distribution:
    return TypeAdapter(Distribution).validate_python(written, context=OneFile())


# What people write, its mean in seconds, and its coefficient of variation.
MEMBERS = [
    ("12 min", 720, 0),
    ({"mean": "8 min", "cv": 1.1}, 480, 1.1),
    ({"mean": "8 min", "cv": 0}, 480, 0),
    ({"exponential": "25 min"}, 1500, 1),
    ({"gamma": {"mean": "25 min", "cv": 0.5}}, 1500, 0.5),
    ({"gamma": {"mean": "25 min", "cv": 0}}, 1500, 0),
    ({"uniform": ["5 min", "15 min"]}, 600, 1 / sqrt(12)),
    ({"triangular": ["5 min", "8 min", "17 min"]}, 600, sqrt((25 + 64 + 289 - 5 * 8 - 5 * 17 - 8 * 17) / 18) / 10),
    ({"triangular": ["5 min", "5 min", "5 min"]}, 300, 0),
    ({"empirical": "handled.csv", "column": "minutes"}, 180, sqrt((4 + 1 + 1 + 16) / 4) / 3),
]
ALL = pytest.mark.parametrize(("written", "expected", "cv"), MEMBERS, ids=lambda value: str(value)[:30])


def test_every_family_is_among_the_members() -> None:
    # A duration in working time is one of the others on a clock of its own.
    assert {type(distribution(written)) for written, *_ in MEMBERS} == set(FAMILIES) - {WorkingTime}


@ALL
def test_the_mean_is_what_people_wrote(written: object, expected: float, cv: float) -> None:
    assert mean(distribution(written)) == pytest.approx(expected)


@ALL
def test_equally_spaced_uniforms_give_the_mean_and_the_spread(written: object, expected: float, cv: float) -> None:
    # A million midpoints; what they miss is the far tail, which holds most of the variance of a wide lognormal.
    durations = quantile(distribution(written), (np.arange(1_000_000) + 0.5) / 1_000_000)
    assert durations.mean() == pytest.approx(expected, rel=1e-4)
    assert durations.std() / durations.mean() == pytest.approx(cv, rel=5e-3, abs=1e-6)


@ALL
def test_durations_grow_with_the_uniform_and_are_finite(written: object, expected: float, cv: float) -> None:
    uniforms = np.concatenate([[0.0], np.linspace(1e-12, 1 - 1e-12, 999), [np.nextafter(1, 0)]])
    durations = quantile(distribution(written), uniforms)
    assert durations.shape == uniforms.shape
    assert (durations >= 0).all()
    assert np.isfinite(durations).all()
    assert (np.diff(durations) >= 0).all()


@ALL
def test_no_uniforms_give_no_durations(written: object, expected: float, cv: float) -> None:
    assert quantile(distribution(written), np.empty(0)).shape == (0,)


@pytest.mark.parametrize(
    ("written", "uniform", "expected"),
    [
        ({"mean": "8 min", "cv": 1.1}, 0.5, 480 / sqrt(1 + 1.1**2)),
        ({"mean": "8 min", "cv": 1.1}, 0.975, 480 / sqrt(2.21) * np.exp(1.959963985 * sqrt(log1p(1.21)))),
        ({"exponential": "25 min"}, 0.5, 1500 * log(2)),
        ({"gamma": {"mean": "25 min", "cv": 1}}, 0.9, 1500 * log(10)),  # an exponential
        ({"uniform": ["5 min", "15 min"]}, 0.25, 450),
        ({"triangular": ["0 min", "5 min", "10 min"]}, 0.5, 300),
        ({"triangular": ["0 min", "0 min", "10 min"]}, 0.75, 300),
        ({"triangular": ["0 min", "10 min", "10 min"]}, 0.25, 300),
        ({"empirical": "handled.csv", "column": "minutes"}, 0.24, 60),
        ({"empirical": "handled.csv", "column": "minutes"}, 0.25, 120),
        ({"empirical": "handled.csv", "column": "minutes"}, 0.75, 420),
    ],
)
def test_single_quantiles_by_hand(written: object, uniform: float, expected: float) -> None:
    assert quantile(distribution(written), np.array([uniform])) == pytest.approx([expected])


@pytest.mark.parametrize("several", [[MEMBERS[1], MEMBERS[1], ({"mean": "3 h", "cv": 2}, 0, 0)], MEMBERS])
def test_of_several_distributions_each_uniform_is_turned_by_its_own(several: list[tuple[object, float, float]]) -> None:
    distributions = [distribution(written) for written, _, _ in several]
    generator = np.random.default_rng(1)
    which, uniforms = generator.integers(len(several), size=500), generator.random(500)
    alone = np.array([quantile(each, uniforms) for each in distributions])[which, np.arange(500)]
    np.testing.assert_array_equal(quantile_of_each(distributions, which, uniforms), alone)


def test_a_choice_falls_by_share() -> None:
    uniforms = np.array([0.0, 0.149, 0.15, 0.849, 0.85, np.nextafter(1, 0)])
    assert choice([0.15, 0.7, 0.15], uniforms).tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("count", [2, 10, 133])
def test_many_uniforms_choose_as_few_do(count: int) -> None:
    generator = np.random.default_rng(count)
    shares = generator.dirichlet(np.full(count, 0.3))
    uniforms = np.concatenate([np.cumsum(shares)[:-1], generator.random(5000)])
    single = [choice(shares, uniforms[[row]]).item() for row in range(len(uniforms))]
    assert choice(shares, uniforms).tolist() == single


def test_what_has_no_share_is_never_chosen() -> None:
    uniforms = np.array([0.0, 0.3, 0.5, np.nextafter(1, 0)])
    assert choice([0, 0.5, 0, 0.5], uniforms).tolist() == [1, 1, 3, 3]


def test_shares_that_sum_to_a_little_less_than_one_leave_nothing_over() -> None:
    assert choice([1 / 3, 1 / 3, 1 / 3 - 1e-9], np.array([np.nextafter(1, 0)])).tolist() == [2]


def test_a_trailing_option_without_share_is_not_chosen_by_rounding() -> None:
    assert choice([0.1] * 10 + [0.0], np.array([np.nextafter(1, 0)])).tolist() == [9]
