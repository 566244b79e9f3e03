"""What the page is sent: the figures of a question in the words of its language, ready to be drawn."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sim.comparison.pairs import PairedVerdict
from sim.core.errors import ScenarioError
from sim.core.json_text import jsonable
from sim.core.tables import Floats
from sim.metrics.figures.letters import Backlog
from sim.output.text.errors import error_text
from sim.output.text.formats import interval, listed, name, number, percent, points, unit_name, weekday_names
from sim.output.words import say
from sim.serve.jobs import BackgroundJob, JobState
from sim.serve.viewers import Question
from sim.statistics import ComplianceTable, Verdict
from sim.whatif.live_run import FIRST, LOOKS
from sim.whatif.outlook import Details, DistrictOutlook, Outlook, Pairing, SlaOutlook, details, outlook, worse_districts

_DIGITS: Final = 3
_TONES: Final = {Verdict.MET: "met", Verdict.MISSED: "missed", Verdict.UNCLEAR: "unclear"}
_FINDING_TONES: Final = {PairedVerdict.BETTER: "met", PairedVerdict.WORSE: "missed"}


def answer(
    question: Question, found: Sequence[Pairing | ScenarioError], jobs: Sequence[BackgroundJob]
) -> dict[str, Any]:
    """The answer to a question as things stand.

    Args:
        found: for each staffing that was asked for, or what is wrong with it.
    """
    lang = question.lang
    # Each is looked at once, since more is simulated meanwhile.
    seen = [each if isinstance(each, ScenarioError) else (each, outlook(each)) for each in found]
    content: dict[str, Any] = {
        "generation": question.generation,
        "staffings": [
            {"error": error_text(each, lang)} if isinstance(each, ScenarioError) else _staffing(lang, *each)
            for each in seen
        ],
        "jobs": [_job(lang, job) for job in jobs],
        "settled": True,
    }
    of_focus = seen[question.focus]
    if isinstance(of_focus, ScenarioError):
        problems = error_text(of_focus, lang).splitlines()[1:]
        return content | {"sentences": [say(lang, "live.refused"), *problems], "tone": "missed"}
    focus, look = of_focus
    # Of the staffing that it is shown beside: the first one, if that is right.
    base = outlook(Pairing(focus.base, focus.base))
    more = details(focus, look, question.sla, question.team)
    name_of_base = question.names[0]
    return content | {
        "settled": bool(look.done or look.failure),
        "sentences": [] if look.failure else list(_sentences(question, focus, look, base, name_of_base)),
        "failure": look.failure and say(lang, "live.failed", reason=look.failure),
        "tone": _tone(look, question.sla),
        "status": _status(lang, focus, look),
        "progress": look.done / look.most,
        "districts": [_district(lang, each) for each in more.districts],
        "heat": _heat(lang, look, question.sla, more.by_hour),
        "team": _team(more),
        "backlog": _backlog(more.backlog, more.base_backlog),
    }


def _staffing(lang: str, pairing: Pairing, look: Outlook) -> dict[str, Any]:
    base = None if pairing.base is pairing.run else outlook(Pairing(pairing.base, pairing.base))
    return {
        "people": _with_change(look.headcount, base.headcount if base else look.headcount),
        "hours": _with_change(look.hours, base.hours if base else look.hours),
        "done": say(lang, "live.replications", n=look.done),
        "slas": {sla: _cell(lang, each, look) for sla, each in look.slas.items()},
    }


def _cell(lang: str, sla: SlaOutlook, look: Outlook) -> dict[str, Any]:
    if look.forecast:
        coarse = say(lang, "live.coarse", share=percent(look.forecast.get(sla.name)))
        return {"level": coarse, "change": "", "verdict": "", "tone": "none"}
    level = interval(sla.compliance) if sla.change is None else say(lang, "live.about", share=percent(sla.expected))
    return {
        "level": level,
        "exact": interval(sla.compliance),
        "change": "" if sla.change is None else points(lang, sla.change.paired),
        "change_tone": _FINDING_TONES.get(sla.change.finding, "none") if sla.change else "none",
        "verdict": say(lang, f"glossary.verdict-{sla.verdict}") if sla.verdict else "",
        "tone": _TONES.get(sla.verdict, "none") if sla.verdict else "none",
    }


def _sentences(question: Question, pairing: Pairing, look: Outlook, base: Outlook, beside: str) -> Iterator[str]:
    lang = question.lang
    if look.forecast:
        yield say(lang, "live.heavy", seconds=number(pairing.run.cost.seconds))
    sla = look.slas.get(question.sla)
    if sla is None or not look.done:
        yield say(lang, "live.calculating")
        return
    called = name(lang, sla.name)
    if sla.change is None:
        yield say(lang, "live.level", sla=called, level=interval(sla.compliance))
    else:
        kind = "provisional" if look.done < FIRST else sla.change.finding
        yield say(
            lang,
            f"live.change-{kind}",
            sla=called,
            points=points(lang, sla.change.paired),
            base=beside,
            expected=percent(sla.expected),
        )
    yield from _verdict(lang, sla, look)
    others = [
        name(lang, other.name)
        for other in look.slas.values()
        if other is not sla and other.change is not None and other.change.finding is PairedVerdict.WORSE
    ]
    if others and look.done >= FIRST:
        yield say(lang, "live.others-worse", slas=listed(lang, others))
    if sla.change is not None and look.done >= FIRST and (worse := worse_districts(pairing, look)):
        yield say(lang, "live.worse-in", districts=listed(lang, [unit_name(lang, each) for each in worse]))
    if look.headcount != base.headcount or look.hours != base.hours:
        yield say(
            lang,
            "live.people",
            people=_signed(look.headcount - base.headcount),
            hours=_signed(look.hours - base.hours),
            base=beside,
        )


def _verdict(lang: str, sla: SlaOutlook, look: Outlook) -> Iterator[str]:
    if sla.target is None:
        return
    target = percent(sla.target)
    if look.shown < LOOKS[0]:
        yield say(lang, "live.verdict-later", target=target, n=LOOKS[0])
    elif sla.verdict is not None:
        level = interval(sla.compliance)
        yield say(lang, f"live.verdict-{sla.verdict}", target=target, n=look.shown, level=level)


def _tone(look: Outlook, sla: str) -> str:
    found = look.slas.get(sla)
    return _TONES.get(found.verdict, "none") if found is not None and found.verdict is not None else "none"


def _status(lang: str, pairing: Pairing, look: Outlook) -> str:
    if pairing.base is pairing.run:
        return say(lang, "live.status-base", done=look.done, most=look.most)
    return say(lang, "live.status", done=look.done, most=look.most, base=pairing.base.done)


def _district(lang: str, district: DistrictOutlook) -> dict[str, Any]:
    change = district.change
    tone = "none" if change is None else "missed" if change.is_worse else "met" if change.is_better else "none"
    return {
        "name": unit_name(lang, district.name),
        "letters": number(district.letters),
        "late": number(district.late),
        "level": interval(district.compliance),
        "change": "" if change is None else points(lang, change.difference),
        "change_tone": tone,
    }


def _heat(lang: str, look: Outlook, sla: str, table: ComplianceTable | None) -> dict[str, Any] | None:
    found = look.slas.get(sla)
    if table is None or found is None:
        return None
    days = weekday_names(lang)
    few = table.too_few
    titles = [
        [
            say(
                lang,
                "live.hour-few" if few[day, hour] else "live.hour",
                day=days[day],
                hour=f"{hour:02}:00",
                level=interval(table.at(day, hour)),
            )
            for hour in range(24)
        ]
        for day in range(7)
    ]
    shares = [[None if few[day, hour] else table.at(day, hour).worst for hour in range(24)] for day in range(7)]
    return {"days": days, "target": found.target, "shares": shares, "titles": titles}


def _team(more: Details) -> dict[str, Any] | None:
    if more.week is None:
        return None
    return {
        "on_duty": _rounded(more.week.on_duty.mean),
        "busy": _rounded(more.week.busy.mean + more.week.overtime.mean),
        "needs": None if more.needs is None else _rounded(more.needs.people),
    }


def _backlog(backlog: Backlog | None, base: Backlog | None) -> dict[str, Any] | None:
    if backlog is None:
        return None
    every = max(len(backlog.days) // 200, 1)
    return {
        "days": _rounded(backlog.days[::every]),
        "window": list(backlog.window_days),
        "mean": _rounded(backlog.open_letters.mean[::every]),
        "low": _rounded(backlog.open_letters.p5[::every]),
        "high": _rounded(backlog.open_letters.p95[::every]),
        "base": None if base is None else _rounded(base.open_letters.mean[::every]),
    }


def _job(lang: str, job: BackgroundJob) -> dict[str, Any]:
    return {
        "number": job.number,
        "text": say(
            lang,
            f"live.job-{job.state}",
            kind=say(lang, f"live.kind-{job.kind}"),
            name=job.name,
            folder=job.folder,
            seconds=f"{job.seconds:.0f}",
        ),
        "error": job.error,
        "stoppable": job.state in (JobState.WAITING, JobState.WORKING),
        "link": f"results/{job.number}/report.html" if job.state is JobState.DONE else None,
    }


def _with_change(amount: float, base: float) -> str:
    return number(amount) if amount == base else f"{number(amount)} ({_signed(amount - base)})"


def _signed(change: float) -> str:
    return "0" if not change else ("+" if change > 0 else "−") + number(abs(change))


def _rounded(values: Floats) -> list[float | None]:
    rounded: list[float | None] = jsonable(values, digits=_DIGITS)
    return rounded
