"""Replaying letters against a real system: open loop, counted, in order, and never against somebody else's."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web

from sim.answers import Answers, Outcome
from sim.errors import ScenarioError, SimError
from sim.latency import milliseconds, write_percentiles
from sim.replay import Plan, body, busiest, send
from sim.replay_report import ReplayReport, held_against, read_targets, report_on
from sim.statistics import Verdict
from sim.text.replay import sentences
from sim.trace_files import TracedLetter, read_trace, write_csv, write_json_lines

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))
from server import application

START = datetime(2021, 5, 3, 8)
Answering = Callable[[web.Request], Awaitable[web.Response]]


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an asynchronous test in an event loop of its own."""

    @wraps(test)
    def run(**fixtures: object) -> None:
        asyncio.run(test(**fixtures))

    return run


def letters_at(*seconds: float) -> list[TracedLetter]:
    """One letter at each of these seconds after eight."""
    return [TracedLetter(START + timedelta(seconds=at), "wechat", "noise", "Nanshan-1", 3) for at in seconds]


@asynccontextmanager
async def serving(answering: Answering) -> AsyncIterator[str]:
    """A server on this machine whose every POST is answered so; yields the URL."""
    server = web.Application()
    server.router.add_post("/letters", answering)
    async with listening(server) as url:
        yield url


@asynccontextmanager
async def listening(server: web.Application) -> AsyncIterator[str]:
    """A server on a free port of this machine; yields the URL for letters."""
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/letters"
    finally:
        await runner.cleanup()


# Traces in files


def test_a_trace_is_the_same_in_both_kinds_of_file(tmp_path: Path) -> None:
    letters = [TracedLetter(START, "微信", "noise", "Nan,shan", 812), TracedLetter(START, "", "", "", 0)]
    write_csv(letters, tmp_path / "letters.csv")
    write_json_lines(letters, tmp_path / "letters.jsonl")
    assert (tmp_path / "letters.csv").read_text("utf-8").splitlines() == [
        "received,channel,category,unit,size",
        '2021-05-03T08:00:00,微信,noise,"Nan,shan",812',
        "2021-05-03T08:00:00,,,,0",
    ]
    assert read_trace(tmp_path / "letters.csv") == read_trace(tmp_path / "letters.jsonl") == letters


def test_letters_of_a_trace_come_by_time_and_then_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("unit,received\nb,2021-05-03 09:00\na,2021-05-03T08:00:00.5\nc,2021-05-03 09:00\n", "utf-8")
    assert [letter.unit for letter in read_trace(path)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "text", "problems"),
    [
        (
            "letters.csv",
            "received,size\n2021-05-03,1\nyesterday,1\n2021-05-03,-1\n2021-05-03,big\n2021-05-03T08Z,1\n",
            [
                "line 3   received must be like '2021-05-03T08:00:00' (got 'yesterday')",
                "line 4   size must be a number of bytes, 0 to 10,000,000 (got '-1')",
                "line 5   size must be a number of bytes, 0 to 10,000,000 (got 'big')",
                "line 6   received must be local time without a zone (got '2021-05-03T08Z')",
            ],
        ),
        ("letters.csv", "time\n2021-05-03\n", ["line 2   needs the column 'received'"]),
        ("letters.csv", "received\n2021-05-03,1\n", ["line 2   has more columns than the first line"]),
        ("letters.csv", "", ["has no letters"]),
        (
            "letters.jsonl",
            '{"received": "2021-05-03"}\n[1]\n\n{\n',
            ["line 2   must be a JSON object", "line 4   must be a JSON object"],
        ),
    ],
)
def test_bad_rows_of_a_trace_are_named(tmp_path: Path, name: str, text: str, problems: list[str]) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_trace(path)
    assert [str(problem) for problem in refused.value.problems][: len(problems)] == problems


