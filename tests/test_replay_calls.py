"""Replaying the whole way of letters: requests from a template, ids from the first answer, open loop all the same."""

import asyncio
import json
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from click.testing import CliRunner
from systems import START, in_a_loop, letters_at, listening

from sim.commands.main import cli
from sim.core.errors import ScenarioError
from sim.operations.answers import Sent, Unanswered
from sim.operations.calls import Calls, read_call_trace
from sim.operations.destination import ReplayOptions
from sim.operations.replay import send
from sim.operations.replay_report import report_on
from sim.operations.requests import Address, default_requests, fields_of, prepared, sendable
from sim.output.text.replay import replay_sentences
from sim.scenario.request_files import read_requests
from sim.statistics import Verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))
from server import application

WAY = ("receive", "sign.start", "sign.finish", "contact.start", "contact.finish")


def ways(letters: int, *, every: float = 1.0, step: float = 1.0) -> Calls:
    """Letters that come one after the other, and make a call each `step` seconds."""
    at = np.array([letter * every + nth * step for letter in range(letters) for nth in range(len(WAY))])
    order = np.argsort(at, kind="stable")
    return Calls(
        start=START,
        at=at[order],
        letter=np.repeat(np.arange(letters), len(WAY))[order],
        operation=np.tile(np.arange(len(WAY)), letters)[order].astype(np.int16),
        unit=["station-1"] * len(at),
        operations=WAY,
        letters=letters_at(*(letter * every for letter in range(letters))),
    )


def written(folder: Path, text: str) -> Path:
    path = folder / "requests.yaml"
    path.write_text(text, "utf-8")
    return path


# Traces of calls


