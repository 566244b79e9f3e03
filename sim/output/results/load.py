"""Stress runs, targets and exports, each with its folder of results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sim.capacity import StressReport
from sim.capacity import stress as simulate_stress
from sim.core.options import DEFAULT, Options
from sim.experiment.cost import prepare
from sim.models.labels import labels_of
from sim.operations.exports import write_exports
from sim.operations.targets import Targets
from sim.operations.targets import targets as simulate_targets
from sim.output.results.load_csv import STRESS_CSV, TARGETS_CSV
from sim.output.results.result import CsvFiles, Result, Work, of_scenario, result_of, write_csv_files, write_scenario
from sim.output.text.cautions import with_cautions
from sim.output.text.overview import Ground
from sim.output.text.stress import stress_text
from sim.output.text.targets import targets_text
from sim.scenario.loading import Loaded
from sim.scenario.setting import setting_of

T = TypeVar("T")


def stress(
    loaded: Loaded, options: Options = DEFAULT, *, progress: Callable[[int], object] | None = None
) -> Result[StressReport]:
    """Stress a scenario and write the folder of it, or find the one that the same stress run wrote before.

    Args:
        options: as of a run; its folder is by default `results/<file's stem>/stress-<run id>`.
        progress: told how many replications were simulated so far.
    Raises: SimError for a scenario without a rate to raise, or if the folder is something else or the disk is full.
    """

    def compute(*_: object) -> StressReport:
        prepared = prepare(loaded, options)
        return simulate_stress(prepared.setting, prepared.options, scenario=loaded.stem, progress=progress)

    return result_of(
        Work(
            **of_scenario("stress", loaded, options),
            file="stress.json",
            report=StressReport,
            compute=compute,
            summary=lambda report: with_cautions(report.summary(), report.cautions, labels_of(loaded.scenario)),
            verdicts=lambda report: {"capacity": _capacity(report)},
            answer=stress_text,
            write=partial(_write, loaded, STRESS_CSV),
            draw=partial(_draw_stress, loaded),
        ),
        options,
    )


def targets(
    loaded: Loaded, options: Options = DEFAULT, *, progress: Callable[[int], None] | None = None
) -> Result[Targets]:
    """Work out the targets of a scenario; as `stress`, into `targets-<run id>` if not said."""
    title = loaded.scenario.name or loaded.stem

    def compute(*_: object) -> Targets:
        prepared = prepare(loaded, options)
        return simulate_targets(prepared.setting, prepared.options, scenario=loaded.stem, progress=progress)

    return result_of(
        Work(
            **of_scenario("targets", loaded, options),
            file="targets.json",
            report=Targets,
            compute=compute,
            summary=lambda found: with_cautions(found.summary(), found.cautions, labels_of(loaded.scenario)),
            answer=lambda found, lang: targets_text(found, title, lang),
            write=partial(_write, loaded, TARGETS_CSV),
            draw=partial(_draw_targets, loaded),
        ),
        options,
    )


@dataclass(frozen=True)
class Exported:
    """How many letters an export contains."""

    letters: int


def export_replication(
    loaded: Loaded,
    folder: Path,
    goals: dict[str, Any],
    options: Options = DEFAULT,
    *,
    backlog_at: int | None = None,
) -> Result[Exported]:
    """Export a replication of a scenario, with its targets beside the trace, where a replay finds them.

    Args:
        goals: the content of targets.json.
        backlog_at: second of the simulation of which the open letters are listed; None for no such list.
    Raises: SimError if the folder is something else, or cannot be written.
    """

    def compute(place: Path, _: object) -> Exported:
        return Exported(write_exports(setting_of(loaded.scenario), place, options, backlog_at=backlog_at))

    of_it = of_scenario("export", loaded, options)
    of_it["identity"] = {**of_it["identity"], "backlog_at": backlog_at}
    return result_of(
        Work(
            **of_it,
            file="targets.json",
            report=Exported,
            compute=compute,
            summary=lambda _: goals,
        ),
        replace(options, out=folder, report=False),
    )


def _write(loaded: Loaded, files: CsvFiles[T], found: T, folder: Path) -> None:
    write_scenario(loaded, folder)
    write_csv_files(folder, files, found)


def _capacity(report: StressReport) -> str:
    capacity = report.capacity
    return capacity.found if capacity.per_day is None else f"{capacity.per_day:.0f}"


# What draws is heavy, and a folder that is found again needs none.


def _draw_stress(
    loaded: Loaded, report: StressReport, folder: Path, manifest: Mapping[str, Any], options: Options
) -> None:
    from sim.output.html.load_pages import stress_page
    from sim.output.html.page import write_drawn

    told = {"manifest": manifest, "on": Ground.of(loaded, options), "csv": tuple(STRESS_CSV)}
    write_drawn(folder, "stress", report, stress_page, options, **told)


def _draw_targets(loaded: Loaded, found: Targets, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.load_pages import targets_page
    from sim.output.html.page import write_drawn

    told = {"manifest": manifest, "on": Ground.of(loaded, options), "csv": tuple(TARGETS_CSV)}
    write_drawn(folder, "targets", found, targets_page, options, title=loaded.scenario.name or loaded.stem, **told)
