"""A scenario in layers: the file it extends, the file itself, then every `--set`; each over the ones before.

Mappings merge deeply, lists and scalars replace, and null removes a key.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from sim.errors import Problem
from sim.marks import attach_comments
from sim.models.wording import one_of
from sim.paths import Parts, parts_of, shown, spoken
from sim.yaml_source import Node, Source, read_value, read_yaml

NAMED: Final = ("channels", "categories", "teams", "rosters", "sla")
"""Mappings whose keys the planner makes up."""

_KEY: Final = re.compile(r"[^.\[\]=]+(\.[^.\[\]]+|\[\d+\])*")


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

    def add_file(self, path: Path) -> bool:
        """Lay a scenario file, and below it the files that it extends; false if one of them cannot be used."""
        folder = path.resolve().parent
        chain: list[tuple[Path, Node]] = []
        next_path: Path | None = path.resolve()
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
            self.root = self._merged(self.root, layer, ())
        return True

    def add_setting(self, setting: str) -> None:
        """Lay one `KEY=VALUE`."""
        origin = f"--set {setting}"
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals or not _KEY.fullmatch(key):
            self.problems.append(Problem("must be KEY=VALUE, such as arrivals.per_day=600", origin=origin))
            return
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
            self.root = self._put(self.root, parts_of(key), source.root, ())
        except ValueError as error:
            self.problems.append(Problem(str(error), key, origin=origin))

    def finish(self) -> None:
        """Report keys without a value, and leave them out."""
        self.root = self._without_nulls(self.root, ())

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
                self._note(where, entries.pop(key), None)
            else:
                entries[key] = self._merged(entries[key], node, where)
        # A record that a file adds to is blamed there; one that a --set reaches into stays where it stands.
        place = above if above.line is not None else below
        return replace(place, value=entries, comment=above.comment or below.comment)

    def _put(self, node: Node, keys: Parts, value: Node, parts: Parts) -> Node:
        """A node with a value laid over what stands at a path below it."""
        if not keys:
            return self._merged(node, value, parts)
        key, *rest = keys
        if isinstance(node.value, list):
            return self._put_in_list(node, keys, value, parts)
        if isinstance(key, int):
            raise ValueError(f"{spoken(parts) or 'the scenario'} is no list")
        entries = dict(node.value) if isinstance(node.value, dict) else {}
        where = (*parts, key)
        if key in entries and not rest and value.value is None:
            self._note(where, entries.pop(key), None)
        elif key in entries:
            entries[key] = self._put(entries[key], tuple(rest), value, where)
        elif rest and spoken(parts) in NAMED:
            raise ValueError(f"there is no {one_of(key, entries)}")
        elif rest:
            entries[key] = self._put(Node({}, origin=value.origin), tuple(rest), value, where)
        else:
            entries[key] = value
            if value.value is not None:
                self._note(where, None, value)
        return replace(node, value=entries) if isinstance(node.value, dict) else Node(entries, origin=value.origin)

    def _put_in_list(self, node: Node, keys: Parts, value: Node, parts: Parts) -> Node:
        key, *rest = keys
        entries = list(node.value)
        if isinstance(key, int):
            if key >= len(entries):
                raise ValueError(f"there is no entry [{key}]; {spoken(parts)} has {len(entries)}, from [0]")
            index = key
            # A step is one key in a mapping of its own, which paths leave out.
            inner = next(iter(entries[key].value), None) if parts == ("workflow",) and _is_step(entries[key]) else None
        elif parts == ("workflow",):
            names = [next(iter(entry.value)) if _is_step(entry) else "" for entry in entries]
            if key not in names:
                raise ValueError(f"there is no step {one_of(key, filter(None, names))}")
            index, inner = names.index(key), key
        else:
            raise ValueError(f"{spoken(parts)} is a list; name an entry by its number, such as {spoken(parts)}[0]")
        where = (*parts, index)
        if inner is not None and rest and rest[0] != inner:
            rest = [inner, *rest]
        if inner is not None and not rest and not isinstance(key, int):
            rest = [inner]
        if rest in ([], [inner]) and value.value is None:
            self._note(where, entries.pop(index), None)
        else:
            entries[index] = self._put(entries[index], tuple(rest), value, where)
        return replace(node, value=entries)

    def _note(self, parts: Parts, before: Node | None, after: Node | None) -> None:
        self.changes.append(f"{spoken(parts)}: {_short(before)} -> {_short(after)}")

    def _without_nulls(self, node: Node, parts: Parts) -> Node:
        if isinstance(node.value, list):
            return replace(node, value=[self._without_nulls(child, (*parts, key)) for key, child in node.children()])
        if not isinstance(node.value, dict):
            return node
        kept = {}
        for key, child in node.value.items():
            if child.value is None:
                message = "has no value; give it one or leave the key out"
                self.problems.append(Problem(message, shown((*parts, key)), child.line, child.origin))
            else:
                kept[key] = self._without_nulls(child, (*parts, key))
        return replace(node, value=kept)


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
    if not isinstance(base.value, str) or not base.value.strip() or "\0" in base.value:
        raise ValueError("must be the path of a scenario file, relative to this one")
    found = (path.parent / base.value).resolve()
    if not found.is_relative_to(folder):
        raise ValueError(f"must stay inside the scenario's folder (got {base.value!r})")
    if found in before:
        chain = [*before[before.index(found) :], found]
        raise ValueError(f"is a loop: {' -> '.join(each.relative_to(folder).as_posix() for each in chain)}")
    if not found.is_file():
        beside = [each.name for each in sorted(path.parent.glob("*.yaml")) if each != path]
        raise ValueError(f"no such file {one_of(base.value, beside)}")
    return found


def _is_step(node: Node) -> bool:
    return isinstance(node.value, dict) and len(node.value) == 1


def _short(node: Node | None) -> str:
    text = "nothing" if node is None else node.written()
    return text if len(text) <= 60 else text[:57] + "..."
