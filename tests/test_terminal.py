"""What is printed fits the terminal; what goes to a file or pipe is as wide as it needs."""

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from sim.commands.main import cli
from sim.output.text.printing import InParts, as_text, fitted

OFFICE = """
schema: 1
name: An office with many names
start: 2024-01-01
window: 1 d
cool_down: 12 h
replications: 2
arrivals: {per_day: 40}
teams:
  reception_of_letters: {tier: city, staff: {four_teams_three_shifts: 8}}
  handling_of_letters: {tier: branch, staff: {four_teams_two_shifts: 12}}
  approval_by_the_head: {tier: branch, staff: {always: 2}}
workflow:
  - sign_for_it: {by: reception_of_letters, effort: 2 min}
  - look_into_it: {by: handling_of_letters, effort: {mean: 20 min, cv: 1}}
  - approve_the_answer: {by: approval_by_the_head, effort: 3 min}
sla:
  signed_for: {until: sign_for_it.finished, within: 10 min, target: 99%}
  looked_into: {until: look_into_it.started, within: 30 min, target: 95%}
  answered: {until: closed, within: 4 h, target: 99%}
"""


def on_terminal(what: RenderableType, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, legacy_windows=False)
    console.print(what)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def table() -> Table:
    drawn = Table()
    drawn.add_column("name", overflow="fold")
    drawn.add_column("number of letters", justify="right", overflow="fold")
    drawn.add_column("说明", overflow="fold")
    drawn.add_row("desk", "17", "一二三四五六七八九十" * 3)
    drawn.add_section()
    drawn.add_row("", "1,234", "")
    return drawn


class TestKeptText:
    def test_it_is_as_wide_as_it_needs(self) -> None:
        sentence = "word " * 60
        lines = as_text(Text(sentence)).splitlines()
        assert lines == [sentence.strip()]
        assert max(map(cell_len, as_text(table()).splitlines())) > 80

    @pytest.mark.parametrize("width", [120, 60, 40])
    def test_its_tables_fit_a_terminal_as_if_they_were_never_kept(self, width: int) -> None:
        kept = "before\n" + as_text(table()) + "after"
        assert on_terminal(fitted(kept), width) == ["before", *on_terminal(table(), width), "after"]

    def test_text_without_tables_is_only_folded(self) -> None:
        assert on_terminal(fitted("one two\n\nthree"), 5) == ["one", "two", "", "three"]


class TestATableInParts:
    def test_it_is_one_table_where_that_fits_and_several_where_not(self) -> None:
        columns = [(f"column {letter}", [Text("1 / 2"), Text("3 / 4")]) for letter in "abcd"]
        parts = InParts("A title", ("", ["00", "01"]), columns)
        wide, narrow = on_terminal(parts, 200), on_terminal(parts, 34)
        assert [line for line in wide if "column" in line] == ["       column a   column b   column c   column d"]
        assert [line.split() for line in narrow if "column" in line] == [
            ["column", "a", "column", "b"],
            ["column", "c", "column", "d"],
        ]
        assert narrow.count("A title") == 1
        assert max(map(len, narrow)) <= 34
        assert as_text(parts).splitlines()[1:] == wide[1:]

    def test_a_column_wider_than_the_terminal_is_folded(self) -> None:
        parts = InParts("", ("", ["00"]), [("a" * 50, [Text("1")])])
        assert max(map(len, on_terminal(parts, 30))) <= 30
        assert sum(line.count("a") for line in on_terminal(parts, 30)) == 50


class Screen(io.StringIO):
    """A terminal that keeps what it is told."""

    def isatty(self) -> bool:
        return True


def in_terminal(*arguments: str) -> list[str]:
    """Lines that the program prints on a terminal of 80 columns, without colours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        patch.setenv("TERM", "xterm")
        patch.setattr("sys.stdout", screen := Screen())
        cli.main(arguments, standalone_mode=False)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()).splitlines()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_fits_eighty_columns_when_found_and_when_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "an_office_of_letters.yaml").write_text(OFFICE)
    (tmp_path / "with_more.yaml").write_text(
        "extends: an_office_of_letters.yaml\nteams: {reception_of_letters: {staff: {four_teams_three_shifts: 12}}}\n"
    )
    names = ["an_office_of_letters.yaml", "with_more.yaml"]
    short = ["--no-report", "--lang", lang]
    for arguments in (
        ["check", names[0], "--lang", lang], ["run", names[0], *short], ["run", names[0], *short],
        ["compare", *names, *short], ["compare", *names, *short], ["targets", names[0], *short],
    ):  # fmt: skip
        lines = in_terminal(*arguments)
        assert len(lines) > 5
        assert [line for line in lines if cell_len(line) > 80] == []
        assert not [line for line in lines if "…" in line]
