"""Comparisons: the same letters meet every staffing, and a difference says how sure it is."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.special import stdtrit
from shown import small

from cli import cli
from sim.comparison import compare as simulate
from sim.comparison import require_comparable
from sim.comparison.pairs import Pair, PairedVerdict, SlaDifference
from sim.comparison.report import Comparison, shortfall
from sim.core.errors import ScenarioError, SimError
from sim.core.json_text import jsonable
from sim.core.options import Options
from sim.output.charts.differences import DifferencesChart
from sim.output.html.comparison_page import comparison_page
from sim.output.results.comparison import compare
from sim.output.text.comparison import comparison_sentences, comparison_text
from sim.output.text.printing import as_text
from sim.output.words import languages
from sim.scenario.loading import Loaded
from sim.statistics import Difference, Estimate, gaps_to_best


@pytest.fixture(scope="module")
def staffings(tmp_path_factory: pytest.TempPathFactory) -> list[Loaded]:
    """Today's staffing, the same again, one with half the people, and one that pays more for the same."""
    folder = tmp_path_factory.mktemp("staffings")
    return [
        small(folder, "today", "replications=6"),
        small(folder, "same", "replications=6"),
        small(folder, "fewer", "replications=6", "teams.city.staff.four_teams_three_shifts=4"),
        small(folder, "dearer", "replications=6", "teams.city.cost=2"),
    ]


@pytest.fixture(scope="module")
def comparison(staffings: list[Loaded]) -> Comparison:
    return simulate(staffings)


def test_the_same_staffing_twice_differs_by_exactly_nothing(comparison: Comparison) -> None:
    same = comparison.pairs[0]
    assert same.other == "same"
    for sla in same.slas.values():
        assert (sla.paired.mean, sla.paired.low, sla.paired.high) == (0, None, None)
        assert sla.finding is PairedVerdict.NONE_SEEN
    assert same.finding is PairedVerdict.NONE_SEEN
    assert not same.dominates


def test_half_the_people_are_worse(comparison: Comparison) -> None:
    fewer = comparison.pairs[1]
    assert fewer.headcount == -4
    assert fewer.slas["signed"].finding is PairedVerdict.WORSE
    assert fewer.slas["signed"].paired.mean < 0  # type: ignore[operator]
    assert fewer.finding is PairedVerdict.WORSE


def test_the_same_letters_make_intervals_narrower(comparison: Comparison) -> None:
    signed = comparison.pairs[1].slas["signed"].difference
    assert signed.paired.mean == signed.independent.mean
    assert signed.narrowing is not None
    assert signed.narrowing > 1
    assert comparison.narrowing is not None


def test_intervals_no_narrower_than_with_letters_of_their_own_are_not_told(comparison: Comparison) -> None:
    assert any("times as narrow" in sentence for sentence in comparison_sentences(comparison, "en"))

    def as_wide(pair: Pair) -> Pair:
        return replace(
            pair,
            slas={
                name: replace(sla, difference=replace(sla.difference, independent=sla.difference.paired))
                for name, sla in pair.slas.items()
            },
        )

    same = replace(comparison, pairs=tuple(as_wide(pair) for pair in comparison.pairs))
    assert not any("times as narrow" in sentence for sentence in comparison_sentences(same, "en"))


def test_who_pays_more_for_the_same_is_dominated(comparison: Comparison) -> None:
    assert comparison.pairs[2].cost == 8
    assert comparison.dominated == {"dearer": "today"}


@pytest.mark.parametrize(
    ("low", "high", "seen", "cost", "dominates"),
    [
        (0.01, 0.03, True, 0, True),
        (0.01, 0.03, True, 1, False),
        (-0.03, 0.01, True, -1, False),
        (None, None, False, -1, True),
        (None, None, False, 0, False),
        (-0.03, -0.01, True, -1, False),
    ],
)
def test_only_what_is_sure_dominates(
    low: float | None, high: float | None, seen: bool, cost: float, dominates: bool
) -> None:
    """Surely better, or cheaper where no replication differs; cheaper with an open difference may still be worse."""
    paired = Estimate(0.0, low, high)
    slas = {"signed": SlaDifference("signed", Difference(paired, paired, seen))}
    pair = Pair("one", "other", slas, headcount=0, cost=cost, hours=0.0, districts=(), by_date=None)
    assert pair.dominates is dominates


