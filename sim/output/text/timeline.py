"""The way of a letter in words: a sentence for each SLA, and a table of everything that happened to it."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.metrics.letter_timeline import EventKind, LetterClock, LetterTimeline, TimelineEvent, UnitState
from sim.output.text.formats import duration, limit, name, unit_name
from sim.output.words import say

_ENDS_OF_WAITS: Final = (EventKind.STARTED, EventKind.RESUMED, EventKind.SHIFT_CHANGE, EventKind.MOVED)
"""Where it is told who was served while the letter waited."""

_STEPS_NAMED: Final = 3
"""Steps that are named of those at which people are busy."""


class Told(NamedTuple):
    """An event in words."""

    at: str
    what: str
    clocks: str  # of SLAs, while they run


def timeline_text(timeline: LetterTimeline, lang: str) -> Group:
    """The way of a letter, to be printed."""
    table = Table()
    for key in ("why.at", "why.what", "why.clocks"):
        table.add_column(say(lang, key), overflow="fold")
    clocks = {clock.sla: clock for clock in timeline.clocks}
    for event in timeline.events:
        table.add_row(*(Text(part) for part in told(event, clocks, lang)))
    heading = Text(heading_of(timeline, lang), style="bold")
    return Group(heading, *(Text(sentence) for sentence in clock_sentences(timeline, lang)), table)


def heading_of(timeline: LetterTimeline, lang: str) -> str:
    """Which letter it is."""
    return say(
        lang,
        "why.heading",
        letter=timeline.letter,
        replication=timeline.replication,
        received=f"{timeline.received:%Y-%m-%d %H:%M:%S}",
        category=name(lang, timeline.category),
        channel=name(lang, timeline.channel),
        unit=unit_name(lang, timeline.unit),
    )


def clock_sentences(timeline: LetterTimeline, lang: str) -> Iterator[str]:
    """How the letter did by each SLA, and where a late one lost most of its time."""
    if not timeline.counted:
        yield say(lang, "why.not-counted")
    if not timeline.clocks:
        yield say(lang, "why.no-sla")
    for clock in timeline.clocks:
        yield clock_sentence(clock, lang)


def clock_sentence(clock: LetterClock, lang: str) -> str:
    """How the letter did by one SLA."""
    return say(lang, "formats.space").join(_of_clock(clock, lang))


def _of_clock(clock: LetterClock, lang: str) -> Iterator[str]:
    if clock.elapsed_min is None:
        yield say(lang, "why.clock-not-begun", sla=name(lang, clock.sla))
        return
    is_open = "-open" if clock.open and clock.fate == "breached" else ""
    yield say(
        lang,
        f"why.clock-{clock.fate}{is_open}",
        sla=name(lang, clock.sla),
        elapsed=duration(lang, clock.elapsed_min, clock.clock),
        limit=limit(lang, clock.limit),
    )
    if clock.lost is not None:
        unit = clock.lost.unit
        yield say(
            lang,
            "why.lost" if unit is not None else "why.lost-at-step",
            minutes=duration(lang, clock.lost.minutes, clock.clock),
            step=name(lang, clock.lost.step),
            unit="" if unit is None else unit_name(lang, unit),
            why=say(lang, f"charts.{clock.lost.why}"),
        )


def told(event: TimelineEvent, clocks: Mapping[str, LetterClock], lang: str) -> Told:
    """An event of a letter: when it was, what happened, and what the clocks showed.

    Args:
        clocks: those that are told, by SLA.
    """
    step, sla, by = ("" if each is None else name(lang, each) for each in (event.step, event.sla, event.by))
    unit = "" if event.unit is None else unit_name(lang, event.unit)
    kind = "put-down-by-nobody" if event.kind is EventKind.INTERRUPTED and event.by is None else event.kind
    parts = [say(lang, f"why.{kind}", step=step, unit=unit, sla=sla, by=by)]
    if event.state is not None:
        parts += _state(event.kind, event.state, lang)
    readings = (
        say(lang, "why.reading", sla=name(lang, each), elapsed=duration(lang, minutes, clocks[each].clock))
        for each, minutes in event.clocks_min.items()
        if each in clocks
    )
    return Told(
        at=f"{event.at:%m-%d %H:%M:%S}",
        what=say(lang, "formats.semicolon").join(parts),
        clocks=say(lang, "formats.comma").join(readings),
    )


def _state(kind: EventKind, state: UnitState, lang: str) -> Iterator[str]:
    """Who was served while the letter waited, and unless it waits no more, who is busy with what."""
    if kind in _ENDS_OF_WAITS and state.started:
        yield say(lang, "why.meanwhile", n=sum(state.started.values()), steps=_by_step(state.started, lang))
    if kind in (EventKind.STARTED, EventKind.RESUMED):
        return
    if not state.on_duty:
        yield say(lang, "why.nobody-on-duty")
    elif state.busy:
        yield say(lang, "why.on-duty-busy", on_duty=state.on_duty, steps=_by_step(state.busy, lang))
    else:
        yield say(lang, "why.on-duty", on_duty=state.on_duty)
    if state.ahead:
        yield say(lang, "why.ahead", n=state.ahead)


def _by_step(counts: Mapping[str, int], lang: str) -> str:
    shown = list(counts.items())[:_STEPS_NAMED]
    parts = [say(lang, "why.step-count", step=name(lang, step), n=many) for step, many in shown]
    others = sum(counts.values()) - sum(many for _, many in shown)
    return say(lang, "formats.comma").join([*parts, say(lang, "why.others", n=others)] if others else parts)
