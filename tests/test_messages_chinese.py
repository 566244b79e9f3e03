"""What the program says in English it says in Chinese as well: every message that the code can make, by its text."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from answers import DESK, english_in
from click.testing import CliRunner
from runs import ROOT

from sim.commands.main import cli
from sim.core import program
from sim.output.words import translated

SENTENCE = re.compile(r"[A-Za-z]{2,}[ •']+[a-z]{2,}")
"""Words that follow each other, which no key, unit or name of a file has."""

TELLING = (
    "models",
    "scenario",
    "fit/reading",
    "operations",
    "commands",
    "core",
    "engine/audit",
    "serve",
    "output/folders",
    "output/results",
)
"""Rooms in which any text may become part of a message; in others it is those with which an error is raised."""

TOLD_TO_PROGRAMS = ("sim/statistics/", "sim/fit/durations")
"""Where errors are for those who call functions."""

QUIET = {"Caution", "takes", "AssertionError", "TypeError", "AttributeError", "NotImplementedError", "split", "Literal"}
"""What makes no message of the texts that it is given."""

CODE = re.compile(
    r'^"""|'
    r"^\W*[AMD]: |^<|^//|^#|^COPY|^FROM|^COMPR|BLOOM|^from |^default-src|^sandbox|^[a-z_ -]+_[a-z_ -]+$"
)
"""Texts that are code, marks of a scenario, or names of columns and options in a row."""

PARTS = {
    "•a run with --no-tables needs about • GB",
    "•lower arrivals, window, warm_up or cool_down",
    (
        "•. Say which it is, as in --columns •=NAME; one row may be a letter (received, ...) or an event "
        "(case, activity, start, end)"
    ),
    " and none as ",
    " and none ",
    "• •• (such as •)",
    "with • objects of the type •",
    "'•' is a detour, and only its steps have milestones•",
    "'•' takes no time, and has no milestones; there •",
    "the name of their case",
    "an activity",
    "unknown key{hint}",
    "is paused during •",
    "runs from •",
    "; did you mean '•'?",
    "; did you mean '•.•'?",
    "... (• different in all)",
    "• needs one of the keys •",
    "'•': unknown key•",
    "a step of a detour",
    " and • more",
    " and more",
    "; its letters have numbers from • to •",
    ", other duty and prompts have some of them",
    "•, since it is removed here",
    "has no value; give it one or leave the key out•",
    "; its full-width ： is text for YAML",
    "no such step",
    "must name an earlier step",
    "no such SLA",
    "no such",
    "has • columns than the first line",
    "a ':' where no key can be; is the line indented like its neighbours?",
    " (• from line •)",
    "; line • has a full-width '•', which YAML takes for text",
    "on this line",
    "on line •",
    "duplicate key; the first is •",
    "mapping values are not allowed",
    "• has • problem•",
    "  ... and • more",
    "Add it to categories, or leave categories out: they are then those of the trace",
    "Add it to channels, or leave channels out: they are then those of the trace",
    "Give the units their names with `names`, or leave the field empty",
    "working day",
    "office hour",
    "end of working day •",
    "s, min, h, d, week, office hours, working days",
    "Exit with code • when a target is missed or cannot be judged.",
    "•, or the system's",
}
"""Parts of messages that are translated with what they stand in, for which other tests are."""

NO_MESSAGES = {
    "workers cluster",
    "no-report png lang",
    "sla date letters late compliance low high",
    "sla team unit within letters late compliance low high rank-best rank-worst",
    "sla weekday hour letters compliance low high",
    "case id",
    "as is",
    "hand over",
    "lettersim scenario",
    "kept up",
    "there are no locks",
    "no target",
    "open letters",
    "a day, and in the peak hour",
    "sessions of staff",
    "sessions of writers",
    "at once",
    "one team doubled",
    "not needed: the SimPy engine is the model itself",
    "end of working day ([0-9]{1,5})",
    (
        "Path of the scenario below this one, relative to this file. Mappings merge deeply, lists and scalars "
        "replace, null removes a key."
    ),
}
"""Texts that stand in files and in the schema, for programs."""


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def quiet(tree: ast.Module) -> Iterator[ast.AST]:
    """What nobody is told: docstrings, messages of assertions, values of enumerations, keys."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node
        elif isinstance(node, ast.Assert) and node.msg is not None:
            yield node.msg
        elif isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases):
            yield from node.body
        elif (isinstance(node, ast.Call) and called(node) in QUIET) or (
            isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"
        ):
            yield node


def texts(path: Path) -> Iterator[str]:
    """Texts of a module that may be messages, with • for what is filled in."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = ast.walk(tree)
    room = path.relative_to(ROOT / "sim").as_posix()
    if not room.startswith(TELLING):
        nodes = iter([part for node in nodes if isinstance(node, ast.Raise) for part in ast.walk(node)])
    left_out = {id(part) for node in quiet(tree) for part in ast.walk(node)}
    left_out |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if id(node) in left_out:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "•" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def messages() -> set[str]:
    modules = [
        path for path in ROOT.glob("sim/**/*.py") if not str(path.relative_to(ROOT)).startswith(TOLD_TO_PROGRAMS)
    ]
    return {
        text
        for path in modules
        for text in texts(path)
        if SENTENCE.search(text) and not CODE.search(text) and text not in NO_MESSAGES
    }


