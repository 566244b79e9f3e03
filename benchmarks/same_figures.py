"""Whether this checkout gives the same figures as an earlier revision, command by command.

    python benchmarks/same_figures.py REVISION [--keep FOLDER] [--jobs 2] [--only NAME ...]

For changes that must not change a figure: run it after each step, with the revision before the first one. Both
programs run the same commands, as whole processes of the same interpreter, on the scenarios of the revision. Of the
folders that they write every JSON file, every row of the Parquet and CSV files and the export are compared, value by
value and without a tolerance; sentences, charts and pages are not, save the sentences inside JSON. Exit 1 if anything
differs.

With --keep the revision's results stay in that folder, and only this checkout runs the next time. They are kept by
revision and command; delete the folder after a change of Python or of a library.

Nothing of the program is imported, so modules may move and be renamed. A key that has another name now stands in
`RENAMED`; what may differ from run to run stands in `IGNORED`.
"""

import argparse
import csv
import hashlib
import io
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from run import ROOT

RENAMED: dict[str, str] = {}
"""Key of a JSON file or column of a table in the revision -> its name now, at whatever depth."""

IGNORED = {
    "manifest.json": "versions, timings, paths and the id of the run",
    "figures.json": "the records of one revision, attribute by attribute, for that revision alone to read",
}
"""File -> what in it differs from run to run, or by design. The files that people and programs read are compared."""

SMALL_OFFICE = ROOT / "benchmarks" / "small_office.yaml"

INPUTS = ("scenarios", "tests/written")
"""Folders of the revision that hold scenarios; everything.yaml uses every key of the language."""

PAIRED = "scenarios/shenzhen_600_four_teams.yaml scenarios/shenzhen_600_duty_24_48.yaml"
TREE = (
    "scenarios/shenzhen_stress_600.yaml scenarios/shenzhen_600_by_load.yaml scenarios/shenzhen_600_nights_pooled.yaml"
)
BRIEFLY = "--set 'window=7 d' --set 'stress.soak.lasts=60 d' --set stress.letters=60000 --set stress.ramp.steps=4"

COMMANDS = {
    "mm8": "run scenarios/mm8.yaml --replications 2",
    "nankang": "run scenarios/nankang.yaml --replications 2",
    "hubei": "run scenarios/hubei.yaml --replications 2",
    "cangzhou": "run scenarios/cangzhou.yaml --replications 2",
    "guangdong_launch": "run scenarios/guangdong_launch.yaml --replications 2 --set 'window=60 d'",
    "trace": "run scenarios/trace.yaml --replications 2",
    "shenzhen_baseline": "run scenarios/shenzhen_baseline.yaml --replications 2 --set 'window=14 d'",
    "shenzhen_closing": "run scenarios/shenzhen_closing.yaml --replications 2 --set 'window=14 d'",
    "shenzhen_launch": "run scenarios/shenzhen_launch.yaml --replications 2 --set 'window=14 d'",
    "shenzhen_stress_600": "run scenarios/shenzhen_stress_600.yaml --replications 2",
    "shenzhen_stress_1200": "run scenarios/shenzhen_stress_1200.yaml --replications 2 --set 'window=5 d'",
    "shenzhen_600_planned": "run scenarios/shenzhen_600_planned.yaml --replications 2 --set 'window=5 d'",
    "everything": "run tests/written/everything.yaml --replications 2",
    "everything_one": "run tests/written/everything.yaml --replications 1 --set 'window=5 d'",
    "small_office": "run small_office.yaml --replications 2",
    "small_office_simpy": "run small_office.yaml --replications 2 --engine simpy",
    "compare_rosters": f"compare {PAIRED} --replications 2 --set 'window=3 d'",
    "compare_three": f"compare {TREE} --replications 2 --set 'window=3 d'",
    "plan": "plan small_office.yaml",
    "plan_every_hour": "plan small_office.yaml --set plan.every_hour=true --set plan.by_hours=true",
    "stress": "stress small_office.yaml --replications 2",
    "stress_mm8": f"stress scenarios/mm8.yaml --replications 2 {BRIEFLY}",
    "targets_shenzhen": "targets scenarios/shenzhen_baseline.yaml --replications 2 --set 'window=7 d'",
    "targets_nankang": "targets scenarios/nankang.yaml --replications 2",
    "targets_export": "targets small_office.yaml --replications 2 --export export",
    "check_plan": "check scenarios/shenzhen_600_plan.yaml",
    "check_everything": "check tests/written/everything.yaml",
    "check_small_office": "check small_office.yaml",
}
"""Name -> what both programs are asked; short windows, so that all of it takes a minute or two."""

SHOWN = 5
"""Differences of a command that are printed."""


class Missing:
    """In the place of a value that one side does not have."""

    def __repr__(self) -> str:
        return "(missing)"


MISSING = Missing()


class Difference(NamedTuple):
    """A value that is not the same."""

    where: str
    before: Any
    now: Any


class CommandError(Exception):
    """A program that did not do what it was asked."""


