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
    """

    sla: str
    difference: Difference

    @property
    def paired(self) -> Estimate:
        """The difference with its paired interval."""
        return self.difference.paired

    @property
    def finding(self) -> PairedVerdict:
        """Better or worse only where the paired interval leaves out zero."""
        if self.paired.low is not None and self.paired.low > 0:
            return PairedVerdict.BETTER
        if self.paired.high is not None and self.paired.high < 0:
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
    def finding(self) -> PairedVerdict | None:
        """Over all SLAs: None where some are better and others worse."""
        found = {difference.finding for difference in self.slas.values()}
        if {PairedVerdict.BETTER, PairedVerdict.WORSE} <= found:
            return None
        order = (PairedVerdict.BETTER, PairedVerdict.WORSE, PairedVerdict.NO_DIFFERENCE)
        return next((each for each in order if each in found), PairedVerdict.NONE_SEEN)

    @property
    def dominates(self) -> bool:
        """Whether the other is no dearer, in cost or hours, worse in nothing, and better or cheaper in something."""
        found = {difference.finding for difference in self.slas.values()}
        dearer = self.cost > 0 or self.hours > _SAME_HOURS
        gain = PairedVerdict.BETTER in found or self.cost < 0 or self.hours < -_SAME_HOURS
        return not dearer and PairedVerdict.WORSE not in found and not self.worse_districts and gain
