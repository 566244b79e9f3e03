"""Intervals from replications: hand-worked ones, their coverage, and what common random numbers do to them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.statistics import (
    Compliance,
    Difference,
    Durations,
    Estimate,
    Ratio,
    Verdict,
    all_decided,
    durations_of,
    mean_over,
    paired_difference,
    ratio_over,
    stacked,
    verdict,
)
from sim.statistics.pool import SMALL, Pool
from sim.statistics.tally import Tally, tally

approx = pytest.approx


def difference(first: Ratio, second: Ratio) -> Difference:
    return paired_difference(all_decided(first), all_decided(second))


T_95_WITH_3 = 3.182446305
"""97.5% quantile of Student's t with 3 degrees of freedom, from any table."""


def columns(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


# Means


def test_the_interval_of_a_mean_by_hand() -> None:
    """Mean 5, variance (9 + 1 + 1 + 9) / 3, standard error the root of that over 4."""
    half = T_95_WITH_3 * math.sqrt(20 / 3 / 4)
    found = mean_over(columns(2, 4, 6, 8)).at()
    assert (found.mean, found.low, found.high) == (5, approx(5 - half), approx(5 + half))
    assert found.width == approx(2 * half)


def test_one_replication_says_nothing_about_chance() -> None:
    assert mean_over(columns(7)).at() == Estimate(7, None, None)
    assert ratio_over(Ratio(columns(1), columns(4))).at() == Estimate(0.25, None, None)
    assert Estimate(7, None, None).width is None


def test_many_figures_at_once() -> None:
    band = mean_over(np.array([[1.0, 10.0, 5.0], [3.0, 10.0, np.nan]]))
    assert band.at(0) == mean_over(columns(1, 3)).at()
    assert band.at(1) == Estimate(10, 10, 10)
    assert band.at(2) == Estimate(None, None, None)
    assert (band / 10).at(1) == Estimate(1, 1, 1)
    assert band[1:].at(0) == band.at(1)


# Ratios


def test_a_ratio_is_of_the_sums_not_a_mean_of_ratios() -> None:
    """A day with one letter, late, does not weigh as much as a day with 99 on time."""
    assert ratio_over(Ratio(columns(99, 0), columns(99, 1))).mean == 0.99


def test_the_jackknife_by_hand() -> None:
    """Without each in turn the ratio is 3/4, 1/4 and 1/2: variance 2/3 of 1/16 + 1/16 + 0; t with 2 is 4.3027."""
    found = ratio_over(Ratio(columns(0, 2, 1), columns(2, 2, 2))).at()
    assert (found.mean, found.high) == (approx(0.5), approx(0.5 + 4.302652730 * math.sqrt(1 / 12)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_with_equal_wholes_the_jackknife_is_the_t_interval(values: list[float]) -> None:
    parts = np.array(values)
    mean, ratio = mean_over(parts).at(), ratio_over(Ratio(parts, np.ones(len(parts)))).at()
    assert ratio.mean == approx(mean.mean, abs=1e-6)
    assert ratio.low == approx(mean.low, abs=1e-3)
    assert ratio.high == approx(mean.high, abs=1e-3)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_a_share_stays_a_share(letters: list[tuple[int, int]]) -> None:
    part, rest = np.array(letters, dtype=float).T
    found = ratio_over(Ratio(part, part + rest), share=True).at()
    if found.mean is None:
        assert (part + rest).sum() == 0
    else:
        assert 0 <= found.mean <= 1
        assert found.low is None or 0 <= found.low <= found.mean
        assert found.high is None or found.mean <= found.high <= 1


def test_a_share_of_no_letters_is_not_known() -> None:
    assert ratio_over(Ratio(columns(0, 0), columns(0, 0))).at() == Estimate(None, None, None)
    # Without the one replication that has letters nothing is left to compare with.
    assert ratio_over(Ratio(columns(3, 0), columns(4, 0))).at() == Estimate(0.75, None, None)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Letters of one replication share its fate: letters as units would cover far less often than 95%.

    Of 2,000 experiments 95% cover, give or take 1.5 points (three standard errors).
    """
    rng = np.random.default_rng(7)
    letters = rng.poisson(400, (20, 2000)).astype(float)
    late_share = rng.beta(2, 18, (20, 2000))  # of each replication, 10% on average
    band = ratio_over(Ratio(rng.binomial(letters.astype(int), late_share).astype(float), letters), share=True)
    covered = (band.low <= 0.1) & (band.high >= 0.1)
    assert covered.mean() == approx(0.95, abs=0.015)
    as_if_independent = 1.96 * np.sqrt(band.mean * (1 - band.mean) / letters.sum(axis=0))
    assert (np.abs(band.mean - 0.1) <= as_if_independent).mean() < 0.6


# Paired differences


def test_a_difference_by_hand() -> None:
    """Of 100 letters each replication gains 1 or 3: mean 2, standard error 1; the levels vary far more."""
    first, second = columns(10, 20, 30, 40), columns(11, 23, 31, 43)
    hundred = np.full(4, 100.0)
    found = difference(Ratio(first, hundred), Ratio(second, hundred))
    half = T_95_WITH_3 * math.sqrt(4 / 3 / 4) / 100
    assert found.paired == Estimate(approx(0.02), approx(0.02 - half), approx(0.02 + half))
    assert found.independent.mean == approx(0.02)
    assert found.independent.width > 5 * found.paired.width
    assert found.narrowing == approx(found.independent.width / found.paired.width)


def test_a_share_does_not_change_by_more_than_all_of_it() -> None:
    hundred = np.full(2, 100.0)
    found = difference(Ratio(columns(0, 10), hundred), Ratio(columns(100, 90), hundred))
    assert (found.paired.mean, found.paired.high, found.independent.high) == (approx(0.9), 1.0, 1.0)


def test_without_common_chance_pairing_gains_little() -> None:
    """Over 400 experiments with 20 independent pairs, paired and independent intervals are about as wide."""
    rng = np.random.default_rng(3)
    factors = []
    for _ in range(400):
        first, second = (Ratio(rng.normal(5, 1, 20), np.ones(20)) for _ in range(2))
        narrowing = difference(first, second).narrowing
        assert narrowing is not None
        factors.append(narrowing)
    assert np.median(factors) == approx(1, abs=0.1)


def test_the_same_twice_differs_by_nothing() -> None:
    same = Ratio(columns(9, 8, 7), columns(10, 10, 10))
    found = difference(same, same)
    assert found.paired == Estimate(0, None, None)
    assert not found.seen
    assert found.narrowing is None, "there is no width to compare with"


def test_a_difference_needs_the_same_replications() -> None:
    with pytest.raises(ValueError, match="must be the same replications \\(got 2 and 3\\)"):
        difference(Ratio(columns(1, 2), columns(1, 1)), Ratio(columns(1, 2, 3), columns(1, 1, 1)))


def test_a_difference_of_single_replications_has_no_interval() -> None:
    found = difference(Ratio(columns(1), columns(4)), Ratio(columns(3), columns(4)))
    assert found.paired == found.independent == Estimate(0.5, None, None)


# Verdicts


@pytest.mark.parametrize(
    ("compliance", "target", "says"),
    [
        (Compliance(0.97, 0.96, 0.98), 0.95, Verdict.MET),
        (Compliance(0.96, 0.95, 0.97), 0.95, Verdict.MET),
        (Compliance(0.93, 0.92, 0.94), 0.95, Verdict.MISSED),
        (Compliance(0.95, 0.94, 0.96), 0.95, Verdict.UNCLEAR),
        (Compliance(0.94, 0.93, 0.95), 0.95, Verdict.UNCLEAR),
        (Compliance(1.0, None, None), 0.95, Verdict.UNCLEAR),
        (Compliance(None, None, None), 0.95, Verdict.NOT_JUDGED),
        (Compliance(None, None, None), None, None),
        (Compliance(None, 0.8, 0.97, (0.85, 0.96)), 0.98, Verdict.MISSED),
        (Compliance(None, 0.8, 0.97, (0.85, 0.96)), 0.95, Verdict.UNCLEAR),
        (Compliance(0.97, 0.96, 0.98), None, None),
    ],
)
def test_the_interval_decides(compliance: Compliance, target: float | None, says: Verdict | None) -> None:
    assert verdict(compliance, target) == says


# Stacks and tallies


def test_measures_of_replications_become_one_with_an_axis_more() -> None:
    one = (Ratio(np.array(1), np.array([2, 3])), ())
    other = (Ratio(np.array(4), np.array([5, 6])), ())
    (ratio, nothing) = stacked([one, other])
    assert isinstance(ratio, Ratio)
    assert ratio.part.tolist() == [1, 4]
    assert ratio.whole.tolist() == [[2, 3], [5, 6]]
    assert nothing == ()


def counted(found: Tally) -> dict[int, int]:
    return dict(zip(found.values.tolist(), found.times.tolist(), strict=True))


def test_a_tally_counts() -> None:
    assert counted(tally(np.array([5, 0, 5, 7]))) == {0: 1, 5: 2, 7: 1}
    assert tally(np.array([5, 0, 5, 7])).total == 4


def test_percentiles_by_hand() -> None:
    """Of ten letters the fifth is the median, the ninth the 90th percentile."""
    found = tally(np.arange(10, 110, 10))
    assert [found.percentile(share) for share in (0.01, 0.1, 0.11, 0.5, 0.9, 0.95, 0.99, 1.0)] == [
        *(10, 10, 20, 50, 90, 100, 100, 100)
    ]
    assert tally(np.array([], dtype=np.int64)).percentile(0.5) is None


@given(st.lists(st.integers(0, 20), max_size=90), st.sampled_from([0.5, 0.9, 0.95, 0.99, 1.0]))
def test_a_percentile_of_a_tally_is_that_of_its_numbers(numbers: list[int], share: float) -> None:
    found = tally(np.array(numbers, dtype=np.int64)).percentile(share)
    assert found == (np.percentile(numbers, 100 * share, method="inverted_cdf") if numbers else None)


def test_a_pool_is_all_of_its_parts() -> None:
    pool: Pool[tuple[Durations, Durations]] = Pool()
    pieces = [np.arange(start, start + SMALL // 2) for start in (0, 10, 20, 30, 40, 50)]
    open_ = np.arange(SMALL // 2) % 3 == 0
    for piece in pieces:
        pool.add((durations_of(piece, open_), durations_of(piece[:2])))
    everything = durations_of(np.concatenate(pieces), np.tile(open_, len(pieces)))
    large, small = pool.merged()
    for found, expected in ((large, everything), (small, durations_of(np.concatenate([each[:2] for each in pieces])))):
        for column, of in zip(found, expected, strict=True):
            assert (column.dtype, column.tolist()) == (of.dtype, of.tolist())
