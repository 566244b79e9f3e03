"""Why letters breached an SLA: where most of their time went."""

from enum import StrEnum


class Why(StrEnum):
    """What kept a letter for the longest part of its time."""

    NOBODY_ON_DUTY = "nobody on duty"
    ALL_BUSY = "all busy"
    INTERRUPTED = "interrupted"
    PUT_DOWN_AT_SHIFT_END = "put down at shift end"
    BEING_WORKED_ON = "being worked on"
    ELAPSED_WAIT = "elapsed wait"
