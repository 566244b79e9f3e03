"""Characters that files cannot hold or terminals obey are refused where names are read, spelt out where they are shown.

Names of files that are made from names of scenarios fit into every file system, and stay apart.
"""

import os
import re
from pathlib import Path

import pytest
from answers import DESK, answer
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from sim.commands.main import cli
from sim.core.errors import Problem
from sim.core.safe_text import FILE_NAME_BYTES, printable, safe_file_name, short_file_name, unfit
from sim.models.scenario import Scenario
from sim.output.folders import parquet
from sim.scenario.loading import load

BAD = ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\ud800", "\udcff", "\uffff"]

XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""Texts of XML 1.0."""


@given(st.text(st.characters()))
def test_what_is_fit_can_be_written_anywhere(text: str) -> None:
    shown = printable(text)
    assert (unfit(text) is None) == (shown == text)
    assert unfit(shown) is None
    assert XML.fullmatch(shown)
    assert not ILLEGAL_CHARACTERS_RE.search(shown)
    assert shown.encode().decode() == shown


@pytest.mark.parametrize("text", ["市局 受理", "Ćwikła", "🚓", "a\tb", "two\nlines", "עברית", ""])
def test_what_people_write_is_fit(text: str) -> None:
    assert unfit(text) is None
    assert printable(text) == text


NAMED = [
    'name: "a{}b"',
    'about: "a{}b"',
    'categories: {{"a{}b": {{share: 100%}}}}',
    'channels: {{"a{}b": {{share: 100%}}}}',
    'rosters: {{"a{}b": {{daily: ["08:00-09:00"]}}}}',
    'stress: {{"a{}b": 1}}',
    'plan: {{vary: {{"a{}b": {{always: [1, 2]}}}}}}',
    '"a{}b": 1',
]


@pytest.mark.parametrize("written", ["\\u001B", "\\u009B", "\\uD800", "\\uFFFF"])
@pytest.mark.parametrize("line", NAMED)
def test_no_name_may_have_one(tmp_path: Path, line: str, written: str) -> None:
    said = answer(tmp_path, DESK + line.format(written) + "\n")
    number = DESK.count("\n") + 1
    assert any(f"line {number}" in each and f"no text may have (U+{written[2:]})" in each for each in said)
    assert unfit("".join(said)) is None


@pytest.mark.parametrize("bad", BAD)
def test_nor_may_one_that_is_set(tmp_path: Path, bad: str) -> None:
    said = answer(tmp_path, DESK, f"categories.a{bad}b={{share: 1}}", "name='x'")
    assert any(f"(U+{ord(bad):04X})" in each for each in said)
    assert unfit("".join(said)) is None


def test_nor_may_one_of_a_program_that_reads_no_file(tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(DESK)
    plain = load(tmp_path / "desk.yaml").scenario.resolved()
    for changed in ({"name": "a\x1b"}, {"categories": {"\ud800": {"share": 1}}}, {"teams": {"a\x9b": {}}}):
        with pytest.raises(ValueError, match="no text may have"):
            Scenario.model_validate(plain | changed)


def test_a_title_is_one_line_and_an_explanation_may_have_more(tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(DESK + "name: |\n  two\n  lines\nabout: |\n  two\n  lines\n")
    scenario = load(tmp_path / "desk.yaml").scenario
    assert (scenario.name, scenario.about) == ("two lines", "two\nlines\n")


class TestTheTerminal:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["check", "no\x1b[31mfile.yaml"],
            ["run", "desk.yaml", "--set", "no\x1b[31mkey=1"],
            ["run", "desk.yaml", "--set", "name=\x1b[31m"],
            ["run", "desk.yaml", "--no\x1b[31moption"],
            ["run", "desk.yaml", "--out", "desk.yaml/\x1b[31m", "--no-report"],
            ["replay", "no\x1b[31mtrace.csv", "--to", "http://localhost:1"],
            ["no\x1b[31mcommand"],
        ],
        ids=["file", "key", "value", "option", "folder", "trace", "command"],
    )
    def test_what_is_refused_is_shown_without_escapes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "desk.yaml").write_text(DESK)
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code in (1, 2)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert "\x1b[31m" not in done.output

    def test_nor_is_a_scenario_whose_file_has_such_a_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for stem in ("de\x1b[31msk", "de\udcffsk"):
            (tmp_path / f"{stem}.yaml").write_text(DESK.replace("name: desk\n", ""))
            done = CliRunner().invoke(cli, ["run", f"{stem}.yaml", "--replications", "2", "--out", "out", "--force"])
            assert done.exit_code == 0, done.output
            assert "\x1b[31m" not in done.output
        texts = [
            path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.*") if path.suffix in (".txt", ".json")
        ]
        assert len(texts) >= 4
        assert all(unfit(text) is None for text in texts)


@pytest.mark.parametrize("name", ["o\udcff\x1b", "a[1]*?", "100% of 'it'"])
def test_results_can_lie_in_a_folder_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(parquet, "ROWS_IN_MEMORY", 20)  # so that there are parts, which are read again
    (tmp_path / "desk.yaml").write_text(DESK)
    arguments = ["run", "desk.yaml", "--replications", "3", "--set", "seed=5", "--no-report", "--out"]
    for folder in ("plain", name):
        try:
            os.fsencode(folder)
        except UnicodeEncodeError:
            pytest.skip("no folder of this system has such a name")
        done = CliRunner().invoke(cli, [*arguments, folder])
        assert done.exit_code == 0, done.output
    for table in ("letters.parquet", "hours.parquet"):
        assert (tmp_path / name / table).read_bytes() == (tmp_path / "plain" / table).read_bytes()


def test_a_problem_tells_its_path_without_escapes() -> None:
    assert str(Problem("is empty", "teams.\x1b[31m", 3)) == "line 3   teams.\\u001b[31m: is empty"


NAMES = st.text(min_size=1, max_size=200)


@given(NAMES)
def test_a_safe_name_is_short_and_holds_nothing_special(name: str) -> None:
    made = safe_file_name(name)
    assert 0 < len(made.encode("utf-8", "surrogateescape")) <= FILE_NAME_BYTES
    assert all(each.isalnum() or each in "_.-" for each in made)


@given(NAMES, NAMES)
def test_different_names_stay_apart(one: str, other: str) -> None:
    # As they stand in a scenario: without what `safe_file_name` itself puts between.
    if one != other and "_" not in one + other:
        assert safe_file_name(one) != safe_file_name(other)


def test_names_that_fit_are_kept() -> None:
    assert safe_file_name("signed") == short_file_name("signed") == "signed"
    assert safe_file_name("10 min/局长") == "10_20_min_2f_局长"
    assert short_file_name("局" * 50).startswith("局" * 29 + "-")
    assert len(short_file_name("局" * 50).encode()) == 100
    assert short_file_name("x" * 251, 250) != short_file_name("x" * 252, 250)
