"""A desk to read scenarios at: the shortest scenario, and what becomes of a text."""

from pathlib import Path

from sim.scenario.loading import Loaded, load

DESK = """\
start: 2021-05-03
window: 1 d
arrivals: {per_day: 80}
teams:
  desk: {tier: city, staff: {always: 8}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
"""
"""A queueing-theory scenario: nothing but what must be said."""


def written(folder: Path, text: str, name: str = "desk.yaml") -> Path:
    """A file with a text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str, *overrides: str) -> Loaded:
    """What a scenario's text says."""
    return load(written(folder, text), overrides)
