"""Throughput targets, worked by hand: three letters in an hour, signed by one clerk in a minute each."""

import json
from pathlib import Path

import numpy as np
import pytest
from runs import report

from sim.core.errors import ScenarioError
from sim.core.options import Options
from sim.operations.operations import operations_of
from sim.operations.service_level import ASSUMED, PERIODS, Demand, ServiceLevel, read_demands
from sim.operations.targets import Rate, Targets, targets
from sim.output.text.targets import digits
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of
from sim.statistics import Estimate, Verdict
from sim.statistics.return_levels import ReturnLevel

SCENARIO = """
start: 2024-05-01
window: 1 h
cool_down: 1 h
replications: 2
arrivals: {trace: letters.csv}
channels: {wechat: {share: 50%}, web: {share: 50%}}
teams: {desk: {tier: city, staff: {always: 1}}}
workflow:
  - sign: {by: desk, effort: 1 min}
  - refer: {leave: 0%}
  - rest: {wait: 30 s}
sla:
  signed: {until: sign.finished, within: 10 min, target: 100%}
  rested: {from: sign.finished, until: rest.finished, within: 20 s, target: 50%}
  unasked: {until: rest.started, within: 1 min}
"""
LETTERS = "received,channel\n2024-05-01 00:00:00,wechat\n2024-05-01 00:00:00,web\n2024-05-01 00:10:00,wechat\n"


def ready(folder: Path, scenario: str = SCENARIO) -> Setting:
    (folder / "letters.csv").write_text(LETTERS, "utf-8")
    (folder / "scenario.yaml").write_text(scenario, "utf-8")
    return setting_of(load(folder / "scenario.yaml").scenario)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    return targets(
        ready(tmp_path_factory.mktemp("targets")), scenario="three", options=Options(engine="simpy", workers=1)
    )


def exactly(number: float) -> Estimate:
    """An estimate on which all replications agree."""
    return Estimate(*[pytest.approx(number)] * 3)


def test_operations_are_the_receipt_and_each_steps_start_and_finish(tmp_path: Path) -> None:
    """The begin and end of a wait that occupies nobody are no calls."""
    assert operations_of(ready(tmp_path)) == ("receive", "sign.start", "sign.finish")


def test_calls_are_counted(asked: Targets) -> None:
    receive = asked.operations["receive"]
    # An hour has no whole day, from which a peak could be told.
    assert receive.per_second == Rate(exactly(3 / 3_600), 2, dict.fromkeys(("day", "week", "month", "year")))
    assert receive.per_minute == Rate(exactly(3 / 60), 2, dict.fromkeys(("day", "week", "month", "year")))
    assert receive.per_hour == Rate(exactly(3), 3, dict.fromkeys(("day", "week", "month", "year")))
    assert receive.per_day == Rate(exactly(72), 3, dict.fromkeys(("week", "month", "year")))
    assert (receive.peak_factor, asked.days) == (None, 0)
    # The clerk signs one letter after the other, at 0, 60 and 600 s.
    assert asked.operations["sign.start"].per_second.max == 1
    assert (asked.operations["all"].per_hour.mean, asked.operations["all"].per_hour.max) == (exactly(9), 9)
    # At second 0 two letters come and the first is begun; at 60 s it is done, and the second is begun.
    assert asked.operations["all"].per_second.max == 3


