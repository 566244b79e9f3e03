"""Template files of requests: the one reader of how a replay calls a system."""

from pathlib import Path

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError
from sim.models.requests import Requests
from sim.scenario.problems import in_reading_order, validation_problems
from sim.scenario.yaml_source import read_yaml


def read_requests(path: Path) -> Requests:
    """Read a template file, YAML.

    Raises: ScenarioError with all that is wrong, and its line.
    """
    try:
        source = read_yaml(path.read_bytes(), keys="requests, headers")
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read: {error.strerror}")]) from None
    if source.root is None or source.problems:
        raise ScenarioError(str(path), source.problems)
    try:
        return Requests.model_validate(source.root.plain())
    except ValidationError as error:
        raise ScenarioError(str(path), in_reading_order(validation_problems(error, source.root))) from None
