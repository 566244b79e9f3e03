"""Teams, their units and headcounts, and the rosters that say when people are on duty."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema, model_validator

from sim.core.clock import DAY, HOUR, MINUTE, SPAN, parse_span
from sim.models.base import Flag, Name, Number, PerCategory, Record, Share, Weight, Whole, share_schema
from sim.models.distributions import Distribution


def write_span(span: tuple[int, int]) -> str:
    """A shift as it is written, `20:00-08:00`."""
    start, end = span[0], span[1] if span[1] <= DAY else span[1] - DAY
    return "-".join(f"{at // HOUR:02}:{at % HOUR // MINUTE:02}" for at in (start, end))


Span = Annotated[
    tuple[int, int],
    BeforeValidator(lambda written: written if isinstance(written, tuple) else parse_span(written)),
    PlainSerializer(write_span, return_type=str),
    WithJsonSchema({"type": "string", "pattern": SPAN}),
]
"""A shift, `20:00-08:00`; one that passes midnight belongs to the day on which it starts."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class RosterPattern(Record):
    """When the people of a roster work: one of `daily`, `working_days`, `weekly` or `cycle`."""

    daily: tuple[Span, ...] | None = None
    """Everybody works these shifts every day."""
    working_days: tuple[Span, ...] | None = None
    """Everybody works these shifts on working days: not at weekends or on holidays, but on make-up working days."""
    weekly: Mapping[Weekday, tuple[Span, ...]] | None = None
    """Everybody works these shifts on these days of the week."""
    cycle: Annotated[tuple[tuple[Span, ...], ...], Field(min_length=1, max_length=366)] | None = None
    """The shifts of each day of a cycle that everybody goes through: `[["08:00-20:00"], ["20:00-08:00"], [], []]`.
    A unit's people are allocated evenly over as many groups as the cycle has days, each a day behind the one before."""
    on_holidays: Flag = True
    """Whether `daily`, `weekly` and `cycle` shifts that start on a public holiday take place."""

    @model_validator(mode="after")
    def _one_pattern(self) -> Self:
        given = [self.daily, self.working_days, self.weekly, self.cycle]
        if sum(pattern is not None for pattern in given) != 1:
            raise ValueError("needs exactly one of daily, working_days, weekly, cycle")
        if not any(spans for spans in self.days_of_shifts):
            raise ValueError("needs at least one shift")
        for spans in self.days_of_shifts:
            if any(one[1] > other[0] for one, other in zip(sorted(spans), sorted(spans)[1:], strict=False)):
                raise ValueError("has shifts of one day that overlap")
        return self

    def __hash__(self) -> int:
        return hash((tuple(self.days_of_shifts), self.on_holidays))  # a mapping has none of its own

    @property
    def days_of_shifts(self) -> list[tuple[Span, ...]]:
        """The shifts of each day of the pattern's period: one day, a week, or the cycle."""
        if self.daily is not None:
            return [self.daily]
        if self.working_days is not None:
            return [self.working_days] * 5 + [()] * 2
        if self.weekly is not None:
            return [self.weekly.get(day, ()) for day in WEEKDAYS]
        return list(self.cycle or ())

    @property
    def hours_a_week(self) -> float:
        """Hours of duty of one person in an average week without holidays."""
        days = self.days_of_shifts
        on_duty = sum(end - start for spans in days for start, end in spans)
        return on_duty / HOUR * 7 / len(days)


def _cycle(*days: str) -> RosterPattern:
    return RosterPattern(cycle=tuple((parse_span(day),) if day else () for day in days))


ALWAYS = "always"
"""The roster of a seat that is never empty: one shift from the first second to the last."""

ROSTERS: dict[str, RosterPattern] = {
    "office": RosterPattern(working_days=(parse_span("08:30-18:00"),)),
    # Each person works five days in seven, so that every day is covered.
    "daytime": _cycle(*["08:30-18:00"] * 5, "", ""),
    "four_teams_three_shifts": _cycle("08:00-16:00", "16:00-24:00", "00:00-08:00", ""),
    "four_teams_two_shifts": _cycle("08:00-20:00", "20:00-08:00", "", ""),
    "three_teams_two_shifts": _cycle("08:00-20:00", "20:00-08:00", ""),
    "duty_24_48": _cycle("08:00-08:00", "", ""),
}
"""The built-in rosters besides `always`: 四班三运转, 四班两倒, 三班两运转, 24 h on and 48 h off, and daytime ones."""


