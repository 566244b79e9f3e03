"""The tree of errors: each says its text, and arrives whole from another process, whatever it carries."""

import copy
import pickle
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

import pytest

import sim
from sim.core.errors import AuditError, EngineMismatch, Problem, ScenarioError, SimError

EXAMPLES: dict[type[SimError], SimError] = {
    SimError: SimError("the folder cannot be written"),
    ScenarioError: ScenarioError("peak.yaml", [Problem("must be 0 or more (got -5)", "seed", 3), Problem("is empty")]),
    EngineMismatch: EngineMismatch(17, "started", {"compiled": 60, "simpy": 120}),
    AuditError: AuditError(["visit 3 starts at 60 s, before it was queued", "visit 4 has no unit"]),
}


def tree(base: type[SimError]) -> set[type[SimError]]:
    """A class of errors and all that are made from it."""
    return {base, *(each for child in base.__subclasses__() for each in tree(child))}


def raised(error: SimError) -> None:
    raise error


@pytest.mark.parametrize("error", EXAMPLES.values(), ids=lambda error: type(error).__name__)
class TestEveryError:
    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_is_the_same_after_pickling(self, error: SimError, protocol: int) -> None:
        error = copy.copy(error)
        error.add_note("seen in replication 3")
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)
        assert again.__notes__ == ["seen in replication 3"]

    def test_it_comes_out_of_a_worker_process(self, error: SimError) -> None:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(SimError) as caught:
            pool.submit(raised, error).result()
        assert type(caught.value) is type(error)
        assert vars(caught.value).keys() >= vars(error).keys()
        assert str(caught.value) == str(error)


def test_the_whole_tree_is_tried() -> None:
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        import_module(module.name)
    assert tree(SimError) == set(EXAMPLES)


def test_many_problems_are_clipped_in_the_text_alone() -> None:
    error = pickle.loads(pickle.dumps(ScenarioError("x.yaml", [Problem(str(n)) for n in range(300)])))
    assert str(error).endswith("... and 200 more")
    assert len(error.problems) == 300
