"""A run's folder: complete or not there, the same for the same run, and its tables tell what its summary says."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from runs import written

from sim.core.errors import ScenarioError, SimError
from sim.core.options import Options
from sim.metrics.report import Report
from sim.output.results import run as results
from sim.output.results.result import Result, run_id
from sim.output.results.run import run
from sim.output.text.cautions import summary_of
from sim.output.words import languages
from sim.scenario.loading import Loaded, load

OFFICE = """
schema: 1
name: 局长信箱
start: 2021-05-10
warm_up: 1 d
window: 2 d
cool_down: 1 d
replications: 3
seed: 5
arrivals: {per_day: 150, by_hour: mailbox}
channels: {web: {share: 60%}, paper: {share: 40%}}
categories: {household: {share: 70%}, noise: {share: 30%}}
teams:
  city: {tier: city, staff: {four_teams_three_shifts: 8}, absence: 10%, other_duty: {per_hour: 1, effort: 10 min}}
  station: {tier: station, units: 3, within: city, staff: {daytime: 9}}
workflow:
  - sign: {by: station, effort: {mean: 2 min, cv: 0.8}, priority: 0, interrupts: true, cover: city}
  - refer: {leave: 20%}
  - handle: {by: station, effort: {mean: 40 min, cv: 1}, for: [noise]}
sla:
  signed: {until: sign.finished, within: 10 min, target: 90%}
  closed: {until: closed, within: 1 d, for: [noise]}
"""

DRAW = results.draw

FILES = {
    *(f"answer.{lang}.txt" for lang in languages()),
    "figures.json",
    "hours.parquet",
    "letters.parquet",
    "scenario.yaml",
    "summary.json",
}


@pytest.fixture(autouse=True, scope="module")
def without_charts() -> Iterator[None]:
    """Charts take seconds a run, and have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "draw", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load(written(tmp_path_factory.mktemp("office"), OFFICE))


