"""Rows of letters, one each, -> a log of letters."""

from collections.abc import Mapping

import numpy as np

from sim.core.tables import NOT_YET, Int8s, Int64s
from sim.fit.log import SATISFIED_UNKNOWN, LetterLog
from sim.fit.reading.codes import coded, renumbered, with_unspecified
from sim.fit.reading.columns import ATTRIBUTES, EVENT_INSTANTS, JOINED, NAMES, normal, values
from sim.fit.reading.instants import Datetimes
from sim.fit.reading.rows import Complaints, SheetRows

MILESTONES = ("signed", "contacted", "first_feedback", "closed")
"""Milestones that have names of their own; any other is what the user calls it."""


def is_instant(role: str) -> bool:
    """Whether a column of a role has instants."""
    return role not in ATTRIBUTES and role not in NAMES


def letter_log(
    rows: SheetRows, roles: Mapping[str, str], instants: Mapping[str, Datetimes], complaints: Complaints
) -> LetterLog:
    """The letters that nobody complained of.

    Args:
        instants: of each role that has some, `received` among them.
    """
    received = instants["received"]
    for row in np.flatnonzero(np.isnat(received) & complaints.good()).tolist():
        complaints.row(row, "without a time of receipt", rows.columns[roles["received"].split(JOINED)[0]][row])
    reached = {role: column for role, column in instants.items() if role not in ("received", *EVENT_INSTANTS, "time")}
    for role, column in reached.items():
        for row in np.flatnonzero(column < received).tolist():
            complaints.row(row, f"with an instant of {role!r} before the receipt", str(column[row]))
    good = np.flatnonzero(complaints.good())
    order = good[np.argsort(received[good], kind="stable")]
    origin = np.datetime64("1970-01-01") if not len(order) else received[order].min().astype("datetime64[D]")
    milestones = {role: seconds_from(column[order], origin) for role, column in reached.items()}
    at = seconds_from(received[order], origin)
    by_age = sorted(milestones, key=lambda role: _mean_age(milestones[role], at))
    named = {role: _codes(rows, roles, role, order) for role in ("category", "channel", "unit", "handler")}
    category, categories = with_unspecified(*named["category"], "letter")
    channel, channels = with_unspecified(*named["channel"], "mailbox")
    return LetterLog(
        origin=origin.astype(object),
        received=at,
        milestones={role: milestones[role] for role in by_age},
        category=category.astype(np.int32),
        channel=channel.astype(np.int32),
        unit=named["unit"][0].astype(np.int32),
        handler=named["handler"][0].astype(np.int32),
        satisfied=_satisfied(rows, roles, order),
        categories=categories,
        channels=channels,
        units=named["unit"][1],
        handlers=named["handler"][1],
    )


def seconds_from(instants: Datetimes, origin: np.datetime64) -> Int64s:
    """Whole seconds since an origin; NOT_YET for NaT."""
    seconds = (instants - origin).astype("timedelta64[s]").astype(np.int64)
    return np.where(np.isnat(instants), NOT_YET, seconds)


def _codes(rows: SheetRows, roles: Mapping[str, str], role: str, order: Int64s) -> tuple[Int64s, tuple[str, ...]]:
    codes, names = coded(rows.columns.get(roles.get(role, "")), len(rows.lines))
    return renumbered(codes[order], names)


def _mean_age(milestone: Int64s, received: Int64s) -> float:
    there = milestone != NOT_YET
    return float((milestone - received)[there].mean()) if there.any() else np.inf


def _satisfied(rows: SheetRows, roles: Mapping[str, str], order: Int64s) -> Int8s:
    codes, names = coded(rows.columns.get(roles.get("satisfied", "")), len(rows.lines))
    meaning = [
        1 if normal(name) in values("yes") else 0 if normal(name) in values("no") else SATISFIED_UNKNOWN
        for name in names
    ]
    return np.array([*meaning, SATISFIED_UNKNOWN], dtype=np.int8)[codes[order]]
