"""A desk of eight, M/M/8, in a folder of its own."""

from pathlib import Path

MM8 = """
schema: 1
name: mm8
start: 2021-05-03
warm_up: 1 d
window: 2 d
cool_down: 6 h
replications: 5
seed: 8
arrivals: {per_day: 400}
teams: {desk: {tier: city, units: 1, staff: {always: 8}}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
sla:
  started: {until: serve.started, within: 10 min, target: 99.9%}
"""


def mm8_in(folder: Path) -> Path:
    """The scenario, written to a folder as `mm8.yaml`."""
    path = folder / "mm8.yaml"
    path.write_text(MM8, encoding="utf-8")
    return path


def files(folder: Path) -> list[str]:
    """Names of what is in a folder."""
    return sorted(path.name for path in folder.iterdir())
