"""Roster of a replication in CSV: how many people were on duty where, from when to when, absences taken off."""

from pathlib import Path
from typing import Final

from sim.core.safe_text import write_csv
from sim.operations.exports.simulated import Simulated

_COLUMNS: Final = ("unit", "from", "to", "people", "team")


def write_roster(simulated: Simulated, path: Path) -> None:
    """Write one row a shift that begins before the end of the simulation, in the order in which they begin."""
    roster = simulated.replication.roster
    begun = roster.start < simulated.setting.scenario.horizon
    start, end = (simulated.local(each[begun]) for each in (roster.start, roster.end))
    rows = zip(roster.unit[begun].tolist(), start, end, roster.people[begun].tolist(), strict=True)
    units = simulated.units
    write_csv(
        path,
        [_COLUMNS, *((units[unit], from_, to, people, simulated.team(unit)) for unit, from_, to, people in rows)],
        marked=False,
    )
