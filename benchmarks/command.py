"""The whole command, from the shell to the results folder, beside that of an earlier revision if one is named."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from run import ROOT
from same_figures import lay_out
from timing import Spent, of_processes, ratio

ROUNDS = 5

SCENARIO = Path("scenarios", "shenzhen_stress_600.yaml")
OPTIONS = ("", "--no-report", "--no-report --no-tables")

COLUMNS = ("command", "seconds", "processor time", "over that of `--no-report`")


def table(against: str | None = None) -> list[str]:
    """Seconds and processor time of `run` on the stress scenario with its 20 replications, engine from the cache.

    Args:
        against: a revision whose program runs the same in the same rounds, with those options that it has.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        commands = {("now", options): partial(_run, ROOT, ROOT, options, scratch / "now") for options in OPTIONS}
        if against is not None:
            program, inputs = lay_out(against, scratch)
            for options in OPTIONS[:2]:
                commands["before", options] = partial(_run, program, inputs, options, scratch / "before")
        spent: dict[tuple[str, str], list[Spent]] = {key: [] for key in commands}
        for run in commands.values():
            run()
        for _ in range(ROUNDS):
            for key, run in commands.items():
                spent[key].append(of_processes(run))

    def row(options: str) -> list[str]:
        now = spent["now", options]
        plain = ratio([each.cpu for each in now], [each.cpu for each in spent["now", "--no-report"]])
        cells = [
            f"`lettersim {_command(options)}`",
            f"{median(each.wall for each in now):.1f}",
            f"{median(each.cpu for each in now):.1f}",
            f"{plain:.2f}",
        ]
        before = spent.get(("before", options))
        if against is not None:
            cells += ["", ""] if before is None else [
                f"{ratio([each.wall for each in now], [each.wall for each in before]):.2f}",
                f"{ratio([each.cpu for each in now], [each.cpu for each in before]):.2f}",
            ]  # fmt: skip
        return cells

    columns = [*COLUMNS]
    if against is not None:
        columns += [f"seconds over `{against}`", f"processor time over `{against}`"]
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *(row(options) for options in OPTIONS)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _command(options: str) -> str:
    return f"run {SCENARIO} --force --quiet {options}".strip()


def _run(program: Path, inputs: Path, options: str, out: Path) -> None:
    subprocess.run(
        [sys.executable, str(program / "cli.py"), *_command(options).split(), "--out", str(out)],
        cwd=inputs,
        env=os.environ | {"PYTHONPATH": str(program)},
        check=True,
        capture_output=True,
    )
