"""Locust file: a load test that sends each letter of a trace at its time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.operations.trace_files import TracedLetter

_SOURCE: Final = '''"""Load for a mailbox: the letters of letters.jsonl beside this file, each at its time.

    SPEED=60 locust -f locustfile.py --headless --host http://127.0.0.1:8080

USERS send at once at most; each takes the next letter of the trace, waits until it is due, and posts it. The test
ends when the last letter is answered. If all users wait for answers, letters go out late; how many is said at the end,
and the row "since due" counts from the moment a letter was due, so that no stall is hidden. TOKEN is sent as a bearer
token.
"""

import json
import os
import time
from datetime import datetime
from pathlib import Path

from locust import HttpUser, LoadTestShape, events, task
from locust.exception import StopUser

SPEED = float(os.environ.get("SPEED", "60"))  # seconds of the trace that pass in one second
USERS = int(os.environ.get("USERS", "256"))
LETTERS_PATH = os.environ.get("LETTERS_PATH", "/letters")
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}"} if "TOKEN" in os.environ else {}
GET_READY = 2.0  # seconds until the first letter is due, in which all users come

TRACE = Path(__file__).with_name("letters.jsonl")
with TRACE.open(encoding="utf-8") as counted:
    TOTAL = sum(1 for _ in counted)


def letters():
    """Each letter with the seconds after the first one at which it is due."""
    with TRACE.open(encoding="utf-8") as file:
        first = None
        for number, line in enumerate(file, start=1):
            letter = json.loads(line)
            received = datetime.fromisoformat(letter["received"])
            first = first or received
            body = {"sequence": number, **letter, "text": "." * letter["size"]}
            yield (received - first).total_seconds() / SPEED, body


class Run:
    begun = None
    answered = 0
    late = 0


LETTERS = letters()


class Writer(HttpUser):
    @task
    def write(self):
        offset, letter = next(LETTERS, (None, None))
        if letter is None:
            raise StopUser
        if Run.begun is None:
            Run.begun = time.perf_counter() + GET_READY
        due = Run.begun + offset
        time.sleep(max(due - time.perf_counter(), 0))
        Run.late += time.perf_counter() - due > 0.1
        try:
            response = self.client.post(LETTERS_PATH, json=letter, headers=HEADERS)
            self.environment.events.request.fire(
                request_type="POST",
                name=f"{LETTERS_PATH} since due",
                response_time=1_000 * (time.perf_counter() - due),
                response_length=0,
                exception=None if response.ok else RuntimeError(response.status_code),
                context={},
            )
        finally:
            Run.answered += 1


class EveryLetter(LoadTestShape):
    def tick(self):
        return None if Run.answered >= TOTAL else (USERS, USERS)


@events.test_stop.add_listener
def told(**_):
    print(f"{Run.answered} of {TOTAL} letters were answered; {Run.late} were sent more than 0.1 s late")
'''


def write_locust_file(_: Sequence[TracedLetter], path: Path) -> None:
    """Write the file; it reads the letters from letters.jsonl beside it."""
    path.write_text(_SOURCE, "utf-8", newline="\n")
