"""One command of each kind that leaves a folder of results, on a desk so small that all of them take a second."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from sim.commands.main import cli

DESK = """
start: 2021-05-10
window: 1 d
cool_down: 6 h
replications: 2
arrivals: {per_day: 60}
teams:
  desk: {tier: city, staff: {always: 3}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
sla:
  started: {until: serve.started, within: 10 min, target: 60%}
plan: {proof: 2, replications: 2, vary: {desk: {always: [1, 4]}}}
stress: {replications: 2, ramp: {steps: 2}, spike: {lasts: 1 h}, soak: {lasts: 7 d, replications: 2}}
"""

FILES = {
    "desk.yaml": DESK,
    "four.yaml": "extends: desk.yaml\nteams: {desk: {staff: {always: 4}}}\n",
    "trace.csv": "received\n2021-05-03 08:00:00\n",
}
"""What the commands need, each by its name."""

NOBODY = "http://127.0.0.1:9/letters"
"""Where no server listens, which a replay finds out at once."""

COMMANDS = {
    "run": "run {home}desk.yaml --out {out}",
    "compare": "compare {home}desk.yaml {home}four.yaml --out {out}",
    "plan": "plan {home}desk.yaml --out {out}",
    "stress": "stress {home}desk.yaml --out {out}",
    "sweep": "sweep {home}desk.yaml --vary teams.desk.staff.always=3,4 --out {out}",
    "sensitivity": "sensitivity {home}desk.yaml --range arrivals.per_day=50..70 --points 2 --out {out}",
    "targets": "targets {home}desk.yaml --out {out}",
    "export": "targets {home}desk.yaml --out {home}aside --export {out}",
    "replay": f"replay {{home}}trace.csv --to {NOBODY} --out {{out}}",
}
"""Each kind of folder, and the command that writes it to `out`, with `FILES` in `home`."""

TYPICAL = {
    "run": "summary.json",
    "compare": "comparison.json",
    "plan": "plan.json",
    "stress": "stress.json",
    "sweep": "points.csv",
    "sensitivity": "sensitivity.json",
    "targets": "targets.json",
    "export": "letters.csv",
    "replay": "replay.json",
}
"""A file by which somebody might take a folder for one of each kind."""

FOUND_AGAIN = [kind for kind in COMMANDS if kind != "replay"]
"""Kinds that are the same when they are asked for again; a real system never answers twice in the same way."""


def words_of(kind: str, out: Path | str, *more: str, home: str = "") -> list[str]:
    """The words of a command line, without charts and page, which take seconds."""
    return [*(word.format(out=out, home=home) for word in COMMANDS[kind].split()), "--no-report", *more]


def ask(kind: str, out: Path | str, *more: str, home: str = "") -> Result:
    """Call a command in this process."""
    return CliRunner().invoke(cli, words_of(kind, out, *more, home=home))


def write_files(folder: Path) -> None:
    """Write what the commands need."""
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")


def contents(folder: Path, without: Sequence[str] = ()) -> dict[str, bytes]:
    """All files of a folder, by their path in it."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: path.read_bytes() for name, path in named.items() if name not in without}


def copied(folder: Path, to: Path) -> Path:
    """A copy of a folder."""
    shutil.copytree(folder, to, symlinks=True)
    return to
