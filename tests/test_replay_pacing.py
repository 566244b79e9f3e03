"""How fast a replay sends, the reads between its calls, and what of it is counted; outages as the report tells them."""

import asyncio
import json
import multiprocessing
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from systems import START, in_a_loop, letters_at, listening
from test_replay import application
from test_replay_calls import WAY, ways
from test_replay_report import answers_of

from sim.commands.main import cli
from sim.core.errors import ScenarioError, SimError
from sim.operations.answers import Answers, Sent, Unanswered
from sim.operations.calls import receipts
from sim.operations.destination import ReplayOptions
from sim.operations.outages import Outage, OutageKind, outages_of
from sim.operations.pacing import check_pace, due_of, speed_for, with_reads
from sim.operations.replay import send
from sim.operations.replay_report import report_on
from sim.operations.senders import replay
from sim.output.text.replay import replay_sentences

URL = "http://127.0.0.1/letters"


# Pace


def test_a_rate_is_what_comes_on_average() -> None:
    calls = receipts(letters_at(*range(11)))  # 11 calls in 10 s
    assert speed_for(calls, 110) == pytest.approx(100)
    due = due_of(calls, ReplayOptions(URL, speed=speed_for(calls, 110)))
    assert due[-1] == pytest.approx(0.1)
    with pytest.raises(ScenarioError, match="calls that all come at once have no rate"):
        speed_for(receipts(letters_at(3, 3)), 5)
    with pytest.raises(ScenarioError, match="rate must be above 0, got -1"):
        speed_for(calls, -1)


def test_the_load_grows_evenly_and_is_not_counted_meanwhile() -> None:
    calls = receipts(letters_at(*np.arange(0, 20, 0.01).tolist()))  # 100 a second
    options = ReplayOptions(URL, ramp=4, warm_up=2)
    due = due_of(calls, options)
    # Of a load of 100 a second that grows over 4 s, in the first second an eighth of 100 comes, then three eighths, ...
    assert np.bincount(due.astype(int))[:6].tolist() == pytest.approx([12.5, 37.5, 62.5, 87.5, 100, 100], abs=1)
    assert due[-1] == pytest.approx(19.99 + 2)
    answers = answers_of(*[201] * len(due))._replace(due=due)
    report = report_on(Sent(answers, counted_from=options.counted_from), options, "letters.csv", {})
    assert (report.calls, report.not_counted) == (np.count_nonzero(due >= 6), np.count_nonzero(due < 6))
    assert len(report.course.seconds) == 23  # the last is answered 20 ms after it was due, at 22.01 s
    assert any("of the first 6 s" in each for each in replay_sentences(report, "en"))
    with pytest.raises(ScenarioError, match=r"ramp and warm-up last 30 s, and the replay only 20.0 s"):
        check_pace(calls, ReplayOptions(URL, warm_up=30))


def test_reads_come_between_the_calls_at_their_rates() -> None:
    calls = ways(200, every=5)
    together = with_reads(calls, {"lists": 3.0, "dashboards": 0.5, "lookups": 1.0})
    assert together.operations == (*WAY, "read.lists", "read.dashboards", "read.lookups")
    assert (np.diff(together.at) >= 0).all()
    span = calls.at[-1]
    counts = np.bincount(together.operation, minlength=8)
    assert counts[:5].tolist() == [200] * 5
    # Poisson: within 4 standard deviations but once in 16,000 seeds, and the seed is fixed.
    for count, rate in zip(counts[5:], (3.0, 0.5, 1.0), strict=True):
        assert abs(count - rate * span) < 4 * np.sqrt(rate * span)
    lookups = together.operation == 7
    received = np.array([(letter.received - START).total_seconds() for letter in together.letters])
    assert (received[together.letter[lookups]] <= together.at[lookups]).all()
    assert len(np.unique(together.letter[lookups])) > 100
    # What is open is no matter of who looks.
    answers = answers_of(*[201] * len(together.at))._replace(
        due=together.at, operation=together.operation, letter=together.letter
    )
    with_them = report_on(Sent(answers, operations=together.operations), ReplayOptions(URL), "calls.csv", {})
    alone = report_on(Sent(answers.of(answers.operation < 5), operations=WAY), ReplayOptions(URL), "calls.csv", {})
    assert with_them.course.open_letters.max() == alone.course.open_letters.max() == 1


