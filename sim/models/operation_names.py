"""Names that a real system and its callers agree on: operations of letters, kinds of reads, and headers of HTTP."""

import re
from typing import Final

RECEIVE: Final = "receive"
"""The operation that takes in a letter: its first call."""

CALL_MOMENTS: Final = ("start", "finish")
"""What the operations of a step end with, as in `sign.start`."""

READS: Final = ("lists", "dashboards", "lookups")
"""Kinds of calls that change nothing; the operation of one is `read.KIND`."""

OWN_HEADERS: Final = ("connection", "content-length", "transfer-encoding")
"""Headers that a sender sets itself."""

HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What the name of a header looks like (RFC 9110)."""
