"""The answer to a sweep: at which points the targets are met, what moves each SLA, and a row a point."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from rich.console import Group
from rich.text import Text

from sim.output.text.cautions import caution, plain_caution
from sim.output.text.formats import interval, listed, name, percent, points
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.words import labelled, say
from sim.statistics import Estimate, Verdict
from sim.sweep.report import SlaAtPoint, Sweep, SweptPoint

MOST_ROWS: Final = 200
"""Points in the tables of a page."""

_MOST_PRINTED: Final = 40
"""Points in all tables of the terminal together; the files have all."""

_FEWEST_PRINTED: Final = 10
"""Points in each of them, even so."""


def sweep_text(sweep: Sweep, lang: str) -> Group:
    """What a sweep says, to be printed."""
    return Group(
        Text(sweep_heading(sweep, lang), style="bold"),
        *(captioned(table) for table in sweep_tables(sweep, lang, _printed(sweep))),
        *(Text(sentence) for sentence in sweep_sentences(sweep, lang)),
        *(Text(sentence, style="yellow") for sentence in sweep_cautions(sweep, lang)),
    )


def _printed(sweep: Sweep) -> int:
    return max(_MOST_PRINTED // max(len(sweep.slas), 1), _FEWEST_PRINTED)


def sweep_heading(sweep: Sweep, lang: str) -> str:
    """What was varied, and how much was simulated."""
    return say(
        lang,
        "sweep.heading",
        title=labelled(lang, sweep.title),
        keys=listed(lang, sweep.keys),
        points=f"{len(sweep.points):,}",
        n=sweep.replications,
    )


def sweep_sentences(sweep: Sweep, lang: str) -> Iterator[str]:
    """Where every target is met, with how few people, and between which points each SLA lies."""
    judged = [point for point in sweep.points if point.verdict not in (None, Verdict.NOT_JUDGED)]
    met = [point for point in judged if point.verdict is Verdict.MET]
    unclear = sum(point.verdict is Verdict.UNCLEAR for point in judged)
    if judged:
        key = "sweep.met" if met else "sweep.none-met"
        yield say(lang, key, met=f"{len(met):,}", points=f"{len(sweep.points):,}")
    else:
        yield say(lang, "sweep.no-target")
    if unclear:
        yield say(lang, "sweep.open", n=unclear)
    if met and len({point.cost for point in sweep.points}) > 1:
        least = min(met, key=lambda point: (point.cost, point.headcount))
        yield say(lang, "sweep.least", point=point_name(sweep, least), n=least.headcount)
    for sla in sweep.slas_by_weight:
        told = [point for point in sweep.points if sla in point.slas and point.slas[sla].compliance.worst is not None]
        if len(told) > 1:
            yield _span(sweep, sla, lang, "sweep.span", told, _worst)
        yield from _leaving(sweep, sla, lang)
    if sweep.replications == 1:
        yield say(lang, "comparison.one-replication")
    elif sweep.copies:
        yield say(lang, "sweep.copies")


def _leaving(sweep: Sweep, sla: str, lang: str) -> Iterator[str]:
    """How many letters leave before the limit of an SLA, and where it looks better because more of them do."""
    if sla not in sweep.leaving:
        return
    told = [point for point in sweep.points if sla in point.slas and _left(point, sla) is not None]
    yield _span(sweep, sla, lang, "sweep.left-span", told, lambda point, sla: _left(point, sla) or 0.0)
    more = [point for point in told if point.slas[sla].loses_more and point.slas[sla].is_better]
    if more:
        first = point_name(sweep, more[0])
        gone = more[0].slas[sla].left_difference or Estimate(None, None, None)
        yield say(lang, "sweep.loses-more", n=len(more), sla=name(lang, sla), first=first, points=points(lang, gone))


def sweep_cautions(sweep: Sweep, lang: str) -> list[str]:
    """What to know of the points, and of which."""
    sentences = []
    for each, points_warned in sweep.cautions:
        said = say(lang, "cautions.warning") + caution(each, lang)
        if len(points_warned) < len(sweep.points):
            first = point_name(sweep, sweep.points[points_warned[0]])
            said = say(lang, "sweep.caution-at", caution=said, n=len(points_warned), first=first)
        sentences.append(said)
    return sentences


def sweep_overview(sweep: Sweep, lang: str, most: int, cell: Callable[[SlaAtPoint | None, str], Any]) -> CaptionedTable:
    """Compliance with each SLA at each point, the SLA that decides at most points first.

    Args:
        most: rows.
        cell: shows an SLA at a point in a language.
    """
    slas = sweep.slas_by_weight
    rows = [[*lead, *(cell(point.slas.get(sla), lang) for sla in slas)] for point, lead in _leads(sweep, most)]
    headings = [*_lead_headings(sweep, lang), *(name(lang, sla) for sla in slas)]
    return say(lang, "sweep.compliance-table") + _left_out(sweep, lang, most), headings, rows


def sweep_tables(sweep: Sweep, lang: str, most: int) -> list[CaptionedTable]:
    """A table an SLA, the one that decides at most points first, with the difference of each point from the first.

    Where letters leave before its limit, a table of their share follows: both beside each other are too wide.

    Args:
        most: rows of a table.
    """
    tables = []
    for sla in sweep.slas_by_weight:
        tables.append(_sla_table(sweep, sla, lang, most))
        if sla in sweep.leaving:
            tables.append(_left_table(sweep, sla, lang, most))
    return tables


def _sla_table(sweep: Sweep, sla: str, lang: str, most: int) -> CaptionedTable:
    columns = ["glossary.compliance", "glossary.verdict", "sweep.difference"]
    rows = [[*lead, *_cells(point.slas.get(sla), lang)] for point, lead in _leads(sweep, most)]
    target = {point.slas[sla].target for point in sweep.points if sla in point.slas}
    caption = say(lang, "sweep.sla-table", sla=name(lang, sla))
    if len(target) == 1 and None not in target:
        caption = say(lang, "sweep.sla-table-target", sla=name(lang, sla), target=percent(target.pop()))
    headings = [*_lead_headings(sweep, lang), *(say(lang, key) for key in columns)]
    return caption + _left_out(sweep, lang, most), headings, rows


def _cells(each: SlaAtPoint | None, lang: str) -> list[str]:
    """What a row says of an SLA at a point."""
    if each is None:
        return ["–"] * 3
    verdict = "–" if each.verdict is None else say(lang, f"glossary.verdict-{each.verdict}")
    return [interval(each.compliance), verdict, _change(each.difference, lang)]


def _left_table(sweep: Sweep, sla: str, lang: str, most: int) -> CaptionedTable:
    rows = [[*lead, *_left_cells(point.slas.get(sla), lang)] for point, lead in _leads(sweep, most)]
    headings = [*_lead_headings(sweep, lang), *(say(lang, key) for key in ("sweep.left", "sweep.difference"))]
    return say(lang, "sweep.left-table", sla=name(lang, sla)) + _left_out(sweep, lang, most), headings, rows


def _left_cells(each: SlaAtPoint | None, lang: str) -> list[str]:
    """What a row says of the letters that left before the limit of an SLA at a point."""
    if each is None or each.left_in_time_share is None:
        return ["–"] * 2
    return [interval(each.left_in_time_share), _change(each.left_difference, lang)]


def _leads(sweep: Sweep, most: int) -> Iterator[tuple[SweptPoint, list[str]]]:
    """The first points, and what a row about each begins with: its number in the files, its values, its people."""
    people = _people_differ(sweep)
    for number, point in enumerate(sweep.points[:most]):
        yield point, [str(number), *point.values, *([f"{point.headcount:,}"] if people else [])]


def _lead_headings(sweep: Sweep, lang: str) -> list[str]:
    return [
        say(lang, "sweep.point"),
        *_ends(sweep.keys),
        *([say(lang, "glossary.headcount")] if _people_differ(sweep) else []),
    ]


def _people_differ(sweep: Sweep) -> bool:
    return len({point.headcount for point in sweep.points}) > 1


def _span(
    sweep: Sweep,
    sla: str,
    lang: str,
    key: str,
    told: Sequence[SweptPoint],
    share: Callable[[SweptPoint, str], float],
) -> str:
    """From which point to which a share of an SLA goes, in the words of a key."""
    low, high = (which(told, key=lambda point: share(point, sla)) for which in (min, max))
    return say(
        lang,
        key,
        sla=name(lang, sla),
        low=percent(share(low, sla)),
        lowest=point_name(sweep, low),
        high=percent(share(high, sla)),
        highest=point_name(sweep, high),
    )


def _left_out(sweep: Sweep, lang: str, most: int) -> str:
    return say(lang, "sweep.first-rows", most=most) if len(sweep.points) > most else ""


def _change(difference: Estimate | None, lang: str) -> str:
    return "–" if difference is None else points(lang, difference)


def point_name(sweep: Sweep, point: SweptPoint) -> str:
    """`per_day=600, office=28`: keys by so much of their ends as tells them apart."""
    return ", ".join(f"{key}={value}" for key, value in zip(_ends(sweep.keys), point.values, strict=True))


def _ends(keys: Sequence[str]) -> list[str]:
    parts = [key.split(".") for key in keys]
    most = max(map(len, parts), default=1)
    for many in range(1, most):
        ends = [".".join(each[-many:]) for each in parts]
        if len({*ends}) == len(keys):
            return ends
    return list(keys)


def sweep_content(sweep: Sweep) -> dict[str, Any]:
    """The content of sweep.json."""
    content = sweep.summary()
    for point, told in zip(sweep.points, content["points"], strict=True):
        told["cautions"] = [plain_caution(each) for each in point.cautions]
    content["cautions"] = [plain_caution(each) | {"points": list(those)} for each, those in sweep.cautions]
    return content


def overall(verdicts: Sequence[Verdict | None]) -> Verdict | None:
    """The best verdict of all points: whether there is one at all at which what they are about is met."""
    order = (Verdict.MET, Verdict.UNCLEAR, Verdict.MISSED, Verdict.NOT_JUDGED)
    return next((each for each in order if each in verdicts), None)


def _left(point: SweptPoint, sla: str) -> float | None:
    share = point.slas[sla].left_in_time_share
    return None if share is None else share.mean


def _worst(point: SweptPoint, sla: str) -> float:
    return point.slas[sla].compliance.worst or 0.0
