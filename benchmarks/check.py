"""What `check` takes: processor time from the shell to its answer, on scenarios of all sizes and a very long window."""

import subprocess
import sys

from run import ROOT
from timing import of_processes

ROUNDS = 3

SCENARIOS = ("mm8", "hubei", "shenzhen_baseline", "shenzhen_stress_600", "shenzhen_launch")
LONG = ("--set", "window=36000 d")


def table() -> list[str]:
    """Processor time of each, the least of some rounds; the engine and byte code come from their caches."""
    asked = [[f"scenarios/{name}.yaml"] for name in SCENARIOS] + [["scenarios/mm8.yaml", *LONG]]
    return [
        "| command | seconds of processor time |",
        "| --- | ---: |",
        *(f"| `{_written(arguments)}` | {_least(arguments):.2f} |" for arguments in asked),
    ]


def _written(arguments: list[str]) -> str:
    return " ".join(["lettersim check", *(f"'{each}'" if " " in each else each for each in arguments)])


def _least(arguments: list[str]) -> float:
    _seconds(arguments)
    return min(_seconds(arguments) for _ in range(ROUNDS))


def _seconds(arguments: list[str]) -> float:
    command = [sys.executable, "cli.py", "check", *arguments]
    return of_processes(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)).cpu
