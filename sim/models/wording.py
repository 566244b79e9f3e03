"""Words of messages: how a place in a scenario is written, and what a name that does not exist may have meant."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

Parts = tuple[str | int, ...]
"""Keys and indices from the root to a value."""

_QUOTED: Final = r"""(?:"(?:[^"]|"")*"|'(?:[^']|'')*')"""
_PLAIN: Final = r"""[^.\[\]="'\s][^.\[\]=]*"""
_INDEX: Final = r"\[\d+\]"
_PART: Final = re.compile(rf"({_QUOTED})|({_PLAIN})|\[(\d+)\]")

KEY_PATH: Final = re.compile(rf"(?:{_QUOTED}|{_PLAIN})(?:\.(?:{_QUOTED}|{_PLAIN})|{_INDEX})*")
"""A path as people type it."""

_SHOWN_ROWS: Final = 10
"""How many different contents of bad rows a message names."""


def numbered_path(parts: Parts) -> str:
    """A path as messages write it: `workflow[1].effort`, without the step's name."""
    names = [number + 1 for number in _numbers_of_steps(parts)]
    return dotted(*(part for place, part in enumerate(parts) if place not in names))


def named_path(parts: Parts) -> str:
    """A path as a planner says it: `workflow.sign.effort`, without the step's number."""
    numbers = [number for number in _numbers_of_steps(parts) if number + 1 < len(parts)]
    return dotted(*(part for place, part in enumerate(parts) if place not in numbers))


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


def is_step(parts: Parts) -> bool:
    """Whether a path with numbers and names of steps ends with the number of one, before its name."""
    return len(parts) - 1 in _numbers_of_steps(parts)


def _numbers_of_steps(parts: Parts) -> list[int]:
    """Where the numbers of steps stand in a path: of one of the workflow, and of one of its detour."""
    lists = (("workflow", 1), ("steps", 4))
    return [
        place
        for key, place in lists
        if len(parts) > place
        and parts[:1] == ("workflow",)
        and parts[place - 1] == key
        and isinstance(parts[place], int)
    ]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`; did you mean 'effort'?` if a name is close, else an empty text."""
    close = closest(name, names)
    return f"; did you mean '{close}'?" if close else ""


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that one that does not exist may have meant."""
    return next(iter(get_close_matches(name, list(names), n=1, cutoff=0.6)), None)


def one_of(name: str, names: Iterable[str]) -> str:
    """`'staton'; did you mean 'station'?`, or `'x' (there are station, branch)`."""
    names = list(names)
    hint = did_you_mean(name, names)
    return f"'{name}'{hint or f' (there {are(names)})'}"


def are(names: Sequence[str]) -> str:
    """`are city, branch`, `is city`, `are none`; of many names only the first."""
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"{'is' if len(names) == 1 else 'are'} {shown or 'none'}"


class Rule(NamedTuple):
    """A rule that rows of a file break, as it is said of one row and of several."""

    one: str
    """As in `size must be 0 or more`."""
    many: str
    """As in `12 rows with a size below 0`."""


def named_rows(bad: Sequence[tuple[int, str]], what: str) -> str:
    """Bad rows of a file by what is written there: `3 rows without a duration: line 4 'x' (2 rows), line 12 '-1'`.

    Args:
        bad: line and content of each; what occurs most is named first.
    """
    rows: dict[str, list[int]] = {}
    for line, text in bad:
        rows.setdefault(text, []).append(line)
    often = sorted(rows.items(), key=lambda each: (-len(each[1]), each[1][0]))
    first = [
        f"line {lines[0]} {clipped(text, 40)!r}" + (f" ({len(lines)} rows)" if len(lines) > 1 else "")
        for text, lines in often[:_SHOWN_ROWS]
    ]
    more = [f"... ({len(often)} different in all)"] if len(often) > _SHOWN_ROWS else []
    return f"{len(bad)} row{'' if len(bad) == 1 else 's'} {what}: {', '.join([*first, *more])}"


def clipped(text: str, most: int = 60) -> str:
    """A text in at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
