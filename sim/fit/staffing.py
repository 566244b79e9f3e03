"""Who works when, where no roster is known: inferred from when the people of a team began and finished something.

Whoever was idle cannot be seen, so headcounts are of people in use, and absence stays unknown.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import NOT_YET, Bools, Floats, Int64s, true_runs
from sim.fit.days import Days
from sim.fit.finding import Finding, Marked
from sim.fit.log import NO_CODE, EventLog
from sim.fit.places import LogPlaces
from sim.fit.rosters import Staffing, span_name, span_text
from sim.models.staffing import ALWAYS, WEEKDAYS

_LEAST_DAYS: Final = 10
"""Days of a log from which on hours of work are told from hours without work."""

_FEW: Final = 60
"""Instants of a team below which its hours are those of all teams."""

_IDLE_HOUR: Final = 0.08
"""Part of the usual activity of an hour below which nobody is on duty."""

_FREE_DAY: Final = 0.08
"""The same of a weekday."""

_LONG: Final = 16
"""Hours of a day from which on not all people are there all the time."""


class Hours(NamedTuple):
    """When a team works: the same spans on some weekdays, and by how many people."""

    weekdays: Bools  # (7,)
    spans: tuple[tuple[int, int], ...]  # seconds of the day
    people: Int64s  # of each span
    always: bool

    def intervals(self, weekday: Int64s) -> tuple[Int64s, Int64s]:
        """Starts and ends of all times on duty over the days of a log and two weeks after them, ascending."""
        if self.always:
            return np.array([-DAY]), np.array([(len(weekday) + 14) * DAY])
        days = np.arange(-1, len(weekday) + 14)
        kind = (weekday[0] + days) % 7
        on = days[self.weekdays[kind]]
        starts = np.sort(np.concatenate([on * DAY + start for start, _ in self.spans]))
        ends = np.sort(np.concatenate([on * DAY + end for _, end in self.spans]))
        joined = starts[1:] > np.maximum.accumulate(ends)[:-1]
        return starts[np.append(True, joined)], ends[np.append(joined, True)]


def hours_of_team(log: EventLog, places: LogPlaces, team: int, days: Days) -> Hours:
    """The weekdays, spans and people of a team."""
    units = np.zeros(len(places.unit_names) + 1, dtype=np.bool_)
    units[list(places.teams[team].units)] = True
    mine = units[places.unit_of_event]
    instants = _instants(log, mine)
    if len(instants) < _FEW:
        instants = _instants(log, places.unit_of_event != NO_CODE)
    people = _people_a_day(log, mine, len(places.teams[team].units))
    if days.number < _LEAST_DAYS or len(instants) < _FEW:
        return Hours(np.ones(7, dtype=np.bool_), ((0, DAY),), np.array([people]), always=True)
    seen = np.bincount(days.weekday, minlength=7)
    inside = instants[instants < days.number * DAY]
    a_day = np.bincount(days.weekday[inside // DAY], minlength=7) / np.maximum(seen, 1)
    weekdays: Bools = a_day > _FREE_DAY * a_day.max()
    on = inside[weekdays[days.weekday[inside // DAY]]] % DAY
    by_hour = np.bincount(on // HOUR, minlength=24).astype(np.float64)
    usual = np.sort(by_hour)[-8:].mean()
    awake = by_hour > _IDLE_HOUR * usual
    if awake.sum() >= 23 and weekdays.all():
        return Hours(weekdays, ((0, DAY),), np.array([people]), always=True)
    spans = _spans(awake, on)
    heads = _people_of_spans(log, mine, spans, people)
    return Hours(weekdays, spans, heads, always=False)


def inferred_staffing(places: LogPlaces, team: int, hours: Hours) -> Staffing:
    """Rosters and headcounts that put as many people on duty as were seen at work."""
    name = places.teams[team].name
    units = len(places.teams[team].units)
    key = f"teams.{name}.staff"
    staff: dict[str, Any] = {}
    rosters: dict[str, Any] = {}
    findings: list[Finding] = []
    on = tuple(day for day, there in zip(WEEKDAYS, hours.weekdays.tolist(), strict=True) if there)
    days = {WEEKDAYS: "daily", WEEKDAYS[:5]: "weekdays"}.get(on, "_".join(on))
    n = int(np.isin(places.unit_of_event, places.teams[team].units).sum())
    for span, people in zip(hours.spans, hours.people.tolist(), strict=True):
        roster = ALWAYS
        if not hours.always:
            roster, text = f"{days}_{span_name(span)}", span_text(span)
            rosters[roster] = {"daily": [text]} if on == WEEKDAYS else {"weekly": {day: [text] for day in on}}
        total = people * units
        findings.append(Finding(f"{key}.{roster}", total, None, n, unit="people", note="in_use"))
        staff[roster] = Marked(total, f"M: in use, n {n:,} visits; whoever was idle is not seen")
    return Staffing({"staff": staff}, rosters, findings)


def _instants(log: EventLog, rows: Bools) -> Int64s:
    """When somebody of a team began or finished something."""
    started, finished = log.started[rows], log.finished[rows]
    return np.concatenate([started[started != NOT_YET], finished[finished != NOT_YET]])


def _people_a_day(log: EventLog, rows: Bools, units: int) -> int:
    """People of a unit: those seen on a busy day, or as many as were at work at once."""
    begun = np.flatnonzero(rows & (log.started != NOT_YET))
    if not len(begun):
        return 1
    most = _at_once(log, begun)
    known = begun[log.resource[begun] != NO_CODE]
    if len(known) < 0.5 * len(begun):
        return max(-(-most // units), 1)
    day = log.started[known] // DAY
    pairs = np.unique(np.stack([day, log.resource[known].astype(np.int64)]), axis=1)
    a_day = np.bincount(np.unique(pairs[0], return_inverse=True)[1])
    seen = int(np.ceil(np.quantile(a_day, 0.75)))
    return max(-(-seen // units), 1)


def _at_once(log: EventLog, rows: Int64s) -> int:
    done = rows[log.finished[rows] != NOT_YET]
    if not len(done):
        return 1
    at = np.concatenate([log.started[done], log.finished[done]])
    change = np.repeat([1, -1], len(done))
    order = np.lexsort((change, at))
    return int(np.cumsum(change[order]).max())


def _spans(awake: Bools, seconds: Int64s) -> tuple[tuple[int, int], ...]:
    """Spans of hours in which there is activity; a single quiet hour does not end one."""
    padded = awake.copy()
    padded[1:-1] |= awake[:-2] & awake[2:]
    spans = []
    for first, end in true_runs(padded):
        inside = seconds[(seconds >= first * HOUR) & (seconds < end * HOUR)]
        begins, stops = (int(each) for each in np.quantile(inside, [0.002, 0.998]))
        # Hours of work begin and end at a quarter of an hour.
        begins, stops = begins // 900 * 900, -(-stops // 900) * 900
        spans.append((max(begins, first * HOUR), min(max(stops, begins + 900), end * HOUR)))
    return tuple(spans)


def _people_of_spans(log: EventLog, rows: Bools, spans: tuple[tuple[int, int], ...], people: int) -> Int64s:
    """People of each span; where days are long not everybody is there all the time."""
    length = sum(end - start for start, end in spans) / HOUR
    if length < _LONG and len(spans) == 1:
        return np.array([people])
    begun = np.flatnonzero(rows & (log.started != NOT_YET) & (log.resource != NO_CODE))
    second = log.started[begun] % DAY
    heads = []
    for start, end in spans:
        there = begun[(second >= start) & (second < end)]
        pairs = np.unique(np.stack([log.started[there] // DAY, log.resource[there].astype(np.int64)]), axis=1)
        a_day = np.bincount(np.unique(pairs[0], return_inverse=True)[1]) if len(there) else np.array([1])
        share = min(8 * HOUR / (end - start), 1.0) if end - start > 12 * HOUR else 1.0
        heads.append(max(round(float(np.quantile(a_day, 0.75)) * share), 1))
    return np.array(heads, dtype=np.int64)


def on_duty_seconds(hours: tuple[Int64s, Int64s], start: Int64s, end: Int64s) -> Floats:
    """Seconds on duty between instants, same shape as they."""
    begins, ends = hours
    before = np.concatenate([[0], np.cumsum(ends - begins)])

    def until(at: Int64s) -> Int64s:
        place = np.searchsorted(begins, at, side="right")
        last = np.maximum(place - 1, 0)
        over = np.where(place > 0, np.maximum(ends[last] - at, 0), 0)
        seconds: Int64s = before[place] - over
        return seconds

    worked: Floats = (until(end) - until(start)).astype(np.float64)
    return worked
