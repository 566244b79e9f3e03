"""The command line: what is printed where, exit codes, and nothing written when something is wrong."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from desk_of_eight import MM8, files, mm8_in
from kept import FILES as DESK_FILES
from kept import write_files
from runs import ROOT

import cli
import sim
from sim.commands.options import ASKED_WRONGLY, BREACHED, COULD_NOT, INTERRUPTED
from sim.core.errors import EngineMismatch
from sim.core.json_text import jsonable
from sim.engine.contract import require_equal
from sim.output.results import run as results

ESTIMATE = {"mean", "low", "high"}
FIGURE = frozenset({"value", "low", "high", "more_than", "at_most"})
SPREAD = {"mean", "p50", "p90", "p95", "p99", "max"}


@pytest.fixture(autouse=True, scope="module")
def without_charts() -> Iterator[None]:
    """Charts take seconds a run, and have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "draw", lambda *_: None)
        yield


@pytest.fixture
def mm8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scenario as `mm8.yaml` in a folder of its own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return mm8_in(tmp_path)


def ask(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.cli, [str(argument) for argument in arguments])


# run


def test_run_prints_the_table_the_sentences_and_the_folder(mm8: Path) -> None:
    answer = ask("run", "mm8.yaml")
    assert answer.exit_code == 0, answer.output
    assert "mm8: 5 replications" in answer.stdout
    assert "99.9%" in answer.stdout
    assert "missed" in answer.stdout
    assert "Not every target is met: started missed." in answer.stdout
    assert "waited most of their time for busy people at serve (desk)" in " ".join(answer.stdout.split())
    folder = Path(answer.stdout.rpartition("Results: ")[2].strip())
    assert (folder / "summary.json").is_file()
    assert answer.stderr == ""


def test_run_in_chinese(mm8: Path) -> None:
    answer = ask("run", "mm8.yaml", "--lang", "zh")
    assert "现有人员不能兑现承诺：" in answer.stdout
    assert "未达标。" in answer.stdout
    assert "结果：results/mm8/" in answer.stdout


def test_json_is_the_summary_and_nothing_else(mm8: Path) -> None:
    answer = ask("run", "mm8.yaml", "--json", "--out", "out")
    summary = json.loads(answer.stdout)
    assert summary == json.loads(Path("out/summary.json").read_text("utf-8"))
    assert answer.stderr == ""


def test_the_summary_has_the_agreed_keys(mm8: Path) -> None:
    summary = json.loads(ask("run", "mm8.yaml", "--json").stdout)
    assert list(summary) == [
        *("scenario", "engine", "replications", "seed", "letters", "sla", "units", "steps", "teams", "cautions"),
    ]
    assert (summary["scenario"], summary["engine"], summary["replications"], summary["seed"]) == (
        "mm8",
        "compiled",
        5,
        8,
    )
    letters, sla = summary["letters"], summary["sla"]["started"]
    step, team = summary["steps"]["serve"], summary["teams"]["desk"]
    assert list(letters) == [
        "received", "closed", "closed_share", "open_at_end", "growth_per_day", "time_in_system_min",
    ]  # fmt: skip
    assert list(sla) == ["limit_min", "target", "compliance", "verdict", "letters", "undecided", "elapsed_min"]
    assert list(step) == ["visits", "wait_min", "delayed_share", "service_min", "interruptions"]
    assert list(team) == [
        "headcount", "on_duty_hours", "busy_hours", "utilisation", "overtime_hours", "queue_mean", "queue_max",
    ]  # fmt: skip
    assert (sla["limit_min"], sla["target"], sla["verdict"], team["headcount"]) == (10, 0.999, "missed", 8)
    for estimate in (
        letters["received"],
        sla["compliance"],
        sla["letters"],
        step["delayed_share"],
        team["utilisation"],
    ):
        assert set(estimate) - {"between"} == ESTIMATE
        assert estimate["low"] <= estimate["mean"] <= estimate["high"]
    for spread in (letters["time_in_system_min"], sla["elapsed_min"], step["wait_min"], step["service_min"]):
        assert set(spread) == SPREAD
        assert {frozenset(figure) for figure in spread.values()} == {FIGURE}
        values = [spread[name]["value"] for name in ("p50", "p90", "p95", "p99", "max")]
        assert values == sorted(values)
        assert all(spread[name]["low"] <= spread[name]["value"] for name in ("mean", "p50", "p90", "p95", "p99"))
    assert team["on_duty_hours"]["mean"] == 8 * 48