def test_who_is_dominated_is_not_called_as_good_as_the_best(comparison: Comparison) -> None:
    assert comparison.ranked[-1] == "dearer"
    text = as_text(comparison_text(comparison, "en"))
    assert "dominated by today" in text
    assert "“dearer”: no difference from “today” was seen in any replication; it costs 8 more." in text


def test_the_best_is_the_cheapest_of_those_that_fall_short_least(comparison: Comparison) -> None:
    assert comparison.best.scenario == "today"
    assert shortfall(comparison.best) < shortfall(comparison.reports["fewer"])


def test_hours_are_rostered_stand_in_and_overtime(comparison: Comparison) -> None:
    """Eight people work 42 h a week, six 47.5 h; each absence of the least number is stood in for."""
    today, fewer = comparison.hours["today"], comparison.hours["fewer"]
    assert today.rostered == pytest.approx(8 * 42 + 6 * 47.5)
    assert fewer.rostered == pytest.approx(4 * 42 + 6 * 47.5)
    assert today.total == today.rostered + today.stand_in + today.overtime
    assert today.a_head == pytest.approx(today.total / 14)
    assert comparison.pairs[1].hours == pytest.approx(-4 * 42 + fewer.stand_in - today.stand_in)
    overtime = sum(team.overtime_hours.mean or 0.0 for team in comparison.base.teams.values())
    assert today.overtime == pytest.approx(overtime * 7 / comparison.base.letters.window_days)


def test_pay_is_told_where_a_staffing_names_it(tmp_path: Path) -> None:
    few = "replications=2"
    paid = simulate([small(tmp_path, "today", few), small(tmp_path, "paid", few, "plan={pay: {per_hour: 10}}")])
    for hours in paid.hours.values():
        assert hours.pay == pytest.approx(10 * (hours.rostered + hours.stand_in + 1.5 * hours.overtime))
    assert "pay a week" in as_text(comparison_text(paid, "en"))


def test_those_that_may_be_the_best_are_named(comparison: Comparison) -> None:
    assert comparison.may_be_best("today")
    assert comparison.may_be_best("same")
    assert not comparison.may_be_best("dearer")
    assert not comparison.may_be_best("fewer")
    gap = comparison.gaps["fewer"]
    assert gap.mean == pytest.approx(shortfall(comparison.reports["fewer"]) - shortfall(comparison.best))
    sentence = "No sure difference to the best: today and same."
    assert sentence in comparison_sentences(comparison, "en")


def test_a_gap_to_the_best_is_that_to_the_nearest_of_the_others() -> None:
    """Three losses in four replications; the first two cannot be told apart."""
    without = np.array([[0.10, 0.11, 0.50], [0.12, 0.11, 0.52], [0.11, 0.13, 0.51], [0.13, 0.12, 0.53]])
    gaps = gaps_to_best(without.mean(axis=0), without)
    assert [round(gap.mean or 0.0, 4) for gap in gaps] == [-0.0025, 0.0025, 0.4]
    assert [(gap.low or 0.0) > 0 for gap in gaps] == [False, False, True]
    difference = without[:, 2] - without[:, 1]
    half = stdtrit(3, 1 - 0.025 / 3) * np.sqrt(3 / 4 * ((difference - difference.mean()) ** 2).sum())
    # From the first it differs by 0.4 in every replication, from the second by 0.3975, more or less.
    assert (gaps[2].low, gaps[2].high) == (pytest.approx(0.4), pytest.approx(0.3975 + half))
    assert gaps_to_best(without.mean(axis=0), None)[2] == Estimate(pytest.approx(0.4), None, None)


def test_the_best_is_seldom_ruled_out() -> None:
    """Four equal systems with common chance: all intervals hold together, so each is rarely said to be surely worse."""
    chance = np.random.default_rng(1)
    wrong = 0
    for _ in range(400):
        each = chance.normal(size=(20, 1)) + chance.normal(size=(20, 4))
        without = (each.sum(axis=0) - each) / 19
        wrong += any((gap.low or 0.0) > 0 for gap in gaps_to_best(each.mean(axis=0), without))
    assert wrong / 400 <= 0.05


