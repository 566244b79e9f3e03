"""Routing: which team does each step, who covers while it sleeps, and where letters move that wait too long."""

from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.clock import MINUTE
from sim.core.tables import NOT_YET, Bools, Int64s
from sim.fit.finding import Finding, Marked, duration_text, rounded
from sim.fit.log import NO_CODE, EventLog
from sim.fit.places import LogPlaces
from sim.fit.shares import routing_by_category
from sim.sampling.attendance import Attendance

_AT_ONCE: Final = 1
"""Seconds of wait up to which a visit was started at once."""

_MOST_AT_ONCE: Final = 0.05
"""Share of another team's visits begun at once with the own unit on duty, up to which they are not its own."""

_LEAST_WAIT: Final = 30
"""Seconds of wait below which nothing is escalated."""

_SOME: Final = 5
"""Visits that it takes to believe in an escalation."""


class StepRouting(NamedTuple):
    """Who does a step, as keys of the step in the language."""

    body: dict[str, Any]
    findings: list[Finding]


def route(
    log: EventLog, places: LogPlaces, own: Int64s, duty: Attendance | None, rows: Int64s, key: str
) -> StepRouting | None:
    """Routing of a step; None where no visit names who did it.

    Args:
        own: as `sim.fit.places.own_units` says.
        rows: the events of the step.
    """
    unit = places.unit_of_event[rows]
    known = unit != NO_CODE
    team = np.where(known, places.team_of[unit], -1)
    known &= team >= 0
    if not known.any():
        return None
    moves = StepRouting({}, [])
    if duty is not None:
        team, moves = _others_work(log, places, own, duty, rows, team, key)
    first = np.zeros(log.cases, dtype=np.bool_)
    case = log.case[rows]
    once = np.zeros(len(rows), dtype=np.bool_)
    for row in np.flatnonzero(team >= 0).tolist():
        if not first[case[row]]:
            first[case[row]] = once[row] = True
    names = [each.name for each in places.teams]
    by, found = routing_by_category(
        team[once], log.category[case[once]].astype(np.int64), names, log.categories, f"{key}.by"
    )
    return StepRouting({"by": by, **moves.body}, [*found, *moves.findings])


def _others_work(
    log: EventLog, places: LogPlaces, own: Int64s, duty: Attendance, rows: Int64s, team: Int64s, key: str
) -> tuple[Int64s, StepRouting]:
    """Give visits that another team took over back to the team they belong to, and say when it takes them over."""
    moves = StepRouting({}, [])
    queued, started = log.queued[rows], log.started[rows]
    known = (queued != NOT_YET) & (started != NOT_YET) & (team >= 0)
    teams = sorted(np.unique(team[known]).tolist(), key=lambda each: -len(places.teams[each].units))
    for one in teams:
        for other in teams:
            if one == other or len(places.teams[other].units) > len(places.teams[one].units):
                continue
            mine = own[one][log.case[rows]]
            theirs = known & (team == other) & (mine != NO_CODE)
            if theirs.sum() < _SOME:
                continue
            asleep_start, asleep_queued = (_asleep(duty, mine, at, theirs) for at in (started, queued))
            wait = started - queued
            at_once = theirs & ~asleep_start & ~asleep_queued & (wait <= _AT_ONCE)
            category = log.category[log.case[rows]]
            shared = np.unique(category[team == one])
            # A category that only the other team does says nothing of cover.
            in_shared = np.isin(category, shared)
            theirs, at_once = theirs & in_shared, at_once & in_shared
            if theirs.sum() < _SOME or at_once.sum() > _MOST_AT_ONCE * theirs.sum():
                continue
            # What came while the own unit slept stays with the other one, even if it is begun later.
            covered = theirs & (asleep_start | asleep_queued)
            moved = theirs & ~covered & (wait >= _LEAST_WAIT)
            name = places.teams[other].name
            if covered.sum() >= _SOME and "cover" not in moves.body:
                moves.body["cover"] = Marked(
                    name, f"M: {int(covered.sum()):,} visits, none of them while the own unit was there"
                )
                moves.findings.append(Finding(f"{key}.cover", float("nan"), None, int(covered.sum()), chosen=name))
            if moved.sum() >= max(_SOME, 0.01 * theirs.sum()) and "escalate" not in moves.body:
                after = _limit(wait[moved])
                moves.body["escalate"] = Marked(
                    {"after": duration_text(after), "to": name}, f"M: {int(moved.sum()):,} visits waited as long"
                )
                moves.findings.append(
                    Finding(f"{key}.escalate.after", after, None, int(moved.sum()), unit="s", chosen=name)
                )
            team = np.where(theirs, one, team)
    return team, moves


def _asleep(duty: Attendance, unit: Int64s, instants: Int64s, rows: Bools) -> Bools:
    """Whether nobody is on duty at a unit at each instant; False of other rows."""
    asleep = np.zeros(len(unit), dtype=np.bool_)
    asleep[rows] = ~duty.at(unit[rows], instants[rows])
    return asleep


def _limit(waits: Int64s) -> float:
    """The wait from which on visits move: nearly the least one, in whole minutes where it is nearly that."""
    least = float(np.quantile(waits, 0.02))
    minutes = rounded(least / MINUTE, 2)
    return minutes * MINUTE if abs(minutes * MINUTE - least) <= 0.02 * least else float(int(least))
