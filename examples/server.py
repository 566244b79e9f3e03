"""A small mailbox server to try `lettersim replay` against: letters come by HTTP and are kept in SQLite.

    .venv/bin/python examples/server.py
    .venv/bin/lettersim replay letters.csv --to http://127.0.0.1:8080/letters --speed 60

openapi.json beside this file describes its calls: a letter is taken in, its steps begin and end, and staff,
dashboards and writers read. A letter and a step are answered once they are on the disk. It listens on this machine
only. Calls that come while others are being written are written together, in one transaction (group commit), so that
a disk that takes milliseconds a commit still keeps thousands of them a second.
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
);
CREATE INDEX IF NOT EXISTS letters_of_unit ON letters (unit, id);
CREATE TABLE IF NOT EXISTS steps (
    letter INTEGER NOT NULL REFERENCES letters (id),
    step TEXT NOT NULL,
    moment TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS steps_of_letter ON steps (letter);
"""
COLUMNS = {"sequence": int, "received": str, "channel": str, "category": str, "unit": str, "text": str}
KEEP_LETTER = f"INSERT INTO letters (id, {', '.join(COLUMNS)}) VALUES (?, {', '.join('?' * len(COLUMNS))})"
KEEP_STEP = "INSERT INTO steps (letter, step, moment, at) VALUES (?, ?, ?, ?)"
SUMMARY = "id, received, channel, category, unit"
MOMENTS = ("start", "finish")


class Mailbox:
    """The letters, in a database that one thread writes."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1)
        self._waiting: list[tuple[str, tuple[Any, ...], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the database, and create it if need be."""
        self._connection = await self._in_thread(self._connect)
        self._last = (await self._read("SELECT coalesce(max(id), 0) FROM letters"))[0][0]
        # Counted once and kept up, since a dashboard may ask often.
        self._moments = dict.fromkeys(MOMENTS, 0) | dict(
            await self._read("SELECT moment, count(*) FROM steps GROUP BY moment")
        )

    async def close(self) -> None:
        """Close the database."""
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def keep_letter(self, letter: tuple[Any, ...]) -> int:
        """The id of a letter, once it is on the disk."""
        self._last += 1
        number = self._last
        await self._keep(KEEP_LETTER, (number, *letter))
        return number

    async def keep_step(self, letter: int, step: str, moment: str, at: str) -> None:
        """Return once it is on the disk that a step began or ended."""
        await self._keep(KEEP_STEP, (letter, step, moment, at))
        self._moments[moment] += 1

    def has(self, letter: int) -> bool:
        """Whether there is a letter."""
        return 1 <= letter <= self._last

    async def count(self) -> int:
        """Number of letters on the disk."""
        return int((await self._read("SELECT count(*) FROM letters"))[0][0])

    async def latest(self, unit: str | None, limit: int) -> list[dict[str, Any]]:
        """The latest letters, of a unit if one is named."""
        where, values = ("", ()) if unit is None else ("WHERE unit = ?", (unit,))
        rows = await self._read(f"SELECT {SUMMARY} FROM letters {where} ORDER BY id DESC LIMIT ?", (*values, limit))
        return [dict(zip(SUMMARY.split(", "), row, strict=True)) for row in rows]

    async def status(self, letter: int) -> dict[str, Any] | None:
        """A letter with its steps; None if there is none."""
        rows = await self._read(f"SELECT {SUMMARY} FROM letters WHERE id = ?", (letter,))
        steps = await self._read("SELECT step, moment, at FROM steps WHERE letter = ? ORDER BY rowid", (letter,))
        if not rows:
            return None
        told = [dict(zip(("step", "moment", "at"), step, strict=True)) for step in steps]
        return {**dict(zip(SUMMARY.split(", "), rows[0], strict=True)), "steps": told}

    def figures(self) -> dict[str, int]:
        """What a dashboard shows."""
        begun, ended = (self._moments[moment] for moment in MOMENTS)
        return {"letters": self._last, "steps": ended, "in_work": begun - ended}

    async def _keep(self, statement: str, values: tuple[Any, ...]) -> None:
        on_disk = asyncio.get_running_loop().create_future()
        self._waiting.append((statement, values, on_disk))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await on_disk

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                await self._in_thread(self._insert, [(statement, values) for statement, values, _ in together])
            except sqlite3.Error as error:
                for *_, on_disk in together:
                    if not on_disk.done():
                        on_disk.set_exception(web.HTTPInsufficientStorage(text=str(error)))
            else:
                for *_, on_disk in together:
                    if not on_disk.done():
                        on_disk.set_result(None)
        self._writer = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._database)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
        return connection

    def _insert(self, rows: list[tuple[str, tuple[Any, ...]]]) -> None:
        with self._connection:
            for statement in (KEEP_LETTER, KEEP_STEP):
                self._connection.executemany(statement, [values for each, values in rows if each == statement])

    async def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = await self._in_thread(lambda: self._connection.execute(query, values).fetchall())
        return rows

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)


