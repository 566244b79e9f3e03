"""A run and its folder of results."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import RenderableType

from sim.core.options import DEFAULT, Options
from sim.engine.verify import Checked, cross_check
from sim.experiment.cost import prepare
from sim.experiment.replications import map_replications, replicate, simulate_infinite_servers
from sim.forecast import Forecast, forecast_of
from sim.forecast.cautions import cautions
from sim.forecast.short_simulation import simulate_briefly
from sim.metrics.blocks import measure_blocks
from sim.metrics.causes import breaches
from sim.metrics.letter_timeline import LetterTimeline
from sim.metrics.measures import Measures, measure
from sim.metrics.replication import Replication
from sim.metrics.report import Report
from sim.metrics.rows import hour_table, letter_table
from sim.metrics.summary import summarise
from sim.metrics.timeline import latest
from sim.models.labels import labels_of
from sim.output.folders.parquet import Columns, Rows, hour_columns, letter_columns
from sim.output.results.result import Result, Work, of_scenario, result_of, write_csv_files, write_scenario
from sim.output.results.run_csv import RUN_CSV
from sim.output.text.answer import run_text
from sim.output.text.cautions import summary_of, with_cautions
from sim.output.text.forecast import forecast_text
from sim.output.text.printing import as_text
from sim.output.words import Labels, Language
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting
from sim.statistics import Verdict

_LATEST: Final = 20
"""Letters whose way the page tells."""


def run(loaded: Loaded, options: Options = DEFAULT, *, progress: Callable[[int], None] | None = None) -> Result[Report]:
    """Simulate a scenario and write its folder of results, or find the folder that the same run wrote before.

    Args:
        options: its folder is by default `results/<file's stem>/<run id>`.
        progress: called with the number of replications done, in the order of the replications.
    Raises: ScenarioError as `prepare`; SimError if the folder is something else or the disk is full; EngineMismatch or
        AuditError if the cross-check fails.
    """
    tables: list[Rows] = []

    def compute(folder: Path, manifest: dict[str, Any]) -> Report:
        manifest["figures"] = [asdict(figure) for figure in loaded.figures]
        manifest["replications"] = loaded.scenario.replications
        setting, cost, affordable = prepare(loaded, options)
        manifest["tables"] = options.tables
        if options.tables:
            tables.extend((Rows(folder / "letters.parquet"), Rows(folder / "hours.parquet")))
        checked: list[Checked] = []
        timelines: list[LetterTimeline] = []

        def measured() -> Iterator[Measures]:
            numbers = range(loaded.scenario.replications)
            if cost.block is None:
                look = partial(_look, options.engine == "compiled", options.tables)
                looks = replicate(setting, numbers, look, affordable)
            else:
                looks = map_replications(partial(_look_in_blocks, setting, cost.block), numbers, affordable)
            for done, seen in enumerate(looks, start=1):
                for table, rows in zip(tables, seen.rows, strict=True):
                    table.add(rows)
                checked.extend(seen.checked)
                timelines.extend(seen.latest)
                if progress is not None:
                    progress(done)
                yield seen.measures

        whole = cost.block is None
        at_best = [simulate_infinite_servers(setting, 0)] if whole else simulate_briefly(setting, cost).unhindered
        report = summarise(
            setting,
            measured(),
            scenario=loaded.stem,
            engine=options.engine,
            cautions=cautions(setting, at_best),
        )
        agreed = [{"against": "simpy", "agrees": True, "audit": "passed", **each._asdict()} for each in checked]
        manifest["cross_check"] = agreed[0] if agreed else "not needed: the SimPy engine is the model itself"
        manifest["workers"] = affordable.workers
        return replace(report, latest=tuple(timelines), in_blocks=not whole)

    def write(report: Report, folder: Path) -> None:
        write_scenario(loaded, folder)
        write_csv_files(folder, RUN_CSV, report)
        for table in tables:
            table.write()

    told = of_scenario("run", loaded, options)
    if options.tables:  # a folder with tables is as good for who wants none
        told["identity"] = {**told["identity"], "tables": True}
    return result_of(
        Work(
            **told,
            file="summary.json",
            report=Report,
            compute=compute,
            summary=lambda report: summary_of(report, labels_of(loaded.scenario)),
            verdicts=lambda report: {name: sla.verdict for name, sla in report.slas.items() if sla.verdict is not None},
            answer=run_text,
            write=write,
            draw=partial(draw, loaded),
        ),
        options,
    )


def draw(loaded: Loaded, report: Report, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    """Write charts/ and report.html, and tables.xlsx if it is asked for or was there."""
    from sim.output.html.page import write_drawn  # heavy, and a run that is found again needs none
    from sim.output.html.report_page import report_page
    from sim.output.results.workbook import write_run_workbook

    write_drawn(
        folder,
        "run",
        report,
        report_page,
        options,
        scenario=loaded.scenario,
        overrides=options.layers(),
        figures=manifest["figures"],
        manifest=manifest,
        csv=tuple(RUN_CSV),
    )
    if options.xlsx or manifest.get("xlsx"):
        write_run_workbook(folder / "tables.xlsx", report, options.lang)


@dataclass(frozen=True)
class CheckResult:
    """Forecast of a scenario; it has no folder, since it is soon computed again."""

    report: Forecast
    labels: Labels

    @property
    def summary(self) -> dict[str, Any]:
        """The figures for programs."""
        return with_cautions(self.report.summary(), self.report.cautions, self.labels)

    def shown(self, lang: str) -> RenderableType:
        """The answer for the terminal."""
        return forecast_text(self.report, Language(lang, self.labels))

    def answer(self, lang: str) -> str:
        """The answer in plain text."""
        return as_text(self.shown(lang))


def check(loaded: Loaded, options: Options = DEFAULT) -> CheckResult:
    """Forecast a scenario from a short simulation of it.

    Raises: ScenarioError as `prepare`.
    """
    return CheckResult(forecast_of(loaded, options), labels_of(loaded.scenario))


def is_breached(summary: Mapping[str, Any], *, allow_not_judged: bool = False) -> bool:
    """Whether a target is missed in a summary.json, or cannot be judged since there are no letters."""
    failing = {Verdict.MISSED} if allow_not_judged else {Verdict.MISSED, Verdict.NOT_JUDGED}
    return any(sla["verdict"] in failing for sla in summary["sla"].values())


class _Look(NamedTuple):
    """What is taken of a replication before it goes."""

    measures: Measures
    rows: tuple[Columns, ...]  # of letters, then of hours; none where no tables are written
    checked: tuple[Checked, ...]
    latest: tuple[LetterTimeline, ...]


def _look(check: bool, tables: bool, replication: Replication) -> _Look:
    """Measure a replication and make its rows; of the first, compare the engines on a slice, and tell late letters."""
    setting, number = replication.setting, replication.number
    late = breaches(replication)
    return _Look(
        measures=measure(replication, late),
        rows=(
            letter_columns(setting, number, letter_table(replication, late)),
            hour_columns(setting, number, hour_table(replication)),
        )
        if tables
        else (),
        checked=(cross_check(setting, replication.as_drawn, replication.roster),) if check and number == 0 else (),
        latest=latest(replication, late, _LATEST) if number == 0 else (),
    )


def _look_in_blocks(setting: Setting, block: int, number: int) -> _Look:
    """The same of a replication that is simulated in blocks, which has neither rows nor ways of letters."""
    from sim.experiment.blocks import BlockSimulation  # loads the engine, and a run that is found needs none

    simulation = BlockSimulation(setting, number, block)
    check = [(simulation.first_letters(), simulation.roster)] if number == 0 else []
    return _Look(
        measures=measure_blocks(simulation.blocks()),
        rows=(),
        checked=tuple(cross_check(setting, *each) for each in check),
        latest=(),
    )