def test_quiet_says_nothing(mm8: Path) -> None:
    answer = ask("run", "mm8.yaml", "--quiet")
    assert (answer.exit_code, answer.output) == (0, "")


def test_fail_on_breach(mm8: Path) -> None:
    assert ask("run", "mm8.yaml", "--quiet", "--fail-on-breach").exit_code == BREACHED
    assert ask("run", "mm8.yaml", "--quiet", "--fail-on-breach").exit_code == BREACHED  # the second time reused
    kept = ask("run", "mm8.yaml", "--quiet", "--fail-on-breach", "--set", "sla.started.target=1%")
    assert kept.exit_code == 0


def test_options_are_one_more_layer(mm8: Path) -> None:
    arguments = ("--set", "teams.desk.staff.always=9", "--seed", "3", "--replications", "4", "--engine", "simpy")
    summary = json.loads(ask("run", "mm8.yaml", "--json", "--out", "out", "--workers", "1", *arguments).stdout)
    assert (summary["seed"], summary["replications"], summary["engine"]) == (3, 4, "simpy")
    assert summary["teams"]["desk"]["headcount"] == 9
    changes = json.loads(Path("out/manifest.json").read_text("utf-8"))["changes"]
    assert "teams.desk.staff.always: 8 -> 9" in changes


def test_a_run_is_reused_and_says_so(mm8: Path) -> None:
    first, second = ask("run", "mm8.yaml"), ask("run", "mm8.yaml")
    third = ask("run", "mm8.yaml", "--force")
    assert "was there already" in second.stdout
    assert "was there already" not in third.stdout
    # Only what is said of the folder differs.
    assert first.stdout.split("Results:")[0] == second.stdout.split("Results:")[0] == third.stdout.split("Results:")[0]


def test_several_scenarios_one_after_the_other(mm8: Path) -> None:
    mm8.with_name("mm9.yaml").write_text("extends: mm8.yaml\nname: mm9\nteams: {desk: {staff: {always: 9}}}\n")
    summaries = json.loads(ask("run", "mm8.yaml", "mm9.yaml", "--json").stdout)
    assert [summary["scenario"] for summary in summaries] == ["mm8", "mm9"]
    assert files(mm8.parent / "results") == ["mm8", "mm9"]


# asked wrongly


def test_a_wrong_scenario_is_refused_with_all_its_problems(mm8: Path) -> None:
    mm8.write_text(MM8.replace("always: 8", "always: -5").replace("effort:", "efort:"))
    answer = ask("run", "mm8.yaml")
    assert answer.exit_code == ASKED_WRONGLY
    assert answer.stdout == ""
    assert "mm8.yaml has 3 problems" in answer.stderr or "mm8.yaml has 2 problems" in answer.stderr
    assert "must be 0 or more (got -5)" in answer.stderr
    assert "unknown key; did you mean 'effort'?" in answer.stderr
    assert files(mm8.parent) == ["mm8.yaml"]


