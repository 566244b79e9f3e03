"""Run a test on each engine: `@each_engine` gives it the engine's name as `engine`."""

from importlib.util import find_spec

import pytest

from sim.engine import ENGINES

each_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=pytest.mark.skipif(not find_spec(f"sim.engine_{name}"), reason="not built yet"))
        for name in ENGINES
    ],
)
