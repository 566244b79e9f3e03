"""Replay of a trace to a real system, open loop: each letter is sent at its own time, however slow the answers are.

A letter is due when its time stamp says, counted from the first letter's and divided by the speed. Its latency
counts from that moment, so a server that stalls is charged for every letter it kept waiting, not only for the
one it was answering (no coordinated omission). No redirect is followed. A letter is sent twice in one case only: the
server closed an idle connection just as the letter went out on it, and nothing of an answer came. It is sent again on
a new connection, while its time runs on.
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import aiohttp
import numpy as np
from yarl import URL

from sim.operations.answers import CONNECTION_FAILURES, Answers, Sent, Unanswered
from sim.operations.destination import ReplayOptions
from sim.operations.trace_files import TracedLetter, around_text, body

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

_LEAD: Final = 0.1
"""Seconds between the start and the first letter, so that it is not late for want of a session."""

_BURST: Final = 16
"""Letters due at once that are begun before the ones under way get their turn."""

_PROGRESS_EVERY: Final = 0.2
"""Seconds between two reports of progress."""

PIECE: Final = 65_536
"""Bytes of a long letter that are in memory at a time."""

_MOST_OF_ANSWER: Final = 1_000_000
"""Bytes of an answer that are read, and thrown away, before it counts as one without end."""

_LEAST_IDLE: Final = 0.05
"""Seconds below which no server closes a connection for lying idle: one closed sooner was dropped in its work."""

_LONGEST_RACE: Final = 0.25
"""Seconds after a letter went out within which the news of an idle connection's end can cross it on the way."""

_OUR_ERRORS: Final = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM)
"""Errors of a connection that lie with the sender's machine: too many files, no port or no memory left."""

_connected: ContextVar[float | None] = ContextVar("connected")
"""Seconds that the connection of the letter under way had lain idle, 0 if it is new; None without a connection."""


def replay(
    letters: Sequence[TracedLetter], options: ReplayOptions, *, progress: Callable[[int], object] | None = None
) -> Sent:
    """Send the letters and wait for the answers; a replay that is stopped returns what came until then.

    Args:
        letters: at least one, by time of receipt.
        progress: told now and then how many letters are begun.

    Raises: ScenarioError as `ReplayOptions.check`.
    """
    return asyncio.run(send(letters, options, progress=progress))


async def send(
    letters: Sequence[TracedLetter], options: ReplayOptions, *, progress: Callable[[int], object] | None = None
) -> Sent:
    """As `replay`, inside an event loop; being cancelled is what Ctrl-C does."""
    options.check()
    count = len(letters)
    due = np.array([(letter.received - letters[0].received).total_seconds() for letter in letters]) / options.speed
    never = np.full(count, np.nan)
    outcome = np.full(count, Unanswered.UNSENT, np.int16)
    answers = Answers(due, never, never.copy(), outcome, np.zeros(count, np.bool_))
    async with AsyncExitStack() as sessions:
        once = _Connector(limit=options.connections, force_close=True)
        again = _Connector(limit=options.connections, keepalive_timeout=options.idle) if options.idle else once
        usual, fresh = [await sessions.enter_async_context(_session(options, each)) for each in (again, once)]
        sending = _Sending(options, answers, usual, fresh)
        try:
            await sending.all(letters, progress)
        except asyncio.CancelledError:
            return Sent(answers, stopped=not sending.aborted, aborted=sending.aborted)
    return Sent(answers)


async def body_in_pieces(sequence: int, letter: TracedLetter) -> AsyncIterator[bytes]:
    """The same, of which only a piece is in memory at a time."""
    before, after = around_text(sequence, letter)
    yield before
    for left in range(letter.size, 0, -PIECE):
        yield b"." * min(left, PIECE)
    yield after


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
    # The system under test is reached directly: no proxy of the environment, no cookies of earlier letters.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "lettersim", **options.headers, "Content-Type": "application/json"},
        auto_decompress=False,
    )


