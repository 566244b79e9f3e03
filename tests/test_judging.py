"""How SLAs are judged: hand-worked intervals, undecided letters, cells, copies, percentiles, and an obvious twin."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv
from scipy.stats import beta
from scipy.stats import t as student

from sim.statistics import (
    Compliance,
    Decided,
    Durations,
    Figure,
    Verdict,
    body_effect,
    durations_by,
    durations_of,
    highest_target,
    judge,
    judge_cells,
    paired_difference,
    spread,
    together,
    verdict,
)

approx = pytest.approx
Letters = list[tuple[int, bool]]
"""Elapsed seconds of some letters, and whether each is still open."""


def decided(met: Sequence[float], late: Sequence[float], undecided: Sequence[float] | float = 0) -> Decided:
    return Decided(*(np.array(each, float) for each in (met, late)), np.add(met, late) + np.asarray(undecided, float))


# The interval


def test_equal_replications_leave_the_interval_of_independent_letters() -> None:
    """90 of 100 in each of four replications: 360 of 400, of which Student's t with 3 takes (1.96 / 3.18)^2."""
    found = judge(decided([90] * 4, [10] * 4))
    worth = 400 * (1.959964 / 3.182446) ** 2
    assert found.mean == 0.9
    assert found.low == approx(beta.ppf(0.025, 0.9 * worth, 0.1 * worth + 1), rel=1e-6)
    assert found.high == approx(beta.ppf(0.975, 0.9 * worth + 1, 0.1 * worth), rel=1e-6)


def test_bursts_widen_the_interval_by_their_design_effect() -> None:
    """Of two replications of 100 letters one has 20 late, the other none: the jackknife variance is 0.1^2.

    Independent letters would have 0.9 * 0.1 / 200, so 200 letters are worth 9, and of these t with 1 leaves a 42nd.
    """
    found = judge(decided([80, 100], [20, 0]))
    worth = 200 / (0.01 / (0.9 * 0.1 / 200)) * (1.959964 / 12.706205) ** 2
    assert found.low == approx(betaincinv(0.9 * worth, 0.1 * worth + 1, 0.025), rel=1e-6)
    assert found.high == approx(betaincinv(0.9 * worth + 1, 0.1 * worth, 0.975), rel=1e-6)


def test_none_late_is_not_surely_none_late() -> None:
    """57 letters in 20 replications, all in time: no target above 93% is shown."""
    found = judge(decided([3] * 17 + [2] * 3, [0] * 20))
    assert (found.mean, found.high) == (1.0, 1.0)
    assert found.low == approx(0.025 ** (1 / (57 * (1.959964 / student.ppf(0.975, 19)) ** 2)))
    assert verdict(found, 0.95) is Verdict.UNCLEAR


def test_where_late_letters_are_rare_the_body_tells_the_bursts() -> None:
    """Two late of 2,000, one in each of two replications, look independent; the body says that they are not."""
    rare = decided([99] * 2 + [100] * 18, [1] * 2 + [0] * 18)
    assert judge(rare, 5.0).low < judge(rare).low  # type: ignore[operator]
    often = decided([70, 90] * 10, [30, 10] * 10)
    assert judge(often, 5.0) == judge(often), "five hundred late letters tell their own bursts"


def test_letters_of_one_replication_give_no_interval() -> None:
    assert judge(decided([9, 0, 0], [1, 0, 0])) == Compliance(0.9, None, None)
    assert judge(decided([9], [1])) == Compliance(0.9, None, None)
    assert judge(decided([9, 9], [1, 1]), copies=True) == Compliance(0.9, None, None)
    assert verdict(judge(decided([9, 9], [0, 0]), copies=True), 0.5) is Verdict.UNCLEAR


def test_no_letters_are_not_judged() -> None:
    nothing = judge(decided([0, 0], [0, 0]))
    assert nothing == Compliance(None, None, None)
    assert verdict(nothing, 0.9) is Verdict.NOT_JUDGED
    assert verdict(nothing, None) is None


def test_a_target_of_all_letters_is_never_shown() -> None:
    assert verdict(judge(decided([10_000] * 20, [0] * 20)), 1.0) is Verdict.UNCLEAR
    assert verdict(judge(decided([10_000] * 20, [1] * 20)), 1.0) is Verdict.MISSED
    assert highest_target(10_000) == approx(1 - 3.69 / 10_000, abs=1e-6)