class OtherDuty(Record):
    """Work besides letters that occupies the same people, for example emergencies at a station's command room.

    Jobs come to each unit while somebody is on duty there; at other times somebody else takes them.
    """

    per_hour: Annotated[Number, Field(ge=0, le=1000)]
    """Jobs an hour at each unit."""
    effort: Distribution
    """Time that a person is busy with a job."""
    priority: Annotated[Whole, Field(ge=0, le=9)] = 5
    """0 to 9, smaller first."""
    interrupts: Flag = False
    """Whether it takes a person away from interruptible work of a larger priority number."""
    interruptible: Flag = True
    """Whether more urgent work may take its person away."""


MAX_UNITS: Final = 100_000

Units = Annotated[
    Annotated[Annotated[Whole, Field(ge=1, le=MAX_UNITS)], Tag("~number")]
    | Annotated[tuple[Annotated[Whole, Field(ge=0, le=MAX_UNITS)], ...], Tag("~list")],
    Discriminator(lambda written: "~list" if isinstance(written, list | tuple) else "~number"),
]
"""How many places: one number, or one for each unit above."""


Allocation = Literal["evenly", "weights"] | tuple[Weight, ...]
"""How people are allocated to the units of a team: as many to each, by the units' shares of the letters, or by weights
of their own; these may be the people of each unit, who then come out as they are."""


class Team(Record):
    """A kind of staffed place, in one or more units with a queue each."""

    tier: Name | None = None
    """Where it stands: city, branch or station."""
    units: Units = 1
    """How many places; a list says how many within each unit of the team above."""
    within: str | None = None
    """The team whose units these places belong to."""
    names: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] | None = None
    """Name of each unit; a unit with the name of a category takes the letters of that category."""
    staff: Mapping[str, Annotated[Whole, Field(ge=0, le=1_000_000)]] = Field(default_factory=dict)
    """Headcount over all units, by roster."""
    staff_by: Allocation | Mapping[str, Allocation] = "evenly"
    """How the headcount is spread over the units, of all rosters or by roster; a roster that is not named evenly."""
    absence: Share = 0.0
    """Chance that a person misses a shift."""
    at_least: Annotated[Whole, Field(ge=0, le=1_000_000)] = 0
    """Least number of people that a shift which has anybody falls to."""
    weights: tuple[Weight, ...] | None = None
    """Share of the letters of each unit; equal if not said. Only their ratios matter."""
    other_duty: OtherDuty | None = None
    """Work besides letters that the same people have; none if not said."""
    counted: Flag = True
    """Whether these people count towards the headcount and the cost of the mailbox."""
    cost: Annotated[Number, Field(ge=0, le=1e9)] = 1.0
    """Cost of one person, in any unit; comparisons and plans add it up."""

    @property
    def unit_count(self) -> int:
        """How many places in all."""
        return self.units if isinstance(self.units, int) else sum(self.units)

    @property
    def headcount(self) -> int:
        """People over all units and rosters."""
        return sum(self.staff.values())

    def allocation(self, roster: str) -> Allocation:
        """How the people of a roster are allocated to the units."""
        return self.staff_by.get(roster, "evenly") if isinstance(self.staff_by, Mapping) else self.staff_by


def unit_names(name: str, team: Team) -> tuple[str, ...]:
    """Name of each unit of a team: as the scenario says, or `station-1`, `station-2`, ..., or the team's own."""
    if team.names is not None:
        return team.names
    if team.unit_count == 1:
        return (name,)
    return tuple(f"{name}-{number + 1}" for number in range(team.unit_count))


def teams_above(name: str, teams: Mapping[str, Team]) -> list[str]:
    """The teams that a team lies within, from the nearest one up."""
    above = teams[name].within
    return [] if above is None else [above, *teams_above(above, teams)]


def home_team(teams: Mapping[str, Team]) -> str:
    """The team whose units are the homes of letters: the first of those with most teams above them."""
    return max(teams, key=lambda name: len(teams_above(name, teams)))


def routing(written: Any) -> Any:
    """A team's name as shares: `station` is `{station: 100%}`."""
    return {written: 1.0} if isinstance(written, str) else written


Routing = Annotated[
    Mapping[str, Share],
    BeforeValidator(routing),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "additionalProperties": share_schema(1)}]}
    ),
]
"""The team that does a step, or teams with shares that sum to 100%."""

RoutingPerCategory = PerCategory[Routing]
