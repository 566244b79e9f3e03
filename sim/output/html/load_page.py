"""Pages of a stress run, of targets and of a replay: the answer in sentences, charts, and tables."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.capacity import StressReport
from sim.metrics.figures import Caution
from sim.operations.replay_report import ReplayReport
from sim.operations.targets import Targets
from sim.output.charts.render import Groups
from sim.output.html.page import fill, page
from sim.output.html.report_page import Table
from sim.output.html.words import LANGUAGES, say
from sim.output.text import load_words, replay, stress, targets
from sim.output.text.cautions import caution_sentences, with_cautions
from sim.output.text.words import name, points
from sim.statistics import Verdict

Pictures = Mapping[str, Groups]
"""Charts with their names, by language."""


def stress_page(report: StressReport, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page of a stress run.

    Args:
        manifest: how it came about.
        lang: the language in which the page opens.
    """

    def tables(each: str) -> list[Table]:
        slas = [name(each, sla) for sla in report.ramp[0].compliance]
        headings = [load_words.say(each, "per day"), *slas, *stress.ramp_headings(each)]
        ramp: Table = (load_words.say(each, "ramp"), headings, stress.ramp_rows(report, each))
        return [ramp, _limits(report, each), *_reliefs(report, each)]

    return _page(
        lambda each: load_words.say(each, "stressed", title=report.title or report.scenario),
        lang,
        verdict=_carries(report),
        sentences=lambda each: list(stress.sentences(report, each)),
        cautions=report.cautions,
        tables=tables,
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
    return _page(
        lambda each: load_words.say(each, "asked", title=title),
        lang,
        verdict=None,
        sentences=lambda each: list(targets.sentences(asked, each)),
        cautions=asked.cautions,
        tables=lambda each: [targets.operation_table(asked, each, targets.FULL), targets.channel_table(asked, each)],
        pictures={},
        manifest=manifest,
        summary=with_cautions(asked.plain(), asked.cautions),
    )


def replay_page(report: ReplayReport, *, manifest: Mapping[str, Any], pictures: Pictures, lang: str) -> str:
    """The page of a replay."""
    return _page(
        lambda each: replay.heading(report, each),
        lang,
        verdict=report.verdict,
        sentences=lambda each: [replay.ending(report, each), *replay.sentences(report, each)],
        tables=lambda each: [replay.latency_table(report, each)],
        pictures=pictures,
        manifest=manifest,
        summary=report.summary(),
    )


def _page(
    title: Callable[[str], str],
    lang: str,
    *,
    verdict: Verdict | None,
    sentences: Callable[[str], Sequence[str]],
    cautions: Sequence[Caution] = (),
    tables: Callable[[str], Sequence[Table]],
    pictures: Pictures,
    manifest: Mapping[str, Any],
    summary: Mapping[str, Any],
) -> str:
    bodies = {
        each: fill(
            "load.html.j2",
            lang=each,
            title=title(each),
            verdict=verdict.value if verdict else "none",
            sentences=sentences(each),
            cautions=caution_sentences(cautions, each),
            groups=[(load_words.say(each, f"group {chart}"), drawn) for chart, drawn in pictures.get(each, [])],
            tables=tables(each),
            manifest=json.dumps(dict(manifest), indent=1, ensure_ascii=False),
        )
        for each in LANGUAGES
    }
    anchors = ("answer", "charts", "tables", "manifest") if pictures else ("answer", "tables", "manifest")
    return page(title(lang), lang, bodies, lambda each: [(key, say(each, key)) for key in anchors], summary)


def _limits(report: StressReport, lang: str) -> Table:
    headings = [load_words.say(lang, key) for key in ("team", "unit", "unit rate", "team rate", "work")]
    rows = [
        [
            name(lang, limit.team),
            name(lang, limit.unit),
            stress.rate(limit.unit_per_day),
            stress.rate(limit.per_day),
            f"{limit.work_min:.1f}",
        ]
        for limit in report.limits
    ]
    return load_words.say(lang, "limits table"), headings, rows


def _reliefs(report: StressReport, lang: str) -> list[Table]:
    headings = [load_words.say(lang, key) for key in ("team", "people", "gain")]
    relieved = report.relieved
    then = ("", ()) if relieved is None else (relieved.team, relieved.bottlenecks)
    return [
        (
            load_words.say(lang, key, sla=name(lang, each.sla), team=name(lang, team)),
            headings,
            [[name(lang, relief.team), relief.people, points(lang, relief.gain)] for relief in each.reliefs],
        )
        for key, team, found in (("reliefs", "", report.bottlenecks), ("next reliefs", *then))
        for each in found
    ]
