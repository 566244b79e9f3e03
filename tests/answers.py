"""What a planner is told of a scenario that cannot be run."""

from pathlib import Path

from sim.core.errors import ScenarioError
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
        return [line[2:] for line in lines]
    return []


def with_line(old: str, new: str) -> str:
    """The sound scenario with one thing said otherwise."""
    assert old in DESK, old
    return DESK.replace(old, new)
