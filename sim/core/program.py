"""The program itself: its version, its folder in the user's cache, and the memory that it keeps."""

import os
import sys
from pathlib import Path
from typing import Final

VERSION: Final = "0.1.0"

# Parameters of mallopt(3).
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_HUGE: Final = 1 << 30


def user_cache() -> Path:
    """The folder of this program in the user's cache; it need not exist yet, or be one that can be written."""
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base or os.path.expanduser("~/.cache"), "lettersim")


def keep_memory() -> None:
    """Let the C library keep what arrays up to a gigabyte free, where it can be told to.

    Otherwise every array of a replication is new memory, which the kernel clears page by page, and for one thread at
    a time: two threads then simulate hardly faster than one.
    """
    import ctypes  # only who simulates pays for it

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _HUGE)
        mallopt(_TRIM_THRESHOLD, _HUGE)
