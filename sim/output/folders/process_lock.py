"""Locks on files that die with their process: they tell whether whoever wrote something is still at work."""

import os
import platform
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

if sys.platform == "win32":
    import msvcrt

    FAR_BEHIND: Final = 1 << 30
    """Position of the locked byte: what stands before it can still be read by others."""

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, FAR_BEHIND, os.SEEK_SET)
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
    """What can be said of the process that took a lock."""

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
