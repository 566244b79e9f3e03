"""Speed, ours and that of other simulators, measured side by side and written into `benchmarks/README.md`.

How often intervals cover the truth is measured here too, and stands in the docs.

    python benchmarks/run.py [SECTION ...] [--against REVISION]

A section of a page that stands between `<!-- NAME -->` and `<!-- end of NAME -->` is one module here with a
function `table()`. Without names all of them are measured, which takes some minutes. The whole command can be timed
beside that of an earlier revision.
"""

import argparse
import os
import platform
import re
import sys
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "benchmarks" / "README.md"
PAGES = {"capacity": ROOT / "docs" / "throughput.md"}
SECTIONS = (
    *("peers", "threads", "cluster", "growth", "scenario", "province", "unused"),
    *("command", "check", "replay", "what_if", "capacity"),
)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SECTION")
    parser.add_argument("--against", metavar="REVISION", help="commit beside whose program `command` is timed")
    asked = parser.parse_args(arguments)
    names: list[str] = asked.names
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # closed forms and the cluster of the tests serve here, too
    unknown = set(names) - set(SECTIONS)
    if unknown:
        sys.exit(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    for name in names or SECTIONS:
        table = import_module(name).table
        if name == "command":
            table = partial(table, asked.against)
        lines = [*table(), "", f"Measured on {machine()}."]
        print(f"\n{name}\n", *lines, sep="\n", flush=True)
        page = PAGES.get(name, README)
        page.write_text(filled(page.read_text(encoding="utf-8"), name, lines), encoding="utf-8")


def filled(text: str, name: str, lines: list[str]) -> str:
    """The text with a section's lines between its marks."""
    before, after = f"<!-- {name} -->", f"<!-- end of {name} -->"
    assert text.count(before) == text.count(after) == 1, name
    body = "\n".join([before, "", *lines, "", after])
    return re.sub(f"{before}.*?{after}", lambda _: body, text, flags=re.DOTALL)


def machine() -> str:
    """What the figures depend on."""
    described = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*: (.*)", described.read_text()) if described.exists() else []
    processor = models[0] if models else platform.machine()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy"))
    return f"{os.cpu_count()} cores of {processor}, Python {platform.python_version()}, {libraries}"


if __name__ == "__main__":
    main(sys.argv[1:])
