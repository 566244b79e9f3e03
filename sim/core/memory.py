"""Memory of large arrays, kept for the next ones instead of being given back and asked for again."""

import ctypes
import sys
from typing import Final

MMAP_THRESHOLD: Final = -3
TRIM_THRESHOLD: Final = -1
"""Parameters of mallopt(3)."""

HUGE: Final = 1 << 30


def keep_memory() -> None:
    """Let the C library keep what arrays up to a gigabyte free, where it can be told to.

    Otherwise every array of a replication is new memory, which the kernel clears page by page, and for one thread at
    a time: two threads then simulate hardly faster than one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, HUGE)
        mallopt(TRIM_THRESHOLD, HUGE)
