"""The house: one order of rooms, and which library from outside a room may use.

`HOUSE` is the diagram of the program. A room imports only rooms of earlier lines; rooms of one line do not import each
other, and inside a room there is no circle. Imports inside functions and for types count like any other.
"""

import ast
import pkgutil
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

from sim.commands.main import cli

ROOT = Path(__file__).parent.parent

# the rooms of a line, and the libraries from outside that each may use
HOUSE: tuple[dict[str, str], ...] = (
    {"core": "holidays numba numpy"},
    {"models": "numpy pydantic pydantic_core"},
    {"scenario": "numpy pydantic pydantic_core ruamel"},
    {"sampling": "numpy scipy"},
    {"engine": "numpy simpy"},
    {"statistics": "numpy scipy", "queueing": ""},
    {"metrics": "numpy"},
    {"experiment": "distributed numpy psutil"},
    {"forecast": "numpy"},
    {"fit": "defusedxml duckdb log_distance_measures numpy openpyxl pandas scipy"},
    {"comparison": "numpy", **dict.fromkeys(("capacity", "planner", "sweep", "sensitivity"), "numpy scipy")},
    {"whatif": "numpy"},
    {"operations": "aiohttp hdrh numpy yarl"},
    {"output.words": ""},
    {"output.folders": "duckdb numpy rich"},
    {"output.text": "numpy rich"},
    {"output.charts": "matplotlib numpy"},
    {"output.html": "fontTools jinja2 markupsafe"},
    {"output.results": "numpy openpyxl rich"},
    {"serve": "aiohttp jinja2 markupsafe numpy"},
    {"commands": "click rich rich_click"},
    {"cli": ""},
)
LINE = {room: line for line, rooms in enumerate(HOUSE) for room in rooms}
LIBRARIES = {room: set(libraries.split()) for rooms in HOUSE for room, libraries in rooms.items()}

# What may import less than its line allows: an engine, the contract, and the audit of a log, nothing but the ground.
NARROWER = {
    "sim.engine.simpy": {"core"},
    "sim.engine.compiled": {"core"},
    "sim.engine.audit": {"core"},
    "sim.engine.contract": {"core"},
}

# Choose their modules while they run, which the check cannot follow.
BY_NAME = {"sim", "sim.engine.contract", "sim.output.charts.base"}

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


def room_of(name: str) -> str | None:
    """The room in which a dotted name stands: `models` for `sim.models.base.Record`; None for no room."""
    parts = name.removeprefix("sim.").split(".")
    return next((room for room in (".".join(parts[:2]), parts[0]) if room in LINE), None)


def narrowed(module: str) -> set[str] | None:
    """The only rooms that a module may import, where they are fewer than its line allows."""
    return next((rooms for name, rooms in NARROWER.items() if f"{module}.".startswith(f"{name}.")), None)


def complaints(module: str, source: str) -> list[str]:
    """What a module, named as in an import, imports and must not."""
    room = room_of(module)
    assert room is not None, f"{module} stands in no room"
    found = []
    for name, line, _ in imports(source):
        top = name.partition(".")[0]
        if name in ("importlib", "importlib.import_module") and module not in BY_NAME:
            found.append(f"line {line}: {module} imports by name")
        if top in sys.stdlib_module_names:
            continue
        if top not in ("sim", "cli"):
            if top not in LIBRARIES[room]:
                found.append(f"line {line}: {room} uses the library {top}")
            continue
        other, only = room_of(name), narrowed(module)
        if other is None:
            found.append(f"line {line}: {module} imports {name}, which is in no room")
        elif only is not None and other not in only and not name.startswith(f"{module}."):
            same = any(f"{name}.".startswith(f"{each}.") and f"{module}.".startswith(f"{each}.") for each in NARROWER)
            found += [] if same else [f"line {line}: {module} imports {name}, and may import {', '.join(only)} only"]
        elif other != room and LINE[other] >= LINE[room]:
            found.append(f"line {line}: {room} imports {other}, which is no earlier room")
    return found


# Both engines and their contract. What a command does is called as the command on its way down, too.
NAMED_ALIKE = {"simulate"}


