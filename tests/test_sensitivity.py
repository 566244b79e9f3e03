"""Sensitivity: which figures are varied and how far, what each moves, and how much of what is open each makes."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from kept import contents
from oracles.queueing import mmc_wait_longer
from scipy.stats import sobol_indices

from cli import cli
from sim.core.errors import ScenarioError
from sim.core.json_text import jsonable, restored
from sim.core.options import Options
from sim.core.tables import Floats
from sim.output.charts.sensitivity import Tornado, UnknownChart
from sim.output.results.run import run
from sim.output.text.printing import as_text
from sim.output.text.sensitivity import sensitivity_tables, sensitivity_text
from sim.scenario.loading import ScenarioFile, load
from sim.sensitivity import SensitivityQuestion, sensitivity
from sim.sensitivity.figures import LeftAlone, Varied, ranges_said, settings_of, uncertain_figures
from sim.sensitivity.joint import joint_design, total_indices
from sim.sensitivity.report import Sensitivity
from sim.statistics import Compliance

MM1 = """
start: 2024-01-01
warm_up: 7 d
window: 90 d
replications: 12
arrivals: {per_day: 120}            # A
teams:
  desk: {tier: city, staff: {always: 1}}
workflow:
  - serve: {by: desk, effort: {exponential: 8 min}}   # A: [7.2 min, 8.8 min], as fit writes it
sla:
  started: {until: serve.started, within: 10 min, target: 60%}
"""
"""One queue of theory: two thirds of the time somebody is served."""

OFFICE = """
start: 2024-01-01
window: 2 d
cool_down: 1 d
replications: 3
arrivals: {per_day: 40, by_hour: mailbox}                # A: by_hour is no number
categories:
  easy: {share: 50%}           # A
  hard: {share: 30%}           # A
  rare: {share: 20%}           # S: published
teams:
  desk: {tier: city, staff: {office: 4}, absence: 10%}   # A: who
  back: {tier: city, staff: {office: 6}, at_least: 1}    # W: where
workflow:
  - take: {by: desk, effort: {mean: 5 min, cv: 1}}       # A: [4 min, 0.2 h], two units
  - skip: {leave: 0%}                                    # A: nothing to vary
  - work:
      by: {desk: 25%, back: 75%}                         # A: of two shares one says all
      effort: 10 min                                     # D: derived
  - again: {back_to: work, chance: 90%, at_most: 1}      # A: cannot be more than all
sla:
  taken: {until: take.started, within: 4 h, target: 50%} # A: a promise
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("office") / "office.yaml", OFFICE)


@pytest.fixture(scope="module")
def mm1(tmp_path_factory: pytest.TempPathFactory) -> Sensitivity:
    path = written(tmp_path_factory.mktemp("mm1") / "mm1.yaml", MM1)
    return sensitivity(ScenarioFile(path), SensitivityQuestion(spread=0.1, points=16))


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def figures(path: Path, *ranges: str, marks: Sequence[str] = "A") -> tuple[dict[str, Varied], dict[str, LeftAlone]]:
    said = ranges_said(ranges)
    varied, left = uncertain_figures(ScenarioFile(path), (), marks=marks, ranges=said, spread=0.25)
    return {each.figure.key: each for each in varied}, {each.key: each for each in left}


def test_the_range_of_each_figure(office: Path) -> None:
    varied, left = figures(office)
    assert {key: (each.figure.low, each.figure.high) for key, each in varied.items()} == {
        "arrivals.per_day": ("30", "50"),
        "categories.easy.share": ("37.5%", "62.5%"),
        "categories.hard.share": ("22.5%", "37.5%"),
        "teams.desk.staff.office": ("3", "5"),
        "teams.desk.absence": ("7.5%", "12.5%"),
        "workflow.take.effort.mean": ("240 s", "720 s"),
        "workflow.take.effort.cv": ("0.75", "1.25"),
        "workflow.work.by.desk": ("18.75%", "31.25%"),
        "workflow.again.chance": ("67.5%", "100%"),
        "workflow.again.at_most": ("1", "2"),
    }
    assert {key: each.why for key, each in left.items()} == {
        "arrivals.by_hour": "text",
        "teams.desk.tier": "text",
        "workflow.take.by": "text",
        "workflow.skip.leave": "zero",
        "workflow.work.by.back": "remainder",
        "workflow.again.back_to": "text",
        "sla.taken.until": "setting",
        "sla.taken.within": "setting",
        "sla.taken.target": "setting",
    }
    assert {"workflow.work.effort", "teams.back.at_least", "teams.back.staff.office"} <= set(
        figures(office, marks="WD")[0]
    )


