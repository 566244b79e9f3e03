"""A small mailbox server to try `lettersim replay` against: letters come by HTTP and are kept in SQLite or PostgreSQL.

    .venv/bin/python examples/server.py
    .venv/bin/lettersim replay letters.csv --to http://127.0.0.1:8080/letters --speed 60

openapi.json beside this file describes its calls: a letter is taken in, its steps begin and end, and staff,
dashboards and writers read. A letter and a step are answered once they are on the disk. It listens on this machine
only. Calls that come while others are being written are written together, in one transaction (group commit), so that
a disk that takes milliseconds a commit still keeps thousands of them a second. `--database postgresql://...` keeps them
in PostgreSQL, by asyncpg (`pip install asyncpg`).
"""

import argparse
import asyncio
import re
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

SCHEMA = """
CREATE TABLE IF NOT EXISTS letters (
    id BIGINT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    received TEXT NOT NULL,
    channel TEXT NOT NULL,
    category TEXT NOT NULL,
    unit TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS letters_of_unit ON letters (unit, id);
CREATE TABLE IF NOT EXISTS steps (
    number BIGINT PRIMARY KEY,
    letter BIGINT NOT NULL REFERENCES letters (id),
    step TEXT NOT NULL,
    moment TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS steps_of_letter ON steps (letter, number);
"""
COLUMNS = {"sequence": int, "received": str, "channel": str, "category": str, "unit": str, "text": str}
TABLES = {"letters": ("id", *COLUMNS), "steps": ("number", "letter", "step", "moment", "at")}
"""Tables in the order in which rows must be inserted, and their columns."""
TEXTS = {"received", "channel", "category", "unit", "text", "step", "moment", "at"}
SUMMARY = "id, received, channel, category, unit"
MOMENTS = ("start", "finish")

Row = tuple[Any, ...]


class StorageError(Exception):
    """The database cannot be reached, or is full."""


class Database(Protocol):
    """What keeps letters."""

    async def open(self) -> None:
        """Open it, and create the tables if need be."""

    async def close(self) -> None:
        """Close it."""

    async def insert(self, rows: dict[str, list[Row]]) -> None:
        """Insert rows of the tables in one transaction, and return when they are on the disk.

        Raises: StorageError
        """

    async def read(self, query: str, values: Row = ()) -> Sequence[Any]:
        """Rows of a query, whose values stand in it as `?`.

        Raises: StorageError
        """


class Sqlite:
    """A SQLite database in a file, which one thread uses."""

    def __init__(self, path: Path) -> None:
        self._path, self._thread = path, ThreadPoolExecutor(1)

    async def open(self) -> None:
        self._connection = await self._in_thread(self._connect)

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def insert(self, rows: dict[str, list[Row]]) -> None:
        await self._in_thread(self._insert, rows)

    async def read(self, query: str, values: Row = ()) -> Sequence[Any]:
        rows: list[Row] = await self._in_thread(lambda: self._connection.execute(query, values).fetchall())
        return rows

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
        return connection

    def _insert(self, rows: dict[str, list[Row]]) -> None:
        with self._connection:
            for table, columns in TABLES.items():
                if rows[table]:
                    places = ", ".join("?" * len(columns))
                    self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows[table])

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error


class Postgres:
    """A PostgreSQL database, by a few connections."""

    def __init__(self, url: str) -> None:
        import asyncpg  # only who has PostgreSQL needs it

        self._library, self._url = asyncpg, url

    async def open(self) -> None:
        self._pool = await self._library.create_pool(self._url, min_size=2, max_size=4)
        await self._pool.execute(SCHEMA)

    async def close(self) -> None:
        await self._pool.close()

    async def insert(self, rows: dict[str, list[Row]]) -> None:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                for table, columns in TABLES.items():
                    if rows[table]:
                        # A column at a time is several times as fast as a row at a time.
                        kinds = ("text" if each in TEXTS else "bigint" for each in columns)
                        places = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, start=1))
                        insert = f"INSERT INTO {table} SELECT * FROM unnest({places})"
                        await connection.execute(insert, *map(list, zip(*rows[table], strict=True)))
        except (self._library.PostgresError, self._library.InterfaceError, OSError) as error:
            raise StorageError(str(error)) from error

    async def read(self, query: str, values: Row = ()) -> Sequence[Any]:
        number = count(1)
        try:
            return await self._pool.fetch(re.sub(r"\?", lambda _: f"${next(number)}", query), *values)
        except (self._library.PostgresError, self._library.InterfaceError, OSError) as error:
            raise StorageError(str(error)) from error


