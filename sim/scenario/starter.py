"""Scenarios to start from: a short one with comments, and those that are shipped, each as one text."""

from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString
from ruamel.yaml.tokens import CommentToken

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import to_json
from sim.core.options import DEFAULT
from sim.models.wording import one_of
from sim.scenario.text_files import decoded

_AFTER: Final = 2
"""Where a mapping keeps the comment behind a value, among those of a key."""

_LINE_WIDTH: Final = 120
"""Columns after which a value is folded."""

_COMMENT_COLUMN: Final = 29
"""Where the comment on a line begins, if the value leaves room."""

_TITLE: Final = "name: Starter\n"

_TRACES: Final = "*.csv"
"""Names of the files besides scenarios that are shipped."""


def flatten(path: Path) -> str:
    """The text of a sound scenario file without `extends`, which loads as the same scenario.

    What a layer replaces or adds has the layer's comment; what it removes has none; all else keeps its own.
    """
    stream = StringIO()
    _yaml().dump(_merged(path), stream)
    return stream.getvalue()


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True, plug_ins=[])
    yaml.preserve_quotes = True
    yaml.width = _LINE_WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _merged(path: Path) -> CommentedMap:
    top: CommentedMap = _yaml().load(decoded(path.read_bytes()))
    base = top.pop("extends", None)
    if base is None:
        return top
    below = _merged(path.parent / base)
    _lay(top, below)
    if top.ca.comment and below.ca.comment:
        below.ca.comment[1] = [*(top.ca.comment[1] or []), *(below.ca.comment[1] or [])]
    elif top.ca.comment:
        below.ca.comment = top.ca.comment
    return below


def _lay(above: CommentedMap, below: CommentedMap) -> None:
    """Lay a mapping over another one: mappings merge, all else replaces, null removes."""
    for key, value in above.items():
        if value is None:
            below.pop(key, None)
            continue
        own, next_one = _comment(above, key)
        next_one = next_one if "#" in next_one else ""
        if key in below:
            own_before, next_before = _comment(below, key)
            next_one += next_before
        if isinstance(value, CommentedMap) and isinstance(below.get(key), CommentedMap):
            merged = below[key]
            if merged.fa.flow_style():
                # What is said of a record in one line is said of its values, which change.
                if not value.fa.flow_style():
                    merged.fa.set_block_style()
            else:
                own = own or own_before
            _lay(value, merged)
        else:
            below[key] = value
        _put(below, key, own, next_one)


def _comment(mapping: CommentedMap, key: str) -> tuple[str, str]:
    """The comment on the line of a value, and the lines from there to the next key, which are about that one."""
    entry = mapping.ca.items.get(key)
    text: str = entry[_AFTER].value if entry and entry[_AFTER] else ""
    if isinstance(mapping[key], FoldedScalarString | LiteralScalarString):
        return "", text
    own, _, rest = text.partition("\n")
    return own, rest


def _put(mapping: CommentedMap, key: str, own: str, next_one: str) -> None:
    """Give a value a comment on its line, and lines that follow."""
    value: Any = mapping[key]
    is_block = isinstance(value, FoldedScalarString | LiteralScalarString)
    text = next_one if is_block else f"{own}\n{next_one}"
    token = (
        CommentToken(text, CommentMark(0 if is_block else _COMMENT_COLUMN)) if text.strip("\n") or next_one else None
    )
    mapping.ca.items[key] = [None, None, token, None]
    if isinstance(value, CommentedMap | CommentedSeq):
        # Of a collection the library writes this one.
        value.ca.comment = [token, None]


class Shipped(NamedTuple):
    """A shipped scenario.

    Attributes:
        text: of the scenario.
        traces: content of the files that it names, by name.
    """

    text: str
    traces: dict[str, bytes]


def starter(name: str, lang: str = DEFAULT.lang) -> str:
    """A complete scenario that runs and explains itself, with a name of one's own.

    Args:
        lang: language of what it explains; English where there is none in it.
    """
    folder = files("sim.scenario")
    own = folder.joinpath(f"starter.{lang}.yaml")
    text = (own if own.is_file() else folder.joinpath("starter.yaml")).read_text("utf-8")
    # JSON text is YAML text, whatever the name has in it.
    return text.replace(_TITLE, f"name: {to_json(name)}\n")


def shipped(name: str) -> Shipped:
    """A shipped scenario, with all that it extends in one text.

    Raises: ScenarioError if none has this name.
    """
    names = sorted(path.stem for path in _folder().glob("*.yaml"))
    if name not in names:
        raise ScenarioError(name, [Problem(f"no such shipped scenario {one_of(name, names)}")])
    text = flatten(_folder() / f"{name}.yaml")
    return Shipped(text, {path.name: path.read_bytes() for path in _folder().glob(_TRACES) if path.name in text})


def _folder() -> Path:
    """Where the shipped scenarios are: within an installed package, beside one that is run from its sources."""
    package = Path(str(files("sim")))
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"
