"""A scenario in layers: the file it extends, the file itself, then every `--set`; each over the ones before.

Mappings merge deeply, lists and scalars replace, and null removes a key.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final

from sim.core.errors import Problem
from sim.models.labels import TRANSLATED, TRANSLATIONS
from sim.models.wording import KEY_PATH, Parts, clipped, is_step, named_path, numbered_path, one_of, parts_of
from sim.scenario.files import named_file, real_path
from sim.scenario.problems import MISSING
from sim.scenario.provenance import attach_comments
from sim.scenario.yaml_source import Node, Source, read_value, read_yaml

_NAMED_SECTIONS: Final = ("channels", "categories", "teams", "rosters", "sla")
"""Mappings whose keys the planner makes up."""

_RELATIVE: Final = re.compile(r"\s*([+-]\d+(?:\.\d+)?)\s*[%％]\s*")
"""A change of what stands there, such as `+20%`."""

_NUMBER_WITH_UNIT: Final = re.compile(r"\s*(\d+(?:\.\d+)?)(\s*\D+)")
"""A share or a duration."""

_SETTING: Final = re.compile(rf"\s*({KEY_PATH.pattern})\s*=(.*)", re.DOTALL)


class Layers:
    """The layers of a scenario on top of each other.

    Attributes:
        root: what they say together.
        changes: what a layer replaced, added or removed, as `arrivals.per_day: 80 -> 600`.
        problems: what is wrong with the layers themselves.
    """

    def __init__(self) -> None:
        self.root = Node({})
        self.changes: list[str] = []
        self.problems: list[Problem] = []
        self._removed: dict[str, Node] = {}

    def copy(self) -> "Layers":
        """The same layers, on which others can be laid without touching these: no layer changes what lies below."""
        other = Layers()
        other.root, other._removed = self.root, dict(self._removed)
        other.changes, other.problems = list(self.changes), list(self.problems)
        return other

    def add_file(self, path: Path) -> bool:
        """Lay a scenario file, and below it the files that it extends; false if one of them cannot be used."""
        try:
            next_path: Path | None = real_path(path)
        except ValueError as error:
            self.problems.append(Problem(str(error)))
            return False
        folder = real_path(path).parent
        chain: list[tuple[Path, Node]] = []
        origin = ""
        while next_path is not None:
            source = read_file(next_path, origin)
            attach_comments(source)
            self.problems += source.problems
            if source.root is None:
                return False
            chain.append((next_path, source.root))
            base = source.root.value.pop("extends", None)
            found = None if base is None else self._extended(base, next_path, folder, [path for path, _ in chain])
            if base is not None and found is None:
                return False
            next_path = found
            origin = found.relative_to(folder).as_posix() if found else ""
        (_, self.root), *above = reversed(chain)
        for _, layer in above:
            self.root = self._merged(without_stale_translations(self.root, layer.value), layer, ())
        return True

    def add_setting(self, setting: str) -> None:
        """Lay one `KEY=VALUE`."""
        origin = f"--set {setting}"
        typed = _SETTING.fullmatch(setting)
        if typed is None:
            self.problems.append(Problem("must be KEY=VALUE, such as arrivals.per_day=600", origin=origin))
            return
        key, text = typed[1].strip(), typed[2]
        source = read_value(text, origin)
        if source.root is None:
            what = [Problem(problem.message, key, origin=origin) for problem in source.problems]
            self.problems += what
            return
        self.problems += [replace(each, path=f"{key}.{each.path}".rstrip("."), line=None) for each in source.problems]
        if key == "extends":
            self.problems.append(Problem("can only be said in a file", key, origin=origin))
            return
        try:
            parts = _through_steps(parts_of(key), self.root)
            # A step is a mapping of its own; without its only key there is nothing left of it.
            parts = parts[:-1] if is_step(parts[:-1]) and source.root.value is None else parts
            value = _relative(text, parts, self.root, origin) or source.root
            self.root = self._put(without_stale_translations(self.root, parts[:1]), parts, value, ())
        except ValueError as error:
            self.problems.append(Problem(str(error), key, origin=origin))

    def at(self, key: str) -> Node | None:
        """What stands at a path as people type it; None if nothing does."""
        try:
            return _found(self.root, _through_steps(parts_of(key), self.root))
        except ValueError:
            return None

    def finish(self) -> None:
        """Report keys without a value, and leave them out."""
        self.root = self._without_nulls(self.root, ())

    def blamed(self, problem: Problem) -> Problem:
        """A problem with the place of the null that removed what is missing, if there is one."""
        null = self._removed.get(problem.path) if problem.message == MISSING else None
        if null is None:
            return problem
        return Problem(f"{MISSING}, since it is removed here", problem.path, null.line, null.origin)

    def _extended(self, base: Node, path: Path, folder: Path, before: Sequence[Path]) -> Path | None:
        """The file that another one extends; None, and a problem, if it cannot."""
        try:
            return _extended(base, path, folder, before)
        except ValueError as error:
            self.problems.append(Problem(str(error), "extends", base.line, base.origin))
            return None

    def _merged(self, below: Node, above: Node, parts: Parts) -> Node:
        if not isinstance(below.value, dict) or not isinstance(above.value, dict):
            if below.plain() != above.plain():
                self._note(parts, below, above)
            return above
        entries = dict(below.value)
        for key, node in above.value.items():
            where = (*parts, key)
            if key not in entries:
                entries[key] = node
                if node.value is not None:
                    self._note(where, None, node)
            elif node.value is None:
                self._remove(where, entries.pop(key), node)
            else:
                entries[key] = self._merged(entries[key], node, where)
        # A record that a file adds to is blamed there; one that a --set reaches into stays where it stands.
        place = above if above.line is not None else below
        return replace(place, value=entries, comment=above.comment or below.comment)

    def _put(self, node: Node, keys: Parts, value: Node, parts: Parts) -> Node:
        """A node with a value laid over what stands at a path below it."""
        if not keys:
            return self._merged(node, value, parts)
        key, rest = keys[0], keys[1:]
        entries = dict(node.children())
        if isinstance(node.value, list) != isinstance(key, int):
            name = named_path(parts)
            if isinstance(key, int):
                raise ValueError(f"{name or 'the scenario'} is no list")
            raise ValueError(f"{name} is a list; name an entry by its number, such as {name}[0]")
        if key not in entries and isinstance(key, int):
            raise ValueError(f"there is no entry [{key}]; {named_path(parts)} has {len(entries)}, from [0]")
        if key not in entries and rest and named_path(parts) in _NAMED_SECTIONS:
            whole = [str(name) for name in entries if str(name).startswith(f"{key}.")]
            if whole:
                raise ValueError(f"a name with a dot in it stands in quotes: {named_path((*parts, whole[0]))}")
            raise ValueError(f"there is no {one_of(str(key), (str(name) for name in entries))}")
        where = (*parts, key)
        if key in entries and not rest and value.value is None:
            self._remove(where, entries.pop(key), value)
        elif key in entries:
            entries[key] = self._put(entries[key], rest, value, where)
        elif rest:
            entries[key] = self._put(Node({}, origin=value.origin), rest, value, where)
        else:
            entries[key] = value
            if value.value is not None:
                self._note(where, None, value)
        if isinstance(node.value, list):
            return replace(node, value=list(entries.values()))
        return replace(node if isinstance(node.value, dict) else Node({}, origin=value.origin), value=entries)

    def _remove(self, parts: Parts, before: Node, null: Node) -> None:
        self._note(parts, before, None)
        self._removed[numbered_path(parts)] = null

    def _note(self, parts: Parts, before: Node | None, after: Node | None) -> None:
        if parts[0] in TRANSLATIONS:  # which are no news besides those of what they translate
            return
        self.changes.append(f"{named_path(parts)}: {_short(before)} -> {_short(after)}")

    def _without_nulls(self, node: Node, parts: Parts) -> Node:
        if isinstance(node.value, list):
            return replace(node, value=[self._without_nulls(child, (*parts, key)) for key, child in node.children()])
        if not isinstance(node.value, dict):
            return node
        kept = {}
        for key, child in node.value.items():
            # A step without a value is told what it needs.
            if child.value is None and not is_step(parts):
                wide = "; its full-width ： is text for YAML" if "：" in str(key) else ""
                message = f"has no value; give it one or leave the key out{wide}"
                self.problems.append(Problem(message, numbered_path((*parts, key)), child.line, child.origin))
            else:
                kept[key] = self._without_nulls(child, (*parts, key))
        return replace(node, value=kept)


def difference(below: Node, above: Node) -> Any:
    """What must be laid over one tree so that it says what another one says; plain values, None to remove a key."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above.plain()
    changed = {
        key: difference(below.value[key], node) if key in below.value else node.plain()
        for key, node in above.value.items()
        if key not in below.value or below.value[key].plain() != node.plain()
    }
    return changed | dict.fromkeys(key for key in below.value if key not in above.value)