def test_peaks_are_of_whole_days(tmp_path: Path) -> None:
    """Three letters on each of ten days, of which two come in one second; the days before and after are cut."""
    scenario = SCENARIO.replace("window: 1 h", "warm_up: 1 h\nwindow: 11 d").replace("letters.csv", "days.csv")
    days = [f"2024-05-{day:02} {time},wechat" for day in range(1, 14) for time in ("08:00:00", "08:00:00", "20:00:00")]
    (tmp_path / "days.csv").write_text("\n".join(["received,channel", *days]) + "\n", "utf-8")
    found = targets(ready(tmp_path, scenario), scenario="days", options=Options(engine="simpy", workers=1))
    assert found.days == 2 * 10
    receive = found.operations["receive"]
    assert not receive.per_second.from_rates  # they were recorded
    assert receive.per_second.levels["day"] == receive.per_second.levels["week"] == ReturnLevel(2, 2, 2)
    assert receive.per_hour.levels["day"] == ReturnLevel(2, 2, 2)
    assert receive.per_day.levels["week"] == ReturnLevel(3, 3, 3)
    assert receive.per_day.levels["year"] is None  # too far beyond 20 days
    assert found.open_letters.levels["week"] == ReturnLevel(2, 2, 2)


def test_open_letters_are_counted_by_the_second(asked: Targets) -> None:
    # Two until 90 s, one until 150 s, none until 600 s, one until 690 s.
    assert asked.open_letters.mean == exactly((2 * 90 + 60 + 90) / 3_600)
    assert asked.open_letters.max == 2


def test_letters_by_channel(asked: Targets) -> None:
    wechat = asked.channels["wechat"]
    assert (wechat.per_hour.mean, wechat.per_hour.max) == (exactly(2), 2)
    # The window of an hour is one day cut short.
    assert (wechat.per_day.mean, wechat.per_day.max) == (exactly(48), 2)
    assert (wechat.peak_hour, wechat.peak_hour_letters) == (0, exactly(48))
    assert asked.channels["all"].per_hour.max == 3


def test_a_year_of_rows(asked: Targets) -> None:
    assert asked.letter_rows_a_year == exactly(3 * 24 * 365)
    assert asked.event_rows_a_year == exactly(9 * 24 * 365)


def test_headroom_is_what_the_latest_letter_can_spare_at_each_call(asked: Targets) -> None:
    # Signed after 60, 120 and 60 s; three calls each; the second letter has 480 s left.
    assert asked.headroom["signed"].calls == exactly(3)
    assert asked.headroom["signed"].seconds == 160.0
    # 30 s of rest never fit into 20 s.
    assert asked.headroom["rested"].seconds is None
    assert list(asked.headroom) == ["signed", "rested"]
    spare = {name: operation.headroom_s for name, operation in asked.operations.items()}
    assert spare == {
        "receive": 160.0,
        "sign.start": 160.0,
        "sign.finish": 160.0,
        "all": None,
    }


def test_a_target_below_100_percent_lets_the_latest_letters_go(tmp_path: Path) -> None:
    setting = ready(tmp_path, SCENARIO.replace("target: 100%", "target: 60%"))
    asked = targets(setting, scenario="three", options=Options(engine="simpy", workers=1))
    assert asked.headroom["signed"].seconds == 180.0


def test_a_system_as_slow_as_the_headroom_just_keeps_the_sla(tmp_path: Path) -> None:
    """Where nobody queues, the answer is exact: the same letters, each call that much longer, are just in time."""
    apart = LETTERS.replace("00:00:00,web", "00:30:00,web")
    scenario = SCENARIO.replace("trace: letters.csv", "trace: apart.csv")
    (tmp_path / "apart.csv").write_text(apart, "utf-8")
    spare = (
        targets(ready(tmp_path, scenario), scenario="apart", options=Options(engine="simpy", workers=1))
        .headroom["signed"]
        .seconds
    )
    assert spare == 180.0
    for slower, left in ((180, 0.0), (181, None)):
        effort = scenario.replace("effort: 1 min", f"effort: {60 + 3 * slower} s")
        again = targets(ready(tmp_path, effort), scenario="apart", options=Options(engine="simpy", workers=1))
        assert again.headroom["signed"].seconds == left


BUSY = """
start: 2024-05-01
warm_up: 1 d
window: 5 d
cool_down: {cool_down}
replications: 12
arrivals: {{per_day: 420}}
teams: {{desk: {{tier: city, staff: {{always: 8}}}}}}
workflow:
  - serve: {{by: desk, effort: {{exponential: 22 min}}}}
sla:
{slas}
"""


