"""Provenance of a scenario's figures: the marks in the comments on their lines.

`per_day: 600   # S: peak of the first month` says that 600 was published (S) about the mailbox itself. The marks:
S published about that mailbox, W published elsewhere, M measured, D derived, A assumption; or several, `# S, A: ...`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sim.models.wording import Parts, named_path, parts_of
from sim.scenario.yaml_source import Node, Source, read_value

_LONGEST_VALUE: Final = 80
"""Greater blocks have figures of their own."""

_WHOLE: Final = ("at_least", "at_most", "priority", "units")
"""Keys whose values are whole numbers, besides those of people."""

_MARKED: Final = re.compile(r"([SWMDA](?:\s*,\s*[SWMDA])*)(?::\s*|\s+|$)(.*)")


@dataclass(frozen=True)
class SourcedFigure:
    """A figure of a scenario, and where it comes from.

    Attributes:
        path: for example `workflow.sign.effort`.
        value: as it is written, in one line; empty where that would be a long one.
        mark: one of S, W, M, D, A, or several as `S, A`.
        note: what the comment says after the mark.
    """

    path: str
    value: str
    mark: str
    note: str


class MarkedValue(NamedTuple):
    """A value that a mark is about: a figure, or one of those inside of it.

    Attributes:
        parts: its path, in which a step has its name only.
        written: as the scenario writes it.
    """

    parts: Parts
    written: str
    figure: SourcedFigure

    @property
    def is_whole(self) -> bool:
        """Whether it is a count, so that only whole numbers make sense."""
        return self.written.isdecimal() and is_count(self.parts)


def is_count(parts: Parts) -> bool:
    """Whether a path leads to a number of people, places or times."""
    return parts[-1] in _WHOLE or parts[-2:-1] == ("staff",)


def attach_comments(source: Source) -> None:
    """Give each comment of a text to the value on whose line it stands.

    Of several values on the line it is the one that the others are part of; of several that follow each other, the
    last; where none ends or begins a block on the line, the collection that ends there.
    """
    if source.root is None or not source.comments:
        return
    on_line: dict[int, Node] = {}
    ending: dict[int, Node] = {}
    _claim(source.root, on_line, ending, claimed=None)
    for line, comment in source.comments.items():
        owner = on_line.get(line) or ending.get(line)
        if owner is not None:
            owner.comment = comment


def figures_of(root: Node) -> tuple[SourcedFigure, ...]:
    """The figures whose comments begin with a mark, in the order of the scenario."""
    return tuple(_figures(root, ()))


def marked_values(figures: Collection[SourcedFigure], marks: Collection[str]) -> Iterator[MarkedValue]:
    """The values inside of figures that have one of the marks; a list is one value."""
    for figure in figures:
        if figure.value and set(figure.mark.split(", ")) & set(marks):
            root = read_value(figure.value, "").root
            for parts, node in _leaves(root, parts_of(figure.path)) if root is not None else ():
                yield MarkedValue(parts, node.written(), figure)


def _leaves(node: Node, parts: Parts) -> Iterator[tuple[Parts, Node]]:
    if not isinstance(node.value, dict):
        yield parts, node
        return
    for key, child in node.value.items():
        yield from _leaves(child, (*parts, key))


def _claim(node: Node, on_line: dict[int, Node], ending: dict[int, Node], claimed: int | None) -> None:
    for _, child in node.children():
        whole = child.last_line in (child.line, None) or isinstance(child.value, str)
        # An entry of a list has no name, and leaves its line to the key on it: a step to its own name.
        with_key = isinstance(child.value, dict) and (not child.flow or len(child.value) == 1)
        nameless = isinstance(node.value, list) and (node.flow or with_key)
        owns = child.line != claimed and whole and not nameless
        if owns and child.line is not None:
            on_line[child.line] = child
        if child.flow and child.last_line is not None:
            ending.setdefault(child.last_line, child)
        _claim(child, on_line, ending, child.line if owns else claimed)


def _figures(node: Node, parts: Parts) -> Iterator[SourcedFigure]:
    for key, child in node.children():
        where = (*parts, key)
        marked = _MARKED.fullmatch(child.comment)
        if marked:
            mark = ", ".join(re.findall("[SWMDA]", marked[1]))
            value = child.written()
            yield SourcedFigure(
                named_path(where), value if len(value) <= _LONGEST_VALUE else "", mark, marked[2].strip()
            )
        yield from _figures(child, where)
