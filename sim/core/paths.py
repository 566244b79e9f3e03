"""Where a value stands in a scenario: the keys and indices from the root, and how people write them.

A key that has a dot, a bracket or `=` in it, or begins with a quote or a space, is written in quotes:
`categories."治安.噪音".share`.
"""

import re
from typing import Final

Parts = tuple[str | int, ...]
"""Keys and indices from the root to a value."""

_QUOTED: Final = r"""(?:"(?:[^"]|"")*"|'(?:[^']|'')*')"""
_PLAIN: Final = r"""[^.\[\]="'\s][^.\[\]=]*"""
_INDEX: Final = r"\[\d+\]"
_PART: Final = re.compile(rf"({_QUOTED})|({_PLAIN})|\[(\d+)\]")

PATH: Final = re.compile(rf"(?:{_QUOTED}|{_PLAIN})(?:\.(?:{_QUOTED}|{_PLAIN})|{_INDEX})*")
"""A path as people type it."""


def shown(parts: Parts) -> str:
    """A path as messages write it: `workflow[1].effort`, without the step's name."""
    return dotted(*(parts[:2] + parts[3:] if _in_a_step(parts) else parts))


def spoken(parts: Parts) -> str:
    """A path as a planner says it: `workflow.sign.effort`, without the step's number."""
    return dotted(*(parts[:1] + parts[2:] if _in_a_step(parts) else parts))


def dotted(*parts: str | int) -> str:
    """A path from its keys and indices."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in parts).removeprefix(".")


def parts_of(path: str) -> Parts:
    """The keys and indices of a path."""
    return tuple(_unquoted(quoted) if quoted else key or int(index) for quoted, key, index in _PART.findall(path))


def _key(name: str) -> str:
    if not name or re.fullmatch(_PLAIN, name):
        return name
    return '"' + name.replace('"', '""') + '"'


def _unquoted(quoted: str) -> str:
    return quoted[1:-1].replace(quoted[0] * 2, quoted[0])


def _in_a_step(parts: Parts) -> bool:
    return len(parts) > 2 and parts[0] == "workflow" and isinstance(parts[1], int)
