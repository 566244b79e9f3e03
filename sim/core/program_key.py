"""Key of the program: by it a folder knows what wrote it, and a worker of a cluster whom it works for."""

import hashlib
import platform
from functools import cache
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from typing import Any, Final

from sim.core.program import VERSION

_LIBRARIES: Final = (
    "brotli", "duckdb", "fonttools", "holidays", "jinja2", "matplotlib", "numba", "numpy", "openpyxl", "pydantic",
    "rich", "scipy", "simpy", "zhplot",
)  # fmt: skip
"""Libraries that decide what is written."""


@cache
def versions() -> dict[str, str]:
    """Versions of this program, of Python and of the libraries that decide what is written."""
    return {
        "lettersim": VERSION,
        "python": platform.python_version(),
        **{library: version(library) for library in _LIBRARIES},
    }


@cache
def source_key() -> str:
    """A hash of the source of this program, with its templates and words."""
    key = hashlib.sha256()
    for name, content in _sources("", resources.files("sim")):
        key.update(f"{name}\n{len(content)}\n".encode() + content)
    return key.hexdigest()


def program_key() -> dict[str, Any]:
    """What a manifest says of the program that wrote it."""
    return {"versions": versions(), "source": source_key()}


def _sources(prefix: str, folder: Traversable) -> list[tuple[str, bytes]]:
    found = []
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{prefix}{each.name}"
        if each.is_dir():
            found += _sources(f"{name}/", each) if each.name != "__pycache__" else []
        elif each.is_file():
            found.append((name, each.read_bytes()))
    return found
