"""Text files as spreadsheets and editors write them: their encodings, columns of CSV, and times."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.clock import plain_text
from sim.models.wording import Rule, one_of

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LOOKED_AT: Final = 1000
"""Bytes at the beginning by which UTF-16 without a mark is known."""

_SEPARATORS: Final = (",", ";", "\t", "|", "，", "；")
"""What can stand between fields; the one is taken by which the header has the column that must be there."""

_INSTANT: Final = re.compile(
    r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?"  # a date
    r"(?:(?:T| +|(?<=日))(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)? *"  # a time
    r"(Z|[+-]\d\d:?(?:\d\d)?)?"
)

_ZONED: Final = re.compile(r".*\d *(Z|[+-]\d\d:?\d\d)")

_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")

_ALIKE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(Z|[+-]\d\d:?\d\d|)")
"""A time as programs write it, and its zone."""

_NO_TIME: Final = Rule("received must be like '2021-05-03T08:00:00'", "without a time such as 2021-05-03 19:30:00")

_NO_SUCH_DATE: Final = Rule("received is a date that does not exist", "with a date that does not exist")

_ZONE: Final = Rule("received must be local time without a zone", "with a time zone (write local time, without one)")


class EncodingError(ValueError):
    """Bytes that are no text in an encoding that is known.

    Attributes:
        reason: why, and what to do.
        line: on which they cease to be text.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"{reason} (line {line})")
        self.reason = reason
        self.line = line


def decoded(content: bytes) -> str:
    """The text of a file.

    The mark at its beginning says the encoding, if there is one. Else it is UTF-8, and what is not is taken for
    GB18030 (which GBK and GB2312 are part of) if most of its letters are among those of GB2312.

    Raises:
        EncodingError: none of these.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], encoding)
    wide = _wide(content)
    if wide is not None:
        return _strict(content, wide)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if _is_chinese(text):
        return text
    raise EncodingError(
        "is not text in UTF-8, UTF-16 or GB18030; save it in UTF-8, in a spreadsheet as 'CSV UTF-8'", line
    )


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise EncodingError(f"is not text in {encoding.upper()}, as its first bytes say", line) from None


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of what is mostly ASCII is zero."""
    beginning = content[:_LOOKED_AT]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = beginning[offset::2]
        if len(beginning) > 1 and half.count(0) > len(half) / 2 and 0 not in beginning[1 - offset :: 2]:
            return encoding
    return None


def _is_chinese(text: str) -> bool:
    """Whether a text that was decoded as GB18030 was meant so: other encodings give rare characters."""
    letters = {letter for letter in text if ord(letter) > 127}
    return len(letters) < 2 * len("".join(letters).encode("gb2312", "ignore").decode("gb2312"))


class Table(NamedTuple):
    """Some columns of a CSV file."""

    header: list[str]
    columns: dict[str, list[str]]
    """Fields of the columns that were wanted and are there."""
    lines: list[int]
    """Line on which each row begins."""
    longer: list[tuple[int, str]]
    """Line and text of each row that has more fields than the header."""
    shorter: list[tuple[int, str]]
    """The same of rows that have fewer."""


