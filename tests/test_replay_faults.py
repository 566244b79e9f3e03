"""Replaying letters to systems that misbehave: nothing is lost, and nothing piles up."""

import asyncio
import json
import tracemalloc

import numpy as np
import pytest
from aiohttp import web
from systems import CREATED, RawAnswering, answers_to, in_a_loop, letters_at, raw, serving

from sim.operations.answers import Sent, Unanswered
from sim.operations.calls import receipts
from sim.operations.connections import PIECE, in_pieces
from sim.operations.destination import ReplayOptions
from sim.operations.replay import send
from sim.operations.replay_report import report_on
from sim.operations.requests import RequestBody, letter_body
from sim.statistics import Verdict

# Answers and letters without end


@in_a_loop
async def test_an_answer_without_end_is_thrown_away_as_it_comes() -> None:
    async def endless(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 1000000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with raw(endless) as url:
        tracemalloc.start()
        answers = await answers_to(letters_at(*range(30)), ReplayOptions(url, speed=100, connections=4))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert answers.outcome.tolist() == [Unanswered.BAD_ANSWER] * 30
    assert peak < 10_000_000


@in_a_loop
async def test_long_letters_are_not_in_memory_all_at_once() -> None:
    released, deaf = asyncio.Event(), set()

    async def never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deaf.add((reader, writer))
        await released.wait()
        writer.close()

    letters = [letter._replace(size=10_000_000) for letter in letters_at(*[0] * 20)]
    server = await asyncio.start_server(never_reads, "127.0.0.1", 0)
    plan = ReplayOptions(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/letters", timeout=1)
    tracemalloc.start()
    answers = await answers_to(letters, plan)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    released.set()
    server.close()
    assert len(deaf) == 20
    assert answers.outcome.tolist() == [Unanswered.TIMED_OUT] * 20
    assert peak < 50_000_000  # of 200 million bytes; what the deaf end has in its own buffers counts too


@pytest.mark.parametrize("size", [0, 3, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_a_letter_of_any_size_is_what_its_pieces_are(size: int) -> None:
    letter = letters_at(1)[0]._replace(size=size)
    content = RequestBody(b"{", size, b"}")

    async def pieces() -> bytes:
        return b"".join([piece async for piece in in_pieces(content)])

    assert asyncio.run(pieces()) == content.whole
    assert json.loads(letter_body(17, letter))["text"] == "." * size


@in_a_loop
async def test_a_long_letter_arrives_whole() -> None:
    arrived = []

    async def reads(request: web.Request) -> web.Response:
        arrived.append((request.content_length, len((await request.json())["text"])))
        return web.Response()

    letter = letters_at(0)[0]._replace(size=500_000)
    async with serving(reads) as url:
        answers = await answers_to([letter], ReplayOptions(url))
    assert answers.outcome.tolist() == [200]
    assert arrived == [(len(letter_body(1, letter)), 500_000)]


@in_a_loop
async def test_an_answer_that_only_looks_long_is_an_answer() -> None:
    async def long(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 900000\r\n\r\n" + b"x" * 900_000)

    async with raw(long) as url:
        answers = await answers_to(letters_at(0, 0), ReplayOptions(url, connections=1))
    assert answers.outcome.tolist() == [201, 201]


@in_a_loop
async def test_what_is_no_http_is_told_apart_from_a_lost_connection() -> None:
    async def talks(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    async with raw(talks) as url:
        answers = await answers_to(letters_at(0), ReplayOptions(url))
    assert answers.outcome.tolist() == [Unanswered.BAD_ANSWER]


@in_a_loop
async def test_a_letter_that_goes_wrong_here_leaves_the_others_alone() -> None:
    async def takes(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(CREATED)

    letters = letters_at(0, 1, 2)
    letters[1] = letters[1]._replace(unit="\ud800")
    async with raw(takes) as url:
        answers = await answers_to(letters, ReplayOptions(url, speed=100))
    assert answers.outcome.tolist() == [201, Unanswered.OUR_ERROR, 201]


# Connections that lie idle


def closing_as_a_letter_comes(then: bytes = b"") -> tuple[RawAnswering, list[int]]:
    """A server that closes a connection used before as the next letter comes on it, and which letters it saw."""
    used: set[asyncio.StreamWriter] = set()
    seen = []

    async def answering(came: int, writer: asyncio.StreamWriter) -> None:
        seen.append(came)
        if writer in used:
            writer.write(then)
            writer.close()
        else:
            used.add(writer)
            writer.write(CREATED)

    return answering, seen


@in_a_loop
async def test_a_connection_that_closes_as_a_letter_goes_out_is_not_the_systems_failure() -> None:
    answering, seen = closing_as_a_letter_comes()
    async with raw(answering) as url:
        answers = await answers_to(letters_at(*range(6)), ReplayOptions(url, speed=5))
    assert answers.outcome.tolist() == [201] * 6
    # The first of a connection is answered, the second meets its end and is sent again; that connection is not kept.
    assert answers.resent.tolist() == [False, True, False, True, False, True]
    assert len(seen) == 9
    assert report_on(Sent(answers), ReplayOptions(url), "letters.csv", {}).resent == 3


@in_a_loop
async def test_a_letter_of_whose_answer_something_came_is_not_sent_again() -> None:
    answering, seen = closing_as_a_letter_comes(b"HTTP/1.1 201 Cre")
    async with raw(answering) as url:
        answers = await answers_to(letters_at(0, 1), ReplayOptions(url, speed=5))
    assert answers.outcome.tolist() == [201, Unanswered.CONNECTION_LOST]
    assert not answers.resent.any()
    assert len(seen) == 2


@in_a_loop
async def test_a_connection_that_did_not_lie_idle_is_not_excused() -> None:
    answering, seen = closing_as_a_letter_comes()
    async with raw(answering) as url:
        answers = await answers_to(letters_at(0, 0), ReplayOptions(url, connections=1))
    assert answers.outcome.tolist() == [201, Unanswered.CONNECTION_LOST]
    assert len(seen) == 2


@in_a_loop
async def test_a_connection_is_not_used_again_after_its_idle_time() -> None:
    answering, seen = closing_as_a_letter_comes()
    for idle in (0.0, 0.1):
        async with raw(answering) as url:
            answers = await answers_to(letters_at(0, 1, 2), ReplayOptions(url, speed=5, idle=idle))
        assert answers.outcome.tolist() == [201] * 3
        assert not answers.resent.any()
    assert len(seen) == 6


# Where nobody takes letters


@in_a_loop
async def test_nothing_more_is_sent_where_nobody_takes_letters() -> None:
    plan = ReplayOptions("http://127.0.0.1:9/letters", speed=100, abort_after=5)
    sent = await send(receipts(letters_at(*range(1_000))), plan)
    assert (sent.aborted, sent.stopped) == (True, False)
    assert np.count_nonzero(sent.answers.outcome == Unanswered.NO_CONNECTION) < 30
    report = report_on(sent, plan, "letters.csv", {})
    assert report.verdict is Verdict.MISSED
    assert report.unsent > 970


@in_a_loop
async def test_a_system_that_comes_back_in_time_is_not_given_up() -> None:
    async def stumbles(came: int, writer: asyncio.StreamWriter) -> None:
        if 3 <= came <= 6:
            writer.close()
        else:
            writer.write(CREATED)

    async with raw(stumbles) as url:
        sent = await send(receipts(letters_at(*range(10))), ReplayOptions(url, speed=50, idle=0, abort_after=5))
    assert not sent.aborted
    assert sent.answers.outcome.tolist() == [201] * 2 + [Unanswered.CONNECTION_LOST] * 4 + [201] * 4


@in_a_loop
async def test_whoever_wants_to_may_send_on() -> None:
    sent = await send(
        receipts(letters_at(*range(60))), ReplayOptions("http://127.0.0.1:9/letters", speed=1_000, abort_after=0)
    )
    assert not sent.aborted
    assert sent.answers.outcome.tolist() == [Unanswered.NO_CONNECTION] * 60
