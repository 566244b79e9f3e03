"""Replaying letters against a real system: open loop, counted, in order, and never against somebody else's."""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from systems import START, answers_to, in_a_loop, letters_at, listening, serving

from sim.core.errors import ScenarioError
from sim.operations.answers import Sent, Unanswered
from sim.operations.calls import receipts
from sim.operations.destination import ReplayOptions
from sim.operations.replay import send
from sim.operations.replay_report import report_on
from sim.operations.requests import letter_body
from sim.operations.trace_files import TracedLetter, read_trace, write_trace
from sim.statistics import Verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))
from server import application

# Traces in files


def test_a_trace_is_the_same_in_both_kinds_of_file(tmp_path: Path) -> None:
    letters = [TracedLetter(START, "微信", "noise", "Nan,shan", 812), TracedLetter(START, "", "", "", 0)]
    write_trace(letters, tmp_path / "letters.csv")
    write_trace(letters, tmp_path / "letters.jsonl")
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
        ("letters.csv", "time\n2021-05-03\n", ["has no column 'received' (there is time)"]),
        ("letters.csv", "received\n2021-05-03,1\n", ["line 2   has more columns than the first line"]),
        ("letters.csv", "", ["is empty"]),
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
        ('{"received": "2021-05-03", "size": Infinity}', "must not hold NaN or Infinity, which JSON does not know"),
        ('{"received": "2021-05-03", "size": 1e400}', "size must be a number of bytes, 0 to 10,000,000 (got inf)"),
        ('{"received": "2021-05-03", "remark": NaN}', "must not hold NaN or Infinity, which JSON does not know"),
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
        with pytest.raises(ScenarioError, match=r"is not text in UTF-8, UTF-16 or GB18030; .* \(line 3\)"):
            read_trace(tmp_path / name)


def test_a_field_that_is_no_field_is_found_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text(f"received,unit\n2021-05-03,a\n2021-05-03,{'x' * 200_000}\n", "utf-8")
    with pytest.raises(ScenarioError, match=r"is not CSV that can be read: field larger .* \(line 3\)"):
        read_trace(tmp_path / "letters.csv")


def test_a_trace_that_is_not_there() -> None:
    with pytest.raises(ScenarioError, match=r"cannot be read as a trace: No such file or directory$"):
        read_trace(Path("nowhere.csv"))


def test_the_busiest_stretch_of_a_trace() -> None:
    letters = letters_at(0, 10, 11, 12, 30, 31, 32, 40)
    assert receipts(letters).busiest(3).letters == letters[1:4]  # [10, 13), earlier than [30, 33)
    assert receipts(letters).busiest(11).letters == letters[4:]  # [30, 41)
    assert receipts(letters).busiest(3_600).letters == letters


# Whom letters are sent to


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/letters", "http://localhost/letters", "https://[::1]:8443/", "http://127.9.9.9/"]
)
def test_this_machine_may_be_loaded(url: str) -> None:
    ReplayOptions(url).check()


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
        ReplayOptions(url, allowed_hosts=("mailbox",)).check()
    ReplayOptions(url, allowed_hosts=("mailbox.example", "10.0.0.1", "localhost.mailbox.example", "0.0.0.0")).check()


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (ReplayOptions("ftp://127.0.0.1/"), "the URL must be like http://127.0.0.1:8080/letters"),
        (ReplayOptions("127.0.0.1:8080"), "the URL must be like http://127.0.0.1:8080/letters"),
        (ReplayOptions("http://127.0.0.1:99999/"), "the URL must be like http://127.0.0.1:8080/letters"),
        (ReplayOptions("http://127.0.0.1/", speed=0), "speed must be above 0, got 0"),
        (ReplayOptions("http://127.0.0.1/", speed=float("nan")), "speed must be above 0, got nan"),
        (ReplayOptions("http://127.0.0.1/", connections=-1), "connections must be above 0, got -1"),
        (ReplayOptions("http://127.0.0.1/", timeout=0), "timeout must be above 0, got 0"),
        (ReplayOptions("http://127.0.0.1/", idle=-1), "idle must be 0 or more, got -1"),
        (ReplayOptions("http://127.0.0.1/", abort_after=-1), "abort_after must be 0 or more, got -1"),
    ],
)
def test_a_plan_that_cannot_be_followed(plan: ReplayOptions, message: str) -> None:
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
        answers = await answers_to(letters_at(0, 0), ReplayOptions(url))
    assert asked == ["/letters"] * 2
    assert answers.outcome.tolist() == [307, 307]


