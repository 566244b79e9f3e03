"""Scripts for load-test programs send what was simulated: each letter once, in order, at the rate at which it came."""

import csv
import json
import re
import subprocess
import sys
from base64 import b64decode
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from types import SimpleNamespace
from typing import Any

import pytest

from sim.operations.exports.feeder import write_feeder
from sim.operations.exports.k6 import write_k6_script
from sim.operations.exports.locust import write_locust_file
from sim.operations.exports.vegeta import write_vegeta_script, write_vegeta_targets
from sim.operations.trace_files import TracedLetter, write_trace

TRACE_START = datetime(2024, 5, 1, 1)
HOURS = (0, 0, 2, 23)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Scripts for four letters: two at 1:00, one at 3:00 and one at 0:00 of the next day."""
    letters = [TracedLetter(TRACE_START + timedelta(hours=hour), size=10 + hour) for hour in HOURS]
    write_trace(letters, tmp_path / "letters.jsonl")
    write_locust_file(letters, tmp_path / "locustfile.py")
    write_k6_script(letters, tmp_path / "load.k6.js")
    write_vegeta_script(letters, tmp_path / "vegeta.sh")
    write_vegeta_targets(letters, tmp_path / "vegeta.jsonl")
    write_feeder(letters, tmp_path / "feeder.csv")
    level = {"latency_ms": {"p95": 300, "p999": 1_000}, "errors": 0.01}
    (tmp_path / "targets.json").write_text(json.dumps({"operations": {"receive": {"service_level": level}}}))
    return tmp_path


def test_the_locust_file_sends_each_letter_at_its_time(scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With stand-ins for Locust and the clock: two letters at once, one 2 s and one 23 s later."""
    posted: list[tuple[float, int, int]] = []
    now = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    class Client:
        def post(self, _: str, *, json: dict[str, Any], headers: dict[str, str]) -> SimpleNamespace:
            assert headers == {}
            posted.append((now, json["sequence"], len(json["text"])))
            return SimpleNamespace(ok=True)

    class User:
        client = Client()
        environment = SimpleNamespace(events=SimpleNamespace(request=SimpleNamespace(fire=lambda **_: None)))

    events = SimpleNamespace(test_stop=SimpleNamespace(add_listener=lambda function: function))
    locust = SimpleNamespace(HttpUser=User, LoadTestShape=object, events=events, task=lambda function: function)
    monkeypatch.setitem(sys.modules, "locust", locust)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "locust.exception", SimpleNamespace(StopUser=StopIteration))  # type: ignore[arg-type]
    monkeypatch.setenv("SPEED", "3600")
    names = {"__file__": str(scripts / "locustfile.py"), "__name__": "locustfile"}
    exec(compile((scripts / "locustfile.py").read_text("utf-8"), "locustfile.py", "exec"), names)
    names["time"] = SimpleNamespace(sleep=sleep, perf_counter=lambda: now)  # type: ignore[assignment]
    shape, writer = names["EveryLetter"](), names["Writer"]()  # type: ignore[operator]
    assert shape.tick() == (256, 256)
    for _ in HOURS:
        writer.write()
    with pytest.raises(StopIteration):
        writer.write()
    assert posted == [(102.0, 1, 10), (102.0, 2, 10), (104.0, 3, 12), (125.0, 4, 33)]
    assert shape.tick() is None


@pytest.mark.skipif(find_spec("locust") is None, reason="no locust on this machine")
def test_locust_takes_the_locust_file(scripts: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", str(scripts / "locustfile.py"), "--list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Writer" in listed.stdout + listed.stderr


K6 = """
const __ENV = { SPEED: "3600", FROM: "1", TOKEN: "secret" };
const posts = [];
const exec = { scenario: { iterationInTest: 0 } };
const http = { post: (url, body, { headers }) => posts.push([url, JSON.parse(body), headers.Authorization]) };
const open = (path) => require("fs").readFileSync(path, "utf8");
function SharedArray(name, read) { return read(); }
"""


@pytest.mark.skipif(which("node") is None, reason="no node on this machine")
def test_the_k6_script_sends_the_letters_of_each_hour(scripts: Path) -> None:
    """With stand-ins for the modules of k6, which are all that it imports."""
    source = (scripts / "load.k6.js").read_text("utf-8")
    parsed = subprocess.run(["node", "--check", "--input-type=module"], input=source, text=True, check=True)
    assert parsed.returncode == 0
    plain = re.sub("^import .*$", "", source, flags=re.MULTILINE).replace("export const", "const")
    plain = plain.replace("export default function ()", "function send()")
    tell = "for (; exec.scenario.iterationInTest < 6; exec.scenario.iterationInTest++) send();"
    tell += "console.log(JSON.stringify({ options, posts }));"
    (scripts / "plain.cjs").write_text(K6 + plain + tell, "utf-8")
    said = subprocess.run(["node", "plain.cjs"], cwd=scripts, capture_output=True, text=True, check=True)
    told = json.loads(said.stdout)
    scenario = told["options"]["scenarios"]["letters"]
    assert (scenario["executor"], scenario["timeUnit"], scenario["startRate"]) == ("ramping-arrival-rate", "1000ms", 2)
    hours = [stage for stage in scenario["stages"] if stage["duration"] == "1000ms"]
    assert [stage["target"] for stage in hours] == [2, 0, 1, *[0] * 20, 1]
    assert told["options"]["thresholds"] == {
        "http_req_duration": ["p(95)<300", "p(99.9)<1000"],
        "http_req_failed": ["rate<=0.01"],
        "dropped_iterations": ["count==0"],
    }
    assert [(letter["sequence"], len(letter["text"])) for _, letter, _ in told["posts"]] == [
        (1, 10), (2, 10), (3, 12), (4, 33),
    ]  # fmt: skip
    assert {authorization for _, _, authorization in told["posts"]} == {"Bearer secret"}


VEGETA = """#!/bin/sh
if [ "$1" = report ]; then shift; echo "$@"; exit; fi
echo "$@" >> calls
cat >> sent
"""


def test_the_vegeta_script_sends_the_letters_of_each_hour(scripts: Path) -> None:
    """With a stand-in for Vegeta that writes down what it is given."""
    (scripts / "vegeta").write_text(VEGETA, "utf-8")
    (scripts / "vegeta").chmod(0o755)
    environment = {"PATH": f"{scripts}:/usr/bin:/bin", "SPEED": "3600000", "URL": "http://127.0.0.1:1/in", "FROM": "2"}
    command = ["sh", str(scripts / "vegeta.sh")]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["vegeta-results/00003.bin", "vegeta-results/00024.bin"]
    calls = (scripts / "calls").read_text("utf-8").splitlines()
    assert calls == ["attack -format=json -lazy -rate=1/1ms -duration=1ms"] * 2
    sent = [json.loads(line) for line in (scripts / "sent").read_text("utf-8").splitlines()]
    assert {(target["method"], target["url"]) for target in sent} == {("POST", "http://127.0.0.1:1/in")}
    bodies = [json.loads(b64decode(target["body"])) for target in sent]
    assert [(letter["sequence"], len(letter["text"])) for letter in bodies] == [(3, 12), (4, 33)]


def test_the_feeder_says_when_each_letter_is_due(scripts: Path) -> None:
    with (scripts / "feeder.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["due_s"], row["sequence"]) for row in csv.DictReader(file)]
    assert told == [
        ("3600", "1"),
        ("3600", "2"),
        ("10800", "3"),
        ("86400", "4"),
    ]
