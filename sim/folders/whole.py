"""Folders that are there whole or not at all, whatever stops the program while they are written."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sim.errors import SimError

DRAFT: Final = ".lettersim-draft"
"""Ending of the name of a folder that is not complete; before it stands the number of the process that writes it."""


@contextmanager
def whole_or_not_at_all(target: Path) -> Iterator[Path]:
    """A new folder beside `target`, which takes its place when the block ends well and vanishes when it does not.

    A folder that `target` was before is replaced. What a killed program left behind is cleared away.

    Raises: SimError when the disk is full, or the folder cannot be written for another reason.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}{DRAFT}")
    new_parents = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_away_drafts(target.parent)
        draft.mkdir()
        try:
            yield draft
            _to_disk(draft)
            _put_in_place(draft, target)
        finally:
            remove(draft)
    except BaseException as error:
        for parent in new_parents:
            with suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise SimError(f"{target} could not be written: {error.strerror or error}") from error
        raise


def remove(folder: Path) -> None:
    """Remove a folder, if it is there, also while another thread still writes into it."""
    away = folder.with_name(f"{folder.name}.away")
    try:
        # Who opens a file by its old path now fails, so that nothing comes in while it is emptied.
        folder.rename(away)
    except OSError:
        away = folder
    shutil.rmtree(away, ignore_errors=True)


def _put_in_place(draft: Path, target: Path) -> None:
    former = draft.with_name(f"{draft.name}.former")
    if target.exists():
        target.rename(former)
    try:
        draft.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _clear_away_drafts(parent: Path) -> None:
    for draft in parent.glob(f".*{DRAFT}*"):
        owner = draft.name.partition(DRAFT)[0].rpartition(".")[2]
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(draft, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _to_disk(folder: Path) -> None:
    """Make sure that the files survive a power cut that the new name of their folder survives."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
