"""Sorting by digits: the same as a sort by comparison, for every size of numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.radix_sort import ascending


@given(st.integers(0, 2**62), st.integers(0, 5_000), st.integers(0, 2**32))
def test_numbers_come_in_ascending_order(most: int, count: int, seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(0, most, count, endpoint=True)
    before = numbers.copy()
    found = ascending(numbers, most)
    np.testing.assert_array_equal(found, np.sort(numbers))
    np.testing.assert_array_equal(numbers, before)
    assert found.dtype == (np.int32 if most < 2**31 else np.int64)


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1])
def test_the_largest_number_of_a_type_has_its_place(number: int) -> None:
    numbers = np.array([number, 0, number, 1, number] * 1000)
    np.testing.assert_array_equal(ascending(numbers, max(number, 1)), np.sort(numbers))