def test_every_message_of_the_program_is_told_in_chinese() -> None:
    """Who adds an error adds its Chinese to `locale/zh/messages.toml`; a part of one is told with what it stands in."""
    found = messages()
    assert len(found) > 300
    told = {text: translated("zh", text) for text in found - PARTS}
    assert [f"{text}: {chinese}" for text, chinese in told.items() if english_in(chinese)] == []


def test_the_lists_of_parts_hold_nothing_that_is_gone() -> None:
    found = messages()
    assert sorted(PARTS - found) == []


def test_what_takes_long_is_said_in_chinese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "tell", program.tell)  # and as it was afterwards
    CliRunner().invoke(cli, ["--lang", "zh", "runs", "nowhere"])
    program.tell("compiling the engine, once on this machine ...")
    assert capsys.readouterr().err == "正在编译引擎（每台机器只需一次）……\n"


WRONG = [
    (["check", "backlog.yaml"], "没有列 “step”（现有 received）"),
    (["check", "rows.yaml"], "rows.csv：1 行没有形如 2021-05-03 19:30:00 的时间（received 列）：行号 2 'soon'"),
    (["serve", "desk.yaml", "--host", "0.0.0.0"], "--host 0.0.0.0 允许其他机器访问，须同时给出 --token"),
    (["serve", "desk.yaml", "--token", "short"], "--token 至少 16 个字符（现为 5）"),
    (["run", "desk.yaml", "--cluster", "localhost"], "应形如 tcp://host:8786 或 tls://host:8786，而不是"),
    (["replay", "none.csv", "--to", "http://127.0.0.1:9/"], "无法作为来信记录读取：没有这个文件或文件夹"),
    (["fit", "open.csv", "--columns", "received=when"], "没有列 “when”（现有 received）"),
    (["fit", "log.csv"], "没有可识别为 received 的列（现有 when）"),
    (["check", "longer.yaml"], "extension[0].by: 须与 served 一样按日历时间计（现为 2 working days）"),
    (["check", "rules.yaml"], "plan.rosters: 必须是 generate，或写明劳动规则的 {generate: {...}}（现为 'all'）"),
    (["why", "nowhere", "--letter", "3"], "没有文件夹 nowhere。"),
    (["sweep", "desk.yaml", "--vary", "x"], "应为 KEY=低..高、KEY=低..高:n 或 KEY=a,b,c（现为 'x'）"),
    (["verify", "desk.yaml", "--days", "99"], "天数必须大于 0，至多"),
    (["run", "desk.yaml", "--workers", "no"], "--workers 的值有误：'no' 不是整数。"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "told"), WRONG, ids=[" ".join(asked) for asked, _ in WRONG])
def test_what_a_newcomer_does_wrong_is_told_in_chinese(
    asked: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    more = {
        "desk": "",
        "backlog": "backlog: open.csv\n",
        "rows": "backlog: rows.csv\n",
        "longer": "extension: [{sla: served, at: 50%, by: 2 working days}]\n",
        "rules": "plan: {rosters: all}\n",
    }
    for name, text in more.items():
        Path(f"{name}.yaml").write_text(DESK + text, "utf-8")
    Path("open.csv").write_text("received\n2021-05-02 10:00\n", "utf-8")
    Path("rows.csv").write_text("received,step\nsoon,serve\n", "utf-8")
    Path("log.csv").write_text("when\n1\n", "utf-8")
    done = CliRunner().invoke(cli, ["--lang", "zh", *asked], env={"COLUMNS": "300"})
    assert done.exit_code in (1, 2)
    assert told in " ".join(done.output.split()), done.output
