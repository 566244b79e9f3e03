"""What is compiled is kept for later processes, as long as nothing of what it was compiled from changes."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent

COMPILING = "compiling the engine, once on this machine ...\n"

ENGINE = """
from busy import busy_day
from sim.engine.compiled import simulate
simulate(*busy_day(0), stretches=True)
"""

LOADED_BY_A_WORKER = "from sim.experiment.cluster import load_engine; load_engine()"

# Two modules of a program, of which one calls the other, and is compiled with what that says.
OUTER = """
from sim.core.compiler import compiled
from program.called import changed

@compiled
def outer(number):
    return changed(number)
"""
CALLED = """
from sim.core.compiler import inner

@inner
def changed(number):
    return number + 1
"""


CALLS = "from program.outer import outer; assert outer(1) == {}"


def test_the_engine_is_compiled_once_and_says_so(tmp_path: Path) -> None:
    assert [said(LOADED_BY_A_WORKER, tmp_path), said(ENGINE, tmp_path)] == [COMPILING, ""]


def test_what_was_kept_and_is_damaged_is_compiled_again(tmp_path: Path) -> None:
    program_in(tmp_path)
    assert said(CALLS.format(2), tmp_path) == COMPILING
    for kept in tmp_path.rglob("*.nb?"):
        kept.write_bytes(kept.read_bytes()[:200])
    assert [said(CALLS.format(2), tmp_path), said(CALLS.format(2), tmp_path)] == [COMPILING, ""]


def test_an_edit_in_a_module_that_is_called_is_noticed(tmp_path: Path) -> None:
    called = program_in(tmp_path)
    assert [said(CALLS.format(2), tmp_path), said(CALLS.format(2), tmp_path)] == [COMPILING, ""]
    called.write_text(CALLED.replace("+ 1", "+ 2"))
    assert said(CALLS.format(3), tmp_path) == COMPILING


def program_in(folder: Path) -> Path:
    """The file of the module that is called, of a program in a folder."""
    called = folder / "program" / "called.py"
    called.parent.mkdir()
    called.with_name("outer.py").write_text(OUTER)
    called.write_text(CALLED)
    return called


def said(code: str, folder: Path) -> str:
    """What a process says that runs some code, with a cache and modules in a folder."""
    paths = os.pathsep.join(str(path) for path in (TESTS, TESTS.parent, folder))
    environment = os.environ | {"XDG_CACHE_HOME": str(folder), "PYTHONPATH": paths, "NUMBA_CACHE_DIR": ""}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    ).stderr
