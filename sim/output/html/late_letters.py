"""The part of a run's page that tells the ways of the latest letters, each folded under its first sentence."""

from collections.abc import Container, Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from sim.metrics.letter_timeline import EventKind, LetterTimeline, TimelineEvent
from sim.metrics.report import Report
from sim.output.text.formats import duration, listed, name
from sim.output.text.timeline import Told, clock_sentence, told
from sim.output.words import say

_MOST_EVENTS: Final = 10
"""Events of a letter that are told; of more the first and the last ones."""


class LateLetter(NamedTuple):
    """One late letter in words."""

    summary: str
    sentences: list[str]
    first: list[Told]
    left_out: str  # how many events come between; empty if none
    last: list[Told]


class LateLetters(NamedTuple):
    """The latest letters in words."""

    note: str
    letters: list[LateLetter]


def late_letters(report: Report, lang: str) -> LateLetters | None:
    """What the template `late_letters.html.j2` shows; None where no letter was late."""
    if not report.latest:
        return None
    note = say(lang, "why.latest-note", n=len(report.latest), replication=report.latest[0].replication)
    return LateLetters(note, [_in_words(timeline, lang) for timeline in report.latest])


def _in_words(timeline: LetterTimeline, lang: str) -> LateLetter:
    late = {clock.sla: clock for clock in timeline.clocks if clock.fate == "breached"}
    slas = (
        say(lang, "why.latest-sla", sla=name(lang, sla), elapsed=duration(lang, clock.elapsed_min, clock.clock))
        for sla, clock in late.items()
    )
    received = f"{timeline.received:%Y-%m-%d %H:%M}"
    events = [told(event, late, lang) for event in _decisive(timeline.events, late)]
    more = max(len(events) - _MOST_EVENTS, 0)
    half = _MOST_EVENTS // 2 if more else len(events)
    return LateLetter(
        summary=say(lang, "why.latest-summary", letter=timeline.letter, received=received, slas=listed(lang, slas)),
        sentences=[clock_sentence(clock, lang) for clock in late.values()],
        first=events[:half],
        left_out=say(lang, "why.more-events", n=more) if more else "",
        last=events[half + more :],
    )


def _decisive(events: Sequence[TimelineEvent], late: Container[str]) -> Iterator[TimelineEvent]:
    """Events without those that the next one implies, or that are about the clock of another SLA."""
    for event, following in zip_longest(events, events[1:]):
        implied = event.kind in (EventKind.FINISHED, EventKind.WAIT_ENDED) and following and following.at == event.at
        if not implied and (event.sla is None or event.sla in late):
            yield event