def test_a_trace_of_calls(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "at,letter,operation,unit,size\n"
        "2021-05-03 08:00:05,b,sign.finish,station-2,\n"
        "2021-05-03 08:00:01,b,receive,station-1,12\n"
        "2021-05-03 08:00:05,a,receive,station-1,3\n",
        "utf-8",
    )
    calls = read_call_trace(path)
    assert calls.at.tolist() == [0, 4, 4]
    assert calls.letter.tolist() == [0, 0, 1]
    assert [calls.operations[each] for each in calls.operation] == ["receive", "sign.finish", "receive"]
    assert [(each.received, each.size) for each in calls.letters] == [
        (START + timedelta(seconds=1), 12),
        (START + timedelta(seconds=5), 3),
    ]
    assert calls.unit == ["station-1", "station-2", "station-1"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2021-05-03T08:00:00,a,sign.start,\n", "1 row before their letter's receive: line 2 'a'"),
        (
            "2021-05-03T08:00:00,a,receive,\n2021-05-03T08:00:01,a,receive,\n",
            "1 row with a second receive of their letter: line 3 'a'",
        ),
        ("noon,a,receive,\n", "1 row without a time such as 2021-05-03T08:00:01: line 2 'noon'"),
        ("2021-05-03T08:00:00,,receive,\n", "1 row without a letter: line 2 ''"),
        ("2021-05-03T08:00:00,a,,\n", "1 row without an operation: line 2 ''"),
        ("2021-05-03T08:00:00,a,receive,much\n", "1 row without a size in bytes, 0 to 10,000,000: line 2 'much'"),
        ("2021-05-03T08:00:00,a\n", "1 row without the 4 fields of the header: line 2 '2021-05-03T08:00:00,a'"),
    ],
)
def test_bad_rows_of_a_trace_of_calls_are_named(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("at,letter,operation,size\n" + rows, "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_call_trace(path)
    assert [str(each) for each in refused.value.problems] == [message]


def test_the_busiest_stretch_keeps_the_letters_that_came_before_it() -> None:
    calls = ways(3, every=2).busiest(2.5)  # [2, 4.5): of the first letter all but its receipt and sign.start
    assert calls.start == START + timedelta(seconds=2)
    assert [calls.operations[each] for each in calls.operation[calls.letter == 0]] == list(WAY[2:])
    assert calls.received_before().tolist() == [0]


# Requests


def test_a_request_is_filled_in(tmp_path: Path) -> None:
    requests = read_requests(
        written(
            tmp_path,
            """
headers: {X-Bureau: shenzhen}
requests:
  receive:
    json: {no: "{sequence}", from: "letter {sequence} of {unit}", body: {text: "{text}", tags: ["{category}", 1, true]}}
    id: data.id
  sign.start: {method: PUT, path: "/api/{id}/{step}?who={unit}", form: {at: "{at}", "a b": c d}}
  finish:
    path: "{id}"
    text: "<done at='{at}'/>"
    headers: {Content-Type: text/xml, Idempotency-Key: "{sequence}-{moment}"}
""",
        )
    )
    calls = ways(1)._replace(unit=["南 山/1"] * 5)
    receive, start, finish = (prepared(requests, name) for name in WAY[:3])
    assert receive is not None
    assert start is not None
    assert finish is not None
    content = receive.filled_content(fields_of(calls, 0, ""))
    assert content is not None
    assert json.loads(content.whole) == {
        "no": 1,
        "from": "letter 1 of 南 山/1",
        "body": {"text": "...", "tags": ["noise", 1, True]},
    }
    assert receive.filled_headers({}) == {"Content-Type": "application/json", "X-Bureau": "shenzhen"}
    fields = fields_of(calls, 1, "a/b")
    address = Address("http://me:pw@127.0.0.1:8080/letters?key=1")
    assert (
        str(address.of(start.filled_path(fields)))
        == "http://me:pw@127.0.0.1:8080/api/a%2Fb/sign?who=%E5%8D%97%20%E5%B1%B1/1&key=1"
    )
    content = start.filled_content(fields)
    assert content is not None
    assert content.whole == b"at=2021-05-03T08%3A00%3A01&a+b=c+d"
    fields = fields_of(calls, 2, "7")
    assert str(address.of(finish.filled_path(fields))) == "http://me:pw@127.0.0.1:8080/letters/7?key=1"
    content = finish.filled_content(fields)
    assert content is not None
    assert content.whole == b"<done at='2021-05-03T08:00:02'/>"
    assert finish.filled_headers(fields)["Idempotency-Key"] == "1-finish"
    assert finish.filled_headers(fields)["Content-Type"] == "text/xml"
    assert prepared(requests, "contact.start") is None


def test_a_text_may_end_with_that_of_the_letter(tmp_path: Path) -> None:
    requests = read_requests(written(tmp_path, "requests: {receive: {text: '100% of {sequence}: {text}'}}"))
    receive = prepared(requests, "receive")
    assert receive is not None
    content = receive.filled_content(fields_of(ways(1), 0, ""))
    assert content is not None
    assert content.whole == b"100% of 1: ..."


@pytest.mark.parametrize(
    ("how", "headers", "content", "letter_id"),
    [
        ("id: id", {}, b'{"id": 17}', "17"),
        ("id: data.0.key", {}, b'{"data": [{"key": "a-1"}]}', "a-1"),
        ("id: id", {}, b'{"id": null}', None),
        ("id: id", {}, b"<html>", None),
        ("id_header: Location", {"Location": "/letters/17/"}, b"", "17"),
        ("id_header: Location", {}, b"", None),
    ],
)
def test_where_the_id_stands(
    tmp_path: Path, how: str, headers: dict[str, str], content: bytes, letter_id: str | None
) -> None:
    receive = prepared(read_requests(written(tmp_path, f"requests: {{receive: {{{how}}}}}")), "receive")
    assert receive is not None
    assert receive.id_of(headers, content) == letter_id


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "line 1   must be a mapping with keys such as requests, headers (got a list)"),
        ("requests: {}", "line 1   requests: must have at least 1 entry (got an empty mapping)"),
        (
            "requests:\n  receive: {pth: x}",
            "line 2   requests.receive.pth: unknown key; did you mean 'path'?",
        ),
        (
            "requests:\n  receive: {path: '{idd}'}",
            "line 2   requests.receive: no such placeholder {idd}; did you mean 'id'?",
        ),
        (
            "requests:\n  receive: {json: {}, form: {}}",
            "line 2   requests.receive: has one body at most, and not json and form",
        ),
        ("requests:\n  receive: {path: '{text}'}", "line 2   requests.receive: {text} stands once, in the body"),
        (
            "requests:\n  receive: {path: '{id}'}",
            "line 1   receive gives a letter its {id}, and cannot send it",
        ),
        (
            "requests:\n  receive: {path: x}\n  start: {path: '{id}'}",
            "line 1   start sends an {id}, but no answer to receive gives one: it needs id or id_header",
        ),
        (
            "requests:\n  receive: {id: id}\n  start: {id: id}",
            "line 1   only the answer to receive names a letter, not that to start",
        ),
        (
            "requests:\n  receive: {headers: {Content-Length: '3'}}",
            "line 2   requests.receive.headers: Content-Length is set by the sender itself",
        ),
        (
            "requests:\n  receive: {method: FETCH}",
            "line 2   requests.receive.method: must be 'GET', 'POST', 'PUT', 'PATCH' or 'DELETE' (got 'FETCH')",
        ),
    ],
)
def test_templates_that_cannot_be_meant(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_requests(written(tmp_path, text))
    assert [str(each) for each in refused.value.problems] == [problem]


def test_a_request_for_what_the_trace_has_not(tmp_path: Path) -> None:
    typo = read_requests(written(tmp_path, "requests: {receive: {}, sing.start: {}}"))
    with pytest.raises(ScenarioError, match=r"the trace has no operation 'sing.start'; did you mean 'sign.start'\?"):
        sendable(ways(1), typo)
    nothing = read_requests(written(tmp_path, "requests: {read.lists: {method: GET}}"))
    with pytest.raises(ScenarioError, match=r"no operation of the trace has a request: there are receive, sign.start"):
        sendable(ways(1), nothing)
    calls, left_out = sendable(ways(2), read_requests(written(tmp_path, "requests: {receive: {id: id}, finish: {}}")))
    assert calls.operations == ("receive", "sign.finish", "contact.finish")
    assert left_out == {"sign.start": 2, "contact.start": 2}


# Sending


@in_a_loop
async def test_every_call_reaches_its_own_letter(tmp_path: Path) -> None:
    calls = ways(60, every=0.1)
    async with listening(application(tmp_path / "letters.db")) as url:
        sent = await send(calls, ReplayOptions(url, speed=10))
    assert (sent.answers.accepted).all()
    with sqlite3.connect(tmp_path / "letters.db") as database:
        kept = database.execute(
            "SELECT sequence, step, moment, at FROM steps JOIN letters ON letters.id = steps.letter"
        ).fetchall()
    database.close()
    assert sorted(kept) == sorted(
        (int(calls.letter[row]) + 1, *calls.operations[calls.operation[row]].split("."), calls.moment(row))
        for row in range(len(calls.at))
        if calls.operation[row]
    )
    report = report_on(sent, ReplayOptions(url, speed=10), "calls.csv", {})
    assert (report.letters, report.calls, report.accepted) == (60, 300, 300)
    assert {name: each.accepted for name, each in report.operations.items()} == dict.fromkeys(WAY, 60)
    # As many as in the trace are open in the end: none.
    assert report.course.open_letters[-1] == report.course.open_as_simulated[-1] == 0


@in_a_loop
async def test_a_call_waits_for_the_id_of_its_letter_and_for_nothing_else() -> None:
    """The first letter's id takes half a second, in which the calls of the second one go on."""

    async def receives(request: web.Request) -> web.Response:
        sequence = (await request.json())["sequence"]
        if sequence == 1:
            await asyncio.sleep(0.5)
        return web.json_response({"id": sequence})

    async def step(_: web.Request) -> web.Response:
        return web.Response(status=204)

    server = web.Application()
    server.router.add_post("/letters", receives)
    server.router.add_post("/letters/{id}/steps/{step}/{moment}", step)
    async with listening(server) as url:
        sent = await send(ways(2, every=0.01, step=0.05), ReplayOptions(url))
    answers = sent.answers
    assert answers.outcome[answers.operation == 0].tolist() == [200, 200]
    assert (answers.outcome[answers.operation > 0] == 204).all()
    slow = (answers.letter == 0) & (answers.operation > 0)
    # Due at 50 to 200 ms, they wait until 500 ms, and their latency counts that; they were begun at their time.
    assert (answers.waited[slow] >= 0.28).all()
    assert (answers.latency[slow] >= answers.waited[slow]).all()
    assert (answers.late[slow] < 0.25).all()
    assert (answers.waited[~slow] < 0.25).all()
    report = report_on(sent, ReplayOptions(url), "calls.csv", {})
    assert report.operations["sign.start"].waited >= 1
    assert any("calls were due before their letter had an id" in each for each in replay_sentences(report, "en"))


@in_a_loop
async def test_calls_of_a_letter_that_gets_no_id_are_not_sent_and_are_told_apart() -> None:
    asked = []

    async def refuses(request: web.Request) -> web.Response:
        sequence = (await request.json())["sequence"]
        answers = {1: web.json_response({"id": 1}), 2: web.Response(status=503), 3: web.Response(text="thanks")}
        return answers[sequence]

    async def step(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=204)

    server = web.Application()
    server.router.add_post("/letters", refuses)
    server.router.add_post("/letters/{id}/steps/{step}/{moment}", step)
    async with listening(server) as url:
        sent = await send(ways(3), ReplayOptions(url, speed=50))
    answers = sent.answers
    assert asked == [f"/letters/1/steps/{name.replace('.', '/')}" for name in WAY[1:]]
    assert answers.outcome[answers.operation == 0].tolist() == [200, 503, 200]
    without = (answers.letter > 0) & (answers.operation > 0)
    assert (answers.outcome[without] == Unanswered.NO_ID).all()
    report = report_on(sent, ReplayOptions(url), "calls.csv", {})
    assert report.losses == {"no_id": 8, "503": 1}
    assert (report.accepted, report.failed, report.unsent) == (6, 1, 8)
    verdicts = {(check.name, check.operation): check.verdict for check in report.checks}
    assert verdicts["ids", ""] is Verdict.MISSED
    # That is no fault of the steps: all that reached them was accepted.
    assert verdicts["errors", "sign.start"] is Verdict.MET
    assert verdicts["errors", "receive"] is Verdict.MISSED


@in_a_loop
async def test_letters_that_came_before_are_taken_in_first(tmp_path: Path) -> None:
    calls = ways(40, every=0.5).only(np.arange(200) >= 100)
    before = calls.received_before()
    assert len(before) > 0
    async with listening(application(tmp_path / "letters.db")) as url:
        sent = await send(calls, ReplayOptions(url, speed=50, connections=2))
    assert sent.answers.accepted.all()
    assert sent.received_before == len(before)
    report = report_on(sent, ReplayOptions(url), "calls.csv", {})
    assert report.calls == 100
    assert any(f"{len(before)} letters that came before" in each for each in replay_sentences(report, "en"))


def test_a_server_that_never_does_the_last_call_keeps_its_letters_open() -> None:
    calls = ways(10)
    from sim.operations.answers import Answers

    count = len(calls.at)
    outcome = np.where(calls.operation == 4, 503, 201).astype(np.int16)
    nothing = np.zeros(count)
    answers = Answers(calls.at, nothing, nothing + 0.01, outcome, nothing > 0, nothing, calls.operation, calls.letter)
    course = report_on(Sent(answers, operations=WAY), ReplayOptions("http://127.0.0.1/"), "calls.csv", {}).course
    assert course.open_letters[-1] == 10
    assert course.open_as_simulated.tolist()[:6] == [1, 2, 3, 4, 4, 4]
    assert course.open_as_simulated[-1] == 0


# The command


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_whole_replay_by_the_command(tmp_path: Path, lang: str) -> None:
    trace = tmp_path / "calls.csv"
    trace.write_text(
        "at,letter,operation,unit\n"
        + "".join(f"2021-05-03T08:00:0{nth},{letter},{name},desk\n" for letter in "ab" for nth, name in enumerate(WAY)),
        "utf-8",
    )
    written(tmp_path, "requests: {receive: {json: {no: '{sequence}'}, id: id}, finish: {path: '{id}', json: {}}}")
    arguments = ["replay", str(trace), "--to", "http://127.0.0.1:9/letters", "--speed", "100", "--lang", lang]
    more = ["--requests", str(tmp_path / "requests.yaml"), "--out", str(tmp_path / "out"), "--abort-after", "0"]
    answer = CliRunner().invoke(cli, [*arguments, *more])
    assert answer.exit_code == 0, answer.output
    told = json.loads((tmp_path / "out" / "replay.json").read_text("utf-8"))
    assert told["left_out"] == {"sign.start": 2, "contact.start": 2}
    assert told["losses"] == {"no_id": 4, "no_connection": 2}
    assert {name: each["verdict"] for name, each in told["operations"].items()} == {
        "receive": "missed",
        "sign.finish": "missed",
        "contact.finish": "missed",
    }
    assert "sign.finish" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_bad_template_ends_the_command_before_anything_is_sent(tmp_path: Path) -> None:
    path = written(tmp_path, "requests: {receive: {path: '{idd}'}}")
    arguments = ["replay", "letters.csv", "--to", "http://127.0.0.1:9/", "--requests", str(path)]
    answer = CliRunner().invoke(cli, [*arguments, "--lang", "en"])
    assert answer.exit_code == 2
    assert "no such placeholder {idd}" in answer.output


def test_the_default_requests_are_those_of_the_described_api() -> None:
    assert set(default_requests().requests) == {
        "receive", "start", "finish", "read.lists", "read.dashboards", "read.lookups",
    }  # fmt: skip
