"""Shorten what matplotlib writes as SVG, to less than a third, and turn tips into titles.

Numbers get one decimal, paths become relative, groups and ids that say nothing go, and what all texts share is said
once. A mark whose id begins with `TIP` gets the rest of it as its title, which browsers show when it is pointed at.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

TIP: Final = "tip:"
"""Beginning of the id of an artist that has a tip, or several, one for each of its paths."""

COLUMNS: Final = "columns:"
"""Beginning of the id of a rectangle that stands for columns of one width, with the tips of each."""

TIP_BREAK: Final = "¦¦"
"""Between the tips of one artist."""

_MANY: Final = 2
"""Marks of a group of which what is the same is said once if there are more."""

_LOOK: Final = ("style", "clip-path")
"""Attributes that a group can say of all that is in it."""

_PAIR: Final = re.compile(r"([MLCQZz])([^MLCQZz]*)")
_BOX: Final = re.compile(r"M(\S+) (\S+)h([\d.]+)v(-[\d.]+)")
_FILL: Final = re.compile("fill:([^;]+)")
_ROTATION: Final = re.compile(r"rotate\((-?[\d.]+) ")
_REFERENCE: Final = re.compile(r"#([^)\"]+)\)?$")
_SHARED: Final = "font-family: 'Noto Sans SC'"
"""Style of every text, which the svg element has."""


def compact(body: str) -> str:
    """The inside of an svg element, shortened; ids that are not referred to are gone, but for that of the title."""
    root = ET.fromstring(f"<svg>{body}")
    used = {found[1] for element in root.iter() for value in element.attrib.values()
            if (found := _REFERENCE.search(value))}  # fmt: skip
    _shorten(root, used)
    for element in root.iter():
        fill = _FILL.fullmatch(element.get("style", ""))
        if fill is not None:  # an attribute of its own is shorter
            del element.attrib["style"]
            element.set("fill", fill[1])
    return "".join(ET.tostring(child, encoding="unicode") for child in _gathered(root)).replace(" />", "/>")


def _shorten(element: ET.Element, used: Iterable[str]) -> None:
    children: list[ET.Element] = []
    for child in element:
        _shorten(child, used)
        children += _kept(child, used)
    for child in list(element):
        element.remove(child)
    element.extend(children)
    if element.tag != "text":
        element.text = None if element.tag != "title" else element.text


def _gathered(children: Iterable[ET.Element]) -> Iterator[ET.Element]:
    """Elements of which those in a row that look the same say once, of a group, how."""
    for (tag, look), row in groupby(children, lambda each: (each.tag, _look_of(each))):
        alike = list(row)
        if tag not in ("text", "path") or len(alike) <= _MANY or not any(look):
            yield from alike
            continue
        for each in alike:
            for key in _LOOK:
                each.attrib.pop(key, None)
        group = ET.Element("g", {key: value for key, value in zip(_LOOK, look, strict=True) if value})
        group.extend(alike)
        yield group


def _look_of(element: ET.Element) -> tuple[str, ...]:
    return tuple(element.attrib.get(key, "") for key in _LOOK)


def _kept(element: ET.Element, used: Iterable[str]) -> Iterator[ET.Element]:
    """What is left of an element: itself, its children, or nothing."""
    tag, attributes = element.tag, element.attrib
    element.tail = None
    own = attributes.get("id", "")
    if tag == "g" and len(element) > _MANY:
        _hoist(element, [each for each in element if each.tag != "defs"])
    if own.startswith(TIP):
        _titled(element, own.removeprefix(TIP).split(TIP_BREAK))
        yield element
        return
    if own.startswith(COLUMNS):
        yield _columns(element, own.removeprefix(COLUMNS).split(TIP_BREAK))
        return
    if own and own != "title" and own not in used:
        del attributes["id"]
    if tag in ("style", "metadata") or (tag in ("defs", "g") and not len(element)):
        return
    if tag == "g" and not attributes:
        yield from element
        return
    _written(element)
    yield element


def _titled(element: ET.Element, tips: list[str]) -> None:
    """Give a mark, or each of the paths of a group of marks, its tip."""
    del element.attrib["id"]
    marks = [element] if len(tips) == 1 else [each for each in element if each.tag != "defs"]
    for mark, tip in zip(marks, tips, strict=False):
        title = ET.Element("title")
        title.text = tip
        mark.insert(0, title)


def _columns(element: ET.Element, tips: list[str]) -> ET.Element:
    """Columns in the place of a rectangle, as broad lines, which take fewest letters."""
    found = _BOX.match(element[0].attrib["d"])
    assert found is not None, "a rectangle, from its lower left corner on"
    left, bottom, width, height = (float(each) for each in found.groups())
    each = width / len(tips)
    # Each is one wide and one high in the group's own measure, which takes fewest digits.
    frame = f"translate({_number(left)} {_number(bottom)})scale({each:.4f} {height:.1f})"
    group = ET.Element("g", {"class": "columns", "style": "stroke:#000;stroke-opacity:0", "transform": frame})
    for place, tip in enumerate(tips):
        column = ET.SubElement(group, "path", {"d": f"M{place}.5 0v1"})
        ET.SubElement(column, "title").text = tip
    return group


def _hoist(group: ET.Element, marks: list[ET.Element]) -> None:
    """Say once, of the group, what is said of all marks."""
    if len({mark.tag for mark in marks}) > 1 or "g" in (mark.tag for mark in marks):
        return
    styles = [mark.attrib.get("style", "").split(";") for mark in marks]
    shared = [each for each in styles[0] if all(each in style for style in styles)]
    for mark, style in zip(marks, styles, strict=True):
        mark.attrib["style"] = ";".join(each for each in style if each not in shared)
        if not mark.attrib["style"]:
            del mark.attrib["style"]
    if shared and shared != [""]:
        group.attrib["style"] = ";".join(shared)
    clips = {mark.attrib.get("clip-path") for mark in marks}
    if len(clips) == 1 and None not in clips:
        group.attrib["clip-path"] = marks[0].attrib["clip-path"]
        for mark in marks:
            del mark.attrib["clip-path"]


def _written(element: ET.Element) -> None:
    """Attributes in fewer letters."""
    attributes = element.attrib
    if "d" in attributes:
        attributes["d"] = _relative(attributes["d"])
    for key in ("x", "y", "width", "height"):
        if key in attributes:
            attributes[key] = _number(float(attributes[key]))
    turned = _ROTATION.match(attributes.get("transform", ""))
    if turned and float(turned[1]) == 0:
        del attributes["transform"]
    style = [each for each in attributes.pop("style", "").split("; ") if each and each != _SHARED]
    if style:
        attributes["style"] = ";".join(style).replace(": ", ":")


def _relative(path: str) -> str:
    """A path with one decimal, from each point to the next; steps straight on are one."""
    x, y, start = 0, 0, (0, 0)
    written: list[str] = []
    straight, steps = "", 0  # a line that has been begun, along an axis, and how far it goes

    def end() -> None:
        nonlocal straight, steps
        if straight:
            written.append(straight + _tenths(steps))
        straight, steps = "", 0

    for letter, numbers in _PAIR.findall(path):
        at = [round(10 * float(each)) for each in numbers.split()]
        along = "h" if letter == "L" and at[1] == y else "v" if letter == "L" and at[0] == x else ""
        if along:
            step = at[0] - x if along == "h" else at[1] - y
            # A line to where it is already says nothing, unless it is all that there is: a dot.
            if step or not ((written and written[-1][0] != "M") or straight):
                if straight != along or steps * step < 0:
                    end()
                straight, steps = along, steps + step
        else:
            end()
            if letter in "Zz":
                written.append("z")
            else:
                absolute = letter == "M"  # after z the next one begins anywhere
                from_here = [each - (y if index % 2 else x) for index, each in enumerate(at)]
                told = " ".join(map(_tenths, at if absolute else from_here)).replace(" -", "-")
                written.append((letter if absolute else letter.lower()) + told)
        if at:
            x, y = at[-2], at[-1]
            start = (x, y) if letter == "M" else start
    if straight and len(written) > _MANY and (x, y) == start:
        written.append("z")  # which leads back there, too
    else:
        end()
    return "".join(written)


def _tenths(number: int) -> str:
    whole, rest = divmod(abs(number), 10)
    return ("-" if number < 0 else "") + (str(whole) if whole or not rest else "") + (f".{rest}" if rest else "")


def _number(number: float) -> str:
    return _tenths(round(10 * number))
