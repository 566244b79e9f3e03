"""The engine contract, and the choice of engine.

Every engine turns a workload and a roster into a log by the rules below, with no chance left in them, so
all engines give the same log for the same input, bit for bit.

Words. A *unit* is a place with one queue. A *shift* is a number of people on duty at a unit from its start
to its end: while `start <= now < end`. A letter makes its *visits* in order; a visit is *work* (one person
of a unit, for `service` seconds) or a *delay* (`service` seconds on its clock, nobody). Every visit in
progress is held by one person of one shift. *Free* are the people of shifts in progress that hold nothing.
A unit serves by *rank*: (priority, queued, letter, visit), smaller first. A visit that moves or is put down
keeps its rank.

On *clock* 0 every second counts; on clock k the seconds of the spans of the roster's k-th clock count, those
with `start <= second < end`. A delay ends at the first second before which, from the second on in which it
began, `service` seconds have counted: at once if `service` is 0, and never if too few are left to count.

A letter that was open before second 0 has a negative `received` and only the visits that it has still to
make, with what is left of their effort. It is received in second 0. There its first visit is queued, but
ranks, is escalated, and loses patience, as if it had been queued at `received`.

A visit may hang on the *outcome* of an earlier one, `made_if_back` rows before it and of the same letter. It is
made only if that one was finished before second `made_late_from` (`made_if` FINISHED_IN_TIME), or only if it was
not (FINISHED_LATE); with STARTED_IN_TIME and STARTED_LATE, started. A letter that comes to a visit whose condition
does not hold *passes over* it, which has no rows but NOT_YET, and comes to the next one in the same second.

A letter that is `about` a visit of an earlier one is received only if the earlier one was, and only while that
visit is *open*: it has not been finished (with `until_start`: not been started) or passed over by then, and the
earlier letter has not left its queue out of patience before; with `once_over`, only if it is not open any more.
With `received_if`, that outcome must besides be true of the visit `received_if_back` rows before the one that it is
about, with `received_late_from`, which is not after its own receipt. Otherwise it has no rows but NOT_YET. Such
letters without `once_over` are *prompts*.

Each second at which something is due has three phases.

A.  The clock advances to it.

B.  Everything due is applied, and no work starts. In this order, and within a kind by letter, then visit:

    1. *Finishes.* The letter's next visit joins the queue of its unit, or begins its delay, in the same
       second; a delay of 0 ends at once. A person whose shift has ended goes home.
    2. *Shift ends.* Of the visits held by the shift, those with `at_shift_end` HAND_OVER are put down where
       they are, interruptible or not. Those with FINISH stay with their person, in overtime, until they
       finish, and cannot be interrupted.
    3. *Ends of delays*, then *receipts*: the letter's next (first) visit, as after a finish. Before that, a
       prompt with a `new_priority` gives it to those visits of the earlier letter, up to the one it is about,
       that are not finished. And with a `move_to` where somebody is on duty, the visit of the earlier letter
       that has waited at another unit since before this second moves there, and is not escalated any more.
    4. *Departures.* A visit never started leaves its queue, and its letter makes no further visit, at the first
       second, `patience` or more after it joined its queue. Its started and finished stay NOT_YET.
    5. *Escalations.* A visit never started moves to `escalate_to` at the first second, `escalate_after` or
       more after it joined its queue, at which somebody is on duty there; once.
    6. *Cover.* A visit that waits where nobody is on duty moves to its own unit, or else to its cover, if
       somebody is on duty there; otherwise it stays.

C.  Each unit dispatches once:

    1. *Start.* While somebody is free and a visit waits, the visit that ranks first is started by the free
       person whose shift ends last (then of the lowest shift).
    2. *Interrupt.* While the first waiting visit has `interrupts`, and some interruptible visit held by a
       shift in progress has a strictly larger `priority`, the one of those that ranks last is put down, and
       its person starts the waiting one.

A visit put down resumes where it stopped: its effort is `service` + `resume_cost` x resumptions, and resume
cost that is not worked off when it is put down again stays owed.

Seconds 0 to `horizon` - 1 are applied: what would finish at the horizon is open, and a letter received at
it or later has no rows but NOT_YET.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.errors import EngineMismatch, SimError
from sim.core.tables import (
    ANYHOW,
    FINISH,
    HAND_OVER,
    NEVER,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    NOT_YET,
    STARTED_LATE,
    Bools,
    Int64s,
    Log,
    Roster,
    Stretches,
    Workload,
    dtypes,
)

ENGINES: Final = ("compiled", "simpy")
"""The compiled engine is the fast one, the SimPy engine the readable one."""

_IS_OUTCOME: Final = f"must be from {ANYHOW} to {STARTED_LATE}"


def simulate(
    workload: Workload, roster: Roster, horizon: int, *, engine: str = "compiled", stretches: bool = False
) -> Log:
    """What happens to the letters under the roster.

    Args:
        horizon: seconds 0 to horizon - 1 are simulated.
        engine: one of `ENGINES`; the log does not depend on it.
        stretches: record also who worked or waited where and when, which costs memory.
    Raises: SimError for an unknown engine, or arrays that break the rules of `sim.core.tables`.
    """
    if engine not in ENGINES:
        raise SimError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    check_arrays(workload, roster, horizon)
    log: Log = import_module(f"sim.engine.{engine}").simulate(workload, roster, horizon, stretches=stretches)
    return log


def check_arrays(workload: Workload, roster: Roster, horizon: int) -> None:
    """Refuse arrays that an engine would misread.

    Raises: SimError with the field, the row, the value and the rule.
    """
    check_roster(roster, horizon)
    check_workload(workload, roster.units, len(roster.clocks))


def check_roster(roster: Roster, horizon: int) -> None:
    """Refuse a roster that an engine would misread, or a horizon; as `check_arrays`."""
    if horizon < 0:
        raise SimError(f"horizon must be 0 or more, got {horizon}")
    _require_columns("roster", roster, dict.fromkeys(dtypes(Roster), roster.shifts))
    _check_shifts(roster)


def check_workload(workload: Workload, units: int, clocks: int) -> None:
    """Refuse letters and visits that an engine would misread; as `check_arrays`.

    Args:
        units, clocks: how many the roster has.
    """
    _require_columns("workload", workload, workload.lengths(workload.letters, workload.visits))
    _check_letters(workload)
    _check_visits(workload, units, clocks)
    _check_outcomes(workload)
    _check_prompts(workload, units)


def _check_letters(workload: Workload) -> None:
    received, offsets = workload.received, workload.first_visit
    _refuse("workload.received", received, np.diff(received, prepend=received[:1]) < 0, "must be ascending")
    _refuse("workload.first_visit", offsets, np.diff(offsets, prepend=0) < 0, "must be ascending")
    if offsets[0] != 0 or offsets[-1] != workload.visits:
        rule = f"must run from 0 to {workload.visits}"
        raise SimError(f"workload.first_visit {rule}, got {offsets[0]} to {offsets[-1]}")


def _check_prompts(workload: Workload, units: int) -> None:
    prompts = workload.about != NO_VISIT
    if not prompts.any():
        return
    about = np.clip(workload.about, 0, max(workload.visits - 1, 0))
    earlier = np.searchsorted(workload.first_visit, about, side="right") - 1
    is_letter = earlier < np.arange(workload.letters)
    is_visit = ~_outside(workload.about, 0, workload.visits)
    hangs = workload.received_if != ANYHOW
    before = about - workload.first_visit[earlier]
    rules = {
        "about": (~(is_visit & is_letter), f"must be a visit of an earlier letter, or {NO_VISIT}"),
        "received": (workload.received < 0, "must be 0 or more for a letter about another"),
        "received_if": (_outside(workload.received_if, ANYHOW, STARTED_LATE + 1), _IS_OUTCOME),
        "received_if_back": (hangs & _outside(workload.received_if_back, 0, before + 1), "must lead to that letter"),
        "received_late_from": (hangs & (workload.received_late_from > workload.received), "must not be after receipt"),
        "new_priority": (_outside(workload.new_priority, NO_PRIORITY, 10), f"must be from 0 to 9, or {NO_PRIORITY}"),
        "move_to": (_outside(workload.move_to, NO_UNIT, units), f"must be a unit from 0 to {units - 1}, or {NO_UNIT}"),
    }
    for field, (wrong, rule) in rules.items():
        _refuse(f"workload.{field}", getattr(workload, field), prompts & wrong, rule)


def _check_visits(workload: Workload, units: int, clocks: int) -> None:
    is_unit = f"must be a unit from 0 to {units - 1}"
    work = workload.unit != NO_UNIT
    escalated = work & (workload.escalate_after != NEVER)
    rules = {
        "unit": (_outside(workload.unit, NO_UNIT, units), f"{is_unit}, or {NO_UNIT}"),
        "service": (workload.service < work, "must be 1 or more (a delay's 0 or more)"),
        "priority": (_outside(workload.priority, 0, 10), "must be from 0 to 9"),
        "resume_cost": (workload.resume_cost < 0, "must be 0 or more"),
        "at_shift_end": (_outside(workload.at_shift_end, HAND_OVER, FINISH + 1), f"must be {HAND_OVER} or {FINISH}"),
        "cover": (_outside(workload.cover, NO_UNIT, units), f"{is_unit}, or {NO_UNIT}"),
        "escalate_after": (escalated & (workload.escalate_after < 1), f"must be 1 or more, or {NEVER}"),
        "escalate_to": (escalated & _outside(workload.escalate_to, 0, units), is_unit),
        "clock": (~work & _outside(workload.clock, 0, clocks + 1), f"must be a clock from 0 to {clocks}"),
        "patience": (work & (workload.patience != NEVER) & (workload.patience < 1), f"must be 1 or more, or {NEVER}"),
    }
    for field, (wrong, rule) in rules.items():
        _refuse(f"workload.{field}", getattr(workload, field), wrong, rule)


def _check_outcomes(workload: Workload) -> None:
    hangs = workload.made_if != ANYHOW
    if not hangs.any():
        return
    before = np.arange(workload.visits) - np.repeat(workload.first_visit[:-1], np.diff(workload.first_visit))
    far = hangs & _outside(workload.made_if_back, 1, before + 1)
    _refuse("workload.made_if", workload.made_if, _outside(workload.made_if, ANYHOW, STARTED_LATE + 1), _IS_OUTCOME)
    _refuse("workload.made_if_back", workload.made_if_back, far, "must lead to a visit of its letter")


def _check_shifts(roster: Roster) -> None:
    unit, start, end = roster.unit, roster.start, roster.end
    _refuse("roster.unit", unit, _outside(unit, 0, roster.units), f"must be a unit from 0 to {roster.units - 1}")
    _refuse("roster.end", end, end < start, "must not be before its start")
    _refuse("roster.people", roster.people, roster.people < 0, "must be 0 or more")
    before, after = slice(None, -1), slice(1, None)
    descends = end[after] < end[before]
    for column in (unit, start):
        descends = (column[after] < column[before]) | ((column[after] == column[before]) & descends)
    if descends.any():
        raise SimError("roster must be sorted by start, then unit, then end")
    for number, clock in enumerate(roster.clocks):
        if len(clock.start) != len(clock.end):
            raise SimError(f"roster.clocks[{number}] must have one end for each start")
        name = f"roster.clocks[{number}]"
        _refuse(f"{name}.end", clock.end, clock.end <= clock.start, "must be after its start")
        _refuse(f"{name}.start", clock.start[1:], clock.start[1:] <= clock.end[:-1], "must be after the span before")


def _require_columns(name: str, table: tuple[Any, ...], lengths: Mapping[str, int]) -> None:
    """Refuse a column of another type than `sim.core.tables` says, or without a row for each letter, visit or shift."""
    for field, dtype in dtypes(type(table)).items():
        column: npt.NDArray[Any] = getattr(table, field)
        shape = (lengths[field],)
        if column.dtype != dtype or column.shape != shape:
            raise SimError(
                f"{name}.{field} must be {dtype} of shape {shape}, got {column.dtype} of shape {column.shape}"
            )


def _outside(column: npt.NDArray[Any], first: int, end: int | Int64s) -> Bools:
    return (column < first) | (column >= end)


def _refuse(name: str, column: npt.NDArray[Any], wrong: Bools, rule: str) -> None:
    """Refuse the first row that breaks a rule."""
    if wrong.any():
        row = int(wrong.argmax())
        raise SimError(f"{name}[{row}] {rule}, got {column[row]}")


def require_equal(logs: Mapping[str, Log]) -> None:
    """Hold the logs of two engines against each other: every visit, and every stretch where both have them.

    Args:
        logs: the two logs of one input, by the engine's name.
    Raises: EngineMismatch with the first visit that differs.
    """
    (one, a), (other, b) = logs.items()
    difference = first_difference(a, b)
    if difference is not None:
        visit, field, says, says_instead = difference
        raise EngineMismatch(visit, field, {one: says, other: says_instead})


def first_difference(a: Log, b: Log) -> tuple[int, str, int, int] | None:
    """The first visit in which two logs differ: its number, the field, and what each says; None if they are equal.

    Stretches are compared only where both logs have them and agree in all else. A stretch that one log
    lacks counts as NOT_YET.
    """
    columns = Log._fields[:-1]
    found = _first_row(a[:-1], b[:-1], columns)
    if found is not None:
        return found
    if a.stretches is None or b.stretches is None:
        return None
    found = _first_row(a.stretches, b.stretches, Stretches._fields)
    if found is None:
        return None
    row, field, says, says_instead = found
    visit = min(int(s.visit[row]) for s in (a.stretches, b.stretches) if row < len(s.visit))
    return visit, f"stretches.{field}", says, says_instead


_Columns = Sequence[npt.NDArray[np.integer[Any]]]


def _first_row(a: _Columns, b: _Columns, names: Sequence[str]) -> tuple[int, str, int, int] | None:
    """The first row in which two tables differ, with the first column that does and both values."""
    rows = min(len(a[0]), len(b[0]))
    differs = [left[:rows] != right[:rows] for left, right in zip(a, b, strict=True)]
    row = int(np.append(np.logical_or.reduce(differs), True).argmax())
    if row == len(a[0]) == len(b[0]):
        return None
    values = [tuple(int(column[row]) if row < len(column) else NOT_YET for column in table) for table in (a, b)]
    column = next(i for i, (left, right) in enumerate(zip(*values, strict=True)) if left != right)
    return row, names[column], values[0][column], values[1][column]
