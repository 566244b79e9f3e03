"""The shipped scenarios: every one loads, says where its figures come from, and runs; their README tells the truth."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from runs import ROOT, SCENARIOS, report, setting, sla_counts_of

from sim.engine.verify import prove
from sim.metrics.compliance import SlaCounts
from sim.models.scenario import Scenario
from sim.models.workflow import Layout, LoopStep, WaitStep, WorkStep
from sim.sampling.arrival_rate import expected_letters
from sim.sampling.arrivals import draw_letters
from sim.scenario.loading import load
from sim.statistics import Estimate, Verdict, paired_difference

FILES = sorted(SCENARIOS.glob("*.yaml"))
AT_600 = [file for file in FILES if file.stem.startswith("shenzhen_600_")]
README = (SCENARIOS / "README.md").read_text(encoding="utf-8")


def short(file: Path) -> list[str]:
    """Overrides that make a scenario short enough for the readable engine."""
    days = ["warm_up=0 d", "window=2 d", "cool_down=0 d", "replications=2"]
    return [*days, "arrivals.per_day=150"] if file.stem in ("shenzhen_stress_1200", "beijing_12345") else days


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_runs_the_same_on_both_engines_and_keeps_the_contract(file: Path) -> None:
    checked = prove(setting(file, *short(file)))
    assert checked.visits > 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_shipped_scenario_is_measured_with_all_its_slas(file: Path) -> None:
    told = report(setting(file, *short(file)))
    assert told.letters.received.mean is not None
    assert told.letters.received.mean > 0
    assert set(told.slas) == set(load(file).scenario.sla)
    assert told.summary()["replications"] == 2


@pytest.mark.parametrize("file", [file for file in FILES if file.stem != "mm8"], ids=lambda file: file.stem)
def test_it_says_where_its_figures_come_from(file: Path) -> None:
    """The rate, every headcount, every duration and chance of the workflow and every limit has a mark."""
    loaded = load(file)
    scenario, marked = loaded.scenario, {figure.path for figure in loaded.figures}
    must = [f"teams.{name}.staff" for name, team in scenario.teams.items() if team.counted]
    steps = zip(scenario.workflow, Layout.of(scenario.workflow).detour, strict=True)
    must += [
        f"workflow.{'' if detour is None else f'{scenario.workflow[detour].name}.steps.'}{step.name}"
        for step, detour in steps
    ]
    must += [f"sla.{name}" for name in scenario.sla]
    must += ["arrivals.per_day"] if scenario.arrivals.trace is None else []
    for path in must:
        assert any(each == path or each.startswith(f"{path}.") for each in marked), path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_says_what_it_is_for(file: Path) -> None:
    scenario = load(file).scenario
    assert scenario.name
    assert len(scenario.about.split()) > 8
    assert f"({file.name})" in README


def test_every_mailbox_of_three_tiers_has_350_people() -> None:
    for file in FILES:
        if file.stem.startswith("shenzhen"):
            teams = load(file).scenario.teams.values()
            people = sum(team.headcount for team in teams if team.counted)
            assert people < 350 if file.stem == "shenzhen_600_planned" else people == 350, file.stem


@pytest.mark.parametrize("file", AT_600, ids=lambda file: file.stem)
def test_the_same_letters_meet_every_staffing_at_600_a_day(file: Path) -> None:
    """The scenarios differ in nothing but staff, and the letters of a replication in nothing at all."""
    stress = SCENARIOS / "shenzhen_stress_600.yaml"
    assert _but_staff(load(file).scenario) == _but_staff(load(stress).scenario)
    for column, other in zip(draw_letters(setting(file), 3, 1.0), draw_letters(setting(stress), 3, 1.0), strict=True):
        assert (column == other).all()


def _but_staff(scenario: Scenario) -> dict[str, Any]:
    everything = scenario.resolved()
    for team in everything["teams"].values():
        for key in ("staff", "staff_by"):
            team.pop(key, None)
    # A letter goes to the functional unit of its category, so these weights allocate people and not letters.
    everything["teams"]["functional"].pop("weights", None)
    for key in ("name", "name_zh", "about", "about_zh", "labels", "rosters", "plan"):
        everything.pop(key, None)
    return everything


def test_the_stress_is_small_enough_to_run_in_seconds() -> None:
    for name, most in (("shenzhen_stress_600", 16_000), ("shenzhen_stress_1200", 32_000)):
        assert expected_letters(setting(SCENARIOS / f"{name}.yaml")).sum() < most


def test_handling_is_shared_by_the_tiers_as_published_elsewhere() -> None:
    """Stations 62%, branches 16%, functional units 18%, the city desk 4%; and a mean effort of 95 minutes."""
    scenario = load(SCENARIOS / "shenzhen_baseline.yaml").scenario
    steps = {step.name: step for step in scenario.workflow}
    handle, look, enquire, settle = (steps[name] for name in ("handle", "look_into", "enquire", "settle"))
    assert isinstance(handle, WorkStep)
    assert isinstance(look, WorkStep)
    assert isinstance(enquire, WaitStep)
    assert isinstance(settle, WaitStep)
    shares = dict.fromkeys(("station", "branch", "functional", "city"), 0.0)
    effort = elapsed = 0.0
    for name, category in scenario.categories.items():
        for team, part in handle.by.of(name).items():
            shares[team] += category.share * part
        effort += category.share * (handle.effort.of(name).mean + look.effort.of(name).mean)  # type: ignore[union-attr]
        elapsed += category.share * (enquire.wait.of(name).mean + settle.wait.of(name).mean)  # type: ignore[union-attr]
    assert shares == pytest.approx({"station": 0.62, "branch": 0.16, "functional": 0.18, "city": 0.04})
    assert effort / 60 == pytest.approx(95, abs=0.5)
    assert elapsed / 3600 == pytest.approx(60, abs=0.5)


def test_three_tries_reach_whom_four_in_five_tries_reach() -> None:
    scenario = load(SCENARIOS / "shenzhen_baseline.yaml").scenario
    for step in scenario.workflow:
        if isinstance(step, LoopStep) and step.name in ("no_answer", "not_reached"):
            assert (step.chance.of("traffic"), step.at_most) == (0.2, 2)


@pytest.mark.parametrize(
    ("staffing", "contact", "feedback"),
    [
        ("nights_pooled", (15, 26), (-8, -2)),
        ("moved_30", (6, 13), (-4, -1)),
        ("by_load", (9, 19), (1, 5)),
        ("duty_24_48", (9, 20), (0, 3)),
    ],
)
def test_what_a_staffing_is_worth_at_600_a_day(
    staffing: str, contact: tuple[int, int], feedback: tuple[int, int]
) -> None:
    """The paired difference in points lies between these for all of its interval, as the README tells."""
    before, after = _kept("stress_600"), _kept(f"600_{staffing}")
    for number, (least, most) in ((1, contact), (2, feedback)):
        paired = paired_difference(before[number].all, after[number].all).paired
        assert least < 100 * (paired.low or 0) < 100 * (paired.high or 0) < most, paired


@cache
def _kept(name: str) -> tuple[SlaCounts, ...]:
    return sla_counts_of(setting(SCENARIOS / f"shenzhen_{name}.yaml", "replications=10"))


def test_allocating_people_by_load_ruins_the_small_districts() -> None:
    """Of the letters of Yantian, with one person at its branch, few are contacted in time; of Baoan's, most."""
    places = setting(SCENARIOS / "shenzhen_600_by_load.yaml").places
    for district, before, after in (("Baoan", 0.5, 0.85), ("Yantian", 0.87, 0.17)):
        homes = [home for home in places.of_team("station") if places.names[places.above[home]] == district]
        for name, expected in (("stress_600", before), ("600_by_load", after)):
            by_home = _kept(name)[1].by_home
            share = by_home.met[:, homes].sum() / by_home.letters[:, homes].sum()
            assert share == pytest.approx(expected, abs=0.06)


