"""The answer to a comparison: staffings side by side, and in plain sentences which is best and how sure that is."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.comparison.districts import worst_district
from sim.comparison.pairs import Pair, PairedVerdict, SlaDifference
from sim.comparison.report import Comparison, shortfall
from sim.metrics.figures.slas import SlaFigures
from sim.metrics.report import Report
from sim.output.text.cautions import caution, plain_caution, with_cautions
from sim.output.text.formats import interval, listed, name, number, point, points, signed, unit_name
from sim.output.text.printing import VERDICT_STYLES, CaptionedTable, captioned
from sim.output.words import Labels, labelled, say
from sim.statistics import Estimate, Verdict

_MOST_DISTRICTS: Final = 3
"""Districts that a sentence names."""

_FINDING_STYLES: Final = {
    PairedVerdict.BETTER: "green",
    PairedVerdict.WORSE: "bold red",
    PairedVerdict.NO_DIFFERENCE: "",
    PairedVerdict.NONE_SEEN: "",
    None: "yellow",
}


def comparison_text(comparison: Comparison, lang: str) -> Group:
    """What a comparison says, to be printed."""
    return Group(
        Text(comparison_heading(comparison, lang), style="bold"),
        captioned(hours_table(comparison, lang)),
        captioned(compliance_table(comparison, lang)),
        _differences(comparison, lang),
        *(Text(sentence) for sentence in comparison_sentences(comparison, lang)),
        *(Text(each, style="yellow") for each in comparison_cautions(comparison, lang)),
    )


def comparison_heading(comparison: Comparison, lang: str) -> str:
    """How much was compared."""
    return say(lang, "comparison.heading", staffings=len(comparison.reports), n=comparison.base.replications)


def comparison_sentences(comparison: Comparison, lang: str) -> Iterator[str]:
    """Which staffing is best and by how much; which are not worth their money; how sure all that is."""
    yield from _best(comparison, lang)
    best = comparison.pair_of(comparison.best.scenario)
    if best is not None:
        yield from _but(best, lang)
    tied = [each for each in comparison.ranked if comparison.may_be_best(each)]
    if comparison.gaps and len(tied) > 1:
        yield say(lang, "comparison.may-all-be-best", names=listed(lang, [labelled(lang, each) for each in tied]))
    for pair in comparison.pairs:
        yield _pair(pair, lang)
        if pair is not best:
            yield from _but(pair, lang)
    for other, by in comparison.dominated.items():
        yield say(lang, "comparison.dominated", other=labelled(lang, other), by=labelled(lang, by))
    if comparison.narrowing is not None:
        least, most = comparison.narrowing
        said = {"least": f"{least:.1f}", "most": f"{most:.1f}"}
        if set(said.values()) != {"1.0"}:
            yield say(lang, "comparison.narrowed", **said)
    if comparison.differing:
        yield say(lang, "comparison.differing", parts=listed(lang, comparison.differing))
    if comparison.base.replications == 1:
        yield say(lang, "comparison.one-replication")


def comparison_cautions(comparison: Comparison, lang: str) -> list[str]:
    """Each caution once, with the staffings that it is about unless it is about all."""
    everywhere = len(comparison.reports)
    return [
        say(
            lang,
            "cautions.warning" if len(names) == everywhere else "comparison.caution-of-some",
            names=listed(lang, [labelled(lang, each) for each in names]),
        )
        + caution(each, lang)
        for each, names in comparison.cautions
    ]


def comparison_content(comparison: Comparison, labels: Labels | None = None) -> dict[str, Any]:
    """The content of comparison.json.

    Args:
        labels: what the scenarios call their things, by language.
    """
    content = comparison.summary()
    for staffing, report in comparison.reports.items():
        content["scenarios"][staffing] = with_cautions(content["scenarios"][staffing], report.cautions, labels)
    cautions = [{**plain_caution(each, labels), "scenarios": list(names)} for each, names in comparison.cautions]
    return {**content, "cautions": cautions}


def paired_verdict(found: PairedVerdict | None, lang: str) -> str:
    """The verdict on a pair or on one SLA of it."""
    return say(lang, f"comparison.finding-{found or 'mixed'}")


def _best(comparison: Comparison, lang: str) -> Iterator[str]:
    best, base = comparison.best, comparison.base
    if best.verdict is None or best.verdict is Verdict.NOT_JUDGED:
        yield say(lang, "comparison.no-targets" if best.verdict is None else "comparison.no-letters")
        return
    yield say(
        lang,
        f"comparison.base-best-{best.verdict}" if best is base else f"comparison.best-{best.verdict}",
        best=labelled(lang, best.scenario),
        headcount=f"{best.headcount:,}",
        base=labelled(lang, base.scenario),
        missed=listed(lang, [name(lang, each.name) for each in best.slas.values() if each.verdict is best.verdict]),
        short=f"{100 * shortfall(best):.1f}",
        base_told=_beside_best(base, lang),
    )


def _beside_best(base: Report, lang: str) -> str:
    """How far the base is from its targets, behind what is said of the best."""
    short = shortfall(base)
    key = "short" if short else "met" if base.verdict is Verdict.MET else "open"
    return say(
        lang,
        f"comparison.best-base-{key}",
        base=labelled(lang, base.scenario),
        base_short=f"{100 * short:.1f}",
    )


def _but(pair: Pair, lang: str) -> Iterator[str]:
    """What a staffing makes surely worse that compliance over all does not show."""
    if pair.loses_more:
        yield _loses_more(pair, lang)
    if pair.worse_districts:
        yield _worse_districts(pair, lang)


def _pair(pair: Pair, lang: str) -> str:
    said = [f"{name(lang, each.sla)} {points(lang, each.paired)}" for each in pair.slas.values()
            if each.finding in (PairedVerdict.BETTER, PairedVerdict.WORSE)]  # fmt: skip
    facts = say(lang, "comparison.facts", facts=listed(lang, said)) if said else ""
    return say(
        lang,
        f"comparison.pair-{pair.finding or 'mixed'}",
        other=labelled(lang, pair.other),
        base=labelled(lang, pair.base),
        facts=facts,
        price=_price(pair, lang),
    )


def _price(pair: Pair, lang: str) -> str:
    """By how much a staffing is dearer or cheaper than the base, in hours where the cost is the same."""
    if pair.cost:
        key, amount = "costs-more" if pair.cost > 0 else "costs-less", signed(abs(pair.cost)).lstrip("+")
    elif pair.is_dearer or pair.is_cheaper:
        key, amount = "works-more" if pair.is_dearer else "works-less", number(round(abs(pair.hours), 1))
    else:
        return ""
    return say(lang, f"comparison.{key}", amount=amount)


def left_points(each: SlaDifference, lang: str) -> str:
    """By how much more letters leave within the limit than under the base."""
    return "–" if each.left is None else points(lang, each.left)


def _loses_more(pair: Pair, lang: str) -> str:
    """That letters leave which then count no more, whatever compliance of the others says."""
    told = [
        say(lang, "comparison.left-sla", sla=name(lang, each.sla), points=left_points(each, lang))
        for each in pair.loses_more
    ]
    return say(
        lang,
        "comparison.loses-more-too" if pair.finding is PairedVerdict.WORSE else "comparison.loses-more",
        other=labelled(lang, pair.other),
        base=labelled(lang, pair.base),
        slas=listed(lang, told),
    )


def _worse_districts(pair: Pair, lang: str) -> str:
    """That a staffing ruins districts, whatever it does on average."""
    worse = pair.worse_districts
    told = [
        say(
            lang,
            "comparison.district-sla",
            district=unit_name(lang, each.district),
            sla=name(lang, each.sla),
            points=points(lang, Estimate(each.difference.mean, None, None)),
        )
        for each in worse[:_MOST_DISTRICTS]
    ]
    return say(
        lang,
        "comparison.worse-districts",
        n=len(worse),
        of=len({each.district for each in pair.districts}),
        other=labelled(lang, pair.other),
        base=labelled(lang, pair.base),
        districts=listed(lang, told),
    )


def hours_table(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing: its people, hours and pay."""
    paid = any(hours.pay is not None for hours in comparison.hours.values())
    keys = ["headcount", "rostered", "stand-in", "overtime", "a-head", *(["pay"] if paid else [])]
    rows: list[list[Any]] = []
    for other, report in comparison.reports.items():
        hours = comparison.hours[other]
        each = (number(round(kind, 1)) for kind in (hours.rostered, hours.stand_in, hours.overtime))
        a_head = "–" if hours.a_head is None else f"{hours.a_head:.1f}"
        pay = ["–" if hours.pay is None else f"{hours.pay:,.0f}"] if paid else []
        rows.append([labelled(lang, other), f"{report.headcount:,}", *each, a_head, *pay, f"{report.cost:,.6g}"])
    headings = [say(lang, "glossary.staffing"), *(say(lang, f"comparison.{key}") for key in keys)]
    return say(lang, "comparison.hours-table"), [*headings, say(lang, "glossary.cost")], rows


