"""Folders of stress runs and of targets: written whole or not at all, found again, with a page and plain answers."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Group

from sim.cost import prepare
from sim.export import export
from sim.folders.kept import Kept, write_answers, write_json
from sim.folders.whole import whole_or_not_at_all
from sim.loading import Loaded, dump_yaml
from sim.results import RESULTS, found_again, refuse_to_replace, run_id, versions
from sim.setting import setting_of
from sim.stress import stress
from sim.targets import targets
from sim.text.cautions import with_cautions
from sim.text.stress import stressed
from sim.text.targets import asked


@dataclass(frozen=True)
class Written(Kept):
    """A folder that was written or found.

    Attributes:
        reused: whether it was there already.
    """

    reused: bool


class _Made(NamedTuple):
    """What was computed: the content of the JSON file, the answer in a language, and who writes charts and page."""

    summary: dict[str, Any]
    answer: Callable[[str], Group]
    show: Callable[[Path, Mapping[str, Any], str], None]


def stress_into(
    loaded: Loaded,
    *,
    engine: str = "compiled",
    workers: int | None = None,
    out: Path | None = None,
    force: bool = False,
    lang: str = "en",
    shown: bool = True,
    progress: Callable[[int], object] | None = None,
) -> Written:
    """Stress a scenario and write the folder of it, or find the one that the same stress run wrote before.

    Args:
        out: the folder; by default `results/<file's stem>/stress-<run id>`.
        force, lang, shown: as of a run.
        progress: told how many replications were lived so far.
    Raises: SimError as `stress`, or if `out` is something else or the disk is full.
    """

    def make() -> _Made:
        setting, _, most = prepare(loaded, engine, workers)
        report = stress(setting, scenario=loaded.stem, engine=engine, workers=most, progress=progress)

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.html.load_pages import write_stress

            write_stress(folder, report, manifest=manifest, lang=lang)

        return _Made(with_cautions(report.plain(), report.cautions), lambda each: stressed(report, each), show)

    return _write(loaded, "stress", engine, out, force, lang, shown, make)


def targets_into(
    loaded: Loaded,
    *,
    engine: str = "compiled",
    workers: int | None = None,
    out: Path | None = None,
    force: bool = False,
    lang: str = "en",
    shown: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Work out the targets of a scenario; as `stress_into`, into `targets-<run id>` if not said."""
    title = loaded.scenario.name or loaded.stem

    def make() -> _Made:
        setting, _, most = prepare(loaded, engine, workers)
        found = targets(setting, scenario=loaded.stem, engine=engine, workers=most, progress=progress)

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.html.load_pages import write_targets

            write_targets(folder, found, title=title, manifest=manifest, lang=lang)

        return _Made(with_cautions(found.plain(), found.cautions), lambda each: asked(found, title, each), show)

    return _write(loaded, "targets", engine, out, force, lang, shown, make)


def export_into(loaded: Loaded, folder: Path, found: dict[str, Any], *, engine: str = "compiled", force: bool) -> int:
    """Export a replication of a scenario, with its targets beside the trace, where a replay finds them.

    Args:
        found: the content of targets.json.

    Returns: number of letters.

    Raises: SimError if the folder is something else, or cannot be written.
    """
    if not (folder / "letters.csv").exists():
        refuse_to_replace(folder, force)
    letters = export(setting_of(loaded.scenario), folder, engine=engine)
    write_json(folder / "targets.json", found)
    return letters


def _write(
    loaded: Loaded,
    kind: str,
    engine: str,
    out: Path | None,
    force: bool,
    lang: str,
    shown: bool,
    make: Callable[[], _Made],
) -> Written:
    name = run_id(loaded)
    target = out if out is not None else RESULTS / loaded.stem / f"{kind}-{name}"
    wanted = {kind: name, "engine": engine}
    if found_again(target, wanted, shown, force):
        return Written(target, json.loads((target / f"{kind}.json").read_text("utf-8")), reused=True)
    started, clock = datetime.now().astimezone(), time.perf_counter()
    with whole_or_not_at_all(target) as folder:
        made = make()
        manifest = {
            "program": "lettersim",
            **wanted,
            "scenario": loaded.source,
            "changes": list(loaded.changes),
            "seed": loaded.scenario.seed,
            "shown": shown,
            "versions": versions(),
        }
        (folder / "scenario.yaml").write_text(dump_yaml(loaded.scenario), "utf-8")
        write_json(folder / f"{kind}.json", made.summary)
        write_answers(folder, made.answer)
        if shown:
            made.show(folder, manifest, lang)
        seconds = round(time.perf_counter() - clock, 3)
        manifest["timings"] = {"started": started.isoformat(timespec="seconds"), "seconds": seconds}
        write_json(folder / "manifest.json", manifest)
    return Written(target, made.summary, reused=False)
