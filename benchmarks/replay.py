"""Replay: how many letters a second the sender keeps up with, and what it adds to the latency itself."""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from run import ROOT

from sim.operations.calls import receipts
from sim.operations.destination import ReplayOptions
from sim.operations.replay_report import report_on
from sim.operations.senders import replay
from sim.operations.trace_files import TracedLetter

RATES = (500, 1_000, 2_000, 3_000)
SECONDS = 10
SIZE = 900


def table() -> list[str]:
    """Letters at random moments, sent for ten seconds to the example server, which keeps them in SQLite."""
    lines = [
        (
            "| letters a second | accepted | failed or unsent | latency p50, p99, max ms "
            "| of it our own p50, p99, max ms | processor time of the sender |"
        ),
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for rate in RATES:
        letters = drawn(rate)
        with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
            plan, before = ReplayOptions(url), time.process_time()
            sent = replay(receipts(letters), plan)
            busy = (time.process_time() - before) / SECONDS
            with urllib.request.urlopen(f"{url}/count") as counted:
                assert json.load(counted) == {"letters": int(sent.answers.accepted.sum())}
        report = report_on(sent, plan, "drawn", {})
        took, own = (f"{each.p50:.1f}, {each.p99:.1f}, {each.max:.1f}" for each in (report.latency, report.overhead))
        lost = report.failed + report.unsent
        lines.append(f"| {rate:,} | {report.accepted:,} | {lost} | {took} | {own} | {100 * busy:.0f}% of a core |")
    return lines


def drawn(rate: int) -> list[TracedLetter]:
    """A Poisson stream, whose bursts ask for more than an even one."""
    start = datetime(2021, 5, 3)
    moments = np.sort(np.random.default_rng(rate).uniform(0, SECONDS, rate * SECONDS)).tolist()
    return [TracedLetter(start + timedelta(seconds=at), "wechat", "noise", "station-1", SIZE) for at in moments]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The example server as a process of its own; yields where it takes letters."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server, database = ROOT / "examples" / "server.py", folder / "letters.db"
    command = [sys.executable, str(server), "--port", str(port), "--database", str(database)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not answers(port):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/letters"
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