def without_stale_translations(below: Node, said: Container[str | int]) -> Node:
    """What lies below a layer that says something anew, without the translations of what was said before."""
    stale = {f"{key}_zh" for key in TRANSLATED if key in said}
    return replace(below, value={key: node for key, node in below.value.items() if key not in stale})


def read_file(path: Path, origin: str) -> Source:
    """The YAML of a file; a file that cannot be read is a problem of the source."""
    try:
        if path.is_dir():
            return Source(None, [Problem("is a folder, not a file", origin=origin)])
        if not path.exists():
            return Source(None, [Problem("no such file", origin=origin)])
        if not path.is_file():
            return Source(None, [Problem("is not a file", origin=origin)])
        with path.open("rb") as file:
            return read_yaml(file.read(2_000_000), origin)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Source(None, [Problem(f"cannot be read: {reason}", origin=origin)])


def _extended(base: Node, path: Path, folder: Path, before: Sequence[Path]) -> Path:
    if not isinstance(base.value, str):
        raise ValueError("must be the path of a scenario file, relative to this one")
    found = named_file(base.value, path.parent, folder)
    if found in before:
        chain = [*before[before.index(found) :], found]
        raise ValueError(f"is a loop: {' -> '.join(each.relative_to(folder).as_posix() for each in chain)}")
    return found


