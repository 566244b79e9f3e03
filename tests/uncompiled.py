"""The compiled engine without its compiler: the same source, run by Python, as it stands or with a fault put in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numba

import sim.engine.compiled

FOLDER = Path(sim.engine.compiled.__file__).parent


IMPORT = re.compile(rf"^from {sim.engine.compiled.__name__}\.(\w+) import (?:\([^)]*\)|.*)\n", re.MULTILINE)


def in_order(file: str, written: dict[str, str]) -> dict[str, str]:
    """The source of a file of the engine behind those that it imports from, without these imports."""
    source = FOLDER.joinpath(f"{file}.py").read_text(encoding="utf-8")
    for imported in IMPORT.findall(source):
        if imported not in written:
            in_order(imported, written)
    written[file] = IMPORT.sub("", source)
    return written


SOURCE = "\n".join(in_order("__init__", {}).values())
"""All files of the engine as one."""


def uncompiled(source: str = SOURCE) -> ModuleType:
    """The engine as one module made from a source, with every function left to Python."""
    module = ModuleType("uncompiled_engine")
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
