"""A sweep and its folder of results."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sim.core.options import DEFAULT, Options
from sim.models.labels import labels_of
from sim.output.folders.points import PointFolder, points_id
from sim.output.folders.result_folder import RESULTS
from sim.output.results.result import Result, Work, identity_of, result_of, run_id
from sim.output.results.tidy import write_tidy
from sim.output.text.overview import Ground
from sim.output.text.sweep import overall, sweep_content, sweep_text
from sim.scenario.loading import ScenarioFile
from sim.sweep import SweptOutcome, scenarios_of
from sim.sweep import sweep as simulate
from sim.sweep.design import design_of
from sim.sweep.report import Sweep


def sweep(
    path: str | Path,
    varied: Sequence[str],
    options: Options = DEFAULT,
    *,
    design: str = "grid",
    points: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result[Sweep]:
    """Simulate a scenario at every point of a design, or find the folder that the same sweep wrote before.

    Args:
        path: the scenario file.
        varied: what is varied, as `KEY=lo..hi`, `KEY=lo..hi:n` or `KEY=a,b,c` each.
        options: as of a run; the folder is by default `results/<stem>/sweep-<id>`.
        design: `grid`, `sobol` or `lhs`.
        points: of a design that is no grid.
        progress: called with the number of points done, and of all.
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
        return simulate(scenarios, chosen, options, title=base.scenario.name or base.stem, kept=kept, progress=progress)

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
            verdicts=lambda found: {"points": overall([point.verdict for point in found.points]) or "no target"},
            answer=sweep_text,
            write=_write_tables,
            draw=partial(_draw, Ground.of(base, options)),
        ),
        options,
    )


def _write_tables(sweep: Sweep, folder: Path) -> None:
    """points.csv, points.xlsx and points.parquet: the same rows, one a point and SLA."""
    write_tidy(
        folder, "points", list(sweep.rows()), texts=("sla", "verdict", *sweep.keys), whole=("point", "headcount")
    )


def _draw(on: Ground, sweep: Sweep, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.page import write_drawn  # heavy, and a folder that is found again needs none
    from sim.output.html.sweep_page import sweep_page

    write_drawn(folder, "sweep", sweep, sweep_page, options, manifest=manifest, on=on)
