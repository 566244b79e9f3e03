"""Replay of a trace to a real system, open loop: each call is sent at its own time, however slow the answers are.

A call is due when its time stamp says, counted from the first one's, divided by the speed, and later while the load
grows. Its latency counts from that moment, so a server that stalls is charged for every call it kept waiting, not only
for the one it was answering (no coordinated omission). A call that sends the id of its letter waits for the answer that
gives it, on the server's account, too; without one it is not sent. No redirect is followed. A call is sent twice in
one case only: the server closed an idle connection just as the call went out on it, and nothing of an answer came. It
is sent again on a new connection, while its time runs on.
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import aiohttp
import numpy as np

from sim.models.operation_names import RECEIVE
from sim.models.requests import Requests
from sim.operations.answers import CONNECTION_FAILURES, NEVER_SENT, Answers, Sent, Unanswered
from sim.operations.calls import Calls
from sim.operations.destination import ReplayOptions
from sim.operations.pacing import due_of
from sim.operations.requests import (
    Address,
    Fields,
    PreparedRequest,
    RequestBody,
    default_requests,
    fields_of,
    prepared,
    receipt_fields,
)

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

_LEAD: Final = 0.1
"""Seconds between the start and the first call, so that it is not late for want of a session."""

_BURST: Final = 16
"""Calls due at once that are begun before the ones under way get their turn."""

_PROGRESS_EVERY: Final = 0.2
"""Seconds between two reports of progress."""

PIECE: Final = 65_536
"""Bytes of a long letter that are in memory at a time."""

_MOST_OF_ANSWER: Final = 1_000_000
"""Bytes of an answer that are read, and thrown away, before it counts as one without end."""

_LEAST_IDLE: Final = 0.05
"""Seconds below which no server closes a connection for lying idle: one closed sooner was dropped in its work."""

_LONGEST_RACE: Final = 0.25
"""Seconds after a call went out within which the news of an idle connection's end can cross it on the way."""

_OUR_ERRORS: Final = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM)
"""Errors of a connection that lie with the sender's machine: too many files, no port or no memory left."""

_connected: ContextVar[float | None] = ContextVar("connected")
"""Seconds that the connection of the call under way had lain idle, 0 if it is new; None without a connection."""


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
        once = _Connector(limit=options.connections, force_close=True)
        again = _Connector(limit=options.connections, keepalive_timeout=options.idle) if options.idle else once
        usual, fresh = [await sessions.enter_async_context(_session(options, each)) for each in (again, once)]
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


async def in_pieces(content: RequestBody) -> AsyncIterator[bytes]:
    """A body of which only a piece is in memory at a time."""
    yield content.before
    for left in range(content.size, 0, -PIECE):
        yield b"." * min(left, PIECE)
    yield content.after


class _Connector(aiohttp.TCPConnector):
    """Connector that knows how long each connection lay idle."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._idle_since: WeakKeyDictionary[ResponseHandler, float] = WeakKeyDictionary()

    async def connect(self, *arguments: Any, **named: Any) -> Any:
        """A connection, used before or new."""
        connection = await super().connect(*arguments, **named)
        protocol, now = connection.protocol, asyncio.get_running_loop().time
        assert protocol is not None, "it has one until it is released"
        _connected.set(now() - self._idle_since.get(protocol, now()))
        connection.add_callback(lambda: self._idle_since.__setitem__(protocol, now()))
        return connection


def _session(options: ReplayOptions, connector: _Connector) -> aiohttp.ClientSession:
    # The system under test is reached directly: no proxy of the environment, no cookies of earlier calls.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "lettersim", **options.headers},
        auto_decompress=False,
    )


class _NoId(Exception):  # noqa: N818 - never leaves this file
    """The letter of a call has no id, and will have none."""


class _Answer:
    """Status, headers and content of an answer; the status is BAD_ANSWER where it has no end."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None, content: bytes = b"") -> None:
        self.status, self.headers, self.content = status, headers or {}, content

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


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
                    answer = await self._exchange(self._usual, self._receipt, fields)
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
            outcome = _unanswered(error) if outcome == Unanswered.TIMED_OUT else outcome
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

    async def _answer(self, row: int, request: PreparedRequest, fields: Fields) -> _Answer:
        """Send one call, and read the answer to its end."""
        begun = self._now()
        try:
            return await self._exchange(self._usual, request, fields)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if not _raced(error, self._now() - begun):
                raise
        self._answers.resent[row] = True
        return await self._exchange(self._fresh, request, fields)

    async def _exchange(self, session: aiohttp.ClientSession, request: PreparedRequest, fields: Fields) -> _Answer:
        _connected.set(None)
        url, headers = self._address.of(request.filled_path(fields)), request.filled_headers(fields)
        content = request.filled_content(fields)
        data: bytes | AsyncIterator[bytes] | None
        if content is None or content.size <= PIECE:
            data = None if content is None else content.whole
        else:
            headers["Content-Length"] = str(len(content.before) + content.size + len(content.after))
            data = in_pieces(content)
        async with session.request(request.method, url, data=data, headers=headers, allow_redirects=False) as answer:
            came, kept = 0, []
            async for chunk in answer.content.iter_any():
                came += len(chunk)
                if came > _MOST_OF_ANSWER:
                    answer.close()
                    return _Answer(Unanswered.BAD_ANSWER)
                if request.names_letter:
                    kept.append(chunk)
            return _Answer(answer.status, answer.headers, b"".join(kept))

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


def _raced(error: aiohttp.ServerDisconnectedError | aiohttp.ClientOSError, seconds: float) -> bool:
    """Whether a server closed an idle connection as a call went out on it, before anything of an answer came.

    Args:
        seconds: since the call went out.
    """
    begun = isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
    idle = _connected.get()
    return not begun and idle is not None and idle >= _LEAST_IDLE and seconds <= _LONGEST_RACE


def _unanswered(error: Exception) -> Unanswered:
    """Outcome of a call that met an error."""
    if isinstance(error, TimeoutError):
        return Unanswered.NO_CONNECTION if _connected.get(None) is None else Unanswered.TIMED_OUT
    if isinstance(error, aiohttp.ClientConnectorSSLError | aiohttp.ClientConnectorCertificateError):
        return Unanswered.NOT_SECURE
    if isinstance(error, OSError) and error.errno in _OUR_ERRORS:
        return Unanswered.OUR_ERROR
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unanswered.NO_CONNECTION
    if isinstance(error, aiohttp.ClientResponseError):
        return Unanswered.BAD_ANSWER
    return Unanswered.CONNECTION_LOST if isinstance(error, aiohttp.ClientError | OSError) else Unanswered.OUR_ERROR
