"""Cautions: what each kind is said of and what not, and that every command says what `check` knows."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from office import setting
from runs import written

from sim.commands.main import cli
from sim.forecast.cautions import cautions
from sim.metrics.figures import Caution
from sim.output.text.cautions import caution, plain_caution


def found(kind: str, **keys: Any) -> list[Caution]:
    """Cautions of one kind on a desk with one letter an hour of ten minutes; `keys` replace those of its scenario."""
    return [each for each in cautions(setting(**keys)) if each.kind == kind]


def desk(**keys: Any) -> dict[str, Any]:
    return {"desk": {"tier": "city", "staff": {"always": 1}, **keys}}


# words


def test_a_caution_for_programs_has_its_sentence_in_both_languages() -> None:
    (backlog,) = found("overloaded", arrivals={"per_day": 288})
    assert plain_caution(backlog) == {
        "kind": "overloaded",
        "subject": "desk",
        "figures": {"load_share": pytest.approx(2.0)},
        "text": {
            "en": "The work of desk is 200% of its time on duty in an ordinary week: its backlog grows without end, "
            "and the figures depend on how long one looks.",
            "zh": "平常一周，desk的工作量是在岗时间的 200%：积压会不断增加，各项数值取决于统计多长时间。",
        },
    }


# the backlog without end


@pytest.mark.parametrize(("per_day", "grows"), [(143, False), (144, True), (160, True)])
@pytest.mark.parametrize("window", ["3 d", "28 d"])
def test_a_backlog_without_end_is_known_from_load_alone(per_day: int, grows: bool, window: str) -> None:
    assert bool(found("overloaded", arrivals={"per_day": per_day}, window=window)) is grows


def test_a_busy_monday_is_no_backlog_without_end() -> None:
    weekdays = [3, 1, 1, 1, 1, 0.5, 0.5]
    assert found("overloaded", arrivals={"per_day": 100, "by_weekday": weekdays}, window="1 d") == []


def test_a_surge_that_passes_is_no_backlog_without_end() -> None:
    surge = {"from": "day 2", "lasts": "1 d", "times": 5}
    assert found("overloaded", arrivals={"per_day": 100, "surges": [surge]}) == []


def test_a_unit_may_have_too_much_where_its_team_has_not() -> None:
    teams = desk(units=4, staff={"always": 4}, weights=[5, 1, 1, 1])
    (full,) = found("units overloaded", teams=teams, arrivals={"per_day": 300})
    assert (full.subject, full.figures["units"], full.figures["names"]) == ("desk", 1, ["desk-1"])
    assert full.figures["load_share"] == pytest.approx(300 * 5 / 8 / 144)
    assert found("overloaded", teams=teams, arrivals={"per_day": 300}) == []


def test_who_may_leave_is_not_said_to_make_a_backlog_without_end() -> None:
    call = {"call": {"by": "desk", "effort": "10 min", "patience": "4 min"}}
    handle = {"handle": {"by": "desk", "effort": "3 min"}}
    flow = {"arrivals": {"per_day": 144}, "sla": {}}
    (told,) = found("overloaded at most", workflow=[call, handle], **flow)
    assert told.figures["load_share"] == pytest.approx(1.3)
    assert caution(told, "en") == (
        "If nobody left out of patience, the work of desk would be 130% of its time on duty in an ordinary week; "
        "some leave, so it is less, and whether the backlog grows is seen in a run."
    )
    assert found("overloaded", workflow=[call, handle], **flow) == []
    (sure,) = found("overloaded", workflow=[{"handle": {"by": "desk", "effort": "11 min"}}, call], **flow)
    assert sure.figures["load_share"] == pytest.approx(1.1), "calls come after it, and may leave"


# targets


def test_a_target_of_100_percent_is_never_shown_as_met() -> None:
    slas = {"started": {"until": "serve.started", "within": "1 h", "target": "100%"}}
    (told,) = found("target of all", sla=slas, replications=20)
    # 24 letters a day for 7 d and 20 times, less what the estimate of their variance is worth: about 2,950.
    assert told.figures["highest_share"] == pytest.approx(0.025 ** (1 / 2950), abs=1e-4)
    assert caution(told, "en").endswith(" these (started) can show at most 99.87%.")
    (fewer,) = found("target of all", sla=slas, replications=2)
    assert fewer.figures["highest_share"] < told.figures["highest_share"]


@pytest.mark.parametrize(("target", "can"), [("99.8%", True), ("99.99%", False)])
def test_a_target_that_so_few_letters_cannot_show(target: str, can: bool) -> None:
    slas = {"started": {"until": "serve.started", "within": "1 h", "target": target}}
    assert (found("target too high", sla=slas, replications=20) == []) is can


# people


def test_a_least_number_that_replaces_every_absent_person() -> None:
    teams = desk(staff={"office": 20}, absence="100%", at_least=30)
    (cancelled,) = found("absence cancelled", teams=teams)
    # Twenty people miss five shifts each.
    assert (cancelled.subject, cancelled.figures["a_week"]) == ("desk", pytest.approx(100))
    assert found("stand-ins", teams=teams) == []


def test_a_least_number_that_replaces_some_absent_people() -> None:
    # Of two who are each absent every other time nobody is left in a quarter of the five shifts.
    (some,) = found("stand-ins", teams=desk(staff={"office": 2}, absence="50%", at_least=1))
    assert some.figures == {"at_least": 1, "a_week": pytest.approx(5 / 4), "absence_share": 0.5}
    assert caution(some, "en").startswith("At desk, at_least 1 has somebody stand in for an absent person 1.2 times")


@pytest.mark.parametrize(
    "team", [{"absence": "10%"}, {"at_least": 2}, {"staff": {"office": 100}, "absence": "5%", "at_least": 1}]
)
def test_nobody_stands_in_where_nobody_lacks(team: dict[str, Any]) -> None:
    kinds = {each.kind for each in cautions(setting(teams=desk(**{"staff": {"office": 4}, **team})))}
    assert not kinds & {"absence cancelled", "stand-ins"}


def test_a_team_that_no_step_uses() -> None:
    idle = {"tier": "city", "staff": {"office": 5}}
    (unused,) = found("unused team", teams={**desk(), "idle": idle})
    assert (unused.subject, unused.figures) == ("idle", {"people": 5})
    covered = [{"serve": {"by": "desk", "effort": "10 min", "cover": "idle"}}]
    assert found("unused team", teams={**desk(), "idle": idle}, workflow=covered) == []
    later = [{"serve": {"by": "desk", "effort": "10 min", "escalate": {"after": "1 h", "to": "idle"}}}]
    assert found("unused team", teams={**desk(), "idle": idle}, workflow=later) == []


@pytest.mark.parametrize(
    ("pattern", "hours"),
    [
        ({"cycle": [["08:00-20:00"], ["20:00-08:00"], []]}, 56.0),
        ({"daily": ["08:00-15:00"]}, 49.0),
        ({"daily": ["08:00-14:00"]}, None),
        ({"weekly": {"mon": ["00:00-24:00"], "wed": ["00:00-24:00"]}}, None),
    ],
)
def test_weeks_that_are_longer_than_people_may_work(pattern: dict[str, Any], hours: float | None) -> None:
    said = found("long week", rosters={"hard": pattern}, teams=desk(staff={"hard": 6}))
    assert [(each.subject, each.figures["hours"], each.figures["people"]) for each in said] == (
        [("hard", hours, 6)] if hours else []
    )


@pytest.mark.parametrize(
    ("roster", "rests"), [("office", True), ("daytime", True), ("duty_24_48", True), ("hard", False), ("always", True)]
)
def test_rosters_without_a_day_of_rest(roster: str, rests: bool) -> None:
    rosters = {"hard": {"daily": ["08:00-12:00"]}}
    assert (found("no rest day", rosters=rosters, teams=desk(staff={roster: 6})) == []) is rests


# the calendar


def test_working_days_without_holidays() -> None:
    slas = {
        "closed": {"until": "closed", "within": "5 working days"},
        "seen": {"until": "serve.started", "within": "4 office hours"},
        "fast": {"until": "serve.started", "within": "4 d"},
    }
    (told,) = found("clock without holidays", sla=slas)
    assert told.figures == {"slas": ["closed", "seen"]}
    assert found("clock without holidays", sla=slas, holidays="china") == []
    assert found("clock without holidays", sla={"fast": slas["fast"]}) == []


def test_waits_in_working_time_without_holidays() -> None:
    serve = {"serve": {"by": "desk", "effort": "10 min"}}
    asked = [
        serve,
        {"ask": {"wait": "3 working days"}},
        {"again": {"back_to": "serve", "chance": "5%", "after": "2 office hours"}},
    ]
    (told,) = found("waits without holidays", workflow=asked)
    assert told.figures == {"steps": ["ask", "again"]}
    assert found("waits without holidays", workflow=asked, holidays="china") == []
    assert found("waits without holidays", workflow=[serve, {"ask": {"wait": "3 d"}}]) == []


@pytest.mark.parametrize(("effort", "is_late"), [("11 min", False), ("12 min", False), ("13 min", True)])
def test_an_extension_that_takes_longer_to_decide_than_is_left(effort: str, is_late: bool) -> None:
    """Of an hour a fifth is left, 12 min."""
    sla = {"done": {"until": "closed", "within": "1 h"}}
    task = {"by": "desk", "effort": effort}
    rule = {"sla": "done", "at": "80%", "by": "1 h", "approve": task}
    told = found("granted too late", sla=sla, extension=[rule])
    assert bool(told) is is_late
    if told:
        assert caution(told[0], "en").startswith(
            "Asking for more time for done and deciding on it is 13.0 min of work on average, and only 20% of the 1 h"
        )


# traces


def recorded(folder: Path, times: list[str], changes: tuple[str, ...] = ()) -> list[Caution]:
    """Cautions on a desk that gets letters at these times of May 2021; the 3rd is a Monday."""
    from sim.scenario.loading import load
    from sim.scenario.setting import setting_of

    (folder / "letters.csv").write_text("received\n" + "".join(f"2021-05-{time}\n" for time in times))
    text = (
        "schema: 1\nstart: 2021-05-03\nwindow: 28 d\ncool_down: 0 s\narrivals: {trace: letters.csv}\n"
        "teams: {desk: {tier: city, staff: {always: 2}}}\nworkflow:\n  - serve: {by: desk, effort: 10 min}\n"
    )
    return list(cautions(setting_of(load(written(folder, text), changes).scenario)))


OFFICE = [f"{day:02} {hour:02}:00" for day in range(3, 31) if day not in (8, 9, 15, 16, 22, 23, 29, 30)
          for hour in range(9, 17)]  # fmt: skip
"""Eight letters on every day from Monday to Friday, for four weeks."""


def test_an_office_that_closes_at_weekends_has_no_gaps(tmp_path: Path) -> None:
    assert recorded(tmp_path, OFFICE) == []


def test_days_that_lack_letters(tmp_path: Path) -> None:
    without = [time for time in OFFICE if not "11" <= time[:2] <= "13"]
    (gap,) = recorded(tmp_path, without)
    # From Monday's last letter to Friday's first.
    assert (gap.kind, gap.figures) == (
        "trace gaps",
        {"gaps": 1, "days": pytest.approx(3 + 17 / 24), "from": "2021-05-10"},
    )


def test_a_trace_that_ends_inside_the_window(tmp_path: Path) -> None:
    (early,) = recorded(tmp_path, [time for time in OFFICE if time < "22"])
    assert (early.kind, early.figures) == ("trace ends early", {"days": pytest.approx(9 + 8 / 24)})
    assert recorded(tmp_path, [time for time in OFFICE if time < "22"], ("window=19 d",)) == []


def test_a_trace_that_begins_after_the_simulation(tmp_path: Path) -> None:
    (late,) = recorded(tmp_path, [time for time in OFFICE if time >= "10"])
    assert (late.kind, late.figures) == ("trace begins late", {"days": pytest.approx(7 + 9 / 24)})


@pytest.mark.parametrize(("effort", "grows"), [("503 min", False), ("504 min", True)])
def test_the_load_of_recorded_letters_is_exact(tmp_path: Path, effort: str, grows: bool) -> None:
    # Forty letters a week of 8.4 hours each are all the hours of two people.
    kinds = [each.kind for each in recorded(tmp_path, OFFICE, (f"workflow.serve.effort={effort}",))]
    assert kinds == (["overloaded"] if grows else [])


# every command

OFFICE_SCENARIO = """
schema: 1
name: a desk with faults
start: 2021-05-10
window: 7 d
cool_down: 1 d
replications: 2
arrivals: {per_day: 100}
teams:
  desk: {tier: city, staff: {always: 1}}
  idle: {tier: city, staff: {hard: 2}}