@pytest.fixture(scope="module")
def result(office: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Result[Report]:
    return run(office, Options(out=tmp_path_factory.mktemp("results") / "run"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ask(question: str, result: Result[Report]) -> Any:
    """What the tables of a run answer to a question in SQL."""
    with duckdb.connect() as connection:
        return connection.execute(question.format(folder=result.folder)).fetchall()


# the folder


def test_the_folder_holds_what_the_readme_lists(result: Result[Report]) -> None:
    files = contents(result.folder)
    assert set(files) >= FILES | {"manifest.json"}
    readme = Path("results/README.md").read_text("utf-8")
    assert [name for name in files if f"`{name}`" not in readme] == []


def test_tables_are_left_out_where_nobody_wants_them(office: Loaded, result: Result[Report], tmp_path: Path) -> None:
    without, with_tables = Options(out=tmp_path / "run", tables=False), Options(out=tmp_path / "run")
    first = run(office, without)
    tables = {"letters.parquet", "hours.parquet"}
    assert contents(first.folder).keys() == contents(result.folder).keys() - tables
    assert first.summary == result.summary
    assert [run(office, options).found for options in (without, with_tables, with_tables, without)] == [
        True, False, True, True,
    ]  # fmt: skip
    assert contents(first.folder).keys() >= tables


def test_every_column_is_explained(result: Result[Report]) -> None:
    readme = Path("results/README.md").read_text("utf-8")
    names = {"sign", "handle", "signed", "closed"}
    for table in ("letters", "hours"):
        for column, *_ in ask(f"DESCRIBE FROM '{{folder}}/{table}.parquet'", result):
            owner, dot, what = column.partition(".")
            generic = f"{'STEP' if what in ('queued', 'started', 'finished') else 'SLA'}.{what}"
            assert f"`{generic if dot and owner in names else column}`" in readme, column


def test_summary_json_is_the_report(result: Result[Report]) -> None:
    assert json.loads((result.folder / "summary.json").read_text("utf-8")) == result.summary
    assert result.summary == summary_of(result.report)


def test_the_manifest_says_how_it_came_about(office: Loaded, result: Result[Report]) -> None:
    manifest = json.loads((result.folder / "manifest.json").read_text("utf-8"))
    assert (manifest["run"], manifest["seed"], manifest["replications"]) == (run_id(office), 5, 3)
    assert manifest["engine"] == "compiled"
    assert {"lettersim", "python", "numpy", "numba"} <= set(manifest["versions"])
    check = manifest["cross_check"]
    assert (check["against"], check["agrees"], check["audit"]) == ("simpy", True, "passed")
    assert check["visits"] > 100
    assert manifest["timings"]["simulating_s"] > 0


def test_the_answer_is_kept_in_both_languages(result: Result[Report]) -> None:
    assert "局长信箱: 3 replications" in result.answer("en")
    assert "局长信箱：重复仿真 3 次" in result.answer("zh")


def test_the_resolved_scenario_is_the_same_run(office: Loaded, result: Result[Report]) -> None:
    assert run_id(load(result.folder / "scenario.yaml")) == run_id(office)


def test_the_letters_tell_what_the_summary_says(result: Result[Report]) -> None:
    letters = "FROM '{folder}/letters.parquet' WHERE counted"
    ((received, closed, met, decided, mean),) = ask(
        "SELECT count(*), count(closed), count(*) FILTER (\"signed.verdict\" = 'met'), "
        'count(*) FILTER ("signed.verdict" != \'undecided\'), avg("signed.elapsed_min") ' + letters,
        result,
    )
    summary = result.summary
    assert received / 3 == pytest.approx(summary["letters"]["received"]["mean"])
    assert closed / 3 == pytest.approx(summary["letters"]["closed"]["mean"])
    assert met / decided == pytest.approx(summary["sla"]["signed"]["compliance"]["mean"])
    assert mean == pytest.approx(summary["sla"]["signed"]["elapsed_min"]["mean"]["value"])
    ((waits,),) = ask('SELECT avg(epoch("sign.started" - "sign.queued") / 60) ' + letters, result)
    assert waits == pytest.approx(summary["steps"]["sign"]["wait_min"]["mean"]["value"])


def test_what_does_not_apply_has_no_value(result: Result[Report]) -> None:
    ((of_household, of_noise, left),) = ask(
        "SELECT count(\"closed.verdict\") FILTER (category = 'household'), "
        'count("closed.verdict") FILTER (category = \'noise\' AND NOT "left"), '
        'count("handle.queued") FILTER ("left") FROM \'{folder}/letters.parquet\' WHERE counted',
        result,
    )
    assert (of_household, left) == (0, 0)
    assert of_noise > 0


def test_units_of_different_teams_may_share_a_name(tmp_path: Path) -> None:
    teams = (
        "{branch: {tier: branch, units: 2, names: [North, South], staff: {always: 4}}, "
        "station: {tier: station, units: [1, 1], within: branch, names: [North, South], staff: {always: 4}}}"
    )
    path = written(
        tmp_path,
        "start: 2021-05-10\nwindow: 1 d\nreplications: 2\narrivals: {per_day: 50}\n"
        f"teams: {teams}\nworkflow: [{{serve: {{by: station, effort: 25 min}}}}]\n",
    )
    names = ask(
        "SELECT DISTINCT unit FROM '{folder}/letters.parquet' ORDER BY unit",
        run(load(path), Options(out=tmp_path / "out")),
    )
    assert names == [("North",), ("South",)]


def test_times_are_local(result: Result[Report]) -> None:
    ((first, last),) = ask(
        "SELECT min(received)::DATE::TEXT, max(received)::DATE::TEXT FROM '{folder}/letters.parquet'", result
    )
    assert (first, last) == ("2021-05-10", "2021-05-13")
    assert ask("SELECT count(DISTINCT hour) FROM '{folder}/hours.parquet'", result) == [(4 * 24,)]


def test_the_hours_tell_what_the_summary_says(result: Result[Report]) -> None:
    window = "WHERE hour >= '2021-05-11' AND hour < '2021-05-13' GROUP BY team ORDER BY team"
    hours = ask("SELECT team, sum(on_duty), sum(busy) / sum(on_duty) FROM '{folder}/hours.parquet' " + window, result)
    for team, on_duty, utilisation in hours:
        figures = result.summary["teams"][team]
        assert on_duty / 3 == pytest.approx(figures["on_duty_hours"]["mean"])
        assert utilisation == pytest.approx(figures["utilisation"]["mean"])


def test_rows_stand_by_replication_then_letter(result: Result[Report]) -> None:
    rows = ask("SELECT replication, letter FROM '{folder}/letters.parquet'", result)
    assert rows == sorted(rows)
    assert {replication for replication, _ in rows} == {0, 1, 2}


# the same run


@pytest.mark.parametrize("how", [{"workers": 1}, {"workers": 2}, {"engine": "simpy", "workers": 1}])
def test_the_same_bytes_however_it_is_computed(
    office: Loaded, result: Result[Report], how: dict[str, Any], tmp_path: Path
) -> None:
    again = run(office, Options(out=tmp_path / "again", **how))
    first, second = contents(result.folder), contents(again.folder)
    if "engine" in how:
        assert again.summary == result.summary | {"engine": "simpy"}
        first |= {name: second[name] for name in ("figures.json", "summary.json")}
    assert {name: first[name] for name in FILES} == {name: second[name] for name in FILES}


@pytest.mark.parametrize("rows", [0, 100])
def test_the_same_rows_however_few_are_kept_in_memory(
    office: Loaded, result: Result[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("sim.output.folders.parquet.ROWS_IN_MEMORY", rows)
    again = run(office, Options(out=tmp_path / "again"))
    assert set(contents(again.folder)) == set(contents(result.folder))
    for table in ("letters", "hours"):
        assert ask(f"FROM '{{folder}}/{table}.parquet'", again) == ask(f"FROM '{{folder}}/{table}.parquet'", result)


def test_charts_and_page_too_are_the_same_for_any_number_of_workers(
    office: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "draw", DRAW)
    first, second = (run(office, Options(out=tmp_path / str(workers), workers=workers)).folder for workers in (1, 2))
    names = [path.relative_to(first) for path in first.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert len(names) > 10
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []


def test_the_same_run_is_found_and_not_computed(
    office: Loaded, result: Result[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "replicate", None)
    before = contents(result.folder)
    found = run(office, Options(out=result.folder))
    assert found.found
    assert found.summary == result.summary
    assert contents(result.folder) == before


def test_force_computes_it_again(office: Loaded, tmp_path: Path) -> None:
    first = run(office, Options(out=tmp_path / "run"))
    (first.folder / "summary.json").write_text("{}")
    assert not run(office, Options(out=tmp_path / "run", force=True)).found
    assert json.loads((first.folder / "summary.json").read_text("utf-8")) == first.summary


def test_what_one_engine_computed_is_not_shown_for_the_other(office: Loaded, tmp_path: Path) -> None:
    run(office, Options(out=tmp_path / "run"))
    other = run(office, Options(out=tmp_path / "run", engine="simpy", workers=1))
    assert not other.found
    assert other.summary["engine"] == "simpy"


def test_a_run_has_a_place_of_its_own(office: Loaded, here: Path) -> None:
    found = run(office)
    assert found.folder == Path("results") / "scenario" / run_id(office)
    assert [path.name for path in (here / "results" / "scenario").iterdir()] == [run_id(office)]


def test_another_run_has_another_name(office: Loaded, tmp_path: Path) -> None:
    path = written(tmp_path, OFFICE)
    names = {run_id(load(path, [change])) for change in ("seed=6", "replications=4", "arrivals.per_day=151", "name=x")}
    assert len(names | {run_id(office)}) == 5
    assert run_id(load(path, ["seed=5"])) == run_id(load(path)) == run_id(office)


def test_progress_is_told_in_order(office: Loaded, tmp_path: Path) -> None:
    done: list[int] = []
    run(office, Options(out=tmp_path / "run"), progress=done.append)
    assert done == [1, 2, 3]


# whole or not at all


def test_a_folder_of_something_else_is_not_replaced(office: Loaded, tmp_path: Path) -> None:
    mine = tmp_path / "photos"
    mine.mkdir()
    (mine / "cat.jpg").touch()
    for force in (False, True):
        with pytest.raises(SimError, match="photos exists and is no folder of results; it holds cat"):
            run(office, Options(out=mine, force=force))
        assert [path.name for path in mine.iterdir()] == ["cat.jpg"]


def test_a_file_and_the_folder_one_is_in_are_never_replaced(office: Loaded, here: Path) -> None:
    (here / "notes").touch()
    with pytest.raises(SimError, match="notes is a file; name a folder"):
        run(office, Options(out=Path("notes"), force=True))
    for folder in (Path("."), here.parent):
        with pytest.raises(SimError, match="is the folder you are in, or holds it"):
            run(office, Options(out=folder, force=True))


def test_an_empty_folder_is_filled(office: Loaded, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert not run(office, Options(out=tmp_path / "run")).found


@pytest.mark.parametrize("what", ["Rows.add", "Rows.write", "write_scenario"])
def test_a_full_disk_leaves_nothing(office: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"sim.output.results.run.{what}", full)
    with pytest.raises(SimError, match="run could not be written: No space left on device"):
        run(office, Options(out=tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_the_one_before(office: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(office, Options(out=tmp_path / "run"))
    before = contents(tmp_path / "run")
    monkeypatch.setattr(results, "summarise", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(office, Options(out=tmp_path / "run", force=True))
    assert contents(tmp_path / "run") == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_interrupted_run_leaves_nothing(office: Loaded, tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(office, Options(out=tmp_path / "run"), progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_too_large_for_the_machine_is_refused(
    office: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiment.cost.free_memory", lambda: 1000.0)
    with pytest.raises(ScenarioError, match=r"1 problem\n  a replication of about .* lower arrivals, window"):
        run(office, Options(out=tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_a_trace_of_unknown_places_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received,unit\n2021-05-11 08:00,moon\n")
    path = written(tmp_path, OFFICE.replace("{per_day: 150, by_hour: mailbox}", "{trace: letters.csv}"))
    with pytest.raises(ScenarioError, match="moon"):
        run(load(path), Options(out=tmp_path / "run"))
    assert not (tmp_path / "run").exists()
