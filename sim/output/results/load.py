"""Folders of stress runs, of targets and of exports: written whole or not at all, and found again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sim.capacity import StressReport, stress
from sim.core.options import DEFAULT, Options
from sim.experiment.cost import prepare
from sim.operations.exports import export
from sim.operations.targets import Targets, targets
from sim.output.folders.result_folder import RESULTS, ResultFolder
from sim.output.results.kept import Kept, Made, keep
from sim.output.results.run import run_id
from sim.output.text.cautions import with_cautions
from sim.output.text.stress import stress_text
from sim.output.text.targets import targets_text
from sim.scenario.loading import Loaded, dump_yaml
from sim.scenario.setting import setting_of

T = TypeVar("T")


def stress_into(
    loaded: Loaded,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], object] | None = None,
) -> Kept:
    """Stress a scenario and write the folder of it, or find the one that the same stress run wrote before.

    Args:
        options: as of a run; its folder is by default `results/<file's stem>/stress-<run id>`.
        progress: told how many replications were lived so far.
    Raises: SimError as `stress`, or if the folder is something else or the disk is full.
    """

    def make() -> Made[StressReport]:
        setting, _, affordable = prepare(loaded, options)
        report = stress(setting, affordable, scenario=loaded.stem, progress=progress)

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.output.html.load_pages import write_stress

            write_stress(folder, report, manifest=manifest, lang=lang)

        return Made(
            report,
            with_cautions(report.plain(), report.cautions),
            {"capacity": _capacity(report)},
            told_of(loaded),
            partial(stress_text, report),
            partial(write_scenario_of, loaded),
            show,
        )

    return _kept(loaded, "stress", make, options)


def targets_into(
    loaded: Loaded,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], None] | None = None,
) -> Kept:
    """Work out the targets of a scenario; as `stress_into`, into `targets-<run id>` if not said."""
    title = loaded.scenario.name or loaded.stem

    def make() -> Made[Targets]:
        setting, _, affordable = prepare(loaded, options)
        found = targets(setting, affordable, scenario=loaded.stem, progress=progress)

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.output.html.load_pages import write_targets

            write_targets(folder, found, title=title, manifest=manifest, lang=lang)

        return Made(
            found,
            with_cautions(found.plain(), found.cautions),
            {},
            told_of(loaded),
            partial(targets_text, found, title),
            partial(write_scenario_of, loaded),
            show,
        )

    return _kept(loaded, "targets", make, options)


def export_into(loaded: Loaded, folder: Path, found: dict[str, Any], options: Options = DEFAULT) -> Kept:
    """Export a replication of a scenario, with its targets beside the trace, where a replay finds them.

    Args:
        found: the content of targets.json.

    Raises: SimError if the folder is something else, or cannot be written.
    """

    def make() -> Made[None]:
        return Made(None, found, {}, told_of(loaded), write=partial(_export, loaded, options))

    return _kept(loaded, "export", make, replace(options, out=folder, report=True), file="targets.json")


def letters_exported(folder: Path) -> int:
    """Number of letters of an export."""
    with (folder / "letters.jsonl").open(encoding="utf-8") as letters:
        return sum(1 for _ in letters)


def told_of(loaded: Loaded) -> dict[str, Any]:
    """What a manifest tells of what was asked."""
    return {"scenario": loaded.source, "changes": list(loaded.changes), "seed": loaded.scenario.seed}


def write_scenario_of(loaded: Loaded, folder: Path) -> None:
    """scenario.yaml: the scenario, complete."""
    (folder / "scenario.yaml").write_text(dump_yaml(loaded.scenario), "utf-8")


def _capacity(report: StressReport) -> str:
    capacity = report.capacity
    return capacity.found if capacity.per_day is None else f"{capacity.per_day:.0f}"


def _export(loaded: Loaded, options: Options, folder: Path) -> None:
    export(setting_of(loaded.scenario), folder, options)


def _kept(
    loaded: Loaded,
    kind: str,
    make: Callable[[], Made[T]],
    options: Options,
    *,
    file: str = "",
) -> Kept:
    name = run_id(loaded)
    target = options.out if options.out is not None else RESULTS / loaded.stem / f"{kind}-{name}"
    place = ResultFolder(target, {kind: name, "engine": options.engine}, options.lang)
    kept, _ = keep(place, file or f"{kind}.json", make, options)
    return kept
