"""Bytes of a file as text, in the encodings that spreadsheets and editors write: UTF-8, UTF-16 and GB18030."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LOOKED_AT: Final = 1000
"""Bytes at the beginning by which UTF-16 without a mark is known."""


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
