"""Locust file: a load test that sends the letters of a trace along their arrival curve."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from sim.operations.trace_files import TracedLetter

_TEMPLATE: Final = '''"""Load for a mailbox: the letters of letters.jsonl beside this file, along their arrival curve.

    SPEED=60 locust -f locustfile.py --headless --host http://127.0.0.1:8080

A user posts its first letter within PACE seconds and then one every PACE seconds, which is an hour of the trace if
not said; as many users are at work as the rate of the hour needs. The letters are taken in the order of the trace,
each once; the test ends with the curve.
`lettersim replay` sends the same letters each at its exact time.
"""

import json
import os
import random
import time
from pathlib import Path

from locust import HttpUser, LoadTestShape, task
from locust.exception import StopUser

SPEED = float(os.environ.get("SPEED", "60"))  # seconds of the trace that pass in one second
PACE = float(os.environ.get("PACE", 3600 / SPEED))  # seconds between two letters of a user
PATH = os.environ.get("LETTERS_PATH", "/letters")

LETTERS_AN_HOUR = [
{curve}
]


def letters():
    with Path(__file__).with_name("letters.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            letter = json.loads(line)
            yield {{"sequence": number, **letter, "text": "." * letter["size"]}}


LETTERS = letters()


class Writer(HttpUser):
    def on_start(self):
        # Users who come together do not write together, the first time or later.
        time.sleep(random.uniform(0, PACE))
        self.due = time.perf_counter()

    def wait_time(self):
        self.due += PACE
        return max(self.due - time.perf_counter(), 0)

    @task
    def write(self):
        letter = next(LETTERS, None)
        if letter is None:
            raise StopUser
        self.client.post(PATH, json=letter)


class ArrivalCurve(LoadTestShape):
    def tick(self):
        hour = int(self.get_run_time() * SPEED / 3600)
        if hour >= len(LETTERS_AN_HOUR):
            return None
        users = round(LETTERS_AN_HOUR[hour] / 3600 * SPEED * PACE)
        return users, max(users, self.get_current_user_count(), 1)  # at once, in a second
'''


def write_locust_file(letters: Sequence[TracedLetter], path: Path) -> None:
    """Write the file; its curve counts the letters of each hour from midnight of the first one's day."""
    received = np.array([letter.received for letter in letters], dtype="datetime64[s]")
    midnight = received[:1].astype("datetime64[D]")
    counts = np.bincount((received - midnight).astype(np.int64) // 3_600).tolist()
    days = [counts[hour : hour + 24] for hour in range(0, len(counts), 24)]
    curve = "\n".join("    " + " ".join(f"{count}," for count in day) for day in days)
    path.write_text(_TEMPLATE.format(curve=curve), "utf-8")
