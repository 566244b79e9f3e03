"""Compiled functions: Python that becomes machine code when it is first called, and is kept for later processes."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sim.core import program
from sim.core.program import user_cache

# A library for tests, which Numba loads to tell it of compiled lines; one that is at work already stays. So Numba must
# be loaded here first, and others have it from here.
_without_coverage = "coverage" not in sys.modules and sys.modules.setdefault("coverage", None) is None  # type: ignore[arg-type]

import numba  # noqa: E402
from numba.core import event  # noqa: E402
from numba.core.caching import FunctionCache  # noqa: E402

if _without_coverage:
    del sys.modules["coverage"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_PLAIN: Final[dict[str, Any]] = {"_nrt": False, "no_cfunc_wrapper": True}
"""How everything is compiled: nothing is allocated, so no array's references need be counted, which takes long."""

_INNER: Final[dict[str, Any]] = {**_PLAIN, "no_cpython_wrapper": True}

_ours: Final[set[str]] = set()


def compiled(function: _Function) -> _Function:
    """A compiled function that Python calls. It is kept in the cache, and lets go of Python's lock.

    The cache notices an edit in its module, in those of ours whose functions or classes that one imports, and in those
    that these do; not in one of which nothing but constants is imported.
    """
    config: Any = numba.config
    if config.DISABLE_JIT:
        return function
    _ours.add(function.__module__)
    chosen = config.CACHE_DIR
    config.CACHE_DIR = chosen or _cache_folder(function)
    try:
        dispatcher: Any = numba.njit(nogil=True, **_PLAIN)(function)
        dispatcher._cache = _Cache(function)  # type: ignore[no-untyped-call]
        return cast(_Function, dispatcher)
    finally:
        config.CACHE_DIR = chosen


def inner(function: _Function) -> _Function:
    """A compiled function that only compiled functions call."""
    return cast(_Function, numba.njit(**_INNER)(function))


def inlined(function: _Function) -> _Function:
    """A compiled function of an inner loop, whose arrays are at hand where it is called."""
    return cast(_Function, numba.njit(forceinline=True, **_INNER)(function))


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
    """Where what is compiled of exactly these sources is kept: in the user's cache, else among temporary files."""
    # Compiled code is kept with the name of its module, and is of no use to a copy under another name.
    key = f"{function.__module__.rpartition('.')[2]}-{_source_key(function.__module__)}"
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


@cache
def _source_key(module: str) -> str:
    """A hash of the source of a module, of those of its program that it imports from, and of theirs."""
    names, sources = [module], dict[str, bytes]()
    while names:
        name = names.pop()
        if name not in sources and name.partition(".")[0] == module.partition(".")[0]:
            content = vars(sys.modules[name])
            sources[name] = Path(content["__file__"]).read_bytes()
            origins = {getattr(each, "__module__", None) for each in content.values()}
            names += [origin for origin in origins if isinstance(origin, str)]
    key = hashlib.sha256()
    for name, source in sorted(sources.items()):
        key.update(f"{name}\n{len(source)}\n".encode() + source)
    return key.hexdigest()[:16]
