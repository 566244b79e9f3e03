"""Other duty: work that is not in the log, seen where it takes people away from letters or keeps letters waiting."""

from typing import Any, Final, NamedTuple

import numpy as np
from scipy.special import chdtri

from sim.core.clock import HOUR
from sim.core.tables import NOT_YET, Bools, Int64s, last_of_group
from sim.fit.durations import fit_durations
from sim.fit.duty import Duty, PutDowns
from sim.fit.finding import Finding, Marked, duration_text, mark, rounded
from sim.fit.log import AXIS, NO_CODE, EventLog
from sim.fit.places import LogPlaces

_SOME: Final = 10
"""Interruptions by nobody in the log, or waits beside free people, that it takes to believe in other duty."""

_WAITS: Final = 0.02
"""Share of visits that wait beside a free person, up to which that may be anything."""

_AS_OFTEN: Final = 0.25
"""Part of the share of others that wait, above which urgent visits wait too."""


class OtherDutyFit(NamedTuple):
    """Other duty of a team as the language writes it."""

    body: dict[str, Any]
    findings: list[Finding]


class _Crew(NamedTuple):
    """People on duty and at work over time, at all units; a row a change, ascending on the axis of all units."""

    at: Int64s  # unit * AXIS + instant
    on_duty: Int64s
    busy: Int64s
    waiting: Int64s
    held: Int64s  # at work on what cannot be put down


def crew_of(log: EventLog, places: LogPlaces, duty: Duty, interruptible: Bools) -> _Crew:
    """Count people on duty, people at work on letters and visits that wait, at each unit at each change.

    Args:
        interruptible: which activities can be put down.
    """
    spells, unit = log.spells, places.unit_of_spell
    worked = np.flatnonzero(unit != NO_CODE)
    fixed = worked[~interruptible[log.activity[spells.event[worked]]]]
    event_unit = places.unit_of_event
    waits = np.flatnonzero((event_unit != NO_CODE) & (log.queued != NOT_YET))
    left = np.where(log.started[waits] == NOT_YET, log.until, log.started[waits])
    columns = [
        (duty.unit, np.maximum(duty.start, 0), duty.people, 0),
        (duty.unit, np.maximum(duty.end, 0), -duty.people, 0),
        (unit[worked], spells.started[worked], np.ones_like(worked), 1),
        (unit[worked], spells.finished[worked], -np.ones_like(worked), 1),
        (unit[fixed], spells.started[fixed], np.ones_like(fixed), 3),
        (unit[fixed], spells.finished[fixed], -np.ones_like(fixed), 3),
        (event_unit[waits], log.queued[waits], np.ones_like(waits), 2),
        (event_unit[waits], left, -np.ones_like(waits), 2),
    ]
    at = np.concatenate([where * AXIS + when for where, when, _, _ in columns])
    change = np.concatenate([by for _, _, by, _ in columns])
    kind = np.repeat([kind for *_, kind in columns], [len(by) for _, _, by, _ in columns])
    order = np.argsort(at, kind="stable")
    at, change, kind = at[order], change[order], kind[order]
    counts = [np.cumsum(np.where(kind == number, change, 0)) for number in range(4)]
    last = last_of_group(at)
    return _Crew(at[last], *(each[last] for each in counts))


def other_duty_of(
    log: EventLog,
    places: LogPlaces,
    duty: Duty,
    crew: _Crew,
    puts: PutDowns,
    interrupting: Bools,
    team: int,
) -> OtherDutyFit | None:
    """Other duty of a team, or None where nothing in the log hints at any.

    Args:
        interrupting: which activities take people away from others.
    """
    units = np.zeros(len(places.unit_names) + 1, dtype=np.bool_)
    units[list(places.teams[team].units)] = True
    key = f"teams.{places.teams[team].name}.other_duty"
    taken = _interruptions(log, places, duty, puts, units)
    waits = _waits_beside_free(log, places, crew, units)
    if len(taken.gap) >= _SOME:
        return _interrupting(taken, crew, units, len(places.unit_names), waits, interrupting, log, key)
    urgent = interrupting[log.activity]
    held_too = _urgent_wait_too(waits, urgent)
    if not held_too:
        waits = waits.some(~urgent)
    if waits.late.sum() >= max(_SOME, _WAITS * len(waits.event)):
        return _in_the_queue(waits, key, interruptible=not held_too)
    return None


class _Taken(NamedTuple):
    """Interruptions by nobody in the log."""

    gap: Int64s  # seconds until the work was taken up again, or until the end of duty
    open: Bools  # the end of duty came first


def _interruptions(log: EventLog, places: LogPlaces, duty: Duty, puts: PutDowns, units: Bools) -> _Taken:
    spells, unit = log.spells, places.unit_of_spell
    mine = (puts.by < 0) & ~puts.at_shift_end & units[unit[puts.spell]]
    spell = puts.spell[mine]
    spell = spell[spell + 1 < len(spells.event)]
    again = spells.event[spell + 1] == spells.event[spell]
    since = spells.finished[spell]
    until = np.where(again, spells.started[np.minimum(spell + 1, len(spells.event) - 1)], log.until)
    if not len(duty.ends):
        return _Taken(until - since, ~again)
    at = unit[spell] * AXIS + since
    place = np.searchsorted(duty.ends, at, side="right")
    following = np.append(duty.ends, np.iinfo(np.int64).max)[place] - unit[spell] * AXIS
    # Work that came in between says nothing of how long the other duty took.
    begins = np.sort(unit * AXIS + spells.started)
    busy = np.searchsorted(begins, unit[spell] * AXIS + until, side="left") > np.searchsorted(begins, at, side="left")
    # Where somebody else became free, it was he who went on.
    ends = np.sort(unit * AXIS + spells.finished)
    freed = unit[spell] * AXIS + until
    by_others = np.searchsorted(ends, freed, side="right") > np.searchsorted(ends, freed, side="left")
    end = np.minimum(until, following)
    return _Taken((end - since)[~busy], ((until > following) | ~again | by_others)[~busy])


