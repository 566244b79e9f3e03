"""What the terminal says of a run, word for word: three letters at eight o'clock, and one person to read them.

They take a hair more or less than 20 minutes each, so that replications are not copies of one another.
"""

from pathlib import Path
from typing import Any

import pytest
from runs import report, setting, written

from sim.core.clock import Clock
from sim.core.safe_text import unit_label
from sim.metrics.report import Report
from sim.output.text.answer import run_sentences, run_text
from sim.output.text.formats import (
    duration,
    hours_of_day,
    limit,
    listed,
    milestone_name,
    name,
    number,
    percent,
    points,
    unit_name,
)
from sim.output.text.printing import as_text
from sim.output.words import Language
from sim.statistics import Estimate

DESK = """
schema: 1
name: three letters
start: 2021-05-10
window: 1 d
cool_down: 6 h
replications: 100
arrivals: {trace: letters.csv}
teams: {desk: {tier: city, staff: {early: 1}}}
rosters: {early: {daily: ["08:00-08:50"]}}
workflow:
  - read: {by: desk, effort: {mean: 20 min, cv: 0.001}, at_shift_end: finish}
sla:
  started: {until: read.started, within: 10 min, target: 90%}
"""


@pytest.fixture(autouse=True)
def letters(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n" + "2021-05-10 08:00\n" * 3)


def said(of: Report, lang: str = "en") -> list[str]:
    return list(run_sentences(of, lang))


def desk(folder: Path, *changes: str) -> Report:
    return report(setting(written(folder, DESK), *changes))


def test_what_fails_where_when_and_why(tmp_path: Path) -> None:
    # They start at 08:00, 08:20 and 08:40, and the last one finishes at 09:00, ten minutes into overtime.
    verdict, late, *rest = said(desk(tmp_path))
    assert verdict == "Not every target is met: started missed."
    assert late == (
        "started: 2 of 3 letters late on average in a replication. "
        "100% of them waited most of their time for busy people at read (desk)."
    )
    assert rest == [
        "Above the 85% alarm: desk 100%.",
        "Open at the end: 0 of 3 letters of the window (0%).",
    ]


def test_an_sla_without_a_target_is_told_beside_those_that_have_one(tmp_path: Path) -> None:
    found = desk(tmp_path, "sla.read={until: read.finished, within: 22 min}", "sla.started.target=10%")
    assert said(found)[:2] == ["Every target is met.", "read: no target, 33.3% in time."]
    assert "read：未设目标，按时率 33.3%。" in said(found, "zh")
    assert "no target, 33.3%" not in " ".join(said(desk(tmp_path, "sla.started.target=null")))


def test_the_table_tells_limit_target_compliance_and_percentiles(tmp_path: Path) -> None:
    table = as_text(run_text(desk(tmp_path), "en"))
    assert table.splitlines()[0] == "three letters: 100 replications, 3 letters each, 1 staff"
    (row,) = [line for line in table.splitlines() if line.startswith("│ started")]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert [cells[0], *cells[2:4], *cells[5:]] == ["started", "10 min", "90%", "missed", "20.0 min", "40.0 min"]
    assert cells[4].startswith("33.3% [28%,")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (["sla.started.target=20%"], "Every target is met."),
        (["sla.started.target=null"], "No SLA has a target, so there is no verdict."),
        (["replications=1"], "Whether every target is met is open: started unclear, without a confidence interval."),
        (["sla.started.target=33%"], "Whether every target is met is open: started unclear at 95% confidence;"),
        (["teams.desk.staff.early=0"], "Whether the backlog grows cannot be told: that takes a warm-up of a week"),
        (["replications=1"], "One replication alone has no confidence interval; take at least two."),
        (["teams.desk.staff.early=3"], "No team is busier than 85% of its time on duty; the busiest is desk 40%."),
        (["rosters.early.daily=[08:00-20:00]"],
         "Over the whole window no team is busier than 85% of its time on duty; the busiest is desk 8.3%."),
        (["rosters.early.daily=[08:00-20:00]"], "Above 85% in some of the 168 hours of the week: desk in 1."),
        (["teams.desk.staff.early=0"], "Nobody is on duty in any team."),
        (["teams.desk.staff.early=0"], "Open at the end: 3 of 3 letters of the window (100%)."),
        (["workflow.read.effort=120 min"], "Overtime: desk 1.2 person-hours."),
        (["teams.desk.staff.early=0", "sla.started.within=2 d"],
         "started: 3 letters are still undecided when the simulation ends;"),
        (["workflow.read.effort=20 min"], "Whether every target is met is open: started unclear, without"),
    ],
)  # fmt: skip
def test_the_answer_says_in_sentences_what_no_table_does(tmp_path: Path, changes: list[str], sentence: str) -> None:
    assert sentence in " ".join(said(desk(tmp_path, *changes)))


