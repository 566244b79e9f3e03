"""Characters that neither a name nor a text may have, because no file takes them or a terminal obeys them."""

import re
from typing import Final

_UNFIT: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed; terminals obey them, XML has none
    "\u2028\u2029"  # line ends that only some readers know
    "\u202a-\u202e\u2066-\u2069"  # turn round the direction in which the rest of a line is shown
    "\ud800-\udfff"  # halves of a character: no encoding can write them
    "\ufffe\uffff"  # no characters at all, and not allowed in XML
    "]"
)


def unfit(text: str) -> str | None:
    """The first character of a text that no text may have, as `U+001B`; None if there is none."""
    found = _UNFIT.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def fit(text: str) -> str:
    """A text that has none of these characters.

    Raises:
        ValueError: it has one.
    """
    bad = unfit(text)
    if bad is not None:
        raise ValueError(f"has a character that no text may have ({bad})")
    return text


def printable(text: str) -> str:
    r"""A text with these characters written out, as `\u001b`, which changes nothing in most and is fit for JSON."""
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
