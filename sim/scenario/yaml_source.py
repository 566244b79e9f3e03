"""YAML text as a tree of plain values that remembers where each stands, and plain values as YAML text.

The language is a small part of YAML 1.2: one document, no aliases, anchors or tags, keys are text. The tree is
built from the parser's events, so a file is parsed once and nothing explodes before it is seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from sim.core.errors import Problem
from sim.core.safe_text import printable, unfit
from sim.models.wording import Parts, numbered_path
from sim.scenario.text_files import EncodingError, decoded

_MOST_YAML_BYTES: Final = 1_000_000
"""A greater file is no scenario that a person wrote."""

_MAX_DEPTH: Final = 20
"""The language itself needs nine levels."""

_MAX_VALUES: Final = 50_000
"""Values of a file; checking more would take longer than a person waits."""

_MAX_DIGITS: Final = 40
"""A longer number is a slip, and slow to convert."""

_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FRACTION: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TAIL_COMMENT: Final = re.compile(r"(?:[\s,:\[\]{}?-]*\s)?#\s*(.*?)\s*")


@dataclass(slots=True)
class Node:
    """A value of a YAML text, and where it stands.

    Attributes:
        value: text, number, true or false, None, a list of nodes, or a mapping of nodes by key.
        text: a scalar as it is written.
        origin: what it stands in; empty for the scenario file itself.
        line: line of its key or, in a list, of itself, from 1; None where it stands on no line.
        last_line: line on which it ends.
        flow: whether it is a `[...]` or `{...}`.
        comment: the comment on its line, if it is this value's.
    """

    value: Any
    text: str = ""
    origin: str = ""
    line: int | None = None
    last_line: int | None = None
    flow: bool = False
    comment: str = ""

    def children(self) -> Iterator[tuple[str | int, "Node"]]:
        """Key or index and node of each entry; nothing for a scalar."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def written(self) -> str:
        """The value as one line of YAML."""
        if isinstance(self.value, dict):
            return "{" + ", ".join(f"{key}: {child.written()}" for key, child in self.value.items()) + "}"
        if isinstance(self.value, list):
            return "[" + ", ".join(child.written() for child in self.value) + "]"
        return " ".join(self.text.split())


@dataclass
class Source:
    """What a YAML text says.

    Attributes:
        root: its mapping; None if it cannot be used at all, and `problems` says why.
        problems: what is wrong with it as YAML.
        comments: text of the comment at the end of each line that has one.
    """

    root: Node | None
    problems: list[Problem]
    comments: dict[int, str] = field(default_factory=dict)


def read_yaml(content: bytes, origin: str = "", *, keys: str = "start, arrivals, teams") -> Source:
    """Read the YAML text of a scenario file, or of another one in the same language.

    Args:
        origin: what messages call the file; empty for the scenario file itself.
        keys: some that it has.
    """
    if len(content) > _MOST_YAML_BYTES:
        return _refused(
            f"has {len(content) / 1e6:.1f} MB; must be at most {_MOST_YAML_BYTES / 1e6:.0f} MB", None, origin
        )
    try:
        text = decoded(content)
    except EncodingError as error:
        return _refused(error.reason, error.line, origin)
    return _read(text, origin, keys)


def read_value(text: str, origin: str) -> Source:
    """Read one value as it may stand behind a key: a scalar, `{...}` or `[...]`."""
    source = _read(text, origin)
    for node in _walk(source.root):
        node.line = None
    return source


def write_yaml(value: Any) -> str:
    """Plain values as YAML text, one key a line, short collections in one line."""
    yaml = YAML(typ="safe", pure=True, plug_ins=[])
    yaml.default_flow_style = None
    yaml.width = _MOST_YAML_BYTES  # folded lines do not come back the same where they hold tabs
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # the library declares it None
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def _read(text: str, origin: str, keys: str | None = None) -> Source:
    """Read a value; a mapping with such keys, if some are named."""
    builder = _Builder(origin)
    try:
        root = builder.document(text)
    except _Refused as refused:
        return _refused(refused.message, refused.line, origin)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return _refused(f"has a character that is not allowed in YAML (U+{error.character:04X})", line, origin)
    except MarkedYAMLError as error:
        message, at = _yaml_message(error)
        return _refused(message + _wide_signs(text, at), at, origin)
    except YAMLError as error:
        return _refused(f"is not YAML that can be read: {error}", None, origin)
    if root is None:
        return _refused("is empty", None, origin)
    if keys is not None and not isinstance(root.value, dict):
        kind = "a list" if isinstance(root.value, list) else f"'{root.written()[:40]}'"
        return _refused(f"must be a mapping with keys such as {keys} (got {kind})", root.line, origin)
    return Source(root, builder.problems, _comments(text, builder.scalars))


class _Refused(Exception):  # noqa: N818 - never leaves this file
    def __init__(self, message: str, line: int) -> None:
        self.message = message
        self.line = line


def _refused(message: str, line: int | None, origin: str) -> Source:
    return Source(None, [Problem(message, line=line, origin=origin)])


def _yaml_message(error: MarkedYAMLError) -> tuple[str, int | None]:
    problem, mark = error.problem or error.context or "", error.problem_mark or error.context_mark
    line = None if mark is None else mark.line + 1
    if "'\\t'" in problem:
        return "tabs cannot indent or separate in YAML; use spaces", line
    if "mapping values are not allowed" in problem:
        problem = "a ':' where no key can be; is the line indented like its neighbours?"
    opened = error.context_mark
    if error.context and opened is not None and opened.line + 1 != line:
        problem += f" ({error.context} from line {opened.line + 1})"
    return f"is not YAML that can be read: {problem}", line


