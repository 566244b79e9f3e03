"""The whole command, from the shell to the results folder."""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from run import ROOT
from timing import timed

ROUNDS = 3


def table() -> list[str]:
    """Seconds of `run` on the stress scenario with its 20 replications; the engine comes from the cache."""
    scenario = Path("scenarios", "shenzhen_stress_600.yaml")
    with tempfile.TemporaryDirectory() as folder:

        def run() -> None:
            command = [sys.executable, "cli.py", "run", str(scenario), "--force", "--quiet", "--out", f"{folder}/out"]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

        run()
        seconds = [timed(run) for _ in range(ROUNDS)]
    return [
        "| command | seconds |",
        "| --- | ---: |",
        f"| `lettersim run {scenario}` | {median(seconds):.1f} |",
    ]
