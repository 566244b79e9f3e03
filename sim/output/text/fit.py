"""What a fit says: how well the scenario tells the truth, worst misfit first, and the figures that it found."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from math import nan
from typing import Any, Final

from rich.console import Group
from rich.text import Text

from sim.core.clock import DAY, HOUR, MINUTE
from sim.fit.finding import Finding
from sim.fit.fit_report import FitReport
from sim.fit.judgement import AgeCurve, Judgement, Misfit, SideBySide, SimulatedRange
from sim.fit.looks import PARTS
from sim.models.wording import clipped
from sim.output.text.formats import duration, name, number, percent
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.words import say

_TOLD: Final = 6
"""Misfits that the answer tells; the page tells all."""

_MEASURED: Final = "M"


def fit_text(report: FitReport, lang: str) -> Group:
    """The answer of a fit, to be printed."""
    return Group(
        Text(fit_heading(report, lang), style="bold"),
        *(Text(each) for each in fit_sentences(report, lang)),
        *(Text(each, style="yellow") for each in note_sentences(report, lang)),
        *(captioned(table) for table in judgement_tables(report, lang, busiest=_TOLD)),
        *([captioned(_replaced(report, lang))] if report.replaced else []),
    )


def fit_heading(report: FitReport, lang: str) -> str:
    """The title of the answer and the page."""
    return say(lang, "fit.heading", log=report.log)


def fit_sentences(report: FitReport, lang: str, *, told: int = _TOLD) -> Iterator[str]:
    """The worst misfit in words, how the scenario was judged, what was read, and the other misfits, worst first.

    Args:
        told: at most so many misfits.
    """
    judgement = report.judgement
    if judgement is None:
        yield say(lang, f"fit.not-judged-{report.not_judged}")
        yield _read_sentence(report, lang)
        if report.open_at_end:
            yield _open_sentence(report, lang)
        return
    worst, *others = misfit_sentences(judgement, lang, told)
    yield worst
    yield judged_sentence(judgement, lang)
    yield _read_sentence(report, lang)
    if report.refitted:
        yield say(lang, "fit.refitted")
    yield from others
    if report.open_at_end:
        yield _open_sentence(report, lang)


def told_about(report: FitReport, lang: str) -> str:
    """What the scenario says of itself."""
    sentences = [say(lang, "fit.about", log=report.log), *fit_sentences(report, lang, told=1)]
    return say(lang, "fit.between").join(sentences)


def _read_sentence(report: FitReport, lang: str) -> str:
    return say(
        lang,
        "fit.read",
        letters=f"{report.letters:,}",
        begins=day(report.begins),
        ends=day(report.ends),
        measured=report.marks.get(_MEASURED, 0),
        figures=sum(report.marks.values()),
    )


def _open_sentence(report: FitReport, lang: str) -> str:
    return say(lang, "fit.open", n=report.open_at_end, letters=f"{report.open_at_end:,}", day=report.goes_on)


def judged_sentence(judgement: Judgement, lang: str) -> str:
    """On what a scenario was judged."""
    days = (datetime.fromisoformat(judgement.ends) - datetime.fromisoformat(judgement.begins)).total_seconds() / DAY
    key = "fit.judged-held-out" if judgement.held_out else "fit.judged-other"
    judged = say(
        lang,
        key,
        letters=number(judgement.letters.real),
        days=number(days),
        begins=day(judgement.begins),
        ends=day(judgement.ends),
        logs=judgement.replications,
    )
    return judged + (say(lang, "fit.known-staffing") if judgement.known_staffing else "")


def misfit_sentences(judgement: Judgement, lang: str, told: int) -> Iterator[str]:
    """Misfits in words, worst first; one sentence where there is none."""
    if not judgement.misfits:
        yield say(lang, "fit.no-misfit")
    for each in judgement.misfits[:told]:
        yield misfit_sentence(each, judgement, lang)
    rest = len(judgement.misfits) - told
    if rest > 0:
        yield say(lang, "fit.more-misfits", n=rest)


def misfit_sentence(misfit: Misfit, judgement: Judgement, lang: str) -> str:
    """One misfit: `The model signs 6 minutes sooner at night than the office did`."""
    figures, subject = misfit.figures, name(lang, misfit.subject)
    real, simulated = figures["real"], figures["simulated"]
    if misfit.kind in ("sooner", "later"):
        return say(
            lang,
            f"fit.misfit-{misfit.kind}",
            milestone=subject,
            when=say(lang, f"fit.part-{PARTS[int(figures['part'])]}"),
            by=hours(lang, abs(simulated - real)),
            real=hours(lang, real),
            simulated=hours(lang, simulated),
        )
    if misfit.kind == "share":
        real, simulated = figures["real_share"], figures["simulated_share"]
    if misfit.kind in ("share", "sla", "arrivals", "utilisation"):
        return say(lang, f"fit.misfit-{misfit.kind}", subject=subject, real=percent(real), simulated=percent(simulated))
    if misfit.kind == "open":
        when = day(judgement.days[int(figures["day"])])
        return say(lang, "fit.misfit-open", day=when, real=number(real), simulated=number(simulated))
    if misfit.kind == "hours":
        return say(lang, "fit.misfit-hours", subject=subject, real=hours(lang, real), simulated=hours(lang, simulated))
    return say(lang, "fit.misfit-letters", real=number(real), simulated=number(simulated))


def note_sentences(report: FitReport, lang: str) -> list[str]:
    """What was noticed besides, and what is missing."""
    notes = [
        say(
            lang,
            f"fit.note-{note.kind}",
            **{key: percent(each) if isinstance(each, float) else each for key, each in note.figures.items()},
        )
        for note in report.notes
    ]
    if report.judgement is not None and report.kind == "events":
        notes += [say(lang, "fit.no-work")] if not report.judgement.busy else []
        notes += [say(lang, "fit.no-measures")] if not report.measures else []
    return notes


def judgement_tables(report: FitReport, lang: str, *, busiest: int | None = None) -> list[CaptionedTable]:
    """The office and the model side by side, and the field's measures.

    Args:
        busiest: at most so many rows of units; all if None.
    """
    judgement = report.judgement
    if judgement is None:
        return []
    tables = [_milestones(judgement, lang), _beside(judgement, lang, busiest)]
    return [*tables, _distances(judgement, lang)] if judgement.distances else tables


def fit_tables(report: FitReport, lang: str) -> list[CaptionedTable]:
    """All tables of the page."""
    replaced = [_replaced(report, lang)] if report.replaced else []
    return [*judgement_tables(report, lang), *replaced, _findings(report, lang), _columns(report, lang)]


def _milestones(judgement: Judgement, lang: str) -> CaptionedTable:
    headings = ["fit.milestone", "fit.letters", "fit.office-mean", "fit.model-mean", "fit.ks", "fit.ks-halves",
                "fit.area", "fit.area-halves"]  # fmt: skip
    rows = [_milestone(each, lang) for each in judgement.curves]
    return say(lang, "fit.milestones"), [say(lang, key) for key in headings], rows


def _milestone(curve: AgeCurve, lang: str) -> list[str]:
    real, simulated = curve.mean_h["all"]
    return [
        name(lang, curve.milestone),
        f"{curve.letters:,}",
        hours(lang, real),
        hours(lang, simulated),
        _precise(curve.ks),
        _precise(curve.ks_halves),
        hours(lang, curve.area_h),
        hours(lang, curve.area_halves_h),
    ]


def _beside(judgement: Judgement, lang: str, busiest: int | None) -> CaptionedTable:
    """SLAs, letters, and who was how busy; of these, where some are left out, those that differ most."""
    rows = [[say(lang, "fit.row-letters"), number(judgement.letters.real), *_simulated(judgement.letters, number)]]
    rows += [
        [say(lang, "fit.row-sla", sla=name(lang, each.name)), percent(_known(each.real)), *_simulated(each, percent)]
        for each in judgement.slas
    ]
    for each in sorted(judgement.busy, key=lambda one: -abs(one.real - one.simulated.mean))[:busiest]:
        shown = percent if judgement.busy_as == "utilisation" else partial(_hours_of, lang)
        called = say(lang, f"fit.row-{judgement.busy_as}", name=name(lang, each.name))
        rows.append([called, shown(_known(each.real)), *_simulated(each, shown)])
    headings = [say(lang, key) for key in ("fit.figure", "fit.office", "fit.model", "fit.range")]
    return say(lang, "fit.beside"), headings, rows


def _distances(judgement: Judgement, lang: str) -> CaptionedTable:
    rows = []
    for each in judgement.distances:
        unit = "" if not each.unit else f" {say(lang, 'fit.unit-hours')}"
        rows.append(
            [
                say(lang, f"fit.distance-{each.name}"),
                _precise(each.simulated.mean) + unit,
                _range(each.simulated),
                _precise(each.halves) + unit,
            ]
        )
    headings = [say(lang, key) for key in ("fit.measure", "fit.distance", "fit.range", "fit.halves")]
    return say(lang, "fit.distances"), headings, rows


def _findings(report: FitReport, lang: str) -> CaptionedTable:
    headings = ["fit.key", "fit.estimate", "fit.interval", "fit.n", "fit.goodness", "fit.chosen", "fit.rejected",
                "fit.remark"]  # fmt: skip
    rows = [_finding(each, lang) for each in report.findings]
    return say(lang, "fit.findings"), [say(lang, key) for key in headings], rows


def _finding(each: Finding, lang: str) -> list[str]:
    interval = "–" if each.interval is None else " – ".join(_figure(end, each.unit, lang) for end in each.interval)
    rejected = [f"{family} (+{number(more)})" for family, more in each.rejected.items() if more == more]
    return [
        each.key,
        _figure(each.estimate, each.unit, lang),
        interval,
        f"{each.n:,}",
        _precise(each.goodness),
        each.chosen or "–",
        ", ".join(rejected) or "–",
        say(lang, f"fit.finding-{each.note}", **each.figures) if each.note else "–",
    ]


def _replaced(report: FitReport, lang: str) -> CaptionedTable:
    rows = [
        [each.key, clipped(each.old), clipped(each.new), f"{each.n:,}" if each.n else "–"] for each in report.replaced
    ]
    return say(lang, "fit.replaced"), [say(lang, key) for key in ("fit.key", "fit.old", "fit.new", "fit.n")], rows


def _columns(report: FitReport, lang: str) -> CaptionedTable:
    rows = [[role, column] for role, column in report.columns.items()]
    return say(lang, "fit.columns"), [say(lang, "fit.role"), say(lang, "fit.column")], rows


def _figure(figure: float, unit: str, lang: str) -> str:
    if figure != figure:
        return "–"
    if unit == "s":
        return hours(lang, figure / HOUR)
    return percent(figure) if unit == "share" else _precise(figure)


def _simulated(each: SideBySide, shown: Callable[[Any], str]) -> list[str]:
    simulated = each.simulated
    return [shown(_known(simulated.mean)), "–".join(shown(_known(end)) for end in (simulated.low, simulated.high))]


def _known(figure: float) -> float | None:
    return figure if figure == figure else None


def _hours_of(lang: str, figure: float | None) -> str:
    return hours(lang, nan if figure is None else figure)


def _range(simulated: SimulatedRange) -> str:
    return f"{_precise(simulated.low)}–{_precise(simulated.high)}"


def _precise(figure: float | None) -> str:
    """A number with three significant digits; a dash for nan."""
    if figure is None or figure != figure:
        return "–"
    return f"{figure:,.0f}" if abs(figure) >= 1_000 else f"{figure:.3g}"


def hours(lang: str, hours_long: float) -> str:
    """A duration given in hours; a dash for nan, and seconds where it is short."""
    if hours_long != hours_long:
        return "–"
    if hours_long * HOUR < MINUTE:
        return say(lang, "fit.seconds", seconds=f"{hours_long * HOUR:.2g}")
    return duration(lang, hours_long * HOUR / MINUTE)


def day(moment: str) -> str:
    """The day of an instant."""
    return moment[:10]