class _Sending:
    """A replay under way.

    Args:
        usual: for letters; it uses connections again.
        fresh: for letters that are sent again; each gets a new connection.
    """

    def __init__(
        self, options: ReplayOptions, answers: Answers, usual: aiohttp.ClientSession, fresh: aiohttp.ClientSession
    ):
        self.aborted = False
        self._options, self._answers, self._usual, self._fresh = options, answers, usual, fresh
        self._url, self._slots = URL(options.url), asyncio.Semaphore(options.connections)
        self._now = asyncio.get_running_loop().time
        self._failures_in_a_row = 0
        self._unbegun = len(answers.due)
        self._task = asyncio.current_task()

    async def all(self, letters: Iterable[TracedLetter], progress: Callable[[int], object] | None) -> None:
        """Begin each letter at its time, and wait for all answers."""
        begin = self._now() + _LEAD
        told, in_a_row = begin, 0
        async with asyncio.TaskGroup() as under_way:
            for row, letter in enumerate(letters):
                due = begin + float(self._answers.due[row])
                wait = due - self._now()
                in_a_row = 0 if wait > 0 else in_a_row + 1
                if wait > 0 or in_a_row % _BURST == 0:
                    await asyncio.sleep(max(wait, 0))
                self._unbegun -= 1
                under_way.create_task(self._post(row, due, letter))
                if progress is not None and self._now() > told + _PROGRESS_EVERY:
                    told = self._now()
                    progress(row + 1)

    async def _post(self, row: int, due: float, letter: TracedLetter) -> None:
        self._answers.late[row] = self._now() - due
        outcome: int = Unanswered.UNSENT
        try:
            async with asyncio.timeout_at(due + self._options.timeout), self._slots:
                outcome = Unanswered.TIMED_OUT
                outcome = await self._status(row, letter)
        except asyncio.CancelledError:
            outcome = Unanswered.UNSENT if outcome == Unanswered.UNSENT else Unanswered.STOPPED
        except Exception as error:  # whatever one letter meets, the others go on
            outcome = _unanswered(error) if outcome != Unanswered.UNSENT else outcome
        self._answers.latency[row] = self._now() - due
        self._answers.outcome[row] = outcome
        self._mind(outcome)

    async def _status(self, row: int, letter: TracedLetter) -> int:
        """Send one letter, and read the answer to its end."""
        begun = self._now()
        try:
            return await self._exchange(self._usual, row + 1, letter)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if not _raced(error, self._now() - begun):
                raise
        self._answers.resent[row] = True
        return await self._exchange(self._fresh, row + 1, letter)

    async def _exchange(self, session: aiohttp.ClientSession, sequence: int, letter: TracedLetter) -> int:
        _connected.set(None)
        content: bytes | AsyncIterator[bytes]
        if letter.size <= PIECE:
            content, headers = body(sequence, letter), {}
        else:
            length = sum(map(len, around_text(sequence, letter))) + letter.size
            content, headers = body_in_pieces(sequence, letter), {"Content-Length": str(length)}
        async with session.post(self._url, data=content, headers=headers, allow_redirects=False) as answer:
            came = 0
            async for chunk in answer.content.iter_any():
                came += len(chunk)
                if came > _MOST_OF_ANSWER:
                    answer.close()
                    return Unanswered.BAD_ANSWER
            return answer.status

    def _mind(self, outcome: int) -> None:
        """Abort where nobody takes letters."""
        if outcome in CONNECTION_FAILURES:
            self._failures_in_a_row += 1
        elif outcome not in (Unanswered.UNSENT, Unanswered.STOPPED, Unanswered.OUR_ERROR):
            self._failures_in_a_row = 0
        enough = 0 < self._options.abort_after <= self._failures_in_a_row
        if enough and self._unbegun and not self.aborted and self._task is not None:
            self.aborted = True
            self._task.cancel()


def _raced(error: aiohttp.ServerDisconnectedError | aiohttp.ClientOSError, seconds: float) -> bool:
    """Whether a server closed an idle connection as a letter went out on it, before anything of an answer came.

    Args:
        seconds: since the letter went out.
    """
    begun = isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
    idle = _connected.get()
    return not begun and idle is not None and idle >= _LEAST_IDLE and seconds <= _LONGEST_RACE


def _unanswered(error: Exception) -> Unanswered:
    """Outcome of a letter that met an error."""
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
