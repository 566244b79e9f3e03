"""A short slice of `make soak`: twenty small offices, a hundred mutants, and disks that are full."""

from collections.abc import Iterator

import pytest
from soak.rounds import Rounds


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rounds]:
    """Rounds in a folder of their own."""
    started = Rounds(tmp_path_factory.mktemp("soak"), patience=300)  # other tests may be at work beside it
    yield started
    started.close()


@pytest.mark.parametrize("first", range(0, 20, 10))
def test_small_offices_go_through_and_their_verdicts_hold(rounds: Rounds, first: int) -> None:
    assert [fault for seed in range(first, first + 10) for fault in rounds.try_one("office", seed)] == []


@pytest.mark.parametrize("seed", [7020])
def test_offices_that_once_failed(rounds: Rounds, seed: int) -> None:
    assert rounds.try_one("office", seed) == []


@pytest.mark.parametrize("first", range(0, 100, 50))
def test_mutants_are_refused_in_words_or_run(rounds: Rounds, first: int) -> None:
    assert [fault for seed in range(first, first + 50) for fault in rounds.try_one("mutant", seed)] == []


@pytest.mark.parametrize("seed", range(4))
def test_a_full_disk_ends_in_a_sentence_and_leaves_nothing(rounds: Rounds, seed: int) -> None:
    assert rounds.try_one("full disk", seed) == []
