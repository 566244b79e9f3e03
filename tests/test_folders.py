"""Folders that are there whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from sim.folders.whole import DRAFT, remove, whole_or_not_at_all


def test_a_folder_takes_its_place_when_it_is_complete(tmp_path: Path) -> None:
    for content in ("first", "second"):
        with whole_or_not_at_all(tmp_path / "run") as folder:
            (folder / content).touch()
            assert not (tmp_path / "run" / content).exists()
        assert [path.name for path in (tmp_path / "run").iterdir()] == [content]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_a_killed_program_left_is_cleared_away(tmp_path: Path) -> None:
    gone, alive = 2**22 - 1, os.getppid()
    for name in (f".run.{gone}{DRAFT}", f".other.{gone}{DRAFT}.former", f".run.{alive}{DRAFT}", ".draft"):
        (tmp_path / name).mkdir()
    with whole_or_not_at_all(tmp_path / "run") as folder:
        (folder / "file").touch()
    assert {path.name for path in tmp_path.iterdir()} == {"run", f".run.{alive}{DRAFT}", ".draft"}


def test_folders_above_it_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(ZeroDivisionError), whole_or_not_at_all(tmp_path / "here" / "and" / "there"):
        _ = 1 / 0
    assert list(tmp_path.rglob("*")) == [tmp_path / "here"]


def test_a_folder_is_removed_while_somebody_writes_into_it(tmp_path: Path) -> None:
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

    writer = threading.Thread(target=write)
    writer.start()
    remove(folder)
    stop.set()
    writer.join()
    assert list(tmp_path.iterdir()) == []
