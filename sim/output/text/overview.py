"""The answer to a run in two sentences, how sure it is, and on what ground."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Final, NamedTuple, Self

from sim.core.clock import DAY
from sim.core.options import Options
from sim.metrics.figures.slas import SlaFigures
from sim.metrics.report import Report
from sim.metrics.units import concentration
from sim.models.scenario import Scenario
from sim.output.text.answer import verdict_sentence
from sim.output.text.formats import (
    count,
    hours_of_day,
    interval,
    limit,
    listed,
    name,
    number,
    percent,
    unit_name,
)
from sim.output.text.headline import headline_sla, lack_sentence, staffed_places
from sim.output.words import say
from sim.scenario.loading import Loaded
from sim.statistics import Verdict

_ASSUMED: Final = "A"
"""Mark of figures that are assumptions."""


def what_would(report: Report, lang: str) -> str | None:
    """What a missed target would take: where and when people lack most; None where no lack explains it."""
    if report.verdict is not Verdict.MISSED:
        return None
    lack = next((lack_sentence(report.staffed[place], lang) for place in staffed_places(report)[:1]), None)
    return None if lack is None else say(lang, "overview.would", lack=lack)


def two_sentences(report: Report, lang: str) -> Iterator[str]:
    """What was found, and where and why."""
    sla = headline_sla(report)
    if sla is None:
        yield verdict_sentence(report, lang)
        return
    days = number(report.letters.window_days)
    letters, whole = count(sla.letters), (sla.letters.mean or 0.0) >= (report.letters.received.mean or 0.0) - 0.5
    come = say(lang, "overview.came" if whole else "overview.concerned", days=days, letters=letters,
               sla=name(lang, sla.name))  # fmt: skip
    late = say(
        lang,
        "overview.late" if sla.breaches.mean else "overview.none-late",
        late=count(sla.breaches),
        share=_rough((sla.breaches.mean or 0.0) / (sla.letters.mean or 1.0)),
        sla=name(lang, sla.name),
        limit=limit(lang, sla.limit),
    )
    hours = sla.late_hours
    when = "" if hours is None else say(lang, "overview.hours", hours=hours_of_day(lang, hours.span),
                                        late=_rough(hours.late), usual=_rough(hours.letters))  # fmt: skip
    yield say(lang, "overview.first", came=come, late=late, hours=when)
    yield from _where_and_why(report, sla, lang)


def other_sentences(report: Report, lang: str) -> Iterator[str]:
    """The other SLAs that are missed, and those of which it is not sure, a sentence each."""
    told = headline_sla(report)
    for verdict in (Verdict.MISSED, Verdict.UNCLEAR):
        slas = [
            say(
                lang,
                "overview.also-sla",
                sla=name(lang, sla.name),
                compliance=interval(sla.compliance),
                target=percent(sla.target),
                late=count(sla.breaches),
            )
            for sla in report.slas.values()
            if sla.verdict is verdict and sla is not told
        ]
        if slas:
            yield say(lang, f"overview.also-{verdict}", slas=say(lang, "formats.semicolon").join(slas))


def _where_and_why(report: Report, sla: SlaFigures, lang: str) -> Iterator[str]:
    parts = []
    found = concentration(sla.districts)
    if found is not None and not report.has_few_late(sla.name):
        units = listed(lang, (unit_name(lang, unit) for unit in found.units))
        parts.append(say(lang, "overview.units", units=units, late=_rough(found.late), letters=_rough(found.letters)))
    if sla.causes and not report.has_few_late(sla.name):
        cause = sla.causes[0]
        where = {"step": name(lang, cause.step), "team": name(lang, cause.team or "")}
        why = say(lang, f"answer.why-{cause.why}")
        at = say(lang, "answer.at-step" if cause.team is None else "answer.at", why=why, **where)
        parts.append(say(lang, "overview.cause", share=_rough(cause.share.mean or 0.0), why=at))
    if not parts:
        parts.append(say(lang, "overview.sure", sla=name(lang, sla.name), compliance=interval(sla.compliance)))
    yield say(lang, "overview.second", parts=say(lang, "formats.semicolon").join(parts))


def _rough(share: float) -> str:
    """A share in whole percent, where that does not hide it."""
    return percent(round(share, 2)) if 0.095 <= share <= 0.985 else percent(share)


class Ground(NamedTuple):
    """What results stand on.

    Attributes:
        figures: those of the scenario with their marks.
        overrides: what the command line changed, as KEY=VALUE.
    """

    scenario: Scenario
    figures: Sequence[Mapping[str, str]]
    overrides: Sequence[str]

    @classmethod
    def of(cls, loaded: Loaded, options: Options) -> Self:
        """The ground of what a command finds of a scenario."""
        return cls(loaded.scenario, [asdict(figure) for figure in loaded.figures], options.layers())

    def facts(self, lang: str, sure: str, *own: str) -> list[str]:
        """How sure the answer is and on what ground: assumptions, when the letters came, what was set.

        Args:
            sure: how many replications it is of.
            own: facts of one command only.
        """
        assumed = sum(figure["mark"] == _ASSUMED for figure in self.figures)
        told = say(lang, "overview.assumptions", assumed=assumed, figures=len(self.figures))
        first, last = _days(self.scenario)
        days = say(lang, "overview.dates", first=first.isoformat(), last=last.isoformat())
        changes = say(lang, "overview.set", changes=say(lang, "formats.comma").join(self.overrides))
        return [sure, *([told] if self.figures else []), days, *own, *([changes] if self.overrides else [])]


def replications_text(lang: str, replications: int, copies: bool = False) -> str:
    """How many replications figures are of, and whether they have intervals."""
    if replications == 1:
        return say(lang, "overview.one-replication")
    return say(lang, "overview.copies" if copies else "overview.replications", n=replications)


def ground(report: Report, on: Ground, lang: str) -> list[str]:
    """How sure the answer to a run is and on what ground."""
    own = [say(lang, "page.staff", count=f"{report.headcount:,}")]
    if report.cost != report.headcount:
        own.append(say(lang, "page.cost", cost=f"{report.cost:,.6g}"))
    return on.facts(lang, replications_text(lang, report.replications, report.copies), *own)


def _days(scenario: Scenario) -> tuple[date, date]:
    """First and last day of the window."""
    return (
        scenario.start + timedelta(days=scenario.window_start // DAY),
        scenario.start + timedelta(days=(scenario.window_end - 1) // DAY),
    )
