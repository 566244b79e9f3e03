"""The report on one run as a page: the answer first, then charts, tables, and where the figures come from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from sim.core.clock import Clock, format_duration
from sim.metrics.figures.letters import StepFigures
from sim.metrics.figures.slas import GroupFigures
from sim.metrics.report import Report
from sim.models.scenario import Scenario
from sim.output.html.chosen_unit import chosen_unit
from sim.output.html.first_screen import data_markup, tiles, unit_table, verdict_class
from sim.output.html.late_letters import late_letters
from sim.output.html.page import Pictures, code, page
from sim.output.text.answer import other_cautions, run_sentences
from sim.output.text.cautions import caution_sentences, summary_of
from sim.output.text.formats import count, figure, interval, limit, milestone_name, name, note, number, percent
from sim.output.text.overview import Ground, ground, other_sentences, two_sentences, what_would
from sim.output.text.printing import CaptionedTable
from sim.output.words import labelled, labels_with, say
from sim.statistics import Figure, Verdict

_TOLD_ELSEWHERE: Final = ("figures", "changes", "workers")
"""What the page tells elsewhere of the manifest, or not at all, since the figures do not depend on it."""


def report_page(
    report: Report,
    *,
    scenario: Scenario,
    overrides: Sequence[str],
    figures: Sequence[Mapping[str, str]],
    manifest: Mapping[str, Any],
    pictures: Pictures,
    lang: str,
    csv: Sequence[str] = (),
) -> str:
    """The page of a run.

    Args:
        scenario: as it was run.
        overrides: what the command line changed, as KEY=VALUE.
        figures: figures of the scenario with path, value, mark and note.
        manifest: how the run came about.
        pictures: charts by the question that they answer, by language.
        lang: the language in which the page opens.
        csv: names of the CSV files beside it.
    """

    def said(each: str) -> dict[str, Any]:
        judged, *sentences = run_sentences(report, each)
        return {
            "title": labelled(each, report.title or report.scenario),
            "about": labelled(each, scenario.about),
            "judged": judged,
            "two": list(two_sentences(report, each)),
            "others": list(other_sentences(report, each)),
            "would": what_would(report, each),
            "facts": ground(report, Ground(scenario, figures, overrides), each),
            "tiles": list(tiles(report, scenario, each)),
            "units": unit_table(report, each),
            "chosen": chosen_unit(report, each),
            "sentences": sentences,
            "cautions": caution_sentences(other_cautions(report), each),
            "first_tables": [_sla_table(report, each)] if report.slas else [],
            "note": say(
                each,
                "page.letters-note",
                window=limit(each, format_duration(scenario.window)),
                replications=report.replications,
            ),
            "tables": [*_group_tables(report, each), _step_table(report, each), _team_table(report, each)],
            "late_letters": late_letters(report, each),
            "marks": _marks(figures, each),
            "changes": manifest.get("changes", []),
        }

    return page(
        "report.html.j2",
        said,
        lang,
        verdict=report.verdict,
        contents=("answer", "charts", "tables", "assumptions", "manifest"),
        first="backlog-open.",
        csv=csv,
        pictures=pictures,
        manifest={key: value for key, value in manifest.items() if key not in _TOLD_ELSEWHERE},
        summary=summary_of(report, labels_with(lang)),
    )


def _time_markup(lang: str, minutes: Figure, path: str, clock: Clock = Clock.CALENDAR) -> Markup:
    """A percentile or mean, or what it is known to exceed."""
    known = "value" if minutes.value is not None else "more_than"
    return data_markup(figure(lang, minutes, clock), minutes.least, f"{path}.{known}")


def _sla_table(report: Report, lang: str) -> CaptionedTable:
    """One row an SLA."""
    headings = ["page.sla-table", "glossary.clock", "glossary.limit", "glossary.target", "page.compliance-column",
                "glossary.verdict", "page.letters", "page.half", "page.p95"]  # fmt: skip
    rows = [[
        name(lang, sla.name),
        say(lang, "formats.until", from_=milestone_name(lang, sla.from_), until=milestone_name(lang, sla.until)),
        limit(lang, sla.limit),
        percent(sla.target),
        data_markup(interval(sla.compliance), sla.compliance.mean, f"sla.{sla.name}.compliance.mean"),
        verdict_markup(sla.verdict, lang),
        data_markup(count(sla.letters), sla.letters.mean, f"sla.{sla.name}.letters.mean"),
        _time_markup(lang, sla.elapsed_min.p50, f"sla.{sla.name}.elapsed_min.p50", sla.clock),
        _time_markup(lang, sla.elapsed_min.p95, f"sla.{sla.name}.elapsed_min.p95", sla.clock),
    ] for sla in report.slas.values()]  # fmt: skip
    return say(lang, "page.sla-table"), [say(lang, heading) for heading in headings], rows


def verdict_markup(found: Verdict | None, lang: str) -> Markup:
    """A verdict in its colour."""
    key = "page.not-judged" if found is Verdict.NOT_JUDGED else f"glossary.verdict-{found or 'no target'}"
    return Markup('<span class="verdict {}">{}</span>').format(verdict_class(found), say(lang, key))


def _group_tables(report: Report, lang: str) -> list[CaptionedTable]:
    """Compliance by category and by channel, where there is more than one."""
    tables = []
    for key, groups in (
        ("category", {sla.name: sla.by_category for sla in report.slas.values()}),
        ("channel", {sla.name: sla.by_channel for sla in report.slas.values()}),
    ):
        names = list(dict.fromkeys(group.name for each in groups.values() for group in each))
        if len(names) > 1:
            headings = [say(lang, f"glossary.{key}"), *(name(lang, sla) for sla in groups)]
            rows = [[name(lang, group), *(_of(each, group) for each in groups.values())] for group in names]
            few = any(group.too_few for each in groups.values() for group in each)
            tables.append(
                (say(lang, f"page.by-{key}") + (say(lang, "page.few-letters") if few else ""), headings, rows)
            )
    return tables


def _of(groups: Sequence[GroupFigures], group: str) -> Markup | str:
    return next((_group(each) for each in groups if each.name == group), "–")


def _group(group: GroupFigures) -> Markup | str:
    shown = interval(group.compliance)
    return Markup('<span class="few">{}</span>').format(shown) if group.too_few else shown


def _step_table(report: Report, lang: str) -> CaptionedTable:
    headings = ["glossary.step", "page.visits", "page.waited", "page.wait", "page.wait95", "page.service",
                "page.interruptions"]  # fmt: skip
    rows = [_step_row(step, lang) for step in report.steps.values()]
    return say(lang, "page.step-table"), [say(lang, heading) for heading in headings], rows


def _step_row(step: StepFigures, lang: str) -> list[Any]:
    waited, wait, path = step.delayed_share.mean, step.wait_min, f"steps.{step.name}"
    return [
        name(lang, step.name),
        data_markup(count(step.visits), step.visits.mean, f"{path}.visits.mean"),
        data_markup(percent(waited), waited, f"{path}.delayed_share.mean"),
        _time_markup(lang, wait.mean, f"{path}.wait_min.mean"),
        _time_markup(lang, wait.p95, f"{path}.wait_min.p95"),
        figure(lang, step.service_min.mean),
        count(step.interruptions),
    ]


def _team_table(report: Report, lang: str) -> CaptionedTable:
    headings = ["glossary.team", "glossary.headcount", "page.on-duty-hours", "page.busy-hours", "glossary.utilisation",
                "page.overtime", "page.queue-mean", "page.queue-max"]  # fmt: skip
    rows = [[
        name(lang, team.name),
        number(team.headcount),
        data_markup(count(team.on_duty_hours), team.on_duty_hours.mean, f"teams.{team.name}.on_duty_hours.mean"),
        data_markup(count(team.busy_hours), team.busy_hours.mean, f"teams.{team.name}.busy_hours.mean"),
        data_markup(interval(team.utilisation), team.utilisation.mean, f"teams.{team.name}.utilisation.mean"),
        data_markup(count(team.overtime_hours), team.overtime_hours.mean, f"teams.{team.name}.overtime_hours.mean"),
        data_markup(count(team.queue_mean), team.queue_mean.mean, f"teams.{team.name}.queue_mean.mean"),
        data_markup(count(team.queue_max), team.queue_max.mean, f"teams.{team.name}.queue_max.mean"),
    ] for team in report.teams.values()]  # fmt: skip
    return say(lang, "page.team-table"), [say(lang, heading) for heading in headings], rows


def _marks(figures: Sequence[Mapping[str, str]], lang: str) -> CaptionedTable:
    headings = [say(lang, key) for key in ("page.figure", "page.value", "page.mark", "page.note")]
    rows = [
        [code(figure["path"]), code(figure["value"]), figure["mark"], note(lang, figure["note"])] for figure in figures
    ]
    return say(lang, "page.section-assumptions"), headings, rows
