"""`runs` lists what lies in a folder and removes drafts only; `verify FOLDER` says whether one is as it was written."""

import json
from pathlib import Path

from click.testing import CliRunner, Result
from kept import COMMANDS, ask, contents

from sim.commands.main import cli
from sim.commands.options import COULD_NOT
from sim.output.folders.atomic_dir import DRAFT, ProcessLock, machine


def lettersim(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def drafts(here: Path) -> dict[str, Path]:
    """A draft of each kind: of a dead process, of one that nobody knows, of an older version."""
    found = {name: here / "results" / f".{name}.12{DRAFT}" for name in ("dead", "elsewhere", "older")}
    for name, path in found.items():
        (path / "new" / name).mkdir(parents=True)
        (path / "new" / name / "file").touch()
        if name != "older":
            (path / "lock").write_text(machine() if name == "dead" else "another machine")
    return found


def test_every_kind_is_listed_with_what_was_set_and_found(here: Path) -> None:
    for kind in COMMANDS:
        assert ask(kind, f"results/{kind}").exit_code == 0
    assert ask("run", "results/other", "--set", "teams.desk.staff.always=4").exit_code == 0
    told = json.loads(lettersim("runs", "--json").stdout)
    listed = {Path(each["folder"]).name: each for each in told["results"] if each["kind"] != "points"}
    assert set(listed) == {*COMMANDS, "other"}
    assert [each["kind"] for each in (listed["run"], listed["compare"], listed["export"])] == [
        "run", "comparison", "export",
    ]  # fmt: skip
    assert listed["other"]["changes"] == ["teams.desk.staff.always: 3 -> 4"]
    assert set(listed["run"]["verdicts"]) == {"started"}
    assert all(each["started"] for each in listed.values())
    assert told["drafts"] == []
    for lang, words in {"en": ("what was set", "started", "compare"), "zh": ("改动的设置", "对比", "压力测试")}.items():
        table = lettersim("runs", "--lang", lang).stdout
        assert [word for word in words if word not in table] == []


def test_nothing_to_list_is_said_so(here: Path) -> None:
    answer = lettersim("runs")
    assert (answer.exit_code, answer.stdout) == (0, "There are no results in results.\n")
    assert json.loads(lettersim("runs", "elsewhere", "--json").stdout)["results"] == []
    assert lettersim("runs", "--prune").stdout == "There are no drafts in results.\n"


def test_an_edited_manifest_keeps_nothing_from_being_listed(here: Path) -> None:
    for name, more in {"a": {}, "b": {"verdicts": [1], "timings": 3, "changes": {"x": 2}, "scenarios": "y"}}.items():
        (here / "results" / name).mkdir(parents=True)
        told = json.dumps({"program": "lettersim", **more})
        (here / "results" / name / "manifest.json").write_text(told)
    answer = lettersim("runs")
    assert answer.exit_code == 0
    assert "results/a" in answer.stdout
    assert "results/b" in answer.stdout


def test_prune_removes_drafts_that_nobody_writes_and_lists_each(here: Path) -> None:
    assert ask("run", "results/run").exit_code == 0
    (here / "results" / ".hidden").write_text("mine")
    before = contents(here)
    found = drafts(here)
    living = here / "results" / f".living.12{DRAFT}"
    living.mkdir()
    lock = ProcessLock(living / "lock")
    assert "Drafts: 4, 1 of them still being written" in lettersim("runs").stdout
    answer = lettersim("runs", "--prune")
    lock.release()
    assert answer.exit_code == 0
    said = {f"Removed: {path.relative_to(here)}" for path in found.values()}
    assert set(answer.stdout.splitlines()) == {
        *said, f"Stays, because it is being written: {living.relative_to(here)}",
    }  # fmt: skip
    assert living.is_dir()
    told = json.loads(lettersim("runs", "--prune", "--json").stdout)
    (removed,) = told["drafts"]
    assert removed == {"folder": str(living.relative_to(here)), "writer": "dead", "removed": True}
    assert contents(here) == before


def test_prune_gives_back_what_was_just_about_to_be_replaced(here: Path) -> None:
    path = drafts(here)["elsewhere"]
    (path / "former" / "elsewhere").mkdir(parents=True)
    (path / "former" / "elsewhere" / "before").touch()
    lettersim("runs", "--prune")
    assert [each.name for each in (here / "results").iterdir()] == ["elsewhere"]
    assert (here / "results" / "elsewhere" / "before").exists()


def test_verify_says_what_is_damaged_and_what_is_yours(here: Path) -> None:
    assert ask("run", "out").exit_code == 0
    whole = lettersim("verify", "out")
    assert (whole.exit_code, whole.stdout) == (0, "out: all 21 files are as they were written.\n")
    (here / "out" / "notes.txt").touch()
    assert "Not listed by its manifest, and never replaced: notes.txt." in lettersim("verify", "out").stdout
    (here / "out" / "letters.parquet").unlink()
    (here / "out" / "summary.json").write_text("{}")
    damaged = lettersim("verify", "out", "desk.yaml", "--days", "1")
    assert damaged.exit_code == COULD_NOT
    assert "out: letters.parquet missing; summary.json not as written" in damaged.stderr
    assert "desk.yaml: both engines agree" in damaged.stdout
    assert "缺少 letters.parquet；summary.json 与写入时不一致" in lettersim("verify", "out", "--lang", "zh").stderr


def test_verify_of_a_folder_that_is_none_of_ours(here: Path) -> None:
    answer = lettersim("verify", ".")
    assert answer.exit_code == COULD_NOT
    assert answer.stderr == ". is no folder of results: it has no manifest.json that this program wrote\n"
    (here / "manifest.json").write_text('{"program": "lettersim"}')
    assert "was written by an older version, whose manifest does not list" in lettersim("verify", ".").stderr
