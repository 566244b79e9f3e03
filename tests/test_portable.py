"""Other systems and other places: without what only POSIX has, and installed as a wheel in a folder of nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from desk_of_eight import mm8_in
from runs import ROOT

BARE = ROOT / "tests" / "bare"
SHORT = ("--set", "window=1 d", "--replications", "2")


def bare(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program, and all processes that it starts, without what only POSIX systems have."""
    path = os.pathsep.join([str(BARE), str(ROOT)])
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": path}
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "mm8.yaml", *SHORT),
        ("run", "mm8.yaml", *SHORT, "--engine", "simpy", "--workers", "2", "--no-report"),
        ("targets", "mm8.yaml", *SHORT, "--export", "load", "--no-report"),
        ("new", "desk"),
    ],
    ids=["run", "simpy", "targets", "new"],
)
def test_commands_work_without_what_only_posix_has(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    mm8_in(tmp_path)
    done = bare(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_hidden_is_hidden(tmp_path: Path) -> None:
    code = "import multiprocessing, os, signal; print(hasattr(os, 'getuid'), hasattr(signal, 'SIGHUP')); import fcntl"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(BARE)}
    )
    assert done.stdout == "False False\n"
    assert "ModuleNotFoundError" in done.stderr
