"""Throughput targets in the terminal: what the real system must sustain, operation by operation."""

from collections.abc import Iterator

import numpy as np
from rich.console import Group
from rich.text import Text

from sim.models.operation_names import CALL_MOMENTS, READS, RECEIVE
from sim.operations.operations import COUNTED
from sim.operations.service_level import PERCENTILES, ServiceLevel
from sim.operations.system_load import TEXT
from sim.operations.targets import ALL, Rate, Targets
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import count, limit, listed, milestone_name, name, number, percent
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.words import labelled, say
from sim.statistics import Estimate
from sim.statistics.return_levels import RECURRENCES, ReturnLevel


def targets_text(targets: Targets, title: str, lang: str) -> Group:
    """What the targets say, to be printed."""
    heading = say(lang, "targets.heading", title=labelled(lang, title))
    tables = [captioned(table(targets, lang)) for table in (operation_table, channel_table, load_table, content_table)]
    said = [*(Text(each) for each in targets_sentences(targets, lang)), *caution_lines(targets.cautions, lang)]
    return Group(Text(heading, style="bold"), *said, *tables)


def targets_sentences(targets: Targets, lang: str) -> Iterator[str]:
    """The peaks, what is open, what a year stores, and how long each call may take."""
    receive, together = targets.operations[RECEIVE], targets.operations[ALL]
    peaks = {period: f"{getattr(receive, f'per_{period}').peak:,}" for period in COUNTED}
    often = say(lang, f"targets.once-{receive.per_second.rarest or 'seen'}")
    all_calls, letters = f"{together.per_second.peak:,}", receive.per_second.peak
    yield say(lang, "targets.asked-peak", n=letters, **peaks, all=all_calls, often=often)
    if together.peak_factor is not None:
        yield say(lang, "targets.asked-factor", factor=number(together.peak_factor), hour=f"{together.per_hour.peak:,}")
    yield say(lang, "targets.levels-from-rates" if receive.per_second.from_rates else "targets.levels-from-days",
              days=f"{targets.days:,}")  # fmt: skip
    open_letters = targets.open_letters
    often = say(lang, f"targets.once-{open_letters.rarest or 'seen'}")
    yield say(lang, "targets.asked-open", mean=count(open_letters.mean), max=f"{open_letters.peak:,}", often=often)
    rows = {"letters": targets.letter_rows_a_year, "events": targets.event_rows_a_year}
    yield say(lang, "targets.asked-rows", **{key: number(round(each.mean or 0.0)) for key, each in rows.items()})
    system, assumed = targets.system, sum(each.assumed for each in targets.system.assumptions)
    yield say(lang, "targets.asked-bytes", gigabytes=gigabytes(system.bytes_a_year), mbit=digits(system.bandwidth_mbit))
    if assumed:
        yield say(lang, "targets.asked-assumed", count=assumed)
    yield say(lang, "targets.asked-level", **level_values(receive.service_level, lang))
    for sla, each in targets.headroom.items():
        if each.seconds is None:
            key = "targets.asked-unclear" if each.unclear else "targets.asked-no-headroom"
            yield say(lang, key, sla=name(lang, sla), replications=targets.replications)
        else:
            values = {"calls": number(each.calls.mean or 0.0), "seconds": f"{each.seconds:g}"}
            yield say(lang, "targets.asked-headroom", sla=name(lang, sla), limit=limit(lang, each.limit), **values)


def operation_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of the calls: an hour on average, and the peaks that come once in a year."""
    headings = [say(lang, "targets.operation"), say(lang, "targets.mean-hour")]
    headings += [say(lang, f"targets.busiest-{period}") for period in COUNTED]
    headings += [say(lang, key) for key in ("targets.peak-factor", "targets.headroom")]
    rows = [
        [
            operation_name(operation, lang),
            mean_text(each.per_hour),
            *(_level(getattr(each, f"per_{period}").levels["year"]) for period in COUNTED),
            "–" if each.peak_factor is None else number(each.peak_factor),
            "–" if each.headroom_s is None else say(lang, "targets.seconds", seconds=f"{each.headroom_s:g}"),
        ]
        for operation, each in targets.operations.items()
    ]
    return say(lang, "targets.operations-table"), headings, rows


def level_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of all return levels: each operation by second, minute, hour and day."""
    headings = [say(lang, key) for key in ("targets.operation", "targets.period", "glossary.stat-mean")]
    headings += [say(lang, f"targets.once-{recurrence}") for recurrence in RECURRENCES]
    rows = [
        [
            operation_name(operation, lang),
            say(lang, f"targets.a-{period}"),
            mean_text(rate),
            *(_level(rate.levels.get(recurrence), interval=not rate.from_rates) for recurrence in RECURRENCES),
        ]
        for operation, each in targets.operations.items()
        for period in COUNTED
        for rate in [getattr(each, f"per_{period}")]
    ]
    return say(lang, "targets.levels-table", days=f"{targets.days:,}"), headings, rows


