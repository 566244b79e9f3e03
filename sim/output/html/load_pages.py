"""Pages of a stress run, of targets and of a replay: the answer in sentences, charts, and tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sim.capacity import CapacityStatus, StressReport
from sim.models.operation_names import RECEIVE
from sim.operations.replay_report import ReplayReport
from sim.operations.targets import ALL, Targets
from sim.output.html.first_screen import Tile
from sim.output.html.page import Pictures, page
from sim.output.text import replay, stress, targets
from sim.output.text.cautions import caution_sentences, with_cautions
from sim.output.text.formats import name, points, unit_name
from sim.output.text.overview import Ground, replications_text
from sim.output.text.printing import CaptionedTable
from sim.output.words import labelled, labels_with, say
from sim.statistics import Verdict

_COURSE: Final = ("hours", "waiting", "waiting_without")
"""Figures of each hour of a spike, which a chart draws and spike.csv holds."""


def stress_page(
    report: StressReport,
    *,
    manifest: Mapping[str, Any],
    pictures: Pictures,
    lang: str,
    on: Ground | None = None,
    csv: Sequence[str] = (),
) -> str:
    """The page of a stress run.

    Args:
        manifest: how it came about.
        lang: the language in which the page opens.
        on: what it stands on.
        csv: names of the CSV files beside it.
    """

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "stress.heading", title=labelled(each, report.title or report.scenario)),
            "sentences": list(stress.stress_sentences(report, each)),
            "cautions": caution_sentences(report.cautions, each),
            "facts": _facts(on, report.replications, each),
            "tiles": list(_stress_tiles(report, each)),
            "tables": [_ramp(report, each), _limits(report, each), *_reliefs(report, each)],
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=_carries(report),
        first="load.",
        csv=csv,
        pictures=pictures,
        manifest=manifest,
        summary=_summary(report, lang),
    )


def _summary(report: StressReport, lang: str) -> dict[str, Any]:
    """The content of stress.json without the course of the spike, which is most of it."""
    content = with_cautions(report.summary(), report.cautions, labels_with(lang))
    spike = {key: value for key, value in content["spike"].items() if key not in _COURSE}
    slas = {name: {**sla, "by_hour": []} for name, sla in spike["slas"].items()}
    return {**content, "spike": {**spike, "slas": slas}}


def _facts(on: Ground | None, replications: int, lang: str) -> list[str]:
    return [] if on is None else on.facts(lang, replications_text(lang, replications))


def _stress_tiles(report: StressReport, lang: str) -> Iterator[Tile]:
    """What it carries, from where on the backlog grows, and how long it takes to recover from the spike."""
    capacity, spike = report.capacity, report.spike
    ends = "" if capacity.high is None else f"[{stress.rate(capacity.per_day)}, {stress.rate(capacity.high)}]"
    own = say(lang, "stress.tile-own", rate=stress.rate(report.per_day))
    carried = stress.rate(capacity.estimate or capacity.per_day)
    yield Tile(say(lang, "stress.tile-capacity"), carried, [ends, own], _carries(report).value)
    if report.stability is not None:
        key = "stress.tile-full" if report.stability.some_leave else "stress.tile-grows"
        yield Tile(say(lang, key), stress.rate(report.stability.per_day), [], "none")
    length = say(lang, "stress.tile-spike", times=f"{spike.times:g}", hours=stress.spike_length(report, lang))
    for key, back in (("sla", spike.sla_back), ("queue", spike.queue_back)):
        yield Tile(say(lang, f"stress.tile-back-{key}"), stress.recovery_time(report, back, lang), [length], "none")


def _carries(report: StressReport) -> Verdict:
    """Whether the staffing carries the scenario's own rate."""
    capacity = report.capacity
    # Compliance falls with the rate: what was tried says the same of what lies beyond.
    met = capacity.highest if capacity.found is CapacityStatus.BEYOND else capacity.per_day
    missed = capacity.lowest if capacity.found is CapacityStatus.NOT_EVEN_A_FEW else capacity.high
    if met is not None and met >= report.per_day:
        return Verdict.MET
    return Verdict.MISSED if missed is not None and missed < report.per_day else Verdict.UNCLEAR


