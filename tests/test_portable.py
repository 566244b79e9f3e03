"""Other systems and other places: without what only POSIX has, and installed as a wheel in a folder of nothing."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from desk_of_eight import mm8_in
from runs import ROOT

from sim.commands.main import cli
from sim.scenario.loading import load
from sim.scenario.starter import flatten, shipped

SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    quiet = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *quiet, "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as content:
        content.extractall(folder / "site")
    return folder / "site"


def installed(site: Path, folder: Path, *arguments: str) -> str:
    """What the installed program prints, run in a folder where no source can be found."""
    code = f"import sys; sys.path.insert(0, {str(site)!r}); from sim.commands.main import main; main()"
    command = [sys.executable, "-I", "-c", code, *arguments]
    uncompiled = os.environ | {"NUMBA_DISABLE_JIT": "1"}  # compiling takes longer than a small scenario does
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env=uncompiled)
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestTheWheel:
    def test_it_has_one_package_with_the_program_and_the_scenarios(self, site: Path) -> None:
        (told,) = site.glob("*.dist-info")
        assert sorted(path.name for path in site.iterdir()) == [told.name, "sim"]
        assert "lettersim = sim.commands.main:main" in (told / "entry_points.txt").read_text()
        assert {path.stem for path in (site / "sim" / "scenarios").glob("*.yaml")} == set(SHIPPED)
        sources = {path.relative_to(ROOT) for path in (ROOT / "sim").rglob("*") if "__pycache__" not in path.parts}
        assert {path for path in sources if not (site / path).exists()} == set()

    def test_it_works_in_an_empty_folder(self, site: Path, tmp_path: Path) -> None:
        assert "is written" in installed(site, tmp_path, "new", "--from", "trace")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["trace.yaml", "trace_synthetic.csv"]
        installed(site, tmp_path, "new", "--from", "mm8")
        assert "letters a day" in installed(site, tmp_path, "check", "mm8.yaml", *SHORT)
        installed(site, tmp_path, "run", "mm8.yaml", "--out", "out", *SHORT)
        assert (tmp_path / "out" / "report.html").exists()


class TestShippedScenarios:
    @pytest.mark.parametrize("name", SHIPPED)
    def test_one_is_written_whole_and_means_the_same(self, tmp_path: Path, name: str) -> None:
        text, traces = shipped(name)
        for trace, rows in traces.items():
            (tmp_path / trace).write_bytes(rows)
        (tmp_path / "copy.yaml").write_text(text, "utf-8")
        source = ROOT / "scenarios" / f"{name}.yaml"
        assert load(tmp_path / "copy.yaml").scenario.resolved() == load(source).scenario.resolved()
        assert "extends" not in text
        assert text.count("#") >= source.read_text("utf-8").count("#")

    def test_a_command_writes_it_under_its_own_name_or_another(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for arguments in (["--from", "mm8"], ["--from", "mm8.yaml", "mine"], ["mine", "--from", "hubei", "--force"]):
            assert CliRunner().invoke(cli, ["new", *arguments]).exit_code == 0
        assert (tmp_path / "mm8.yaml").read_text() == (ROOT / "scenarios" / "mm8.yaml").read_text()
        assert "name: Hubei" in (tmp_path / "mine.yaml").read_text("utf-8")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--from", "mm9"], "no such shipped scenario 'mm9'; did you mean 'mm8'?"),
            (["--from", "../pyproject"], "no such shipped scenario '../pyproject' (there are beijing_12345, "),
            ([], "Missing argument 'NAME'."),
            (["--from", "mm8", "there"], "there.yaml is there already"),
            (["--from", "trace"], "trace_synthetic.csv is there already"),
        ],
    )
    def test_what_cannot_be_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "there.yaml").write_text("mine")
        (tmp_path / "trace_synthetic.csv").write_text("mine")
        done = CliRunner().invoke(cli, ["new", *arguments])
        assert done.exit_code == 2
        assert said in done.output
        assert {path.read_text() for path in tmp_path.iterdir()} == {"mine"}


LAYERS = {
    "base.yaml": """\
# Of the base.
name: base   # its name
# Before the arrivals.
arrivals:    # all of them
  per_day: 80   # then
  by_hour: mailbox   # shape
teams:
  desk: {tier: city, staff: {always: 8}}   # eight
about: >
  Long
  text.
# Before the window.
window: 1 d  # one
""",
    "top.yaml": """\
# Of the top.
extends: base.yaml
arrivals:
  per_day: 600   # now
  by_hour: null
teams: {desk: {staff: {always: 9}}}
window: 2 d
seed: 5   # new
""",
}


def test_comments_stay_with_what_they_are_about(tmp_path: Path) -> None:
    for name, text in LAYERS.items():
        (tmp_path / name).write_text(text)
    assert (
        flatten(tmp_path / "top.yaml")
        == """\
# Of the top.
# Of the base.
name: base   # its name
# Before the arrivals.
arrivals:                    # all of them
  per_day: 600               # now
teams:
  desk: {tier: city, staff: {always: 9}}
about: >
  Long
  text.
# Before the window.
window: 2 d
seed: 5                      # new
"""
    )