def channel_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of the letters by channel."""
    headings = ["glossary.channel", "targets.mean-day", "targets.max-day", "targets.peak-hour", "targets.peak-letters",
                "targets.max-hour"]  # fmt: skip
    rows = [
        [
            say(lang, "targets.all") if channel == ALL else name(lang, channel),
            count(each.per_day.mean),
            _level(each.per_day.levels["year"]),
            f"{each.peak_hour:02}:00",
            count(each.peak_hour_letters),
            _level(each.per_hour.levels["year"]),
        ]
        for channel, each in targets.channels.items()
    ]
    return say(lang, "targets.channels-table"), [say(lang, key) for key in headings], rows


def load_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of reads, messages and sessions."""
    system = targets.system
    staff, writers = system.sessions.staff, system.sessions.writers
    rows = [
        *((kind, "a-second", _few(each.per_second), each.peak_per_second) for kind, each in system.reads.items()),
        *((kind, "a-day", _few(each.per_day), None) for kind, each in system.messages.items()),
        *((kind, "a-hour", _few(each.per_day, 24), each.peak_per_hour) for kind, each in system.messages.items()),
        ("sessions", "at-once", number((sum(staff) + sum(writers)) / 24), system.sessions.most),
    ]
    return (
        say(lang, "targets.load-table"),
        [say(lang, key) for key in ("targets.what", "targets.period", "glossary.stat-mean", "targets.peak")],
        [
            [
                say(lang, f"targets.load-{kind}"),
                say(lang, f"targets.{per}"),
                mean,
                "" if peak is None else digits(peak),
            ]
            for kind, per, mean, peak in rows
        ],
    )


def content_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of texts and attachments."""
    rows = [[_kind(kind, lang), count(each.per_day), gigabytes(each.bytes_a_year)] for kind, each in
            targets.system.content.items()]  # fmt: skip
    headings = [say(lang, f"targets.{key}") for key in ("kind", "mean-day", "gigabytes")]
    return say(lang, "targets.content-table"), headings, rows


def session_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of the sessions at the same time, by hour of the day."""
    hours = zip(targets.system.sessions.staff, targets.system.sessions.writers, strict=True)
    rows = [[f"{hour:02}:00", digits(staff), digits(writers)] for hour, (staff, writers) in enumerate(hours)]
    return (
        say(lang, "targets.session-table"),
        [say(lang, f"targets.{key}") for key in ("hour", "staff", "writers")],
        rows,
    )


def assumption_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of what is assumed of the system, with the mark A where nobody has said it."""
    rows = [
        [each.key, each.value, say(lang, "targets.mark-assumed" if each.assumed else "targets.mark-said")]
        for each in targets.system.assumptions
    ]
    headings = [say(lang, f"targets.{key}") for key in ("key", "value", "mark")]
    return say(lang, "targets.assumption-table"), headings, rows


def _kind(kind: str, lang: str) -> str:
    return say(lang, "targets.content-text") if kind == TEXT else name(lang, kind)


def gigabytes(size: Estimate) -> str:
    """Bytes as gigabytes, of small amounts two digits."""
    return digits((size.mean or 0.0) / 1e9)


def _few(estimate: Estimate, parts: int = 1) -> str:
    return digits((estimate.mean or 0.0) / parts)


def digits(amount: float) -> str:
    """A number, of small ones two digits, without an exponent."""
    if amount >= 1 or not amount:
        return number(amount)
    return np.format_float_positional(amount, precision=2, fractional=False, trim="-")


def _level(level: ReturnLevel | None, *, interval: bool = False) -> str:
    if level is None:
        return "–"
    return (
        f"{level.level:,} [{level.low:,}, {level.high:,}]" if interval and level.low is not None else f"{level.level:,}"
    )


def mean_text(rate: Rate) -> str:
    """The mean of a rate, of small ones two digits."""
    return digits(rate.mean.mean or 0.0)


def operation_name(operation: str, lang: str) -> str:
    """`sign.start`, `read.lists`, or where a language prefers it as the moment of the step is called."""
    if operation == ALL:
        return say(lang, "targets.all")
    if operation == RECEIVE:
        return say(lang, "targets.call", operation=operation, moment=milestone_name(lang, "received"))
    step, _, call = operation.rpartition(".")
    if call not in CALL_MOMENTS:
        return operation if operation in (f"read.{kind}" for kind in READS) else name(lang, operation)
    moment = milestone_name(lang, f"{step}.{'started' if call == 'start' else 'finished'}")
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
