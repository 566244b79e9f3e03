"""At which hours late letters come: by which span, and when it is worth telling."""

from typing import Any

import numpy as np
import pytest

from sim.metrics.hours import late_hours, shortest_half

FLAT = np.full((20, 24), 10)


def counts(*hours: int) -> Any:
    """How many of some things fall to each hour of the day."""
    return np.bincount(hours, minlength=24)


@pytest.mark.parametrize(
    ("hours", "span"),
    [
        ([9, 9, 10], (9, 10)),
        ([22, 23, 0, 1], (0, 2)),
        ([23, 0, 8, 15], (23, 25)),
        ([3], (3, 4)),
        ([1, 2, 8, 9, 9], (8, 10)),
        (range(24), (0, 12)),
        ([], None),
    ],
)
def test_the_shortest_span_with_shortest_half_something(hours: Any, span: tuple[int, int] | None) -> None:
    assert shortest_half(counts(*hours)) == span


def test_hours_are_told_with_the_letters_that_come_then_anyway() -> None:
    found = late_hours(np.tile(counts(20, 20, 21, 21, 22, 3), (20, 1)), FLAT)
    assert found is not None
    assert (found.span, found.late, found.letters) == ((20, 22), pytest.approx(4 / 6), pytest.approx(2 / 24))
    assert found.lift == pytest.approx(8)


def test_late_letters_that_come_as_all_letters_do_are_no_news() -> None:
    busy = np.tile(np.repeat([1, 9], 12), (20, 1))
    assert late_hours(busy, 10 * busy) is None
    # A few more than their share are none either.
    assert late_hours(busy, 10 * np.tile(np.repeat([2, 8], 12), (20, 1))) is None


def test_few_late_letters_are_chance() -> None:
    few = np.zeros((20, 24), dtype=np.int64)
    few[:, 20] = 1
    assert late_hours(few, FLAT) is None
    assert late_hours(2 * few, FLAT) is not None


def test_one_bad_evening_is_no_pattern() -> None:
    late = np.zeros((20, 24), dtype=np.int64)
    late[0, 20] = 40
    late[1:, 6:10] = 1
    assert late_hours(late, FLAT) is None
    assert late_hours(late[:1], FLAT[:1]) is None


@pytest.mark.parametrize("each", [0.07, 0.1, 0.3])
def test_late_letters_without_a_pattern_are_seldom_told_hours(each: float) -> None:
    """A pattern is told in at most 5% of cases; 21 of 200 would be five standard errors more (a fixed seed)."""
    chance = np.random.default_rng(5)
    told = [late_hours(chance.poisson(each, (20, 24)), FLAT) for _ in range(200)]
    assert sum(found is not None for found in told) <= 20