# Count and order


@in_a_loop
async def test_the_server_has_every_letter_once_and_in_order(tmp_path: Path) -> None:
    letters = [
        letter._replace(category=f"category {row % 7}", size=row)
        for row, letter in enumerate(letters_at(*np.random.default_rng(1).uniform(0, 60, 300)))
    ]
    write_trace(letters, tmp_path / "letters.csv")
    trace = read_trace(tmp_path / "letters.csv")
    async with listening(application(tmp_path / "letters.db")) as url:
        sent = await send(receipts(trace), ReplayOptions(url, speed=120, connections=1))
    assert not sent.stopped
    assert sent.answers.outcome.tolist() == [201] * 300
    with sqlite3.connect(tmp_path / "letters.db") as database:
        query = "SELECT sequence, received, channel, category, unit, length(text) FROM letters ORDER BY id"
        kept = database.execute(query).fetchall()
    database.close()
    assert kept == [
        (number, letter.received.isoformat(), letter.channel, letter.category, letter.unit, letter.size)
        for number, letter in enumerate(trace, start=1)
    ]


def test_a_letter_is_posted_with_a_text_of_its_size() -> None:
    assert json.loads(letter_body(17, letters_at(1)[0])) == {
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
        answers = await answers_to(letters_at(*range(50)), ReplayOptions(url, speed=100, connections=50))
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
        answers = await answers_to(letters_at(*range(40)), ReplayOptions(url, speed=100, connections=40))
    report = report_on(Sent(answers), ReplayOptions(url), "letters.csv", {})
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
        answers = await answers_to(letters_at(*range(50)), ReplayOptions(url, speed=100, connections=1))
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
        answers = await answers_to(letters_at(0, 0, 0), ReplayOptions(url, connections=1, timeout=0.3))
        released.set()
    assert answers.outcome.tolist() == [Unanswered.TIMED_OUT, Unanswered.UNSENT, Unanswered.UNSENT]
    report = report_on(Sent(answers), ReplayOptions(url), "letters.csv", {})
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
        answers = await answers_to(letters_at(0, 1, 2, 3), ReplayOptions(url, speed=20))
        not_secure = await answers_to(letters_at(0), ReplayOptions(url.replace("http:", "https:")))
    assert answers.outcome.tolist() == [204, 503, Unanswered.CONNECTION_LOST, 200]
    assert not_secure.outcome.tolist() == [Unanswered.NOT_SECURE]
    nobody_there = await answers_to(letters_at(0), ReplayOptions("http://127.0.0.1:9/letters"))
    assert nobody_there.outcome.tolist() == [Unanswered.NO_CONNECTION]


@in_a_loop
async def test_ctrl_c_tells_what_was_sent() -> None:
    first, forever = asyncio.Event(), asyncio.Event()

    async def answers_the_first(request: web.Request) -> web.Response:
        if (await request.json())["sequence"] > 1:
            first.set()
            await forever.wait()
        return web.Response()

    async with serving(answers_the_first) as url:
        sending = asyncio.create_task(
            send(receipts(letters_at(0, 1, 3_600)), ReplayOptions(url, speed=10, connections=1))
        )
        await first.wait()
        sending.cancel()
        sent = await sending
        forever.set()
    assert sent.stopped
    assert sent.answers.outcome.tolist() == [200, Unanswered.STOPPED, Unanswered.UNSENT]
    report = report_on(sent, ReplayOptions(url, speed=10), "letters.csv", {})
    assert (report.letters, report.accepted, report.failed, report.unsent) == (3, 1, 1, 1)
    assert report.verdict is Verdict.UNCLEAR


# The example server


@in_a_loop
async def test_the_example_server_counts_and_refuses(tmp_path: Path) -> None:
    from aiohttp import ClientSession

    async with listening(application(tmp_path / "letters.db")) as url, ClientSession() as session:
        good = json.loads(letter_body(1, letters_at(0)[0]))
        answers = []
        for content in (good, {**good, "sequence": "1"}, {}, [], "x"):
            async with session.post(url, json=content) as answer:
                answers.append(answer.status)
        async with session.post(url, data=b"{") as answer:
            answers.append(answer.status)
        assert answers == [201, 400, 400, 400, 400, 400]
        async with session.get(f"{url}/count") as answer:
            assert await answer.json() == {"letters": 1}
