"""What rules cost that a scenario does not use: processor time now, over that of an earlier revision.

The revision is that of the environment variable `AGAINST`, the commit before this one if it is not set. Both
checkouts run the same things by turns, each in a process of its own that has loaded and compiled everything before.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from run import ROOT
from timing import ratio

ROUNDS = 11

WORKER = """
import sys
from resource import RUSAGE_SELF, getrusage
sys.path[:0] = ["benchmarks", "."]
from common_model import draw
from sim.engine.contract import simulate
from sim.metrics.measures import measure
from sim.metrics.replication import Replication
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.loading import load
from sim.scenario.setting import setting_of
from pathlib import Path

model = draw(300)
setting = setting_of(load(Path("scenarios/shenzhen_stress_600.yaml")).scenario)
roster = draw_roster(setting, 0)
workload, horizon = draw_workload(setting, roster, 0), setting.scenario.horizon

def replication():
    drawn = draw_workload(setting, draw_roster(setting, 0), 0)
    measure(Replication(setting, drawn, roster, simulate(drawn, roster, horizon, stretches=True)))

WORK = {
    "common": lambda: simulate(model.workload, model.roster, model.horizon),
    "engine": lambda: simulate(workload, roster, horizon, stretches=True),
    "replication": replication,
}
for work in WORK.values():
    work()
print("ready", flush=True)
for line in sys.stdin:
    work, runs, began = WORK[line.strip()], 0, getrusage(RUSAGE_SELF).ru_utime
    while getrusage(RUSAGE_SELF).ru_utime - began < 0.5:
        work()
        runs += 1
    print((getrusage(RUSAGE_SELF).ru_utime - began) / runs, flush=True)
"""

SHOWN = {
    "common": "the common model, 300 days: engine",
    "engine": "`shenzhen_stress_600`, one replication: engine with stretches",
    "replication": "the same: drawing, simulating and measuring",
}


def table() -> list[str]:
    """Milliseconds of user time of both, and the median of the ratios within the rounds."""
    against = os.environ.get("AGAINST", "HEAD~1")
    with checkout(against) as folder, worker(folder) as before, worker(ROOT) as now:
        rows = [row(name, before, now) for name in SHOWN]
    return [
        f"| user time of | ms at {_short(against)} | ms now | now over before |",
        "| --- | ---: | ---: | ---: |",
        *rows,
    ]


def row(name: str, before: "subprocess.Popen[str]", now: "subprocess.Popen[str]") -> str:
    seconds: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for process, mine in zip((before, now), seconds, strict=True):
            mine.append(float(_asked(process, name)))
    was, became = seconds
    return f"| {SHOWN[name]} | {median(was) * 1e3:,.1f} | {median(became) * 1e3:,.1f} | {ratio(became, was):.3f} |"


def _asked(process: "subprocess.Popen[str]", line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        print(line, file=process.stdin, flush=True)
    return process.stdout.readline()


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """The files of a revision, in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "revision.tar"
        subprocess.run(["git", "archive", "-o", str(archive), revision], cwd=ROOT, check=True)
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


@contextmanager
def worker(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that runs what it is asked for in a checkout, and says what it took."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", WORKER], cwd=folder, stdin=pipe, stdout=pipe, text=True) as process:
        while _asked(process, "").strip() != "ready":
            pass
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _short(revision: str) -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", revision], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return found.stdout.strip()
