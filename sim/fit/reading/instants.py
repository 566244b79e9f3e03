"""Columns of instants as offices write them -> local instants.

Besides what traces may say, an instant may be a serial number of a spreadsheet or a number of seconds since 1970, have
its day or month first, carry a zone, or stand in two columns.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from sim.core.errors import Problem, ScenarioError
from sim.fit.reading.columns import is_empty
from sim.fit.reading.rows import Complaints
from sim.models.wording import clipped
from sim.scenario.text_files import read_instants

Datetimes = npt.NDArray[np.datetime64]

ORDERS: Final = ("day-month", "month-day")
"""What `3/4/2025` can mean."""

_SLASHED: Final = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})"  # 3/14/2025 or 14.3.2025
    r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: *([AaPp])\.?[Mm]\.?)?)?"
)

_HALF_DAY: Final = re.compile(
    r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?) *(?:(上午|下午) *)?(\d{1,2}):(\d{2})(?::(\d{2}))?(?: *([AaPp])\.?[Mm]\.?)?"
)

_ZONED: Final = re.compile(r"(.*\d) *(Z|[+-]\d\d:?\d\d)")

_TIME_ONLY: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( *[AaPp][Mm])?")

_SERIALS: Final = (20_000.0, 80_000.0)
"""Days that a spreadsheet counts from the end of 1899: from 1954 to 2119."""

_UNIX: Final = (1e9, 4e9)
"""Seconds since 1970, in UTC: from 2001 to 2096."""

_UNIX_PARTS: Final = (1, 1_000, 1_000_000)
"""Parts of a second that programs count."""

_SUMMER_TIME: Final = 3_600
"""Seconds by which the offsets of one place differ over the year."""

_CALENDAR: Final = (np.datetime64("1950-01-01"), np.datetime64("2100-01-01"))
"""Days on which a scenario may start."""

_APART: Final = 10
"""Years without an instant that set a few apart from all others."""

_NO_INSTANT: Final = np.datetime64("NaT", "us")


class LocalInstants(NamedTuple):
    """A column of instants; NaT where a field is empty or bad."""

    instants: Datetimes
    offsets: tuple[str, ...]
    """All offsets from UTC that the column carries."""
    days_only: int
    """How many say no time of day."""


def local_instants(
    written: Sequence[Any], column: str, complaints: Complaints, *, zone: str | None, order: str | None
) -> LocalInstants:
    """The instants of a column, in the office's own time.

    Args:
        column: its name, for messages.
        zone: to which instants with an offset are converted, such as `Asia/Shanghai` or `+08:00`; if None the offset is
            dropped, if there is one (or two an hour apart, as summer time has).
        order: of `ORDERS`; if None it follows from the column.

    Raises: ScenarioError where the column has two readings, or offsets of several places.
    """
    texts = [each if isinstance(each, str) else _text_of(each) for each in written]
    there = [row for row, text in enumerate(texts) if not is_empty(text)]
    fields = _in_iso([texts[row] for row in there], column, order)
    read = read_instants(fields)
    offsets: tuple[str, ...] = (read.zone,) if read.zone else ()
    if read.bad and any(_ZONED.fullmatch(fields[row]) for row, _ in read.bad):
        fields, each_offset = _without_zones(fields)
        offsets = tuple(sorted({each for each in each_offset if each}))
        read = read_instants(fields)
        if zone is None and len(offsets) > 1:
            _require_one_place(offsets, column, fields, each_offset)
    else:
        each_offset = [read.zone] * len(fields)
    instants = read.instants if zone is None or not offsets else _converted(read.instants, each_offset, zone)
    for row, _ in read.bad:
        complaints.row(there[row], f"without a time such as 2021-05-03 19:30:00 in {column!r}", written[there[row]])
    all_rows = np.full(len(texts), _NO_INSTANT)
    good = np.ones(len(there), dtype=np.bool_)
    good[[row for row, _ in read.bad]] = False
    all_rows[np.array(there, dtype=np.int64)[good]] = instants[good]
    for row in np.flatnonzero(_far_away(all_rows)).tolist():
        complaints.row(row, f"{_APART} years or more from all others in {column!r}", written[row])
    return LocalInstants(all_rows, offsets, read.days_only)


def _far_away(instants: Datetimes) -> npt.NDArray[np.bool_]:
    """Which instants no calendar of an office has, or are years from all others, as zeros and slips of the pen are."""
    days = instants.astype("datetime64[D]")
    known = np.sort(days[~np.isnat(days)])
    far = (days < _CALENDAR[0]) | (days >= _CALENDAR[1])
    few = max(len(known) // 100, 1)
    apart = np.flatnonzero(np.diff(known) >= np.timedelta64(_APART * 365, "D"))
    for place in apart.tolist():
        if place + 1 <= few:
            far |= days <= known[place]
        elif len(known) - place - 1 <= few:
            far |= days > known[place]
    return far


def have_time_only(written: Sequence[Any]) -> bool:
    """Whether fields say a time of day, and never a day."""
    some = [str(each).strip() for each in written[:1000] if each not in (None, "")]
    return bool(some) and all(_TIME_ONLY.fullmatch(each) for each in some)


def joined(days: Sequence[Any], times: Sequence[Any]) -> list[str]:
    """The fields of a column of days and one of times of day, as one."""

    def day(written: Any) -> str:
        text = _text_of(written)
        return re.sub(r"[T ]+0?0:00(:00(\.0+)?)?$", "", text)

    return [
        f"{day(each)} {str(time).strip()}" if each not in (None, "") and time not in (None, "") else day(each)
        for each, time in zip(days, times, strict=True)
    ]


def check_zone(zone: str) -> None:
    """Refuse what is no zone.

    Raises: ScenarioError.
    """
    try:
        _offset_at(zone, 0)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ScenarioError(
            "--zone", [Problem(f"must be a zone such as Asia/Shanghai or +08:00 (got {zone!r})")]
        ) from None


def _text_of(written: Any) -> str:
    if written is None:
        return ""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return _of_number(float(written)) or str(written)
    return str(written).strip()


def _of_number(number: float) -> str | None:
    """What a number of days of a spreadsheet, or of seconds or parts of them since 1970, says; None for others."""
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return str(datetime(1899, 12, 30) + timedelta(seconds=round(number * 86_400)))
    parts = next((each for each in _UNIX_PARTS if _UNIX[0] <= number / each <= _UNIX[1]), None)
    return None if parts is None else f"{np.datetime64(int(number / parts), 's')}Z"


def _in_iso(texts: list[str], column: str, order: str | None) -> list[str]:
    """Texts with their year first and their hours from 0 to 23; those that are not understood as they are."""
    if not texts:
        return texts
    first = texts[0].strip()
    if _plain(first) and all(map(_plain, texts)):
        return texts
    slashed = [_SLASHED.fullmatch(text.strip()) for text in texts]
    if order is None and any(slashed):
        order = _order([found for found in slashed if found], column)
    found_iso = []
    for text, found in zip(texts, slashed, strict=True):
        if found is not None:
            one, _, two, year, hour, minute, second, half = found.groups()
            day, month = (one, two) if order == ORDERS[0] else (two, one)
            found_iso.append(_iso(f"{year}-{month:0>2}-{day:0>2}", hour, minute, second, half))
            continue
        halved = _HALF_DAY.fullmatch(text.strip())
        if halved is not None and (halved[2] or halved[6]):
            half = halved[6] or ("p" if halved[2] == "下午" else "a")
            found_iso.append(_iso(halved[1], halved[3], halved[4], halved[5], half))
            continue
        try:
            found_iso.append(_of_number(float(text)) or text)
        except ValueError:
            found_iso.append(text)
    return found_iso


def _plain(text: str) -> bool:
    """Whether a text begins with a year, and has no half of a day."""
    return text[:4].isdecimal() and text[4:5] in ("-", "/", "年", ".") and text[-1:].isdecimal() and "午" not in text


def _iso(day: str, hour: str | None, minute: str | None, second: str | None, half: str | None) -> str:
    if hour is None:
        return day
    if half:
        if not 1 <= int(hour) <= 12:
            return f"{day} {hour}:{minute} {half}m"  # no time of day
        hour = str(int(hour) % 12 + (12 if half in "Pp" else 0))
    return f"{day} {hour}:{minute}:{second or '00'}"


def _order(found: Sequence[re.Match[str]], column: str) -> str:
    """Whether days or months come first, which a day above 12 shows.

    Raises: ScenarioError where it may be either, or both.
    """
    day_first = next((each for each in found if int(each[1]) > 12), None)
    month_first = next((each for each in found if int(each[3]) > 12), None)
    if (day_first is None) != (month_first is None):
        return ORDERS[1] if day_first is None else ORDERS[0]
    if day_first is None:
        each = found[0]
        readings = f"{each[4]}-{each[3]:0>2}-{each[1]:0>2} and {each[4]}-{each[1]:0>2}-{each[3]:0>2}"
        said = f"can be read as {readings} (such as {each[0]!r}), and no row decides"
    else:
        assert month_first is not None, "both are there"
        said = f"has days first ({day_first[0]!r}) and months first ({month_first[0]!r})"
    raise ScenarioError(f"column {column!r}", [Problem(f"{said}: say --dates {ORDERS[0]} or --dates {ORDERS[1]}")])


def _without_zones(fields: Sequence[str]) -> tuple[list[str], list[str]]:
    found = [_ZONED.fullmatch(text) for text in fields]
    texts = [text if each is None else each[1] for text, each in zip(fields, found, strict=True)]
    return texts, ["" if each is None else ("+00:00" if each[2] == "Z" else each[2]) for each in found]


def _require_one_place(offsets: Sequence[str], column: str, fields: Sequence[str], of_row: Sequence[str]) -> None:
    seconds = [_seconds(each) for each in offsets]
    if "" not in of_row and max(seconds) - min(seconds) <= _SUMMER_TIME:
        return
    examples = {offset: row for row, offset in reversed(list(enumerate(of_row)))}
    shown = ", ".join(
        f"{offset or 'no offset'} ({clipped(fields[row], 30)})" for offset, row in sorted(examples.items())
    )
    raise ScenarioError(
        f"column {column!r}",
        [
            Problem(
                f"has instants of several zones: {shown}; say --zone Asia/Shanghai (or another) to have all converted"
            )
        ],
    )


def _converted(instants: Datetimes, offsets: Sequence[str], zone: str) -> Datetimes:
    """Instants in a zone; those without an offset are in it already."""
    shift = {each: _seconds(each) for each in set(offsets) if each}
    has = np.array([bool(each) for each in offsets], dtype=np.bool_)
    utc = instants - np.array([shift.get(each, 0) for each in offsets]).astype("timedelta64[s]")
    hours, place = np.unique(utc.astype("datetime64[h]").astype(np.int64), return_inverse=True)
    local = np.array([_offset_at(zone, hour) for hour in hours.tolist()], dtype=np.int64)[place]
    return np.where(has, utc + local.astype("timedelta64[s]"), instants)


def _offset_at(zone: str, hour: int) -> int:
    """Seconds by which a zone is ahead of UTC in an hour since 1970."""
    if re.fullmatch(r"[+-]\d\d:?\d\d", zone):
        return _seconds(zone)
    ahead = datetime.fromtimestamp(hour * 3_600, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert ahead is not None, "it has a zone"
    return int(ahead.total_seconds())


def _seconds(offset: str) -> int:
    sign = -1 if offset.startswith("-") else 1
    return sign * (int(offset[1:3]) * 3_600 + int(offset[-2:]) * 60)
