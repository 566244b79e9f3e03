"""Shift patterns: the rosters of days on and days off that keep given labour rules."""

from typing import Final, NamedTuple

from sim.core.clock import DAY, HOUR
from sim.models.roster_rules import RosterRules
from sim.models.staffing import RosterPattern, write_span

_STEP: Final = HOUR
"""Starts, and lengths, of shifts are so far apart."""

_LONGEST_CYCLE: Final = 8
"""Days of a cycle, at most: with few people a unit has everybody off at once for long in a longer one."""

_DEEP_NIGHT: Final = (0, 5 * HOUR)
"""A shift that touches these hours of the day is a night shift."""


class ShiftPattern(NamedTuple):
    """Shift pattern: a cycle of days on, with the same shift each, and days off."""

    start: int  # seconds after 00:00
    length: int  # seconds
    on: int
    off: int

    @property
    def name(self) -> str:
        """Its hours, such as `16:00-24:00`."""
        return write_span(self.span)

    @property
    def span(self) -> tuple[int, int]:
        """The shift, in seconds after 00:00; the end may lie on the next day."""
        return self.start, self.start + self.length

    @property
    def hours_a_week(self) -> float:
        """Of one person in an average week."""
        return 7 * self.length / HOUR * self.on / (self.on + self.off)

    def roster(self) -> RosterPattern:
        """The same as a roster of the scenario language."""
        return RosterPattern(cycle=((self.span,),) * self.on + ((),) * self.off)


def shift_patterns(rules: RosterRules) -> tuple[ShiftPattern, ...]:
    """All shifts that labour rules allow, each with the cycle that has most hours a week, and of those the shortest."""
    earliest, latest = rules.starts
    shortest, longest = (round(length) for length in rules.lengths)
    found = []
    for start in range(earliest, latest + 1, _STEP):
        for length in range(shortest, longest + 1, _STEP):
            cycles = [
                ShiftPattern(start % DAY, length, on, days - on)
                for days in range(2, _LONGEST_CYCLE + 1)
                for on in range(1, days)
            ]
            allowed = [pattern for pattern in cycles if _keeps(pattern, rules)]
            if allowed:
                found.append(max(allowed, key=lambda each: (round(each.hours_a_week, 6), -each.on - each.off)))
    return tuple(found)


def _keeps(pattern: ShiftPattern, rules: RosterRules) -> bool:
    """Whether a pattern keeps the labour rules."""
    in_a_row = rules.days_in_a_row
    if _at_night(pattern):
        in_a_row = min(in_a_row, rules.nights_in_a_row)
    # After the last day on comes a day off at least.
    until_next = DAY if pattern.on > 1 else DAY * (1 + pattern.off)
    rested = until_next - pattern.length >= rules.rest
    return rested and pattern.on <= in_a_row and pattern.hours_a_week <= rules.hours_per_week + 1e-9


def _at_night(pattern: ShiftPattern) -> bool:
    start, end = pattern.span
    return any(start < day + _DEEP_NIGHT[1] and end > day + _DEEP_NIGHT[0] for day in (0, DAY))
