"""The way of a letter: a day worked by hand, how it is told, and a folder's letter simulated again as it was."""

import json
from itertools import pairwise
from mailbox import BRANCH, ENQUIRE, HANDLE, NORTH, SIGN, SOUTH, at, mailbox, marked, simulated
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from builder import delay, letters, shifts, work
from click.testing import CliRunner
from hypothesis import given, settings
from runs import SCENARIOS
from shown import small
from strategies import days

import cli
from sim.core.json_text import jsonable, restored
from sim.core.options import Options
from sim.core.tables import FINISH
from sim.experiment.replications import simulate_replication
from sim.metrics.causes import breaches
from sim.metrics.figures.slas import Why
from sim.metrics.letter_timeline import EventKind, LetterTimeline, LostWhere, UnitState
from sim.metrics.replication import Replication, clock_at, elapsed_at
from sim.metrics.timeline import latest, timelines
from sim.output.html.late_letters import LateLetters, late_letters
from sim.output.html.page import fill
from sim.output.results.run import run
from sim.output.text.printing import as_text
from sim.output.text.timeline import timeline_text
from sim.output.words import languages
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

SLAS = {
    "signed": {"until": "sign.finished", "within": "10 min"},
    "handled": {"until": "handle.finished", "within": "2 h"},
}


def day_at_the_north() -> Replication:
    """One person by day, another by night; a letter that waits, is interrupted, put down and taken up again.

    The first letter is in work from 16:00 to 17:00. Ours comes at 16:30, is signed from 17:00 to 17:05, waits for
    10 min of enquiry, is handled from 17:15 on, put down for urgent work from 17:20 to 17:30, and at 18:00 for the
    person of the night, who has 30 min of it left to do and stays in overtime with what follows.
    """
    urgent = work(NORTH, at(0, 10), priority=0, interrupts=True)
    workload = letters(
        (at(16), work(NORTH, at(1), priority=1)),
        (
            at(16, 30),
            work(NORTH, at(0, 5), priority=1),
            delay(at(0, 10)),
            work(NORTH, at(1, 5), interruptible=True),
            work(NORTH, at(0, 50), at_shift_end=FINISH),
        ),
        (at(17, 20), urgent),
    )
    workload = marked(workload, step=[HANDLE, SIGN, ENQUIRE, HANDLE, SIGN, SIGN], home=[1, 1, 1])
    roster = shifts((NORTH, at(8), at(18), 1), (NORTH, at(18), at(19), 1), units=3)
    return simulated(mailbox(sla=SLAS), workload, roster)


def told(timeline: LetterTimeline) -> list[tuple[Any, ...]]:
    """Time, kind, and what else is said of each event, but for clocks and state."""
    return [
        (f"{event.at:%H:%M:%S}", event.kind, *filter(None, (event.step, event.unit, event.sla, event.by)))
        for event in timeline.events
    ]


def test_a_day_by_hand() -> None:
    (timeline,) = timelines(day_at_the_north(), [1])
    assert told(timeline) == [
        ("16:30:00", "received"),
        ("16:30:00", "queued", "sign", "north"),
        ("16:40:01", "limit passed", "signed"),
        ("17:00:00", "started", "sign", "north"),
        ("17:05:00", "finished", "sign", "north"),
        ("17:05:00", "wait began", "enquire"),
        ("17:05:00", "reached", "signed"),
        ("17:15:00", "wait ended", "enquire"),
        ("17:15:00", "started", "handle", "north"),
        ("17:20:00", "interrupted", "handle", "north", "sign"),
        ("17:30:00", "resumed", "handle", "north"),
        ("18:00:00", "put down", "handle", "north"),
        ("18:00:00", "resumed", "handle", "north"),
        ("18:30:00", "finished", "handle", "north"),
        ("18:30:00", "started", "sign", "north"),
        ("18:30:00", "reached", "handled"),
        ("19:00:00", "overtime", "sign", "north"),
        ("19:20:00", "finished", "sign", "north"),
        ("19:20:00", "closed"),
    ]
    signed, handled = timeline.clocks
    assert (signed.elapsed_min, signed.fate, handled.elapsed_min, handled.fate) == (35, "breached", 120, "met")
    assert signed.lost == LostWhere("sign", "north", Why.ALL_BUSY, 30)
    assert handled.lost is None
    states = [event.state for event in timeline.events if event.state is not None]
    assert states[0] == UnitState(on_duty=1, busy={"handle": 1}, ahead=0, started={})
    assert states[2] == UnitState(on_duty=1, busy={"sign": 1}, ahead=0, started={"sign": 1})
    clocks = [event.clocks_min for event in timeline.events]
    assert clocks[2] == {"signed": pytest.approx(10 + 1 / 60), "handled": pytest.approx(10 + 1 / 60)}
    assert clocks[4] == {"signed": 35, "handled": 35}
    assert clocks[-1] == {}


