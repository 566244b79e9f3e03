"""A fitted scenario as YAML text, with the mark, interval and number behind each measured figure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.core.json_text import to_json
from sim.fit.finding import Fitted, Marked

_WIDTH: Final = 110
_PLAIN: Final = re.compile(r"[^\W\d][\w.\-]*(?: [\w.\-]+)*|\d[\d.]*(?: ?%| (?:s|min|h|d))?|\d{4}-\d\d-\d\d")
_RESERVED: Final = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

HEADING: Final = (
    "# Marks: M measured on the office's own log, D derived from it, A assumption. Behind a mark stands the 95%",
    "# interval and the number of letters, visits, days or shifts that the figure rests on.",
)


def scenario_text(fitted: Fitted) -> str:
    """The scenario as YAML; `lettersim run` reads it, and its figures bear marks."""
    return "\n".join([*HEADING, *_mapping(fitted.document, "")]) + "\n"


def without_comments(value: Any) -> Any:
    """A document without its comments."""
    if isinstance(value, Marked):
        return without_comments(value.value)
    if isinstance(value, Mapping):
        return {key: without_comments(each) for key, each in value.items()}
    return [without_comments(each) for each in value] if isinstance(value, list | tuple) else value


def _mapping(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        yield from _entry(f"{indent}{_scalar(key)}:", value, indent + "  ")


def _entry(before: str, value: Any, indent: str) -> Iterator[str]:
    comment = f"   # {value.comment}" if isinstance(value, Marked) and value.comment else ""
    bare = value.value if isinstance(value, Marked) else value
    line = f"{before} {_flow(bare)}"
    if not isinstance(bare, Mapping | list) or not bare or (not _commented(bare) and len(line) <= _WIDTH):
        yield line + comment
        return
    yield before + comment
    if isinstance(bare, Mapping):
        yield from _mapping(bare, indent)
        return
    if not any(isinstance(each, Mapping) for each in bare):
        yield from _folded(bare, indent)
        return
    for each in bare:
        if isinstance(each, Mapping) and len(each) == 1:
            ((name, body),) = each.items()
            yield from _entry(f"{indent}- {_scalar(name)}:", body, indent + "    ")
        else:
            yield from _entry(f"{indent}-", each, indent + "  ")


def _folded(values: list[Any], indent: str) -> Iterator[str]:
    """A long list over several lines."""
    line = f"{indent}["
    for position, value in enumerate(values):
        text = _flow(value) + ("]" if position == len(values) - 1 else ", ")
        if len(line) + len(text) > _WIDTH:
            yield line.rstrip()
            line = f"{indent} "
        line += text
    yield line


def _commented(value: Any) -> bool:
    if isinstance(value, Marked):
        return bool(value.comment) or _commented(value.value)
    if isinstance(value, Mapping):
        return any(_commented(each) for each in value.values())
    return isinstance(value, list) and any(_commented(each) for each in value)


def _flow(value: Any) -> str:
    value = value.value if isinstance(value, Marked) else value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """JSON is YAML; what YAML reads back as the same text goes bare."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED and value.isascii():
        return value if not re.fullmatch(r"[\d.]+", value) else to_json(value, indent=None).strip()
    return to_json(value, indent=None).strip()
