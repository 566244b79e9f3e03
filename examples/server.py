"""A small mailbox server to try `lettersim replay` against: letters come by HTTP and are kept in SQLite.

    .venv/bin/python examples/server.py
    .venv/bin/lettersim replay letters.csv --to http://127.0.0.1:8080/letters --speed 60

POST /letters takes one letter as JSON and answers 201 once it is on the disk; GET /letters/count says how many there
are. It listens on this machine only. Letters that come while others are being written are written together, in one
transaction (group commit), so that a disk that takes milliseconds a commit still keeps thousands of letters a second.
"""

import argparse
import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from aiohttp import web

SCHEMA = """
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    received TEXT NOT NULL,
    channel TEXT NOT NULL,
    category TEXT NOT NULL,
    unit TEXT NOT NULL,
    text TEXT NOT NULL
)
"""
COLUMNS = {"sequence": int, "received": str, "channel": str, "category": str, "unit": str, "text": str}
INSERT = f"INSERT INTO letters ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


class Mailbox:
    """The letters, in a database that one thread writes."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1)
        self._waiting: list[tuple[tuple[Any, ...], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the database, and create it if need be."""
        self._connection = await self._in_thread(self._connect)

    async def close(self) -> None:
        """Close the database."""
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def keep(self, letter: tuple[Any, ...]) -> None:
        """Return once the letter is on the disk."""
        on_disk = asyncio.get_running_loop().create_future()
        self._waiting.append((letter, on_disk))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await on_disk

    async def count(self) -> int:
        """Number of letters on the disk."""
        (count,) = await self._in_thread(lambda: self._connection.execute("SELECT count(*) FROM letters").fetchone())
        return int(count)

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                await self._in_thread(self._insert, [letter for letter, _ in together])
            except sqlite3.Error as error:
                for _, on_disk in together:
                    if not on_disk.done():
                        on_disk.set_exception(web.HTTPInsufficientStorage(text=str(error)))
            else:
                for _, on_disk in together:
                    if not on_disk.done():
                        on_disk.set_result(None)
        self._writer = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._database)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(SCHEMA)
        return connection

    def _insert(self, letters: list[tuple[Any, ...]]) -> None:
        with self._connection:
            self._connection.executemany(INSERT, letters)

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)


def application(database: Path) -> web.Application:
    """The server's two routes."""
    mailbox = Mailbox(database)

    async def life(_: web.Application) -> Any:
        await mailbox.open()
        yield
        await mailbox.close()

    async def receive(request: web.Request) -> web.Response:
        try:
            letter = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            raise web.HTTPBadRequest(text="must be JSON") from None
        for column, kind in COLUMNS.items():
            if not isinstance(letter, dict) or type(letter.get(column)) is not kind:
                raise web.HTTPBadRequest(text=f"{column} must be of type {kind.__name__}")
        await mailbox.keep(tuple(letter[column] for column in COLUMNS))
        return web.Response(status=201)

    async def count(_: web.Request) -> web.Response:
        return web.json_response({"letters": await mailbox.count()})

    server = web.Application()
    server.cleanup_ctx.append(life)
    server.router.add_post("/letters", receive)
    server.router.add_get("/letters/count", count)
    return server


def main() -> None:
    """Serve until Ctrl-C."""
    arguments = argparse.ArgumentParser(description="A mailbox server on this machine, to try a replay against.")
    arguments.add_argument("--port", type=int, default=8080)
    arguments.add_argument("--database", type=Path, default=Path("letters.db"))
    asked = arguments.parse_args()
    web.run_app(application(asked.database), host="127.0.0.1", port=asked.port, access_log=None)


if __name__ == "__main__":
    main()
