"""Whatever stops a command, and whoever else writes beside it: nothing is half-written, and nothing is lost."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kept import COMMANDS, FOUND_AGAIN, ask, contents, words_of
from killing import STATES, Killing
from runs import ROOT

from sim.commands.options import COULD_NOT
from sim.output.folders.atomic_dir import drafts_in
from sim.output.folders.manifest import condition_of

if sys.platform == "win32":
    pytest.skip("needs signals, limits and namespaces of POSIX", allow_module_level=True)

import resource

HOLDS_A_DRAFT = """
import sys
from pathlib import Path
from sim.output.folders.atomic_dir import drafted
with drafted(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


def allowed(*words: str) -> bool:
    """Whether `unshare` may do this here."""
    command = ["unshare", *words, "true"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


# killed


@pytest.fixture(scope="module")
def killing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    running = Killing(tmp_path_factory.mktemp("home"), seed=12)
    yield running
    running.close()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["run", "export"])
def test_a_kill_at_any_moment_leaves_nothing_half_written(killing: Killing, kind: str, state: str) -> None:
    killing.once(kind, state)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_twenty_kills_of_all_commands(tmp_path: Path, seed: int) -> None:
    running = Killing(tmp_path, seed)
    for _ in range(20):
        running.once()
    running.close()
    assert running.counts["kills"] > 10


# a full disk


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_limit_of_file_sizes_leaves_what_was_there(here: Path, kind: str) -> None:
    assert ask(kind, "out").exit_code == 0
    before = contents(here / "out")
    chance = random.Random(kind)
    # What a real system answers has other figures each time, and so may its files be shorter.
    most = max(map(len, before.values())) // (1 if kind in FOUND_AGAIN else 2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in (0, chance.randrange(1, most), most - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            answer = ask(kind, "out", "--force")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert answer.exit_code == COULD_NOT, answer.output
        assert "could not be written: " in answer.stderr
        assert contents(here / "out") == before
        assert drafts_in(here) == []


@pytest.mark.skipif(not allowed("-m"), reason="no mounts of one's own")
@pytest.mark.parametrize("size", ["4k", "40k"])
def test_a_full_disk_leaves_what_was_there(here: Path, size: str) -> None:
    (here / "disk").mkdir()
    run = f"{sys.executable} {ROOT / 'cli.py'} {' '.join(words_of('run', 'disk/out'))}"
    script = f"mount -t tmpfs -o size={size} none disk && {{ {run}; echo exit $?; ls -A disk; }}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True)
    assert done.stdout == f"exit {COULD_NOT}\n", done.stderr
    assert "could not be written: No space left on device" in done.stderr


# others who write beside it


def test_many_at_once_leave_one_folder(here: Path) -> None:
    command = [sys.executable, str(ROOT / "cli.py"), *words_of("run", "out")]
    several = [subprocess.Popen([*command, *force], stderr=subprocess.PIPE) for force in ([], ["--force"], ["--force"])]
    assert [process.communicate()[1] for process in several] == [b""] * 3
    assert [process.returncode for process in several] == [0] * 3
    assert condition_of(here / "out").sound
    assert condition_of(here / "out").unlisted == ()
    assert drafts_in(here) == []


@pytest.mark.skipif(not allowed("-p", "-f"), reason="no namespaces of processes")
def test_containers_that_share_a_folder_do_not_harm_each_other(here: Path) -> None:
    # In a container of its own every program is process 1, and sees none of the others.
    container = ["unshare", "-p", "-f", "--kill-child"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    writer = subprocess.Popen(
        [*container, sys.executable, "-c", HOLDS_A_DRAFT, "out"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    (draft,) = drafts_in(here)
    command = [*container, sys.executable, str(ROOT / "cli.py"), *words_of("run", "out")]
    other = subprocess.run(command, capture_output=True, text=True)
    assert other.returncode == 0, other.stderr
    assert condition_of(here / "out").sound
    assert drafts_in(here) == [draft]
    writer.kill()
    writer.communicate()
    again = subprocess.run([*command, "--force"], capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert drafts_in(here) == []