@pytest.mark.parametrize("cool_down", ["1 d", "1 min"])
def test_there_is_headroom_exactly_where_a_run_says_that_the_target_is_met(tmp_path: Path, cool_down: str) -> None:
    """Letters in a row are late together, and some are undecided at the end: headroom knows both as a run does."""
    shares = (90, *np.arange(97.5, 98.1, 0.02).round(2).tolist(), 99.9)
    slas = "\n".join(
        f"  s{number}: {{until: serve.finished, within: 100 min, target: {share}%}}"
        for number, share in enumerate(shares)
    )
    setting = ready(tmp_path, BUSY.format(cool_down=cool_down, slas=slas))
    headroom = targets(setting, scenario="busy").headroom
    verdicts = {name: sla.verdict for name, sla in report(setting).slas.items()}
    assert {name: each.seconds is not None for name, each in headroom.items()} == {
        name: verdict is Verdict.MET for name, verdict in verdicts.items()
    }
    assert {name for name, each in headroom.items() if each.unclear} == {
        name for name, verdict in verdicts.items() if verdict is Verdict.UNCLEAR
    }
    assert {Verdict.MET, Verdict.MISSED, Verdict.UNCLEAR} == set(verdicts.values())


def test_workers_do_not_matter(tmp_path: Path) -> None:
    text = SCENARIO.replace("{trace: letters.csv}", "{per_day: 2000}").replace("replications: 2", "replications: 8")
    setting = ready(tmp_path, text)
    one = targets(setting, scenario="many", options=Options(workers=1))
    assert one == targets(setting, scenario="many", options=Options(workers=2))
    hour = one.operations["receive"].per_hour
    # 83 letters are expected in the one hour of each of eight replications.
    assert hour.mean.mean == pytest.approx(2_000 / 24, abs=4 * np.sqrt(2_000 / 24 / 8))
    assert hour.max > hour.mean.mean


def test_targets_in_a_file_are_what_a_replay_reads(asked: Targets, tmp_path: Path) -> None:
    path = tmp_path / "targets.json"
    path.write_text(json.dumps(asked.summary(), allow_nan=False), "utf-8")
    assert read_demands(path, ["receive"])["receive"] == Demand(ASSUMED, {"second": 2, "minute": 2, "hour": 3}, 160.0)


def test_a_replay_is_asked_for_the_peak_of_a_year(tmp_path: Path) -> None:
    setting = ready(tmp_path, BUSY.format(cool_down="1 d", slas="  s: {until: serve.finished, within: 9 h}"))
    found = targets(setting, scenario="busy")
    path = tmp_path / "targets.json"
    path.write_text(json.dumps(found.summary(), allow_nan=False), "utf-8")
    receive = found.operations["receive"]
    assert receive.per_hour.from_rates
    load = {period: getattr(receive, f"per_{period}").levels["year"].level for period in PERIODS}
    assert read_demands(path, ["receive"])["receive"].load == load
    assert receive.peak_factor == pytest.approx(load["hour"] / receive.per_hour.mean.mean)


SYSTEM = """
system:
  reads: {lists: 20 s, open: 50%, dashboards: 6, dashboard: 1 min, lookups: 2}
  sessions: {writing: 10 min, lookup: 5 min}
  messages: {writer_push: 3, writer_sms: 1, staff_push: 2, staff_sms: 0.5}
  text: 1 kB
  attachments: {pictures: {share: 50%, each: 3, size: 1 MB}}
  rows: {letter: 2 kB, event: 1 kB}
  service: {receive: {p99: 300 ms, errors: 0.1%}, all: {p95: 2 s}, read.lists: {p50: 100 ms}}
"""


