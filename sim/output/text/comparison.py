"""The answer to a comparison: staffings side by side, and in plain sentences which is best and how sure that is."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.comparison import Comparison, Pair, PairedVerdict, shortfall
from sim.output.text.cautions import caution, plain_caution, with_cautions
from sim.output.text.formats import interval, listed, name, points
from sim.output.text.printing import VERDICT_STYLES
from sim.output.words import say
from sim.statistics import Verdict

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
        _staffings(comparison, lang),
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
    for pair in comparison.pairs:
        yield _pair(pair, lang)
    for other, by in comparison.dominated.items():
        yield say(lang, "comparison.dominated", other=other, by=by)
    if comparison.narrowing is not None:
        least, most = comparison.narrowing
        yield say(lang, "comparison.narrowed", least=f"{least:.1f}", most=f"{most:.1f}")
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
            names=listed(lang, names),
        )
        + caution(each, lang)
        for each, names in comparison.cautions
    ]


def comparison_content(comparison: Comparison) -> dict[str, Any]:
    """The content of comparison.json."""
    content = comparison.summary()
    for staffing, report in comparison.reports.items():
        content["scenarios"][staffing] = with_cautions(content["scenarios"][staffing], report.cautions)
    cautions = [{**plain_caution(each), "scenarios": list(names)} for each, names in comparison.cautions]
    return {**content, "cautions": cautions}


def paired_verdict(found: PairedVerdict | None, lang: str) -> str:
    """The verdict on a pair or on one SLA of it."""
    return say(lang, f"comparison.finding-{found or 'mixed'}")


def signed(amount: float) -> str:
    """`+12`, `-3`, `0`."""
    return f"{amount:+,.6g}" if amount else "0"


def _best(comparison: Comparison, lang: str) -> Iterator[str]:
    best, base = comparison.best, comparison.base
    if best.verdict is None or best.verdict is Verdict.NOT_JUDGED:
        yield say(lang, "comparison.no-targets" if best.verdict is None else "comparison.no-letters")
        return
    yield say(
        lang,
        f"comparison.base-best-{best.verdict}" if best is base else f"comparison.best-{best.verdict}",
        best=best.scenario,
        headcount=f"{best.headcount:,}",
        base=base.scenario,
        missed=listed(lang, [name(lang, each.name) for each in best.slas.values() if each.verdict is best.verdict]),
        short=f"{100 * shortfall(best):.1f}",
        base_short=f"{100 * shortfall(base):.1f}",
    )


def _pair(pair: Pair, lang: str) -> str:
    said = [f"{name(lang, each.sla)} {points(lang, each.paired)}" for each in pair.slas.values()
            if each.finding in (PairedVerdict.BETTER, PairedVerdict.WORSE)]  # fmt: skip
    facts = say(lang, "comparison.facts", facts=listed(lang, said)) if said else ""
    return say(lang, f"comparison.pair-{pair.finding or 'mixed'}", other=pair.other, base=pair.base, facts=facts)


def _staffings(comparison: Comparison, lang: str) -> Table:
    table = Table()
    table.add_column(say(lang, "glossary.staffing"), overflow="fold")
    for key in ("comparison.headcount", "glossary.cost"):
        table.add_column(say(lang, key), justify="right")
    for sla in comparison.base.slas:
        table.add_column(name(lang, sla), overflow="fold")
    for other, report in comparison.reports.items():
        row: list[Text | str] = [Text(other), f"{report.headcount:,}", f"{report.cost:,.6g}"]
        for sla in comparison.base.slas:
            figures = report.slas.get(sla)
            row.append(Text("–") if figures is None else Text(
                interval(figures.compliance), style=VERDICT_STYLES[figures.verdict] if figures.verdict else ""
            ))  # fmt: skip
        table.add_row(*row)
    return table


def _differences(comparison: Comparison, lang: str) -> Table:
    table = Table(title=say(lang, "comparison.against", base=comparison.base.scenario), title_justify="left")
    dearer = any(pair.headcount or pair.cost for pair in comparison.pairs)
    table.add_column(say(lang, "glossary.staffing"), overflow="fold")
    for key in ("comparison.headcount", "glossary.cost") if dearer else ():
        table.add_column(say(lang, key), justify="right")
    for key in ("glossary.sla", "comparison.difference", "glossary.verdict"):
        table.add_column(say(lang, key), overflow="fold")
    for pair in comparison.pairs:
        for place, each in enumerate(pair.slas.values()):
            lead = [pair.other, *([signed(pair.headcount), signed(pair.cost)] if dearer else [])]
            table.add_row(
                *(Text(cell if place == 0 else "") for cell in lead),
                Text(name(lang, each.sla)),
                points(lang, each.paired),
                Text(paired_verdict(each.finding, lang), style=_FINDING_STYLES[each.finding]),
            )
    return table
