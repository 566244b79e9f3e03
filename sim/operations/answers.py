"""What happened to the letters of a trace that was sent to a real system."""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import Bools, Floats, Int16s


class Outcome(IntEnum):
    """What became of a letter that got no answer to count; any other number is the HTTP status of its answer."""

    UNSENT = 0
    TIMED_OUT = -1
    NO_CONNECTION = -2
    CONNECTION_LOST = -3
    STOPPED = -4
    NOT_SECURE = -5
    BAD_ANSWER = -6
    OUR_ERROR = -7


CONNECTION_FAILURES: Final = (Outcome.NO_CONNECTION, Outcome.CONNECTION_LOST, Outcome.NOT_SECURE)
"""What a letter meets where nobody takes letters."""


class Answers(NamedTuple):
    """What happened to each letter, one row a letter, in the order of the trace; seconds."""

    due: Floats  # from the start
    late: Floats  # from due until its sending was begun: our own delay; nan for one never begun
    latency: Floats  # from due until the answer was read, or the letter given up; nan for one never begun
    outcome: Int16s  # HTTP status, or an `Outcome`
    resent: Bools  # sent again, because an idle connection was closed as the letter went out on it

    @property
    def accepted(self) -> Bools:
        """Which letters were answered 200 to 299."""
        return (self.outcome >= 200) & (self.outcome < 300)

    @property
    def failed(self) -> Bools:
        """Which letters were sent, but answered otherwise, or never."""
        failed: Bools = ~self.accepted & (self.outcome != Outcome.UNSENT)
        return failed

    @property
    def begun(self) -> Bools:
        """Which letters became due before the end."""
        return ~np.isnan(self.late)

    def of(self, rows: Bools) -> "Answers":
        """What happened to some of the letters."""
        return Answers(self.due[rows], self.late[rows], self.latency[rows], self.outcome[rows], self.resent[rows])
