"""Reading a scenario: from a YAML file and `--set` layers to a checked `Scenario`, or to all that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError
from sim.core.safe_text import printable
from sim.models.scenario import Scenario
from sim.scenario.files import ScenarioFiles, real_path
from sim.scenario.layers import Layers, difference
from sim.scenario.problems import in_reading_order, partial_validation, validation_problems, with_place
from sim.scenario.provenance import SourcedFigure, figures_of
from sim.scenario.yaml_source import write_yaml


@dataclass(frozen=True)
class Loaded:
    """A scenario that was read, and what a report tells about its origin.

    Attributes:
        source: the file as the user typed it.
        stem: the file's name without folder and ending.
        changes: what each layer replaced, added or removed, as `arrivals.per_day: 80 -> 600`.
        figures: the figures whose comments say where they come from.
    """

    scenario: Scenario
    source: str
    stem: str
    changes: tuple[str, ...]
    figures: tuple[SourcedFigure, ...]


class ScenarioFile:
    """A scenario file that was read once, on which other changes can be laid again and again.

    Args:
        files: folder of the files that it names; its own if not said.

    Raises:
        ScenarioError: the file, or one that it extends, cannot be read as YAML.
    """

    def __init__(self, path: str | Path, files: Path | None = None) -> None:
        file = Path(path)
        self.source, self.stem = printable(str(path)), printable(file.stem)
        self._layers = Layers()
        if not self._layers.add_file(file):
            raise ScenarioError(self.source, in_reading_order(self._layers.problems))
        self._files = ScenarioFiles(files or real_path(file).parent)

    def with_changes(self, overrides: Sequence[str] = ()) -> Loaded:
        """The scenario with changes on top, checked as if it had just been read; as `load`."""
        layers = self._layers.copy()
        for override in overrides:
            layers.add_setting(override)
        layers.finish()
        scenario, problems = _checked(layers, self._files)
        problems = in_reading_order([layers.blamed(problem) for problem in problems])
        if problems or scenario is None:
            raise ScenarioError(self.source, problems)
        return Loaded(scenario, self.source, self.stem, tuple(layers.changes), figures_of(layers.root))

    def written(self, key: str, overrides: Sequence[str] = ()) -> str:
        """What stands at a path, in one line; empty if nothing does."""
        layers = self._layers.copy()
        for override in overrides:
            layers.add_setting(override)
        node = layers.at(key)
        return "" if node is None else node.written()

    def extension(self, overrides: Sequence[str], name: str) -> str:
        """The changes as the text of a short scenario file that extends this one, beside which it must lie.

        A list is written whole, as `extends` replaces it whole.

        Args:
            overrides: those of a scenario that was checked.
            name: title of the new scenario.
        """
        layers = self._layers.copy()
        for override in overrides:
            layers.add_setting(override)
        changed = difference(self._layers.root, layers.root) or {}
        return write_yaml({"extends": f"{self.stem}.yaml", "name": name, **changed})


def load(path: str | Path, overrides: Sequence[str] = (), *, files: Path | None = None) -> Loaded:
    """Read a scenario file, what it extends, and the overrides on top.

    Args:
        overrides: `KEY=VALUE` each, such as `arrivals.per_day=600` or `workflow.sign.effort=2 min`.
        files: folder of the files that it names; its own if not said.

    Raises:
        ScenarioError: with every problem that was found, and its line.
    """
    return ScenarioFile(path, files).with_changes(overrides)


def dump_yaml(scenario: Scenario) -> str:
    """A scenario as YAML text that loads as the same scenario.

    Files that it names (a trace, measured durations) are named by path and hash, not copied: they must lie
    beside the text, and be the same files, for it to load.
    """
    return write_yaml(scenario.resolved())


def _checked(layers: Layers, files: ScenarioFiles) -> tuple[Scenario | None, list[Problem]]:
    problems, root = layers.problems, layers.root
    try:
        scenario = Scenario.model_validate(root.plain(), context=files)
        if not problems:
            return scenario, []
    except ValidationError as error:
        problems = [*problems, *validation_problems(error, root)]
    except ScenarioError as error:
        if not problems:
            return None, [with_place(problem, root) for problem in error.problems]
    besides = partial_validation(root.plain(), problems, files)
    return None, [*problems, *(with_place(problem, root) for problem in besides)]