GOOD_ROW = '{"received": "2021-05-03T08:00:00", "size": 812}\n'


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"received": "2021-05-03", "size": Infinity}', "size must be a number of bytes, 0 to 10,000,000 (got inf)"),
        ('{"received": "2021-05-03", "size": 1e400}', "size must be a number of bytes, 0 to 10,000,000 (got inf)"),
        ('{"received": "2021-05-03", "unit": NaN}', "unit must be a text (got nan)"),
        (
            '{"received": "2021-05-03", "size": 100000000000}',
            "size must be a number of bytes, 0 to 10,000,000 (got 100000000000)",
        ),
        ('{"received": "2021-05-03", "size": true}', "size must be a number of bytes, 0 to 10,000,000 (got True)"),
        (
            '{"received": "2021-05-03", "unit": "\\ud800"}',
            "unit must be a text in UTF-8 (got '\\ud800')",
        ),
        ('{"received": "2021-05-03", "unit": ["a"]}', "unit must be a text (got ['a'])"),
        ('{"received": "2021-05-03", "unit": ' + "[" * 100_000 + "]" * 100_000 + "}", "is nested too deeply"),
        ('{"received": ' + "9" * 5_000 + "}", "must be a JSON object"),
    ],
)
def test_a_row_that_cannot_be_sent_is_found_however_late_it_comes(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "letters.jsonl"
    path.write_text(GOOD_ROW * 5_000 + row + "\n" + GOOD_ROW, "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_trace(path)
    assert [str(each) for each in refused.value.problems] == [f"line 5001 {problem}"]


def test_bytes_that_are_no_text_are_found_with_their_line(tmp_path: Path) -> None:
    for name, good, bad in (
        ("letters.csv", b"received,unit\n2021-05-03,a\n", b"2021-05-03,\xff\n"),
        ("letters.jsonl", b'{"received": "2021-05-03"}\n' * 2, b'{"received": "2021-05-03", "unit": "\xff"}\n'),
    ):
        (tmp_path / name).write_bytes(good + bad)
        with pytest.raises(ScenarioError, match=r"line 3 +unit must be a text in UTF-8 \(got '\\udcff'\)"):
            read_trace(tmp_path / name)


def test_a_field_that_is_no_field_is_found_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text(f"received,unit\n2021-05-03,a\n2021-05-03,{'x' * 200_000}\n", "utf-8")
    with pytest.raises(ScenarioError, match=r"line 3 +is no row of a CSV file: field larger than field limit"):
        read_trace(tmp_path / "letters.csv")


def test_a_trace_that_is_not_there() -> None:
    with pytest.raises(ScenarioError, match="cannot be read as a trace"):
        read_trace(Path("nowhere.csv"))


def test_the_busiest_stretch_of_a_trace() -> None:
    letters = letters_at(0, 10, 11, 12, 30, 31, 32, 40)
    assert busiest(letters, 3) == letters[1:4]  # [10, 13), earlier than [30, 33)
    assert busiest(letters, 11) == letters[4:]  # [30, 41)
    assert busiest(letters, 3_600) == letters


# Whom letters are sent to


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/letters", "http://localhost/letters", "https://[::1]:8443/", "http://127.9.9.9/"]
)
def test_this_machine_may_be_loaded(url: str) -> None:
    Plan(url).check()


@pytest.mark.parametrize(
    "url",
    [
        "http://mailbox.example/letters",
        "http://10.0.0.1/letters",
        "http://127.0.0.1@mailbox.example/letters",
        "http://localhost.mailbox.example/",
        "http://0.0.0.0/",
    ],
)
def test_any_other_machine_must_be_named(url: str) -> None:
    with pytest.raises(ScenarioError, match="is not this machine"):
        Plan(url, allowed_hosts=("mailbox",)).check()
    Plan(url, allowed_hosts=("mailbox.example", "10.0.0.1", "localhost.mailbox.example", "0.0.0.0")).check()


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Plan("ftp://127.0.0.1/"), "the URL must be like http://127.0.0.1:8080/letters"),
        (Plan("127.0.0.1:8080"), "the URL must be like http://127.0.0.1:8080/letters"),
        (Plan("http://127.0.0.1:99999/"), "not a URL"),
        (Plan("http://127.0.0.1/", speed=0), "speed must be above 0, got 0"),
        (Plan("http://127.0.0.1/", speed=float("nan")), "speed must be above 0, got nan"),
        (Plan("http://127.0.0.1/", connections=-1), "connections must be above 0, got -1"),
        (Plan("http://127.0.0.1/", timeout=0), "timeout must be above 0, got 0"),
    ],
)
def test_a_plan_that_cannot_be_followed(plan: Plan, message: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        plan.check()
    assert message in str(refused.value)


@in_a_loop
async def test_a_redirect_is_an_answer_and_not_an_order() -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "http://mailbox.example/letters"})

    async with serving(elsewhere) as url:
        answers, _ = await send(letters_at(0, 0), Plan(url))
    assert asked == ["/letters"] * 2
    assert answers.outcome.tolist() == [307, 307]


