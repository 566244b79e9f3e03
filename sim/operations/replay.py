"""Send the letters of a trace to a real system, open loop: each at its own time, however slow the answers are.

A letter is due when its time stamp says, counted from the first letter's and divided by the speed. Its latency
counts from that moment, so a server that stalls is charged for every letter it kept waiting, not only for the
one it was answering (no coordinated omission). No redirect is followed. A letter is sent twice in one case only: the
server closed an idle connection just as the letter went out on it, and nothing of an answer came. It is sent again on
a new connection, while its time runs on.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import numpy as np
from yarl import URL

from sim.core.errors import Problem, ScenarioError
from sim.operations.answers import CONNECTION_FAILURES, Answers, Outcome
from sim.operations.connections import Connector, always_new, came_of, expect_connection, raced
from sim.operations.destination import refusals, without_secrets
from sim.operations.trace_files import TracedLetter

LEAD: Final = 0.1
"""Seconds between the start and the first letter, so that it is not late for want of a session."""

BURST: Final = 16
"""Letters due at once that are begun before the ones under way get their turn."""

PROGRESS_EVERY: Final = 0.2
"""Seconds between two reports of progress."""

IDLE: Final = 1.0
"""Seconds that a connection may lie idle and be used again; usual servers close theirs after 2 s or more."""

PIECE: Final = 65_536
"""Bytes of a long letter that are in memory at a time."""

MOST_OF_ANSWER: Final = 1_000_000
"""Bytes of an answer that are read, and thrown away, before it counts as one without end."""

ABORT_AFTER: Final = 50
"""Letters in a row that find no connection, after which nothing more is sent."""


@dataclass(frozen=True)
class Plan:
    """Where to send a trace, and how.

    Attributes:
        url: `http` or `https`; each letter is one POST with a JSON body. May hold secrets, so only `shown` is shown.
        speed: seconds of the trace that pass in one second.
        connections: most letters under way at once; further ones wait for their turn, on the server's account.
        timeout: seconds from the moment a letter is due after which it is given up.
        allowed_hosts: hosts besides this machine that may be loaded.
        headers: sent with every letter; secret too.
        idle: seconds that a connection may lie idle and be used again; 0 for a new connection for every letter.
        abort_after: letters in a row that find no connection, after which nothing more is sent; 0 for never.
    """

    url: str = field(repr=False)
    speed: float = 1.0
    connections: int = 256
    timeout: float = 30.0
    allowed_hosts: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    idle: float = IDLE
    abort_after: int = ABORT_AFTER

    @property
    def shown(self) -> str:
        """The URL without its secrets."""
        return without_secrets(self.url)

    def check(self) -> None:
        """Refuse what must not be sent.

        Raises: ScenarioError for numbers out of range, a URL that is none, or a host that nobody allowed.
        """
        problems = [
            Problem(f"{name} must be above 0, got {getattr(self, name):g}")
            for name in ("speed", "connections", "timeout")
            if not 0 < getattr(self, name) < float("inf")
        ]
        problems += [
            Problem(f"{name} must be 0 or more, got {getattr(self, name):g}")
            for name in ("idle", "abort_after")
            if not 0 <= getattr(self, name) < float("inf")
        ]
        problems += refusals(self.url, self.headers, self.allowed_hosts)
        if problems:
            raise ScenarioError(f"the replay to {self.shown}", problems)


@dataclass(frozen=True)
class Sent:
    """What came of a replay.

    Attributes:
        stopped: by Ctrl-C.
        aborted: because too many letters in a row found no connection.
    """

    answers: Answers
    stopped: bool = False
    aborted: bool = False


def replay(letters: Sequence[TracedLetter], plan: Plan, *, progress: Callable[[int], object] | None = None) -> Sent:
    """Send the letters, and wait for the answers; if it is stopped, what was sent until then is told all the same.

    Args:
        letters: at least one, by time of receipt.
        progress: told now and then how many letters are begun.

    Raises: ScenarioError as `Plan.check`.
    """
    return asyncio.run(send(letters, plan, progress=progress))


async def send(letters: Sequence[TracedLetter], plan: Plan, *, progress: Callable[[int], object] | None = None) -> Sent:
    """As `replay`, inside an event loop; being cancelled is what Ctrl-C does."""
    plan.check()
    count = len(letters)
    due = np.array([(letter.received - letters[0].received).total_seconds() for letter in letters]) / plan.speed
    never = np.full(count, np.nan)
    outcome = np.full(count, Outcome.UNSENT, np.int16)
    answers = Answers(due, never, never.copy(), outcome, np.zeros(count, np.bool_))
    async with AsyncExitStack() as sessions:
        once = always_new(plan.connections)
        again = Connector(limit=plan.connections, keepalive_timeout=plan.idle) if plan.idle else once
        usual, fresh = [await sessions.enter_async_context(_session(plan, each)) for each in (again, once)]
        sending = _Sending(plan, answers, usual, fresh)
        try:
            await sending.all(letters, progress)
        except asyncio.CancelledError:
            return Sent(answers, stopped=not sending.aborted, aborted=sending.aborted)
    return Sent(answers)


def body(sequence: int, letter: TracedLetter) -> bytes:
    """What is posted: the letter's columns, its number in the trace from 1, and a text of its size."""
    before, after = _around_text(sequence, letter)
    return before + b"." * letter.size + after


