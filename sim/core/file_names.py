"""Names of files made from names that somebody gave: of an SLA, a team, another scenario's file."""

import hashlib
import re
from typing import Final

LONGEST: Final = 100
"""Bytes of a part of a file's name; a file system takes 255 for all of it."""

_OTHERS: Final = re.compile(r"[^\w.-]")


def safe(name: str) -> str:
    """A name as it can stand in the names of files and ids: who names a scenario may use any character."""
    return fitting(_OTHERS.sub(lambda other: f"_{ord(other[0]):x}_", name))


def fitting(name: str, most: int = LONGEST) -> str:
    """A name in at most so many bytes: a longer one is cut, and told from others by a hash.

    Args:
        most: at least 20.
    """
    content = name.encode(errors="surrogateescape")
    if len(content) <= most:
        return name
    key = hashlib.sha256(content).hexdigest()[:12]
    return f"{content[: most - len(key) - 1].decode(errors='ignore')}-{key}"