# Count and order


@in_a_loop
async def test_the_server_has_every_letter_once_and_in_order(tmp_path: Path) -> None:
    letters = [
        letter._replace(category=f"category {row % 7}", size=row)
        for row, letter in enumerate(letters_at(*np.random.default_rng(1).uniform(0, 60, 300)))
    ]
    write_csv(letters, tmp_path / "letters.csv")
    trace = read_trace(tmp_path / "letters.csv")
    async with listening(application(tmp_path / "letters.db")) as url:
        answers, stopped = await send(trace, Plan(url, speed=120, connections=1))
    assert not stopped
    assert answers.outcome.tolist() == [201] * 300
    with sqlite3.connect(tmp_path / "letters.db") as database:
        query = "SELECT sequence, received, channel, category, unit, length(text) FROM letters ORDER BY id"
        kept = database.execute(query).fetchall()
    database.close()
    assert kept == [
        (number, letter.received.isoformat(), letter.channel, letter.category, letter.unit, letter.size)
        for number, letter in enumerate(trace, start=1)
    ]


def test_what_is_posted() -> None:
    assert json.loads(body(17, letters_at(1)[0])) == {
        "sequence": 17,
        "received": "2021-05-03T08:00:01",
        "channel": "wechat",
        "category": "noise",
        "unit": "Nanshan-1",
        "size": 3,
        "text": "...",
    }


# Open loop


@in_a_loop
async def test_letters_go_out_although_none_is_answered() -> None:
    """The server answers nobody before everybody has written: a sender that waits for answers would never end."""
    here, everybody = [], asyncio.Event()

    async def when_all_are_here(request: web.Request) -> web.Response:
        here.append((await request.json())["sequence"])
        if len(here) == 50:
            everybody.set()
        await everybody.wait()
        return web.Response()

    async with serving(when_all_are_here) as url:
        answers, _ = await send(letters_at(*range(50)), Plan(url, speed=100, connections=50))
    assert sorted(here) == list(range(1, 51))
    assert answers.outcome.tolist() == [200] * 50
    # All wait for the last one, so the first, due 490 ms before it, waits longest.
    assert (answers.latency + answers.due >= 0.49).all()


