"""The benchmarks compare like with like, and have a place for each of their tables."""

import sys
from pathlib import Path

import pytest

from sim.engine import compiled as engine_compiled

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(autouse=True)
def beside_the_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(BENCHMARKS) in str(sys.modules[name].__file__):
            del sys.modules[name]


def test_plain_simpy_gives_the_same_times_in_system() -> None:
    """It shares nothing with our engines but the letters."""
    import peer_simpy
    from common_model import draw, times_in_system

    model = draw(5)
    log = engine_compiled.simulate(model.workload, model.roster, model.horizon)
    assert sorted(peer_simpy.simulate(model)) == sorted(times_in_system(model, log))


def test_every_section_has_its_place() -> None:
    import run

    for name in run.SECTIONS:
        text = run.PAGES.get(name, run.README).read_text(encoding="utf-8")
        assert (BENCHMARKS / f"{name}.py").exists()
        assert run.filled(text, name, ["| a table |"]).count("| a table |") == 1