def ruined(folder: Path) -> Comparison:
    """Two stations that drown get all people of a third one, and more; that one has nobody any more."""

    def staffing(stem: str, people: int, weights: str) -> Loaded:
        staff = [f"teams.station.staff.daytime={people}", f"teams.station.staff_by={weights}"]
        return small(folder, stem, "replications=6", "teams.city.staff.four_teams_three_shifts=24", *staff)

    return simulate([staffing("today", 12, "[1, 1, 4]"), staffing("uneven", 24, "[1, 1, 0]")])


def test_a_staffing_that_ruins_a_district_is_never_simply_better(tmp_path: Path) -> None:
    comparison = ruined(tmp_path)
    (pair,) = comparison.pairs
    assert [(each.sla, each.district) for each in pair.worse_districts] == [("closed", "station-3")]
    assert not pair.dominates
    said = "But “uneven” makes 1 of 3 districts surely worse than under “today”: station-3 (closed"
    assert said in " ".join(comparison_sentences(comparison, "en"))
    assert "3 个分局中的 1 个明显变差" in " ".join(comparison_sentences(comparison, "zh"))
    page = comparison_page(comparison, manifest={}, pictures={}, lang="en")
    assert "districts surely worse: 1 of 3" in page
    assert DifferencesChart(comparison, "uneven", Options()).title().endswith("1 of 3 districts surely worse")


def test_districts_are_compared_with_intervals_that_hold_together(comparison: Comparison) -> None:
    districts = comparison.pairs[1].districts
    assert {each.district for each in districts} == {"station-1", "station-2", "station-3"}
    assert {each.sla for each in districts} == {"signed", "closed"}
    assert all(each.is_worse for each in districts if each.sla == "signed")
    assert not comparison.pairs[0].worse_districts


def test_what_differs_between_the_scenarios_is_listed(comparison: Comparison) -> None:
    assert comparison.differing == ()
    assert comparison.settings == {
        "teams.city.staff.four_teams_three_shifts": ("8", "8", "4", "8"),
        "teams.city.cost": ("1.0", "1.0", "1.0", "2.0"),
    }


def test_other_letters_are_flagged(tmp_path: Path) -> None:
    other = simulate([small(tmp_path, "today"), small(tmp_path, "busier", "arrivals.per_day=150")])
    assert other.differing == ("arrivals",)
    assert any("Beware" in sentence for sentence in comparison_sentences(other, "en"))
    assert any("注意" in sentence for sentence in comparison_sentences(other, "zh"))


def test_a_single_replication_shows_no_difference(tmp_path: Path) -> None:
    alone = simulate([small(tmp_path, "today", "replications=1"), small(tmp_path, "fewer", "replications=1",
                     "teams.city.staff.four_teams_three_shifts=4")])  # fmt: skip
    assert alone.pairs[0].finding is PairedVerdict.NO_DIFFERENCE
    assert alone.narrowing is None
    assert any("at least two" in sentence for sentence in comparison_sentences(alone, "en"))


