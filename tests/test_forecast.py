"""What `check` says before anything is simulated, against theory and hand-worked days; and its words."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.queueing import mmc_wait_longer
from runs import SCENARIOS, written

from sim.forecast import Forecast, forecast_of
from sim.forecast.short_simulation import BUDGET
from sim.models.labels import labels_of
from sim.output.text.forecast import forecast_text
from sim.output.text.printing import as_text
from sim.output.words import Language, languages, say
from sim.scenario.loading import load

DESK = """
schema: 1
start: 2021-05-10
window: 28 d
cool_down: 0 s
arrivals: {per_day: 400}
teams: {desk: {tier: city, staff: {always: 8}}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
sla:
  started: {until: serve.started, within: 10 min, target: 80%}
"""

STATIONS = """
schema: 1
start: 2021-05-10
window: 14 d
cool_down: 5 d
arrivals: {per_day: 240}
teams:
  branch: {tier: branch, staff: {always: 1}}
  station: {tier: station, units: 4, within: branch, staff: {hours: 4}}
rosters: {hours: {daily: ["06:00-18:00"]}}
workflow:
  - sign: {by: station, effort: 1 min, priority: 0, interrupts: true}
  - handle: {by: station, effort: 12 min}
sla:
  signed: {until: sign.started, within: 10 min, target: 90%}
  done: {until: closed, within: 4 d}
"""


BUDGETS = {
    "test_utilisation_and_load_of_one_desk": 10 * BUDGET,
    "test_queues_are_expected_as_erlang_c_has_them": 10 * BUDGET,
    "test_the_stressed_mailbox_is_short_of_staff_in_the_evening": BUDGET,
}


@pytest.fixture(autouse=True)
def few_visits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate less, where a test is not about how close the expectation is, and more where it is about theory."""
    monkeypatch.setattr("sim.forecast.short_simulation.BUDGET", BUDGETS.get(request.function.__name__, 250_000))


def forecast(folder: Path, text: str, *changes: str) -> Forecast:
    return forecast_of(load(written(folder, text), changes))


def keys(of: Forecast) -> list[str]:
    return [caution.kind for caution in of.cautions]


# load and staff


def test_utilisation_and_load_of_one_desk(tmp_path: Path) -> None:
    desk = forecast(tmp_path, DESK).teams["desk"]
    load_by_theory = 400 / 24 * 25 / 60
    assert desk.utilisation == pytest.approx(load_by_theory / 8, rel=0.02)
    assert desk.load == pytest.approx(np.full((1, 24), load_by_theory), rel=0.05)
    assert desk.on_duty.tolist() == [[8.0] * 24]
    assert (desk.least, desk.mean, desk.most, desk.headcount) == (8, 8, 8, 8)
    assert (desk.short, desk.units_short) == (((),), 0)


def test_letters_are_counted_from_the_rates(tmp_path: Path) -> None:
    of = forecast(tmp_path, DESK, "warm_up=2 d")
    assert (of.letters_a_day, of.letters, of.days, of.window_days) == pytest.approx((400, 12_000, 30, 28))
    assert of.counted == pytest.approx(28 * 400)


def test_letters_that_come_while_the_cool_down_was_raised_are_told_with_its_days(tmp_path: Path) -> None:
    of = forecast(tmp_path, DESK, "window=10 d", "sla.started.within=1 d")
    assert 10.5 < of.days < 11
    assert (of.letters_a_day, of.letters, of.counted) == pytest.approx((400, 400 * of.days, 4_000))
    assert f"400 letters a day: {of.letters:,.0f} in {of.days:.1f} days" in as_text(forecast_text(of, "en"))


def test_queues_are_expected_as_erlang_c_has_them(tmp_path: Path) -> None:
    sla = forecast(tmp_path, DESK, "teams.desk.staff.always=9").slas["started"]
    late = mmc_wait_longer(9, 400 / 24 / 60, 25, 10)
    assert sla.expected is not None
    assert 1 - sla.expected == pytest.approx(late, rel=0.06)
    assert (sla.at_best, sla.team) == (1.0, "desk")


def test_an_evening_that_is_short_of_staff(tmp_path: Path) -> None:
    # All letters come from 18:00 to 24:00: 20 an hour of 25 min, 8.3 people, and 6 are there.
    evening = "arrivals={per_day: 120, by_hour: [0,0,0,0,0,0, 0,0,0,0,0,0, 0,0,0,0,0,0, 1,1,1,1,1,1]}"
    of = forecast(tmp_path, DESK, evening, "teams.desk.staff.always=6")
    desk = of.teams["desk"]
    assert desk.short == (((19, 24),),)  # the first hour is still filling up
    assert desk.units_short == 1
    assert desk.utilisation == pytest.approx(120 * 25 / 60 / 24 / 6, rel=0.05)
    (late,) = of.slas["started"].late_by_hour
    assert late[21:].min() > 0.9
    assert late[18] < 0.5
    assert np.isnan(late[:18]).all()
    assert "desk is short of staff between 19:00 and 24:00: at " in as_text(forecast_text(of, "en"))


def test_work_that_can_wait_for_days_is_spread_over_the_time_on_duty(tmp_path: Path) -> None:
    station = forecast(tmp_path, STATIONS).teams["station"]
    # 12 minutes a letter are spread evenly; 1 minute comes with the letters, of the night at six o'clock at once.
    assert station.on_duty.tolist() == [[0.0] * 6 + [4.0] * 12 + [0.0] * 6]
    (load,) = station.load
    assert load[7:18] == pytest.approx(np.full(11, 240 * 12 / 60 / 12 + 10 / 60), rel=0.05)
    assert load[6] == pytest.approx(240 * 12 / 60 / 12 + 130 / 60, rel=0.05)
    assert load[18:].sum() == 0


def test_doors_that_are_closed_lose_letters_however_many_people_there_are(tmp_path: Path) -> None:
    # Half of the day's letters come at night, and those of the last ten minutes of it are in time.
    closed = forecast(tmp_path, STATIONS).slas["signed"]
    assert closed.at_best == pytest.approx(0.5 + 1 / 6 / 24, abs=0.01)
    assert closed.late_by_hour[0, [0, 3, 20, 23]].tolist() == [1, 1, 1, 1]
    covered = forecast(tmp_path, STATIONS, "workflow.sign.cover=branch").slas["signed"]
    assert covered.at_best == 1
    assert covered.expected is not None
    assert covered.expected > 0.9


def test_urgent_work_does_not_wait_for_what_it_interrupts(tmp_path: Path) -> None:
    polite = forecast(tmp_path, STATIONS, "workflow.sign.interrupts=false", "workflow.sign.cover=branch")
    rude = forecast(tmp_path, STATIONS, "workflow.sign.cover=branch")
    assert polite.slas["signed"].expected is not None
    assert rude.slas["signed"].expected is not None
    assert rude.slas["signed"].expected > polite.slas["signed"].expected + 0.05


# cautions


def test_a_sound_scenario_has_no_caution(tmp_path: Path) -> None:
    assert keys(forecast(tmp_path, DESK, "cool_down=1 d")) == []


@pytest.mark.parametrize(
    ("text", "changes", "kind", "subject", "figures"),
    [
        (DESK, ["teams.desk.staff.always=0"], "nobody ever", "desk", {"units": 1, "names": ["desk"]}),
        (DESK, ["teams.desk.staff.always=6"], "overloaded", "desk", {}),
        (STATIONS, ["teams.station.weights=[9, 1, 1, 1]", "arrivals.per_day=120"], "units overloaded", "station",
         {"units": 1, "of": 4, "names": ["station-1"]}),
        (DESK, ["window=1 d", "sla.started.within=2 h"], "cool_down raised", "started", {"typed_d": 0}),
        (DESK, ["start=2031-03-03", "holidays=china"], "holidays", "2031", {}),
    ],
)  # fmt: skip
def test_a_scenario_is_told_what_it_says_but_hardly_means(
    tmp_path: Path, text: str, changes: list[str], kind: str, subject: str, figures: dict[str, Any]
) -> None:
    of = forecast(tmp_path, text, *changes)
    (caution,) = [caution for caution in of.cautions if caution.kind == kind]
    assert caution.subject == subject
    assert {name: caution.figures[name] for name in figures} == figures
    for lang in languages():
        assert say(lang, "cautions.warning") in as_text(forecast_text(of, lang))


def test_known_years_need_no_caution(tmp_path: Path) -> None:
    assert "holidays" not in keys(forecast(tmp_path, DESK, "holidays=china"))


def test_letters_that_wait_for_ever_are_counted(tmp_path: Path) -> None:
    of = forecast(tmp_path, DESK, "teams.desk.staff.always=0")
    (caution,) = [caution for caution in of.cautions if caution.kind == "nobody ever"]
    assert caution.figures["a_day"] == pytest.approx(400, rel=0.02)
    assert of.teams["desk"].utilisation is None
    assert of.slas["started"].at_best == 0


def test_urgent_work_that_others_can_hold_back(tmp_path: Path) -> None:
    flow = """workflow=[
        {sort: {by: station, effort: 1 min, priority: 0}},
        {call: {by: station, effort: 1 min, priority: 1, interrupts: true}},
        {handle: {by: station, effort: 12 min}}]""".replace("\n", " ")
    of = forecast(tmp_path, STATIONS, flow, "sla=null")
    (caution,) = [caution for caution in of.cautions if caution.kind == "held back"]
    assert (caution.subject, caution.figures) == ("station", {"urgent": "call", "holding": ["sort"]})
    assert "held back" not in keys(forecast(tmp_path, STATIONS, flow.replace("priority: 1", "priority: 0"), "sla=null"))


def test_letters_of_a_trace_outside_the_simulated_time(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n2021-05-09 23:00\n2021-05-10 08:00\n2021-05-11 08:00\n")
    of = forecast(tmp_path, DESK, "arrivals={per_day: null, trace: letters.csv}", "window=1 d")
    (caution,) = [caution for caution in of.cautions if caution.kind == "trace"]
    assert caution.figures == {"outside": 2, "of": 3}
    assert (of.letters, of.counted) == (1, 1)


def test_a_scenario_without_letters_or_slas(tmp_path: Path) -> None:
    of = forecast(tmp_path, DESK, "arrivals.per_day=0", "sla=null")
    assert (of.letters, of.counted, of.teams["desk"].utilisation) == (0, 0, 0)
    assert as_text(forecast_text(of, "en"))


# the stressed scenario, and its words


def test_the_stressed_mailbox_is_short_of_staff_in_the_evening() -> None:
    loaded = load(SCENARIOS / "shenzhen_stress_600.yaml")
    of = forecast_of(loaded)
    assert of.weekdays == ((0, 1, 2, 3, 4), (5, 6))  # six people of the city work in an office
    ((start, end),), _ = of.teams["city"].short
    assert 17 <= start <= 19
    assert end == 24
    assert of.slas["contacted"].team == "branch"
    assert of.slas["contacted"].expected is not None
    assert 0.55 < of.slas["contacted"].expected < 0.75
    text = as_text(forecast_text(of, "en"))
    assert f"city is short of staff on Mon to Fri between {start}:00 and 24:00" in text
    chinese = as_text(forecast_text(of, Language("zh", labels_of(loaded.scenario))))
    assert f"市局在周一至周五 {start} 时至 24 时人手不足" in chinese
    assert "警种支队" in chinese
