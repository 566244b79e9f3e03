"""The answer to a sweep: at which points the targets are met, what moves each SLA, and a row a point."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from rich.console import Group
from rich.text import Text

from sim.output.text.cautions import caution, plain_caution
from sim.output.text.formats import interval, listed, name, percent, points
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.words import labelled, say
from sim.statistics import Estimate, Verdict
from sim.sweep import Sweep, SweptPoint

MOST_ROWS: Final = 200
"""Points in the tables of a page."""

_MOST_PRINTED: Final = 40
"""Points in the tables of the terminal; the files have all."""


def sweep_text(sweep: Sweep, lang: str) -> Group:
    """What a sweep says, to be printed."""
    return Group(
        Text(sweep_heading(sweep, lang), style="bold"),
        *(captioned(table) for table in sweep_tables(sweep, lang, _MOST_PRINTED)),
        *(Text(sentence) for sentence in sweep_sentences(sweep, lang)),
        *(Text(sentence, style="yellow") for sentence in sweep_cautions(sweep, lang)),
    )


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
        yield say(lang, "sweep.met", met=f"{len(met):,}", points=f"{len(sweep.points):,}")
    else:
        yield say(lang, "sweep.no-target")
    if unclear:
        yield say(lang, "sweep.open", n=unclear)
    if met and len({point.cost for point in sweep.points}) > 1:
        least = min(met, key=lambda point: (point.cost, point.headcount))
        yield say(lang, "sweep.least", point=point_name(sweep, least), n=least.headcount)
    for sla in sweep.slas:
        told = [point for point in sweep.points if sla in point.slas and point.slas[sla].compliance.worst is not None]
        if len(told) > 1:
            low, high = (which(told, key=lambda point: _worst(point, sla)) for which in (min, max))
            yield say(
                lang,
                "sweep.span",
                sla=name(lang, sla),
                low=percent(_worst(low, sla)),
                lowest=point_name(sweep, low),
                high=percent(_worst(high, sla)),
                highest=point_name(sweep, high),
            )
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
    low, high = (which(told, key=lambda point: _left(point, sla) or 0.0) for which in (min, max))
    yield say(
        lang,
        "sweep.left-span",
        sla=name(lang, sla),
        low=percent(_left(low, sla)),
        lowest=point_name(sweep, low),
        high=percent(_left(high, sla)),
        highest=point_name(sweep, high),
    )
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


def sweep_tables(sweep: Sweep, lang: str, most: int) -> list[CaptionedTable]:
    """Compliance with each SLA at each point, and how much it differs from the first point.

    Args:
        most: rows of a table.
    """
    shown = sweep.points[:most]
    left_out = "" if len(shown) == len(sweep.points) else say(lang, "sweep.first-rows", most=most)
    slas = sweep.slas
    people = len({point.headcount for point in sweep.points}) > 1
    headings = [*sweep.keys, *([say(lang, "glossary.headcount")] if people else [])]

    def rows(cell: Any) -> list[list[Any]]:
        return [
            [*point.values, *([f"{point.headcount:,}"] if people else []), *(cell(point, sla) for sla in slas)]
            for point in shown
        ]

    def met(point: SweptPoint, sla: str) -> str:
        if sla not in point.slas:
            return "–"
        each = point.slas[sla]
        said = "" if each.verdict is None else f" {say(lang, f'glossary.verdict-{each.verdict}')}"
        return f"{interval(each.compliance)}{said}"

    def difference(point: SweptPoint, sla: str) -> str:
        found = point.slas[sla].difference if sla in point.slas else None
        return "–" if found is None else points(lang, found)

    def left_and_change(point: SweptPoint, sla: str) -> tuple[str, str]:
        each = point.slas.get(sla)
        if each is None or each.left_in_time_share is None:
            return "–", "–"
        change = each.left_difference
        return interval(each.left_in_time_share), "–" if change is None else points(lang, change)

    names = [name(lang, sla) for sla in slas]
    tables = [
        (say(lang, "sweep.compliance-table") + left_out, [*headings, *names], rows(met)),
        (say(lang, "sweep.difference-table") + left_out, [*headings, *names], rows(difference)),
    ]
    if sweep.leaving:
        slas = sweep.leaving
        differs = (say(lang, "sweep.left-difference", sla=name(lang, sla)) for sla in slas)
        both = [heading for sla, change in zip(slas, differs, strict=True) for heading in (name(lang, sla), change)]
        left = [[*row[: len(headings)], *chain.from_iterable(row[len(headings) :])] for row in rows(left_and_change)]
        tables.append((say(lang, "sweep.left-table") + left_out, [*headings, *both], left))
    return tables


def point_name(sweep: Sweep, point: SweptPoint) -> str:
    """`arrivals.per_day=600, teams.desk.staff.office=28`."""
    return ", ".join(f"{key}={value}" for key, value in zip(sweep.keys, point.values, strict=True))


def sweep_content(sweep: Sweep) -> dict[str, Any]:
    """The content of sweep.json."""
    content = sweep.summary()
    for point, told in zip(sweep.points, content["points"], strict=True):
        told["cautions"] = [plain_caution(each) for each in point.cautions]
    content["cautions"] = [plain_caution(each) | {"points": list(those)} for each, those in sweep.cautions]
    return content


def overall(points_found: Sequence[SweptPoint]) -> Verdict | None:
    """The best verdict of all points: whether there is a point at all at which every target is met."""
    found = {point.verdict for point in points_found}
    order = (Verdict.MET, Verdict.UNCLEAR, Verdict.MISSED, Verdict.NOT_JUDGED)
    return next((each for each in order if each in found), None)


def _left(point: SweptPoint, sla: str) -> float | None:
    share = point.slas[sla].left_in_time_share
    return None if share is None else share.mean


def _worst(point: SweptPoint, sla: str) -> float:
    return point.slas[sla].compliance.worst or 0.0
