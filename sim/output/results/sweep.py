"""A sweep and its folder of results."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.core.options import DEFAULT, Options
from sim.core.safe_text import write_csv
from sim.models.labels import labels_of
from sim.output.folders.parquet import Named, Rows
from sim.output.folders.points import PointFolder, points_id
from sim.output.folders.result_folder import RESULTS
from sim.output.results.result import Result, Work, identity_of, result_of, run_id
from sim.output.results.workbook import write_workbook
from sim.output.text.sweep import overall, sweep_content, sweep_text
from sim.scenario.loading import ScenarioFile
from sim.sweep import Sweep, SweptOutcome, scenarios_of
from sim.sweep import sweep as simulate
from sim.sweep.design import design_of

_TEXTS: Final = ("sla", "verdict")
"""Columns of text, besides those of the keys."""


def sweep(
    path: str | Path,
    varied: Sequence[str],
    options: Options = DEFAULT,
    *,
    design: str = "grid",
    points: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Result[Sweep]:
    """Simulate a scenario at every point of a design, or find the folder that the same sweep wrote before.

    Args:
        path: the scenario file.
        varied: what is varied, as `KEY=lo..hi`, `KEY=lo..hi:n` or `KEY=a,b,c` each.
        options: as of a run; the folder is by default `results/<stem>/sweep-<id>`.
        design: `grid`, `sobol` or `lhs`.
        points: of a design that is no grid.
        progress: called with the number of points done.
    Raises: ScenarioError if the design or a point is wrong; SimError if the folder is something else.
    """
    file = ScenarioFile(path)
    base = file.with_changes(options.layers())
    chosen = design_of(varied, design, points, base.scenario.seed)
    scenarios = scenarios_of(file, chosen, options.layers())
    runs = " ".join(run_id(each) for each in scenarios)
    name = hashlib.sha256(f"{chosen} {runs}".encode()).hexdigest()[:12]
    told = {
        "scenario": base.source,
        "changes": [*base.changes, *varied],
        "design": chosen.kind,
        "size": len(chosen.points),
        "seed": base.scenario.seed,
        "replications": base.scenario.replications,
        "points": points_id(name),
    }

    def computed(*_: object) -> Sweep:
        # Not where --out says, which may be another folder when the sweep goes on.
        place = RESULTS / base.stem / f"points-{told['points']}"
        kept = PointFolder(place, told, SweptOutcome, anew=options.force)
        return simulate(scenarios, chosen, options, title=base.scenario.name, kept=kept, progress=progress)

    return result_of(
        Work(
            identity=identity_of("sweep", name, options),
            home=Path(base.stem, f"sweep-{name}"),
            file="sweep.json",
            report=Sweep,
            told=told,
            labels=labels_of(base.scenario),
            compute=computed,
            summary=sweep_content,
            verdicts=lambda found: {"points": overall(found.points) or "no target"},
            answer=sweep_text,
            write=_write_tables,
            draw=_draw,
        ),
        options,
    )


def _write_tables(sweep: Sweep, folder: Path) -> None:
    """points.csv, points.xlsx and points.parquet: the same rows, one a point and SLA."""
    rows = list(sweep.rows())
    table = [list(rows[0]) if rows else [], *(list(row.values()) for row in rows)]
    write_csv(folder / "points.csv", table)
    write_workbook(folder / "points.xlsx", {"points": table})
    if rows:
        parquet = Rows(folder / "points.parquet")
        parquet.add({column: _column(sweep, column, [row[column] for row in rows]) for column in rows[0]})
        parquet.write()


def _column(sweep: Sweep, column: str, values: Sequence[Any]) -> Any:
    if column in _TEXTS or column in sweep.keys:
        names = tuple(dict.fromkeys(each for each in values if each is not None)) or ("",)
        return Named(names, np.array([-1 if each is None else names.index(each) for each in values], np.int32))
    if column in ("point", "headcount"):
        return np.array(values, np.int32)
    empty = [each is None for each in values]
    return np.ma.masked_array(np.array([each or 0.0 for each in values], np.float64), empty)


def _draw(sweep: Sweep, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.sweep_page import write_sweep_page  # heavy, and a folder that is found again needs none

    write_sweep_page(folder, sweep, manifest=manifest, options=options)
