"""A log seen by what a fit is judged by, the same way for an office's log and for a simulated one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.fit.log import NO_CODE, EventLog, LetterLog
from sim.metrics.hours import HOURS_OF_WEEK
from sim.models.sla import Sla
from sim.scenario.setting import Setting

CLOSED: Final = "closed"
"""The milestone of a case whose last event is over, where the log has none of this name."""

PARTS: Final = ("all", "day", "night")
"""Letters by the hour of their receipt; day is from 08:00 to 20:00."""

_DAYTIME: Final = (8, 20)

_LONGEST_WORK: Final = 12 * HOUR
"""Seconds that somebody works on an event without putting it down."""

_TOLERATED_OVERLAP: Final = 0.02
"""Share of the work that one person does at the same time as other work."""


class Target(NamedTuple):
    """What a scenario is judged on."""

    log: EventLog | LetterLog
    begins: int
    ends: int  # one second after the last receipt; what became of the letters is known up to the end of the log
    held_out: bool


def held_out(log: EventLog | LetterLog, begins: int) -> Target:
    """The last part of the log that was fitted."""
    return Target(log, begins, int(log.received[-1]) + 1, held_out=True)


def other_log(log: EventLog | LetterLog) -> Target:
    """Another log of the same office, whole."""
    return Target(log, int(log.received[0]) // DAY * DAY, int(log.received[-1]) + 1, held_out=False)


class SlaToJudge(NamedTuple):
    """An SLA of the fitted scenario, by the milestones of the log."""

    name: str
    sla: Sla
    begins: str  # activity, or `received`
    ends: str  # activity, or CLOSED


@dataclass(frozen=True)
class Frame:
    """What is looked at.

    Attributes:
        begins, ends: of the period, from whose beginning on letters count; seconds of the office's log.
        milestones: activities and CLOSED, or the milestones of letters.
        slas: those that can be judged.
        setting: of the fitted scenario, with the calendar of the SLA clocks.
        offset: seconds from the scenario's first day to the log's.
        busy_by: `unit` or `activity`, whose names stand in `busy`.
        busy: whose work is added up.
    """

    begins: int
    ends: int
    milestones: tuple[str, ...]
    slas: tuple[SlaToJudge, ...]
    setting: Setting
    offset: int
    busy_by: str
    busy: tuple[str, ...]

    @property
    def days(self) -> Int64s:
        """Ends of the days from `begins` to `ends`, and the end itself."""
        midnights = np.arange(self.begins // DAY + 1, self.ends // DAY + 1) * DAY
        return np.unique(np.append(midnights, self.ends))


class Look(NamedTuple):
    """What a log shows in a frame."""

    letters: float
    by_hour: Floats  # letters by hour of the week, (168,)
    ages: tuple[Floats, ...]  # hours until each milestone, of each letter; infinite where it was not reached
    parts: Int64s  # 1 for letters received by day, 2 for the others
    open_letters: Floats  # at each of the frame's days
    busy: Floats  # hours of work a day, (busy,)
    on_time: Floats  # (slas,), nan for none
    judged: Floats  # letters that each SLA was judged on, (slas,)


def milestone_names(log: EventLog | LetterLog) -> tuple[str, ...]:
    """What letters of a log reach, the commonest first and at the end CLOSED."""
    if isinstance(log, LetterLog):
        return tuple(log.milestones)
    often = np.bincount(log.activity, minlength=len(log.activities))
    names = [log.activities[code] for code in np.argsort(-often, kind="stable").tolist()]
    return (*(name for name in names if name != CLOSED), CLOSED)


def look_at(log: EventLog | LetterLog, frame: Frame) -> Look:
    """What a log shows; its instants are counted from the first day of the office's log."""
    inside = log.received >= frame.begins
    received = log.received[inside]
    reached = [first_reached(log, name, "finished") for name in frame.milestones]
    ages = tuple(np.where(each[inside] == NOT_YET, np.inf, (each[inside] - received) / HOUR) for each in reached)
    closed = first_reached(log, CLOSED, "finished")
    hour = received % DAY // HOUR
    by_day = (hour >= _DAYTIME[0]) & (hour < _DAYTIME[1])
    on_time = [_on_time(log, inside, each, frame) for each in frame.slas]
    return Look(
        letters=float(len(received)),
        by_hour=np.bincount(hour_of_log(log, received), minlength=HOURS_OF_WEEK).astype(np.float64),
        ages=ages,
        parts=np.where(by_day, 1, 2),
        open_letters=_open(log.received, closed, frame.days),
        busy=_busy(log, frame),
        on_time=np.array([share for share, _ in on_time]),
        judged=np.array([count for _, count in on_time]),
    )