@in_a_loop
async def test_a_system_is_read_while_letters_go_their_way(tmp_path: Path) -> None:
    calls = with_reads(ways(20, every=0.5), {"lists": 2.0, "dashboards": 2.0, "lookups": 2.0})
    async with listening(application(tmp_path / "letters.db")) as url:
        sent = await send(calls, ReplayOptions(url, speed=10))
    answers = sent.answers
    assert answers.accepted.all()
    assert set(answers.outcome[answers.operation >= 5].tolist()) == {200}


# Outages


def course(seconds: float, rate: float = 100.0) -> Answers:
    """Calls that come evenly and are answered within 20 ms."""
    count = round(seconds * rate)
    return answers_of(*[201] * count, due=1 / rate)


def test_a_system_without_outages() -> None:
    assert outages_of(course(10)) == ()
    assert outages_of(answers_of()) == ()
    # One call a minute is no outage in between.
    assert outages_of(answers_of(*[201] * 10, due=60)) == ()


def test_a_stall_and_a_death_are_told_apart() -> None:
    answers = course(20)
    stalled = (answers.due >= 3) & (answers.due < 5)
    answers.latency[stalled] = 5.05 - answers.due[stalled]  # all answered at 5.05 s
    dead = (answers.due >= 10) & (answers.due < 12)
    answers.outcome[dead] = Unanswered.NO_CONNECTION
    stall, death = outages_of(answers)
    assert stall == Outage(OutageKind.STALLED, pytest.approx(3.01), pytest.approx(5.02), 201, 0)
    assert (death.kind, death.lost) == (OutageKind.DOWN, 199)
    assert (death.start, death.end) == pytest.approx((10.01, 12.02))
    report = report_on(Sent(answers), ReplayOptions(URL), "letters.csv", {})
    said = list(replay_sentences(report, "en"))
    assert said[1].startswith(
        "Stall: nothing was accepted from 3.0 s to 5.0 s. Of 201 letters due meanwhile 0 were lost"
    )
    assert said[2].startswith("Outage: nothing was accepted from 10.0 s to 12.0 s.")
    assert report.course.losses["no_connection"].tolist()[9:13] == [0, 100, 100, 0]


@pytest.mark.parametrize(("took", "stalls"), [(0.02, 0), (0.7, 11)])
def test_time_in_which_nothing_was_due_is_no_stall(took: float, stalls: int) -> None:
    """Twenty letters at once, again and again after a second; a stall begins when they are due."""
    answers = answers_of(*[201] * 240, latency=took)
    answers.due[:] = np.arange(240) // 20 + 1.0
    answers.latency[answers.due == 1.0] = 0.02
    found = outages_of(answers)
    assert [(each.start, each.end, each.due) for each in found] == [
        (pytest.approx(second), pytest.approx(second + took), 20) for second in range(13 - stalls, 13)
    ]


def test_a_system_that_does_not_come_back() -> None:
    answers = course(20)
    answers.outcome[answers.due >= 15] = Unanswered.NO_CONNECTION
    (death,) = outages_of(answers)
    assert (death.kind, death.end) == (OutageKind.DOWN, pytest.approx(19.99))


# The command


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    rows = "".join(
        f"{(START + timedelta(seconds=letter + nth)).isoformat()},{letter},{name},desk\n"
        for letter in range(30)
        for nth, name in enumerate(WAY)
    )
    (tmp_path / "calls.csv").write_text("at,letter,operation,unit\n" + rows, "utf-8")
    most = {f"per_{period}": {"max": 3} for period in ("second", "minute", "hour")}
    level = {"service_level": {"latency_ms": {"p99": 400}, "errors": 0.01, "assumed": False}}
    reads = {"lists": {"per_second": {"mean": 2.0, "low": None, "high": None}, "peak_per_second": 4.0, **level}}
    operations = {name: {**most, "headroom_s": None, **level} for name in WAY}
    (tmp_path / "targets.json").write_text(json.dumps({"operations": operations, "system": {"reads": reads}}))
    return tmp_path