def test_all_scenarios_are_read_before_the_first_runs(mm8: Path) -> None:
    mm8.with_name("bad.yaml").write_text("schema: 2\n")
    answer = ask("run", "mm8.yaml", "bad.yaml", "missing.yaml")
    assert answer.exit_code == ASKED_WRONGLY
    assert "bad.yaml has" in answer.stderr
    assert "missing.yaml has" in answer.stderr
    assert files(mm8.parent) == ["bad.yaml", "mm8.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("run", "Missing argument"),
        ("run mm8.yaml --workers 0", "0 is not in the range x>=1"),
        ("run mm8.yaml --replications 0", "0 is not in the range x>=1"),
        ("run mm8.yaml --engine fast", "'fast' is not one of"),
        ("run mm8.yaml --lang tlh", "'tlh' is not one of"),
        ("run mm8.yaml --sed 3", "No such option"),
        ("run mm8.yaml mm8.yaml --out x", "--out names one folder, for one scenario"),
        ("run mm8.yaml --set arrivals.per_day=-1", "arrivals.per_day"),
        ("run mm8.yaml --set arrivals.per_dy=1", "did you mean 'per_day'?"),
        ("run mm8.yaml --set nothing", "nothing"),
        ("check .", "problem"),
        ("new mm8.yaml", "mm8.yaml is there already"),
        ("plam mm8.yaml", "No such command"),
    ],
)
def test_asked_wrongly(mm8: Path, arguments: str, message: str) -> None:
    answer = ask(*arguments.split())
    assert answer.exit_code == ASKED_WRONGLY, answer.output
    assert message in answer.stderr
    assert answer.stdout == ""
    assert files(mm8.parent) == ["mm8.yaml"]


# could not