def test_the_answer_begins_with_the_best(comparison: Comparison) -> None:
    first, *others = comparison_sentences(comparison, "en")
    assert first.startswith(("None", "Best"))
    assert "today" in first
    assert "“fewer” is worse than “today”: signed" in " ".join(others)
    assert "“dearer” is dominated by “today”" in " ".join(others)
    assert "方案" in as_text(comparison_text(comparison, "zh"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["seed=6"], "seed: must be the same in all (got today 5, other 6); --seed gives it to all"),
        (["replications=4"], "replications: must be the same in all (got today 3, other 4); --replications gives"),
    ],
)
def test_what_cannot_be_paired_is_refused_with_what_to_say(change: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        require_comparable([small(tmp_path, "today"), small(tmp_path, "other", *change)])
    assert message in str(refused.value)


def test_scenarios_without_a_common_sla_are_refused(tmp_path: Path) -> None:
    today, other = small(tmp_path, "today"), small(tmp_path, "other")
    answered = {"answered": today.scenario.sla["closed"]}
    other = replace(other, scenario=other.scenario.model_copy(update={"sla": answered}))
    with pytest.raises(ScenarioError, match="sla: other has no SLA in common with today"):
        require_comparable([today, other])


def test_an_sla_that_only_one_has_is_not_compared(tmp_path: Path) -> None:
    today, other = small(tmp_path, "today", "replications=2"), small(tmp_path, "other", "replications=2")
    only = {"closed": other.scenario.sla["closed"]}
    other = replace(other, scenario=other.scenario.model_copy(update={"sla": only}))
    told = compare([today, other], Options(out=tmp_path / "out"))
    assert list(told.summary["pairs"][0]["sla"]) == ["closed"]
    assert (tmp_path / "out" / "report.html").exists()


def test_one_scenario_or_two_of_a_name_are_refused(tmp_path: Path) -> None:
    today = small(tmp_path, "today")
    with pytest.raises(ScenarioError, match="at least two"):
        require_comparable([today])
    with pytest.raises(ScenarioError, match="names of their own"):
        require_comparable([today, today])


# ---- the folder


def test_the_folder_holds_everything_and_is_found_again(staffings: list[Loaded], tmp_path: Path) -> None:
    first = compare(staffings[:2], Options(out=tmp_path / "out", report=False))
    assert {path.name for path in first.folder.iterdir()} == {
        *(f"answer.{lang}.txt" for lang in languages()),
        "comparison.json", "figures.json", "manifest.json", "scenarios",
        "by_date.csv", "compliance.csv", "differences.csv", "on_duty.csv", "settings.csv", "staffings.csv",
    }  # fmt: skip
    assert json.loads((first.folder / "comparison.json").read_text("utf-8")) == first.summary
    again = compare(staffings[:2], Options(out=tmp_path / "out", report=False))
    assert again.found
    assert jsonable(again.report) == jsonable(first.report)
    assert again.summary == first.summary
    assert not compare(staffings[:2], Options(out=tmp_path / "out", report=False, force=True)).found


def test_another_folder_is_left_alone(staffings: list[Loaded], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(SimError, match="no folder of results"):
        compare(staffings[:2], Options(out=tmp_path / "mine"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_nothing_is_left_of_a_comparison_that_fails(
    staffings: list[Loaded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.output.results.result.write_json", fail)
    with pytest.raises(SimError, match="No space left"):
        compare(staffings[:2], Options(out=tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


# ---- the command


def test_the_command_compares(staffings: list[Loaded], tmp_path: Path) -> None:
    files = [small(tmp_path, name) and str(tmp_path / f"{name}.yaml") for name in ("today", "other")]
    out = str(tmp_path / "out")
    told = CliRunner().invoke(cli, ["compare", *files, "--replications", "2", "--out", out, "--no-report"])
    assert told.exit_code == 0, told.output
    assert "2 staffings met the same letters in 2 replications" in told.output
    assert "no difference from “today” was seen in any replication" in told.output
    assert f"Results: {out}" in told.output.replace("\n", "")
    plainly = CliRunner().invoke(cli, ["compare", *files, "--replications", "2", "--out", out, "--no-report", "--json"])
    assert json.loads(plainly.stdout)["pairs"][0]["finding"] == "no difference seen"


def test_the_command_refuses_a_single_scenario(tmp_path: Path) -> None:
    small(tmp_path, "today")
    told = CliRunner().invoke(cli, ["compare", str(tmp_path / "today.yaml")])
    assert told.exit_code == 2
    assert "at least two" in told.output


def test_the_command_runs_with_chinese_words(tmp_path: Path) -> None:
    files = [small(tmp_path, name) and str(tmp_path / f"{name}.yaml") for name in ("today", "other")]
    told = CliRunner().invoke(cli, ["compare", *files, "--out", str(tmp_path / "out"), "--no-report", "--lang", "zh"])
    assert told.exit_code == 0, told.output
    assert "未见差别" in told.output


@pytest.mark.parametrize(("lang", "said"), [("en", "no target is judged"), ("zh", "不评最优")])
def test_without_letters_none_is_called_best(tmp_path: Path, lang: str, said: str) -> None:
    files = [small(tmp_path, name) and str(tmp_path / f"{name}.yaml") for name in ("today", "other")]
    short = ["--replications", "2", "--set", "arrivals={per_day: 0}", "--no-report", "--lang", lang]
    told = CliRunner().invoke(cli, ["compare", *files, "--out", str(tmp_path / "out"), *short])
    assert told.exit_code == 0, told.output
    assert said in told.output
