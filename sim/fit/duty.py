"""Who was on duty and who was busy: known shifts, and the spells of work that were put down."""

from typing import NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Int64s, Roster, last_of_group
from sim.fit.log import AXIS, NO_CODE, EventLog, KnownRoster
from sim.sampling.attendance import Attendance


class Duty(NamedTuple):
    """Known shifts, with the units of a log."""

    unit: Int64s
    start: Int64s
    end: Int64s
    people: Int64s
    attendance: Attendance
    ends: Int64s  # unit * AXIS + instant of each shift end, ascending
    changes: Int64s  # the same of those ends at which nobody of before stays


class PutDowns(NamedTuple):
    """Spells after which the work was not finished; one row each."""

    spell: Int64s
    activity: Int64s
    by: Int64s  # activity that the same person began in the same second, or -1
    at_shift_end: Bools


def duty_of(roster: KnownRoster, units: tuple[str, ...], until: int) -> Duty:
    """Known shifts; those of units that the log does not have are left out.

    Args:
        units: names of the codes of the log.
        until: end of the observation.
    """
    number = {name: code for code, name in enumerate(units)}
    code = np.array([number.get(name, NO_CODE) for name in roster.units], dtype=np.int64)[roster.unit]
    rows = np.flatnonzero((code != NO_CODE) & (roster.people > 0))
    unit, start, end = code[rows], roster.start[rows], roster.end[rows]
    people = roster.people[rows].astype(np.int64)
    known = Roster(unit.astype(np.int32), start, end, people.astype(np.int32), len(units))
    ends = np.unique(unit * AXIS + np.maximum(end, 0))
    # On duty over an end are those whose shift has begun before it and ends after it.
    begun = np.sort(unit * AXIS + np.maximum(start, 0))
    over = np.sort(unit * AXIS + np.maximum(end, 0))
    first = ends // AXIS * AXIS
    before = np.searchsorted(begun, ends, side="left") - np.searchsorted(begun, first, side="left")
    gone = np.searchsorted(over, ends, side="right") - np.searchsorted(over, first, side="left")
    return Duty(unit, start, end, people, Attendance(known, until + 1), ends, ends[before - gone <= 0])


def put_downs(log: EventLog, spell_unit: Int64s, duty: Duty | None) -> PutDowns:
    """All spells that did not finish their work, and what the same person began then."""
    spells = log.spells
    rows = np.arange(len(spells.event))
    unfinished = ~last_of_group(spells.event) | ((log.finished[spells.event] == NOT_YET) & (spells.finished != NOT_YET))
    puts = rows[unfinished]
    person = np.where(spells.resource != NO_CODE, spells.resource, -1).astype(np.int64)
    begins = np.flatnonzero(person >= 0)
    key = person[begins] * AXIS + spells.started[begins]
    order = np.argsort(key, kind="stable")
    wanted = person[puts] * AXIS + spells.finished[puts]
    at = np.minimum(np.searchsorted(key[order], wanted), max(len(order) - 1, 0))
    activity = log.activity[spells.event[puts]].astype(np.int64)
    by = np.full(len(puts), -1)
    if len(order):
        found = (key[order][at] == wanted) & (person[puts] >= 0)
        other = begins[order[at]]
        found &= spells.event[other] != spells.event[puts]
        by = np.where(found, log.activity[spells.event[other]], -1)
    at_end = np.zeros(len(puts), dtype=np.bool_)
    if duty is not None and len(duty.ends):
        instant = spell_unit[puts] * AXIS + spells.finished[puts]
        place = np.minimum(np.searchsorted(duty.ends, instant), len(duty.ends) - 1)
        at_end = duty.ends[place] == instant
    return PutDowns(puts, activity, np.where(at_end, -1, by), at_end)