def compliance_table(comparison: Comparison, lang: str) -> CaptionedTable:
    """One row a staffing: each SLA, its worst district, how many get worse, and how far it is from the best.

    Of districts only where there are several.
    """
    slas, leaving = list(comparison.base.slas), comparison.leaving
    headings = [
        say(lang, "glossary.staffing"),
        *(name(lang, sla) for sla in slas),
        *(left_heading(sla, lang) for sla in leaving),
    ]
    several = any(worst_district(report) is not None for report in comparison.reports.values())
    about_districts = ("worst-district", "districts-worse") if several else ()
    headings += [say(lang, f"comparison.{key}") for key in (*about_districts, "to-best")]
    rows: list[list[Any]] = []
    for other, report in comparison.reports.items():
        judged = (report.slas.get(sla) for sla in slas)
        left = [_left(report.slas.get(sla)) for sla in leaving]
        own = districts_and_rank(comparison, other, lang)[0 if several else -1 :]
        rows.append([labelled(lang, other), *map(_interval, judged), *left, *own])
    return say(lang, "comparison.compliance-table"), headings, rows


def _interval(sla: SlaFigures | None) -> Text:
    if sla is None:
        return Text("–")
    return Text(interval(sla.compliance), style=VERDICT_STYLES[sla.verdict] if sla.verdict else "")


