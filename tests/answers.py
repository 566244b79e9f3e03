"""What a planner is told of a scenario that cannot be run, in English and in Chinese."""

import re
from pathlib import Path

from sim.core.errors import ScenarioError
from sim.output.words import translated
from sim.scenario.loading import load

DESK = """\
start: 2021-05-03
window: 1 d
arrivals: {per_day: 80}
teams:
  desk: {tier: city, staff: {always: 8}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
  - check: {by: desk, effort: 3 min, priority: 3}
sla:
  served: {until: serve.finished, within: 30 min, target: 95%}
"""
"""A sound scenario, to make mistakes in."""


_AS_TYPED = re.compile(r"（现为 .*|'[^']*'|\"[^\"]*\"|“[^”]*”|`[^`]*`|\{[^}]*\}|\[[^]]*\]", re.DOTALL)
"""Parts of a message that stand there as they are: what was typed, keys, and words of the scenario language."""

_OF_THE_LANGUAGE = re.compile(
    r"end of working day|office hours?|working days?|a year|stream end|block end|pip install|make |--[a-z]+"
)


def english_in(told: str) -> list[str]:
    """English words that follow each other in what is said in Chinese, apart from what was typed; all if none is."""
    plain = _OF_THE_LANGUAGE.sub("", _AS_TYPED.sub("", told))
    if not re.search("[\u4e00-\u9fff]", plain):
        return [told]
    return re.findall(r"[A-Za-z]{2,} +[a-z]{2,}[a-z ]*", plain)


def answer(folder: Path, text: str | bytes, *overrides: str) -> list[str]:
    """What is said of a scenario file, line by line, without the heading; nothing if it is sound."""
    path = folder / "peak.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load(path, overrides)
    except ScenarioError as error:
        heading, *lines = str(error).split("\n")
        count = len(error.problems)
        assert heading == f"{path} has {count} problem{'' if count == 1 else 's'}"
        assert all(line.startswith("  ") for line in lines)
        in_chinese = [translated("zh", each.message) for each in error.problems]
        assert [each for told in in_chinese for each in english_in(told)] == [], in_chinese
        return [line[2:] for line in lines]
    return []


def with_line(old: str, new: str) -> str:
    """The sound scenario with one thing said otherwise."""
    assert old in DESK, old
    return DESK.replace(old, new)