def read_header(text: str, known: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Separator of a CSV file, and the names of its columns.

    Args:
        known: whether a column may have a name; the separator is taken by which the header has most such columns.
    """
    first = text.lstrip("\r\n").split("\n", 1)[0]
    headers = {sign: _header(_fields(first, sign)) for sign in _SEPARATORS}
    fitting = {sign: sum(map(known, set(header))) for sign, header in headers.items()}
    separator = max(_SEPARATORS, key=lambda sign: (fitting[sign], len(headers[sign])))
    return separator, headers[separator]


def read_table(
    text: str, needed: str, wanted: Iterable[str] = (), separator: str | None = None, above: int = 0
) -> Table:
    """Columns of a CSV file; empty rows, and empty fields after the last heading, are passed over.

    Args:
        needed: the column that must be there.
        wanted: columns that may be.
        separator: if None, the one by which the header has the column that must be there.
        above: lines above the header.

    Raises:
        ValueError: nothing in it, no such column or several, no rows, or quotes that do not close.
    """
    if separator is None:
        separator, _ = read_header(text, lambda name: name == needed)
    file = io.StringIO(text, newline="")
    for _ in range(above):
        file.readline()
    reader = csv.reader(file, delimiter=separator, strict=True)
    lines: list[int] = []
    longer: list[tuple[int, str]] = []
    shorter: list[tuple[int, str]] = []
    try:
        header = _header(next(reader, []))
        if not header:
            raise ValueError("is empty")
        columns: dict[str, list[str]] = {name: [] for name in (needed, *wanted) if name in header}
        twice = [name for name in columns if header.count(name) > 1]
        if needed not in columns:
            raise ValueError(f"has no column {one_of(needed, header)}")
        if twice:
            raise ValueError(f"has {header.count(twice[0])} columns '{twice[0]}'")
        filled = [(header.index(name), fields) for name, fields in columns.items()]
        begins = above + reader.line_num + 1
        # Rows are not kept: a million small lists would keep the collector of garbage busy.
        for row in reader:
            if len(row) > len(header) and not any(row[len(header) :]):
                del row[len(header) :]
            if len(row) == len(header) and (any(row) or len(row) == 1):
                lines.append(begins)
                for index, fields in filled:
                    fields.append(row[index])
            elif any(row):
                (longer if len(row) > len(header) else shorter).append((begins, separator.join(row)))
            begins = above + reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"is not CSV that can be read: {error} (line {above + reader.line_num})") from None
    if not (lines or longer or shorter):
        raise ValueError("has a header and no rows")
    return Table(header, columns, lines, longer, shorter)


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _header(fields: Sequence[str]) -> list[str]:
    """Names of columns; headings left empty at the end are none."""
    names = [name.strip() for name in fields]
    while names and not names[-1]:
        names.pop()
    return names


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
    alike = _read_alike(written)
    if alike is not None:
        return alike
    read: list[_Instant | Rule] = [_instant(each) for each in written]
    zones = {each.zone for each in read if isinstance(each, _Instant)}
    if len(zones) > 1:
        read = [_ZONE if isinstance(each, _Instant) and each.zone else each for each in read]
    bad = [(row, each) for row, each in enumerate(read) if isinstance(each, Rule)]
    iso = [each.iso if isinstance(each, _Instant) else "1970-01-01T00:00" for each in read]
    return Instants(
        np.array(iso, dtype="datetime64[us]"),
        zones.pop() if len(zones) == 1 else "",
        bad,
        sum(isinstance(each, _Instant) and not each.has_time for each in read),
    )


def _read_alike(written: Sequence[Any]) -> Instants | None:
    """Read a column whose fields all are like `2024-03-01 09:05:00` with the same zone, many at once, or give it up.

    Fractions of seconds may differ in length. A million of them take half a second instead of four.
    """
    if not written or not all(isinstance(each, str) for each in written):
        return None
    zone = _ALIKE.fullmatch(written[0])
    if zone is None or not all(each.endswith(zone[1]) and each.isascii() and len(each) < 40 for each in written):
        return None
    texts = np.array(written, dtype=np.bytes_)
    size = texts.dtype.itemsize
    signs = texts.view(np.uint8).reshape(len(texts), size)
    length = np.char.str_len(texts) - len(zone[1])
    digit = (signs >= ord("0")) & (signs <= ord("9"))
    pattern = np.where(digit, ord("0"), signs)
    pattern[:, 10][pattern[:, 10] == ord("T")] = ord(" ")
    place = np.arange(size)
    pattern[(place >= 20) & (place < length[:, None]) & digit] = 0
    pattern[place >= length[:, None]] = 0
    expected = np.zeros(size, dtype=np.uint8)
    expected[:19] = np.frombuffer(b"0000-00-00 00:00:00", dtype=np.uint8)
    whole = (length == 19) & (pattern == expected).all(axis=1)
    if size > 19:
        expected[19] = ord(".")
        whole |= (length > 20) & (length <= 26) & (pattern == expected).all(axis=1)
    if not whole.all():
        return None
    signs[place >= length[:, None]] = 0
    try:
        instants = texts.astype("datetime64[us]")
    except ValueError:  # a date that does not exist
        return None
    if instants.min() < np.datetime64("0001"):
        return None
    return Instants(instants, "+00:00" if zone[1] == "Z" else zone[1], [], 0)


def _instant(written: Any) -> _Instant | Rule:
    if not isinstance(written, str):
        return _NO_TIME
    # Most files have nothing else, and some have a million of them.
    if not _ISO.fullmatch(written):
        text = plain_text(written)
        match = _INSTANT.fullmatch(text)
        if match is None:
            return _ZONE if _ZONED.fullmatch(text) else _NO_TIME
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
        return _NO_SUCH_DATE
    return _NO_TIME
