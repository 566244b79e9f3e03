"""Throughput targets in the terminal: what the real system must sustain, operation by operation."""

from collections.abc import Iterator

from rich.console import Group
from rich.text import Text

from sim.operations.operations import COUNTED, RECEIVE
from sim.operations.service_level import PERCENTILES, ServiceLevel
from sim.operations.targets import ALL, Rate, Targets
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import count, limit, listed, name, number, percent
from sim.output.text.printing import CaptionedTable, captioned
from sim.output.words import labelled, say
from sim.statistics.return_levels import RECURRENCES, ReturnLevel


def targets_text(targets: Targets, title: str, lang: str) -> Group:
    """What the targets say, to be printed."""
    heading = say(lang, "targets.heading", title=labelled(lang, title))
    tables = [captioned(operation_table(targets, lang)), captioned(channel_table(targets, lang))]
    said = [*(Text(each) for each in targets_sentences(targets, lang)), *caution_lines(targets.cautions, lang)]
    return Group(Text(heading, style="bold"), *said, *tables)


def targets_sentences(targets: Targets, lang: str) -> Iterator[str]:
    """The peaks, what is open, what a year stores, and how long each call may take."""
    receive, together = targets.operations[RECEIVE], targets.operations[ALL]
    peaks = {period: f"{getattr(receive, f'per_{period}').peak:,}" for period in COUNTED}
    often = say(lang, f"targets.once-{_rarest(receive.per_second) or 'seen'}")
    yield say(lang, "targets.asked-peak", **peaks, all=f"{together.per_second.peak:,}", often=often)
    if together.peak_factor is not None:
        yield say(lang, "targets.asked-factor", factor=number(together.peak_factor), hour=f"{together.per_hour.peak:,}")
    yield say(lang, "targets.levels-from-rates" if receive.per_second.from_rates else "targets.levels-from-days",
              days=f"{targets.days:,}")  # fmt: skip
    open_letters = targets.open_letters
    often = say(lang, f"targets.once-{_rarest(open_letters) or 'seen'}")
    yield say(lang, "targets.asked-open", mean=count(open_letters.mean), max=f"{open_letters.peak:,}", often=often)
    rows = {"letters": targets.letter_rows_a_year, "events": targets.event_rows_a_year}
    yield say(lang, "targets.asked-rows", **{key: number(round(each.mean or 0.0)) for key, each in rows.items()})
    yield say(lang, "targets.asked-level", **level_values(receive.service_level, lang))
    for sla, each in targets.headroom.items():
        if each.seconds is None:
            yield say(lang, "targets.asked-no-headroom", sla=name(lang, sla))
        else:
            values = {"calls": number(each.calls.mean or 0.0), "seconds": f"{each.seconds:g}"}
            yield say(lang, "targets.asked-headroom", sla=name(lang, sla), limit=limit(lang, each.limit), **values)


def _rarest(rate: Rate) -> str | None:
    """The rarest recurrence whose level is known."""
    known = [recurrence for recurrence, level in rate.levels.items() if level is not None]
    return known[-1] if known else None


def operation_table(targets: Targets, lang: str) -> CaptionedTable:
    """Caption, headings and rows of the calls: an hour on average, and the peaks that come once in a year."""
    headings = [say(lang, "targets.operation"), say(lang, "targets.mean-hour")]
    headings += [say(lang, f"targets.busiest-{period}") for period in COUNTED]
    headings += [say(lang, key) for key in ("targets.peak-factor", "targets.headroom")]
    rows = [
        [
            _operation(operation, lang),
            _mean(each.per_hour),
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
            _operation(operation, lang),
            say(lang, f"targets.a-{period}"),
            _mean(rate),
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


def _level(level: ReturnLevel | None, *, interval: bool = False) -> str:
    if level is None:
        return "–"
    return (
        f"{level.level:,} [{level.low:,}, {level.high:,}]" if interval and level.low is not None else f"{level.level:,}"
    )


def _mean(rate: Rate) -> str:
    mean = rate.mean.mean or 0.0
    return number(mean) if mean >= 1 else f"{mean:.2g}"


def _operation(operation: str, lang: str) -> str:
    """`sign.start`, or where a language prefers it as the moment of the step is called."""
    if operation == ALL:
        return say(lang, "targets.all")
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
