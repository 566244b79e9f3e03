"""`lettersim fit`: from an office's file to a scenario that runs, judged on letters that the fit has not seen."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from judged import DESK

from sim.commands.main import cli
from sim.operations.exports import write_exports
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

QUICK = ("--no-report", "--replications", "3")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, the event log and the roster that it exports, and a row a letter of the same."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "desk.yaml").write_text(DESK)
    loaded = load(folder / "desk.yaml", ["window=42 d", "arrivals.per_day=30", "cool_down=2 d"])
    write_exports(setting_of(loaded.scenario), folder)
    happened: dict[str, dict[str, str]] = {}
    for line in (folder / "events.csv").read_text().splitlines()[1:]:
        case, received, *rest = line.split(",")
        happened.setdefault(case, {"received": received})[rest[4]] = rest[8]
    rows = [f"{each['received']},{each.get('sign', '')},{each.get('answer', '')}" for each in happened.values()]
    (folder / "来信.csv").write_text("\n".join(["来信时间,签收时间,办结时间", *rows]), "gb18030")
    return folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results go to a folder of the test; the package with the field's measures takes its time."""
    monkeypatch.chdir(tmp_path)
    for module in ("sim.fit.judging", "sim.output.results.fit"):
        monkeypatch.setattr(f"{module}.measures_there", lambda: False)


def ask(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["--lang", "en", "fit", *map(str, arguments)])


def test_events_become_a_scenario_that_runs_and_says_where_it_is_from(office: Path, tmp_path: Path) -> None:
    file = tmp_path / "fitted.yaml"
    log = office / "events.csv"
    answered = ask(log, "--roster", office / "roster.csv", "--write", file, "--backlog-to", "open.csv", *QUICK)
    assert answered.exit_code == 0, answered.output
    assert "letters are open at 00:00 on 2024-02-" in answered.output
    assert "Judged on the last" in answered.output
    assert "The simulated letters met the office's own shifts." in answered.output
    assert "they need the extra [fit]" in answered.output
    fitted = load(file)
    assert fitted.scenario.name == "events"
    assert fitted.scenario.about.startswith("Fitted to events.csv.")
    assert "fitted" not in fitted.scenario.about_zh
    assert [figure.mark for figure in fitted.figures].count("M") > 5
    signed = next(step for step in fitted.scenario.workflow if step.name == "sign")
    assert signed.by
    again = ask(log, "--roster", office / "roster.csv", *QUICK, "--json")
    summary = json.loads(again.stdout)
    assert summary["judgement"]["replications"] == 3
    assert summary["kind"] == "events"
    assert all(set(each["text"]) == {"en", "zh"} for each in summary["judgement"]["misfits"])
    run = CliRunner().invoke(cli, ["run", str(file), "--replications", "2", "--no-report", "--json"])
    assert run.exit_code == 0, run.output
    changes = [f"start={summary['goes_on']}", "warm_up=0 d", "window=2 d", "backlog=open.csv"]
    goes_on = ["run", str(file), "--replications", "2", "--no-report", "--json"]
    run = CliRunner().invoke(cli, [*goes_on, *(f"--set={each}" for each in changes)])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["open_at_start"]["letters"] == summary["open_at_end"]


def test_letters_become_waits_and_a_base_gives_them_teams_and_slas(office: Path, tmp_path: Path) -> None:
    answered = ask(office / "来信.csv", *QUICK, "--write", "letters.yaml")
    assert answered.exit_code == 0, answered.output
    fitted = load(tmp_path / "letters.yaml")
    assert [step.name for step in fitted.scenario.workflow] == ["signed", "closed"]
    based = ask(office / "来信.csv", "--base", office / "desk.yaml", *QUICK, "--write", "based.yaml", "--json")
    assert based.exit_code == 0, based.output
    summary = json.loads(based.stdout)
    assert {"arrivals"} <= {each["key"] for each in summary["replaced"]}
    assert [each["name"] for each in summary["judgement"]["slas"]] == ["signed"]
    assert {curve["milestone"] for curve in summary["judgement"]["curves"]} == {"signed", "closed"}
    kept = load(tmp_path / "based.yaml")
    assert set(kept.scenario.teams) == {"desk", "office"}
    assert set(kept.scenario.sla) == {"signed", "answered"}


def test_a_base_keeps_its_steps_and_gets_the_figures_of_the_log(office: Path, tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    text = DESK.replace("mean: 4 min", "mean: 20 min").replace("{mean: 5 h, cv: 1}", "5 office hours")
    base.write_text(text)
    answered = ask(office / "events.csv", "--base", base, *QUICK, "--hold-out", "0", "--json", "--write", "based.yaml")
    assert answered.exit_code == 0, answered.output
    replaced = {each["key"]: each for each in json.loads(answered.stdout)["replaced"]}
    effort = replaced["workflow.sign.effort"]
    assert effort["old"] == "{mean: 20 min, cv: 0.8}"
    assert effort["new"].startswith("{mean: 3.") or effort["new"].startswith("{mean: 4.")
    assert effort["n"] > 1_000
    # What a log says of a wait is calendar time.
    assert "workflow.answer.effort" in replaced
    assert "workflow.ask.wait" not in replaced
    kept = load(tmp_path / "based.yaml")
    assert [step.name for step in kept.scenario.workflow] == ["sign", "ask", "answer", "again"]
    assert {figure.path: figure.mark for figure in kept.figures}["workflow.sign.effort"] == "M"


def test_the_page_and_the_charts_are_drawn(office: Path, tmp_path: Path) -> None:
    answered = ask(office / "来信.csv", "--replications", "3", "--out", tmp_path / "page")
    assert answered.exit_code == 0, answered.output
    page = (tmp_path / "page" / "report.html").read_text("utf-8")
    assert "来信.csv" in page
    assert {path.name for path in (tmp_path / "page").iterdir()} >= {
        "fit.json",
        "scenario.yaml",
        "charts",
        "answer.zh.txt",
    }
    assert any((tmp_path / "page" / "charts").glob("fit_ages*"))


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><log/>", (), "declares a document type or entities"),
        ("when\n2024-03-01 08:00\n", (), "no column that is known as received"),
        ("when\n2024-03-01 08:00\n", ("--columns", "received"), "must be like received="),
        ("when\n2024-03-01 08:00\n", ("--columns", "received=whenn"), "did you mean 'when'?"),
        ("received\n2024-03-01 08:00\n", ("--hold-out", "90%"), "must be a share from 0 to 75%"),
        ("received\n2024-03-01 08:00\n", ("--base", "none.yaml"), "none.yaml"),
        ("received\n2024-03-01 08:00\n2024-03-01 09:00\n", ("--judge-on", "none.csv"), "none.csv has 1 problem"),
        ("received\n2024-03-01 08:00\n2024-03-01 09:00\n", ("--write", "log"), "log is there already"),
    ],
)
def test_bad_input_ends_in_a_sentence(tmp_path: Path, content: str, options: tuple[str, ...], said: str) -> None:
    (tmp_path / "log").write_text(content)
    answered = ask("log", *options, "--no-report")
    assert answered.exit_code == 2
    assert said in " ".join(answered.output.split())
    assert "Traceback" not in answered.output
