"""Events of the letters of one replication: what happened to each visit, and who did it.

Transitions have the names of the standard life cycle of XES (IEEE 1849), in which a visit is *scheduled* as it joins
its queue (enqueued), *reassigned* as it moves to that of another unit (escalation, cover), *started*, *suspended* as it
is put down, *resumed* and *completed*, or *withdrawn* as its letter leaves out of patience. A wait that occupies nobody
is started and completed.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import NEVER, NO_UNIT, NOT_YET, WORK, Int32s, Int64s, Stretches, first_of_group
from sim.metrics.replication import Replication
from sim.metrics.supervision import received_prompts
from sim.operations.exports.people import NOBODY, person_numbers

RECEIPT: Final = -1
"""The visit of the event with which a letter is received."""


class Transition(IntEnum):
    """What happens to a visit; those of one second come in this order."""

    SCHEDULE = 0
    SUSPEND = 1
    REASSIGN = 2
    START = 3
    RESUME = 4
    COMPLETE = 5
    WITHDRAW = 6


class Reason(IntEnum):
    """Why a visit was suspended, reassigned or withdrawn."""

    NONE = 0
    URGENT_WORK = 1
    SHIFT_END = 2
    ESCALATION = 3
    COVER = 4
    PATIENCE = 5
    SUPERVISION = 6

    @property
    def text(self) -> str:
        """As the files say it."""
        return "" if self is Reason.NONE else self.name.lower().replace("_", " ")


class Events(NamedTuple):
    """All events of a replication, by letter and then in the order in which they happened."""

    letter: Int64s  # row of the replication
    visit: Int64s  # or RECEIPT
    transition: Int64s  # a `Transition`; a receipt is only completed
    instant: Int64s
    unit: Int64s  # that does it, or where it waits from then on; NO_UNIT for a wait that occupies nobody
    person: Int64s  # number within the unit, or NOBODY
    reason: Int64s  # a `Reason`


def events_of(replication: Replication) -> Events:
    """The events of all letters; the log must have stretches."""
    workload, log = replication.workload, replication.log
    stretches = log.stretches
    assert stretches is not None, "asked for when simulated"
    rows = np.arange(len(replication.letters))
    nothing = np.zeros(len(rows), dtype=np.int64)
    receipts = Events(
        letter=rows,
        visit=nothing + RECEIPT,
        transition=nothing + Transition.COMPLETE,
        instant=replication.received,
        unit=workload.home[replication.letters].astype(np.int64),
        person=nothing + NOBODY,
        reason=nothing + Reason.NONE,
    )
    real = np.flatnonzero((replication.row_of_visit >= 0) & (log.queued != NOT_YET))
    delays, works = (real[(workload.unit[real] == NO_UNIT) == nobody] for nobody in (True, False))
    over = delays[log.finished[delays] != NOT_YET]
    parts = [
        receipts,
        _of_visits(replication, works, Transition.SCHEDULE, log.queued[works], workload.unit[works]),
        _of_visits(replication, delays, Transition.START, log.queued[delays], np.full(len(delays), NO_UNIT)),
        _of_visits(replication, over, Transition.COMPLETE, log.finished[over], np.full(len(over), NO_UNIT)),
        *_of_work(replication, stretches),
        _withdrawals(replication, stretches),
        _moves(replication, stretches),
    ]
    together = Events(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((together.transition, together.visit, together.instant, together.letter))
    return Events(*(column[order] for column in together))


def _of_work(replication: Replication, stretches: Stretches) -> list[Events]:
    """Starts and resumptions, and how each stretch of work ended."""
    log, roster = replication.log, replication.roster
    person = person_numbers(roster, stretches)
    work = np.flatnonzero((stretches.kind == WORK) & (replication.row_of_visit[stretches.visit] >= 0))
    visit, unit, who = stretches.visit[work], stretches.unit[work], person[work]
    first = first_of_group(visit)
    begun = np.where(first, Transition.START, Transition.RESUME)
    done = log.finished[visit] == stretches.end[work]
    put_down = ~done & (stretches.end[work] < replication.setting.scenario.horizon)
    at_end = stretches.end[work] == roster.end[stretches.shift[work]]
    reason = np.where(at_end, Reason.SHIFT_END, Reason.URGENT_WORK)
    return [
        _of_visits(replication, visit, begun, stretches.start[work], unit, who),
        *(
            _of_visits(replication, visit[which], transition, stretches.end[work][which], unit[which], who[which], why)
            for which, transition, why in (
                (done, Transition.COMPLETE, Reason.NONE),
                (put_down, Transition.SUSPEND, reason[put_down]),
            )
        ),
    ]


def _withdrawals(replication: Replication, stretches: Stretches) -> Events:
    """Visits that letters left because nobody started them in time, at the unit where they waited last."""
    visits, left = replication.abandoned_visits
    own = replication.row_of_visit[visits] >= 0
    visits, left = visits[own], left[own]
    last = replication.first_stretch[visits + 1] - 1
    waited = last >= replication.first_stretch[visits]
    at = np.where(waited, np.append(stretches.unit, NO_UNIT)[last], replication.workload.unit[visits])
    return _of_visits(replication, visits, Transition.WITHDRAW, left, at, reason=Reason.PATIENCE)


def _moves(replication: Replication, stretches: Stretches) -> Events:
    """Moves to another unit's queue: where a stretch is at another unit than the one before, or than its own."""
    workload, log = replication.workload, replication.log
    visit = stretches.visit
    before = np.where(first_of_group(visit), workload.unit[visit], np.append(NO_UNIT, stretches.unit)[: len(visit)])
    moved = np.flatnonzero((stretches.unit != before) & (replication.row_of_visit[visit] >= 0))
    visit, unit, instant = visit[moved], stretches.unit[moved], stretches.start[moved]
    after, to = workload.escalate_after[visit].astype(np.int64), workload.escalate_to[visit]
    escalated = (after != NEVER) & (unit == to)
    due = np.full(len(moved), NOT_YET)
    due[escalated] = replication.attendance.first(to[escalated], (log.queued[visit] + after)[escalated])
    # Only a visit that nobody has started is escalated, at the very second at which it is due.
    unbegun = (log.started[visit] == NOT_YET) | (log.started[visit] >= instant)
    reason = np.where(escalated & unbegun & (due == instant), Reason.ESCALATION, Reason.COVER)
    # A prompt moves a visit before anything else does in its second.
    prompts, row = received_prompts(replication)
    moves = workload.move_to[prompts] != NO_UNIT
    asked = set(zip(row[moves].tolist(), workload.received[prompts[moves]].tolist(), strict=True))
    letters = replication.row_of_visit[visit].tolist()
    by_prompt = np.array([each in asked for each in zip(letters, instant.tolist(), strict=True)], np.bool_)
    reason = np.where(by_prompt, Reason.SUPERVISION, reason)
    return _of_visits(replication, visit, Transition.REASSIGN, instant, unit, reason=reason)


def _of_visits(
    replication: Replication,
    visit: Int64s,
    transition: Transition | Int64s,
    instant: Int64s,
    unit: Int32s | Int64s,
    person: Int64s | int = NOBODY,
    reason: Int64s | Reason = Reason.NONE,
) -> Events:
    letter = replication.row_of_visit[visit]
    columns = (letter, visit, transition, instant, unit, person, reason)
    return Events(*(np.broadcast_to(np.asarray(column, dtype=np.int64), len(visit)) for column in columns))
