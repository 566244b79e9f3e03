"""A real stack under 2,000 calls a second: the example server with PostgreSQL, healthy, stalled, killed and back again.

Where PostgreSQL or its driver is not installed the server keeps letters in SQLite.
"""

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from postgres import free_port, postgres_programs, running_postgres
from systems import START
from test_replay_calls import WAY

from sim.commands.main import cli
from sim.operations.answers import Sent, Unanswered
from sim.operations.calls import Calls
from sim.operations.destination import ReplayOptions
from sim.operations.outages import OutageKind
from sim.operations.replay_report import report_on
from sim.operations.senders import replay
from sim.operations.trace_files import TracedLetter
from sim.statistics import Verdict

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SERVER = Path(__file__).parent.parent / "examples" / "server.py"
RATE = 2_000
MOST_LATE = 2.0
"""Seconds; twice as late as the sender is where it shares two cores with the server and with others."""
TOO_BUSY = f"this machine is too busy to send {RATE:,} calls a second in time"
SCENARIO = """
name: Five calls a letter
start: 2024-01-01
window: 1 d
cool_down: 0 d
arrivals: {per_day: 5000}
teams: {desk: {tier: city, staff: {always: 30}}}
workflow:
  - sign: {by: desk, effort: {mean: 1 min, cv: 0.5}}
  - contact: {by: desk, effort: {mean: 2 min, cv: 0.5}}
system: {service: {all: {p99: 1 s, errors: 1%}}}
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    programs = postgres_programs()
    if programs is None:
        yield str(tmp_path / "letters.db")
    else:
        with running_postgres(programs) as url:
            yield url


def kept(database: str) -> tuple[int, int]:
    """How many letters and steps are in a database."""
    queries = [f"SELECT count(*) FROM {table}" for table in ("letters", "steps")]
    if not database.startswith("postgresql"):
        connection = sqlite3.connect(database)
        letters, steps = (connection.execute(query).fetchone()[0] for query in queries)
        connection.close()
        return letters, steps

    async def ask() -> tuple[int, int]:
        import asyncpg

        connection = await asyncpg.connect(database)
        letters, steps = [await connection.fetchval(query) for query in queries]
        await connection.close()
        return letters, steps

    return asyncio.run(ask())


class Server:
    """The example server as a process, which can be stopped, killed and started again."""

    def __init__(self, database: str) -> None:
        self._port, self._database = free_port(), database
        self.url = f"http://127.0.0.1:{self._port}/letters"
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(SERVER), "--port", str(self._port), "--database", self._database]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while True:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            assert self._process.poll() is None, "the server did not start"
            time.sleep(0.05)

    def stall(self, seconds: float) -> None:
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def server(database: str) -> Iterator[Server]:
    server = Server(database)
    yield server
    server.kill()


def ways(seconds: float) -> Calls:
    """Letters at random moments, each with five calls within some seconds, at the rate in all."""
    chance, letters = np.random.default_rng(1), round(RATE * seconds / len(WAY))
    first = np.sort(chance.uniform(0, seconds, letters))
    between = np.cumsum(chance.exponential(1.0, (letters, len(WAY) - 1)), axis=1)
    at = np.column_stack([first, first[:, None] + between]).ravel()
    order = np.argsort(at, kind="stable")
    return Calls(
        start=START,
        at=at[order] - at.min(),
        letter=np.repeat(np.arange(letters), len(WAY))[order],
        operation=np.tile(np.arange(len(WAY)), letters)[order].astype(np.int16),
        unit=["station-1"] * len(at),
        operations=WAY,
        letters=[TracedLetter(START + timedelta(seconds=each), "web", "noise", "station-1", 900) for each in first],
    )


def test_five_calls_a_letter_by_the_commands(tmp_path: Path, server: Server, database: str) -> None:
    """From the scenario to the verdict: its calls at 2,000 a second, judged by its own service levels."""
    (tmp_path / "five.yaml").write_text(SCENARIO, "utf-8")
    run, folder = CliRunner(), tmp_path / "exported"
    options = ["--replications", "2", "--lang", "en", "--no-report"]
    answer = run.invoke(cli, ["targets", str(tmp_path / "five.yaml"), "--export", str(folder), *options])
    assert answer.exit_code == 0, answer.output
    command = ["replay", str(folder / "calls.csv"), "--to", server.url, "--rate", str(RATE), "--processes", "2"]
    more = ["--ramp", "2 s", "--warm-up", "1 s", "--reads", "none", "--timeout", "1 min", "--lang", "en", "--force"]
    for _ in range(3):
        before = sum(kept(database))
        answer = run.invoke(cli, [*command, *more, "--out", str(tmp_path / "out")])
        assert answer.exit_code == 0, answer.output
        told = json.loads((tmp_path / "out" / "replay.json").read_text("utf-8"))
        assert set(told["operations"]) == set(WAY)
        assert told["losses"] == {}
        assert told["calls"] == told["accepted"]
        assert sum(kept(database)) - before == told["calls"] + told["not_counted"]
        judged = {(each["name"], each["operation"]): each["verdict"] for each in told["checks"]}
        if judged["pace", ""] == "met":
            break
    else:
        pytest.skip(TOO_BUSY)
    assert told["busiest"]["second"] >= RATE
    for name in WAY:
        assert judged["errors", name] == judged["latency", name] == "met"


class Replaying:
    """A replay of so many seconds in the background, and the time since it began."""

    def __init__(self, url: str, seconds: float) -> None:
        self.calls, self.options = ways(seconds), ReplayOptions(url, processes=2, abort_after=0, timeout=60)
        began = threading.Event()
        self._sent: list[Sent] = []
        self._sending = threading.Thread(target=self._send, args=(began,))
        self._sending.start()
        assert began.wait(60)
        self._clock = time.monotonic()

    def _send(self, began: threading.Event) -> None:
        self._sent.append(replay(self.calls, self.options, progress=lambda begun: began.set() if begun else None))

    def now(self) -> float:
        return time.monotonic() - self._clock

    def wait_until(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds - self.now()))

    def sent(self) -> Sent:
        """What came of it; skips where the sender itself was so late that the server had no time either."""
        self._sending.join()
        if np.nanpercentile(self._sent[0].answers.late, 99) > MOST_LATE:
            pytest.skip(TOO_BUSY)
        return self._sent[0]


def test_a_stall_is_told_and_charged_to_the_calls_that_it_kept_waiting(server: Server, database: str) -> None:
    replaying = Replaying(server.url, 10)
    replaying.wait_until(4)
    stalled = replaying.now()
    server.stall(2)
    sent = replaying.sent()
    answers = sent.answers
    report = report_on(sent, replaying.options, "ways", {})
    assert answers.accepted.all()
    assert sum(kept(database)) == len(answers.due) + answers.resent.sum()
    assert {each.kind for each in report.outages} == {OutageKind.STALLED}
    stall = next(each for each in report.outages if each.start < stalled + 1.5 and each.end > stalled + 1)
    assert stall.end - stall.start >= 1.5
    assert stall.due > RATE
    assert stall.lost == 0
    # It stalled until 2 s: what was due after 0.5 s waited 1.5 s, whatever the sender did.
    within = (answers.due > stalled + 0.3) & (answers.due < stalled + 0.7)
    assert within.sum() > 500
    assert answers.latency[within].min() >= 0.9
    assert report.course.waiting.max() > RATE


def test_a_death_is_told_and_what_was_answered_is_kept(server: Server, database: str) -> None:
    replaying = Replaying(server.url, 18)
    replaying.wait_until(6)
    killed = replaying.now()
    server.kill()
    time.sleep(2)
    server.start()
    back = replaying.now()
    sent = replaying.sent()
    answers = sent.answers
    report = report_on(sent, replaying.options, "ways", {})

    # What was due is lost until it is back, and only then is a connection refused.
    deaths = [each for each in report.outages if each.kind is OutageKind.DOWN]
    assert sum(max(0.0, min(each.end, back) - max(each.start, killed)) for each in deaths) >= 1.5
    refused = answers.outcome == Unanswered.NO_CONNECTION
    assert refused.sum() > RATE / 2
    moments = (answers.due + answers.latency)[refused]
    assert killed - 1.5 <= moments.min() <= moments.max() <= back + 1.5
    assert report.verdict is Verdict.MISSED
    judged = {(check.name, check.operation): check.verdict for check in report.checks}
    assert judged["errors", "receive"] is judged["ids", ""] is Verdict.MISSED

    # Back again it takes letters, and steps of letters that it knew before.
    late = (answers.due > back + 2) & (answers.outcome != Unanswered.NO_ID)
    assert late.sum() > RATE
    assert answers.accepted[late].mean() >= 0.99
    received = answers.due[answers.operation == 0]  # by letter, since these come in the order of their receipts
    known = late & (received[answers.letter] < killed - 1) & (answers.operation > 0)
    assert known.sum() > 10
    assert answers.accepted[known].mean() >= 0.99

    # What was answered is on the disk; what may be there besides was under way when it died.
    letters, steps = kept(database)
    accepted = np.bincount(np.minimum(answers.operation[answers.accepted], 1), minlength=2)
    in_doubt = np.count_nonzero(answers.outcome == Unanswered.CONNECTION_LOST) + np.count_nonzero(answers.resent)
    assert accepted[0] <= letters <= accepted[0] + in_doubt
    assert accepted[1] <= steps <= accepted[1] + in_doubt
