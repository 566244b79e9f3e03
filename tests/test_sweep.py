"""Sweeps: designs over keys of a scenario, points that are those of runs, and Erlang's formula at every one."""

import csv
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from kept import contents
from oracles.queueing import mmc_wait_longer
from runs import ROOT
from shown import small

from cli import cli
from sim.core.errors import ScenarioError
from sim.core.json_text import jsonable, restored
from sim.core.options import Options
from sim.output.charts.sweep import SweepCurve, SweepMap, SweepScatter
from sim.output.html.sweep_page import sweep_page
from sim.output.results.run import run
from sim.output.text.printing import as_text
from sim.output.text.sweep import point_name, sweep_content, sweep_tables, sweep_text
from sim.scenario.factors import factor_of
from sim.scenario.loading import ScenarioFile
from sim.statistics import Estimate, Verdict
from sim.sweep import scenarios_of, sweep
from sim.sweep.design import design_of
from sim.sweep.report import Sweep, SweptPoint

MMC = """
start: 2024-01-01
warm_up: 7 d
window: 60 d
replications: 12
arrivals: {per_day: 400}
teams:
  desk: {tier: city, staff: {always: 8}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
sla:
  started: {until: serve.started, within: 1 min, target: 60%}
"""
"""One queue of theory; 400 letters a day of 25 minutes are 6.94 erlangs."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "desk.yaml"
    path.write_text(MMC, "utf-8")
    return path


@pytest.fixture(scope="module")
def mmc(desk: Path) -> Sweep:
    """Two and three dimensions of it are looked at by what of it is swept."""
    return swept(desk, "teams.desk.staff.always=8,9,10", "arrivals.per_day=300..400:3")


def swept(path: Path, *varied: str, replications: int | None = None) -> Sweep:
    changes = [] if replications is None else [f"replications={replications}"]
    file, design = ScenarioFile(path), design_of(varied)
    return sweep(scenarios_of(file, design, changes), design)


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("k=24..32", ("24", "26", "28", "30", "32")),
        ("k=1..3:5", ("1", "2", "3")),
        ("k=0.5..1.5:3", ("0.5", "1", "1.5")),
        ("k=6 min..12 min:3", ("6 min", "9 min", "12 min")),
        ("k=6..12 min:2", ("6 min", "12 min")),
        ("k=10%..20%:3", ("10%", "15%", "20%")),
        ("k=-20%..+20%:3", ("-20%", "+0%", "+20%")),
        ("k=a, b,a", ("a", "b")),
        ("k=[08:00-12:00, 14:00-17:00],{mean: 2 min, cv: 1}", ("[08:00-12:00, 14:00-17:00]", "{mean: 2 min, cv: 1}")),
        ("k='a,b'", ("'a,b'",)),
        ("k=2024-01-01", ("2024-01-01",)),
    ],
)  # fmt: skip
def test_the_levels_of_a_key(written: str, levels: tuple[str, ...]) -> None:
    assert factor_of(written).levels == levels


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("k", "must be KEY=lo..hi, KEY=lo..hi:n or KEY=a,b,c (got 'k')"),
        ("k=3..1", "k needs a low end below its high end (got 3..1)"),
        ("k=1 min..2 h", "k needs one unit at both ends (got 1 min..2 h)"),
        ("k=08:00..10:00", "k needs a number at both ends of 08:00..10:00; list other values with commas"),
        ("k=1..2:1", "k needs from 2 to 10,000 levels (got 1)"),
        ("k=1,,2", "k has an empty value between commas (got '1,,2')"),
        ("seed=1,2", "seed cannot be varied, since all points are to meet the same letters"),
    ],
)
def test_what_cannot_be_varied_is_said(written: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        factor_of(written)
    assert str(refused.value) == message


def test_a_design_tells_all_that_is_wrong_with_it() -> None:
    with pytest.raises(ScenarioError) as refused:
        design_of(["a=1..3:3", "a=1,2", "b"], "sobol")
    assert len(refused.value.problems) == 3
    with pytest.raises(ScenarioError, match="1,000,000 points"):
        design_of(["a=1..1000:1000", "b=1..1000:1000"])
    with pytest.raises(ScenarioError, match="--points goes with"):
        design_of(["a=1,2"], "grid", 3)


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_a_design_that_is_no_grid_fills_its_ranges_evenly(kind: str) -> None:
    design = design_of(["a=1..8", "b=0.0..1.0", "c=x,y"], kind, 64, seed=3)
    assert design == design_of(["a=1..8", "b=0.0..1.0", "c=x,y"], kind, 64, seed=3)
    assert design != design_of(["a=1..8", "b=0.0..1.0", "c=x,y"], kind, 64, seed=4)
    assert len(design.points) == 64
    whole, share, named = zip(*design.points, strict=True)
    assert {each: whole.count(each) for each in whole} == {str(each): 8 for each in range(1, 9)}
    assert sorted(int(float(each) * 64) for each in share) == list(range(64))
    assert named.count("x") == 32


def test_every_point_of_a_queue_has_the_wait_of_erlangs_formula(mmc: Sweep) -> None:
    """Nine intervals, each of which holds the truth in 95% of all seeds: with this seed all do but one at most."""
    held = 0
    for point in mmc.points:
        servers, rate = int(point.values[0]), float(point.values[1])
        late = mmc_wait_longer(servers, rate / 1440, 25, 1)
        compliance = point.slas["started"].compliance
        assert compliance.mean == pytest.approx(1 - late, abs=0.03)
        held += compliance.low <= 1 - late <= compliance.high  # type: ignore[operator]
    assert len(mmc.points) == 9
    assert held >= 8


def test_more_people_and_fewer_letters_are_surely_better_than_the_first_point(mmc: Sweep) -> None:
    first, *others = mmc.points
    assert first.values == ("8", "300")
    assert first.slas["started"].difference is None
    better = {point.values: point.slas["started"].difference for point in others}
    assert better["9", "300"].low > 0  # type: ignore[union-attr,operator]
    assert better["8", "400"].high < 0  # type: ignore[union-attr,operator]
    assert [point.headcount for point in mmc.points] == [8, 8, 8, 9, 9, 9, 10, 10, 10]
    assert mmc.points[-1].verdict is Verdict.MET


def test_a_point_has_the_figures_of_a_run_with_the_same_change(tmp_path: Path) -> None:
    small(tmp_path)
    found = swept(tmp_path / "small.yaml", "teams.city.staff.four_teams_three_shifts=8,12")
    same = run(
        small(tmp_path, "small", "teams.city.staff.four_teams_three_shifts=12"),
        Options(out=tmp_path / "out", report=False),
    ).report
    for name, sla in found.points[1].slas.items():
        assert sla.compliance == same.slas[name].compliance
        assert sla.verdict == same.slas[name].verdict
    assert found.points[1].headcount == same.headcount


def test_each_point_carries_its_own_cautions(desk: Path) -> None:
    found = swept(desk, "arrivals.per_day=400,500", replications=2)
    kinds = [[each.kind for each in point.cautions] for point in found.points]
    assert ("overloaded" in kinds[0], "overloaded" in kinds[1]) == (False, True)
    (told,) = [points for caution, points in found.cautions if caution.kind == "overloaded"]
    assert told == (1,)
    assert "(at 1 point: per_day=500)" in as_text(sweep_text(found, "en"))
    assert "overloaded" in [each["kind"] for each in sweep_content(found)["points"][1]["cautions"]]


def test_a_sweep_is_stored_and_read_again(mmc: Sweep) -> None:
    assert restored(Sweep, json.loads(json.dumps(jsonable(mmc)))) == mmc


def test_the_answer_says_where_the_targets_are_met(mmc: Sweep) -> None:
    text = as_text(sweep_text(mmc, "en"))
    met = sum(point.verdict is Verdict.MET for point in mmc.points)
    assert f"Every target is surely met at {met} of 9 points." in text
    assert "The cheapest of these points has 8 people" in text
    assert "9 points over teams.desk.staff.always and arrivals.per_day" in text
    assert "全部达标" in as_text(sweep_text(mmc, "zh"))


def test_the_sla_that_decides_at_most_points_is_first(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    later = "  late: {until: serve.finished, within: 20 min, target: 90%}\n"
    later += "  sure: {until: closed, within: 9 d, target: 50%}\n"
    path.write_text(MMC + later, "utf-8")
    found = swept(path, "teams.desk.staff.always=8,12", replications=2)
    assert found.slas == ("started", "late", "sure")
    assert found.slas_by_weight == ["late", "started", "sure"]
    assert sweep_tables(found, "en", 9)[0][0].startswith("late at each point, target 90%;")
    page = sweep_page(found, manifest={}, pictures={}, lang="en")
    assert page.index("<span>late</span>") < page.index("<span>started</span>")
    assert "0 of 2" in page


def test_a_point_is_called_by_the_ends_of_its_keys() -> None:
    point = SweptPoint(("8", "300", "2"), 8, 8.0, {}, ())
    keys = ("teams.desk.staff.always", "arrivals.per_day", "teams.hall.staff.always")
    sweep = Sweep("desk", "desk", "grid", keys, 2, 1, copies=False, points=(point,))
    assert point_name(sweep, point) == "desk.staff.always=8, arrivals.per_day=300, hall.staff.always=2"
    two = Sweep("desk", "desk", "grid", keys[:2], 2, 1, copies=False, points=(point,))
    assert point_name(two, SweptPoint(("8", "300"), 8, 8.0, {}, ())) == "always=8, per_day=300"


def test_a_grid_of_one_key_is_a_curve_of_two_a_map_and_of_three_small_multiples(desk: Path, mmc: Sweep) -> None:
    charts = SweepCurve, SweepMap, SweepScatter
    curve = swept(desk, "arrivals.per_day=300,400", replications=2)
    three = swept(desk, "arrivals.per_day=300,400", "teams.desk.staff.always=8", "warm_up=6 d,7 d", replications=2)
    panels = {each: [list(chart.panels(each_sweep)) for chart in charts]
              for each, each_sweep in (("one", curve), ("two", mmc), ("three", three))}  # fmt: skip
    assert panels == {"one": [[""], [], []], "two": [[], ["0-0"], []], "three": [[], ["0-0", "0-1"], []]}
    for chart, subject in ((SweepCurve, curve), (SweepMap, mmc), (SweepMap, three)):
        for panel in chart.panels(subject):
            assert chart(subject, panel, Options()).figure().svg()


def test_the_command_writes_one_row_a_point_and_sla(desk: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["sweep", str(desk), "--vary", "arrivals.per_day=-10%..+10%", "--vary", "teams.desk.staff.always=8..10"]
    words += ["--design", "lhs", "--points", "4", "--replications", "2", "--out", str(out), "--no-report"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    with (out / "points.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    stored = duckdb.sql(f"FROM '{out / 'points.parquet'}'").fetchall()
    assert [row[3] for row in stored] == [int(row["headcount"]) for row in rows]
    assert [row["compliance"] for row in rows] == [
        str(point["sla"]["started"]["compliance"]["mean"])
        for point in json.loads((out / "sweep.json").read_text("utf-8"))["points"]
    ]
    before = (out / "manifest.json").read_bytes()
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert (out / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("varied", "message"),
    [
        ("teams.desk.staf.always=8,9", "did you mean 'staff'"),
        ("arrivals.per_day=-5,10", "must be"),
        ("arrivals.per_day=3..1", "low end below its high end"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_simulated(
    desk: Path, tmp_path: Path, varied: str, message: str
) -> None:
    done = CliRunner().invoke(cli, ["sweep", str(desk), "--vary", varied, "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_at_many_points_is_said_once(desk: Path) -> None:
    def said(*varied: str) -> list[str]:
        with pytest.raises(ScenarioError) as refused:
            scenarios_of(ScenarioFile(desk), design_of(varied))
        return [str(problem) for problem in refused.value.problems]

    assert said("teams.desk.staff.allways=1..4", "arrivals.per_day=300,400") == [
        "--vary teams.desk.staff.allways=1   teams.desk.staff.allways: no such roster 'allways'; did you mean 'always'?"
    ]
    assert said("arrivals.per_day=-5,10,-7") == [
        "--vary arrivals.per_day=-5   arrivals.per_day: must be 0 or more (got -5)"
    ]


def test_a_share_is_swept_from_0_on(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(MMC.replace("25 min}}", "25 min}, chance: 80%}"), "utf-8")
    first, second = swept(path, "workflow.serve.chance=0%..80%:2", replications=2).points
    assert (first.verdict, first.slas["started"].letters) == (Verdict.NOT_JUDGED, 0)
    assert second.slas["started"].letters > 0
    assert second.slas["started"].difference == Estimate(None, None, None)


def test_a_killed_sweep_goes_on_where_it_was_and_ends_with_the_same_bytes(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [sys.executable, str(ROOT / "cli.py"), "sweep", str(desk), "--vary", "arrivals.per_day=300..400:16"]
    words += ["--replications", "4", "--set", "window=14 d", "--no-report"]
    killed = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    while killed.poll() is None and len(list(tmp_path.glob("results/desk/points-*/point-*.json"))) < 3:
        with suppress(subprocess.TimeoutExpired):
            killed.wait(0.05)
    killed.kill()
    killed.wait()
    (points,) = tmp_path.glob("results/desk/points-*")
    finished = sorted(points.glob("point-*.json"))
    assert 3 <= len(finished) < 16
    assert f"{len(finished)}/16" in CliRunner().invoke(cli, ["runs"]).output
    told = CliRunner().invoke(cli, ["verify", str(points)])
    assert (told.exit_code, f"{len(finished)} of 16 points" in told.output) == (0, True)
    finished[0].write_text(finished[0].read_text("utf-8").replace("0.", "0.1", 1), "utf-8")
    (points / "mine.txt").write_text("a note", "utf-8")
    told = CliRunner().invoke(cli, ["verify", str(points)])
    assert (told.exit_code, f"{len(finished) - 1} of 16 points" in told.stderr) == (1, True)
    assert f"computed again when the same is asked for: {finished[0].name}" in told.stderr
    assert "mine.txt" in told.stderr
    (points / "mine.txt").unlink()
    before = {path: path.stat().st_mtime_ns for path in finished}

    assert CliRunner().invoke(cli, words[2:]).exit_code == 0
    assert [path for path in finished if path.stat().st_mtime_ns != before[path]] == finished[:1]
    (whole,) = tmp_path.glob("results/desk/sweep-*")
    went_on = contents(whole, ["manifest.json"])
    assert CliRunner().invoke(cli, [*words[2:], "--force"]).exit_code == 0
    assert contents(whole, ["manifest.json"]) == went_on

    assert CliRunner().invoke(cli, ["runs", "--prune"]).exit_code == 0
    assert not points.exists()
    assert contents(whole, ["manifest.json"]) == went_on


def test_staffings_are_compared_without_a_file_for_each(desk: Path, tmp_path: Path) -> None:
    words = ["compare", str(desk), "--vary", "teams.desk.staff.always=8,9", "--replications", "2", "--no-report"]
    done = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    compared = json.loads((tmp_path / "out" / "comparison.json").read_text("utf-8"))
    assert {name: each["headcount"] for name, each in compared["scenarios"].items()} == {
        "desk always=8": 8, "desk always=9": 9,
    }  # fmt: skip
    assert compared["differing"] == []
    done = CliRunner().invoke(cli, [*words, str(desk)])
    assert done.exit_code == 2
    assert "--vary takes one SCENARIO" in done.output
