"""Sound scenarios with one thing wrong: each is refused in words, none ends in anything else or passes silently."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.clock import LIMIT
from sim.core.errors import ScenarioError
from sim.scenario.loading import load
from sim.scenario.starter import starter
from sim.scenario.yaml_source import read_yaml

HERE = Path(__file__).parent
FOLDERS = (HERE / "written", HERE.parent / "scenarios")
TEXTS = {path.stem: path.read_text("utf-8") for folder in FOLDERS for path in sorted(folder.glob("*.yaml"))}
# In a file that extends another, much may be left out and null has a meaning: it is no place for certain mistakes.
SOUND = {"starter": starter("tried")} | {name: text for name, text in TEXTS.items() if "extends:" not in text}

TRIED = 2
"""At how many places of each scenario each mistake is made, spread over the file."""

LEAKS = re.compile(r"Input should|Value error|validation|pydantic|ruamel|Traceback|\bNone\b|~|object at 0x")
"""What a planner should not have to read."""

Place = tuple[str | int, ...]

SHARES = ("share", "target", "leave", "chance", "absence")
NAMES = ("by", "cover", "to", "registered", "category", "back_to", "until")
RECORDS = ("arrivals", "busyness", "other_duty", "escalate", "effort", "wait")
REQUIRED = ("window", "start", "arrivals", "teams", "workflow", "share", "effort", "until", "mean")


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_quantity(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(LIMIT, value) is not None


MISTAKES: dict[str, tuple[Callable[[Place, Any], bool], Callable[[Any], Any]]] = {
    "nothing": (lambda place, _: isinstance(place[-1], str), lambda _: None),
    "not a number": (lambda _, value: not isinstance(value, dict | list), lambda _: float("nan")),
    "text for a mapping": (lambda place, value: isinstance(value, dict) and place[-1] not in ("name", "about"),
                           lambda _: "some text"),
    "list for a mapping": (lambda _, value: isinstance(value, dict), lambda value: [value]),
    "mapping for a list": (lambda _, value: isinstance(value, list), lambda value: {"entries": value}),
    "list of lists": (lambda _, value: isinstance(value, list), lambda value: [[[value]]]),
    "negative number": (lambda _, value: is_number(value), lambda _: -5),
    "huge number": (lambda _, value: is_number(value), lambda _: 10**30),
    "true for a number": (lambda _, value: is_number(value), lambda _: True),
    "text for a number": (lambda _, value: is_number(value), str),
    "quantity without unit": (lambda _, value: is_quantity(value) and value[0].isdigit(),
                              lambda value: float(re.split("[ a-z]", value)[0])),
    "unknown unit": (lambda _, value: is_quantity(value), lambda value: value.split()[0] + " fortnights"),
    "negative quantity": (lambda _, value: is_quantity(value) and value[:2] != "0 ", lambda value: "-" + value),
    "endless quantity": (lambda _, value: is_quantity(value), lambda _: "1000000000 d"),
    "more than all": (lambda place, value: place[-1] in SHARES and not isinstance(value, dict), lambda _: "150%"),
    "unknown name": (lambda place, value: place[-1] in NAMES and isinstance(value, str), lambda _: "nobody"),
    "empty record": (lambda place, value: place[-1] in RECORDS and isinstance(value, dict), lambda _: {}),
    "key that is not known": (lambda place, value: place[-1] in RECORDS and isinstance(value, dict),
                              lambda value: value | {"mood": "good"}),
}  # fmt: skip
"""Each mistake: the values that it can befall, and what they become."""


@cache
def tree(name: str) -> Any:
    root = read_yaml(SOUND[name].encode()).root
    assert root is not None
    return root.plain()


def places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a scenario, and where it stands."""
    if place:
        yield place, value
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in entries:
        yield from places(child, (*place, key))


def text_of(mutated: Any) -> str:
    """A scenario as JSON, which is YAML too and fast to write."""
    return json.dumps(mutated, indent=0).replace("NaN", ".nan")


