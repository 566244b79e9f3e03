"""Pages of docs: what they call the defaults are the defaults."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.models.base import Record
from sim.models.requests import Requests
from sim.models.roster_rules import RosterRules
from sim.models.studies import Stress
from sim.models.system import System
from sim.operations.requests import default_requests

DOCS = Path(__file__).parent.parent / "docs"


def shown(page: str, *path: str) -> object:
    """What the only block of a page in YAML with such keys says there."""
    found = []
    for block in re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), flags=re.DOTALL):
        said = YAML(typ="safe").load(block)
        for key in path:
            said = said.get(key) if isinstance(said, dict) else None
        found += [] if said is None else [said]
    (only,) = found
    return only


@pytest.mark.parametrize(
    ("page", "path", "default", "besides"),
    [
        ("throughput.md", ["stress"], Stress(), set()),
        ("throughput.md", ["system"], System(), set()),
        ("planning.md", ["plan", "rosters", "generate"], RosterRules(), {"teams"}),
    ],
)
def test_a_block_of_defaults_is_what_goes_without_saying(
    page: str, path: list[str], default: Record, besides: set[str]
) -> None:
    said = type(default).model_validate(shown(page, *path))
    assert said.model_dump(exclude=besides) == default.model_dump(exclude=besides)
    # A default that it does not show is one that nobody reads of.
    unsaid = {name for name in type(default).model_fields if getattr(default, name) is not None}
    assert unsaid - said.model_fields_set == set()


def test_the_requests_that_are_shown_are_those_of_the_example_server() -> None:
    assert Requests.model_validate({"requests": shown("throughput.md", "requests")}) == default_requests()
