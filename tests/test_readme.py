"""The README in both languages: its scenario runs, its commands and make targets exist, its links lead somewhere."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import cli

ROOT = Path(__file__).parent.parent
READMES = [(ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md")]
BOTH = "\n".join(READMES)
COMMANDS = ("## Commands", "## 命令")


@pytest.fixture(params=READMES, ids=["en", "zh"])
def readme(request):
    """Each README."""
    return request.param


@pytest.fixture
def desk(readme, tmp_path, monkeypatch):
    """An empty folder to work in, with the README's scenario in it, and what is added to it beside."""
    monkeypatch.chdir(tmp_path)
    scenario, changes, rules = re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL)
    (tmp_path / "desk.yaml").write_text(scenario, "utf-8")
    (tmp_path / "changed.yaml").write_text(f"extends: desk.yaml\n{changes}", "utf-8")
    (tmp_path / "ruled.yaml").write_text(f"extends: desk.yaml\n{rules}", "utf-8")
    return tmp_path


def lettersim(*words):
    done = CliRunner().invoke(cli, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_the_first_scenario_is_checked_run_and_run_again_with_more_people(desk, readme):
    assert "desk" in lettersim("check", "desk.yaml")
    assert "signed" in lettersim("run", "desk.yaml", "--replications", "2")
    (change,) = re.findall(r"`lettersim run desk\.yaml (--set \S+)`", readme)
    assert "32 staff" in lettersim("run", "desk.yaml", *change.split(), "--replications", "2", "--no-report")
    assert len(list((desk / "results" / "desk").iterdir())) == 2


def test_what_changes_on_dates_can_be_added_to_the_first_scenario(desk):
    assert "staff_changes" in lettersim("check", "changed.yaml")


def test_the_rules_of_an_office_can_be_added_to_the_first_scenario(desk):
    said = lettersim("run", "ruled.yaml", "--replications", "2", "--no-report")
    assert "Supervised at 80% of the limit of contacted" in said
    assert "asked for 30 min more" in said
    assert "letters of their own" in said


def test_every_command_is_named_and_every_named_one_exists(readme):
    (table,) = re.findall(rf"(?:{'|'.join(COMMANDS)})\n(.*?)\n##", readme, flags=re.DOTALL)
    named = re.findall(
        r"`([a-z]+)(?: [A-Z][^`]*)?`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line)
    )
    assert sorted(named) == sorted(cli.commands)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b", BOTH))))
def test_every_make_target_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", BOTH))))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()