def hour_of_log(log: EventLog | LetterLog, instants: Int64s) -> Int64s:
    """Hour of the week of instants, from Monday 00:00."""
    return (instants // HOUR + log.origin.weekday() * 24) % HOURS_OF_WEEK


def first_reached(log: EventLog | LetterLog, name: str, which: str) -> Int64s:
    """When each case first reached a milestone; NOT_YET where it did not.

    Args:
        name: activity or milestone; `received`; or CLOSED.
        which: of an activity: `queued`, `started` or `finished`.
    """
    if name == "received":
        return log.received
    if isinstance(log, LetterLog):
        nothing = np.full(log.letters, NOT_YET)
        last = next(reversed(log.milestones.values()), nothing)
        return log.milestones.get(name, last if name == CLOSED else nothing)
    if name in log.activities:
        at: Int64s = getattr(log, which)
        rows = np.flatnonzero((log.activity == log.activities.index(name)) & (at != NOT_YET))
        first = np.full(log.cases, np.iinfo(np.int64).max)
        np.minimum.at(first, log.case[rows], at[rows])
        return np.where(first == np.iinfo(np.int64).max, NOT_YET, first)
    reached = np.full(log.cases, NOT_YET)
    if name == CLOSED:
        np.maximum.at(reached, log.case, log.finished)
        reached[log.case[log.finished == NOT_YET]] = NOT_YET
    return reached


def says_who_worked(log: EventLog) -> bool:
    """Whether the spells of a log are work of somebody, who has not much of two at once, and no more than a day's."""
    spells = log.spells
    if ((spells.resource == NO_CODE) & (spells.unit == NO_CODE)).all():
        return False
    length = spells.finished - spells.started
    if float(np.quantile(length, 0.99)) > _LONGEST_WORK:
        return False
    known = np.flatnonzero(spells.resource != NO_CODE)
    if not len(known):
        return True
    order = known[np.lexsort((spells.started[known], spells.resource[known]))]
    who, begun, over = spells.resource[order], spells.started[order], spells.finished[order]
    same = who[1:] == who[:-1]
    overlap = np.maximum(over[:-1] - begun[1:], 0)[same].sum()
    return bool(overlap <= _TOLERATED_OVERLAP * max(length.sum(), 1))


def without_receipts(log: EventLog) -> EventLog:
    """A log as if it did not say when cases were received: they are there when the first thing is done to them."""
    first = np.full(log.cases, np.iinfo(np.int64).max)
    begun = np.where(log.started == NOT_YET, np.where(log.finished == NOT_YET, np.inf, log.finished), log.started)
    there = np.isfinite(begun)
    np.minimum.at(first, log.case[there], begun[there].astype(np.int64))
    known = first != np.iinfo(np.int64).max
    return log._replace(receipts=False, received=np.where(known, first, log.received))


def since(log: EventLog, office: EventLog | LetterLog) -> EventLog:
    """A log with its instants counted from the first day of another one."""
    shift = (log.origin - office.origin) // timedelta(seconds=1)

    def moved(instants: Int64s) -> Int64s:
        return np.where(instants == NOT_YET, NOT_YET, instants + shift)

    spells = log.spells._replace(started=log.spells.started + shift, finished=log.spells.finished + shift)
    return log._replace(
        origin=office.origin,
        received=log.received + shift,
        queued=moved(log.queued),
        started=moved(log.started),
        finished=moved(log.finished),
        spells=spells,
    )


def _open(received: Int64s, closed: Int64s, at: Int64s) -> Floats:
    came = np.searchsorted(np.sort(received), at, side="left")
    gone = np.searchsorted(np.sort(closed[closed != NOT_YET]), at, side="left")
    return (came - gone).astype(np.float64)


def _busy(log: EventLog | LetterLog, frame: Frame) -> Floats:
    if isinstance(log, LetterLog) or not frame.busy:
        return np.full(len(frame.busy), np.nan)
    spells = log.spells
    names: Sequence[str] = log.units if frame.busy_by == "unit" else log.activities
    code = spells.unit if frame.busy_by == "unit" else log.activity[spells.event]
    seconds = np.minimum(spells.finished, frame.ends) - np.maximum(spells.started, frame.begins)
    place = {name: number for number, name in enumerate(frame.busy)}
    row = np.array([*(place.get(name, -1) for name in names), -1], dtype=np.int64)[code]
    some = (row >= 0) & (seconds > 0)
    total = np.bincount(row[some], weights=seconds[some], minlength=len(frame.busy))
    return total / HOUR / max((frame.ends - frame.begins) / DAY, 1.0)


def _on_time(log: EventLog | LetterLog, inside: Bools, judged: SlaToJudge, frame: Frame) -> tuple[float, float]:
    """Share of the letters of a period that met an SLA, of those that reached its milestone; and their number."""
    sla, calendar = judged.sla, frame.setting.calendar
    begin = first_reached(log, judged.begins, sla.from_.rpartition(".")[2])
    end = first_reached(log, judged.ends, sla.until.rpartition(".")[2])
    which = inside & (begin != NOT_YET) & (end != NOT_YET)
    for of_letters, names, chosen in (
        (log.category, log.categories, sla.for_),
        (log.channel, log.channels, sla.for_channel),
    ):
        if chosen is not None:
            which &= np.isin(of_letters, [code for code, name in enumerate(names) if name in chosen])
    rows = np.flatnonzero(which)
    if not len(rows):
        return np.nan, 0.0
    from_ = begin[rows] + frame.offset
    until = np.maximum(end[rows] + frame.offset, from_)
    elapsed = calendar.elapsed(from_, until, sla.within.clock, sla.office_hours)
    return float((elapsed <= sla.within.seconds).mean()), float(len(rows))
