"""A roster as an office has it: one row a shift, with its unit, from when to when, and how many people."""

from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from sim.core.errors import Problem, ScenarioError
from sim.fit.log import KnownRoster
from sim.fit.reading.codes import coded
from sim.fit.reading.columns import is_roster_column, roster_columns
from sim.fit.reading.instants import check_zone, local_instants
from sim.fit.reading.letters import seconds_from
from sim.fit.reading.rows import Complaints
from sim.fit.reading.sheets import read_rows

_MOST_PEOPLE: Final = 1_000_000


def read_roster(path: Path, origin: date, *, zone: str | None = None, dates: str | None = None) -> KnownRoster:
    """Read who was on duty where.

    Args:
        origin: day 0 of the log that it belongs to.
        zone, dates: as of a log.

    Raises: ScenarioError listing everything that is wrong.
    """
    if zone is not None:
        check_zone(zone)
    rows = read_rows(path, is_roster_column)
    roles = roster_columns(rows.header)
    lacking = [role for role in ("unit", "from", "to", "people") if role not in roles]
    if lacking:
        raise ScenarioError(str(path), [Problem(f"has no column {' and none '.join(lacking)}, as a roster needs")])
    complaints = Complaints(rows)
    start, end = (
        local_instants(rows.columns[roles[role]], roles[role], complaints, zone=zone, order=dates).instants
        for role in ("from", "to")
    )
    unit, units = coded(rows.columns[roles["unit"]], len(rows.lines))
    people = np.array([_people(each) for each in rows.columns[roles["people"]]], dtype=np.int64)
    wrong = {
        "without a unit": unit < 0,
        f"without a number of people, 0 to {_MOST_PEOPLE:,}": people < 0,
        "without a beginning and an end": np.isnat(start) | np.isnat(end),
        "that end before they begin": end <= start,
    }
    for kind, which in wrong.items():
        for row in np.flatnonzero(which & complaints.good()).tolist():
            complaints.row(row, kind, " ".join(str(rows.columns[column][row]) for column in roles.values()))
    if complaints:
        raise ScenarioError(str(path), complaints.problems())
    midnight = np.datetime64(origin)
    begins, ends = seconds_from(start, midnight), seconds_from(end, midnight)
    order = np.lexsort((ends, unit, begins))
    return KnownRoster(unit[order].astype(np.int32), begins[order], ends[order], people[order].astype(np.int32), units)


def _people(written: object) -> int:
    try:
        number = float(str(written))
    except ValueError:
        return -1
    return int(number) if 0 <= number <= _MOST_PEOPLE and number.is_integer() else -1
