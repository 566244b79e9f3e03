"""Throughput targets in the terminal: what the real system must sustain, operation by operation."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Group
from rich.text import Text

from sim.operations.operations import RECEIVE
from sim.operations.service_level import PERCENTILES, PERIODS, ServiceLevel
from sim.operations.targets import ALL, Rate, Targets
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import count, limit, listed, name, number, percent
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.text.stress import rate
from sim.output.words import labelled, say


def targets_text(targets: Targets, title: str, lang: str) -> Group:
    """What the targets say, to be printed."""
    heading = say(lang, "targets.heading", title=labelled(lang, title))
    tables = [captioned(operation_table(targets, lang)), captioned(channel_table(targets, lang))]
    said = [*(Text(each) for each in targets_sentences(targets, lang)), *caution_lines(targets.cautions, lang)]
    return Group(Text(heading, style="bold"), *said, *tables)


def targets_sentences(targets: Targets, lang: str) -> Iterator[str]:
    """The peaks, what is open, what a year stores, and how long each call may take."""
    receive, together = targets.operations[RECEIVE], targets.operations[ALL]
    peaks = {period: f"{getattr(receive, f'per_{period}').max:,}" for period in PERIODS}
    yield say(lang, "targets.asked-peak", **peaks, all=f"{together.per_second.max:,}")
    yield say(lang, "targets.asked-open", mean=count(targets.open_letters.mean), max=f"{targets.open_letters.max:,}")
    rows = {"letters": targets.letter_rows_a_year, "events": targets.event_rows_a_year}
    yield say(lang, "targets.asked-rows", **{key: rate(each.mean) for key, each in rows.items()})
    yield say(lang, "targets.asked-level", **level_values(receive.service_level, lang))
    for sla, each in targets.headroom.items():
        if each.seconds is None:
            yield say(lang, "targets.asked-no-headroom", sla=name(lang, sla))
        else:
            values = {"calls": number(each.calls.mean or 0.0), "seconds": f"{each.seconds:g}"}
            yield say(lang, "targets.asked-headroom", sla=name(lang, sla), limit=limit(lang, each.limit), **values)


SHORT: Final = {"second": ("p99", "max"), "minute": ("p99", "max"), "hour": ("mean", "p99", "max")}
FULL: Final = dict.fromkeys(PERIODS, ("mean", "p50", "p99", "max"))
"""Columns of the table of calls, in the terminal and on the page."""


def operation_table(targets: Targets, lang: str, columns: Mapping[str, tuple[str, ...]] = SHORT) -> CaptionedTable:
    """Caption, headings and rows of the calls."""
    headings = [
        f"{say(lang, f'glossary.stat-{which}')}/{say(lang, f'targets.a-{period}')}"
        for period, each in columns.items()
        for which in each
    ]
    rows = []
    for operation, each in targets.operations.items():
        cells = [_cell(getattr(each, f"per_{period}"), which) for period, of_it in columns.items() for which in of_it]
        called = say(lang, "targets.all") if operation == ALL else _operation(operation, lang)
        rows.append(
            [
                called,
                *cells,
                "–" if each.headroom_s is None else say(lang, "targets.seconds", seconds=f"{each.headroom_s:g}"),
            ]
        )
    return (
        say(lang, "targets.operations-table"),
        [say(lang, "targets.operation"), *headings, say(lang, "targets.headroom")],
        rows,
    )


def channel_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of the letters by channel."""
    headings = ["glossary.channel", "targets.mean-day", "targets.max-day", "targets.peak-hour", "targets.peak-letters",
                "targets.max-hour"]  # fmt: skip
    rows = [
        [
            say(lang, "targets.all") if channel == ALL else name(lang, channel),
            count(each.per_day.mean),
            f"{each.per_day.max:,}",
            f"{each.peak_hour:02}:00",
            count(each.peak_hour_letters),
            f"{each.per_hour.max:,}",
        ]
        for channel, each in targets.channels.items()
    ]
    return say(lang, "targets.channels-table"), [say(lang, key) for key in headings], rows


def _cell(rate: Rate, which: str) -> str:
    if which != "mean":
        return f"{getattr(rate, which):,}"
    mean = rate.mean.mean or 0.0
    return number(mean) if mean >= 1 else f"{mean:.2g}"


def _operation(operation: str, lang: str) -> str:
    """`sign.start`, or where a language prefers it as the moment of the step is called."""
    if operation == RECEIVE:
        return say(lang, "targets.call", operation=operation, moment=name(lang, "received"))
    step, _, call = operation.rpartition(".")
    moment = name(lang, f"{step}.{'started' if call == 'start' else 'finished'}")
    return say(lang, "targets.call", operation=operation, moment=moment)


def level_values(asked: ServiceLevel, lang: str) -> dict[str, str]:
    """The values that a sentence on a level fills in: `latency` and `errors`."""
    latency = [
        say(lang, "targets.level-latency", percentile=f"{PERCENTILES[name]:g}", ms=number(most))
        for name, most in asked.latency_ms.items()
    ]
    return {"latency": listed(lang, latency), "errors": error_share(asked.errors)}


def error_share(share: float) -> str:
    """A share of errors, with two digits where it is small: `0.05%`."""
    return percent(share) if share >= 0.01 or not share else f"{100 * share:.2g}%"