def files() -> dict[str, Path]:
    """Every module's file by its dotted name; a package's is its `__init__`."""
    paths = [ROOT / "cli.py", *sorted((ROOT / "sim").rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


FILES = files()
HALLS = {"sim", "sim.output"}
"""Packages that hold rooms and nothing else."""

MODULES = [name for name in FILES if name not in HALLS]


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or something that a module or a class defines."""
    try:
        return bool(pkgutil.resolve_name(name))
    except (ImportError, AttributeError):
        return False


def test_each_module_stands_in_a_room_and_each_room_is_there() -> None:
    assert len(LINE) == sum(len(rooms) for rooms in HOUSE)
    assert [name for name in MODULES if room_of(name) is None] == []
    assert set(LINE) == {room_of(name) for name in MODULES}


@pytest.mark.parametrize("name", MODULES)
def test_a_room_imports_earlier_rooms_only(name: str) -> None:
    assert complaints(name, FILES[name].read_text("utf-8")) == []


def test_no_import_goes_in_a_circle() -> None:
    graph = {}
    for name in MODULES:
        targets = {each.name for each in imports(FILES[name].read_text("utf-8")) if not each.only_for_types}
        # `from sim.models import base` names a module, `from sim.models.base import Record` a thing in one
        graph[name] = {found for target in targets for found in (target, target.rpartition(".")[0]) if found in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_what_the_docs_name_is_there(page: Path) -> None:
    named = re.findall(r"`([a-z]+\.[\w.]+)`", page.read_text("utf-8"))
    ours = [name for name in named if room_of(name) and not name.endswith((".yaml", ".json", ".py"))]
    assert [name for name in ours if not is_there(f"sim.{name}")] == []


@pytest.mark.parametrize("name", ["cli", "sim"])
def test_nothing_heavy_is_loaded_at_the_door(name: str) -> None:
    code = f"import sys, {name}; print(*sorted(set(sys.modules) & {HEAVY}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_a_name_means_one_thing_in_the_whole_house() -> None:
    classes, functions, constants = defaultdict(list), defaultdict(set), defaultdict(set)
    for module, path in FILES.items():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(module)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions[node.name].add(module)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                constants[node.target.id].add(ast.unparse(node.value))
    assert [name for name, modules in classes.items() if len(modules) > 1] == []
    # A leading underscore says that no other module can mean it.
    assert [name for name, values in constants.items() if len(values) > 1 and name[0] != "_"] == []
    shared = {name for name, modules in functions.items() if len(modules) > 1 and name[0] != "_"}
    assert shared - NAMED_ALIKE - set(cli.commands) == set()


def test_the_diagram_of_the_readme_is_this_order() -> None:
    diagram = (ROOT / "README.md").read_text("utf-8").partition("<!-- rooms -->")[2].partition("<!-- /rooms -->")[0]
    lines = [line.strip().split("  ")[0] for line in diagram.splitlines() if line.strip()]
    assert [line.split(" · ") for line in lines] == [list(rooms) for rooms in HOUSE]


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("sim.core.tables", "import numpy as np", None),
        ("sim.output.charts.waits", "from sim.metrics.report import Report", None),
        ("sim.models.sla", "from sim.models.base import Record", None),
        ("sim.core.tables", "import scipy.special", "line 1: core uses the library scipy"),
        ("sim.metrics.hours", "def f():\n    import pandas", "line 2: metrics uses the library pandas"),
        (
            "sim.models.sla",
            "from sim.scenario import load",
            "line 1: models imports scenario, which is no earlier room",
        ),
        ("sim.capacity", "import sim.planner", "line 1: capacity imports planner, which is no earlier room"),
        (
            "sim.output.text.formats",
            "import sim.output.html",
            "line 1: output.text imports output.html, which is no earlier room",
        ),
        (
            "sim.engine.simpy.entities",
            "import sim.models.sla",
            "line 1: sim.engine.simpy.entities imports sim.models.sla, and may import core only",
        ),
        (
            "sim.engine.compiled",
            "from sim.engine import simpy",
            "line 1: sim.engine.compiled imports sim.engine.simpy, and may import core only",
        ),
        (
            "sim.engine.audit.visit_rules",
            "from sim.engine.contract import simulate",
            "line 1: sim.engine.audit.visit_rules imports sim.engine.contract.simulate, and may import core only",
        ),
        ("sim.engine.audit", "from sim.engine.audit.visit_rules import check", None),
        ("sim.engine.audit.visit_rules", "from sim.engine.audit.records import Reading", None),
        ("sim.core.streams", "from importlib import resources", None),
        ("sim.core.streams", "from importlib import import_module", "line 1: sim.core.streams imports by name"),
        ("sim.comparison", "from cli import main", "line 1: comparison imports cli, which is no earlier room"),
        (
            "sim.core.streams",
            "from sim import Report",
            "line 1: sim.core.streams imports sim.Report, which is in no room",
        ),
    ],
)
def test_the_check_itself(module: str, source: str, complaint: str | None) -> None:
    assert complaints(module, source) == ([complaint] if complaint else [])
