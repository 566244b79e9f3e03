"""Send the letters of a trace to a real system, open loop: each at its own time, however slow the answers are.

A letter is due when its time stamp says, counted from the first letter's and divided by the speed. Its latency
counts from that moment, so a server that stalls is charged for every letter it kept waiting, not only for the
one it was answering (no coordinated omission). No letter is sent twice, and no redirect is followed.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import aiohttp
import numpy as np
from yarl import URL

from sim.answers import Answers, Outcome
from sim.errors import Problem, ScenarioError
from sim.trace_files import TracedLetter

LEAD: Final = 0.1
"""Seconds between the start and the first letter, so that it is not late for want of a session."""

BURST: Final = 16
"""Letters due at once that are begun before the ones under way get their turn."""

PROGRESS_EVERY: Final = 0.2
"""Seconds between two reports of progress."""


@dataclass(frozen=True)
class Plan:
    """Where to send a trace, and how.

    Attributes:
        url: `http` or `https`; each letter is one POST with a JSON body.
        speed: seconds of the trace that pass in one second.
        connections: most letters under way at once; further ones wait for their turn, on the server's account.
        timeout: seconds from the moment a letter is due after which it is given up.
        allowed_hosts: hosts besides this machine that may be loaded.
    """

    url: str
    speed: float = 1.0
    connections: int = 256
    timeout: float = 30.0
    allowed_hosts: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse what must not be sent.

        Raises: ScenarioError for numbers out of range, a URL that is none, or a host that nobody allowed.
        """
        problems = [
            Problem(f"{name} must be above 0, got {getattr(self, name):g}")
            for name in ("speed", "connections", "timeout")
            if not 0 < getattr(self, name) < float("inf")
        ]
        problems += self._of_url()
        if problems:
            raise ScenarioError(f"the replay to {self.url}", problems)

    def _of_url(self) -> list[Problem]:
        try:
            # As the client will read it, so that nobody is fooled about the host.
            url = URL(self.url)
        except ValueError as error:
            return [Problem(f"not a URL: {error}")]
        if url.scheme not in ("http", "https") or not url.host:
            return [Problem("the URL must be like http://127.0.0.1:8080/letters")]
        if _is_loopback(url.host) or url.host in (host.lower() for host in self.allowed_hosts):
            return []
        return [
            Problem(
                f"{url.host} is not this machine. A replay is a load test: run it only against a system whose owner "
                f"agreed, and then say so with --allow-host {url.host}"
            )
        ]


def replay(
    letters: Sequence[TracedLetter], plan: Plan, *, progress: Callable[[int], object] | None = None
) -> tuple[Answers, bool]:
    """Send the letters, and wait for the answers.

    Args:
        letters: at least one, by time of receipt.
        progress: told now and then how many letters are begun.

    Returns: what happened, and whether it was stopped by Ctrl-C; what was sent until then is told all the same.

    Raises: ScenarioError as `Plan.check`.
    """
    return asyncio.run(send(letters, plan, progress=progress))


async def send(
    letters: Sequence[TracedLetter], plan: Plan, *, progress: Callable[[int], object] | None = None
) -> tuple[Answers, bool]:
    """As `replay`, inside an event loop; being cancelled is what Ctrl-C does."""
    plan.check()
    count = len(letters)
    due = np.array([(letter.received - letters[0].received).total_seconds() for letter in letters]) / plan.speed
    never = np.full(count, np.nan)
    answers = Answers(due, never, never.copy(), np.full(count, Outcome.UNSENT, np.int16))
    # The system under test is reached directly: no proxy of the environment, no cookies of earlier letters.
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=plan.connections),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Content-Type": "application/json", "User-Agent": "lettersim"},
        auto_decompress=False,
    ) as session:
        try:
            await _send_when_due(letters, plan, answers, session, progress)
        except asyncio.CancelledError:
            return answers, True
    return answers, False


def body(sequence: int, letter: TracedLetter) -> bytes:
    """What is posted: the letter's columns, its number in the trace from 1, and a text of its size."""
    text = {"sequence": sequence, **letter.plain(), "text": "." * letter.size}
    return json.dumps(text, ensure_ascii=False).encode()


def busiest(letters: Sequence[TracedLetter], seconds: float) -> list[TracedLetter]:
    """The letters of the stretch of that many seconds in which most come; the earliest of several."""
    start = letters[0].received
    received = np.array([(letter.received - start).total_seconds() for letter in letters])
    within = np.searchsorted(received, received + seconds) - np.arange(len(received))
    first = int(within.argmax())
    return list(letters[first : first + int(within[first])])


async def _send_when_due(
    letters: Iterable[TracedLetter],
    plan: Plan,
    answers: Answers,
    session: aiohttp.ClientSession,
    progress: Callable[[int], object] | None,
) -> None:
    now = asyncio.get_running_loop().time
    url, slots = URL(plan.url), asyncio.Semaphore(plan.connections)
    begin = now() + LEAD

    async def post(row: int, due: float, content: bytes) -> None:
        answers.late[row] = now() - due
        outcome: int = Outcome.UNSENT
        try:
            async with asyncio.timeout_at(due + plan.timeout), slots:
                outcome = Outcome.TIMED_OUT
                async with session.post(url, data=content, allow_redirects=False) as answer:
                    await answer.read()
                    outcome = answer.status
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            outcome = Outcome.UNSENT if outcome == Outcome.UNSENT else Outcome.STOPPED
        except (aiohttp.ClientConnectorSSLError, aiohttp.ClientConnectorCertificateError):
            outcome = Outcome.NOT_SECURE
        except aiohttp.ClientConnectorError:
            outcome = Outcome.NO_CONNECTION
        except (aiohttp.ClientError, OSError):
            outcome = Outcome.CONNECTION_LOST
        answers.latency[row] = now() - due
        answers.outcome[row] = outcome

    told, in_a_row = begin, 0
    async with asyncio.TaskGroup() as under_way:
        for row, letter in enumerate(letters):
            due, content = begin + float(answers.due[row]), body(row + 1, letter)
            wait = due - now()
            in_a_row = 0 if wait > 0 else in_a_row + 1
            if wait > 0 or in_a_row % BURST == 0:
                await asyncio.sleep(max(wait, 0))
            under_way.create_task(post(row, due, content))
            if progress is not None and now() > told + PROGRESS_EVERY:
                told = now()
                progress(row + 1)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
