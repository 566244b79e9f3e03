"""Senders of a replay: this process, or several of their own among which the letters are allocated.

A letter's calls go out from one process, which has its id. Each process has its share of the connections, and all begin
at the same moment.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.core.errors import SimError
from sim.core.tables import Int64s
from sim.experiment.pool import stay_with_parent
from sim.models.requests import Requests
from sim.operations.answers import Answers, Sent
from sim.operations.calls import Calls
from sim.operations.destination import ReplayOptions
from sim.operations.pacing import check_pace
from sim.operations.replay import send
from sim.operations.requests import default_requests

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_LEAD: Final = 0.2
"""Seconds between the moment when all are ready and the first call, so that all have heard of it."""

_LOOK_EVERY: Final = 0.05
"""Seconds between two looks at what the parent says."""

_STOP: Final = "stop"


def replay(
    calls: Calls,
    options: ReplayOptions,
    requests: Requests | None = None,
    *,
    progress: Callable[[int], object] | None = None,
) -> Sent:
    """Send the calls and wait for the answers; a replay that is stopped returns what came until then.

    Args:
        calls: at least one; each of an operation that has a request.
        requests: those of the examples' letter API if not said.
        progress: told now and then how many calls are begun.

    Raises: ScenarioError as `ReplayOptions.check`, or for a pace that leaves nothing to count; SimError if a process
        dies.
    """
    options.check()
    check_pace(calls, options)
    how = requests or default_requests()
    if options.processes == 1:
        return asyncio.run(send(calls, options, how, progress=progress))
    return _in_processes(calls, options, how, progress=progress)


def _in_processes(
    calls: Calls, options: ReplayOptions, requests: Requests, *, progress: Callable[[int], object] | None
) -> Sent:
    shares = [np.flatnonzero(calls.letter % options.processes == number) for number in range(options.processes)]
    shares = [rows for rows in shares if len(rows)]
    part = replace(options, connections=max(1, options.connections // len(shares)))
    senders = [_Sender(calls.rows(rows), part, requests) for rows in shares]
    try:
        for each in senders:
            each.receive()  # that it is ready
        start = time.monotonic() + _LEAD
        for each in senders:
            each.connection.send(start)
        _gather(senders, progress)
    finally:
        for each in senders:
            each.process.terminate()
            each.process.join()
    return _together(calls, shares, [each.sent for each in senders if each.sent is not None])


class _Sender:
    """One process, and what came of it."""

    def __init__(self, calls: Calls, options: ReplayOptions, requests: Requests) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_send, args=(other, calls, options, requests), daemon=True)
        self.process.start()
        other.close()
        self.begun = 0
        self.sent: Sent | None = None

    def receive(self) -> Any:
        """What it says next.

        Raises: SimError if it has died.
        """
        try:
            return self.connection.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            raise SimError(
                f"a process of the sender ended with code {self.process.exitcode}, perhaps for want of memory"
            ) from None


def _gather(senders: list[_Sender], progress: Callable[[int], object] | None) -> None:
    """Wait until all have sent their share; on Ctrl-C until they have told what they sent."""
    while any(each.sent is None for each in senders):
        try:
            ready = wait([each.connection for each in senders if each.sent is None])
            for each in senders:
                if each.connection in ready:
                    said = each.receive()
                    if isinstance(said, Sent):
                        each.sent = said
                    else:
                        each.begun = said
            if progress is not None:
                progress(sum(each.begun for each in senders))
        except KeyboardInterrupt:
            for each in senders:
                if each.sent is None:
                    each.connection.send(_STOP)


def _together(calls: Calls, shares: list[Int64s], parts: list[Sent]) -> Sent:
    columns = []
    for number, column in enumerate(parts[0].answers):
        whole = np.empty(len(calls.at), np.asarray(column).dtype)
        for rows, part in zip(shares, parts, strict=True):
            whole[rows] = part.answers[number]
        columns.append(whole)
    return replace(
        parts[0],
        answers=Answers._make(columns),
        stopped=any(each.stopped for each in parts),
        aborted=any(each.aborted for each in parts),
        received_before=sum(each.received_before for each in parts),
    )


def _send(connection: Connection, calls: Calls, options: ReplayOptions, requests: Requests) -> None:
    """The work of one process."""
    stay_with_parent()
    connection.send(asyncio.run(_send_share(connection, calls, options, requests)))


async def _send_share(connection: Connection, calls: Calls, options: ReplayOptions, requests: Requests) -> Sent:
    begin: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def start() -> float:
        connection.send(0)  # ready
        return await begin

    sending = asyncio.create_task(send(calls, options, requests, start=start, progress=connection.send))
    while not sending.done():
        await asyncio.wait([sending], timeout=_LOOK_EVERY)
        while connection.poll():
            said = connection.recv()
            if said == _STOP:
                sending.cancel()
            else:
                begin.set_result(said)
    return await sending
