"""The scenario language as editors know it: what they accept is what can be loaded, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import DESK, loaded

from sim.core.clock import HOUR, Clock, SlaLimit
from sim.scenario.loading import load
from sim.scenario.schema import json_schema
from sim.scenario.yaml_source import read_yaml

HERE = Path(__file__).parent
WRITTEN = sorted((HERE / "written").glob("*.yaml"))
SHIPPED = sorted((HERE.parent / "scenarios").glob("*.yaml"))


def test_everything_is_everything() -> None:
    """The scenario with every key has indeed every key, so that what is tried on it is tried on the whole language."""
    source = read_yaml((HERE / "written" / "everything.yaml").read_bytes())
    assert source.root is not None
    said = set(_keys(source.root.plain()))
    # A trace excludes the rest of the arrivals, hashes are written by runs; other commands have tests of their own.
    elsewhere = {"Trace", "Stress", "Ramp", "Spike", "Soak", "Plan", "Pay", "GeneratedRosters", "RosterRules"}
    records = {name: each for name, each in json_schema()["$defs"].items() if not name.endswith("Part")}
    known = {key for name, each in records.items() if name not in elsewhere for key in each["properties"]}
    assert known - said == {"trace", "case", "sha256", "stress", "plan"} & known


def _keys(value: Any) -> Iterator[str]:
    for key, child in value.items() if isinstance(value, dict) else ((None, child) for child in value):
        if key is not None:
            yield key
        if isinstance(child, dict | list):
            yield from _keys(child)


@pytest.mark.parametrize("path", [*WRITTEN, *SHIPPED], ids=lambda path: path.stem)
def test_editors_accept_what_is_written(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(json_schema())
    source = read_yaml(path.read_bytes())
    assert source.root is not None
    assert list(validator.iter_errors(source.root.plain())) == []
    assert list(validator.iter_errors(load(path).scenario.resolved())) == []


OTHERWISE = (
    DESK.replace("2021-05-03", "2021/5/3").replace("window: 1 d", "window: 7 天")
    + """
holidays: GB-ENG
office_hours: [08：30－12：00, 14:00-17:30]
sla:
  治安/一.二: {until: serve.started, within: end of working day 7, target: 99％, office_hours: [9:00～17:00]}
  b: {until: serve.started, within: 4 办公小时}
  c: {from: serve.started, until: closed, within: 7 个工作日}
categories: {治安/噪音扰民: {share: 1}}
stress: {spike: {from: 2021/5/3 9：05}}
"""
)


def test_editors_accept_other_ways_of_writing(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    source = read_yaml(OTHERWISE.encode())
    assert source.root is not None
    assert list(jsonschema.Draft7Validator(json_schema()).iter_errors(source.root.plain())) == []
    assert loaded(tmp_path, OTHERWISE).scenario.sla["b"].within == SlaLimit(4 * HOUR, Clock.OFFICE)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"windw": "1 d"}, []),
        ({"window": 28}, ["window"]),
        ({"window": "28 days or so"}, ["window"]),
        ({"arrivals": {}}, ["arrivals"]),
        ({"arrivals": {"per_day": 1, "trace": "x.csv"}}, ["arrivals"]),
        ({"arrivals": {"per_day": 1, "on_holidays": "75 percent"}}, ["arrivals", "on_holidays"]),
        ({"arrivals": {"per_day": 1, "by_hour": [1] * 23}}, ["arrivals", "by_hour"]),
        ({"teams": {"city desk": {"tier": "city"}}}, ["teams"]),
        ({"teams": {"desk": {"tier": "city", "units": 1.5}}}, ["teams", "desk", "units"]),
        ({"workflow": [{"serve": {"by": "desk", "effort": 12}}]}, ["workflow", 0, "serve", "effort"]),
        ({"workflow": [{"serve": {"by": "desk", "efort": "12 min"}}]}, ["workflow", 0, "serve"]),
        ({"workflow": [{"name": "serve", "by": "desk", "effort": "12 min"}]}, ["workflow", 0]),
        ({"sla": {"signed": {"until": "signed", "within": "10 min"}}}, ["sla", "signed", "until"]),
    ],
)
def test_editors_refuse_what_is_not_the_language(wrong: dict[str, Any], where: list[str | int]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    source = read_yaml(DESK.encode())
    assert source.root is not None
    errors = jsonschema.Draft7Validator(json_schema()).iter_errors(source.root.plain() | wrong)
    places = [list(deep.absolute_path) for error in errors for deep in _deepest(error)]
    assert any(place[: len(where)] == where for place in places)


def _deepest(error: Any) -> list[Any]:
    return [deep for inner in error.context for deep in _deepest(inner)] if error.context else [error]


def test_editors_accept_a_part_that_extends() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(json_schema())
    part = {"extends": "base.yaml", "teams": {"desk": {"staff": {"always": None, "office": 3}}}, "window": None}
    assert list(validator.iter_errors(part)) == []
    assert list(validator.iter_errors(part | {"teams": {"desk": {"stuff": 3}}})) != []


def test_the_schema_tells_what_keys_mean() -> None:
    team = json_schema()["$defs"]["Team"]["properties"]
    assert team["absence"]["description"] == "Chance that a person misses a shift."
    assert "'title':" not in str(json_schema()["$defs"])