class Mailbox:
    """The letters, of which those that come together are written together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[str, Row, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the database, and see what is in it."""
        await self._database.open()
        self._last, self._last_step = [
            (await self._database.read(f"SELECT coalesce(max({column}), 0) FROM {table}"))[0][0]
            for table, column in (("letters", "id"), ("steps", "number"))
        ]
        # Counted once and kept up, since a dashboard may ask often.
        counted = await self._database.read("SELECT moment, count(*) FROM steps GROUP BY moment")
        self._moments = dict.fromkeys(MOMENTS, 0) | dict(map(tuple, counted))

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    async def keep_letter(self, letter: Row) -> int:
        """The id of a letter, once it is on the disk."""
        self._last += 1
        number = self._last
        await self._keep("letters", (number, *letter))
        return number

    async def keep_step(self, letter: int, step: str, moment: str, at: str) -> None:
        """Return once it is on the disk that a step began or ended."""
        self._last_step += 1
        await self._keep("steps", (self._last_step, letter, step, moment, at))
        self._moments[moment] += 1

    def has(self, letter: int) -> bool:
        """Whether there is a letter."""
        return 1 <= letter <= self._last

    async def count(self) -> int:
        """Number of letters on the disk."""
        return int((await self._database.read("SELECT count(*) FROM letters"))[0][0])

    async def latest(self, unit: str | None, limit: int) -> list[dict[str, Any]]:
        """The latest letters, of a unit if one is named."""
        where, values = ("", ()) if unit is None else ("WHERE unit = ?", (unit,))
        query = f"SELECT {SUMMARY} FROM letters {where} ORDER BY id DESC LIMIT ?"
        rows = await self._database.read(query, (*values, limit))
        return [dict(zip(SUMMARY.split(", "), row, strict=True)) for row in rows]

    async def status(self, letter: int) -> dict[str, Any] | None:
        """A letter with its steps; None if there is none."""
        rows = await self._database.read(f"SELECT {SUMMARY} FROM letters WHERE id = ?", (letter,))
        query = "SELECT step, moment, at FROM steps WHERE letter = ? ORDER BY number"
        steps = await self._database.read(query, (letter,))
        if not rows:
            return None
        told = [dict(zip(("step", "moment", "at"), step, strict=True)) for step in steps]
        return {**dict(zip(SUMMARY.split(", "), rows[0], strict=True)), "steps": told}

    def figures(self) -> dict[str, int]:
        """What a dashboard shows."""
        begun, ended = (self._moments[moment] for moment in MOMENTS)
        return {"letters": self._last, "steps": ended, "in_work": begun - ended}

    async def _keep(self, table: str, row: Row) -> None:
        on_disk = asyncio.get_running_loop().create_future()
        self._waiting.append((table, row, on_disk))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await on_disk

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            rows: dict[str, list[Row]] = {table: [] for table in TABLES}
            for table, row, _ in together:
                rows[table].append(row)
            try:
                await self._database.insert(rows)
            except StorageError as error:
                for *_, on_disk in together:
                    if not on_disk.done():
                        on_disk.set_exception(web.HTTPInsufficientStorage(text=str(error)))
            else:
                for *_, on_disk in together:
                    if not on_disk.done():
                        on_disk.set_result(None)
        self._writer = None


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


def application(database: str | Path) -> web.Application:
    """The server's routes, as openapi.json describes them.

    Args:
        database: a file of SQLite, or the URL of a PostgreSQL database.
    """
    is_url = str(database).startswith(("postgresql://", "postgres://"))
    mailbox = Mailbox(Postgres(str(database)) if is_url else Sqlite(Path(database)))

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
    arguments.add_argument("--database", default="letters.db", help="a file of SQLite, or postgresql://USER@HOST/NAME")
    asked = arguments.parse_args()
    web.run_app(application(asked.database), host="127.0.0.1", port=asked.port, access_log=None)


if __name__ == "__main__":
    main()