def test_a_wait_is_told_by_its_moves_and_shift_changes() -> None:
    """It waits at the station that sleeps, and from 08:00 on at its branch, behind another letter."""
    workload = letters((at(7), work(BRANCH, at(3), priority=0)), (at(7, 30), work(SOUTH, 60, cover=BRANCH)))
    roster = shifts((BRANCH, at(8), at(10), 1), (BRANCH, at(10), at(12), 2), units=3)
    (timeline,) = timelines(simulated(mailbox(), workload, roster), [1])
    assert told(timeline) == [
        ("07:30:00", "received"),
        ("07:30:00", "queued", "sign", "south"),
        ("08:00:00", "moved", "sign", "branch"),
        ("10:00:00", "started", "sign", "branch"),
        ("10:01:00", "finished", "sign", "branch"),
        ("10:01:00", "closed"),
    ]
    assert [event.state for event in timeline.events][1:3] == [
        UnitState(on_duty=0, busy={}, ahead=0, started={}),
        UnitState(on_duty=1, busy={"sign": 1}, ahead=0, started={"sign": 1}),
    ]


@settings(max_examples=50)
@given(days(tick=60, ticks=12))
def test_the_events_of_a_letter_are_in_order_and_say_what_the_log_says(day: Any) -> None:
    sla = {"closed": {"until": "closed", "within": "4 min"}}
    keys = {"window": f"{day.horizon + 1} s", "workflow": [{f"s{n}": {"wait": "1 s"}} for n in range(5)]}
    found = simulated(mailbox(sla=sla, **keys), day.workload, day.roster._replace(units=3))
    for row, timeline in enumerate(timelines(found, range(len(found.letters)))):
        events = timeline.events
        assert all(one.at <= other.at for one, other in pairwise(events))
        visits = range(*found.workload.first_visit[[found.letters[row], found.letters[row] + 1]])
        log = found.log
        kinds = [event.kind for event in events]
        work_visits = [visit for visit in visits if found.workload.unit[visit] >= 0]
        assert kinds.count(EventKind.STARTED) == sum(log.started[visit] >= 0 for visit in work_visits)
        assert kinds.count(EventKind.FINISHED) == sum(log.finished[visit] >= 0 for visit in work_visits)
        put_down = kinds.count(EventKind.INTERRUPTED) + kinds.count(EventKind.PUT_DOWN)
        assert put_down == sum(log.interruptions[visit] for visit in work_visits)
        assert (EventKind.LIMIT_PASSED in kinds) == any(clock.fate == "breached" for clock in timeline.clocks)
        assert restored(LetterTimeline, json.loads(json.dumps(jsonable(timeline)))) == timeline


def test_the_clock_of_one_letter_is_that_of_all() -> None:
    """A clock that begins late and stands still while somebody enquires."""
    sla = {"from": "sign.finished", "until": "closed", "within": "1 h", "paused_during": ["enquire"]}
    setting = mailbox(sla={"closed": sla})
    workload = letters((at(9), work(NORTH, 60), delay(at(3)), work(NORTH, at(2)), delay(at(20))))
    found = simulated(setting, workload, shifts((NORTH, 0, at(24), 1), units=3))
    (rule,), (clock,) = setting.scenario.sla.values(), found.clocks
    for instant in (at(9, 1), at(10), at(13), at(20)):
        alone = clock_at(found, rule, 0, int(clock.begin[0]), np.array([instant]))
        assert alone.tolist() == elapsed_at(found, rule, clock.begin, np.array([instant])).tolist()


