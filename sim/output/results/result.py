"""Results of all commands: found in their folder, or computed and written there.

A command describes its work: what identifies it, how it is computed, and what is written of it. All figures are
stored in figures.json, so that they can be read, and charts and page be drawn, when the same is asked for again.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Generic, TypedDict, TypeVar

from rich.console import RenderableType

from sim.core.json_text import jsonable, restored, to_json
from sim.core.options import Options
from sim.core.program import VERSION
from sim.core.safe_text import Cell, write_csv
from sim.models.labels import labels_of
from sim.output.folders.manifest import MANIFEST, write_json
from sim.output.folders.result_folder import RESULTS, ResultFolder, Stale
from sim.output.text.printing import as_text
from sim.output.words import Labels, Language, languages
from sim.scenario.loading import Loaded, dump_yaml
from sim.statistics import Estimate

T = TypeVar("T")

CsvRows = Iterator[list[Cell]]
"""A row of headings and the rows below it."""

CsvFiles = Mapping[str, Callable[[T], CsvRows]]
"""Names of the CSV files of a command, and what is in them."""

FIGURES: Final = "figures.json"


@dataclass(frozen=True, kw_only=True)
class Work(Generic[T]):
    """What a command computes, and what it leaves in its folder.

    Attributes:
        identity: what a manifest says of the same work, as `identity_of`.
        home: folder below results/, unless the options name one.
        file: JSON file with the figures for programs.
        report: class of what is computed.
        told: how it came about, for the manifest.
        labels: what its scenarios call their things, by language.
        compute: computes, and may already write into the folder and the manifest.
        summary: content of the JSON file.
        verdicts: what `runs` lists, by name.
        answer: what the terminal shows, in a language; None if it is nothing.
        write: writes what there is besides.
        draw: writes charts and page, given the manifest.
    """

    identity: Mapping[str, Any]
    home: Path
    file: str
    report: type[T]
    told: Mapping[str, Any]
    labels: Labels = field(default_factory=dict)
    compute: Callable[[Path, dict[str, Any]], T]
    summary: Callable[[T], dict[str, Any]]
    verdicts: Callable[[T], Mapping[str, str]] = lambda _: {}
    answer: Callable[[T, str], RenderableType] | None = None
    write: Callable[[T, Path], object] = lambda _, __: None
    draw: Callable[[T, Path, Mapping[str, Any], Options], object] = lambda *_: None

    def speaking(self, options: Options) -> Options:
        """Options whose language knows what the scenarios call their things."""
        return replace(options, lang=Language(options.lang, self.labels))


@dataclass(frozen=True)
class Result(Generic[T]):
    """A folder of results, the same whether it was computed or found.

    Attributes:
        summary: content of its JSON file.
        manifest: how it came about.
        found: whether its figures were there already.
        stale: why results that were there were computed again, if they were.
        labels: what its scenarios call their things, by language.
    """

    folder: Path
    summary: dict[str, Any]
    manifest: dict[str, Any]
    found: bool
    stale: Stale | None
    _read: Callable[[], T] = field(repr=False, compare=False)
    _show: Callable[[T, str], RenderableType] | None = field(repr=False, compare=False)
    labels: Labels = field(repr=False, compare=False)

    @cached_property
    def report(self) -> T:
        """All figures; of a folder that was found they are read when they are first asked for."""
        return self._read()

    def shown(self, lang: str) -> RenderableType:
        """The answer for the terminal; of a folder that was found, which is read for nothing else, in plain text."""
        if self.found or self._show is None:
            return self.answer(lang).rstrip()
        return self._show(self.report, Language(lang, self.labels))

    def answer(self, lang: str) -> str:
        """The answer in plain text, as it is stored in the folder."""
        return (self.folder / f"answer.{lang}.txt").read_text("utf-8")


def result_of(work: Work[T], options: Options) -> Result[T]:
    """Find results in their folder, or compute them and write it; draw what is asked for and not there.

    Raises: SimError if something else is there, or the disk is full; whatever computing raises.
    """
    target = options.out or RESULTS / work.home
    place = ResultFolder(target, work.identity, options)
    lookup = place.find()
    report = None if lookup.figures else _computed(work, place)

    def read() -> T:
        return restored(work.report, place.read(FIGURES)) if report is None else report

    if lookup.figures and not lookup.drawn:
        with place.drawing() as (folder, manifest):
            work.draw(read(), folder, manifest, work.speaking(options))
    summary, told = place.read(work.file), place.read(MANIFEST)
    return Result(target, summary, told, lookup.figures, lookup.stale, read, work.answer, work.labels)


def _computed(work: Work[T], place: ResultFolder) -> T:
    clock = time.perf_counter()
    with place.writing() as (folder, manifest):
        manifest |= work.told
        report = work.compute(folder, manifest)
        computed = time.perf_counter()
        manifest["verdicts"] = dict(work.verdicts(report))
        with ThreadPoolExecutor(1) as beside:
            others = beside.submit(work.write, report, folder)
            write_json(folder / work.file, work.summary(report))
            (folder / FIGURES).write_text(to_json(jsonable(report), indent=None), "utf-8")
            if work.answer is not None:
                for lang in languages():
                    (folder / f"answer.{lang}.txt").write_text(
                        as_text(work.answer(report, Language(lang, work.labels))), "utf-8"
                    )
            if place.options.report:
                work.draw(report, folder, manifest, work.speaking(place.options))
            others.result()
        if labels := _labels_of(manifest["verdicts"], work.labels):
            manifest["labels"] = labels
        # Only what comes last differs between two that are the same.
        manifest["timings"] = {
            "simulating_s": round(computed - clock, 3),
            "writing_s": round(time.perf_counter() - computed, 3),
        }
    return report


def _labels_of(names: Iterable[str], labels: Labels) -> dict[str, dict[str, str]]:
    """Of all labels those of some names, by language."""
    told = {lang: {name: own[name] for name in names if name in own} for lang, own in labels.items()}
    return {lang: own for lang, own in told.items() if own}


class OfScenario(TypedDict):
    """What work on a single scenario has by it; as of `Work`."""

    identity: Mapping[str, Any]
    home: Path
    told: Mapping[str, Any]
    labels: Labels


def of_scenario(kind: str, loaded: Loaded, options: Options) -> OfScenario:
    """What identifies work of a kind on a scenario, where it goes, and what its manifest says of the scenario.

    A run has the folder `<file's stem>/<run id>`, any other kind `<file's stem>/<kind>-<run id>`.
    """
    name = run_id(loaded)
    return {
        "identity": identity_of(kind, name, options),
        "home": Path(loaded.stem, name if kind == "run" else f"{kind}-{name}"),
        "told": {"scenario": loaded.source, "changes": list(loaded.changes), "seed": loaded.scenario.seed},
        "labels": labels_of(loaded.scenario),
    }


def run_id(loaded: Loaded) -> str:
    """Name of a run, from its resolved scenario (with seed, replications and hashes of files) and our version."""
    content = json.dumps([VERSION, loaded.scenario.resolved()], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def identity_of(kind: str, name: str, options: Options) -> dict[str, Any]:
    """What a manifest says of the same work: its kind, a name of what is computed, and how it is simulated."""
    return {kind: name, **options.simulation}


def write_csv_files(folder: Path, files: CsvFiles[T], found: T) -> None:
    """`NAME.csv` of each kind of rows of what a command found."""
    for name, rows in files.items():
        write_csv(folder / f"{name}.csv", rows(found))


def ends(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    """An estimate with its interval, as cells."""
    return estimate.mean, estimate.low, estimate.high


def write_scenario(loaded: Loaded, folder: Path) -> None:
    """scenario.yaml: the scenario with all that it extends, the overrides and the defaults filled in."""
    (folder / "scenario.yaml").write_text(dump_yaml(loaded.scenario), "utf-8")