def test_names_with_markup_stay_text(tmp_path: Path) -> None:
    of = desk(tmp_path, "name='[red]three[/red] \\[letters'")
    assert as_text(run_text(of, "en")).startswith("[red]three[/red] \\[letters: 100 replications")


LABELLED = Language(
    "zh", {"zh": {"sign": "签收", "station": "派出所", "conduct": "作风", unit_label("conduct"): "督察"}}
)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("–", [percent(None), duration("en", None), number(float("nan"))]),
        ("0%", [percent(0.0)]),
        ("82.3%", [percent(0.823)]),
        ("99.97%", [percent(0.9997)]),
        ("<100%", [percent(0.9999999)]),
        ("100%", [percent(1.0)]),
        ("119.0 min", [duration("en", 119)]),
        ("2.0 h", [duration("en", 120)]),
        ("3.1 d", [duration("en", 3.1 * 1440)]),
        ("3.1 working days", [duration("en", 3.1 * 1440, Clock.WORKING), duration("en", 3.1 * 1440, Clock.DAY_ENDS)]),
        ("2.0 working days", [duration("en", 47.6 * 60, Clock.WORKING)]),
        ("0.1 working days", [duration("en", 0.1 * 1440, Clock.DAY_ENDS)]),
        ("0.02 working days", [duration("en", 30, Clock.WORKING)]),
        ("0.0 working days", [duration("en", 0, Clock.WORKING)]),
        ("+1.2 points [+0.8, +1.6]", [points("en", Estimate(0.012, 0.008, 0.016))]),
        ("0 points [-0.02, +0.01]", [points("en", Estimate(-0.000002, -0.0002, 0.0001))]),
        ("74.4 office hours", [duration("en", 3.1 * 1440, Clock.OFFICE)]),
        ("3.1 个工作日", [duration("zh", 3.1 * 1440, Clock.WORKING)]),
        ("7 个工作日", [limit("zh", "7 working days")]),
        ("1 办公小时", [limit("zh", "1 office hour")]),
        ("第 7 个工作日截止", [limit("zh", "end of working day 7")]),
        ("10 min", [limit("en", "10 min")]),
        ("a, b and c", [listed("en", ["a", "b", "c"])]),
        ("a、b和c", [listed("zh", ["a", "b", "c"])]),
        ("a", [listed("en", ["a"])]),
        ("18:00 and 24:00", [hours_of_day("en", (18, 24))]),
        ("22 时至次日 4 时", [hours_of_day("zh", (22, 28))]),
        ("sign完成", [milestone_name("zh", "sign.finished")]),
        ("签收完成", [milestone_name(LABELLED, "sign.finished")]),
        ("日班", [name("zh", "daytime")]),
        ("5 号派出所", [unit_name(LABELLED, "station-5")]),
        ("station-5", [unit_name("zh", "station-5"), unit_name("en", "station-5")]),
        ("督察", [unit_name(LABELLED, "conduct")]),
        ("作风", [name(LABELLED, "conduct")]),
        ("sign finished", [milestone_name("en", "sign.finished")]),
        ("first feedback", [name("en", "first_feedback")]),
        ("nowhere", [name("zh", "nowhere")]),
        ("3.4", [number(3.42)]),
        ("8,412", [number(8412.3)]),
        ("0.0", [number(-0.04)]),
    ],
)
def test_how_values_are_written(written: str, values: list[Any]) -> None:
    assert values == [written] * len(values)