def targets_page(
    asked: Targets,
    *,
    title: str,
    manifest: Mapping[str, Any],
    pictures: Pictures,
    lang: str,
    on: Ground | None = None,
    csv: Sequence[str] = (),
) -> str:
    """The page of the targets of a scenario, whose title is given; other arguments as of `stress_page`."""

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "targets.heading", title=labelled(each, title)),
            "sentences": list(targets.targets_sentences(asked, each)),
            "cautions": caution_sentences(asked.cautions, each),
            "facts": _facts(on, asked.replications, each),
            "tiles": list(_targets_tiles(asked, each)),
            "tables": [
                table(asked, each)
                for table in (
                    targets.operation_table,
                    targets.channel_table,
                    targets.load_table,
                    targets.content_table,
                    targets.session_table,
                    targets.level_table,
                    targets.assumption_table,
                )
            ],
        }

    summary = with_cautions(asked.summary(), asked.cautions, labels_with(lang))
    return page(
        "body.html.j2", said, lang, first="operations.", csv=csv, pictures=pictures, manifest=manifest, summary=summary
    )


def _targets_tiles(asked: Targets, lang: str) -> Iterator[Tile]:
    """The peaks of letters and calls, what is open at once, and what a year stores."""
    receive, together = asked.operations[RECEIVE], asked.operations[ALL]
    peaks = (
        ("letters-hour", receive.per_hour),
        ("letters-day", receive.per_day),
        ("calls-second", together.per_second),
        ("calls-hour", together.per_hour),
        ("open", asked.open_letters),
    )
    for key, rate in peaks:
        mean = say(lang, "targets.tile-mean", mean=targets.mean_text(rate))
        yield Tile(say(lang, f"targets.tile-{key}"), f"{rate.peak:,}", [mean], "none")
    stored = targets.gigabytes(asked.system.bytes_a_year)
    yield Tile(say(lang, "targets.tile-stored"), say(lang, "targets.tile-gigabytes", gigabytes=stored), [], "none")


def replay_page(report: ReplayReport, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page of a replay."""

    def said(each: str) -> dict[str, Any]:
        return {
            "title": replay.replay_heading(report, each),
            "sentences": [replay.replay_verdict(report, each), *replay.replay_sentences(report, each)],
            "cautions": [],
            "tables": replay.replay_tables(report, each),
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=report.verdict,
        pictures=pictures,
        manifest=manifest,
        summary=report.summary(),
    )


def _ramp(report: StressReport, lang: str) -> CaptionedTable:
    slas = [name(lang, sla) for sla in report.ramp[0].compliance]
    headings = [say(lang, "stress.per-day"), *slas, *stress.ramp_headings(lang)]
    return say(lang, "stress.ramp"), headings, stress.ramp_cells(report, lang)


def _limits(report: StressReport, lang: str) -> CaptionedTable:
    headings = [
        say(lang, key) for key in ("stress.team", "stress.unit", "stress.unit-rate", "stress.team-rate", "stress.work")
    ]
    rows = [
        [
            name(lang, limit.team),
            unit_name(lang, limit.unit),
            stress.rate(limit.unit_per_day),
            stress.rate(limit.per_day),
            f"{limit.work_min:.1f}",
        ]
        for limit in report.limits
    ]
    return say(lang, "stress.limits-table"), headings, rows


def _reliefs(report: StressReport, lang: str) -> list[CaptionedTable]:
    headings = [say(lang, key) for key in ("stress.team", "stress.people", "stress.gain")]
    relieved = report.relieved
    then = ("", ()) if relieved is None else (relieved.team, relieved.bottlenecks)
    return [
        (
            say(lang, key, sla=name(lang, each.sla), team=name(lang, team)),
            headings,
            [[name(lang, relief.team), relief.people, points(lang, relief.gain)] for relief in each.reliefs],
        )
        for key, team, found in (("stress.reliefs", "", report.bottlenecks), ("stress.next-reliefs", *then))
        for each in found
    ]