def differences(before: Any, now: Any, where: str = "") -> Iterator[Difference]:
    """The values that differ, in order; keys may stand in any order, items of a list may not."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in before | now:
            yield from differences(before.get(key, MISSING), now.get(key, MISSING), f"{where}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(now, list):
        for index, (one, other) in enumerate(zip_longest(before, now, fillvalue=MISSING)):
            yield from differences(one, other, f"{where}[{index}]")
    elif not same(before, now):
        yield Difference(where, before, now)


def same(before: Any, now: Any) -> bool:
    """Whether two values are equal; 1 is 1.0, nan is nan, and true is not 1."""
    if isinstance(before, bool) != isinstance(now, bool):
        return False
    if isinstance(before, float) and isinstance(now, float) and math.isnan(before) and math.isnan(now):
        return True
    return bool(before == now)


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The value with the keys that it would have now."""
    if not names:
        return value
    if isinstance(value, dict):
        return {names.get(key, key): renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return value


def decoded_json(path: Path) -> Any:
    """What a JSON file says."""
    return json.loads(path.read_text("utf-8"))


def decoded_parquet(path: Path) -> dict[str, Any]:
    """Column types and rows of a table."""
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(path))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        return {"types": types, "rows": [dict(zip(types, row, strict=True)) for row in found.fetchall()]}


def decoded_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


DECODERS: dict[str, Callable[[Path], Any]] = {
    ".json": decoded_json,
    ".parquet": decoded_parquet,
    ".csv": decoded_csv,
}


def files(folder: Path) -> set[str]:
    """The files of a folder that are compared."""
    paths = (path for path in folder.rglob("*") if path.suffix in DECODERS and path.name not in IGNORED)
    return {path.relative_to(folder).as_posix() for path in paths}


def folder_differences(before: Path, now: Path, names: Mapping[str, str] = RENAMED) -> Iterator[Difference]:
    """The values that differ between two folders of results; a file that only one has is one."""
    had, has = files(before), files(now)
    for name in sorted(had | has):
        if name in had and name in has:
            decoded = DECODERS[Path(name).suffix]
            found = differences(renamed(decoded(before / name), names), decoded(now / name))
            yield from (each._replace(where=f"{name}: {each.where}") for each in found)
        else:
            yield Difference(name, *(name if name in held else MISSING for held in (had, has)))


def run_command(program: Path, command: str, inputs: Path, folder: Path) -> None:
    """Let a program write its results, and what `check` prints, into a new folder.

    Raises: CommandError.
    """
    folder.mkdir(parents=True)
    words = shlex.split(command)
    if words[0] == "check":
        words.append("--json")
    else:
        words += ["--out", str(folder / "results"), "--workers", "1", "--no-report", "--quiet"]
    if "--export" in words:
        words[words.index("--export") + 1] = str(folder / "export")
    done = subprocess.run(
        [sys.executable, str(program / "cli.py"), *words],
        cwd=inputs,
        env=os.environ | {"PYTHONPATH": str(program)},
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise CommandError(f"exit {done.returncode} of {program}: {done.stderr.strip()[-2000:]}")
    if words[0] == "check":
        (folder / "check.json").write_text(done.stdout, "utf-8")
    if not files(folder):
        raise CommandError(f"{program} wrote no figures")


def kept_command(program: Path, command: str, inputs: Path, kept: Path) -> Path:
    """The folder that `run_command` wrote for this command before, or else writes now.

    Raises: CommandError.
    """
    key = hashlib.sha256(command.encode() + SMALL_OFFICE.read_bytes()).hexdigest()[:16]
    folder = kept / key
    if not folder.exists():
        unfinished = kept / f"{key}.{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        run_command(program, command, inputs, unfinished)
        unfinished.rename(folder)
    return folder


def lay_out(revision: str, scratch: Path) -> tuple[Path, Path]:
    """The program of a revision, and the folder of the scenarios that both programs read."""
    program, inputs = scratch / "program", scratch / "inputs"
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as content:
        content.extractall(program, filter="data")
    for folder in INPUTS:
        shutil.copytree(program / folder, inputs / folder)
    shutil.copy(SMALL_OFFICE, inputs)
    return program, inputs


def compared(name: str, old: Path, inputs: Path, kept: Path, scratch: Path) -> tuple[Path, Path] | str:
    """The folders that the revision's program and this checkout's wrote, or why there are none."""
    try:
        before = kept_command(old, COMMANDS[name], inputs, kept)
        run_command(ROOT, COMMANDS[name], inputs, scratch / "now" / name)
    except CommandError as failure:
        return str(failure)
    return before, scratch / "now" / name


def told(name: str, folders: tuple[Path, Path] | str) -> bool:
    """Print how a command's results differ, and say whether they are the same."""
    if isinstance(folders, str):
        print(f"{name}: differs\n    {folders}", flush=True)
        return False
    found = folder_differences(*folders)
    first = list(islice(found, SHOWN))
    for where, before, now in first:
        print(f"    {where}\n        before {before!r}\n        now    {now!r}")
    more = sum(1 for _ in found)
    print(f"{name}: differs, {len(first) + more:,} values" if first else f"{name}: same", flush=True)
    return not first


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="commit to compare with")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="folder in which the revision's results stay")
    parser.add_argument("--jobs", type=int, default=2, help="commands at once (default: 2)")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=COMMANDS, help="only these commands")
    asked = parser.parse_args(arguments)
    commit = f"{asked.revision}^{{commit}}"
    revision = subprocess.run(["git", "rev-parse", commit], cwd=ROOT, check=True, capture_output=True, text=True)
    names = asked.only or list(COMMANDS)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        old, inputs = lay_out(revision.stdout.strip(), scratch)
        kept = (asked.keep or scratch / "kept").resolve() / revision.stdout.strip()
        written = partial(compared, old=old, inputs=inputs, kept=kept, scratch=scratch)
        with ThreadPoolExecutor(asked.jobs) as pool:
            alike = [told(name, folders) for name, folders in zip(names, pool.map(written, names), strict=True)]
    print(f"{alike.count(True)} of {len(alike)} commands give the same figures as {asked.revision}")
    return 0 if all(alike) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
