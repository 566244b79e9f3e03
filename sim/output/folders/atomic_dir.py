"""Atomic folders: written as a draft beside their place, moved there when complete, cleared if their writer died.

A draft is one hidden folder, `.NAME.RANDOM.lettersim-draft`, with the lock of the process that writes it, the new
content in `new/`, and for a moment in `former/` what it takes the place of.
"""

import os
import platform
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Final

from sim.core.errors import SimError
from sim.core.safe_text import short_file_name

DRAFT: Final = ".lettersim-draft"
"""Ending of the name of a draft."""

_MOST_TRIES: Final = 20
"""Maximum attempts to begin a draft, should others remove it at once."""

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

if sys.platform == "win32":
    import msvcrt

    _FAR_BEHIND: Final = 1 << 30
    """Position of the locked byte: what stands before it can still be read by others."""

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR_BEHIND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:

    def _lock(descriptor: int) -> None:
        try:
            import fcntl
        except ImportError:  # a system that has neither
            raise OSError("there are no locks") from None
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Owner(Enum):
    """State of the process that took a lock."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


class ProcessLock:
    """A lock on a file, held until it is released or its process ends, however that ends.

    Where the file system has no locks nothing is held, and the owner can never be proved dead.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock; the file is created, and must be the taker's own."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        with suppress(OSError):
            _lock(self._descriptor)
            # Whoever reads this knows that the lock was held: before it is written, a free lock proves nothing.
            os.write(self._descriptor, machine().encode())

    def release(self) -> None:
        """Let go of the lock."""
        with suppress(OSError):
            os.close(self._descriptor)


def owner_of(path: Path) -> Owner:
    """Whether the process that took the lock on a file is alive.

    It is proved dead only if the lock is free and was taken on this machine since it was started: locks of other
    machines that share a disk may not be seen from here.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return Owner.UNKNOWN
    try:
        taken_on = os.read(descriptor, 1000).decode(errors="replace")
        _lock(descriptor)
    except (BlockingIOError, PermissionError):  # as POSIX and Windows say that it is held
        return Owner.ALIVE
    except OSError:
        return Owner.UNKNOWN
    finally:
        os.close(descriptor)
    return Owner.DEAD if taken_on == machine() else Owner.UNKNOWN


def machine() -> str:
    """This machine since its last start, the same in all of its containers; its name where no better is known."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return platform.node()


class Draft:
    """A folder while it is written.

    Attributes:
        folder: takes the content; empty at first.
        target: where it will be, through all links.
    """

    def __init__(self, root: Path, target: Path) -> None:
        self.root = root
        self.target = target
        self.folder = root / "new" / target.name
        self.former = root / "former" / target.name

    def flush(self) -> None:
        """Make sure that the files survive a power cut that the new name of their folder survives."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                with path.open("r+b") as file:  # Windows flushes only what may be written
                    os.fsync(file.fileno())

    def replace(self) -> None:
        """Move the folder to its place; what was there stays in `former` until the draft is removed."""
        if self.target.exists():
            self.former.parent.mkdir()
            self.target.rename(self.former)
        try:
            self.folder.rename(self.target)
        except OSError:
            self.restore()
            raise

    def restore(self) -> None:
        """Put back what was there before."""
        if self.former.exists() and not self.target.exists():
            self.former.rename(self.target)


@contextmanager
def drafted(target: Path) -> Iterator[Draft]:
    """A draft of a folder, which vanishes when the block ends, unless it was put in its place.

    If `target` is a link, the folder is where it points.

    Raises: SimError when the disk is full, or the folder cannot be written for another reason.
    """
    real = Path(os.path.realpath(target))
    new_parents = [parent for parent in real.parents if not parent.exists()]
    try:
        root, lock = _begun(real)
        try:
            draft = Draft(root, real)
            draft.folder.mkdir(parents=True)
            yield draft
        finally:
            lock.release()
            clear_draft(root)
    except BaseException as error:
        for parent in new_parents:
            with suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise SimError(f"{target} could not be written: {error.strerror or error}") from error
        raise


@contextmanager
def one_at_a_time(parent: Path) -> Iterator[None]:
    """Let only one process at a time move folders into `parent`, where folders can be locked."""
    if sys.platform == "win32":
        yield
        return
    descriptor = None
    with suppress(OSError, ImportError):
        import fcntl

        descriptor = os.open(parent, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def drafts_in(parent: Path) -> list[Path]:
    """All drafts that lie in a folder, those of older versions too."""
    return sorted(path for path in parent.glob(f".*{DRAFT}*") if path.is_dir() and not path.is_symlink())


def owner_of_draft(draft: Path) -> Owner:
    """Whether the process that writes a draft is alive; unknown for drafts without a lock."""
    return owner_of(draft / "lock")


def clear_dead_drafts(parent: Path) -> None:
    """Clear the drafts whose writers are proved dead; what cannot be cleared stays, and does no harm."""
    for draft in drafts_in(parent):
        if owner_of_draft(draft) is Owner.DEAD:
            clear_draft(draft)
        else:
            with suppress(OSError):
                draft.rmdir()  # where somebody was killed before or after all, it is empty


def clear_draft(draft: Path) -> None:
    """Remove a draft; a folder that was just about to be replaced goes back to its place."""
    for former in (draft / "former").glob("*"):
        # The new folder is still here, so the old one is whole.
        if (draft / "new" / former.name).exists():
            with suppress(OSError):
                Draft(draft, draft.parent / former.name).restore()
    remove_draft(draft)


def remove_draft(draft: Path) -> None:
    """Remove a draft, if it is there, also while another thread still writes into it."""
    away = draft.with_name(f"{draft.name}.away")
    try:
        # Who opens a file by its old path now fails, so that nothing comes in while it is emptied.
        draft.rename(away)
    except OSError:
        away = draft
    # The lock goes last: what is left if this process is killed here must still be known to be dead.
    for part in (away / "new", away / "former", away):
        shutil.rmtree(part, ignore_errors=True)


def _begun(target: Path) -> tuple[Path, ProcessLock]:
    """A new draft with its lock taken."""
    for more in reversed(range(_MOST_TRIES)):
        try:
            return _begin(target)
        except FileNotFoundError:
            # Another process, which clears up, may have removed it while it was empty, or a parent that was new.
            if not more:
                raise
    raise AssertionError("the last try returns or raises")


def _begin(target: Path) -> tuple[Path, ProcessLock]:
    word = secrets.token_hex(8)
    begun, root = (
        target.with_name(f".{word}{DRAFT}"),
        target.with_name(f".{short_file_name(target.name)}.{word}{DRAFT}"),
    )
    try:
        begun.mkdir(parents=True)
        lock = ProcessLock(begun / "lock")
        try:
            # Who sees the name of the folder can be sure that there is a lock.
            begun.rename(root)
        except PermissionError:  # Windows lets nobody rename the folder of an open file
            root = begun
    except BaseException:  # Ctrl-C too
        remove_draft(begun)
        remove_draft(root)
        raise
    return root, lock