def test_a_range_that_is_said_goes_first_marked_or_not(office: Path) -> None:
    varied, _ = figures(
        office, "workflow.work.effort=8 min..20 min", "arrivals.per_day=-10%..+50%", "workflow.take.effort=-50%..+50%",
        "teams.back.staff.office=2..6",
    )  # fmt: skip
    ends = {key: (each.figure.written, each.figure.low, each.figure.high) for key, each in varied.items()}
    assert ends["workflow.work.effort"] == ("10 min", "8 min", "20 min")
    assert ends["arrivals.per_day"] == ("40", "36", "60")
    assert ends["workflow.take.effort"][1:] == ("-50%", "+50%")
    assert ends["teams.back.staff.office"] == ("6", "2", "6")
    assert "workflow.take.effort.mean" not in ends
    assert varied["workflow.work.effort"].figure.note == "derived"


def test_a_range_behind_a_mark_is_that_of_the_first_value_of_its_kind(tmp_path: Path) -> None:
    text = OFFICE.replace(
        "{per_day: 40, by_hour: mailbox}                # A: by_hour is no number",
        "{per_day: {start: 60, floor: 40, half_life: 5 d}}   # A: [50, 65], n 20 days",
    )
    varied, _ = figures(written(tmp_path / "office.yaml", text))
    assert [
        (varied[f"arrivals.per_day.{each}"].figure.low, varied[f"arrivals.per_day.{each}"].figure.high)
        for each in ("start", "floor", "half_life")
    ] == [("50", "65"), ("30", "50"), ("3.75 d", "6.25 d")]


def test_shares_always_sum_to_all(office: Path) -> None:
    varied, _ = figures(office)
    numbers = {key: number for number, key in enumerate(varied)}
    easy, hard = numbers["categories.easy.share"], numbers["categories.hard.share"]

    def shares(values: dict[int, str]) -> list[float]:
        scenario = ScenarioFile(office).with_changes(settings_of(list(varied.values()), values)).scenario
        return [round(100 * share, 6) for share in scenario.category_shares.values()]

    assert shares({easy: "60%"}) == [60, 24, 16]
    assert shares({easy: "100%"}) == pytest.approx([100, 0, 0], abs=1e-4)
    # Odds of 60 to 40 are 1.5 times those of 50 to 50, those of 20 to 80 are 0.583 times those of 30 to 70.
    weights = np.array([50 * 1.5, 30 * 20 / 80 / (30 / 70), 20])
    assert shares({easy: "60%", hard: "20%"}) == pytest.approx(list(100 * weights / weights.sum()), abs=1e-5)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("workflow.take.effrt=1 min..2 min", "did you mean 'effort'"),
        ("arrivals.per_day=-5..10", "must be"),
        ("foo=1..2", "--range foo"),
        ("arrivals.per_day=10,20", "needs a range, lo..hi"),
        ("arrivals.per_day=10..20:3", "takes no number of levels"),
        ("seed=1..5", "seed cannot be varied"),
        ("channels.mailbox.share=50%..90%", "is all there is"),
    ],
)
def test_a_range_that_cannot_be_is_refused(office: Path, tmp_path: Path, written: str, message: str) -> None:
    done = asked(office, "--range", written, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words", [["--marks", "X"], ["--points", "3"], ["--points", "1"], ["--spread", "95%"], ["--spread", "much"]]
)
def test_what_is_asked_wrongly_is_said(office: Path, words: list[str]) -> None:
    assert asked(office, *words).exit_code == 2


def test_ranges_of_the_file_are_varied_marked_or_not_below_those_asked_for(tmp_path: Path) -> None:
    ranges = "{workflow.work.effort: 8 min..20 min, arrivals.per_day: 30..60}"
    path = written(tmp_path / "office.yaml", f"{OFFICE}sensitivity: {{ranges: {ranges}}}\n")
    asked_for = SensitivityQuestion(("S",), ("arrivals.per_day=39..41",), points=0)
    found = sensitivity(ScenarioFile(path), asked_for)
    assert [(each.key, each.low, each.high) for each in found.figures if not each.key.startswith("cat")] == [
        ("workflow.work.effort", "8 min", "20 min"),
        ("arrivals.per_day", "39", "41"),
    ]


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ("{arrivals.per_day: 60}", 'sensitivity.ranges."arrivals.per_day": must be a range such as 6 min..12 min'),
        ("{arrivals.per_day: 60..30}", "sensitivity.ranges: arrivals.per_day needs a low end below its high end"),
        ("{arrivals.per_dya: 30..60}", "did you mean 'per_day'"),
    ],
)
def test_a_range_of_the_file_that_cannot_be_is_refused(tmp_path: Path, ranges: str, message: str) -> None:
    path = written(tmp_path / "office.yaml", f"{OFFICE}sensitivity: {{ranges: {ranges}}}\n")
    done = asked(path, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())


