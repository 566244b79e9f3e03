"""Workers of a cluster on this machine beside threads: the same replications, from the shell to the results."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from statistics import median

from local_cluster import LocalCluster
from run import ROOT
from timing import interleaved, ratio

REPLICATIONS = 200
ROUNDS = 3
COMMAND = (
    f"run scenarios/shenzhen_stress_600.yaml --replications {REPLICATIONS} --force --quiet --no-report --no-tables"
)

TWO, ONE, THREADS = "two workers of a cluster", "one worker of a cluster", "two threads, without a cluster"


def table() -> list[str]:
    """Seconds of 200 replications of the stress scenario, and how many times as fast two workers are."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(3)]
        one, two = (stack.enter_context(closing(LocalCluster(folders[many], many))).address for many in (1, 2))
        run = partial(_run, folders[0] / "out")
        contestants = {
            TWO: partial(run, "--cluster", two),
            ONE: partial(run, "--cluster", one),
            THREADS: partial(run, "--workers", "2"),
        }
        for each in contestants.values():
            each("--replications", "8")
        seconds = interleaved(contestants, ROUNDS)
    return [
        f"| `lettersim {COMMAND}` | seconds | two workers are faster by |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {median(each):.1f} | {ratio(each, seconds[TWO]):.2f} |" for name, each in seconds.items()),
    ]


def _run(out: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "cli.py", *COMMAND.split(), "--out", str(out), *words],
        cwd=ROOT,
        env=os.environ,
        check=True,
        capture_output=True,
    )