def left_heading(sla: str, lang: str) -> str:
    """Heading of the letters that left out of patience within the limit of an SLA."""
    return say(lang, "comparison.left", sla=name(lang, sla))


def _left(sla: SlaFigures | None) -> str:
    return "–" if sla is None or sla.left_in_time_share is None else interval(sla.left_in_time_share)


def districts_and_rank(comparison: Comparison, other: str, lang: str) -> list[str]:
    """Of a staffing its worst district, how many districts get surely worse than under the base, and its rank."""
    worst = worst_district(comparison.reports[other])
    told = "–"
    if worst is not None:
        told = say(
            lang,
            "comparison.district-in-sla",
            district=unit_name(lang, worst.district.name),
            compliance=point(worst.district.compliance),
            sla=name(lang, worst.sla.name),
        )
    pair = comparison.pair_of(other)
    districts = 0 if pair is None else len({each.district for each in pair.districts})
    worse = "–"
    if pair is not None and districts:
        worse = say(lang, "comparison.districts-worse-of", n=len(pair.worse_districts), of=districts)
    return [told, worse, _rank(comparison, other, lang)]


def _rank(comparison: Comparison, other: str, lang: str) -> str:
    if other in comparison.dominated:
        return say(lang, "comparison.is-dominated", by=labelled(lang, comparison.dominated[other]))
    gap = comparison.gaps.get(other)
    if gap is None or gap.mean is None:
        return "–"
    if gap.high is not None and gap.high < 0:
        ahead = Estimate(-gap.mean, -gap.high, None if gap.low is None else -gap.low)
        return say(lang, "comparison.is-best", points=points(lang, ahead, plus=""))
    if comparison.may_be_best(other):
        return say(lang, "comparison.may-be-best", points=points(lang, gap))
    return say(lang, "comparison.not-best", points=points(lang, gap, plus=""))


def _differences(comparison: Comparison, lang: str) -> Table:
    table = Table(
        title=say(lang, "comparison.against", base=labelled(lang, comparison.base.scenario)), title_justify="left"
    )
    dearer = any(pair.headcount or pair.cost for pair in comparison.pairs)
    table.add_column(say(lang, "glossary.staffing"), overflow="fold")
    for key in ("comparison.headcount", "glossary.cost") if dearer else ():
        table.add_column(say(lang, key), justify="right")
    for key in ("glossary.sla", "comparison.difference", "glossary.verdict"):
        table.add_column(say(lang, key), overflow="fold")
    if comparison.leaving:
        table.add_column(say(lang, "comparison.left-difference"), overflow="fold")
    for pair in comparison.pairs:
        for place, each in enumerate(pair.slas.values()):
            lead = [labelled(lang, pair.other), *([signed(pair.headcount), signed(pair.cost)] if dearer else [])]
            table.add_row(
                *(Text(cell if place == 0 else "") for cell in lead),
                Text(name(lang, each.sla)),
                points(lang, each.paired),
                Text(paired_verdict(each.finding, lang), style=_FINDING_STYLES[each.finding]),
                *(
                    [Text(left_points(each, lang), style="bold red" if each.loses_more else "")]
                    if comparison.leaving
                    else []
                ),
            )
    return table
