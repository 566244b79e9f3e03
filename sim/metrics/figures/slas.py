"""Figures of SLAs: compliance of all letters and by group, and why letters were late."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sim.core.clock import Clock
from sim.core.tables import Floats
from sim.metrics.hours import LateHours
from sim.statistics import Band, Compliance, ComplianceTable, Estimate, Spread, Verdict, too_few


@dataclass(frozen=True)
class Histogram:
    """Shares of letters between edges, and of those beyond the last edge; they sum to 1.

    Attributes:
        edges_min: shape (bins + 1,); a bin holds its lower edge and not its upper one, the first also
            what took no time.
        share: shape (bins,).
    """

    edges_min: Floats
    share: Band
    beyond: Estimate


@dataclass(frozen=True)
class GroupFigures:
    """Compliance of the letters of one category, channel, home unit or team.

    Attributes:
        all_letters: in all replications together.
    """

    name: str
    letters: Estimate
    breaches: Estimate
    compliance: Compliance
    all_letters: float

    @property
    def too_few(self) -> bool:
        """Whether there are too few letters to say anything of them."""
        return bool(too_few(self.all_letters))


@dataclass(frozen=True)
class UnitFigures(GroupFigures):
    """Compliance of the letters whose home is a unit, or lies within it.

    Attributes:
        team: of the unit.
        within: the unit that it lies within, if any.
        rank: best and worst rank among the units of its team that the intervals allow, 1 for the highest compliance;
            None without interval or with too few letters.
    """

    team: str
    within: str | None
    rank: tuple[int, int] | None


def outstanding(groups: Sequence[GroupFigures]) -> GroupFigures | None:
    """The group that surely has most late letters: by the intervals of their numbers, which must not meet.

    None where there is nothing to compare, where the groups have too few letters to say anything, or where chance
    might order them otherwise.
    """
    told = sorted((group for group in groups if not group.too_few), key=lambda group: -(group.breaches.mean or 0.0))
    if len(told) < 2 or told[0].breaches.low is None or told[1].breaches.high is None:
        return None
    return told[0] if told[0].breaches.low > told[1].breaches.high else None


class Why(StrEnum):
    """What delayed a letter for the largest part of its time."""

    NOBODY_ON_DUTY = "nobody on duty"
    ALL_BUSY = "all busy"
    INTERRUPTED = "interrupted"
    PUT_DOWN_AT_SHIFT_END = "put down at shift end"
    BEING_WORKED_ON = "being worked on"
    ELAPSED_WAIT = "elapsed wait"


@dataclass(frozen=True)
class Cause:
    """One way in which letters breached an SLA: where most of their time went.

    Attributes:
        step: name of the step.
        team: name of the team in whose queue or hands the letter was; None for an elapsed wait.
        breaches: letters a replication.
        share: of all breaches of this SLA.
    """

    step: str
    team: str | None
    why: Why
    breaches: Estimate
    share: Estimate


@dataclass(frozen=True)
class SlaFigures:
    """How one SLA was met.

    Attributes:
        limit: as the scenario writes it.
        limit_min: minutes on the SLA's own clock, as are all its durations.
        clock: which one that is.
        letters: letters a replication to which it applies.
        breaches: those that were late, or are still open although the limit has passed.
        left_in_time_share: letters that left out of patience within the limit, of these and `letters`, among which
            they are not. None where no step has `patience`.
        undecided: those still within the limit when the simulation ends, or whose clock has not begun; they stand at
            their worst at both ends of the interval of `compliance`.
        elapsed_min: until the milestone; open where it was not reached.
        histogram: of the letters that are decided.
        by_hour_of_week: compliance by weekday and hour of receipt, shape (7, 24), Monday first.
        letters_by_hour_of_week: letters a replication, same shape.
        by_date: by date of receipt, `2024-01-31`.
        by_unit: by home unit and by the units that these lie within, those with letters, the highest team first.
        by_team: by the team that brought it about, or whose turn it is.
        late_hours: hours of receipt at which letters are late more often than at others, where that is shown.
        causes: of its breaches, the commonest first.
        breaches_by_hour: letters a replication by hour of the day at which the longest part of the delay began, and
            by cause in the order of `Why`, shape (24, causes).
    """

    name: str
    from_: str
    until: str
    limit: str
    limit_min: float
    clock: Clock
    target: float | None
    compliance: Compliance
    verdict: Verdict | None
    letters: Estimate
    breaches: Estimate
    undecided: Estimate
    elapsed_min: Spread
    histogram: Histogram
    by_hour_of_week: ComplianceTable
    letters_by_hour_of_week: Band
    by_date: tuple[GroupFigures, ...]
    by_category: tuple[GroupFigures, ...]
    by_channel: tuple[GroupFigures, ...]
    by_unit: tuple[UnitFigures, ...]
    by_team: tuple[GroupFigures, ...]
    late_hours: LateHours | None
    causes: tuple[Cause, ...]
    breaches_by_hour: Band
    left_in_time_share: Estimate | None = None

    @property
    def leave_in_time(self) -> bool:
        """Whether any letter leaves out of patience within the limit."""
        return self.left_in_time_share is not None and bool(self.left_in_time_share.mean)

    @property
    def by_home(self) -> tuple[UnitFigures, ...]:
        """By home unit, those with letters."""
        return tuple(unit for unit in self.by_unit if unit.team == self.by_unit[-1].team)

    @property
    def districts(self) -> tuple[UnitFigures, ...]:
        """Units of the highest team that has several of them with letters; none where no team has."""
        teams = [unit.team for unit in self.by_unit]
        first = next((team for team in teams if teams.count(team) > 1), None)
        return tuple(unit for unit in self.by_unit if unit.team == first)
