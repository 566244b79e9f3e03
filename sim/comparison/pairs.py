"""One staffing against another one: paired differences of each SLA, everywhere and by district, and what they show."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sim.comparison.by_date import DifferencesByDate
from sim.comparison.districts import DistrictDifference
from sim.statistics import Difference, Estimate

_SAME_HOURS: Final = 1e-6
"""Hours a week by which two staffings differ through rounding alone."""


class PairedVerdict(StrEnum):
    """What the paired interval of a difference says."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"
    NONE_SEEN = "no difference seen"
    """No replication differs; which does not say that there is none."""


@dataclass(frozen=True)
class SlaDifference:
    """Compliance with one SLA under another staffing, minus that under the base.

    Attributes:
        difference: with the interval of paired replications, and that of two runs with letters of their own.
        left: difference of the shares of letters that left out of patience within the limit, which do not count for the
            SLA; None if none does under any staffing.
    """

    sla: str
    difference: Difference
    left: Estimate | None = None

    @property
    def paired(self) -> Estimate:
        """The difference with its paired interval."""
        return self.difference.paired

    @property
    def loses_more(self) -> bool:
        """Whether more letters surely leave within the limit, which then count no more."""
        return self.left is not None and self.left.is_above_zero

    @property
    def finding(self) -> PairedVerdict:
        """Better or worse only where the paired interval leaves out zero."""
        if self.paired.is_above_zero:
            return PairedVerdict.BETTER
        if self.paired.is_below_zero:
            return PairedVerdict.WORSE
        return PairedVerdict.NO_DIFFERENCE if self.difference.seen else PairedVerdict.NONE_SEEN


@dataclass(frozen=True)
class Pair:
    """One staffing against another one.

    Attributes:
        hours: rostered and stand-in hours a week; heads alone do not compare staffings.
        districts: of each SLA and district, with intervals that hold together.
        by_date: of each day of the window; None where the windows are not the same days.
    """

    base: str
    other: str
    slas: Mapping[str, SlaDifference]
    headcount: int
    cost: float
    hours: float
    districts: tuple[DistrictDifference, ...]
    by_date: DifferencesByDate | None

    @property
    def worse_districts(self) -> tuple[DistrictDifference, ...]:
        """Of each district that is surely worse in something, where it is worst; the worst first."""
        worse = sorted(
            (each for each in self.districts if each.is_worse), key=lambda each: each.difference.mean or -1.0
        )
        first = {each.district: each for each in reversed(worse)}
        return tuple(each for each in worse if first[each.district] is each)

    @property
    def loses_more(self) -> tuple[SlaDifference, ...]:
        """The SLAs within whose limits surely more letters leave, whatever compliance of the others says."""
        return tuple(each for each in self.slas.values() if each.loses_more)

    @property
    def finding(self) -> PairedVerdict | None:
        """Over all SLAs: None where some are better and others worse."""
        found = {difference.finding for difference in self.slas.values()}
        if {PairedVerdict.BETTER, PairedVerdict.WORSE} <= found:
            return None
        order = (PairedVerdict.BETTER, PairedVerdict.WORSE, PairedVerdict.NO_DIFFERENCE)
        return next((each for each in order if each in found), PairedVerdict.NONE_SEEN)

    @property
    def is_dearer(self) -> bool:
        """Whether the other costs more, or works more hours."""
        return self.cost > 0 or self.hours > _SAME_HOURS

    @property
    def is_cheaper(self) -> bool:
        """Whether the other costs less or works fewer hours, and not more of either."""
        return not self.is_dearer and (self.cost < 0 or self.hours < -_SAME_HOURS)

    @property
    def makes_something_worse(self) -> bool:
        """Whether something is surely worse: an SLA, a district, or letters that leave."""
        lost = bool(self.worse_districts or self.loses_more)
        return lost or any(each.finding is PairedVerdict.WORSE for each in self.slas.values())

    @property
    def dominates(self) -> bool:
        """Whether the other is no dearer, worse in nothing, and better in something or cheaper without any difference.

        Cheaper with a difference that is not shown may still be worse: that decides nothing.
        """
        if self.is_dearer or self.makes_something_worse:
            return False
        return self.finding is PairedVerdict.BETTER or (self.is_cheaper and self.finding is PairedVerdict.NONE_SEEN)