@in_a_loop
async def test_a_server_that_takes_200_ms_shows_just_that() -> None:
    async def slowly(_: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response()

    async with serving(slowly) as url:
        answers, _ = await send(letters_at(*range(40)), Plan(url, speed=100, connections=40))
    report = report_on(answers, Plan(url), "letters.csv")
    assert report.accepted == 40
    assert report.latency.p50 is not None
    assert report.latency.p50 >= 200


@in_a_loop
async def test_a_stall_is_charged_to_every_letter_that_it_kept_waiting() -> None:
    """One connection, and a server that stalls until the last letter is due: no coordinated omission."""

    async def stalls(request: web.Request) -> web.Response:
        if (await request.json())["sequence"] == 1:
            await asyncio.sleep(0.5)
        return web.Response()

    async with serving(stalls) as url:
        answers, _ = await send(letters_at(*range(50)), Plan(url, speed=100, connections=1))
    assert answers.outcome.tolist() == [200] * 50
    # Whoever was due at 100 ms waited 400 ms. A sender that times only what it sends would have one slow letter.
    ended = answers.due + answers.latency
    assert (ended >= 0.5).all()
    assert np.count_nonzero(answers.latency >= 0.25) >= 25
    # That is the server's doing, not the sender's: each letter was begun at its time, and then waited.
    assert (answers.late < answers.latency).all()


@in_a_loop
async def test_what_has_no_connection_in_time_counts_as_unsent() -> None:
    released = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    async with serving(never) as url:
        answers, _ = await send(letters_at(0, 0, 0), Plan(url, connections=1, timeout=0.3))
        released.set()
    assert answers.outcome.tolist() == [Outcome.TIMED_OUT, Outcome.UNSENT, Outcome.UNSENT]
    report = report_on(answers, Plan(url), "letters.csv")
    assert (report.accepted, report.failed, report.unsent) == (0, 1, 2)
    assert report.losses == {"unsent": 2, "timed_out": 1}


@in_a_loop
async def test_failures_are_told_apart() -> None:
    async def variously(request: web.Request) -> web.Response:
        sequence = (await request.json())["sequence"]
        if sequence == 3:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status={1: 204, 2: 503}.get(sequence, 200))

    async with serving(variously) as url:
        answers, _ = await send(letters_at(0, 1, 2, 3), Plan(url, speed=20))
        not_secure, _ = await send(letters_at(0), Plan(url.replace("http:", "https:")))
    assert answers.outcome.tolist() == [204, 503, Outcome.CONNECTION_LOST, 200]
    assert not_secure.outcome.tolist() == [Outcome.NOT_SECURE]
    nobody_there, _ = await send(letters_at(0), Plan("http://127.0.0.1:9/letters"))
    assert nobody_there.outcome.tolist() == [Outcome.NO_CONNECTION]


@in_a_loop
async def test_ctrl_c_tells_what_was_sent() -> None:
    first, forever = asyncio.Event(), asyncio.Event()

    async def answers_the_first(request: web.Request) -> web.Response:
        if (await request.json())["sequence"] > 1:
            first.set()
            await forever.wait()
        return web.Response()

    async with serving(answers_the_first) as url:
        sending = asyncio.create_task(send(letters_at(0, 1, 3_600), Plan(url, speed=10, connections=1)))
        await first.wait()
        sending.cancel()
        answers, stopped = await sending
        forever.set()
    assert stopped
    assert answers.outcome.tolist() == [200, Outcome.STOPPED, Outcome.UNSENT]
    report = report_on(answers, Plan(url, speed=10), "letters.csv", stopped=True)
    assert (report.letters, report.accepted, report.failed, report.unsent) == (3, 1, 1, 1)
    checked = held_against(report, asking(most=1))
    assert checked.verdict is Verdict.UNCLEAR
    assert "It was stopped when 1 of 3 letters were accepted." in said(checked)


# The report


def answers_of(*outcomes: int, due: float = 0.1, late: float = 0.001, latency: float = 0.02) -> Answers:
    """Letters due one after the other, all answered alike."""
    count = len(outcomes)
    return Answers(
        np.arange(count) * due, np.full(count, late), np.full(count, latency), np.array(outcomes, dtype=np.int16)
    )


def asking(most: float, headroom: float | None = 1.0) -> dict[str, object]:
    """Targets of the operation `receive`."""
    return {**{f"per_{period}": {"max": most} for period in ("second", "minute", "hour")}, "headroom_s": headroom}


def said(report: ReplayReport) -> list[str]:
    return list(sentences(report, "en"))


PLAN = Plan("http://127.0.0.1/letters")


def test_percentiles_count_from_the_moment_a_letter_is_due() -> None:
    latencies = np.arange(1, 1_001) / 1_000
    told = milliseconds(latencies)
    assert (told.p50, told.p90, told.p99, told.p999, told.max) == pytest.approx((500, 900, 990, 999, 1_000), rel=1e-3)
    assert told.mean == pytest.approx(500.5, rel=1e-3)
    assert milliseconds(np.empty(0)).p99 is None