async def body_in_pieces(sequence: int, letter: TracedLetter) -> AsyncIterator[bytes]:
    """The same, of which only a piece is in memory at a time."""
    before, after = _around_text(sequence, letter)
    yield before
    for left in range(letter.size, 0, -PIECE):
        yield b"." * min(left, PIECE)
    yield after


def _around_text(sequence: int, letter: TracedLetter) -> tuple[bytes, bytes]:
    content = json.dumps({"sequence": sequence, **letter.plain(), "text": ""}, ensure_ascii=False).encode()
    return content[:-2], content[-2:]


def busiest(letters: Sequence[TracedLetter], seconds: float) -> list[TracedLetter]:
    """The letters of the stretch of that many seconds in which most come; the earliest of several."""
    start = letters[0].received
    received = np.array([(letter.received - start).total_seconds() for letter in letters])
    within = np.searchsorted(received, received + seconds) - np.arange(len(received))
    first = int(within.argmax())
    return list(letters[first : first + int(within[first])])


def _session(plan: Plan, connector: Connector) -> aiohttp.ClientSession:
    # The system under test is reached directly: no proxy of the environment, no cookies of earlier letters.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "lettersim", **plan.headers, "Content-Type": "application/json"},
        auto_decompress=False,
    )


class _Sending:
    """A replay under way.

    Args:
        usual: for letters; it uses connections again.
        fresh: for letters that are sent again; each gets a new connection.
    """

    def __init__(self, plan: Plan, answers: Answers, usual: aiohttp.ClientSession, fresh: aiohttp.ClientSession):
        self.aborted = False
        self._plan, self._answers, self._usual, self._fresh = plan, answers, usual, fresh
        self._url, self._slots = URL(plan.url), asyncio.Semaphore(plan.connections)
        self._now = asyncio.get_running_loop().time
        self._failures_in_a_row = 0
        self._unbegun = len(answers.due)
        self._task = asyncio.current_task()

    async def all(self, letters: Iterable[TracedLetter], progress: Callable[[int], object] | None) -> None:
        """Begin each letter at its time, and wait for all answers."""
        begin = self._now() + LEAD
        told, in_a_row = begin, 0
        async with asyncio.TaskGroup() as under_way:
            for row, letter in enumerate(letters):
                due = begin + float(self._answers.due[row])
                wait = due - self._now()
                in_a_row = 0 if wait > 0 else in_a_row + 1
                if wait > 0 or in_a_row % BURST == 0:
                    await asyncio.sleep(max(wait, 0))
                self._unbegun -= 1
                under_way.create_task(self._post(row, due, letter))
                if progress is not None and self._now() > told + PROGRESS_EVERY:
                    told = self._now()
                    progress(row + 1)

    async def _post(self, row: int, due: float, letter: TracedLetter) -> None:
        self._answers.late[row] = self._now() - due
        outcome: int = Outcome.UNSENT
        try:
            async with asyncio.timeout_at(due + self._plan.timeout), self._slots:
                outcome = Outcome.TIMED_OUT
                outcome = await self._status(row, letter)
        except asyncio.CancelledError:
            outcome = Outcome.UNSENT if outcome == Outcome.UNSENT else Outcome.STOPPED
        except Exception as error:  # whatever one letter meets, the others go on
            outcome = came_of(error) if outcome != Outcome.UNSENT else outcome
        self._answers.latency[row] = self._now() - due
        self._answers.outcome[row] = outcome
        self._mind(outcome)

    async def _status(self, row: int, letter: TracedLetter) -> int:
        """Send one letter, and read the answer to its end."""
        begun = self._now()
        try:
            return await self._exchange(self._usual, row + 1, letter)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if not raced(error, self._now() - begun):
                raise
        self._answers.resent[row] = True
        return await self._exchange(self._fresh, row + 1, letter)

    async def _exchange(self, session: aiohttp.ClientSession, sequence: int, letter: TracedLetter) -> int:
        expect_connection()
        content: bytes | AsyncIterator[bytes]
        if letter.size <= PIECE:
            content, headers = body(sequence, letter), {}
        else:
            length = sum(map(len, _around_text(sequence, letter))) + letter.size
            content, headers = body_in_pieces(sequence, letter), {"Content-Length": str(length)}
        async with session.post(self._url, data=content, headers=headers, allow_redirects=False) as answer:
            came = 0
            async for chunk in answer.content.iter_any():
                came += len(chunk)
                if came > MOST_OF_ANSWER:
                    answer.close()
                    return Outcome.BAD_ANSWER
            return answer.status

    def _mind(self, outcome: int) -> None:
        """Stop where nobody takes letters."""
        if outcome in CONNECTION_FAILURES:
            self._failures_in_a_row += 1
        elif outcome not in (Outcome.UNSENT, Outcome.STOPPED, Outcome.OUR_ERROR):
            self._failures_in_a_row = 0
        enough = 0 < self._plan.abort_after <= self._failures_in_a_row
        if enough and self._unbegun and not self.aborted and self._task is not None:
            self.aborted = True
            self._task.cancel()
