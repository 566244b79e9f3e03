"""The language of the program: who decides it, help and errors in it, and what never depends on it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rich_click as click
from click.testing import CliRunner
from desk import DESK, written
from test_messages import MISTAKES

from sim.commands.language import HELP_NAMES, default_language, language_of
from sim.commands.main import cli
from sim.core.errors import Problem, ScenarioError, SimError
from sim.output.text.errors import error_text
from sim.output.words import entries, translated
from sim.scenario.loading import load

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "fr_FR", "LC_MESSAGES": "zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LETTERSIM_LANG": "en"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LETTERSIM_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LETTERSIM_LANG": "xx"}, "zh"),
    ],
)
def test_the_environment_and_then_the_system_decide(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], lang: str
) -> None:
    for each in ("LETTERSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_language() == lang


def test_who_asks_for_a_language_gets_it() -> None:
    assert language_of(["run", "a.yaml"]) == "en"
    assert language_of(["run", "a.yaml", "--lang", "zh"]) == "zh"
    assert language_of(["--lang=zh", "run"]) == "zh"
    assert language_of(["--lang=zh", "run", "--lang", "en"]) == "en"
    assert language_of(["run", "--lang", "fr"]) == "en"


def ask(*arguments: str) -> str:
    """What the program says."""
    return CliRunner().invoke(cli, list(arguments)).output


def test_the_option_may_stand_before_the_command_and_holds_for_that_call_only() -> None:
    assert "用法：" in ask("--lang", "zh", "runs", "-h")
    assert "Usage:" in ask("runs", "-h")
    assert "没有结果" in ask("--lang", "zh", "runs", "nowhere")


def helped() -> Iterator[tuple[str, str]]:
    """Every text of help: whose it is, and a paragraph of it in English."""
    ask("--lang", "en", "-h")
    for command in (cli, *cli.commands.values()):
        helping = command.get_help_option(click.Context(command, help_option_names=HELP_NAMES))
        for each in (command, *command.params, helping):
            for paragraph in (getattr(each, "help", None) or "").split("\n\n"):
                yield f"{command.name} {getattr(each, 'name', '')}", " ".join(paragraph.split())


def test_all_help_is_translated() -> None:
    """Who adds a command or an option adds a line to `messages.toml` of each language that has one."""
    assert sorted({(whose, text) for whose, text in helped() if text and translated("zh", text) == text}) == []


def test_all_help_is_shown_in_chinese() -> None:
    said = ask("--lang", "zh", "plan", "-h")
    assert "按单位和班次找出各项目标全部达标的最少人数" in said.replace("\n", "")
    assert "重复仿真次数" in said
    assert "Options" not in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run"], "缺少参数 情景...。"),
        (["foo"], "没有命令 foo。"),
        (["--foo"], "没有选项 --foo。"),
        (["run", "x", "--seed", "-1"], "--seed 的值有误：-1 不在范围 x>=0 内。"),
        (["new"], "缺少参数 NAME。"),
    ],
)
def test_who_calls_it_wrongly_is_told_in_chinese(arguments: list[str], told: str) -> None:
    assert told in ask("--lang", "zh", *arguments)


def test_problems_of_a_scenario_in_chinese(tmp_path: Path) -> None:
    file = written(tmp_path, DESK.replace("always: 8", "office: -5") + "windw: 1 d\n")
    said = CliRunner().invoke(cli, ["--lang", "zh", "check", str(file), "--set", "arrivals.per_day=80"])
    assert said.exit_code == 2
    assert "有 2 处问题\n" in said.output
    assert "第 8 行  windw: 没有这个键；是否指“window”？" in said.output


def test_every_mistake_of_a_planner_is_told_in_chinese() -> None:
    problems = [re.sub(r"^(line \d+ +)?([^ :]+|\S*\"[^\"]*\"\S*): ", "", told) for _, _, told in MISTAKES]
    untold = {each for each in problems if not CHINESE.search(translated("zh", each).partition("（现为")[0])}
    assert sorted(untold) == []


def test_an_error_in_english_is_as_it_was_raised() -> None:
    error = ScenarioError("a.yaml", [Problem("must be 0 or more (got -5)", "x", 5), Problem("no such file")] * 70)
    assert error_text(error, "en") == str(error)
    assert error_text(error, "zh").splitlines()[1] == "  第 5 行  x: 必须不小于 0（现为 -5）"
    failed = SimError("a.yaml is a file; name a folder")
    failed.add_note("a note")
    assert error_text(failed, "en") == "a.yaml is a file; name a folder\na note"
    assert error_text(failed, "zh") == "a.yaml 是文件；请指定文件夹\na note"


def test_an_error_of_the_system_is_told_by_file_and_reason() -> None:
    missing = FileNotFoundError(2, "No such file or directory", "a/b.yaml")
    assert error_text(missing, "en") == "a/b.yaml: No such file or directory"
    assert error_text(missing, "zh") == "a/b.yaml：没有这个文件或文件夹"
    moved = PermissionError(13, "Permission denied", "a", None, "b")
    assert error_text(moved, "en") == "a → b: Permission denied"


def test_translations_use_the_values_of_the_english_text() -> None:
    for english, chinese in entries("zh", "messages").items():
        assert set(re.findall(r"\{\d\}", chinese)) <= set(re.findall(r"\{\d\}", english)), english


def test_figures_and_names_of_files_do_not_depend_on_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        DESK + "name: {en: A desk, zh: 受理席}\nlabels: {zh: {desk: 受理席}}\nsla: {a: {until: closed, within: 1 h}}\n"
    )
    written(tmp_path, text)
    folders = {}
    for lang in ("en", "zh"):
        asked = ["--lang", lang, "run", "desk.yaml", "--replications", "2", "--no-report", "--out", lang, "--json"]
        answered = CliRunner().invoke(cli, asked)
        assert answered.exit_code == 0, answered.output
        folders[lang] = {path.name: path.read_bytes() for path in Path(lang).iterdir() if path.name != "manifest.json"}
        assert json.loads(answered.stdout) == json.loads(folders[lang]["summary.json"])
    assert folders["en"] == folders["zh"]
    assert "受理席" in folders["en"]["answer.zh.txt"].decode()


def test_the_scenario_to_begin_with_is_the_same_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "english.yaml" in ask("new", "english")
    assert "chinese.yaml" in ask("--lang", "zh", "new", "chinese")
    scenarios = [load(Path(f"{each}.yaml")).scenario for each in ("english", "chinese")]
    plain = [each.model_copy(update={"name": "", "about": "", "labels": {}}) for each in scenarios]
    assert plain[0] == plain[1]
    comments = [line.partition("#")[2] for line in Path("chinese.yaml").read_text("utf-8").splitlines() if "#" in line]
    assert [each for each in comments if not CHINESE.search(each)] == []
    named = {*scenarios[1].teams, *scenarios[1].categories, *scenarios[1].sla, *(s.name for s in scenarios[1].workflow)}
    assert named <= set(scenarios[1].labels["zh"])
