"""Names of files that are made from names of scenarios fit into every file system, and stay apart."""

from hypothesis import given
from hypothesis import strategies as st

from sim.core.file_names import LONGEST, fitting, safe

NAMES = st.text(min_size=1, max_size=200)


@given(NAMES)
def test_a_safe_name_is_short_and_holds_nothing_special(name: str) -> None:
    made = safe(name)
    assert 0 < len(made.encode("utf-8", "surrogateescape")) <= LONGEST
    assert all(each.isalnum() or each in "_.-" for each in made)


@given(NAMES, NAMES)
def test_different_names_stay_apart(one: str, other: str) -> None:
    # As they stand in a scenario: without what `safe` itself puts between.
    if one != other and "_" not in one + other:
        assert safe(one) != safe(other)


def test_names_that_fit_are_kept() -> None:
    assert safe("signed") == fitting("signed") == "signed"
    assert safe("10 min/局长") == "10_20_min_2f_局长"
    assert fitting("局" * 50).startswith("局" * 29 + "-")
    assert len(fitting("局" * 50).encode()) == 100
    assert fitting("x" * 251, 250) != fitting("x" * 252, 250)
