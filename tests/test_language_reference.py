"""The reference of the scenario language says every key, in both languages, and nothing that is not so."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.loading import load
from sim.scenario.yaml_source import read_value

ROOT = Path(__file__).parent.parent
REFERENCE = runpy.run_path(str(ROOT / "docs" / "language.py"))
WRITTEN: dict[str, Any] = REFERENCE["read"]("reference.toml")
QUESTIONS = REFERENCE["read"]("questions.toml")["question"]


@pytest.mark.parametrize("lang", REFERENCE["LANGUAGES"])
def test_the_pages_are_those_of_the_language_as_it_is(lang: str) -> None:
    """Where they are not: `make reference`."""
    assert REFERENCE["LANGUAGES"][lang].read_text("utf-8") == REFERENCE["page"](lang)


def test_every_key_has_an_example_and_a_meaning_in_each_language() -> None:
    for name, record in REFERENCE["records"]().items():
        assert set(WRITTEN[name]) - {""} == set(record["properties"]), name
        for key, schema in record["properties"].items():
            assert schema.get("description"), f"{name}.{key} has no text below it in sim/models"
            example, chinese = WRITTEN[name][key]
            assert example
            assert not chinese.isascii(), f"{name}.{key}"
    assert set(WRITTEN) == set(REFERENCE["records"]())


def test_every_example_is_as_editors_want_it() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from sim.scenario.schema import json_schema

    definitions = json_schema()["$defs"]
    for name, record in REFERENCE["records"]().items():
        for key, schema in record["properties"].items():
            source = read_value(WRITTEN[name][key][0], "")
            assert source.root is not None, f"{name}.{key}"
            if key == "workflow":
                continue  # its entries are told by the steps
            whole = {"$defs": definitions, **schema}
            errors = [error.message for error in jsonschema.Draft7Validator(whole).iter_errors(source.root.plain())]
            assert errors == [], f"{name}.{key}"


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["en"] for question in QUESTIONS])
def test_every_answer_to_a_question_is_a_scenario(question: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "shenzhen_baseline.yaml").write_bytes((ROOT / "scenarios" / "shenzhen_baseline.yaml").read_bytes())
    (tmp_path / "letters.csv").write_text("received\n2021-05-12 10:00\n", "utf-8")
    (tmp_path / "open.csv").write_text("received,step\n2021-05-01 10:00,handle\n", "utf-8")
    (tmp_path / "leave.csv").write_text("unit,date,people\nBaoan,2021-05-12,2\n", "utf-8")
    file = tmp_path / "asked.yaml"
    file.write_text(f"extends: shenzhen_baseline.yaml\n{question['yaml']}", "utf-8")
    assert load(file).changes


def test_planners_ask_twenty_questions() -> None:
    assert len(QUESTIONS) >= 20
