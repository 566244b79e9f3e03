"""The whole command, from the shell to the results folder."""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from run import ROOT
from timing import interleaved

ROUNDS = 5


def table() -> list[str]:
    """Seconds of `run` on the stress scenario with its 20 replications; the engine comes from the cache."""
    command = f"run {Path('scenarios', 'shenzhen_stress_600.yaml')} --force --quiet"
    with tempfile.TemporaryDirectory() as folder:

        def run(options: str) -> None:
            arguments = [*command.split(), *options.split(), "--out", f"{folder}/out"]
            subprocess.run([sys.executable, "cli.py", *arguments], cwd=ROOT, check=True, capture_output=True)

        run("")
        seconds = interleaved({options: partial(run, options) for options in ("", "--no-report")}, ROUNDS)
    return [
        "| command | seconds |",
        "| --- | ---: |",
        *(
            f"| `lettersim {f'{command} {options}'.strip()}` | {median(each):.1f} |"
            for options, each in seconds.items()
        ),
    ]
