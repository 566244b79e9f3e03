"""Load of the IT system besides the calls of letters: reads, sessions, messages and bytes, by stated assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.tables import Floats
from sim.metrics.occupancy import Cells, count_intervals
from sim.metrics.replication import Replication
from sim.models.system import System
from sim.operations.service_level import ASSUMED, ServiceLevel
from sim.statistics import Estimate, mean_over

TEXT: Final = "text"
"""Kind of what every letter has, beside its attachments."""


class OnDuty(NamedTuple):
    """People on duty in the window of one replication, of all teams."""

    mean: float
    by_hour_of_day: Floats  # on average, (24,)
    most: float  # in the hour with most, on average


@dataclass(frozen=True)
class Read:
    """One kind of read.

    Attributes:
        peak_per_second: calls a second in the busiest hour: of people on duty that of the window, of writers the one
            that comes once in a year.
    """

    per_second: Estimate
    peak_per_second: float
    service_level: ServiceLevel


@dataclass(frozen=True)
class SessionHours:
    """Sessions at the same time, on average, by hour of the day from 00:00.

    Attributes:
        most: people on duty in the hour of the window with most, and writers in the hour that comes once in a year.
    """

    staff: tuple[float, ...]
    writers: tuple[float, ...]
    most: float


@dataclass(frozen=True)
class MessageLoad:
    """Messages of one kind; the peak is that of the busiest hour of a year."""

    per_day: Estimate
    peak_per_hour: float


@dataclass(frozen=True)
class Content:
    """Texts or attachments of one kind."""

    per_day: Estimate
    bytes_a_year: Estimate


@dataclass(frozen=True)
class Assumption:
    """One figure of the `system:` section.

    Attributes:
        key: its path in the scenario.
        value: as one writes it.
        assumed: whether it is a default, which nobody has looked at.
    """

    key: str
    value: str
    assumed: bool


@dataclass(frozen=True)
class SystemLoad:
    """Load besides the calls of letters.

    Attributes:
        reads: by kind, as `sim.models.operation_names.READS`.
        messages: `push` and `sms`.
        content: `text` and each kind of attachment.
        bytes_a_year: of content and of rows.
        bandwidth_mbit: millions of bits a second that come in during the busiest hour of a year.
    """

    reads: Mapping[str, Read]
    sessions: SessionHours
    messages: Mapping[str, MessageLoad]
    content: Mapping[str, Content]
    bytes_a_year: Estimate
    bandwidth_mbit: float
    assumptions: tuple[Assumption, ...]


class LetterLoad(NamedTuple):
    """What the rest follows from."""

    letters: Floats  # a second in the window, (replications,)
    by_hour_of_day: Floats  # letters an hour, averaged over replications, (24,)
    begun: Floats  # visits a second, (replications,)
    letters_peak: float  # in the busiest hour of a year
    begun_peak: float


def on_duty_of(replication: Replication) -> OnDuty:
    """People on duty in the hours of the window."""
    scenario, roster = replication.setting.scenario, replication.roster
    cells = Cells(scenario.horizon, (scenario.window_start, scenario.window_end))
    start, end = (np.clip(each, 0, scenario.horizon) for each in (roster.start, roster.end))
    seconds = count_intervals(cells, 1, np.zeros_like(roster.unit), start, end, roster.people).seconds[0]
    window = cells.between(scenario.window_start, scenario.window_end)
    hour, seconds, length = cells.edges[:-1][window] // HOUR % 24, seconds[window], cells.seconds[window]
    of_day = np.bincount(hour, length, 24)
    by_hour = np.divide(np.bincount(hour, seconds, 24), of_day, out=np.zeros(24), where=of_day > 0)
    return OnDuty(float(seconds.sum() / length.sum()), by_hour, float((seconds / length).max()))


def level_of(system: System, operation: str) -> ServiceLevel:
    """The service level of an operation or a read: its own, that of all, or the assumed one."""
    said = system.service.get(operation) or system.service.get("all")
    if said is None:
        return ASSUMED
    return ServiceLevel({name: 1_000 * seconds for name, seconds in said.latency.items()}, said.errors)


def system_load(system: System, on_duty: Sequence[OnDuty], letters: LetterLoad, rows_a_year: Floats) -> SystemLoad:
    """The load besides the calls of letters.

    Args:
        rows_a_year: bytes of rows, (replications,).
    """
    staff = np.array([each.by_hour_of_day for each in on_duty])
    most = max(each.most for each in on_duty)
    reads, sessions, messages = system.reads, system.sessions, system.messages
    readers = reads.open / reads.lists
    dashboards = np.full(len(staff), reads.dashboards / reads.dashboard)
    of_reads = {
        "lists": (np.array([each.mean for each in on_duty]) * readers, most * readers),
        "dashboards": (dashboards, float(dashboards[0])),
        "lookups": (letters.letters * reads.lookups, letters.letters_peak * reads.lookups / HOUR),
    }
    a_letter = (sessions.writing + reads.lookups * sessions.lookup) / HOUR  # hours of sessions
    sent = {
        "push": (messages.writer_push, messages.staff_push),
        "sms": (messages.writer_sms, messages.staff_sms),
    }
    year = 365 * DAY
    # Of each kind how many come with a letter, and how large one is.
    kinds = {TEXT: (1.0, system.text)}
    kinds |= {kind: (each.share * each.each, each.size) for kind, each in system.attachments.items()}
    size = sum(many * each for many, each in kinds.values())
    return SystemLoad(
        reads={
            kind: Read(mean_over(mean).at(), peak, level_of(system, f"read.{kind}"))
            for kind, (mean, peak) in of_reads.items()
        },
        sessions=SessionHours(
            tuple(staff.mean(axis=0).tolist()),
            tuple((letters.by_hour_of_day * a_letter).tolist()),
            most + letters.letters_peak * a_letter,
        ),
        messages={
            kind: MessageLoad(
                mean_over((letters.letters * writer + letters.begun * unit) * DAY).at(),
                letters.letters_peak * writer + letters.begun_peak * unit,
            )
            for kind, (writer, unit) in sent.items()
        },
        content={
            kind: Content(
                mean_over(letters.letters * many * DAY).at(), mean_over(letters.letters * many * each * year).at()
            )
            for kind, (many, each) in kinds.items()
        },
        bytes_a_year=mean_over(letters.letters * size * year + rows_a_year).at(),
        bandwidth_mbit=letters.letters_peak / HOUR * size * 8 / 1e6,
        assumptions=_assumptions(system),
    )


def _assumptions(system: System) -> tuple[Assumption, ...]:
    written = dict(_flat("system", system.model_dump(mode="json", exclude_none=True)))
    typed = dict(_flat("system", system.model_dump(mode="json", exclude_none=True, exclude_unset=True)))
    return tuple(Assumption(key, str(value), key not in typed) for key, value in written.items())


def _flat(path: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(path, value)]
    return [leaf for key, each in value.items() for leaf in _flat(f"{path}.{key}", each)]
