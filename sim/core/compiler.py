"""Compiled functions: Python that becomes machine code when it is first called, and is kept for later processes."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sim.core import program
from sim.core.program import user_cache

# A library for tests, which Numba loads to tell it of compiled lines; one that is at work already stays. So Numba must
# be loaded here first, and others have it from here.
_without_coverage = "coverage" not in sys.modules and sys.modules.setdefault("coverage", None) is None  # type: ignore[arg-type]

import numba as numba  # noqa: E402
from numba.core import event  # noqa: E402
from numba.core.caching import FunctionCache  # noqa: E402

if _without_coverage:
    del sys.modules["coverage"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

PLAIN: Final[dict[str, Any]] = {"_nrt": False, "no_cfunc_wrapper": True}
"""How everything is compiled: nothing is allocated, so no array's references need be counted, which takes long."""

_ours: Final[set[str]] = set()


def compiled(function: _Function) -> _Function:
    """A compiled function that Python calls. It is kept in the cache, and lets go of Python's lock.

    All that it calls must stand in its own file, because the cache does not notice an edit in another.
    """
    config: Any = numba.config
    if config.DISABLE_JIT:
        return function
    _ours.add(function.__module__)
    chosen = config.CACHE_DIR
    config.CACHE_DIR = chosen or _cache_folder(function)
    try:
        dispatcher: Any = numba.njit(nogil=True, **PLAIN)(function)
        dispatcher._cache = _Cache(function)  # type: ignore[no-untyped-call]
        return cast(_Function, dispatcher)
    finally:
        config.CACHE_DIR = chosen


class _Announcer(event.Listener):
    """Says, once, that something is being compiled, which takes seconds; out of the cache it comes silently."""

    said = False

    def on_start(self, event: event.Event) -> None:
        """A function is about to be compiled."""
        if not self.said and event.data["dispatcher"].py_func.__module__ in _ours:
            self.said = True
            program.tell("compiling the engine, once on this machine ...")

    def on_end(self, event: event.Event) -> None:
        """A function is compiled."""


event.register("numba:compile", _Announcer())  # type: ignore[no-untyped-call]


class _Cache(FunctionCache):
    """A cache and no more: what cannot be read is compiled again, and what cannot be written is not kept."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function, or None."""
        try:
            # Without what a compilation needs, which takes longer to get ready than many a run; compiling does it.
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # whatever comes of reading a file that something has damaged
            with suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function."""
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def _cache_folder(function: Callable[..., Any]) -> str:
    """Where what is compiled of exactly this source is kept: in the user's cache, else among temporary files."""
    # Compiled code is kept with the name of its module, and is of no use to a copy under another name.
    source = Path(function.__code__.co_filename).read_bytes() + function.__module__.encode()
    key = f"{function.__module__.rpartition('.')[2]}-{hashlib.sha256(source).hexdigest()[:16]}"
    # Where there are no numbers of users (Windows), everybody has folders of their own, the temporary one among them.
    me = os.getuid() if hasattr(os, "getuid") else None
    for parent in (user_cache(), Path(tempfile.gettempdir(), f"lettersim-{me}")):
        try:
            folder = parent / key
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What lies there is executed, so somebody else's folder will not do.
            if parent.is_absolute() and me in (None, folder.stat().st_uid) and os.access(folder, os.W_OK):
                return str(folder)
        except OSError:
            continue
    return tempfile.mkdtemp(prefix="lettersim-")