def test_the_latest_letters_come_from_each_sla_in_turn() -> None:
    found = day_at_the_north()
    assert [timeline.letter for timeline in latest(found, breaches(found), 20)] == [1]
    assert latest(found, breaches(found), 0) == ()
    cut = latest(found, breaches(found), 1)[0]
    assert told(cut)[-1] == ("17:05:00", "reached", "signed")


@pytest.mark.parametrize("lang", languages())
def test_every_event_has_words(lang: str) -> None:
    text = as_text(timeline_text(timelines(day_at_the_north(), [1])[0], lang))
    assert "why." not in text
    assert text.count("16:30:00") == 3


def test_it_is_told_in_words() -> None:
    text = as_text(timeline_text(timelines(day_at_the_north(), [1])[0], "en"))
    assert (
        "signed: late, after 35.0 min; the limit is 10 min. It lost 30.0 min of that at sign, north: people busy."
        in text
    )
    assert "handled: in time, after 2.0 h of 2 h." in text
    assert "handle: put down at north for urgent work, sign; 1 on duty, busy with sign 1" in text


# from a folder


def test_a_letter_is_simulated_again_from_the_folder(tmp_path: Path) -> None:
    result = run(small(tmp_path), Options(out=tmp_path / "run", report=False))
    columns = 'letter, "signed.elapsed_min", "signed.lost_step", "signed.lost_s"'
    late = "replication = 1 AND counted AND \"signed.verdict\" = 'breached'"
    question = f"SELECT {columns} FROM '{result.folder}/letters.parquet' WHERE {late} LIMIT 1"
    with duckdb.connect() as connection:
        letter, elapsed, step, seconds = connection.execute(question).fetchall()[0]
    asked = ["why", str(result.folder), "--letter", str(letter), "--replication", "1"]
    said = json.loads(CliRunner().invoke(cli.cli, [*asked, "--json"]).output)
    assert (said["letter"], said["clocks"][0]["elapsed_min"]) == (letter, elapsed)
    assert (said["clocks"][0]["lost"]["step"], said["clocks"][0]["lost"]["minutes"]) == (step, seconds / 60)
    assert f"Letter {letter} of replication 1" in CliRunner().invoke(cli.cli, asked).output
    assert f"第 1 次仿真第 {letter} 号来信" in CliRunner().invoke(cli.cli, [*asked, "--lang", "zh"]).output
    for wrong, sentence in (
        (["--letter", "999999"], "replication 0 has no letter 999999; its letters have numbers from 0 to"),
        (["--letter", "1", "--replication", "77"], "replication must be from 0 to"),
    ):
        refused = CliRunner().invoke(cli.cli, ["why", str(result.folder), *wrong])
        assert refused.exit_code == 2
        assert sentence in " ".join(refused.output.replace("│", "").split())
    table = result.folder / "letters.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    refused = CliRunner().invoke(cli.cli, asked)
    assert (refused.exit_code, "letters.parquet not as written" in refused.output) == (1, True)


def test_without_tables_there_is_nothing_to_hold_a_letter_against(tmp_path: Path) -> None:
    run(small(tmp_path), Options(out=tmp_path / "run", report=False, tables=False))
    refused = CliRunner().invoke(cli.cli, ["why", str(tmp_path / "run"), "--letter", "1"])
    assert (refused.exit_code, "was run with --no-tables" in refused.output) == (1, True)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli.cli, ["why", str(tmp_path / "none"), "--letter", "1"]).exit_code == 2
    refused = CliRunner().invoke(cli.cli, ["why", str(tmp_path), "--letter", "1"])
    assert (refused.exit_code, "is no folder of results" in refused.output) == (1, True)


def test_the_page_has_room_for_the_latest_letters() -> None:
    found = simulate_replication(setting_of(load(SCENARIOS / "shenzhen_stress_600.yaml").scenario), 0)
    timelines_of_page = latest(found, breaches(found), 20)
    assert len(timelines_of_page) == 20

    class OfPage:
        latest = timelines_of_page

    def html(lang: str) -> str:
        shown = late_letters(OfPage, lang)  # type: ignore[arg-type] - all that it reads of a report
        assert isinstance(shown, LateLetters)
        return fill("late_letters.html.j2", lang=lang, late_letters=shown)

    assert sum(len(html(lang).encode()) for lang in languages()) < 100_000