def _wide_signs(text: str, line: int | None) -> str:
    """A hint at signs of Chinese keyboards that stand where YAML needs its own, on a line or the one before it."""
    lines = _BREAK.split(text)
    for number in (line or 0, (line or 0) - 1):
        found = re.search("[：，｛｝［］]", lines[number - 1]) if 0 < number <= len(lines) else None
        if found:
            return f"; line {number} has a full-width '{found[0]}', which YAML takes for text"
    return ""


class _Builder:
    """Turns the events of one document into nodes."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.problems: list[Problem] = []
        self.scalars: list[events.ScalarEvent] = []
        self.values = 0

    def document(self, text: str) -> Node | None:
        stream = iter(YAML(typ="safe", pure=True, plug_ins=[]).parse(text))
        root: Node | None = None
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                if root is not None:
                    raise _Refused("one file is one scenario; a second document starts here", _line(event))
                if event.tags or event.version not in (None, (1, 2)):
                    raise _Refused("directives such as %TAG are not part of the language", _line(event))
            elif isinstance(event, events.NodeEvent):
                root = self.node(event, stream, (), _line(event))
        return root

    def node(self, event: Any, stream: Iterator[Any], parts: Parts, line: int) -> Node:
        if isinstance(event, events.AliasEvent) or event.anchor is not None:
            raise _Refused("anchors (&) and aliases (*) are not part of the language; write it out", _line(event))
        if event.tag not in (None, "!"):
            raise _Refused(f"tags such as {event.tag} are not part of the language", _line(event))
        if len(parts) >= _MAX_DEPTH:
            raise _Refused(f"is nested more than {_MAX_DEPTH} levels deep", _line(event))
        self.values += 1
        if self.values > _MAX_VALUES:
            raise _Refused(f"has more than {_MAX_VALUES} values", _line(event))
        if isinstance(event, events.ScalarEvent):
            self.scalars.append(event)
            last = event.end_mark.line + (0 if event.style in ("|", ">") else 1)
            return Node(self.scalar(event, parts), event.value, self.origin, line, max(last, line))
        value: Any
        if isinstance(event, events.MappingStartEvent):
            value, end = self.mapping(stream, parts)
        else:
            value, end = [], next(stream)
            while not isinstance(end, events.SequenceEndEvent):
                value.append(self.node(end, stream, (*parts, len(value)), _line(end)))
                end = next(stream)
        flow = bool(event.flow_style)
        return Node(value, "", self.origin, line, end.end_mark.line + 1 if flow else None, flow)

    def mapping(self, stream: Iterator[Any], parts: Parts) -> tuple[dict[str, Node], Any]:
        value: dict[str, Node] = {}
        event = next(stream)
        while not isinstance(event, events.MappingEndEvent):
            if not isinstance(event, events.ScalarEvent):
                raise _Refused("a key must be text", _line(event))
            at = _line(event)
            # Keys are text, whatever else they look like: a category may be called 12 or no.
            key = self.key(event, parts)
            child = self.node(next(stream), stream, (*parts, key), at)
            if key in value:
                first = value[key].line
                where = "on this line" if first == at else f"on line {first}"
                self.refuse(f"duplicate key; the first is {where}", (*parts, key), at)
            else:
                value[key] = child
            event = next(stream)
        return value, event

    def key(self, event: events.ScalarEvent, parts: Parts) -> str:
        if event.anchor is not None or event.tag is not None:
            raise _Refused("anchors (&) and tags (!) are not part of the language", _line(event))
        self.scalars.append(event)
        key: str = event.value
        return self.fit(key, (*parts, key), _line(event))

    def fit(self, text: str, parts: Parts, line: int) -> str:
        # The parser refuses what stands in the file as itself; within double quotes it may be written out.
        bad = unfit(text)
        if bad is not None:
            self.refuse(f"has a character that no text may have ({bad})", parts, line)
        return printable(text)

    def refuse(self, message: str, parts: Parts, line: int) -> None:
        self.problems.append(Problem(message, numbered_path(parts), line, self.origin))

    def scalar(self, event: events.ScalarEvent, parts: Parts) -> Any:
        text = self.fit(event.value, parts, _line(event))
        if event.style is not None or not event.implicit[0]:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _NOT_FINITE.fullmatch(text):
            self.refuse(f"must be a finite number (got {text})", parts, _line(event))
            return 0
        is_integer = _INTEGER.fullmatch(text) or _OTHER_BASE.fullmatch(text)
        if not is_integer and not _FRACTION.fullmatch(text):
            return text
        if len(text) > _MAX_DIGITS:
            self.refuse(f"must have at most {_MAX_DIGITS} digits (got {len(text)})", parts, _line(event))
            return 0
        number = int(text, 0 if _OTHER_BASE.fullmatch(text) else 10) if is_integer else float(text)
        if number in (float("inf"), float("-inf")):
            self.refuse(f"must be a finite number (got {text})", parts, _line(event))
            return 0
        return number


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def _walk(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield node
        for _, child in node.children():
            yield from _walk(child)


def _comments(text: str, scalars: list[events.ScalarEvent]) -> dict[int, str]:
    """The comment at the end of each line; a `#` inside a scalar begins none."""
    ends: dict[int, int] = {}
    inside: set[int] = set()
    for scalar in scalars:
        start, end = scalar.start_mark.line + 1, scalar.end_mark.line + 1
        if scalar.style in ("|", ">"):
            inside.update(range(start, end))
        else:
            inside.update(range(start, end))
            inside.discard(end)
            ends[end] = scalar.end_mark.column
    comments = {}
    for number, line in enumerate(_BREAK.split(text), start=1):
        if number in ends and number not in inside:
            match = _TAIL_COMMENT.fullmatch(line[ends[number] :])
            if match:
                comments[number] = match[1]
    return comments
