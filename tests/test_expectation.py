"""What `check` expects of an SLA is what a run finds, whatever makes letters late; and how much it simulates for it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from office import setting
from runs import ROOT, SCENARIOS, report

from sim.core.clock import DAY, HOUR
from sim.experiment.cost import estimate
from sim.experiment.replications import replicate
from sim.forecast import Forecast, forecast_of
from sim.forecast.short_simulation import MOST_STRETCHES, SETTLING, simulate_briefly
from sim.output.text.forecast import forecast_text
from sim.output.text.printing import as_text
from sim.sampling.arrival_rate import expected_between, expected_letters
from sim.sampling.arrivals import letters_expected
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

STARTED = {"until": "serve.started", "within": "10 min", "target": "80%"}

DESK: dict[str, Any] = {
    "start": "2024-03-04",
    "warm_up": "7 d",
    "window": "28 d",
    "cool_down": "2 d",
    "arrivals": {"per_day": 300},
    "teams": {"desk": {"tier": "city", "staff": {"always": 6}}},
    "workflow": [{"serve": {"by": "desk", "effort": {"exponential": "20 min"}}}],
    "sla": {"started": STARTED},
}
"""A desk of six people who are busy 69% of their time."""


def forecast(folder: Path, **keys: Any) -> Forecast:
    """What is expected of the desk; `keys` replace its keys."""
    return forecast_of(load(written(folder, **keys)))


def written(folder: Path, **keys: Any) -> Path:
    file = folder / "desk.yaml"
    file.write_text(json.dumps(DESK | keys), encoding="utf-8")
    return file


# what makes letters late

BUSY_DAYS = {"arrivals": {"per_day": 300, "busyness": {"cv": 0.3, "ar1": 0.5}}, "replications": 60}
SURGES = {"arrivals": {"per_day": 300, "surges": [{"from": "day 12 08:00", "lasts": "20 h", "times": 4}]}}
LOWER_PRIORITY = {
    "arrivals": {"per_day": 380},
    "categories": {"urgent": {"share": "40%"}, "other": {"share": "60%"}},
    "workflow": [
        {
            "serve": {
                "by": "desk",
                "effort": {"exponential": "20 min"},
                "priority": {"per_category": {"urgent": 1, "other": 6}},
            }
        }
    ],
    "sla": {"started": STARTED | {"for": ["other"]}, "urgent": STARTED | {"for": ["urgent"]}},
}
CLOSED_AT_NIGHT = {
    "arrivals": {"per_day": 180, "by_hour": "mailbox"},
    "rosters": {"day": {"daily": ["08:15-19:45"]}},
    "teams": {"desk": {"tier": "city", "staff": {"day": 6}}},
    "sla": {"started": STARTED | {"within": "30 min"}},
}
ABSENCE = {"teams": {"desk": {"tier": "city", "staff": {"four_teams_three_shifts": 26}, "absence": "25%"}}}
SEVERAL_WAITS = {
    "teams": {name: {"tier": "city", "staff": {"always": 5}} for name in ("desk", "room", "hall")},
    "workflow": [
        {step: {"by": team, "effort": {"exponential": "20 min"}}}
        for step, team in (("open", "desk"), ("sort", "room"), ("serve", "hall"))
    ],
    "sla": {"started": STARTED | {"within": "70 min"}},
}
ESCALATION = {
    "teams": {
        "city": {"tier": "city", "staff": {"always": 3}},
        "station": {"tier": "station", "units": 6, "within": "city", "staff": {"always": 6}},
    },
    "workflow": [
        {
            "serve": {
                "by": "station",
                "effort": {"mean": "20 min", "cv": 1},
                "escalate": {"after": "7 min", "to": "city"},
            }
        }
    ],
}
LIMIT_OF_DAYS = {
    "cool_down": "8 d",
    "arrivals": {"per_day": 150, "by_hour": "mailbox"},
    "teams": {"desk": {"tier": "city", "staff": {"office": 8}}},
    "sla": {"started": STARTED | {"until": "serve.finished", "within": "2 d"}},
}
LAUNCH = {
    "window": "365 d",
    "arrivals": {"per_day": {"start": 900, "floor": 250, "half_life": "50 d"}},
    "teams": {"desk": {"tier": "city", "staff": {"always": 8}}},
    "workflow": [
        {"serve": {"by": "desk", "effort": {"exponential": "20 min"}}},
        *({f"note{number}": {"by": "desk", "effort": "5 s", "priority": 9}} for number in range(4)),
    ],
    "replications": 4,
}


@pytest.mark.parametrize(
    "keys",
    [BUSY_DAYS, SURGES, LOWER_PRIORITY, CLOSED_AT_NIGHT, ABSENCE, SEVERAL_WAITS, ESCALATION, LIMIT_OF_DAYS, LAUNCH],
    ids=["busy_days", "surges", "lower_priority", "closed_at_night", "absence", "several_waits", "escalation",
         "limit_of_days", "launch"],
)  # fmt: skip
def test_a_run_finds_what_was_expected(tmp_path: Path, keys: dict[str, Any]) -> None:
    # Another seed, so that not the same letters are seen twice.
    of = forecast(tmp_path, **{"seed": 5} | keys)
    found = report(setting_of(load(written(tmp_path, **{"seed": 6} | keys)).scenario))
    for name, sla in of.slas.items():
        assert sla.expected == pytest.approx(found.slas[name].compliance.mean, abs=0.05), name


def test_letters_of_the_night_make_the_morning_late(tmp_path: Path) -> None:
    (late,) = forecast(tmp_path, **CLOSED_AT_NIGHT).slas["started"].late_by_hour
    assert late[[2, 9]].tolist() == pytest.approx([1, 1], abs=0.02)  # 09:00 stands behind the whole night
    assert late[18] < late[9]


# hours of the week


def test_weekdays_on_which_other_people_are_there_are_told_apart(tmp_path: Path) -> None:
    some_days = {"weekly": {"tue": ["09:00-12:00"], "thu": ["09:00-12:00"]}}
    of = forecast(
        tmp_path,
        rosters={"some_days": some_days},
        teams={"desk": {"tier": "city", "staff": {"some_days": 1}}},
        arrivals={"per_day": 4},
    )
    assert of.weekdays == ((0, 2, 4, 5, 6), (1, 3))
    rest, open_ = of.teams["desk"].on_duty
    assert not rest.any()
    assert open_.tolist() == [0] * 9 + [1] * 3 + [0] * 12
    text = as_text(forecast_text(of, "en"))
    assert "By hour on Tue and Thu:" in text
    assert "By hour on Mon, Wed and Fri to Sun:" in text
    assert "周二和周四" in as_text(forecast_text(of, "zh"))


def test_weekdays_of_one_roster_are_told_together(tmp_path: Path) -> None:
    of = forecast(tmp_path, **ABSENCE)
    assert of.weekdays == (tuple(range(7)),)
    assert "By hour of the day:" in as_text(forecast_text(of, "en"))


def test_a_window_without_some_weekdays_says_nothing_of_them(tmp_path: Path) -> None:
    of = forecast(tmp_path, window="2 d", warm_up="0 s")
    assert of.weekdays == ((0, 1),)


# letters to expect


@pytest.mark.parametrize(
    "arrivals",
    [
        {"per_day": 40},
        {"per_day": 40, "by_hour": "mailbox", "by_weekday": [2, 1, 1, 1, 1, 0.5, 0.5], "on_holidays": "50%"},
        {"per_day": {"start": 90, "floor": 20, "half_life": "5 d"}, "by_hour": "phone"},
    ],
)
@pytest.mark.parametrize(("start", "end"), [(0, 10 * DAY), (5 * HOUR, 5 * HOUR + 7), (3 * DAY + 3_000, 9 * DAY - 10)])
def test_letters_between_two_seconds_are_those_of_their_hours(arrivals: dict[str, Any], start: int, end: int) -> None:
    office = setting(
        start="2024-05-01", holidays="china", window="10 d", arrivals=arrivals,
        categories={"a": {"share": "30%", "by_hour": "noise_night"}, "b": {"share": "70%"}},
    )  # fmt: skip
    hours = expected_letters(office)
    edges = np.arange(len(hours) + 1) * HOUR
    part = np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0, None) / HOUR
    assert expected_between(office, start, end) == pytest.approx(part @ hours)


def test_surges_and_lulls_are_expected_where_and_for_whom_they_are() -> None:
    office = setting(
        window="14 d",
        arrivals={
            "per_day": 200,
            "surges": [
                {"from": "day 2 10:00", "lasts": "2 d", "times": 3, "category": "a"},
                {"from": "day 3 00:00", "lasts": "30 h", "times": 2},
                {"from": "day 9 00:00", "lasts": "1 d", "times": "50%"},
            ],
        },
        categories={"a": {"share": "25%"}, "b": {"share": "75%"}},
    )
    drawn = [each.workload.letters for each in replicate(office, range(60), lambda replication: replication)]
    expected = letters_expected(office, 0, 14 * DAY)
    assert np.mean(drawn) == pytest.approx(expected, rel=4 / np.sqrt(60 * expected))


def test_all_letters_are_in_the_window_where_all_time_is(tmp_path: Path) -> None:
    of = forecast(tmp_path, warm_up="0 s", window="10 d", cool_down="0 s", arrivals={"per_day": 40})
    assert (of.letters, of.counted) == pytest.approx((400, 400))
    assert "400 in 10 days, and 400 of them in the window" in as_text(forecast_text(of, "en"))


# how much is simulated


def test_a_scenario_that_is_too_long_is_cut_to_stretches_all_over_its_window(tmp_path: Path) -> None:
    office = setting_of(load(written(tmp_path, window="36000 d", warm_up="3 d", cool_down="5 d")).scenario)
    sample = simulate_briefly(office, estimate(office))
    stretches = [outcome.setting.scenario for outcome in sample.queued]
    assert len(stretches) == sample.extent.stretches == MOST_STRETCHES
    for stretch in stretches:
        assert (stretch.warm_up, stretch.cooling) == (SETTLING * DAY, 5 * DAY)
        assert stretch.start.weekday() == office.scenario.start.weekday()
    middles = [
        (each.start - office.scenario.start).days + each.warm_up / DAY + each.window / DAY / 2 for each in stretches
    ]
    parts = (np.arange(MOST_STRETCHES) + 0.5) * 36_000 / MOST_STRETCHES
    assert middles == pytest.approx(parts, abs=28)
    of = forecast(tmp_path, window="36000 d")
    assert of.counted == pytest.approx(36_000 * 300)
    assert f"{MOST_STRETCHES} stretches of" in as_text(forecast_text(of, "en"))


def test_a_launch_goes_on_in_later_stretches(tmp_path: Path) -> None:
    launch = load(written(tmp_path, **LAUNCH)).scenario
    later = launch.stretch(50, warm_up=0, window=14 * DAY, cool_down=0)
    begin, end = 50 * DAY, 64 * DAY
    assert letters_expected(setting_of(later), 0, 14 * DAY) == pytest.approx(
        letters_expected(setting_of(launch), begin, end)
    )


def test_too_many_letters_are_not_simulated_and_nothing_is_expected_of_them(tmp_path: Path) -> None:
    desks = {"desk": {"tier": "city", "staff": {"always": 5_000}}}
    of = forecast(tmp_path, arrivals={"per_day": 200_000}, teams=desks, window="14 d")
    assert not of.simulated.with_queues
    desk, sla = of.teams["desk"], of.slas["started"]
    assert desk.utilisation == pytest.approx(200_000 * 20 / 1440 / 5_000, rel=0.03)
    assert (sla.expected, sla.worst, sla.at_best) == (None, None, 1)
    assert np.isnan(sla.late_by_hour).all()
    text = as_text(forecast_text(of, "en"))
    assert "by a run" in text
    assert "too many letters to be simulated here" in text


def test_letters_that_stay_undecided_leave_bounds(tmp_path: Path) -> None:
    # The limit is longer than any simulation goes on after the window for it, and the desk falls behind.
    few = {"desk": {"tier": "city", "staff": {"always": 1}}}
    late = {"started": STARTED | {"within": "90 d"}}
    of = forecast(tmp_path, cool_down="0 s", teams=few, sla=late)
    sla = of.slas["started"]
    assert sla.expected is None
    assert sla.between is not None
    low, high = sla.between
    assert 0 <= low < high <= 1
    assert f"{100 * low:.1f}% to {100 * high:.1f}%".replace(".0%", "%") in as_text(forecast_text(of, "en"))


# what is loaded for it


def loaded_by_check(scenario: Path) -> set[str]:
    """Names of the modules that a check with a warm cache loads."""
    code = (
        f"import sys; from sim.forecast import forecast_of; from sim.scenario.loading import load; "
        f"forecast_of(load({str(scenario)!r})); print(*sys.modules)"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_only_what_is_needed_is_loaded(tmp_path: Path) -> None:
    plain_desk = loaded_by_check(written(tmp_path))
    assert not plain_desk & {"coverage", "holidays", "numba.np.npyimpl", "numba.np.arraymath", "scipy.optimize"}
    chinese = loaded_by_check(SCENARIOS / "nankang.yaml")
    assert [name for name in chinese if name.startswith("holidays.countries.")] == ["holidays.countries.china"]