def test_percentiles_can_be_plotted_by_other_tools(tmp_path: Path) -> None:
    write_percentiles(np.array([0.2, 0.2, 0.4]), tmp_path / "latency.hgrm")
    text = (tmp_path / "latency.hgrm").read_text("utf-8")
    assert text.split("\n")[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    assert "400.127, TotalCount     =        3.000]" in text


def test_a_system_that_keeps_its_targets() -> None:
    report = held_against(report_on(answers_of(*[201] * 30), PLAN, "letters.csv"), asking(most=10))
    assert report.verdict is Verdict.MET
    assert said(report) == [
        "Accepted 30, failed 0, not sent 0, in 2.9 s; the busiest second had 10.",
        "The sender kept pace: 99% of the letters were begun within 1.0 ms of their time.",
        "All 30 letters were accepted.",
        "The busiest second asked for 10 letters; the target is 10.",
        "The busiest minute asked for 30 letters; the target is 10.",
        "The busiest hour asked for 30 letters; the target is 10.",
        "99% of the letters were answered within 20.0 ms; the target is 1,000 ms.",
    ]


@pytest.mark.parametrize(
    ("answers", "receive", "verdict", "sentence"),
    [
        (answers_of(201, 503, 503), asking(1), Verdict.MISSED, "2 of 3 letters were not accepted."),
        (
            answers_of(201, latency=2.5),
            asking(1),
            Verdict.MISSED,
            "99% of the letters were answered within 2,500.6 ms, but the target is 1,000 ms.",
        ),
        (
            answers_of(201),
            asking(2),
            Verdict.UNCLEAR,
            (
                "The busiest second asked for 1 letters, the target is 2: too gentle to tell; "
                "a higher --speed asks for more."
            ),
        ),
        (
            answers_of(201, late=0.5),
            asking(1),
            Verdict.UNCLEAR,
            (
                "The sender did not keep pace, so this says little of the system: "
                "1% of the letters were begun more than 500 ms late."
            ),
        ),
    ],
)
def test_a_target_that_is_not_kept(
    answers: Answers, receive: dict[str, object], verdict: Verdict, sentence: str
) -> None:
    report = held_against(report_on(answers, PLAN, "letters.csv"), receive)
    assert report.verdict is verdict
    assert sentence in said(report)


def test_without_headroom_there_is_no_target_for_the_latency() -> None:
    report = held_against(report_on(answers_of(201), PLAN, "letters.csv"), asking(1, headroom=None))
    assert [check.name for check in report.checks] == ["pace", "accepted", "load", "load", "load"]


def test_the_course_of_a_replay() -> None:
    answers = answers_of(200, 200, 500, 200, due=0.5)
    answers.latency[:] = [0.010, 0.030, 9.0, 0.020]
    course = report_on(answers, PLAN, "letters.csv").course
    assert course.seconds.tolist() == [0.5, 1.5]
    assert course.per_second.tolist() == [2, 2]
    assert course.max_ms == pytest.approx([30, 20])
    assert course.lost.tolist() == [0, 1]


def test_the_summary_is_plain() -> None:
    summary = json.loads(json.dumps(report_on(answers_of(200, 503), PLAN, "letters.csv").summary()))
    assert summary["letters"] == 2
    assert summary["accepted"] == 1
    assert summary["losses"] == {"503": 1}
    assert summary["latency"]["p50"] == pytest.approx(20, rel=1e-3)
    assert summary["verdict"] is None


@pytest.mark.parametrize("text", ["", "[]", '{"operations": {}}', '{"operations": {"receive": {"per_second": 3}}}'])
def test_targets_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "targets.json"
    with pytest.raises(SimError, match=r"targets\.json cannot be read as a targets\.json: No such file"):
        read_targets(path)
    path.write_text(text, "utf-8")
    with pytest.raises(SimError, match="it is not what `lettersim targets` writes"):
        read_targets(path)


# The example server


@in_a_loop
async def test_the_example_server_counts_and_refuses(tmp_path: Path) -> None:
    from aiohttp import ClientSession

    async with listening(application(tmp_path / "letters.db")) as url, ClientSession() as session:
        good = json.loads(body(1, letters_at(0)[0]))
        answers = []
        for content in (good, {**good, "sequence": "1"}, {}, [], "x"):
            async with session.post(url, json=content) as answer:
                answers.append(answer.status)
        async with session.post(url, data=b"{") as answer:
            answers.append(answer.status)
        assert answers == [201, 400, 400, 400, 400, 400]
        async with session.get(f"{url}/count") as answer:
            assert await answer.json() == {"letters": 1}