def _through_steps(parts: Parts, root: Node) -> Parts:
    """A path as typed, `workflow.sign.effort` or `workflow[0].effort`, with both the step's number and its name."""
    workflow = root.value.get("workflow")
    if len(parts) < 2 or parts[0] != "workflow" or workflow is None or not isinstance(workflow.value, list):
        return parts
    number, name = _step(parts[1], workflow, "workflow")
    below, rest = workflow.value[number].value.get(name) if name else None, parts[2:]
    steps = below.value.get("steps") if below is not None and isinstance(below.value, dict) else None
    if rest[:1] == ("steps",) and len(rest) > 1 and steps is not None and isinstance(steps.value, list):
        rest = ("steps", *_step(rest[1], steps, f"{name}.steps"), *rest[2:])
    return ("workflow", number, name, *rest)


def _step(typed: str | int, steps: Node, what: str) -> tuple[int, str]:
    """Number and name of a step that is typed by either; no name if it has none."""
    names = [
        next(iter(step.value)) if isinstance(step.value, dict) and len(step.value) == 1 else "" for step in steps.value
    ]
    if isinstance(typed, int):
        if typed >= len(names):
            raise ValueError(f"there is no entry [{typed}]; {what} has {len(names)}, from [0]")
        return typed, names[typed]
    if typed not in names:
        raise ValueError(f"there is no step {one_of(typed, filter(None, names))}")
    return names.index(typed), typed


def _relative(text: str, parts: Parts, root: Node, origin: str) -> Node | None:
    """What `+20%` makes of the number that stands at a path, or of all numbers there; None for another value.

    Raises:
        ValueError: nothing stands there, or something that is no number.
    """
    typed = _RELATIVE.fullmatch(text)
    if typed is None or parts[0] == "staff_changes":  # where a part of the people is a value of its own
        return None
    node = _found(root, parts)
    if node is None:
        raise ValueError(f"{text.strip()} needs a number that it is of, and nothing is said here")
    return _scaled(node, 1 + Decimal(typed[1]) / 100, text.strip(), origin)


def _found(root: Node, parts: Parts) -> Node | None:
    """What stands at a path; None if nothing does."""
    node: Node | None = root
    for part in parts:
        node = dict(node.children()).get(part) if node is not None else None
    return None if node is None or node.value is None else node


def _scaled(node: Node, factor: Decimal, text: str, origin: str) -> Node:
    value = node.value
    if isinstance(value, dict) and value:
        return Node({key: _scaled(child, factor, text, origin) for key, child in value.items()}, origin=origin)
    scaled: int | float | str
    if isinstance(value, int) and not isinstance(value, bool):
        scaled = int((value * factor).to_integral_value(ROUND_HALF_UP))
    elif isinstance(value, float):
        scaled = float(Decimal(str(value)) * factor)
    else:
        quantity = _NUMBER_WITH_UNIT.fullmatch(value) if isinstance(value, str) else None
        if quantity is None:
            raise ValueError(f"{text} needs a number that it is of (got {node.written()})")
        scaled = f"{(Decimal(quantity[1]) * factor).normalize():f}{quantity[2]}"
    return Node(scaled, str(scaled), origin)


def _short(node: Node | None) -> str:
    return "nothing" if node is None else clipped(node.written())
