"""Figures of what only some scenarios say: supervision, extensions, repeat letters, a backlog at the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sim.statistics import Compliance, Estimate


@dataclass(frozen=True)
class SupervisionFigures:
    """What a rule of supervision did to letters of the window.

    Attributes:
        at: share of the SLA's limit at which it does so.
        supervised: letters a replication.
        share: of the letters to which the SLA applies.
        met: share of the supervised letters that met the SLA.
    """

    sla: str
    at: float
    supervised: Estimate
    share: Estimate
    met: Estimate


@dataclass(frozen=True)
class ExtensionFigures:
    """What became of letters of the window that asked for more time.

    Attributes:
        by: how much longer the limit is, as the scenario writes it.
        asked: letters a replication.
        extended: letters to which it was granted before their limit had passed.
        saved: of these, those that are late by the first limit and not by their own.
        compliance: of all letters of the SLA, against the limit that each has.
    """

    sla: str
    by: str
    asked: Estimate
    extended: Estimate
    saved: Estimate
    compliance: Compliance


@dataclass(frozen=True)
class RepeatFigures:
    """Letters of the window that writers sent again about the same matter.

    Attributes:
        sla: whose lateness makes them write.
        letters: those that are letters of their own, a replication; SLAs count them as any other.
        joined: those that joined their case, which was still open.
        work_hours: work that both made for people.
        work_share: share of that in the work of all letters of the window.
    """

    sla: str
    letters: Estimate
    joined: Estimate
    work_hours: Estimate
    work_share: Estimate


@dataclass(frozen=True)
class OpenOfSla:
    """Letters open at the start that an SLA has still to be met for; means over replications.

    Attributes:
        lost: will be late whatever is done; the others can still be saved.
        late: of the others, those that are late as simulated.
        undecided: of the others, those still open within their limit when the simulation ends.
        left: besides all these, those that leave out of patience within the limit.
    """

    name: str
    open: Estimate
    lost: Estimate
    late: Estimate
    undecided: Estimate
    left: Estimate


@dataclass(frozen=True)
class OpeningFigures:
    """How the letters that were open at the start fare, and when the backlog is what it usually is.

    Attributes:
        letters: open at the start.
        start: the day at whose beginning they were.
        usual: letters open on the fullest of the last seven midnights of the window, on average; None where the
            window ends within two weeks.
        back_days: first midnight, in days since the start, at which no more are open: 5th, 50th and 95th percentile
            over replications; None where that is not seen before those seven days.
        abandoned: of the letters open at the start, those that leave out of patience; they are open no more.
    """

    letters: int
    start: date
    slas: Mapping[str, OpenOfSla]
    usual: float | None
    back_days: tuple[int, int, int] | None
    abandoned: Estimate

    def date_of(self, day: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=day)
