"""What a change makes of each day: paired differences of compliance and of open letters, by date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import Int64s
from sim.metrics.measures import Counts, instants_of
from sim.scenario.setting import Setting
from sim.statistics import Decided, Estimate, mean_over, paired_difference, stacked

DATED: Final = ("backlog", "staff_changes", "leave", "arrivals.surges", "arrivals.growth", "arrivals.by_month")
"""Settings whose effect is seen by date."""


class Courses(NamedTuple):
    """What happened on each day of a window, in each replication."""

    first: date
    open_letters: Int64s  # at the end of each day, (replications, days)
    decided: Mapping[str, Decided]  # letters received on each day, by SLA, (replications, days)


@dataclass(frozen=True)
class DifferencesByDate:
    """One staffing minus another one on each day of the window, with paired intervals.

    Attributes:
        first: the first day.
        open_letters: letters open at the end of each day.
        compliance: of the letters received on each day, by SLA.
    """

    first: date
    open_letters: tuple[Estimate, ...]
    compliance: Mapping[str, tuple[Estimate, ...]]

    @property
    def dates(self) -> list[date]:
        """The days."""
        return [self.first + timedelta(days=day) for day in range(len(self.open_letters))]

    def rows(self) -> Iterator[tuple[str, str, Estimate]]:
        """What, the date and the difference; shares as fractions."""
        for what, course in {"open letters": self.open_letters, **self.compliance}.items():
            yield from ((what, day.isoformat(), each) for day, each in zip(self.dates, course, strict=True))


def courses(setting: Setting, counts: Sequence[Counts]) -> Courses:
    """What happened on each whole day of the window."""
    scenario = setting.scenario
    first, days = scenario.window_start // DAY, -(-scenario.window_end // DAY) - scenario.window_start // DAY
    instants = instants_of(scenario.horizon)
    ends = np.minimum((first + 1 + np.arange(days)) * DAY, instants[-1])
    at = np.searchsorted(instants, ends)
    number = np.stack([each.open_letters.number for each in counts])
    by_sla = zip(scenario.sla, zip(*(each.slas for each in counts), strict=True), strict=True)
    return Courses(
        first=scenario.start + timedelta(days=first),
        open_letters=number[:, at],
        decided={name: stacked([each.by_day for each in of_sla]) for name, of_sla in by_sla},
    )


def differences_by_date(base: Courses, other: Courses, *, copies: bool) -> DifferencesByDate | None:
    """The differences; None where the windows are not the same days."""
    if (base.first, base.open_letters.shape) != (other.first, other.open_letters.shape):
        return None
    both = [sla for sla in base.decided if sla in other.decided]
    days = range(base.open_letters.shape[1])
    change = mean_over(other.open_letters - base.open_letters)

    def of_day(sla: str, day: int) -> Estimate:
        one, two = (Decided(*(column[:, day] for column in course.decided[sla])) for course in (base, other))
        return paired_difference(one, two, copies=copies).paired

    return DifferencesByDate(
        first=base.first,
        open_letters=tuple(change.at(day) for day in days),
        compliance={sla: tuple(of_day(sla, day) for day in days) for sla in both},
    )
