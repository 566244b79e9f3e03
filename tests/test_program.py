"""The command line as a program of its own: what it prints, and how it goes when it is stopped."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from desk_of_eight import files, mm8_in
from runs import ROOT

from sim.commands.options import INTERRUPTED
from sim.core.options import Options
from sim.output.results import run as results
from sim.scenario.loading import load


@pytest.fixture
def mm8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scenario as `mm8.yaml` in a folder of its own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return mm8_in(tmp_path)


def compute(scenario: Path, out: Path | None) -> None:
    """Run a scenario without charts, which take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "draw", lambda *_: None)
        results.run(load(scenario), Options(out=out))


def program(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *(str(argument) for argument in arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=listen_to_ctrl_c, **options
    )


def listen_to_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that it starts; a terminal's does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_the_program_runs_from_anywhere(mm8: Path) -> None:
    process = program("run", "mm8.yaml", "--json")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["scenario"] == "mm8"


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_a_stopped_run_goes_at_once_and_leaves_nothing(mm8: Path, engine: str, stop: int, code: int) -> None:
    process = program(
        "run", "mm8.yaml", "--set", "window=2000 d", "--replications", "60", "--engine", engine, "--out", "out/run"
    )
    while not (drafts := list(mm8.parent.glob("out/.run.*"))):
        assert process.poll() is None, process.communicate()
    assert len(drafts) == 1
    process.send_signal(stop)
    try:
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert files(mm8.parent) == ["mm8.yaml"]


def test_a_killed_run_leaves_no_folder_and_the_next_one_clears_up(mm8: Path) -> None:
    process = program("run", "mm8.yaml", "--set", "window=2000 d", "--replications", "60", "--out", "out/run")
    while not list(mm8.parent.glob("out/.run.*")):
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    assert not (mm8.parent / "out" / "run").exists()
    compute(mm8, Path("out/run"))
    assert files(mm8.parent / "out") == ["run"]


def test_a_reader_who_leaves_is_no_error(mm8: Path) -> None:
    compute(mm8, None)
    process = program("run", "mm8.yaml", "--json", env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in err
    assert process.returncode in (0, 1)
