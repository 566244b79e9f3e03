"""The answer to what decides the answer: for each SLA the figures by what they move, and what to measure first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group
from rich.text import Text

from sim.output.text.cautions import caution_lines
from sim.output.text.formats import interval, limit, listed, name, note, percent, point, points
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.words import labelled, say
from sim.sensitivity.report import Sensitivity, SlaSensitivity
from sim.sensitivity.tornado import FigureEffect
from sim.statistics import Estimate

MOST_FIGURES: Final = 40
"""Figures in a table of a page; the files have all."""

_MOST_PRINTED: Final = 8
"""Figures in a table of the terminal."""

_MOST_LEFT: Final = 6
"""Figures that are not varied and named."""


def sensitivity_text(found: Sensitivity, lang: str) -> Group:
    """What a sensitivity says, to be printed."""
    return Group(
        Text(sensitivity_heading(found, lang), style="bold"),
        *(Text(sentence) for sentence in sensitivity_sentences(found, lang)),
        *(captioned(table) for table in sensitivity_tables(found, lang, _MOST_PRINTED, notes=False)),
        *caution_lines(found.cautions, lang),
    )


def sensitivity_heading(found: Sensitivity, lang: str) -> str:
    """What was varied, and how much was simulated."""
    return say(
        lang,
        "sensitivity.heading",
        title=labelled(lang, found.title),
        figures=f"{len(found.figures):,}",
        marks=listed(lang, found.marks),
        spread=percent(found.spread),
        n=found.replications,
    )


def sensitivity_sentences(found: Sensitivity, lang: str) -> Iterator[str]:
    """What to measure first, how uncertain each SLA is and why, and what was left as it is."""
    if found.first:
        yield measure_first(lang, [found.figures[each].key for each in found.first])
    for sla, each in found.slas.items():
        yield _uncertain(found, sla, each, lang)
        yield from _leaving(found, sla, each, lang)
    if found.left_alone:
        named = [each.key for each in found.left_alone[:_MOST_LEFT]]
        more = len(found.left_alone) - len(named)
        yield say(
            lang,
            "sensitivity.left-alone",
            n=len(found.left_alone),
            keys=say(lang, "sensitivity.and-more", keys=say(lang, "formats.comma").join(named), more=more)
            if more
            else listed(lang, named),
        )
    if found.replications == 1:
        yield say(lang, "comparison.one-replication")
    elif found.copies:
        yield say(lang, "sweep.copies")


def measure_first(lang: str, keys: Sequence[str]) -> str:
    """The figures whose measurement would tell most."""
    return say(lang, "sensitivity.first", n=len(keys), keys=listed(lang, keys))


def beside_run(summary: Mapping[str, Any], lang: str) -> str | None:
    """The line of a run beside which a sensitivity of the same scenario lies; None if nothing is to be said.

    Args:
        summary: content of sensitivity.json.
    """
    keys = summary["first"]
    joint = {sla: each["joint"] for sla, each in summary["sla"].items() if each["joint"] is not None}
    if not keys:
        return None
    spans = [
        say(lang, "sensitivity.span", sla=name(lang, sla), low=percent(each["low"]), high=percent(each["high"]))
        for sla, each in joint.items()
        if is_open(each["low"], each["high"])
    ]
    first = measure_first(lang, keys)
    return (
        say(lang, "sensitivity.beside", spans=say(lang, "formats.semicolon").join(spans), first=first)
        if spans
        else first
    )


def sensitivity_overview(found: Sensitivity, lang: str) -> CaptionedTable:
    """For each SLA how far it is open, and what decides it."""
    columns = ("sensitivity.column-sla", "glossary.target", "sensitivity.column-chance", "sensitivity.column-open",
               "sensitivity.column-decided")  # fmt: skip
    rows = [
        [
            name(lang, sla),
            percent(each.target),
            interval(each.compliance),
            "–" if each.joint is None else _span(each.joint.low, each.joint.high),
            say(lang, "formats.comma").join(found.figures[number].key for number in each.first) or "–",
        ]
        for sla, each in found.slas.items()
    ]
    return say(lang, "sensitivity.overview"), [say(lang, each) for each in columns], rows


def sensitivity_tables(found: Sensitivity, lang: str, most: int, *, notes: bool = True) -> list[CaptionedTable]:
    """For each SLA that some figure moves the figures with what they move, the largest first.

    Where letters leave before its limit, a table of what moves their share follows.

    Args:
        most: rows of a table.
        notes: whether they say what the scenario says of a figure, too.
    """
    columns = ["figure", "written", "range", "at-low", "at-high", "total", *(["note"] if notes else [])]
    headings = [say(lang, f"sensitivity.column-{each}") for each in columns]
    tables = []
    for sla, each in found.slas.items():
        moving = [effect for effect in each.effects if effect.reach > 0]
        if not moving:
            continue
        caption = say(lang, "sensitivity.table", sla=name(lang, sla))
        if len(moving) > most:
            caption += say(lang, "sensitivity.first-rows", most=most)
        rows = []
        for effect in moving[:most]:
            figure = found.figures[effect.figure]
            rows.append(
                [
                    figure.key,
                    limit(lang, figure.written) or "–",
                    f"{limit(lang, figure.low)} – {limit(lang, figure.high)}",
                    *("–" if end is None else points(lang, end) for end in (effect.low, effect.high)),
                    index(effect.total),
                    *([note(lang, figure.note)] if notes else []),
                ]
            )
        tables.append((caption, headings, rows))
        if each.left_in_time_share is not None:
            tables.append(_left_table(found, sla, each, lang, most))
    return tables


def _left_table(found: Sensitivity, sla: str, each: SlaSensitivity, lang: str, most: int) -> CaptionedTable:
    moving = [effect for effect in each.effects_on_left if effect.left_reach > 0]
    rows = []
    for effect in moving[:most]:
        figure = found.figures[effect.figure]
        ends = ("–" if left is None else points(lang, left) for _, left in effect.ends)
        rows.append([figure.key, f"{limit(lang, figure.low)} – {limit(lang, figure.high)}", *ends])
    caption = say(lang, "sensitivity.left-table", sla=name(lang, sla))
    if len(moving) > most:
        caption += say(lang, "sensitivity.first-rows", most=most)
    columns = ("figure", "range", "at-low", "at-high")
    return caption, [say(lang, f"sensitivity.column-{column}") for column in columns], rows


def is_open(low: float | None, high: float | None) -> bool:
    """Whether the ends of an interval differ as they are written."""
    return percent(low) != percent(high)


def _span(low: float, high: float) -> str:
    return f"{percent(low)} – {percent(high)}" if is_open(low, high) else percent(low)


def index(total: Estimate | None) -> str:
    """A total-order index with its interval, as shares of the variance; its estimate may lie above all of it."""
    if total is None or total.mean is None:
        return "–"
    return interval(Estimate(min(total.mean, 1.0), total.low, total.high))


def _leaving(found: Sensitivity, sla: str, each: SlaSensitivity, lang: str) -> Iterator[str]:
    """How many letters leave before the limit of an SLA, what moves that, and where it looks better because of it."""
    if each.left_in_time_share is None:
        return
    effect = each.effects_on_left[0]
    side = max((0, 1), key=lambda at: abs(_mean(effect.ends[at][1])))
    told, share = _at_end(found, effect, side, lang), percent(each.left_in_time_share.mean)
    if effect.left_reach > 0:
        yield say(lang, "sensitivity.left", sla=name(lang, sla), share=share, **told)
    else:
        yield say(lang, "sensitivity.left-unmoved", sla=name(lang, sla), share=share)
    losing = [(effect, side) for effect in each.effects for side in (0, 1) if effect.better_by_losing[side]]
    if losing:
        told = _at_end(found, *losing[0], lang)
        yield say(lang, "sensitivity.loses-more", n=len(losing), sla=name(lang, sla), **told)


def _at_end(found: Sensitivity, effect: FigureEffect, side: int, lang: str) -> dict[str, str]:
    """A figure at an end of its range, and what that does to the share of letters that left."""
    figure, left = found.figures[effect.figure], effect.ends[side][1] or Estimate(None, None, None)
    end = limit(lang, (figure.low, figure.high)[side])
    return {"first": f"{figure.key}={end}", "points": points(lang, left)}


def _mean(share: Estimate | None) -> float:
    return 0.0 if share is None else share.mean or 0.0


def _uncertain(found: Sensitivity, sla: str, each: SlaSensitivity, lang: str) -> str:
    """How far compliance is open, by chance and by what is not known, and what decides it."""
    compliance = each.compliance
    parts = [say(lang, "sensitivity.compliance", sla=name(lang, sla), compliance=point(compliance))]
    if compliance.low is not None and is_open(compliance.low, compliance.high):
        parts.append(say(lang, "sensitivity.by-chance", low=percent(compliance.low), high=percent(compliance.high)))
    if each.joint is not None:
        joint = each.joint
        if is_open(joint.low, joint.high):
            parts.append(say(lang, "sensitivity.by-ignorance", low=percent(joint.low), high=percent(joint.high)))
        if joint.met_share is not None:
            parts.append(say(lang, "sensitivity.met-share", share=percent(joint.met_share), points=joint.points))
    if each.first:
        keys = [found.figures[number].key for number in each.first]
        parts.append(say(lang, "sensitivity.decided-by", keys=listed(lang, keys)))
    else:
        parts.append(say(lang, "sensitivity.unmoved"))
    return say(lang, "sensitivity.parts", parts=say(lang, "formats.semicolon").join(parts))
