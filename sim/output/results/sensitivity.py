"""A sensitivity and its folder of results, and whether one lies beside a run."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sim.core.errors import SimError
from sim.core.json_text import to_json
from sim.core.options import DEFAULT, Options
from sim.experiment.points import PointOutcome
from sim.models.labels import labels_of
from sim.output.folders.manifest import manifest_of
from sim.output.folders.points import PointFolder, points_id
from sim.output.folders.result_folder import RESULTS
from sim.output.results.result import Result, Work, identity_of, result_of, run_id
from sim.output.results.tidy import write_tidy
from sim.output.text.cautions import with_cautions
from sim.output.text.overview import Ground
from sim.output.text.sensitivity import sensitivity_text
from sim.scenario.loading import Loaded, ScenarioFile
from sim.sensitivity import USUAL, SensitivityQuestion
from sim.sensitivity import sensitivity as simulate
from sim.sensitivity.figures import ranges_in, ranges_said
from sim.sensitivity.report import Sensitivity

_FILE = "sensitivity.json"


def sensitivity(
    path: str | Path,
    question: SensitivityQuestion = USUAL,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Result[Sensitivity]:
    """Find which figures of a scenario decide the answer, or find the folder that the same question wrote before.

    Args:
        path: the scenario file.
        options: as of a run; the folder is by default `results/<stem>/sensitivity-<id>`.
        progress: called with the number of replications done, and of all that there will be, as far as is known.
    Raises: ScenarioError if the scenario or a range is wrong; SimError if the folder is something else.
    """
    file = ScenarioFile(path)
    base = file.with_changes(options.layers())
    ranges_said(question.ranges), ranges_in(base)  # are wrong before anything is written
    marked = [(each.path, each.value, each.mark, each.note) for each in base.figures]
    asked = to_json([run_id(base), marked, question.marks, question.ranges, question.spread, question.points])
    name = hashlib.sha256(asked.encode()).hexdigest()[:12]
    told = {
        "scenario": base.source,
        "changes": [*base.changes, *question.ranges],
        "seed": base.scenario.seed,
        "replications": base.scenario.replications,
        "of_scenario": _scenario_id(base),
        "points": points_id(name),
    }

    def computed(*_: object) -> Sensitivity:
        # Not where --out says, which may be another folder when it goes on.
        place = RESULTS / base.stem / f"points-{told['points']}"
        kept = PointFolder(place, told, PointOutcome, anew=options.force)
        return simulate(file, question, options, kept=kept, progress=progress)

    return result_of(
        Work(
            identity=identity_of("sensitivity", name, options),
            home=Path(base.stem, f"sensitivity-{name}"),
            file=_FILE,
            report=Sensitivity,
            told=told,
            labels=labels_of(base.scenario),
            compute=computed,
            summary=lambda found: with_cautions(found.summary(), found.cautions),
            verdicts=lambda found: {sla: each.verdict for sla, each in found.slas.items() if each.verdict is not None},
            answer=sensitivity_text,
            write=_write_tables,
            draw=partial(_draw, Ground.of(base, options)),
        ),
        options,
    )


def summary_beside(loaded: Loaded) -> dict[str, Any] | None:
    """The summary of the newest sensitivity of the same scenario below results/; None if there is none.

    Seed and replications may be others.
    """
    found = []
    for folder in (RESULTS / loaded.stem).glob("sensitivity-*"):
        manifest = manifest_of(folder) or {}
        if manifest.get("of_scenario") == _scenario_id(loaded):
            found.append((str(manifest.get("timings", {}).get("started", "")), folder))
    try:
        summary = json.loads((max(found)[1] / _FILE).read_text("utf-8")) if found else None
    except (OSError, ValueError) as error:
        raise SimError(f"{max(found)[1]} cannot be read: {error}") from error
    return summary if isinstance(summary, dict) else None


def _scenario_id(loaded: Loaded) -> str:
    """Name of what is simulated, whatever the chance and however often."""
    content = {key: value for key, value in loaded.scenario.resolved().items() if key not in ("seed", "replications")}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def _write_tables(found: Sensitivity, folder: Path) -> None:
    """tornado.csv, tornado.xlsx and tornado.parquet: the same rows, one an SLA and figure."""
    write_tidy(
        folder,
        "tornado",
        list(found.rows()),
        texts=("sla", "figure", "mark", "written", "low", "high"),
        whole=("rank", "replications"),
    )


def _draw(on: Ground, found: Sensitivity, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.page import write_drawn  # heavy, and a folder that is found again needs none
    from sim.output.html.sensitivity_page import sensitivity_page

    write_drawn(folder, "sensitivity", found, sensitivity_page, options, manifest=manifest, on=on)