class _Waits(NamedTuple):
    """Visits that came to somebody free of letters while nobody else waited, and how long each waited all the same."""

    event: Int64s
    seconds: Int64s
    people: Int64s  # on duty then

    @property
    def late(self) -> Bools:
        """Which did not begin at once."""
        late: Bools = self.seconds > 1
        return late

    def some(self, which: Bools) -> "_Waits":
        """Those of some events of the log."""
        kept = which[self.event]
        return _Waits(self.event[kept], self.seconds[kept], self.people[kept])


def _waits_beside_free(log: EventLog, places: LogPlaces, crew: _Crew, units: Bools) -> _Waits:
    unit = places.unit_of_event
    rows = np.flatnonzero((unit != NO_CODE) & units[unit] & (log.queued != NOT_YET) & (log.started != NOT_YET))
    at = unit[rows] * AXIS + log.queued[rows]
    # As it was just before the visit came.
    place = np.searchsorted(crew.at, at, side="left") - 1
    good = place >= 0
    place = np.maximum(place, 0)
    same = good & (crew.at[place] // AXIS == unit[rows])
    # Of several that come at once, as letters that were registered together, only some find somebody.
    _, group, together = np.unique(at, return_inverse=True, return_counts=True)
    free = same & (crew.on_duty[place] - crew.busy[place] >= together[group]) & (crew.waiting[place] == 0)
    rows, place = rows[free], place[free]
    return _Waits(rows, log.started[rows] - log.queued[rows], crew.on_duty[place])


def _urgent_wait_too(waits: _Waits, urgent: Bools) -> bool:
    """Whether visits that take people away from others wait beside free people about as often as the others do."""
    ours = urgent[waits.event]
    if ours.all() or not ours.any():
        return bool(ours.any())
    return bool(waits.late[ours].mean() > _AS_OFTEN * waits.late[~ours].mean())


def _interrupting(
    taken: _Taken,
    crew: _Crew,
    units: Bools,
    count: int,
    waits: _Waits,
    interrupting: Bools,
    log: EventLog,
    key: str,
) -> OtherDutyFit:
    """Jobs take people away: as often, in the time in which all of a unit work on letters, as work was put down."""
    length = np.append(np.diff(crew.at), 0)
    where = np.minimum(crew.at // AXIS, count)
    all_busy = units[where] & (crew.busy >= crew.on_duty) & (crew.on_duty > 0)
    all_busy &= crew.busy > crew.held
    all_busy &= np.append(crew.at[1:] // AXIS == crew.at[:-1] // AXIS, False)
    exposure = float(length[all_busy].sum())
    times = len(taken.gap)
    per_hour = times / max(exposure, 1.0) * HOUR
    fit = fit_durations(np.maximum(taken.gap, 1).astype(np.float64), taken.open, "")
    # A gap is as long as it takes until no further job has come: 1 / (1 / mean - rate) for one person.
    mean = fit.mean / (1 + per_hour / HOUR * fit.mean)
    held = interrupting[log.activity[waits.event]] & waits.late
    body = _written(per_hour, mean, times, key)
    body.body.update(priority=0, interrupts=True)
    if held.sum() >= _SOME:
        body.body["interruptible"] = False
    return body


def _in_the_queue(waits: _Waits, key: str, *, interruptible: bool) -> OtherDutyFit:
    """Jobs keep people busy: so often as visits find somebody free of letters who does not begin."""
    late = waits.late
    load = _offered_load(waits.people, int(late.sum()))
    # What is left of an exponential job is as long as a whole one; of several, the first one to end.
    mean = float(waits.seconds[late].sum() / (1 / waits.people[late]).sum())
    per_hour = load / mean * HOUR
    body = _written(per_hour, mean, int(late.sum()), key)
    if not interruptible:
        body.body["interruptible"] = False
    return body


def _offered_load(people: Int64s, busy: int) -> float:
    """The load, in erlangs, at which so many of some instants find all people of then busy, jobs being lost then.

    Args:
        people: on duty at each instant.
    """
    there, times = np.unique(people, return_counts=True)
    low, high = 0.0, 50.0 * float(there.max())
    for _ in range(60):
        load = (low + high) / 2
        blocked, expected = 1.0, 0.0
        for person in range(1, int(there.max()) + 1):
            blocked = load * blocked / (person + load * blocked)
            expected += blocked * float(times[there == person].sum())
        low, high = (load, high) if expected < busy else (low, load)
    return low


def _written(per_hour: float, mean: float, times: int, key: str) -> OtherDutyFit:
    low = float(chdtri(2 * times, 0.975)) / 2 if times else 0.0
    high = float(chdtri(2 * times + 2, 0.025)) / 2
    scale = per_hour / max(times, 1)
    rate = Finding(f"{key}.per_hour", per_hour, (low * scale, high * scale), times, unit="per_hour")
    half = 1.96 * mean / np.sqrt(max(times, 1))
    effort = Finding(f"{key}.effort", mean, (max(mean - half, 0.0), mean + half), times, unit="s", chosen="exponential")
    body = {
        "per_hour": Marked(rounded(per_hour, 3), mark(rate)),
        "effort": Marked({"exponential": duration_text(mean)}, mark(effort)),
    }
    return OtherDutyFit(body, [rate, effort])
