"""Reading what an office has: letters, or events of cases, from whatever file its system writes."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from sim.core.errors import Problem, ScenarioError
from sim.fit.finding import Note, first_few
from sim.fit.log import EventLog, LetterLog
from sim.fit.reading.columns import EVENT_INSTANTS, JOINED, date_column, said_columns
from sim.fit.reading.events import event_log
from sim.fit.reading.instants import (
    LocalInstants,
    check_zone,
    have_time_only,
    joined,
    local_instants,
)
from sim.fit.reading.letters import is_instant, letter_log
from sim.fit.reading.rows import Complaints, SheetRows
from sim.fit.reading.sheets import read_rows
from sim.models.wording import are

LETTERS: Final = "letters"
EVENTS: Final = "events"
"""What the rows of a file can be."""


class ReadLog(NamedTuple):
    """What a file says."""

    log: EventLog | LetterLog
    columns: dict[str, str]
    """The column that each role was read from."""
    notes: tuple[Note, ...]


def read_log(
    path: Path,
    *,
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    zone: str | None = None,
    dates: str | None = None,
    sheets: Sequence[str] = (),
) -> ReadLog:
    """Read an office's export: CSV, JSON Lines, Parquet, XLSX, XES (packed too) or OCEL 2.0.

    Args:
        kind: LETTERS or EVENTS; if None the columns decide.
        columns: role -> name of its column, or of two, day and time of day, with `+` between.
        skip_bad: leave bad rows out, and say so.
        zone: to which instants that carry an offset are converted; if None the offset is dropped.
        dates: `day-month` or `month-day`, where a column does not show it.
        sheets: of a spreadsheet; if empty, the one that has known columns.

    Raises: ScenarioError listing everything that is wrong or ambiguous.
    """
    said = said_columns(columns or {})
    if zone is not None:
        check_zone(zone)
    rows = read_rows(path, said.knows, sheets)
    missing = said.problems(rows.header)
    if missing:
        raise ScenarioError(str(path), missing)
    roles = said.among(rows.header)
    kind, roles = _kind(path, rows, roles, kind)
    complaints = Complaints(rows)
    notes = [Note("sheet", {"sheet": rows.sheet})] if rows.sheet else []
    instants = {}
    read: dict[str, LocalInstants] = {}
    for role in [each for each in roles if _is_read(each, kind)]:
        column, written = _written(rows, roles, role)
        read[role] = local_instants(written, column, complaints, zone=zone, order=dates)
        instants[role] = read[role].instants
    notes += _zone_notes(read.values(), zone)
    days_only = {roles[role]: each.days_only for role, each in read.items() if each.days_only}
    notes += [Note("days-only", {"column": column, "n": n}) for column, n in days_only.items()]
    log: EventLog | LetterLog
    if kind == LETTERS:
        log = letter_log(rows, roles, instants, complaints)
    else:
        log = event_log(rows, roles, instants, complaints, notes)
    if complaints and not skip_bad:
        advice = Problem(f"--skip-bad leaves out {complaints.count:,} of {len(rows.lines) + complaints.lost:,} rows")
        raise ScenarioError(str(path), [*complaints.problems(), advice])
    if complaints:
        notes += [Note("left-out", {"what": str(each)}) for each in complaints.problems()]
    _require_enough(path, log)
    if kind == LETTERS and read["received"].days_only == len(rows.lines):
        said_days = "says on which day letters came and not when, such as 2021-05-03 19:30"
        raise ScenarioError(str(path), [Problem(said_days)])
    return ReadLog(log, roles, tuple(notes))


def _kind(path: Path, rows: SheetRows, roles: dict[str, str], kind: str | None) -> tuple[str, dict[str, str]]:
    """What rows are, and the roles that count then.

    Raises: ScenarioError where a column is missing.
    """
    if not rows.lines and not rows.bad and rows.columns:
        raise ScenarioError(str(path), [Problem("has no rows")])
    if kind is None:
        kind = EVENTS if "activity" in roles and "case" in roles else LETTERS
    if kind == LETTERS and "received" not in roles and "time" in roles and "activity" not in roles:
        roles = {"received": roles["time"], **roles}
    lacking = []
    if kind == EVENTS and not {"start", "end", "time"} & roles.keys():
        day = date_column("time", rows.header)
        roles = roles if day is None else {**roles, "time": day}
    if kind == EVENTS:
        lacking = [role for role in ("case", "activity") if role not in roles]
        if not any(role in roles for role in ("start", "end", "time")):
            lacking.append("start, end or time")
    elif "received" not in roles:
        lacking = ["received"]
    if lacking:
        there = f"there {are(rows.header)}" if rows.header else "it has none"
        what = f"has no column that is known as {' and none as '.join(lacking)}; {there}"
        role = lacking[0].split(",")[0]
        raise ScenarioError(
            str(path), [Problem(f"{what}. Say which it is, as in --columns {role}=NAME; one row may be a letter "
                                "(received, ...) or an event (case, activity, start, end)")]
        )  # fmt: skip
    if kind == LETTERS and "case" in roles:
        _require_letters(path, rows, roles["case"])
    return kind, roles


def _require_letters(path: Path, rows: SheetRows, column: str) -> None:
    named = [each for each in rows.columns[column] if each not in (None, "")]
    cases = len(set(named))
    if cases < len(named):
        raise ScenarioError(
            str(path),
            [Problem(f"has {len(named):,} rows of {cases:,} cases in its column {column!r}, so they are events: "
                     "say which column has the activity, as in --columns activity=NAME")],
        )  # fmt: skip


def _is_read(role: str, kind: str) -> bool:
    if not is_instant(role):
        return False
    own = ("received", *EVENT_INSTANTS, "time")
    return role in own if kind == EVENTS else role == "received" or role not in own


def _written(rows: SheetRows, roles: dict[str, str], role: str) -> tuple[str, Sequence[object]]:
    """Name and fields of the column of a role; of day and time of day together if these are apart."""
    parts = roles[role].split(JOINED)
    if roles[role] in rows.columns:
        parts = [roles[role]]
    if len(parts) == 1:
        day = date_column(role, rows.header)
        if day is not None and day != parts[0] and have_time_only(rows.columns[parts[0]]):
            roles[role] = JOINED.join([day, parts[0]])
            parts = [day, parts[0]]
    fields = rows.columns[parts[0]]
    return roles[role], fields if len(parts) == 1 else joined(fields, rows.columns[parts[1]])


def _zone_notes(read: Iterable[LocalInstants], zone: str | None) -> list[Note]:
    offsets = sorted({offset for each in read for offset in each.offsets})
    if not offsets:
        return []
    if zone is not None:
        return [Note("zone-converted", {"offsets": first_few(offsets), "zone": zone})]
    return [Note("zone-dropped", {"offsets": first_few(offsets)})]


def _require_enough(path: Path, log: EventLog | LetterLog) -> None:
    """Refuse what nothing can be fitted to.

    Raises: ScenarioError.
    """
    what = "cases" if isinstance(log, EventLog) else "letters"
    count = len(log.received)
    wrong = None
    if not count:
        wrong = f"has no {what} that can be read"
    elif count == 1:
        wrong = f"has 1 {what.removesuffix('s')}, and a fit needs many"
    elif isinstance(log, EventLog) and not (log.finished >= 0).any():
        wrong = "has no ends: no event says when it was finished, so neither effort nor waits can be told"
    elif log.received.min() == log.received.max():
        wrong = f"has all its {count:,} {what} received at one second, so it says nothing of how they arrive"
    if wrong is not None:
        raise ScenarioError(str(path), [Problem(wrong)])