def test_who_has_nothing_to_vary_is_told_what_to_mark(tmp_path: Path) -> None:
    path = written(tmp_path / "mm1.yaml", MM1.replace("# A", "# S"))
    done = asked(path, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert "no figure that can be varied is marked A; mark what is assumed" in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()


def test_progress_ends_at_all_that_there_is(office: Path) -> None:
    told: list[tuple[int, int]] = []
    sensitivity(ScenarioFile(office), SensitivityQuestion(points=2), progress=lambda *done: told.append(done))
    assert told[-1][0] == told[-1][1]
    assert all(done <= expected for done, expected in told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_two_ranges_of_one_key_are_one_too_many() -> None:
    with pytest.raises(ScenarioError, match="has two ranges"):
        ranges_said(["a=1..2", "a=1..3"])


def in_time(per_day: float, minutes: float) -> float:
    """Share of the letters of the queue that wait at most ten minutes."""
    return 1 - mmc_wait_longer(1, per_day / 1440, minutes, 10)


def test_the_tornado_of_a_queue_has_the_slopes_of_its_closed_form(mm1: Sensitivity) -> None:
    """Four paired intervals, each of which holds the truth in 95% of all seeds: with this seed all do."""
    found = {mm1.figures[effect.figure].key: effect for effect in mm1.slas["started"].effects}
    base = in_time(120, 8)
    assert mm1.slas["started"].compliance.low <= base <= mm1.slas["started"].compliance.high  # type: ignore[operator]
    truths = {
        "arrivals.per_day": (in_time(108, 8), in_time(132, 8)),
        "workflow.serve.effort.exponential": (in_time(120, 7.2), in_time(120, 8.8)),
    }
    assert set(found) == set(truths)
    for key, (low, high) in truths.items():
        effect = found[key]
        for end, truth in ((effect.low, low - base), (effect.high, high - base)):
            assert end is not None
            assert end.low < truth < end.high  # type: ignore[operator]
            assert end.mean == pytest.approx(truth, rel=0.1)
        # Both ends together: the derivative, of which half the difference over a tenth is the chord.
        assert (effect.high.mean - effect.low.mean) == pytest.approx(high - low, rel=0.05)  # type: ignore[union-attr,operator]
        assert any(end is not None and (end.is_above_zero or end.is_below_zero) for end in (effect.low, effect.high))
        assert effect.replications == 12


def test_the_indices_of_a_queue_are_those_of_its_closed_form(mm1: Sensitivity) -> None:
    """The same design in the formula; what is left is chance of the letters, which all points share."""
    told = mm1.slas["started"]
    assert told.joint is not None
    order = [effect.figure for effect in sorted(told.effects, key=lambda each: each.figure)]
    ends = [tuple(float(end.split()[0]) for end in (each.low, each.high)) for each in mm1.figures]
    assert [each.key for each in mm1.figures] == ["arrivals.per_day", "workflow.serve.effort.exponential"]
    assert order == [0, 1]
    total = {effect.figure: effect.total for effect in told.effects}
    grid = np.linspace(0.005, 0.995, 100)
    rates, efforts = (low + (high - low) * grid for low, high in ends)
    truth = np.array([[in_time(rate, effort) for effort in efforts] for rate in rates])
    for figure, axis in ((0, 0), (1, 1)):
        expected = truth.var(axis=axis).mean() / truth.var()
        assert total[figure] is not None
        assert total[figure].mean == pytest.approx(expected, abs=0.15)  # type: ignore[union-attr]
    low, high = np.quantile(truth, (0.025, 0.975))
    assert told.joint.low == pytest.approx(low, abs=0.03)
    assert told.joint.high == pytest.approx(high, abs=0.03)
    assert told.joint.points == 32
    assert told.rest is None


def ishigami(x: Floats) -> Floats:
    """A function whose indices are known (Ishigami and Homma 1990), of shape (3, ...) in [0, 1)."""
    x = np.pi * (2 * x - 1)
    found: Floats = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    return found


def test_indices_are_those_of_scipy_and_of_the_literature() -> None:
    varied, _ = figures_between_0_and_1(3)
    values = np.array(list(joint_design(varied, [[0], [1], [2]], 1024, seed=1)), np.float64).T
    found = ishigami(values)
    total = total_indices(found, 1024)
    assert total is not None
    rows = found.reshape(-1, 1024)
    theirs = sobol_indices(
        func={"f_A": rows[:1], "f_B": rows[1:2], "f_AB": rows[2:][:, None]}, n=1024
    ).total_order.ravel()
    assert [each.mean for each in total] == pytest.approx(theirs.tolist(), abs=0.01)
    assert [each.mean for each in total] == pytest.approx([0.558, 0.442, 0.244], abs=0.03)
    # The first and the third act together, so that a group of both leaves the second by itself.
    grouped = np.array(list(joint_design(varied, [[0, 2], [1]], 1024, seed=1)), np.float64).T
    pair = total_indices(ishigami(grouped), 1024)
    assert pair is not None
    assert [each.mean for each in pair] == pytest.approx([0.558, 0.442], abs=0.03)


def figures_between_0_and_1(count: int) -> tuple[list, None]:  # type: ignore[type-arg]
    from sim.scenario.factors import factor_of

    return [factor_of(f"x{each}=0.0..1.0").values for each in range(count)], None


def test_nothing_that_varies_is_nothing_open() -> None:
    assert total_indices(np.full(24, 0.5), 8) is None


def test_a_figure_has_the_effect_that_a_comparison_by_hand_gives(office: Path, tmp_path: Path) -> None:
    found = sensitivity(ScenarioFile(office), SensitivityQuestion(points=0))
    told = found.slas["taken"]
    assert told.joint is None
    effect = next(each for each in told.effects if found.figures[each.figure].key == "teams.desk.staff.office")
    shares = [
        run(load(office, [f"teams.desk.staff.office={people}"]), Options(out=tmp_path / str(people), report=False))
        .report.slas["taken"].compliance.mean
        for people in (3, 4, 5)
    ]  # fmt: skip
    assert effect.low is not None
    assert effect.low.mean == pytest.approx(shares[0] - shares[1])  # type: ignore[operator]
    assert effect.high is not None
    assert effect.high.mean == pytest.approx(shares[2] - shares[1])  # type: ignore[operator]
    assert told.effects[0].reach == max(each.reach for each in told.effects)
    assert told.first == tuple(each.figure for each in told.effects[:3])


def test_what_is_found_is_stored_and_read_again(mm1: Sensitivity) -> None:
    assert restored(Sensitivity, json.loads(json.dumps(jsonable(mm1)))) == mm1


def test_the_answer_names_what_to_measure_first(mm1: Sensitivity) -> None:
    text = as_text(sensitivity_text(mm1, "en"))
    assert "Measure these 2 first: workflow.serve.effort.exponential and arrivals.per_day." in text
    assert "by chance" in text
    assert "by what is not known" in text
    assert "最应先核实 2 项" in as_text(sensitivity_text(mm1, "zh"))


def test_a_tornado_for_each_sla_and_a_chart_of_what_is_not_known(mm1: Sensitivity) -> None:
    assert list(Tornado.panels(mm1)) == ["started"]
    assert list(UnknownChart.panels(mm1)) == [""]
    for chart, panel in ((Tornado, "started"), (UnknownChart, "")):
        assert chart(mm1, panel, Options()).figure().svg()


def test_what_nothing_moves_is_told_in_one_sentence(mm1: Sensitivity) -> None:
    still = replace(mm1.slas["started"], effects=(), joint=None, compliance=Compliance(1.0, 1.0, 1.0))
    found = replace(mm1, slas={"started": still})
    text = as_text(sensitivity_text(found, "en"))
    assert "started: 100%; no figure moves it." in text
    assert "100% to 100%" not in text
    assert sensitivity_tables(found, "en", 8) == []
    assert [text.get_text() for text in Tornado(found, "started", Options()).figure().figure.axes[0].texts] == []


def test_ranges_are_told_in_the_units_of_the_language(mm1: Sensitivity) -> None:
    (table,) = sensitivity_tables(mm1, "zh", 8)
    assert any("分钟" in row[2] for row in table[2]), table


def asked(scenario: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["sensitivity", str(scenario), "--no-report", *words])


def test_a_killed_one_goes_on_where_it_was_and_a_run_beside_it_says_what_is_not_known(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = asked(office, "--points", "2")
    assert done.exit_code == 0, done.output
    (whole,) = tmp_path.glob("results/office/sensitivity-*")
    (points,) = tmp_path.glob("results/office/points-*")
    before = contents(whole, ["manifest.json"])
    with (whole / "tornado.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10

    ran = CliRunner().invoke(cli, ["run", str(office), "--replications", "2", "--seed", "4", "--no-report"])
    assert "What is not known leaves open: taken from" in ran.output
    changed = ["run", str(office), "--replications", "2", "--set", "arrivals.per_day=41", "--no-report"]
    assert "What is not known" not in CliRunner().invoke(cli, changed).output

    finished = sorted(points.glob("point-*.json"))
    assert f"{len(finished)} finished points of" in CliRunner().invoke(cli, ["verify", str(points)]).output
    for path in finished[5:9]:
        path.unlink()
    for path in sorted(whole.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    whole.rmdir()
    kept = {path: path.stat().st_mtime_ns for path in finished if path.exists()}
    assert asked(office, "--points", "2").exit_code == 0
    assert contents(whole, ["manifest.json"]) == before
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert "sensitivity" in CliRunner().invoke(cli, ["runs"]).output
    assert CliRunner().invoke(cli, ["runs", "--prune"]).exit_code == 0
    assert not points.exists()