def test_raw_results_of_each_call(exported: Path) -> None:
    options = ("--rate", "500", "--ramp", "0.1 s", "--abort-after", "0", "--lang", "en", "--no-report")
    arguments = ["replay", str(exported / "calls.csv"), "--to", "http://127.0.0.1:9/letters", *options]
    answer = CliRunner().invoke(cli, [*arguments, "--out", str(exported / "out")])
    assert answer.exit_code == 0, answer.output
    told = json.loads((exported / "out" / "replay.json").read_text("utf-8"))
    rows = duckdb.sql(
        f"SELECT operation, outcome, counted, count(*), bool_and(latency_ms >= late_ms) "
        f"FROM '{exported}/out/calls.parquet' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert {row[0] for row in rows} == {*WAY, "read.lists"}
    assert {row[1] for row in rows} == {"no_connection", "no_id"}
    assert sum(row[3] for row in rows if row[2]) == told["calls"]
    assert sum(row[3] for row in rows if not row[2]) == told["not_counted"] > 0
    assert all(row[4] for row in rows)
    assert sum(row[3] for row in rows if row[0] in WAY) == 150
    # 2 lists a second of the trace, of 33 s.
    assert 30 < sum(row[3] for row in rows if row[0] == "read.lists") < 110


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--speed", "2", "--rate", "5"), "--speed and --rate say the same thing; give one of them"),
        (("--rate", "0"), "rate must be above 0, got 0"),
        (("--warm-up", "1 h"), "ramp and warm-up last 3600 s, and the replay only 33.0 s"),
        (("--reads", "often"), "'often' is not one of 'mean', 'peak', 'none'"),
    ],
)
def test_a_pace_that_cannot_be(exported: Path, options: tuple[str, ...], message: str) -> None:
    arguments = ["replay", str(exported / "calls.csv"), "--to", "http://127.0.0.1:9/letters", "--lang", "en"]
    answer = CliRunner().invoke(cli, [*arguments, *options])
    assert answer.exit_code == 2
    assert message in " ".join(answer.output.split())


def test_reads_need_targets(exported: Path) -> None:
    (exported / "targets.json").unlink()
    arguments = ["replay", str(exported / "calls.csv"), "--to", "http://127.0.0.1:9/letters", "--lang", "en"]
    answer = CliRunner().invoke(cli, [*arguments, "--reads", "peak"])
    assert answer.exit_code == 2
    assert "reads need a targets.json" in answer.output


def test_the_options_are_checked() -> None:
    with pytest.raises(ScenarioError, match="ramp must be 0 or more, got -1"):
        replace(ReplayOptions(URL), ramp=-1).check()


# Several processes


@in_a_loop
async def test_processes_share_the_letters_and_start_together(tmp_path: Path) -> None:
    calls = with_reads(ways(40, every=0.05), {"lookups": 5.0})
    async with listening(application(tmp_path / "letters.db")) as url:
        options = ReplayOptions(url, speed=2, processes=2, connections=8)
        sent = await asyncio.to_thread(replay, calls, options)
    answers = sent.answers
    assert answers.accepted.all()
    assert answers.due.tolist() == (calls.at / 2).tolist()
    assert (answers.letter == calls.letter).all()
    with sqlite3.connect(tmp_path / "letters.db") as database:
        kept = database.execute(
            "SELECT sequence, count(*) FROM steps JOIN letters ON letter = id GROUP BY 1"
        ).fetchall()
    database.close()
    assert sorted(kept) == [(number, 4) for number in range(1, 41)]


def test_a_process_that_dies_is_told() -> None:
    calls = ways(20, every=5)

    def kill(_: int) -> None:
        multiprocessing.active_children()[0].kill()

    options = ReplayOptions("http://127.0.0.1:9/letters", speed=50, processes=2, abort_after=0)
    with pytest.raises(SimError, match="a process of the sender ended with code -9"):
        replay(calls, options, progress=kill)
    assert multiprocessing.active_children() == []


def test_ctrl_c_ends_all_processes_with_what_they_sent(tmp_path: Path) -> None:
    calls = ways(20, every=5)

    def interrupt(begun: int) -> None:
        if begun:
            raise KeyboardInterrupt

    options = ReplayOptions("http://127.0.0.1:9/letters", processes=2, abort_after=0)
    sent = replay(calls, options, progress=interrupt)
    assert sent.stopped
    assert (sent.answers.outcome == Unanswered.UNSENT).any()
