"""Times as files have them: `2021-05-03T19:30:00`, `2021/5/3 19:30`, with full-width signs, with a time zone."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.clock import plain_text
from sim.models.wording import Rule

_INSTANT: Final = re.compile(
    r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?"  # a date
    r"(?:(?:T| +|(?<=日))(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)? *"  # a time
    r"(Z|[+-]\d\d:?(?:\d\d)?)?"
)
_ZONED: Final = re.compile(r".*\d *(Z|[+-]\d\d:?\d\d)")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")

NO_TIME: Final = Rule("received must be like '2021-05-03T08:00:00'", "without a time such as 2021-05-03 19:30:00")
NO_SUCH_DATE: Final = Rule("received is a date that does not exist", "with a date that does not exist")
ZONE: Final = Rule("received must be local time without a zone", "with a time zone (write local time, without one)")


class Instants(NamedTuple):
    """What the fields of a column of times say; rows that are bad have an instant that means nothing."""

    instants: npt.NDArray[np.datetime64]  # local, microseconds
    zone: str
    """The offset that all times carry, such as `+08:00`, which is left out; empty if they carry none."""
    bad: list[tuple[int, Rule]]
    """Row and rule."""
    days_only: int
    """Rows that say no time of day."""


class _Instant(NamedTuple):
    iso: str
    zone: str
    has_time: bool


def read_instants(written: Sequence[Any]) -> Instants:
    """Read a column of times; what says no time of day means 00:00."""
    read: list[_Instant | Rule] = [_instant(each) for each in written]
    zones = {each.zone for each in read if isinstance(each, _Instant)}
    if len(zones) > 1:
        read = [ZONE if isinstance(each, _Instant) and each.zone else each for each in read]
    bad = [(row, each) for row, each in enumerate(read) if isinstance(each, Rule)]
    iso = [each.iso if isinstance(each, _Instant) else "1970-01-01T00:00" for each in read]
    return Instants(
        np.array(iso, dtype="datetime64[us]"),
        zones.pop() if len(zones) == 1 else "",
        bad,
        sum(isinstance(each, _Instant) and not each.has_time for each in read),
    )


def _instant(written: Any) -> _Instant | Rule:
    if not isinstance(written, str):
        return NO_TIME
    # Most files have nothing else, and some have a million of them.
    if not _ISO.fullmatch(written):
        text = plain_text(written)
        match = _INSTANT.fullmatch(text)
        if match is None:
            return ZONE if _ZONED.fullmatch(text) else NO_TIME
        year, _, month, day, hour, minute, second, fraction, zone = match.groups()
        date = f"{year}-{month:0>2}-{day:0>2}"
        time = f"{hour or 0:0>2}:{minute or 0:0>2}:{second or 0:0>2}.{(fraction or '0')[:6]:0<6}"
        offset = {None: "", "Z": "+00:00"}.get(zone, zone)
        return _checked(f"{date}T{time}", offset or "", has_time=hour is not None)
    return _checked(written, "", has_time=True)


def _checked(iso: str, zone: str, *, has_time: bool) -> _Instant | Rule:
    try:
        datetime.fromisoformat(iso)
    except ValueError:
        return _rule_broken_by(iso)
    return _Instant(iso, zone, has_time)


def _rule_broken_by(iso: str) -> Rule:
    try:
        datetime.fromisoformat(iso[:10])
    except ValueError:
        return NO_SUCH_DATE
    return NO_TIME
