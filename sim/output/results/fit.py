"""A fit and its folder: the scenario with the figures of an office's log, and how well it tells the truth."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from sim.core.errors import Problem, ScenarioError, SimError
from sim.core.json_text import jsonable
from sim.core.options import DEFAULT, Options
from sim.core.program import VERSION
from sim.core.safe_text import printable
from sim.fit.as_of import as_of, hold_out_instant
from sim.fit.distances import measures_there
from sim.fit.finding import Fitted
from sim.fit.fit_report import FitReport
from sim.fit.fitting import fit
from sim.fit.judgement import FEWEST_LOGS, Judgement
from sim.fit.judging import FEWEST_TO_HOLD_OUT, REPLICATIONS, judge_fit
from sim.fit.letters import fit_letters
from sim.fit.log import EventLog, KnownRoster, LetterLog
from sim.fit.looks import Target, held_out, other_log
from sim.fit.on_base import Replaced, on_base
from sim.fit.open_at_end import open_at_end
from sim.fit.reading import EVENTS, LETTERS, ReadLog, read_log
from sim.fit.reading.roster_file import read_roster
from sim.fit.scenario_text import scenario_text
from sim.models.labels import labels_of
from sim.operations.exports import BACKLOG
from sim.output.results.result import Result, Work, identity_of, result_of
from sim.output.text.fit import fit_text, misfit_sentence, told_about
from sim.output.words import languages
from sim.scenario.loading import Loaded, ScenarioFile, load
from sim.scenario.open_letters import write_backlog
from sim.scenario.provenance import SourcedFigure

SCENARIO: Final = "scenario.yaml"
"""The fitted scenario in its folder, beside the files that it names."""

_MOST_SIMULATED: Final = 4_000_000
"""Events of all simulated logs together, about."""


@dataclass(frozen=True)
class FitRequest:
    """What to fit, and how.

    Attributes:
        log: file of the office's log.
        kind: `letters` or `events`; None if its columns say it.
        columns: role -> name of its column.
        roster: file of the real shifts.
        base: scenario whose steps, teams and SLAs are kept.
        hold_out: share of the letters, at the end of the log, that the scenario is judged on; 0 for none.
        judge_on: another log to be judged on instead.
        skip_bad: leave bad rows out.
        zone: to which instants with an offset are converted.
        dates: `day-month` or `month-day`, where a column does not show it.
        sheets: of a spreadsheet, where several may be meant.
    """

    log: Path
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    roster: Path | None = None
    base: Path | None = None
    hold_out: float = 0.25
    judge_on: Path | None = None
    skip_bad: bool = False
    zone: str | None = None
    dates: str | None = None
    sheets: tuple[str, ...] = ()

    def read(self, path: Path) -> ReadLog:
        """Read a log as asked."""
        return read_log(
            path,
            kind=self.kind,
            columns=self.columns,
            skip_bad=self.skip_bad,
            zone=self.zone,
            dates=self.dates,
            sheets=self.sheets,
        )


def fit_log(request: FitRequest, options: Options = DEFAULT) -> Result[FitReport]:
    """Fit a scenario to an office's log, judge it on letters that it has not seen, and write the folder of it.

    Args:
        options: its replications are the simulated logs of the judgement; its folder is by default
            `results/<log's stem>/fit-<id>`.

    Raises: ScenarioError for a log, roster or base that cannot be read or fitted; SimError if the folder is something
        else or the disk is full.
    """
    base = None if request.base is None else load(request.base)

    def compute(folder: Path, _manifest: dict[str, Any]) -> FitReport:
        read = request.read(request.log)
        log = read.log
        roster = (
            None
            if request.roster is None
            else read_roster(request.roster, log.origin, zone=request.zone, dates=request.dates)
        )
        target, seen, not_judged = _split(log, request)
        first, _ = _fitted(seen, roster, base, request)
        judgement = None if target is None else _judged(first, target, roster, request, options)
        refitted = target is not None and target.held_out
        fitted, replaced = _fitted(log, roster, base, request)
        _write(folder, fitted, scenario_text(fitted))
        still_open = open_at_end(log, load(folder / SCENARIO).scenario, fitted.activities)
        write_backlog(folder / BACKLOG, still_open.steps, still_open.rows)
        report = FitReport(
            log=request.log.name,
            kind=EVENTS if isinstance(log, EventLog) else LETTERS,
            letters=len(log.received),
            events=log.events if isinstance(log, EventLog) else 0,
            begins=_moment(log, int(log.received[0])),
            ends=_moment(log, log.until - 1),
            columns=read.columns,
            notes=(*read.notes, *fitted.notes),
            findings=fitted.findings,
            replaced=replaced,
            marks={},
            judgement=judgement,
            not_judged=not_judged,
            refitted=refitted,
            open_at_end=len(still_open.rows),
            goes_on=still_open.day.isoformat(),
            measures=measures_there(),
        )
        return _with_scenario(folder, fitted, report, request.log.stem if base is None else None)

    return result_of(
        Work(
            identity=identity_of("fit", _name(request, base, options), options),
            home=Path(request.log.stem, f"fit-{_name(request, base, options)}"),
            labels={} if base is None else labels_of(base.scenario),
            file="fit.json",
            report=FitReport,
            told={"log": printable(str(request.log)), "asked": jsonable(request)},
            compute=compute,
            summary=plain_fit,
            answer=fit_text,
            draw=_draw,
        ),
        options,
    )


def write_fitted(result: Result[FitReport], scenario: Path | None, backlog: Path | None, *, force: bool) -> None:
    """Copy the fitted scenario to a file, with what it names beside it, and the open letters to another.

    Args:
        scenario, backlog: None for those that are not wanted.

    Raises: ScenarioError where one of them is there already and other than what would be written.
    """
    files = {}
    if scenario is not None:
        files[scenario] = (result.folder / SCENARIO, "--write")
        for path in sorted(result.folder.glob("*.csv")):
            if path.name != BACKLOG:
                files[scenario.with_name(path.name)] = (path, "--write")
    if backlog is not None and not result.summary["open_at_end"]:
        raise ScenarioError(
            "--backlog-to", [Problem("no letter is open when the log ends, so there is no backlog to write")]
        )
    if backlog is not None:
        files[backlog] = (result.folder / BACKLOG, "--backlog-to")
    for path, (source, option) in files.items():
        if path.exists() and not force and path.read_bytes() != source.read_bytes():
            raise ScenarioError(
                option, [Problem(f"{path} is there already; name another, or say --force to replace it")]
            )
    for path, (source, _) in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())


def plain_fit(report: FitReport) -> dict[str, Any]:
    """A fit as JSON holds it, with the sentences of its misfits in each language."""
    content: dict[str, Any] = jsonable(report)
    if report.judgement is not None:
        for plain, each in zip(content["judgement"]["misfits"], report.judgement.misfits, strict=True):
            plain["text"] = {lang: misfit_sentence(each, report.judgement, lang) for lang in languages()}
    return content


def _split(log: EventLog | LetterLog, request: FitRequest) -> tuple[Target | None, EventLog | LetterLog, str]:
    """What to judge on, what the fit may see before, and else why nothing is judged."""
    if request.judge_on is not None:
        other = request.read(request.judge_on).log
        if type(other) is not type(log):
            raise ScenarioError(str(request.judge_on), [Problem(f"has rows of another kind than {request.log} has")])
        return other_log(other), log, ""
    if request.hold_out <= 0:
        return None, log, "off"
    if len(log.received) < FEWEST_TO_HOLD_OUT:
        return None, log, "few"
    begins = hold_out_instant(log, request.hold_out)
    return held_out(log, begins), as_of(log, begins), ""


def _fitted(
    log: EventLog | LetterLog, roster: KnownRoster | None, base: Loaded | None, request: FitRequest
) -> tuple[Fitted, tuple[Replaced, ...]]:
    """The scenario, and what it replaced of the base."""
    try:
        fitted = fit(log, roster) if isinstance(log, EventLog) else fit_letters(log)
    except ScenarioError as error:
        raise ScenarioError(str(request.log), error.problems) from None
    return (fitted, ()) if base is None else on_base(fitted, base, known_staffing=roster is not None)


def _judged(
    fitted: Fitted, target: Target, roster: KnownRoster | None, request: FitRequest, options: Options
) -> Judgement:
    with TemporaryDirectory() as folder, _of_log(request):
        _write(Path(folder), fitted, scenario_text(fitted))
        return judge_fit(
            ScenarioFile(Path(folder) / SCENARIO),
            fitted.activities,
            target,
            roster=roster,
            replications=options.replications or _enough_logs(target),
            options=options,
        )


def _enough_logs(target: Target) -> int:
    """Simulated logs to compare with; of a large log, which says as much by itself, a few."""
    size = target.log.events if isinstance(target.log, EventLog) else len(target.log.received)
    return int(np.clip(_MOST_SIMULATED // max(size, 1), FEWEST_LOGS, REPLICATIONS))


def _with_scenario(folder: Path, fitted: Fitted, report: FitReport, title: str | None) -> FitReport:
    """Write the scenario once more, with what is to be known about it in its own text.

    Args:
        title: instead of the one that it has.
    """
    figures = load(folder / SCENARIO).figures
    report = replace(report, marks=dict(Counter(_mark(each) for each in figures)))
    about = {lang: told_about(report, lang) for lang in languages()}
    # Its title and text stand first, where readers look for them.
    own = {"schema": fitted.document["schema"], "name": title or fitted.document["name"], "about": about}
    rest = {key: value for key, value in fitted.document.items() if key not in {*own, "about_zh"}}
    whole = replace(fitted, document={**own, **rest})
    _write(folder, whole, scenario_text(whole))
    return report


def _mark(figure: SourcedFigure) -> str:
    return figure.mark.partition(",")[0]


def _write(folder: Path, fitted: Fitted, text: str) -> None:
    for name, content in fitted.files.items():
        (folder / name).write_text(content, "utf-8")
    (folder / SCENARIO).write_text(text, "utf-8")


@contextmanager
def _of_log(request: FitRequest) -> Iterator[None]:
    """Say of what is wrong with a scenario that nobody typed which log it was fitted to."""
    try:
        yield
    except ScenarioError as error:
        problems = "; ".join(str(each) for each in error.problems)
        raise SimError(f"the scenario that was fitted to {request.log} cannot be simulated: {problems}") from None


def _name(request: FitRequest, base: Loaded | None, options: Options) -> str:
    """Name of a fit, from the content of its files, what was asked, and our version."""
    files = [request.log, request.roster, request.judge_on]
    content = json.dumps(
        [
            VERSION,
            [None if path is None else _hash_of(path) for path in files],
            None if base is None else base.scenario.resolved(),
            jsonable(replace(request, base=None)),
            options.replications,
            measures_there(),
        ],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read: {error.strerror or error}")]) from None


def _moment(log: EventLog | LetterLog, seconds: int) -> str:
    return str(np.datetime64(log.origin, "s") + seconds)


def _draw(report: FitReport, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.fit_page import write_fit_page  # heavy

    write_fit_page(folder, report, manifest=manifest, options=options)
