"""Where a value stands in a scenario: the keys and indices from the root, and how people write them."""

import re
from typing import Final

Parts = tuple[str | int, ...]
"""Keys and indices from the root to a value."""

_PART: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def shown(parts: Parts) -> str:
    """A path as messages write it: `workflow[1].effort`, without the step's name."""
    return _dotted(parts[:2] + parts[3:] if _in_a_step(parts) else parts)


def spoken(parts: Parts) -> str:
    """A path as a planner says it: `workflow.sign.effort`, without the step's number."""
    return _dotted(parts[:1] + parts[2:] if _in_a_step(parts) else parts)


def parts_of(path: str) -> Parts:
    """The keys and indices of a path."""
    return tuple(key or int(index) for key, index in _PART.findall(path))


def _in_a_step(parts: Parts) -> bool:
    return len(parts) > 2 and parts[0] == "workflow" and isinstance(parts[1], int)


def _dotted(parts: Parts) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
