"""Connections to the system under test: how long each lay idle, and what an error on it means."""

import asyncio
import errno
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import aiohttp

from sim.operations.answers import Outcome

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

LEAST_IDLE: Final = 0.05
"""Seconds below which no server closes a connection for lying idle: one closed sooner was dropped in its work."""

LONGEST_RACE: Final = 0.25
"""Seconds after a letter went out within which the news of an idle connection's end can cross it on the way."""

OUR_ERRORS: Final = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM)
"""Errors of a connection that lie with the sender's machine: too many files, no port or no memory left."""

_connected: ContextVar[float | None] = ContextVar("connected")
"""Seconds that the connection of the letter under way had lain idle, 0 if it is new; None without a connection."""


class Connector(aiohttp.TCPConnector):
    """Connections of which it is known how long they lay idle."""

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


def always_new(most: int) -> Connector:
    """Connections that are used once, so many at a time."""
    return Connector(limit=most, force_close=True)


def expect_connection() -> None:
    """From now on, tell of the connection of the letter that is about to be sent."""
    _connected.set(None)


def raced(error: aiohttp.ServerDisconnectedError | aiohttp.ClientOSError, seconds: float) -> bool:
    """Whether a server closed an idle connection as a letter went out on it, before anything of an answer came.

    Args:
        seconds: since the letter went out.
    """
    begun = isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
    idle = _connected.get()
    return not begun and idle is not None and idle >= LEAST_IDLE and seconds <= LONGEST_RACE


def came_of(error: Exception) -> Outcome:
    """What became of a letter that met an error."""
    if isinstance(error, TimeoutError):
        return Outcome.NO_CONNECTION if _connected.get(None) is None else Outcome.TIMED_OUT
    if isinstance(error, aiohttp.ClientConnectorSSLError | aiohttp.ClientConnectorCertificateError):
        return Outcome.NOT_SECURE
    if isinstance(error, OSError) and error.errno in OUR_ERRORS:
        return Outcome.OUR_ERROR
    if isinstance(error, aiohttp.ClientConnectorError):
        return Outcome.NO_CONNECTION
    if isinstance(error, aiohttp.ClientResponseError):
        return Outcome.BAD_ANSWER
    return Outcome.CONNECTION_LOST if isinstance(error, aiohttp.ClientError | OSError) else Outcome.OUR_ERROR
