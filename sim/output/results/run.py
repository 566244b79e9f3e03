"""A run and its folder of results: computed once, written whole or not at all, and found again."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.core.clock import format_duration
from sim.core.options import DEFAULT, Options
from sim.core.program import VERSION
from sim.engine.verify import Checked, cross_check
from sim.experiment.cost import prepare
from sim.experiment.replications import replicate, simulate_infinite_servers
from sim.forecast.cautions import cautions
from sim.forecast.load import load_of
from sim.forecast.requirement import requirement
from sim.metrics.measures import Measures, measure
from sim.metrics.replication import Replication
from sim.metrics.report import Report, summarise
from sim.metrics.rows import hour_table, letter_table
from sim.output.folders.manifest import write_json
from sim.output.folders.parquet import Columns, Rows, hour_columns, letter_columns
from sim.output.folders.result_folder import RESULTS, ResultFolder
from sim.output.results.kept import Kept, write_answers
from sim.output.text.answer import run_text
from sim.output.text.cautions import summary_of
from sim.scenario.loading import Loaded, dump_yaml
from sim.scenario.setting import Setting
from sim.statistics import Verdict


@dataclass(frozen=True)
class Finding:
    """What a run found, and what is written of it; `lang` is the language in which its page opens."""

    loaded: Loaded
    setting: Setting
    report: Report
    manifest: dict[str, Any]
    lang: str


Writer = Callable[[Path, Finding], None]


@dataclass(frozen=True)
class Result(Kept):
    """A folder of results, with summary.json.

    Attributes:
        report: None if the folder was there already.
    """

    report: Report | None

    def breached(self, *, allow_not_judged: bool = False) -> bool:
        """Whether a target is missed, or cannot be judged since there are no letters."""
        failing = {Verdict.MISSED} if allow_not_judged else {Verdict.MISSED, Verdict.NOT_JUDGED}
        return any(sla["verdict"] in failing for sla in self.summary["sla"].values())


def run_id(loaded: Loaded) -> str:
    """Name of a run, from its resolved scenario (with seed, replications and hashes of files) and our version."""
    content = json.dumps([VERSION, loaded.scenario.resolved()], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def run(
    loaded: Loaded,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], None] | None = None,
) -> Result:
    """Simulate a scenario and write its folder of results, or find the folder that the same run wrote before.

    Args:
        options: its folder is by default `results/<file's stem>/<run id>`.
        progress: called with the number of replications done, in the order of the replications.
    Raises: ScenarioError as `prepare`; SimError if the folder is something else or the disk is full; EngineMismatch or
        AuditError if the cross-check fails.
    """
    name = run_id(loaded)
    target = options.out if options.out is not None else RESULTS / loaded.stem / name
    place = ResultFolder(target, {"run": name, "engine": options.engine}, options.lang)
    found = place.find(shown=options.report, force=options.force)
    if found.whole:
        return Result(target, place.read("summary.json"), True, None, None)
    setting, _, options = prepare(loaded, options)
    replications = range(loaded.scenario.replications)
    clock = time.perf_counter()
    with place.writing(shown=options.report, force=options.force) as (folder, manifest):
        letters, hours = Rows(folder / "letters.parquet"), Rows(folder / "hours.parquet")
        checked: list[Checked] = []

        def measured() -> Iterator[Measures]:
            look = partial(_look, options.engine == "compiled")
            looks = replicate(setting, replications, look, options)
            for done, (measures, of_letters, of_hours, slice_checked) in enumerate(looks, start=1):
                letters.add(of_letters)
                hours.add(of_hours)
                checked.extend(slice_checked)
                if progress is not None:
                    progress(done)
                yield measures

        at_best = [simulate_infinite_servers(setting, 0)]
        report = summarise(
            setting,
            measured(),
            scenario=loaded.stem,
            engine=options.engine,
            requirement=requirement(setting, load_of(at_best)),
            cautions=cautions(setting, at_best),
        )
        simulated = time.perf_counter()
        manifest |= _told(loaded, options.engine, report, checked)
        finding = Finding(loaded, setting, report, manifest, options.lang)
        with ThreadPoolExecutor(1) as beside:
            tables = [beside.submit(table.write) for table in (letters, hours)]
            for write in [each for each in WRITERS if options.report or each is not write_shown]:
                write(folder, finding)
            for table in tables:
                table.result()
        # Only what comes last differs between two runs of the same.
        manifest["workers"] = options.workers
        manifest["timings"] = {
            "simulating_s": round(simulated - clock, 3),
            "writing_s": round(time.perf_counter() - simulated, 3),
        }
    return Result(target, summary_of(report), False, found.stale, report)


def write_scenario(folder: Path, finding: Finding) -> None:
    """scenario.yaml: the scenario with all that it extends, the overrides and the defaults filled in."""
    (folder / "scenario.yaml").write_text(dump_yaml(finding.loaded.scenario), "utf-8")


def write_summary(folder: Path, finding: Finding) -> None:
    """summary.json: the figures, for programs."""
    write_json(folder / "summary.json", summary_of(finding.report))


def write_answer(folder: Path, finding: Finding) -> None:
    """answer.en.txt and answer.zh.txt: the answer for people."""
    write_answers(folder, lambda lang: run_text(finding.report, lang))


def write_shown(folder: Path, finding: Finding) -> None:
    """charts/ and report.html: what people look at."""
    from sim.output.html.report_page import write_report  # heavy, and a run that is found again needs none

    write_report(
        folder,
        finding.report,
        lang=finding.lang,
        about=finding.loaded.scenario.about,
        window=format_duration(finding.loaded.scenario.window),
        figures=finding.manifest["figures"],
        manifest=finding.manifest,
    )


WRITERS: list[Writer] = [write_scenario, write_summary, write_answer, write_shown]
"""Everything that is written of a finding besides the tables and the manifest."""


def _look(check: bool, replication: Replication) -> tuple[Measures, Columns, Columns, list[Checked]]:
    """Measure a replication and make its rows; of the first, hold the engines against each other on a slice."""
    setting, number = replication.setting, replication.number
    checked = [cross_check(setting, replication.workload, replication.roster)] if check and number == 0 else []
    letters = letter_columns(setting, number, letter_table(replication))
    hours = hour_columns(setting, number, hour_table(replication))
    return measure(replication), letters, hours, checked


def _told(loaded: Loaded, engine: str, report: Report, checked: Sequence[Checked]) -> dict[str, Any]:
    """What the manifest tells of a run: how its results came about."""
    scenario = loaded.scenario
    agreed = [{"against": "simpy", "agrees": True, "audit": "passed", **each._asdict()} for each in checked]
    return {
        "scenario": loaded.source,
        "changes": list(loaded.changes),
        "figures": [asdict(figure) for figure in loaded.figures],
        "seed": scenario.seed,
        "replications": scenario.replications,
        "engine": engine,
        "cross_check": agreed[0] if agreed else "not needed: the SimPy engine is the model itself",
        "verdicts": {name: sla.verdict for name, sla in report.slas.items() if sla.verdict is not None},
    }
