"""Script for k6: sends the letters of a trace along their arrival curve, by an executor that waits for no answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.operations.exports.arrival_curve import letters_by_hour, written_by_day
from sim.operations.trace_files import TracedLetter

_TEMPLATE: Final = """// Load for a mailbox: the letters of letters.jsonl beside this file, hour by hour at the rate
// at which they came.
//
//     k6 run -e SPEED=60 -e URL=http://127.0.0.1:8080/letters load.k6.js
//
// FROM and HOURS name a part of the trace, in hours from its first midnight; TOKEN is sent as a bearer token. The test
// fails if the service level of targets.json is not kept, or if k6 has too few users to begin letters in time (USERS).
// Within an hour k6 spaces letters evenly; `lettersim replay` sends each at its exact time.

import exec from "k6/execution";
import http from "k6/http";
import { SharedArray } from "k6/data";

const SPEED = Number(__ENV.SPEED || 60); // seconds of the trace that pass in one second
const URL = __ENV.URL || "http://127.0.0.1:8080/letters";
const FROM = Number(__ENV.FROM || 0);
const HOURS = Number(__ENV.HOURS || Infinity);
const USERS = Number(__ENV.USERS || 256);

const LETTERS_AN_HOUR = [
@CURVE@
];

const first = LETTERS_AN_HOUR.slice(0, FROM).reduce((sum, letters) => sum + letters, 0);
const curve = LETTERS_AN_HOUR.slice(FROM, FROM + HOURS);
const hour = `${Math.round(3600000 / SPEED)}ms`;

const letters = new SharedArray("letters", () =>
  open("./letters.jsonl").trim().split("\\n").map((line) => JSON.parse(line)),
);

const level = JSON.parse(open("./targets.json")).operations.receive.service_level;
const percentile = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 };

export const options = {
  scenarios: {
    letters: {
      executor: "ramping-arrival-rate",
      startRate: curve[0],
      timeUnit: hour,
      // The rate is that of the hour at once, and stays.
      stages: curve.flatMap((target) => [{ target, duration: "0s" }, { target, duration: hour }]),
      preAllocatedVUs: Math.min(USERS, 64),
      maxVUs: USERS,
    },
  },
  thresholds: {
    http_req_duration: Object.entries(level.latency_ms).map(([name, most]) => `p(${percentile[name]})<${most}`),
    http_req_failed: [`rate<=${level.errors}`],
    dropped_iterations: ["count==0"],
  },
};

const headers = { "Content-Type": "application/json" };
if (__ENV.TOKEN) {
  headers.Authorization = `Bearer ${__ENV.TOKEN}`;
}

export default function () {
  const index = first + exec.scenario.iterationInTest;
  if (index >= letters.length) {
    return;
  }
  const letter = letters[index];
  const body = Object.assign({ sequence: index + 1 }, letter, { text: ".".repeat(letter.size) });
  http.post(URL, JSON.stringify(body), { headers });
}
"""


def write_k6_script(letters: Sequence[TracedLetter], path: Path) -> None:
    """Write the script."""
    curve = written_by_day(letters_by_hour(letters), ",")
    path.write_text(_TEMPLATE.replace("@CURVE@", curve), "utf-8")