def test_the_system_is_loaded_as_the_scenario_says(tmp_path: Path) -> None:
    """Three letters in an hour, each signed in two calls, by one clerk who is on duty."""
    found = targets(ready(tmp_path, SCENARIO + SYSTEM), scenario="three", options=Options(engine="simpy", workers=1))
    system = found.system
    assert {kind: (each.per_second, each.peak_per_second) for kind, each in system.reads.items()} == {
        "lists": (exactly(0.5 / 20), pytest.approx(0.5 / 20)),
        "dashboards": (exactly(6 / 60), pytest.approx(6 / 60)),
        "lookups": (exactly(2 * 3 / 3_600), pytest.approx(2 * 3 / 3_600)),
    }
    # A letter brings 10 minutes of writing and twice 5 of looking up.
    assert system.sessions.staff == (1.0, *[0.0] * 23)
    assert system.sessions.writers == pytest.approx((72 / 24 * 24 * 20 / 60, *[0.0] * 23))
    assert system.sessions.most == pytest.approx(1 + 3 * 20 / 60)
    assert system.messages["push"].per_day == exactly(72 * 3 + 72 * 2)
    assert system.messages["sms"].per_day == exactly(72 * 1 + 72 * 0.5)
    assert system.messages["push"].peak_per_hour == pytest.approx(3 * 3 + 3 * 2)
    assert system.content["pictures"].per_day == exactly(72 * 1.5)
    assert system.content["text"].bytes_a_year == exactly(72 * 365 * 1_000)
    letter = 1_000 + 1.5 * 1e6
    assert system.bytes_a_year == exactly(72 * 365 * (letter + 2_000 + 3 * 1_000))
    assert system.bandwidth_mbit == pytest.approx(3 / 3_600 * letter * 8 / 1e6)
    levels = {name: each.service_level for name, each in found.operations.items()}
    assert levels["receive"] == ServiceLevel({"p99": 300.0}, 0.001)
    assert levels["sign.start"] == system.reads["lookups"].service_level == ServiceLevel({"p95": 2_000.0}, 0.01)
    assert system.reads["lists"].service_level == ServiceLevel({"p50": 100.0}, 0.01)
    assert {each.key for each in system.assumptions if each.assumed} == {
        f"system.service.{name}.errors" for name in ("all", "read.lists")
    }


def test_without_a_section_everything_about_the_system_is_assumed(asked: Targets) -> None:
    assert all(each.assumed for each in asked.system.assumptions)
    assert {each.key: each.value for each in asked.system.assumptions}["system.reads.lists"] == "30 s"
    assert all(each.service_level == ASSUMED for each in asked.operations.values())


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("{text: 900}", "must be a size with one of the units B, kB, MB, GB (got 900)"),
        ("{text: 0 B}", "system.text"),
        ("{attachments: {text: {share: 1, size: 1 kB}}}", "every letter has a text; its size is system.text"),
        ("{service: {sing.start: {p99: 1 s}}}", "did you mean 'sign.start'?"),
        ("{service: {rest.start: {p99: 1 s}}}", "no such operation 'rest.start'"),
        ("{service: {all: {errors: 1%}}}", "needs one of p50, p90, p95, p99 and p999"),
        ("{service: {all: {p99: 5}}}", "must be a number with a unit"),
        ("{text: 900.5}", "must be a size with one of the units"),
        ("{service: {all: {p99: 0 ms}}}", "must be a time such as 500 ms or 2 s"),
        ("{reads: {open: 120%}}", "must be between 0% and 100%"),
    ],
)
def test_a_system_that_cannot_be_meant_is_refused(tmp_path: Path, section: str, told: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        ready(tmp_path, f"{SCENARIO}\nsystem: {section}\n")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0"), (8e-05, "0.00008"), (0.0349, "0.035"), (1.25, "1.2"), (8412, "8,412")]
)
def test_small_rates_are_told_with_two_digits_and_no_exponent(amount: float, text: str) -> None:
    assert digits(amount) == text
