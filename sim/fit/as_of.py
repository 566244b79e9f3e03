"""A log as it stood at an instant, and its later part: what a fit may see, and what it is judged on."""

from typing import overload

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import NOT_YET, Bools, Int64s
from sim.fit.log import EventLog, LetterLog


@overload
def as_of(log: EventLog, instant: int) -> EventLog: ...


@overload
def as_of(log: EventLog | LetterLog, instant: int) -> EventLog | LetterLog: ...


def as_of(log: EventLog | LetterLog, instant: int) -> EventLog | LetterLog:
    """The log without what happened at an instant or after it: cases not received, events not begun, work not done."""
    if isinstance(log, LetterLog):
        kept = np.flatnonzero(log.received < instant)
        known = {name: _known(each[kept], instant) for name, each in log.milestones.items()}
        return _letters(log, kept)._replace(milestones=known)
    queued, started, finished = (_known(each, instant) for each in (log.queued, log.started, log.finished))
    there = (queued != NOT_YET) | (started != NOT_YET) | (finished != NOT_YET)
    known_log = log._replace(queued=queued, started=started, finished=finished)
    known_log = known_log._replace(spells=log.spells.some(log.spells.finished < instant))
    return chosen(known_log, log.received < instant, there)


def chosen(log: EventLog, cases: Bools, events: Bools | None = None) -> EventLog:
    """The log with some of its cases, and of them some events.

    Args:
        cases, events: which, as booleans; all events if None.
    """
    kept_cases = np.flatnonzero(cases)
    rank = np.full(log.cases, -1)
    rank[kept_cases] = np.arange(len(kept_cases))
    here = cases[log.case] if events is None else cases[log.case] & events
    kept = np.flatnonzero(here)
    place = np.full(log.events, -1)
    place[kept] = np.arange(len(kept))
    spells = log.spells.some(here[log.spells.event])
    return log._replace(
        received=log.received[kept_cases],
        category=log.category[kept_cases],
        channel=log.channel[kept_cases],
        home=log.home[kept_cases],
        ids=tuple(log.ids[case] for case in kept_cases.tolist()),
        case=rank[log.case[kept]],
        activity=log.activity[kept],
        queued=log.queued[kept],
        started=log.started[kept],
        finished=log.finished[kept],
        resource=log.resource[kept],
        unit=log.unit[kept],
        spells=spells._replace(event=place[spells.event]),
    )


def received_from(log: EventLog, instant: int) -> EventLog:
    """The log with the cases that were received at an instant or after it."""
    return chosen(log, log.received >= instant)


def in_order_of_receipt(log: EventLog) -> EventLog:
    """A log of which `received` was changed, its cases sorted by it again."""
    order = np.argsort(log.received, kind="stable")
    rank = np.empty(log.cases, dtype=np.int64)
    rank[order] = np.arange(log.cases)
    events = np.argsort(rank[log.case], kind="stable")
    place = np.empty(log.events, dtype=np.int64)
    place[events] = np.arange(log.events)
    spells = log.spells._replace(event=place[log.spells.event])
    spells = spells.some(np.lexsort((spells.started, spells.event)))
    by_event = {
        name: getattr(log, name)[events] for name in ("activity", "queued", "started", "finished", "resource", "unit")
    }
    by_case = {name: getattr(log, name)[order] for name in ("received", "category", "channel", "home")}
    return log._replace(
        case=rank[log.case][events], spells=spells, ids=tuple(log.ids[each] for each in order.tolist()),
        **by_event, **by_case,
    )  # fmt: skip


def hold_out_instant(log: EventLog | LetterLog, share: float) -> int:
    """When the last part of a log begins: with a day if that leaves half of what was asked for, else with a letter.

    Args:
        share: of the letters that are held out, about.
    """
    count = len(log.received)
    begins = int(log.received[min(int(np.ceil(count * (1 - share))), count - 1)])
    midnight = begins // DAY * DAY
    before = int((log.received < midnight).sum())
    return midnight if before >= count * (1 - share) / 2 else begins


def _letters(log: LetterLog, kept: Int64s) -> LetterLog:
    return log._replace(
        received=log.received[kept],
        category=log.category[kept],
        channel=log.channel[kept],
        unit=log.unit[kept],
        handler=log.handler[kept],
        satisfied=log.satisfied[kept],
    )


def _known(instants: Int64s, instant: int) -> Int64s:
    return np.where(instants < instant, instants, NOT_YET)