def some(among: list[Any], seed: str) -> list[Any]:
    return random.Random(seed).sample(among, min(TRIED, len(among)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that scenarios name."""
    for home in FOLDERS:
        for data in home.glob("*.csv"):
            (tmp_path / data.name).write_bytes(data.read_bytes())
    return tmp_path


def refuse(folder: Path, text: str) -> str:
    """What is said of a scenario that must be refused."""
    path = folder / "mistaken.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as error:
        load(path)
    said = str(error.value).replace(str(path), "")
    assert not LEAKS.search(said), said
    return said


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("name", SOUND)
def test_a_wrong_value(name: str, mistake: str, folder: Path) -> None:
    befalls, becomes = MISTAKES[mistake]
    found = [place for place, value in places(tree(name)) if befalls(place, value)]
    for place in some(found, name + mistake):
        mutated = copy.deepcopy(tree(name))
        holder = mutated
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = becomes(holder[place[-1]])
        assert "problem" in refuse(folder, text_of(mutated)), place


@pytest.mark.parametrize("name", SOUND)
def test_a_key_that_is_left_out_or_misspelt(name: str, folder: Path) -> None:
    needed = [place for place, _ in places(tree(name)) if place[-1] in REQUIRED and place[0] != "rosters"]
    for place in some(needed, name):
        mutated, misspelt = copy.deepcopy(tree(name)), copy.deepcopy(tree(name))
        for each in (mutated, misspelt):
            holder = each
            for key in place[:-1]:
                holder = holder[key]
            value = holder.pop(place[-1])
            if each is misspelt:
                holder[f"{place[-1]}y"] = value
        refuse(folder, text_of(mutated))
        assert refuse(folder, text_of(misspelt)).count("\n") == 1, place


@pytest.mark.parametrize("name", SOUND)
def test_a_line_that_is_there_twice(name: str, folder: Path) -> None:
    lines = SOUND[name].split("\n")
    whole = [number for number, line in enumerate(lines) if re.match(r"\s*\w+: [\w{\[].*[\w%\]}]$", line)]
    for number in some(whole, name):
        doubled = "\n".join([*lines[: number + 1], *lines[number:]])
        if read_yaml(doubled.encode()).root is not None:  # else the line was part of a greater collection
            assert f"line {number + 2}" in refuse(folder, doubled)
            assert "duplicate key" in refuse(folder, doubled)


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("without", ["shares", "tabs", "anchors", "documents", "text"])
def test_a_spoiled_text(name: str, without: str, folder: Path) -> None:
    text = SOUND[name]
    spoiled = {
        "shares": re.sub(r"start: \S+", "start: 15%", text, count=1),
        "tabs": text.replace("\n  ", "\n\t", 1),
        "anchors": re.sub(r"window: ", "window: &day ", text),
        "documents": text + "\n---\nname: another\n",
        "text": text[: text.rindex(":")] + "\0",
    }[without]
    refuse(folder, spoiled)


def test_there_are_more_than_a_hundred_mutations() -> None:
    assert len(SOUND) * len(MISTAKES) > 100


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_setting_is_refused_or_loads(folder: Path, data: st.DataObject) -> None:
    known = [".".join(str(key) for key in place) for place, _ in places(tree("everything"))]
    values = ["1", "-1", "x", "null", "true", "[1]", "{a: 1}", "5 min", ".nan", "50%", "", "*a", "- x", '"x', "{}"]
    keys = st.sampled_from(known).map(lambda key: re.sub(r"\.(\d+)", r"[\1]", key)) | st.text(".[]=ax1 ", max_size=8)
    drawn = data.draw(st.lists(st.tuples(keys, st.sampled_from(values)), min_size=1, max_size=3))
    path = folder / "everything.yaml"
    path.write_text(SOUND["everything"], "utf-8")
    with suppress(ScenarioError):
        load(path, [f"{key}={value}" for key, value in drawn])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_is_refused_or_harmless(folder: Path, data: st.DataObject) -> None:
    """Some characters of a text are overwritten: it loads or is refused, and nothing else can happen."""
    text = SOUND[data.draw(st.sampled_from(["design", "everything", "mm8"]))]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        wide = data.draw(st.integers(0, 6))
        put = data.draw(st.text(st.sampled_from("\t\n :-,[]{}#&*!|>'\"%@?.~0159aeé信\0"), max_size=4))
        text = text[:at] + put + text[at + wide :]
    path = folder / "damaged.yaml"
    path.write_text(text, "utf-8")
    with suppress(ScenarioError):
        load(path)