def test_a_folder_of_something_else_is_not_touched(mm8: Path) -> None:
    mm8.with_name("photos").mkdir()
    mm8.with_name("photos").joinpath("cat.jpg").touch()
    answer = ask("run", "mm8.yaml", "--out", "photos")
    assert answer.exit_code == COULD_NOT
    said = "photos exists and is no folder of results; it holds cat.jpg: move it away, or name another folder\n"
    assert answer.stderr == said
    assert files(mm8.with_name("photos")) == ["cat.jpg"]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (MemoryError(), COULD_NOT, "there is not enough memory"),
        (PermissionError(13, "Permission denied", "x"), COULD_NOT, "could not be written: Permission denied"),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted; nothing half-done was left"),
    ],
)
def test_no_error_ends_in_a_traceback(
    mm8: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("sim.output.results.run.replicate", fail)
    answer = ask("run", "mm8.yaml")
    assert answer.exit_code == code
    assert message in answer.stderr
    assert "Traceback" not in answer.output
    assert [path for path in mm8.parent.rglob("*") if path.is_file()] == [mm8]


# the other commands


def test_check_says_what_will_run_and_writes_nothing(mm8: Path) -> None:
    answer = ask("check", "mm8.yaml")
    assert answer.exit_code == 0, answer.output
    for said in ("400 letters a day", "desk", "8 always", "started", "No team is short of staff"):
        assert said in answer.stdout
    assert files(mm8.parent) == ["mm8.yaml"]
    assert ask("check", "mm8.yaml", "--quiet").output == ""


def test_check_in_chinese_and_as_json(mm8: Path) -> None:
    assert "仿真前的测算" in ask("check", "mm8.yaml", "--lang", "zh").stdout
    forecast = json.loads(ask("check", "mm8.yaml", "--json").stdout)
    assert forecast["letters_a_day"] == pytest.approx(400)
    (every_day,) = forecast["teams"]["desk"]["load"]
    assert len(every_day) == 24


def test_verify_says_that_the_engines_agree(mm8: Path) -> None:
    answer = ask("verify", "mm8.yaml", "--days", "1")
    assert answer.exit_code == 0, answer.output
    assert "mm8.yaml: both engines agree, and the audit finds nothing" in answer.stdout
    assert ask("verify", "mm8.yaml", "--days", "99").exit_code == ASKED_WRONGLY


def test_verify_names_the_first_visit_that_differs(mm8: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def differ(logs: dict[str, sim.Log]) -> None:
        log = logs["compiled"]
        log.finished[7] += 60
        require_equal(logs)

    monkeypatch.setattr("sim.engine.verify.require_equal", differ)
    answer = ask("verify", "mm8.yaml")
    assert answer.exit_code == COULD_NOT
    first, second = answer.stderr.splitlines()
    assert first.startswith("visit 7: the engines differ in finished: simpy says ")
    assert second.startswith("visit 7 is serve at desk, of letter 7 received 2021-05-03 00:")


def test_a_run_that_fails_its_cross_check_leaves_nothing(mm8: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def differ(logs: dict[str, sim.Log]) -> None:
        raise EngineMismatch(0, "queued", {"simpy": 1, "compiled": 2})

    monkeypatch.setattr("sim.engine.verify.require_equal", differ)
    answer = ask("run", "mm8.yaml", "--out", "out")
    assert answer.exit_code == COULD_NOT
    assert "visit 0: the engines differ in queued: simpy says 1, compiled says 2" in answer.stderr
    assert files(mm8.parent) == ["mm8.yaml"]


def test_schema_is_json() -> None:
    assert json.loads(ask("schema").stdout)["title"]


def test_new_writes_a_scenario_that_runs(mm8: Path) -> None:
    answer = ask("new", "my_mailbox")
    assert answer.exit_code == 0, answer.output
    assert "my_mailbox.yaml is written" in answer.stdout
    assert ask("check", "my_mailbox.yaml", "--quiet").exit_code == 0
    assert ask("new", "my_mailbox").exit_code == ASKED_WRONGLY
    assert ask("new", "my_mailbox", "--force").exit_code == 0


# the package


def test_public_names_are_sorted_and_there() -> None:
    assert sim.__all__ == sorted(sim.__all__)
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    assert set(sim.__all__) <= set(dir(sim))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sim.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["run", "compare", "plan", "stress", "targets"])
def test_each_command_finds_the_same_figures_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    desks = [sim.load(tmp_path / name) for name in ("desk.yaml", "four.yaml")]
    command: Callable[..., sim.Result[Any]] = getattr(sim, kind)
    asked, options = desks if kind == "compare" else desks[0], sim.Options(report=False)
    first, again = command(asked, options), command(asked, options)
    assert (first.found, again.found) == (False, True)
    assert type(again.report) is type(first.report)
    assert jsonable(again.report) == jsonable(first.report)
    assert (again.folder, again.summary, again.manifest) == (first.folder, first.summary, first.manifest)
    assert [again.answer(lang) for lang in ("en", "zh")] == [first.answer(lang) for lang in ("en", "zh")]
    assert first.answer("en") != first.answer("zh")


def test_a_check_says_what_to_expect_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    desk = sim.load(tmp_path / "desk.yaml")
    first, again = sim.check(desk), sim.check(desk)
    assert jsonable(first.report) == jsonable(again.report)
    assert first.answer("zh") == again.answer("zh") != first.answer("en")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(DESK_FILES)


def test_the_version_is_the_packages() -> None:
    assert f'\nversion = "{sim.__version__}"\n' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert sim.__version__ in ask("--version").stdout


@pytest.mark.parametrize("words", ["run", "plan", "verify", "verify --days 1", "stress", "targets"])
def test_a_scenario_too_large_for_memory_is_refused_alike_by_all(
    mm8: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr("sim.experiment.cost.free_memory", lambda: 1000.0)
    answer = ask(*words.split(), "mm8.yaml")
    assert answer.exit_code == ASKED_WRONGLY
    heading, problem = answer.stderr.splitlines()
    assert heading == "mm8.yaml has 1 problem"
    assert "GB of memory" in problem
    assert "lower arrivals, window, warm_up or cool_down" in problem
    assert files(mm8.parent) == ["mm8.yaml"]


@pytest.mark.parametrize("key", ["extends", "arrivals.trace"])
def test_a_name_that_no_file_can_have_is_refused(mm8: Path, key: str) -> None:
    name = "长" * 90
    if key == "extends":
        mm8.write_text(f"extends: {name}\n", "utf-8")
        answer = ask("run", "mm8.yaml")
    else:
        answer = ask("run", "mm8.yaml", "--set", f"arrivals={{trace: {name}}}")
    assert answer.exit_code == ASKED_WRONGLY
    assert answer.stderr.startswith("mm8.yaml has 1 problem")
    assert "cannot be read: File name too long" in answer.stderr