def test_the_baseline_holds_and_the_peak_does_not() -> None:
    assert report(setting(SCENARIOS / "shenzhen_baseline.yaml")).verdict is Verdict.MET
    stress = report(setting(SCENARIOS / "shenzhen_stress_600.yaml", "replications=10"))
    assert stress.verdict is Verdict.MISSED
    assert stress.slas["signed"].verdict is Verdict.MET
    hours = stress.slas["contacted"].late_hours
    assert hours is not None
    assert 18 <= hours.start < hours.end <= 26
    assert hours.lift > 1.5


def test_a_centre_of_the_published_size_loses_as_many_calls_as_published() -> None:
    """MC311 lost 3.41% of 18,893 calls in two weeks, two Saturdays among them; the spread of its calls is assumed."""
    told = report(setting(SCENARIOS / "us_311.yaml", "replications=4"))
    calls, left = told.steps["answer"].visits.mean, told.steps["answer"].abandoned_share
    assert calls is not None
    assert left is not None
    assert left.mean is not None
    assert calls / 2 == pytest.approx(18_893, rel=0.08)
    assert 0.02 < left.mean < 0.05


def test_leave_in_july_costs_a_hospital_its_answers_in_time() -> None:
    file, few = SCENARIOS / "us_hospital.yaml", "replications=12"
    with_leave = report(setting(file, few)).slas["answered"]
    without = report(setting(file, few, "leave=null", "staff_changes=null")).slas["answered"]
    assert (with_leave.verdict, without.verdict) == (Verdict.MISSED, Verdict.MET)


def test_the_synthetic_trace_is_drawn_as_the_readme_says(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    written = tmp_path / "trace.csv"
    source = snippet.replace('"scenarios/trace_synthetic.csv"', repr(str(written)))
    source = source.replace('"scenarios/nankang.yaml"', repr(str(SCENARIOS / "nankang.yaml")))
    exec(compile(source, "README.md", "exec"), {})
    assert written.read_bytes() == (SCENARIOS / "trace_synthetic.csv").read_bytes()


ROWS = re.findall(r"\| \[(\w+)\]\(\w+\.yaml\) \|[^|]*\| ([\d.]+% \w+) \| ([\d.]+% \w+) \| ([\d.]+% \w+) \|", README)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_readme_tells_what_comes_out(row: tuple[str, ...]) -> None:
    name, *told = row
    slas = report(setting(SCENARIOS / f"{name}.yaml")).slas
    kept = [slas[each] for each in ("signed", "contacted", "first_feedback")]
    assert [f"{_percent(sla.compliance)} {sla.verdict}" for sla in kept] == told


def _percent(share: Estimate) -> str:
    assert share.mean is not None
    return f"{100 * share.mean:.1f}%"


def test_the_readme_has_a_row_for_every_staffing() -> None:
    assert {row[0] for row in ROWS} == {file.stem for file in FILES if file.stem.startswith("shenzhen")}
    assert (ROOT / "scenarios").samefile(SCENARIOS)