def test_together_the_worst_counts_and_what_is_not_judged_only_alone() -> None:
    assert together([Verdict.MET, Verdict.NOT_JUDGED, None]) is Verdict.MET
    assert together([Verdict.NOT_JUDGED, None]) is Verdict.NOT_JUDGED
    assert together([Verdict.MET, Verdict.MISSED, Verdict.UNCLEAR]) is Verdict.MISSED
    assert together([None]) is None


# Undecided letters


def test_up_to_one_in_a_hundred_undecided_letters_leave_a_point() -> None:
    """Of 1,000 letters 890 in time, 100 late: 890 / 990, and at worst 890 / 1,000 or 900 / 1,000."""
    few = judge(decided([445] * 2, [50] * 2, [5] * 2))
    assert (few.mean, few.between) == (approx(890 / 990), None)
    sure_low, sure_high = judge(decided([445] * 2, [55] * 2)), judge(decided([450] * 2, [50] * 2))
    assert (few.low, few.high) == (sure_low.low, sure_high.high)


def test_more_undecided_letters_leave_bounds() -> None:
    many = judge(decided([445] * 2, [40] * 2, [15] * 2))
    assert (many.mean, many.between) == (None, (0.89, 0.92))
    assert many.worst == 0.89
    assert judge(decided([0, 0], [0, 0], [10, 10])).between == (0, 1)
    assert verdict(judge(decided([0, 0], [0, 0], [10, 10])), 0.5) is Verdict.UNCLEAR


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3), min_size=2, max_size=8))
def test_undecided_letters_widen_the_interval_and_never_move_it(each: list[tuple[int, int, int]]) -> None:
    """However they turn out, the interval that is shown holds the one that will be."""
    met, late, undecided = (np.array(column, float) for column in zip(*each, strict=True))
    open_ = judge(decided(met, late, undecided))
    well, badly = judge(decided(met + undecided, late)), judge(decided(met, late + undecided))
    assert (open_.low, open_.high) == (badly.low, well.high)


# Cells


def test_cells_of_a_table_share_their_design_effect() -> None:
    """Two quiet cells and one in bursts: all get the effect of the whole table, and the third its own."""
    met = np.array([[9, 8, 0], [9, 8, 10], [9, 8, 0], [9, 8, 10]], float)
    letters = np.full_like(met, 10)
    table = judge_cells(Decided(met, letters - met, letters))
    for cell in (0, 1):
        alone = judge(decided(met[:, cell].tolist(), (letters - met)[:, cell].tolist()))
        found = table.at(cell)
        assert found.mean == alone.mean
        assert found.low < alone.low < alone.high < found.high  # type: ignore[operator]
    assert table.too_few.tolist() == [False] * 3
    assert judge_cells(Decided(met[:2], (letters - met)[:2], letters[:2])).too_few.tolist() == [True] * 3


def test_a_cell_without_letters_says_nothing() -> None:
    met, letters = np.array([[1.0, 0], [2, 0]]), np.array([[2.0, 0], [2, 0]])
    assert judge_cells(Decided(met, letters - met, letters)).at(1) == Compliance(None, None, None)


# Percentiles


def test_a_percentile_of_open_letters_is_more_than_what_is_known() -> None:
    """Five in a minute, three in two, and two that are open after 100 s."""
    (found,) = [durations_of(np.array([60] * 5 + [120] * 3 + [100] * 2), np.array([False] * 8 + [True] * 2))]
    told = spread([found])
    assert told.p50 == Figure(60.0)
    assert told.p90 == Figure(None, more_than=120.0)
    assert told.mean == Figure(None, more_than=86.0)
    assert told.max == Figure(None, more_than=120.0)
    ended = spread([durations_of(np.array([60] * 5 + [120] * 5))])
    assert (ended.mean, ended.p90, ended.max) == (Figure(90.0), Figure(120.0), Figure(120.0))
    assert spread([durations_of(np.empty(0, np.int64))]).mean == Figure(None)


def test_a_percentile_that_open_letters_may_move_is_between() -> None:
    """The ninth of ten is 120 s if the open one ends at once, and 300 s if it lasts."""
    one = durations_of(np.array([60] * 8 + [300, 120]), np.array([False] * 9 + [True]))
    assert spread([one]).p90 == Figure(None, more_than=120.0, at_most=300.0)


def test_most_at_once_is_at_once_for_sure() -> None:
    """97 of 100 do not wait: the median is 0, and so are both ends of its interval."""
    each = [durations_of(np.array([0] * 97 + [50, 70, 90])) for _ in range(20)]
    assert spread(each).p50 == Figure(0.0, 0.0, 0.0)


