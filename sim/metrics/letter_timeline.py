"""What is told of the way of a letter: its events, the unit where it waited, and how its SLA clocks ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sim.core.clock import Clock
from sim.metrics.figures.slas import Why


class EventKind(StrEnum):
    """What happens to a letter."""

    RECEIVED = "received"
    CLOCK_BEGAN = "clock began"
    """Of an SLA whose clock does not run from receipt on."""
    QUEUED = "queued"
    MOVED = "moved"
    """To the queue of another unit: escalated, or covered by it."""
    SHIFT_CHANGE = "shift change"
    """At the unit where it waits."""
    STARTED = "started"
    INTERRUPTED = "interrupted"
    PUT_DOWN = "put down"
    """At the end of the shift of the person who worked on it."""
    OVERTIME = "overtime"
    """That person's shift ends, and the person stays with it."""
    RESUMED = "resumed"
    FINISHED = "finished"
    WAIT_BEGAN = "wait began"
    """Of time that passes without anybody."""
    WAIT_ENDED = "wait ended"
    PROMPTED = "prompted"
    """By a rule of supervision, since what an SLA asks for has still to come."""
    ASKED_FOR_TIME = "asked for time"
    """To meet an SLA."""
    WRITTEN_AGAIN = "written again"
    """By its writer, while the case is open."""
    LIMIT_PASSED = "limit passed"
    REACHED = "reached"
    """The milestone of an SLA."""
    CLOSED = "closed"
    LEFT = "left"
    """A queue where nobody started it in time."""
    OPEN = "open"
    """When the simulation ends."""


@dataclass(frozen=True)
class UnitState:
    """A unit where a letter waits.

    Attributes:
        on_duty: people.
        busy: of them at work on each step, or at other duty.
        ahead: visits in the queue that are served before this one.
        started: visits to each step that were started or resumed there since the event before this one.
    """

    on_duty: int
    busy: Mapping[str, int]
    ahead: int
    started: Mapping[str, int]


@dataclass(frozen=True)
class TimelineEvent:
    """One event on the way of a letter.

    Attributes:
        at: local time.
        step, unit: where, if that is part of it.
        sla: whose clock or milestone it is.
        by: step of the urgent work that interrupted it.
        state: of the unit, where the letter waits.
        clocks_min: minutes on each SLA's clock that runs at that time, or stops then.
    """

    at: datetime
    kind: EventKind
    step: str | None = None
    unit: str | None = None
    sla: str | None = None
    by: str | None = None
    state: UnitState | None = None
    clocks_min: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class LostWhere:
    """Where a late letter lost the largest part of its time.

    Attributes:
        unit: None for an elapsed wait.
        minutes: on the SLA's clock.
    """

    step: str
    unit: str | None
    why: Why
    minutes: float


@dataclass(frozen=True)
class LetterClock:
    """How the clock of one SLA ran for a letter.

    Attributes:
        limit: as the scenario writes it.
        elapsed_min: minutes on the clock, until the milestone or the end of the simulation; None if it never began.
        open: whether the milestone was not reached.
        fate: `met`, `breached` or `undecided`.
    """

    sla: str
    limit: str
    limit_min: float
    clock: Clock
    elapsed_min: float | None
    open: bool
    fate: str
    lost: LostWhere | None


@dataclass(frozen=True)
class LetterTimeline:
    """The way of one letter.

    Attributes:
        letter: its number in the replication.
        unit: its home unit.
        counted: whether it was received in the window.
        clocks: of the SLAs that apply to it.
    """

    replication: int
    letter: int
    category: str
    channel: str
    unit: str
    counted: bool
    clocks: tuple[LetterClock, ...]
    events: tuple[TimelineEvent, ...]

    @property
    def received(self) -> datetime:
        """Local time."""
        return self.events[0].at
