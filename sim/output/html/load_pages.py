"""Pages of a stress run, of targets and of a replay: the answer in sentences, charts, and tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.capacity import StressReport
from sim.core.options import Options
from sim.operations.replay_report import ReplayReport
from sim.operations.targets import Targets
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.text import replay, stress, targets
from sim.output.text.cautions import caution_sentences, with_cautions
from sim.output.text.formats import name, points, unit_name
from sim.output.text.printing import CaptionedTable
from sim.output.words import labelled, say
from sim.statistics import Verdict


def write_stress(folder: Path, report: StressReport, *, manifest: Mapping[str, Any], options: Options) -> None:
    """charts/ and report.html of a stress run.

    Args:
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = rendered(folder, "stress", report, options)
    write_page(folder, stress_page(report, manifest=manifest, pictures=pictures, lang=options.lang))


def write_targets(folder: Path, found: Targets, *, title: str, manifest: Mapping[str, Any], options: Options) -> None:
    """report.html of targets."""
    write_page(folder, targets_page(found, title=title, manifest=manifest, lang=options.lang))


def write_replay(folder: Path, report: ReplayReport, *, manifest: Mapping[str, Any], options: Options) -> None:
    """charts/ and report.html of a replay; as `write_stress`."""
    pictures = rendered(folder, "replay", report, options)
    write_page(folder, replay_page(report, manifest=manifest, pictures=pictures, lang=options.lang))


def stress_page(report: StressReport, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page of a stress run.

    Args:
        manifest: how it came about.
        lang: the language in which the page opens.
    """

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "stress.heading", title=labelled(each, report.title or report.scenario)),
            "sentences": list(stress.stress_sentences(report, each)),
            "cautions": caution_sentences(report.cautions, each),
            "tables": [_ramp(report, each), _limits(report, each), *_reliefs(report, each)],
        }

    return page(
        "body.html.j2",
        said,
        lang,
        verdict=_carries(report),
        pictures=pictures,
        manifest=manifest,
        summary=with_cautions(report.plain(), report.cautions),
    )


def _carries(report: StressReport) -> Verdict:
    """Whether the staffing carries the scenario's own rate."""
    capacity = report.capacity
    if capacity.per_day is not None and capacity.per_day >= report.per_day:
        return Verdict.MET
    return Verdict.MISSED if capacity.high is not None and capacity.high < report.per_day else Verdict.UNCLEAR


def targets_page(asked: Targets, *, title: str, manifest: Mapping[str, Any], lang: str) -> str:
    """The page of the targets of a scenario, whose title is given."""

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "targets.heading", title=labelled(each, title)),
            "sentences": list(targets.targets_sentences(asked, each)),
            "cautions": caution_sentences(asked.cautions, each),
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

    summary = with_cautions(asked.plain(), asked.cautions)
    return page("body.html.j2", said, lang, pictures={}, manifest=manifest, summary=summary)


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
    return say(lang, "stress.ramp"), headings, stress.ramp_rows(report, lang)


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
