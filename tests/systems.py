"""Systems to replay letters to: well-behaved ones, and ones that write what they like."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import wraps

from aiohttp import web

from sim.operations.answers import Answers
from sim.operations.calls import receipts
from sim.operations.destination import ReplayOptions
from sim.operations.replay import send
from sim.operations.trace_files import TracedLetter

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


async def answers_to(letters: list[TracedLetter], plan: ReplayOptions) -> Answers:
    """What happens to letters."""
    return (await send(receipts(letters), plan)).answers


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


RawAnswering = Callable[[int, asyncio.StreamWriter], Awaitable[None]]
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def raw(answering: RawAnswering) -> AsyncIterator[str]:
    """A server that reads letters and then writes what it likes; `answering` is told how many letters came.

    A connection goes on until `answering` closes it. Yields the URL.
    """
    came = 0
    connections: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                (length,) = (line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line)
                await reader.readexactly(int(length))
                came += 1
                await answering(came, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/letters"
    finally:
        server.close()
        for each in connections:
            each.cancel()
        await asyncio.gather(*connections)