def test_an_interval_of_a_percentile_agrees_with_the_verdict() -> None:
    """A limit below its low end is missed at that target, and one from its high end on is met."""
    rng = np.random.default_rng(5)
    each = [durations_of(rng.exponential(600 * rng.gamma(9, 1 / 9), 400).astype(np.int64)) for _ in range(20)]
    p90, body = spread(each).p90, body_effect(each)
    assert p90.low is not None
    assert p90.value is not None
    assert p90.high is not None
    assert p90.low < p90.value < p90.high
    for limit, says in (
        *((p90.low - 1, Verdict.MISSED), (p90.low, Verdict.UNCLEAR)),
        *((p90.high - 1, Verdict.UNCLEAR), (p90.high, Verdict.MET)),
    ):
        met = [float(one.ended[one.seconds <= limit].sum()) for one in each]
        assert verdict(judge(decided(met, [400 - some for some in met]), body), 0.9) is says


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40), min_size=1, max_size=6))
def test_percentiles_agree_with_their_obvious_twin(each: list[Letters]) -> None:
    replications = [counted(letters) for letters in each]
    told = spread(replications)
    for figure, share in ((told.p50, 0.5), (told.p90, 0.9), (told.p95, 0.95), (told.p99, 0.99)):
        assert (figure.low, figure.high) == twin([one for one in each if one], share)


def counted(letters: Letters) -> Durations:
    seconds, open_ = zip(*letters, strict=True) if letters else ((), ())
    return durations_of(np.array(seconds, np.int64), np.array(open_, np.bool_))


def twin(each: list[Letters], share: float) -> tuple[int | None, int | None]:
    """Both ends by trying every length, one after the other, with the formulas as they stand in the literature."""
    if len(each) < 2:
        return None, None
    letters = [letter for one in each for letter in one]
    lengths = sorted(seconds for seconds, _ in letters)
    at = [lengths[int(np.ceil(part * len(lengths) * (1 - 1e-12))) - 1] for part in (0.8, 0.9, 0.95)]
    body = max([1.0, *(own_effect(each, length, ended=False)[1] for length in at)])

    def interval(length: int, *, ended: bool) -> tuple[float, float]:
        part, own = own_effect(each, length, ended=ended)
        largest = max(own, body)
        effect = largest if min(part, 1 - part) * len(letters) / largest < 20 else own
        worth = len(letters) / effect * (1.959964 / student.ppf(0.975, len(each) - 1)) ** 2
        low = 0.0 if part <= 0 else betaincinv(worth * part, worth * (1 - part) + 1, 0.025)
        high = 1.0 if part >= 1 else betaincinv(worth * part + 1, worth * (1 - part), 0.975)
        return float(low), float(high)

    low = next((length for length in sorted(set(lengths)) if interval(length, ended=False)[1] >= share), None)
    high = None
    for length in sorted({seconds for seconds, is_open in letters if not is_open}, reverse=True):
        if interval(length, ended=True)[0] < share:
            break
        high = length
    return low, high


def own_effect(each: list[Letters], length: int, *, ended: bool) -> tuple[float, float]:
    """Share of the letters up to a length, and the design effect of that share."""
    part = np.array([sum(seconds <= length and not (ended and is_open) for seconds, is_open in one) for one in each])
    letters = np.array([len(one) for one in each])
    share = part.sum() / letters.sum()
    without = (part.sum() - part) / (letters.sum() - letters)
    variance = (len(each) - 1) / len(each) * ((without - without.mean()) ** 2).sum()
    return share, max(1.0, variance * letters.sum() / (share * (1 - share))) if 0 < share < 1 else 1.0


def test_durations_by_group() -> None:
    groups = durations_by(3, np.array([2, 0, 2]), np.array([5, 7, 5]), np.array([False, False, True]))
    assert [each.total for each in groups] == [1, 0, 2]
    assert (groups[2].seconds.tolist(), groups[2].ended.tolist(), groups[2].open.tolist()) == ([5], [1], [1])


# Paired differences


def test_undecided_letters_stand_at_their_worst_in_a_difference() -> None:
    before = decided([50, 52, 48, 51], [50, 48, 52, 49])
    after = decided([60, 63, 58, 62], [30, 28, 31, 29], [10, 9, 11, 9])
    found = paired_difference(before, after)
    assert found.paired.mean is None, "a tenth of the letters is undecided"
    worst, best = decided([60, 63, 58, 62], [40, 37, 42, 38]), decided([70, 72, 69, 71], [30, 28, 31, 29])
    assert found.paired.low == approx(paired_difference(before, worst).paired.low)
    assert found.paired.high == approx(paired_difference(before, best).paired.high)
