"""The program itself: its version, its folder in the user's cache, the memory that it keeps, and how it speaks up."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

VERSION: Final = "0.1.0"

# Parameters of mallopt(3).
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_HUGE: Final = 1 << 30


def _to_standard_error(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - what the program says while it works


tell: Callable[[str], None] = _to_standard_error
"""Says, in English, what takes long; the command line puts in its place who says it in the user's language."""


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


@contextmanager
def numpy_as_loaded() -> Iterator[None]:
    """Let NumPy tell only what it has loaded already while SciPy is loaded, which takes half of the time then.

    SciPy copies whatever NumPy has, and NumPy would load for that what nobody needs here (a reader of Fortran).
    """
    import numpy

    module: Any = numpy
    names, told = module.__all__, module.__dir__
    module.__all__ = [name for name in names if name in vars(module)]
    module.__dir__ = lambda: list(vars(module))
    try:
        yield
    finally:
        module.__all__, module.__dir__ = names, told
