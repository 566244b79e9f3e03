"""The house: which module stands on which floor, and which library from outside it may use.

The table is the diagram of the program. A module of `sim/` that is not in it fails; a sub-package is one row
with all its modules. Imports inside functions and for types count like any other.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

# floor, room, modules, libraries from outside
HOUSE = (
    (8, "door", "cli commands", "click rich rich_click"),
    (7, "showing", "charts", "matplotlib numpy"),
    (7, "showing", "html", "fontTools jinja2 markupsafe"),
    (7, "showing", "text", "numpy rich"),
    (7, "showing", "results", ""),
    (7, "showing", "folders", "duckdb numpy openpyxl rich"),
    (7, "showing", "export", "numpy"),
    (6, "deciding", "experiment comparison targets verify", "numpy"),
    (6, "deciding", "stress", "numpy scipy"),
    (6, "deciding", "planner planning", "numpy scipy"),
    (6, "deciding", "replay destination connections", "aiohttp numpy yarl"),
    (6, "deciding", "replay_report replay_checks service_level latency answers headers", "hdrh numpy"),
    (5, "judging", "cool_down forecast infinite_servers requirement", "numpy"),
    (5, "judging", "cost", "numpy psutil"),
    (5, "judging", "report measures measuring calls", "numba numpy"),
    (5, "judging", "statistics queueing transient", "numpy scipy"),
    (4, "running", "engine audit", "numpy"),
    (4, "running", "engine_simpy", "numpy simpy"),
    (4, "running", "engine_compiled", "numba numpy"),
    (3, "drawing", "workload roster setting", "numpy"),
    (3, "drawing", "drawing", "numpy scipy"),
    (2, "reading", "loading schema starter trace_files", "pydantic pydantic_core"),
    (2, "reading", "reading", "numpy pydantic pydantic_core ruamel"),
    (1, "nouns", "models", "numpy pydantic pydantic_core"),
    (0, "ground", "clock calendar", "numpy"),
    (0, "ground", "public_holidays", "holidays numpy"),
    (0, "ground", "streams tables", "numpy"),
    (0, "ground", "compiler", "numba"),
    (0, "ground", "characters errors file_names paths spreadsheet version caches memory", ""),
)
FLOOR = {module: floor for floor, _, modules, _ in HOUSE for module in modules.split()}
OUTSIDE = {module: set(libraries.split()) for *_, modules, libraries in HOUSE for module in modules.split()}

# Who may import less than its own floor and all below.
GROUND_ONLY = {0}
NARROWER = {
    "engine_simpy": GROUND_ONLY,
    "engine_compiled": GROUND_ONLY,
    "audit": GROUND_ONLY,
    "charts": {0, 5, 6, 7},
}

# Chooses its modules while it runs, which the check cannot follow.
BY_NAME = {"engine"}

# `lettersim --help` must answer at once, so neither the door nor the package may load these by being imported.
HEAVY = {"duckdb", "holidays", "jinja2", "matplotlib", "numba", "numpy", "pydantic", "ruamel", "scipy", "simpy"}


class Import(NamedTuple):
    """One imported name, as `sim.models.base.Record` or `numpy`."""

    name: str
    line: int
    only_for_types: bool


def imports(source: str) -> Iterator[Import]:
    """All imports of a source text, wherever they stand."""
    tree = ast.parse(source)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (Import(name, node.lineno, id(node) in for_types) for name in names)


def complaints(module: str, source: str) -> list[str]:
    """What a module imports and must not; `module` is a name of the table."""
    floors = NARROWER.get(module, set(range(FLOOR[module] + 1)))
    found = []
    for name, line, _ in imports(source):
        top, _, rest = name.partition(".")
        if name in ("importlib", "importlib.import_module") and module not in BY_NAME:
            found.append(f"line {line}: {module} imports by name")
        if top in sys.stdlib_module_names:
            continue
        inside = rest.partition(".")[0] if top == "sim" else top
        if top != "sim" and top != "cli":
            if top not in OUTSIDE[module]:
                found.append(f"line {line}: {module} uses the library {top}")
        elif inside not in FLOOR:
            found.append(f"line {line}: {module} imports {name}, which is not a module of the table")
        elif inside != module and FLOOR[inside] not in floors:
            found.append(f"line {line}: {module} imports {inside} of floor {FLOOR[inside]}")
    return found


def files() -> dict[str, Path]:
    """Every module's file by its dotted name; a package's is its `__init__`."""
    paths = [ROOT / "cli.py", *sorted((ROOT / "sim").rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


FILES = files()
INHABITANTS = {name: path for name, path in FILES.items() if name != "sim"}


def row(name: str) -> str:
    """The table's name of a dotted module: `models` of `sim.models.base`."""
    return name.removeprefix("sim.").partition(".")[0]


def test_each_module_stands_in_the_table_once() -> None:
    listed = [module for *_, modules, _ in HOUSE for module in modules.split()]
    assert len(listed) == len(set(listed))
    assert [name for name in INHABITANTS if row(name) not in FLOOR] == []


@pytest.mark.parametrize("name", INHABITANTS)
def test_imports_point_down_and_stay_in_the_room(name: str) -> None:
    assert complaints(row(name), FILES[name].read_text("utf-8")) == []


def test_no_import_goes_in_a_circle() -> None:
    graph = {}
    for name, path in INHABITANTS.items():
        targets = {each.name for each in imports(path.read_text("utf-8")) if not each.only_for_types}
        # `from sim.models import base` names a module, `from sim.models.base import Record` a thing in one
        graph[name] = {found for target in targets for found in (target, target.rpartition(".")[0]) if found in FILES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


@pytest.mark.parametrize("name", ["cli", "sim"])
def test_nothing_heavy_is_loaded_at_the_door(name: str) -> None:
    code = f"import sys, {name}; print(*sorted(set(sys.modules) & {HEAVY}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("tables", "import numpy as np", None),
        ("charts", "from sim.report import Report", None),
        ("models", "from sim.models.base import Record", None),
        ("experiment", "from sim.engine import simulate", None),
        ("tables", "import scipy.special", "line 1: tables uses the library scipy"),
        ("measures", "def f():\n    import pandas", "line 2: measures uses the library pandas"),
        ("models", "from sim.loading import load", "line 1: models imports loading of floor 2"),
        ("engine_simpy", "import sim.models.scenario", "line 1: engine_simpy imports models of floor 1"),
        ("engine_compiled", "from sim import engine_simpy", "line 1: engine_compiled imports engine_simpy of floor 4"),
        ("audit", "from sim.engine import simulate", "line 1: audit imports engine of floor 4"),
        ("charts", "from sim.models import sla", "line 1: charts imports models of floor 1"),
        ("roster", "from importlib import resources", None),
        ("roster", "from importlib import import_module", "line 1: roster imports by name"),
        ("results", "from cli import main", "line 1: results imports cli of floor 8"),
        ("report", "from sim import Report", "line 1: report imports sim.Report, which is not a module of the table"),
    ],
)
def test_the_check_itself(module: str, source: str, complaint: str | None) -> None:
    assert complaints(module, source) == ([complaint] if complaint else [])
