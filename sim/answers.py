"""What happened to the letters of a trace that was sent to a real system."""

from enum import IntEnum
from typing import NamedTuple

from sim.tables import Bools, Floats, Int16s


class Outcome(IntEnum):
    """What became of a letter that got no answer; any other number is the HTTP status of its answer."""

    UNSENT = 0
    TIMED_OUT = -1
    NO_CONNECTION = -2
    CONNECTION_LOST = -3
    STOPPED = -4
    NOT_SECURE = -5


class Answers(NamedTuple):
    """What happened to each letter, one row a letter, in the order of the trace; seconds."""

    due: Floats  # from the start
    late: Floats  # from due until its sending was begun: our own delay; nan for one never begun
    latency: Floats  # from due until the answer was read, or the letter given up; nan for one never begun
    outcome: Int16s  # HTTP status, or an `Outcome`

    @property
    def accepted(self) -> Bools:
        """Which letters were answered 200 to 299."""
        return (self.outcome >= 200) & (self.outcome < 300)
