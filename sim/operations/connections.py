"""Connections of a replay: one exchange of request and answer over HTTP, and what it means when one breaks."""

import asyncio
import errno
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import aiohttp

from sim.operations.answers import Unanswered
from sim.operations.destination import ReplayOptions
from sim.operations.requests import Address, Fields, PreparedRequest, RequestBody

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

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


class HttpAnswer(NamedTuple):
    """An answer, of which the content is kept where it names a letter."""

    status: int  # BAD_ANSWER where it has no end
    headers: Mapping[str, str] = {}
    content: bytes = b""

    @property
    def accepted(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300


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


def open_session(options: ReplayOptions, *, again: bool) -> aiohttp.ClientSession:
    """A session whose connections are used again, or each for one request only.

    Args:
        again: as far as the options let connections lie idle.
    """
    connector = _Connector(limit=options.connections, force_close=True)
    if again and options.idle:
        connector = _Connector(limit=options.connections, keepalive_timeout=options.idle)
    # The system under test is reached directly: no proxy of the environment, no cookies of earlier calls.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "lettersim", **options.headers},
        auto_decompress=False,
    )


async def exchange(
    session: aiohttp.ClientSession, address: Address, request: PreparedRequest, fields: Fields
) -> HttpAnswer:
    """Send one request, and read the answer to its end; what goes wrong is raised as `aiohttp` raises it."""
    _connected.set(None)
    url, headers = address.of(request.filled_path(fields)), request.filled_headers(fields)
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
                return HttpAnswer(Unanswered.BAD_ANSWER)
            if request.names_letter:
                kept.append(chunk)
        return HttpAnswer(answer.status, answer.headers, b"".join(kept))


def raced(error: aiohttp.ServerDisconnectedError | aiohttp.ClientOSError, seconds: float) -> bool:
    """Whether a server closed an idle connection as a call went out on it, before anything of an answer came.

    Args:
        seconds: since the call went out.
    """
    begun = isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
    idle = _connected.get()
    return not begun and idle is not None and idle >= _LEAST_IDLE and seconds <= _LONGEST_RACE


def failure_of(error: Exception) -> Unanswered:
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
