"""Scenarios to start from: a short one with comments, and those that are shipped."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from sim.core.errors import Problem, ScenarioError
from sim.models.wording import one_of
from sim.scenario.flatten import flatten

_TITLE: Final = "name: Starter\n"

TRACES: Final = "*.csv"
"""Names of the files besides scenarios that are shipped."""


class Shipped(NamedTuple):
    """A shipped scenario.

    Attributes:
        text: of the scenario.
        traces: content of the files that it names, by name.
    """

    text: str
    traces: dict[str, bytes]


def starter(name: str) -> str:
    """A complete scenario that runs and explains itself, with a name of one's own."""
    text = files("sim.scenario").joinpath("starter.yaml").read_text("utf-8")
    # JSON text is YAML text, whatever the name has in it.
    return text.replace(_TITLE, f"name: {json.dumps(name, ensure_ascii=False)}\n")


def shipped(name: str) -> Shipped:
    """A shipped scenario, with all that it extends in one text.

    Raises: ScenarioError if none has this name.
    """
    names = sorted(path.stem for path in _folder().glob("*.yaml"))
    if name not in names:
        raise ScenarioError(name, [Problem(f"no such shipped scenario {one_of(name, names)}")])
    text = flatten(_folder() / f"{name}.yaml")
    return Shipped(text, {path.name: path.read_bytes() for path in _folder().glob(TRACES) if path.name in text})


def _folder() -> Path:
    """Where the shipped scenarios are: within an installed package, beside one that is run from its sources."""
    package = Path(str(files("sim")))
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"