async def content(request: web.Request, columns: dict[str, type]) -> tuple[Any, ...]:
    """What a request says in its columns.

    Raises: HTTPBadRequest if it is no JSON object, or a column is not of its type.
    """
    try:
        said = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise web.HTTPBadRequest(text="must be JSON") from None
    for column, kind in columns.items():
        if not isinstance(said, dict) or type(said.get(column)) is not kind:
            raise web.HTTPBadRequest(text=f"{column} must be of type {kind.__name__}")
    return tuple(said[column] for column in columns)


def application(database: Path) -> web.Application:
    """The server's routes, as openapi.json describes them."""
    mailbox = Mailbox(database)

    async def life(_: web.Application) -> Any:
        await mailbox.open()
        yield
        await mailbox.close()

    def letter_of(request: web.Request) -> int:
        number = request.match_info["id"]
        if not (number.isascii() and number.isdecimal() and len(number) < 19 and mailbox.has(int(number))):
            raise web.HTTPNotFound(text="there is no such letter")
        return int(number)

    async def receive(request: web.Request) -> web.Response:
        number = await mailbox.keep_letter(await content(request, COLUMNS))
        return web.json_response({"id": number}, status=201, headers={"Location": f"/letters/{number}"})

    async def step(request: web.Request) -> web.Response:
        letter, moment = letter_of(request), request.match_info["moment"]
        if moment not in MOMENTS:
            raise web.HTTPBadRequest(text=f"the moment must be one of {', '.join(MOMENTS)}")
        (at,) = await content(request, {"at": str})
        await mailbox.keep_step(letter, request.match_info["step"], moment, at)
        return web.Response(status=204)

    async def latest(request: web.Request) -> web.Response:
        limit = request.query.get("limit", "50")
        if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:5]) <= 1_000):
            raise web.HTTPBadRequest(text="limit must be a number from 1 to 1000")
        return web.json_response({"letters": await mailbox.latest(request.query.get("unit"), int(limit))})

    async def status(request: web.Request) -> web.Response:
        found = await mailbox.status(letter_of(request))
        if found is None:
            raise web.HTTPNotFound(text="there is no such letter")
        return web.json_response(found)

    async def count(_: web.Request) -> web.Response:
        return web.json_response({"letters": await mailbox.count()})

    async def dashboard(_: web.Request) -> web.Response:
        return web.json_response(mailbox.figures())

    server = web.Application()
    server.cleanup_ctx.append(life)
    server.router.add_post("/letters", receive)
    server.router.add_get("/letters", latest)
    server.router.add_get("/letters/count", count)
    server.router.add_get("/letters/{id}", status)
    server.router.add_post("/letters/{id}/steps/{step}/{moment}", step)
    server.router.add_get("/dashboard", dashboard)
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
