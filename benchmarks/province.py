"""What a year of a province takes: letters of Beijing's hotline in Shenzhen's workflow, simulated in blocks of days."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from run import ROOT
from timing import of_processes

PER_DAY = 30_160
"""Letters a day; the people of the scenario, which is of 80 a day, are as many times as many."""

SCENARIO = "scenarios/shenzhen_baseline.yaml"
STAFF = {
    "city": {"four_teams_three_shifts": 24, "office": 6},
    "functional": {"daytime": 40},
    "branch": {"four_teams_two_shifts": 80},
    "station": {"daytime": 134, "duty_24_48": 66},
    "chief": {"office": 133},
}


def changes() -> list[str]:
    """Options that make a year of a province of the scenario."""
    said = [f"arrivals.per_day={PER_DAY}", "warm_up=7 d", "window=351 d", "cool_down=7 d"]
    for team, rosters in STAFF.items():
        said += [f"teams.{team}.staff.{roster}={people * PER_DAY // 80}" for roster, people in rosters.items()]
    return ["--replications", "1", *(word for each in said for word in ("--set", each))]


def table() -> list[str]:
    """The whole command, once."""
    with TemporaryDirectory() as folder:
        asked = ["run", SCENARIO, *changes(), "--no-tables", "--no-report", "--quiet", "--out", f"{folder}/year"]
        measured: list[int] = []
        spent = of_processes(lambda: measured.append(_peak(asked)))
        summary = json.loads(Path(folder, "year", "summary.json").read_text("utf-8"))
    letters = summary["letters"]["received"]["mean"]
    visits = sum(step["visits"]["mean"] for step in summary["steps"].values())
    return [
        "| letters of the window | their visits | wall s | processor s | peak memory |",
        "| ---: | ---: | ---: | ---: | ---: |",
        f"| {letters:,.0f} | {visits:,.0f} | {spent.wall:.0f} | {spent.cpu:.0f} | {measured[0] / 1e9:.2f} GB |",
    ]


def _peak(arguments: list[str]) -> int:
    """Most bytes that a command has in memory at once."""
    process = subprocess.Popen([sys.executable, "cli.py", *arguments], cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, "the command failed"
    return used.ru_maxrss * 1024