rosters: {hard: {daily: ["08:00-20:00"]}}
workflow:
  - serve: {by: desk, effort: 10 min}
sla:
  started: {until: serve.started, within: 4 h, target: 60%}
stress: {replications: 2, ramp: {steps: 2}, spike: {times: 2, lasts: 2 h}, soak: {lasts: 14 d, replications: 2}}
plan: {vary: {desk: {always: [1, 3]}}, replications: 3, proof: 4}
"""

KNOWN = ["unused team", "long week", "no rest day"]


@pytest.mark.parametrize("command", ["run", "compare", "plan", "stress", "targets"])
def test_every_command_says_what_check_knows(tmp_path: Path, command: str) -> None:
    path = written(tmp_path, OFFICE_SCENARIO)
    other = tmp_path / "other.yaml"
    other.write_text(OFFICE_SCENARIO, "utf-8")
    scenarios = [str(path), str(other)] if command == "compare" else [str(path)]
    told = CliRunner().invoke(cli, ["check", str(path), "--json"])
    assert [each["kind"] for each in json.loads(told.stdout)["cautions"]] == KNOWN
    out = tmp_path / "out"
    done = CliRunner().invoke(cli, [command, *scenarios, "--out", str(out)])
    assert done.exit_code == 0, done.output
    others = ("manifest.json", "figures.json")
    (summary,) = [json.loads(file.read_text("utf-8")) for file in out.glob("*.json") if file.name not in others]
    assert [each["kind"] for each in summary["cautions"]] == KNOWN
    page = (out / "report.html").read_text("utf-8")
    for lang in ("en", "zh"):
        answer = "".join((out / f"answer.{lang}.txt").read_text("utf-8").split())
        for each in summary["cautions"]:
            assert "".join(each["text"][lang].split()) in answer
            assert each["text"][lang] in page


def test_a_comparison_says_which_staffing_a_caution_is_about(tmp_path: Path) -> None:
    path, other = written(tmp_path, OFFICE_SCENARIO), tmp_path / "other.yaml"
    other.write_text(OFFICE_SCENARIO.replace("staff: {always: 1}", "staff: {office: 2}"), "utf-8")
    done = CliRunner().invoke(cli, ["compare", str(path), str(other), "--out", str(tmp_path / "out"), "--no-report"])
    assert "Warning for other: The work of desk is " in done.output
    summary = json.loads((tmp_path / "out" / "comparison.json").read_text("utf-8"))
    assert [(each["kind"], each["scenarios"]) for each in summary["cautions"]] == [
        *((kind, ["scenario", "other"]) for kind in KNOWN),
        ("overloaded", ["other"]),
    ]
    assert [each["kind"] for each in summary["scenarios"]["scenario"]["cautions"]] == KNOWN
