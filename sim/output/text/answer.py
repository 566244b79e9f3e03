"""The answer to a run: the SLA table, and in plain sentences what fails, where, at which hours and why."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.metrics.figures import Caution
from sim.metrics.figures.rules import OpeningFigures
from sim.metrics.figures.slas import SlaFigures, outstanding
from sim.metrics.figures.teams import ALARM, TeamFigures
from sim.metrics.hours import LateHours
from sim.metrics.report import Report
from sim.output.text.cautions import caution, caution_lines
from sim.output.text.formats import (
    count,
    day_text,
    figure,
    hours_of_day,
    interval,
    limit,
    listed,
    milestone_name,
    name,
    number,
    percent,
    point,
)
from sim.output.text.printing import VERDICT_STYLES
from sim.output.words import labelled, say
from sim.statistics import Verdict

_BESIDE_THE_VERDICT: Final = "growth"
"""Kind of the caution without which a verdict is not to be read."""


def run_text(report: Report, lang: str) -> Group:
    """What a run says of a staffing, to be printed."""
    heading = say(
        lang,
        "answer.heading",
        title=labelled(lang, report.title or report.scenario),
        n=report.replications,
        letters=count(report.letters.received),
        headcount=f"{report.headcount:,}",
    )
    parts = [Text(heading, style="bold")]
    table = [_compliance_table(report, lang)] if report.slas else []
    said = (Text(sentence) for sentence in run_sentences(report, lang))
    return Group(*parts, *table, *said, *caution_lines(other_cautions(report), lang))


def _compliance_table(report: Report, lang: str) -> Table:
    """One row an SLA: what it asks, whether it is met, and how long it takes."""
    table = Table()
    for key in ("answer.sla", "glossary.clock", "glossary.limit", "glossary.target", "answer.compliance",
                "glossary.verdict", "answer.p50", "answer.p95"):  # fmt: skip
        right = key in ("glossary.limit", "glossary.target", "answer.p50", "answer.p95")
        table.add_column(say(lang, key), justify="right" if right else "left", overflow="fold")
    for sla in report.slas.values():
        verdict = say(lang, f"glossary.verdict-{sla.verdict or 'no target'}")
        table.add_row(
            Text(name(lang, sla.name)),
            Text(
                say(lang, "formats.until", from_=milestone_name(lang, sla.from_), until=milestone_name(lang, sla.until))
            ),
            limit(lang, sla.limit),
            percent(sla.target),
            interval(sla.compliance),
            Text(verdict, style=VERDICT_STYLES[sla.verdict] if sla.verdict else ""),
            figure(lang, sla.elapsed_min.p50, sla.clock),
            figure(lang, sla.elapsed_min.p95, sla.clock),
        )
    return table


def run_sentences(report: Report, lang: str) -> Iterator[str]:
    """The same in words, and what the table does not say: where, when and why; how busy people are."""
    grew = (caution(each, lang) for each in report.cautions if each.kind == _BESIDE_THE_VERDICT)
    yield say(lang, "formats.space").join([verdict_sentence(report, lang), *grew])
    yield from _without_target(report, lang)
    for sla in report.slas.values():
        if sla.verdict in (Verdict.MISSED, Verdict.UNCLEAR):
            yield from _failure(sla, report, lang)
    yield from _busy(report, lang)
    letters = report.letters
    share = (letters.open_at_end.mean or 0) / letters.received.mean if letters.received.mean else 0.0
    yield say(
        lang, "answer.open", open=count(letters.open_at_end), letters=count(letters.received), share=percent(share)
    )
    yield from _abandoned(report, lang)
    for extension in (each for each in report.extensions if each.asked.mean):
        yield say(
            lang,
            "answer.extended",
            name=name(lang, extension.sla),
            by=limit(lang, extension.by),
            asked=count(extension.asked),
            extended=count(extension.extended),
            saved=count(extension.saved),
            compliance=interval(extension.compliance),
        )
    again = report.repeat_letters
    if again is not None:
        yield say(
            lang,
            "answer.repeat-letters",
            name=name(lang, again.sla),
            letters=count(again.letters),
            joined=count(again.joined),
            hours=count(again.work_hours),
            share=percent(again.work_share.mean),
        )
    for rule in (rule for rule in report.supervision if rule.supervised.mean):
        yield say(
            lang,
            "answer.supervised" if rule.at < 1 else "answer.supervised-late",
            name=name(lang, rule.sla),
            at=percent(rule.at),
            letters=count(rule.supervised),
            share=percent(rule.share.mean),
            met=percent(rule.met.mean),
        )
    for sla in report.slas.values():
        if sla.undecided.mean:
            yield say(lang, "answer.undecided-letters", name=name(lang, sla.name), letters=count(sla.undecided))
    if report.opening is not None:
        yield from opening_sentences(report.opening, lang)
    elif letters.growth_per_day is None and letters.open_at_end.mean:
        yield say(lang, "answer.too-short-for-growth")
    if report.replications == 1:
        yield say(lang, "answer.one-replication")
    if report.in_blocks:
        yield say(lang, "answer.in-blocks")


def _abandoned(report: Report, lang: str) -> Iterator[str]:
    """How many letters left because nobody started them in time, where, and which SLAs do not count them."""
    letters = report.letters
    if letters.abandoned is None or letters.abandoned_share is None or not letters.abandoned.mean:
        return
    steps = [
        say(lang, "answer.abandoned-at", step=name(lang, step.name), share=percent(step.abandoned_share.mean))
        for step in report.steps.values()
        if step.abandoned_share is not None
    ]
    yield say(
        lang,
        "answer.abandoned",
        abandoned=count(letters.abandoned),
        letters=count(letters.received),
        share=percent(letters.abandoned_share.mean),
        steps=listed(lang, steps),
    )
    for sla in report.slas.values():
        if sla.left_in_time_share is not None and sla.left_in_time_share.mean:
            yield say(
                lang, "answer.left-in-time", name=name(lang, sla.name), share=percent(sla.left_in_time_share.mean)
            )


def opening_sentences(opening: OpeningFigures, lang: str) -> Iterator[str]:
    """When the backlog of the start is back to what is usual, and what can be saved of it."""
    yield say(lang, "answer.opening", start=day_text(lang, opening.start), letters=f"{opening.letters:,}")
    if opening.abandoned.mean:
        yield say(lang, "answer.opening-left", left=count(opening.abandoned))
    if opening.usual is not None:
        usual = number(opening.usual)
        if opening.letters <= opening.usual:
            yield say(lang, "answer.opening-usual", usual=usual)
        elif opening.back_days is None:
            yield say(lang, "answer.opening-not-back", usual=usual)
        else:
            low, day, high = (day_text(lang, opening.date_of(each)) for each in opening.back_days)
            yield say(lang, "answer.opening-back", usual=usual, day=day, low=low, high=high)
    for sla in opening.slas.values():
        if sla.open.mean or sla.left.mean:
            saved = (sla.open.mean or 0.0) - (sla.lost.mean or 0.0)
            yield say(
                lang,
                "answer.opening-sla",
                name=name(lang, sla.name),
                open=count(sla.open),
                lost=count(sla.lost),
                saved=number(saved),
                late=count(sla.late),
                left=say(lang, "answer.opening-sla-left", left=count(sla.left)) if sla.left.mean else "",
            )


def other_cautions(report: Report) -> list[Caution]:
    """Cautions that are not said in the line of the verdict."""
    return [each for each in report.cautions if each.kind != _BESIDE_THE_VERDICT]


def verdict_sentence(report: Report, lang: str) -> str:
    """Whether the targets are met, with the SLAs that decide it."""
    verdict = report.verdict
    if verdict is None:
        return say(lang, "answer.no-targets")
    if verdict in (Verdict.MET, Verdict.NOT_JUDGED):
        without = [name(lang, sla.name) for sla in report.slas.values() if sla.verdict is Verdict.NOT_JUDGED]
        if not without:
            return say(lang, "answer.met")
        key = "answer.met-judged" if verdict is Verdict.MET else "answer.nothing-judged"
        return say(lang, key, names=listed(lang, without))
    told = [sla for sla in report.slas.values() if sla.verdict is verdict]
    names = listed(lang, (name(lang, sla.name) for sla in told))
    if verdict is Verdict.MISSED:
        key = "answer.missed"
    elif report.copies or report.replications == 1:
        key = "answer.undecided-alone"
    else:
        always = all((sla.target or 0.0) >= 1 for sla in told)
        key = "answer.undecided-for-ever" if always else "answer.undecided"
    return say(lang, key, names=names)


def _without_target(report: Report, lang: str) -> Iterator[str]:
    """SLAs that have no target, beside others that have one: no verdict speaks of them."""
    slas = report.slas.values()
    if any(sla.target is not None for sla in slas):
        for sla in slas:
            if sla.target is None and sla.compliance.worst is not None:
                yield say(lang, "answer.without-target", name=name(lang, sla.name), compliance=point(sla.compliance))


def _failure(sla: SlaFigures, report: Report, lang: str) -> Iterator[str]:
    if not sla.breaches.mean:
        return
    late = say(
        lang,
        "answer.late",
        name=name(lang, sla.name),
        breaches=count(sla.breaches),
        letters=count(sla.letters),
        hours=say(lang, "answer.late-few") if report.has_few_late(sla.name) else late_hours_text(sla.late_hours, lang),
    )
    if report.has_few_late(sla.name):
        yield late
        return
    causes = []
    for cause in sla.causes[:2]:
        where = {"step": name(lang, cause.step), "why": say(lang, f"answer.why-{cause.why}")}
        key, team = ("answer.at-step", "") if cause.team is None else ("answer.at", name(lang, cause.team))
        causes.append(
            say(lang, "answer.late-cause", share=percent(cause.share.mean), why=say(lang, key, team=team, **where))
        )
    because = say(lang, "formats.semicolon").join(causes) + say(lang, "formats.full-stop")
    yield say(lang, "formats.space").join([late, because])
    worst = outstanding(sla.by_team)
    if worst is not None:
        tier = report.teams[worst.name].tier
        yield say(
            lang,
            "answer.worst-team" if tier in ("", worst.name) else "answer.worst-team-of-tier",
            team=name(lang, worst.name),
            tier=name(lang, tier),
            compliance=interval(worst.compliance),
            breaches=count(worst.breaches),
        )


def late_hours_text(hours: LateHours | None, lang: str) -> str:
    """The end of a sentence about late letters: at which hours they come; nothing where that is no news."""
    if hours is None:
        return ""
    share = {"late": percent(round(hours.late, 2)), "usual": percent(round(hours.letters, 2))}
    return say(lang, "answer.late-hours", hours=hours_of_day(lang, hours.span), **share)


def _busy(report: Report, lang: str) -> Iterator[str]:
    used = [team for team in report.teams.values() if team.utilisation.mean is not None]
    alarmed = [team for team in used if (team.utilisation.mean or 0.0) > ALARM]

    def said(teams: list[TeamFigures]) -> str:
        return listed(lang, (f"{name(lang, team.name)} {percent(team.utilisation.mean)}" for team in teams))

    at_hours = [team for team in used if team not in alarmed and team.week.hours_above_alarm]
    if alarmed:
        yield say(lang, "answer.alarm", teams=said(alarmed))
    elif used:
        busiest = said([max(used, key=lambda team: team.utilisation.mean or 0.0)])
        yield say(lang, "answer.no-alarm-at-every-hour" if at_hours else "answer.no-alarm", teams=busiest)
    else:
        yield say(lang, "answer.idle")
    if at_hours:
        hours = (say(lang, "answer.hours-of-team", team=name(lang, each.name), hours=each.week.hours_above_alarm)
                 for each in at_hours)  # fmt: skip
        yield say(lang, "answer.alarm-at-hours", teams=listed(lang, hours))
    late = [team for team in report.teams.values() if (team.overtime_hours.mean or 0.0) >= 1]
    if late:
        hours = (
            say(lang, "answer.person-hours", team=name(lang, team.name), hours=count(team.overtime_hours))
            for team in late
        )
        yield say(lang, "answer.overtime", teams=listed(lang, hours))
