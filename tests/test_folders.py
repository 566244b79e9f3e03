"""Atomic folders: there whole or not at all, and drafts that nobody writes any more are cleared away."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.output.folders.atomic_dir import (
    DRAFT,
    Owner,
    ProcessLock,
    clear_dead_drafts,
    drafted,
    drafts_in,
    machine,
    owner_of,
    owner_of_draft,
    remove_draft,
)

HOLDS_A_DRAFT = """
import sys, time
from pathlib import Path
from sim.output.folders.atomic_dir import drafted
with drafted(Path(sys.argv[1])) as draft:
    (draft.folder / "file").touch()
    if "placed" in sys.argv:
        draft.replace()
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has begun to write `run`."""
    command = [sys.executable, "-c", HOLDS_A_DRAFT, str(tmp_path / "run")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def put(target: Path, file: str = "file") -> None:
    """Write a folder with one file, as a command does."""
    clear_dead_drafts(target.parent)
    with drafted(target) as draft:
        (draft.folder / file).touch()
        draft.replace()


def test_a_folder_takes_its_place_when_it_is_complete(tmp_path: Path) -> None:
    for content in ("first", "second"):
        with drafted(tmp_path / "run") as draft:
            (draft.folder / content).touch()
            assert not (tmp_path / "run" / content).exists()
            draft.replace()
        assert names(tmp_path / "run") == {content}
    assert names(tmp_path) == {"run"}


def test_a_link_stays_and_the_folder_is_where_it_points(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "run").symlink_to("disk/run")
    for _ in range(2):
        put(tmp_path / "run")
        assert (tmp_path / "run").is_symlink()
        assert names(tmp_path / "disk") == {"run"}
        assert names(tmp_path / "disk" / "run") == {"file"}


@pytest.mark.parametrize("name", ["x" * 255, "局" * 85, "a b\nc"])
def test_any_name_that_a_file_system_takes(tmp_path: Path, name: str) -> None:
    put(tmp_path / name)
    assert names(tmp_path) == {name}


def test_folders_above_it_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(ZeroDivisionError), drafted(tmp_path / "here" / "and" / "there"):
        _ = 1 / 0
    assert list(tmp_path.rglob("*")) == [tmp_path / "here"]


def test_what_cannot_be_put_in_place_leaves_the_one_before(tmp_path: Path) -> None:
    put(tmp_path / "run", "before")

    def interrupted() -> None:
        with drafted(tmp_path / "run") as draft:
            draft.former.parent.mkdir()
            draft.target.rename(draft.former)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == {"run"}
    assert names(tmp_path / "run") == {"before"}


# drafts of others


def test_a_draft_of_a_living_process_stays(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    (draft,) = drafts_in(tmp_path)
    assert owner_of_draft(draft) is Owner.ALIVE
    put(tmp_path / "run")
    assert names(tmp_path) == {"run", draft.name}
    assert (draft / "new" / "run" / "file").exists()


def test_a_draft_of_a_killed_process_is_cleared_away(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    writer.kill()
    writer.communicate()
    (draft,) = drafts_in(tmp_path)
    assert owner_of_draft(draft) is Owner.DEAD
    put(tmp_path / "other")
    assert names(tmp_path) == {"other"}


def test_who_was_killed_between_two_renames_loses_nothing(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    writer.kill()
    writer.communicate()
    (draft,) = drafts_in(tmp_path)
    (draft / "former" / "run").mkdir(parents=True)
    (draft / "former" / "run" / "before").touch()
    clear_dead_drafts(tmp_path)
    assert names(tmp_path) == {"run"}
    assert names(tmp_path / "run") == {"before"}


def test_what_cannot_be_proved_dead_stays_and_is_in_nobodys_way(tmp_path: Path) -> None:
    kept = {f".run.12{DRAFT}": None, f".run.ab{DRAFT}": "", f".run.cd{DRAFT}": "another machine"}
    for name, taken_on in kept.items():
        (tmp_path / name / "new").mkdir(parents=True)
        if taken_on is not None:
            (tmp_path / name / "lock").write_text(taken_on)
    put(tmp_path / "run")
    assert names(tmp_path) == {"run", *kept}


def test_a_lock_is_seen_by_the_same_process_too(tmp_path: Path) -> None:
    lock = ProcessLock(tmp_path / "lock")
    assert owner_of(tmp_path / "lock") is Owner.ALIVE
    lock.release()
    assert owner_of(tmp_path / "lock") is Owner.DEAD
    (tmp_path / "lock").write_text(f"{machine()} no more")
    assert owner_of(tmp_path / "lock") is Owner.UNKNOWN
    assert owner_of(tmp_path / "nothing") is Owner.UNKNOWN


def test_a_draft_is_removed_while_somebody_writes_into_it(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    folder.mkdir()
    stop = threading.Event()

    def write() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            try:
                (folder / f"file{count}").touch()
            except FileNotFoundError:
                return

    thread = threading.Thread(target=write)
    thread.start()
    remove_draft(folder)
    stop.set()
    thread.join()
    assert list(tmp_path.iterdir()) == []
