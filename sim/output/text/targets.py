"""Throughput targets in the terminal: what the real system must sustain, operation by operation."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.operations.operations import RECEIVE
from sim.operations.service_level import PERIODS
from sim.operations.targets import ALL, Rate, Targets
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import limit, name, number
from sim.output.text.service_level import level
from sim.output.text.stress import count, rate
from sim.output.words import say


def asked(targets: Targets, title: str, lang: str) -> Group:
    """What the targets say, to be printed."""
    heading = say(lang, "targets.heading", title=title)
    tables = []
    for caption, headings, rows in (operation_table(targets, lang), channel_table(targets, lang)):
        table = Table(title=caption, title_justify="left", title_style="")
        for position, each in enumerate(headings):
            table.add_column(each, justify="right" if position else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        tables.append(table)
    said = [*(Text(each) for each in sentences(targets, lang)), *caution_lines(targets.cautions, lang)]
    return Group(Text(heading, style="bold"), *said, *tables)


def sentences(targets: Targets, lang: str) -> Iterator[str]:
    """The peaks, what is open, what a year stores, and how long each call may take."""
    receive, together = targets.operations[RECEIVE], targets.operations[ALL]
    peaks = {period: f"{getattr(receive, f'per_{period}').max:,}" for period in PERIODS}
    yield say(lang, "targets.asked-peak", **peaks, all=f"{together.per_second.max:,}")
    yield say(lang, "targets.asked-open", mean=count(targets.open_letters.mean), max=f"{targets.open_letters.max:,}")
    rows = {"letters": targets.letter_rows_a_year, "events": targets.event_rows_a_year}
    yield say(lang, "targets.asked-rows", **{key: rate(each.mean) for key, each in rows.items()})
    yield say(lang, "targets.asked-level", **level(receive.service_level, lang))
    for sla, each in targets.headroom.items():
        if each.seconds is None:
            yield say(lang, "targets.asked-no-headroom", sla=name(lang, sla))
        else:
            values = {"calls": number(each.calls.mean or 0.0), "seconds": f"{each.seconds:g}"}
            yield say(lang, "targets.asked-headroom", sla=name(lang, sla), limit=limit(lang, each.limit), **values)


SHORT: Final = {"second": ("p99", "max"), "minute": ("p99", "max"), "hour": ("mean", "p99", "max")}
FULL: Final = dict.fromkeys(PERIODS, ("mean", "p50", "p99", "max"))
"""Columns of the table of calls, in the terminal and on the page."""


def operation_table(
    targets: Targets, lang: str, columns: Mapping[str, tuple[str, ...]] = SHORT
) -> tuple[str, list[str], list[list[str]]]:
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
        rows.append([called, *cells, "–" if each.headroom_s is None else f"{each.headroom_s:g} s"])
    return (
        say(lang, "targets.operations-table"),
        [say(lang, "targets.operation"), *headings, say(lang, "targets.headroom")],
        rows,
    )


def channel_table(targets: Targets, lang: str) -> tuple[str, list[str], list[list[str]]]:
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
