"""The compiled engine without its compiler: the same source, run by Python, as it stands or with a fault put in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numba

import sim.engine.compiled

SOURCE = Path(sim.engine.compiled.__file__).read_text(encoding="utf-8")


def uncompiled(source: str = SOURCE) -> ModuleType:
    """The engine's module made from a source, with every function left to Python."""
    module = ModuleType("uncompiled_engine")
    module.__file__ = sim.engine.compiled.__file__
    with _compiler_off():
        exec(compile(source, "uncompiled_engine", "exec"), vars(module))
    return module


@contextmanager
def _compiler_off() -> Iterator[None]:
    config: Any = numba.config
    before = config.DISABLE_JIT
    config.DISABLE_JIT = True
    try:
        yield
    finally:
        config.DISABLE_JIT = before
