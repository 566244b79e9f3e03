"""Replay of a trace to a real system, open loop: each call is sent at its own time, however slow the answers are.

A call is due when its time stamp says, counted from the first one's, divided by the speed, and later while the load
grows. Its latency counts from that moment, so a server that stalls is charged for every call it kept waiting, not only
for the one it was answering (no coordinated omission). A call that sends the id of its letter waits for the answer that
gives it, on the server's account, too; without one it is not sent. No redirect is followed. A call is sent twice in
one case only: the server closed an idle connection just as the call went out on it, and nothing of an answer came. It
is sent again on a new connection, while its time runs on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Final

import aiohttp
import numpy as np

from sim.models.operation_names import RECEIVE
from sim.models.requests import Requests
from sim.operations.answers import CONNECTION_FAILURES, NEVER_SENT, Answers, Sent, Unanswered
from sim.operations.calls import Calls
from sim.operations.connections import HttpAnswer, exchange, failure_of, open_session, raced
from sim.operations.destination import ReplayOptions
from sim.operations.pacing import due_of
from sim.operations.requests import (
    Address,
    Fields,
    PreparedRequest,
    default_requests,
    fields_of,
    prepared,
    receipt_fields,
)

if TYPE_CHECKING:
    pass

_LEAD: Final = 0.1
"""Seconds between the start and the first call, so that it is not late for want of a session."""

_BURST: Final = 16
"""Calls due at once that are begun before the ones under way get their turn."""

_PROGRESS_EVERY: Final = 0.2
"""Seconds between two reports of progress."""


async def send(
    calls: Calls,
    options: ReplayOptions,
    requests: Requests | None = None,
    *,
    start: Callable[[], Awaitable[float]] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Sent:
    """Send the calls and wait for the answers; one that is cancelled returns what came until then.

    Args:
        calls: at least one; each of an operation that has a request.
        requests: those of the examples' letter API if not said.
        start: waits until it is known when to start, by the clock of the loop; at once if not said.
        progress: told now and then how many calls are begun.

    Raises: ScenarioError as `ReplayOptions.check`.
    """
    options.check()
    answers = _nothing_yet(calls, options)
    async with AsyncExitStack() as sessions:
        usual, fresh = [await sessions.enter_async_context(open_session(options, again=each)) for each in (True, False)]
        sending = _Sending(calls, options, requests or default_requests(), answers, usual, fresh)
        try:
            await sending.all(start, progress)
        except asyncio.CancelledError:
            stopped, aborted = not sending.aborted, sending.aborted
        else:
            stopped = aborted = False
    return Sent(
        answers=answers,
        stopped=stopped,
        aborted=aborted,
        operations=calls.operations,
        received_before=sending.received_before,
        counted_from=options.counted_from,
    )


def _nothing_yet(calls: Calls, options: ReplayOptions) -> Answers:
    count = len(calls.at)
    never = np.full(count, np.nan)
    return Answers(
        due=due_of(calls, options),
        late=never,
        latency=never.copy(),
        outcome=np.full(count, Unanswered.UNSENT, np.int16),
        resent=np.zeros(count, np.bool_),
        waited=np.zeros(count),
        operation=calls.operation,
        letter=calls.letter,
    )


class _NoId(Exception):  # noqa: N818 - never leaves this file
    """The letter of a call has no id, and will have none."""


class _LetterIds:
    """The ids that the system gives to letters, and the calls that wait for them."""

    def __init__(self) -> None:
        self._known: dict[int, str | None] = {}
        self._awaited: dict[int, asyncio.Future[None]] = {}

    def give(self, letter: int, letter_id: str | None) -> None:
        """Name a letter; None if it never gets an id."""
        self._known[letter] = letter_id
        awaited = self._awaited.pop(letter, None)
        if awaited is not None and not awaited.done():
            awaited.set_result(None)

    def is_decided(self, letter: int) -> bool:
        """Whether it is known what id a letter has, if any."""
        return letter in self._known

    async def of(self, letter: int) -> str:
        """The id of a letter, once it has one.

        Raises: _NoId
        """
        if letter not in self._known:
            awaited = self._awaited.setdefault(letter, asyncio.get_running_loop().create_future())
            await asyncio.shield(awaited)
        letter_id = self._known[letter]
        if letter_id is None:
            raise _NoId
        return letter_id


class _Sending:
    """A replay under way.

    Args:
        usual: for calls; it uses connections again.
        fresh: for calls that are sent again; each gets a new connection.
    """

    def __init__(
        self,
        calls: Calls,
        options: ReplayOptions,
        requests: Requests,
        answers: Answers,
        usual: aiohttp.ClientSession,
        fresh: aiohttp.ClientSession,
    ):
        self.aborted, self.received_before = False, 0
        self._calls, self._options, self._answers, self._usual, self._fresh = calls, options, answers, usual, fresh
        self._requests = [_sent(requests, operation) for operation in calls.operations]
        self._receipt = prepared(requests, RECEIVE)
        self._address, self._ids = Address(options.url), _LetterIds()
        self._slots = asyncio.Semaphore(options.connections)
        self._now = asyncio.get_running_loop().time
        self._failures_in_a_row = 0
        self._unbegun = len(answers.due)
        self._task = asyncio.current_task()

    async def all(self, start: Callable[[], Awaitable[float]] | None, progress: Callable[[int], object] | None) -> None:
        """Take in the letters that came before, begin each call at its time, and wait for all answers."""
        await self._receive_before()
        begin = self._now() + _LEAD if start is None else await start()
        told, in_a_row = begin, 0
        async with asyncio.TaskGroup() as under_way:
            for row, after in enumerate(self._answers.due.tolist()):
                due = begin + after
                wait = due - self._now()
                in_a_row = 0 if wait > 0 else in_a_row + 1
                if wait > 0 or in_a_row % _BURST == 0:
                    await asyncio.sleep(max(wait, 0))
                self._unbegun -= 1
                under_way.create_task(self._call(row, due))
                if progress is not None and self._now() > told + _PROGRESS_EVERY:
                    told = self._now()
                    progress(row + 1)

    async def _receive_before(self) -> None:
        """Take in the letters whose receipt is no call of the replay, as fast as the system does, and uncounted."""
        before = self._calls.received_before().tolist()
        if self._receipt is None or not any(request.needs_id for request in self._requests):
            return
        self.received_before = len(before)

        async def receive(letter: int) -> None:
            assert self._receipt is not None, "looked at before"
            letter_id = None
            with suppress(Exception):  # its calls will have no id, which is told
                async with asyncio.timeout(self._options.timeout), self._slots:
                    fields = receipt_fields(self._calls, letter)
                    answer = await exchange(self._usual, self._address, self._receipt, fields)
                letter_id = self._receipt.id_of(answer.headers, answer.content) if answer.accepted else None
            self._ids.give(letter, letter_id)

        for first in range(0, len(before), self._options.connections):
            async with asyncio.TaskGroup() as together:
                for letter in before[first : first + self._options.connections]:
                    together.create_task(receive(letter))

    async def _call(self, row: int, due: float) -> None:
        request, letter = self._requests[self._answers.operation[row]], int(self._answers.letter[row])
        self._answers.late[row] = self._now() - due
        outcome: int = Unanswered.UNSENT
        given = None
        try:
            async with asyncio.timeout_at(due + self._options.timeout):
                letter_id = ""
                if request.needs_id:
                    outcome = Unanswered.NO_ID
                    letter_id = await self._id_of(letter, row, due)
                    outcome = Unanswered.UNSENT
                async with self._slots:
                    outcome = Unanswered.TIMED_OUT
                    answer = await self._answer(row, request, fields_of(self._calls, row, letter_id))
                    outcome = answer.status
                    given = request.id_of(answer.headers, answer.content) if answer.accepted else None
        except asyncio.CancelledError:
            outcome = Unanswered.STOPPED if outcome == Unanswered.TIMED_OUT else Unanswered.UNSENT
        except _NoId:
            pass
        except Exception as error:  # whatever one call meets, the others go on
            outcome = failure_of(error) if outcome == Unanswered.TIMED_OUT else outcome
        self._answers.latency[row] = self._now() - due
        self._answers.outcome[row] = outcome
        if request.names_letter:
            self._ids.give(letter, given)
        self._mind(outcome)

    async def _id_of(self, letter: int, row: int, due: float) -> str:
        if self._ids.is_decided(letter):
            return await self._ids.of(letter)
        try:
            return await self._ids.of(letter)
        finally:
            self._answers.waited[row] = self._now() - due

    async def _answer(self, row: int, request: PreparedRequest, fields: Fields) -> HttpAnswer:
        """Send one call, and read the answer to its end."""
        begun = self._now()
        try:
            return await exchange(self._usual, self._address, request, fields)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if not raced(error, self._now() - begun):
                raise
        self._answers.resent[row] = True
        return await exchange(self._fresh, self._address, request, fields)

    def _mind(self, outcome: int) -> None:
        """Abort where nobody takes letters."""
        if outcome in CONNECTION_FAILURES:
            self._failures_in_a_row += 1
        elif outcome not in (*NEVER_SENT, Unanswered.STOPPED, Unanswered.OUR_ERROR):
            self._failures_in_a_row = 0
        enough = 0 < self._options.abort_after <= self._failures_in_a_row
        if enough and self._unbegun and not self.aborted and self._task is not None:
            self.aborted = True
            self._task.cancel()


def _sent(requests: Requests, operation: str) -> PreparedRequest:
    request = prepared(requests, operation)
    assert request is not None, "only operations that have a request are sent"
    return request
