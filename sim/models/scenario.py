"""The root of a scenario: everything a planner can configure, checked as a whole."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from sim.clock import CALENDAR_MARGIN, DAY, Calendar, check_country
from sim.errors import ScenarioError
from sim.models.arrivals import Arrivals, Category, Channel
from sim.models.base import Duration, Label, Name, Record, Whole
from sim.models.crosschecks import cross_checks
from sim.models.plan import Plan
from sim.models.sla import Sla
from sim.models.staffing import ALWAYS, ROSTERS, RosterPattern, Team
from sim.models.stress import Stress
from sim.models.workflow import AnyStep


def _parse_day(written: Any) -> date:
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    try:
        if isinstance(written, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
            day = date.fromisoformat(written)
            if day.year in YEARS:
                return day
    except ValueError:
        pass
    raise ValueError(f"must be a date between {YEARS[0]} and {YEARS[-1]}, such as 2021-05-03 (got {written!r})")


YEARS: Final = range(1950, 2101)
"""Years in which a scenario can start; nobody knows the public holidays of others."""

Day = Annotated[
    date,
    BeforeValidator(_parse_day),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]


def _this_version(written: Any) -> Any:
    if type(written) is not int or written != 1:  # true is 1 for Python
        raise ValueError(f"must be 1 (got {written!r})")
    return written


def _known_country(country: str) -> str:
    check_country(country)
    return country


class Scenario(Record):
    """One mailbox: how letters arrive, who handles them, what was promised, and how to simulate it."""

    schema_: Annotated[Literal[1], BeforeValidator(_this_version)] = Field(default=1, alias="schema")
    """Version of this language."""
    name: Annotated[str, Field(max_length=200)] = ""
    """Title on reports."""
    about: Annotated[str, Field(max_length=10_000)] = ""
    """What this scenario is for."""
    start: Day
    """Day 0, 00:00 local time; decides weekdays and holidays."""
    warm_up: Duration = 0.0
    """Letters received before its end are simulated, not counted."""
    window: Annotated[Duration, Field(ge=1)]
    """Letters received in the window are counted."""
    cool_down: Duration | None = None
    """Time after the window in which arrivals go on; the longest SLA limit if not said."""
    replications: Annotated[Whole, Field(ge=1, le=100_000)] = 20
    seed: Annotated[Whole, Field(ge=0, lt=2**63)] = 1
    holidays: Annotated[str, AfterValidator(_known_country)] | None = None
    """Public holidays and make-up working days: `china`, or the ISO code of another country."""
    arrivals: Arrivals
    channels: Annotated[Mapping[Label, Channel], Field(min_length=1)] = {"mailbox": Channel(share=1.0)}
    categories: Annotated[Mapping[Label, Category], Field(min_length=1)] = {"letter": Category(share=1.0)}
    teams: Annotated[Mapping[Name, Team], Field(min_length=1)]
    rosters: Mapping[Name, RosterPattern] = {}
    """Rosters besides the built-in ones."""
    workflow: Annotated[tuple[AnyStep, ...], Field(min_length=1)]
    """Steps in order."""
    sla: Mapping[Name, Sla] = {}
    stress: Stress | None = None
    """How `stress` loads it; with sensible defaults if not said."""
    plan: Plan | None = None
    """What `plan` may change; with sensible defaults if not said."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = cross_checks(self)
        if problems:
            raise ScenarioError(self.name or "the scenario", problems)
        return self

    def roster(self, name: str) -> RosterPattern | None:
        """The pattern of a roster; None for `always`, which has no shifts that end.

        Raises:
            KeyError: no such roster.
        """
        if name == ALWAYS:
            return None
        return self.rosters[name] if name in self.rosters else ROSTERS[name]

    @property
    def window_start(self) -> int:
        """First second of the window."""
        return round(self.warm_up)

    @property
    def window_end(self) -> int:
        """First second after the window."""
        return round(self.warm_up + self.window)

    @property
    def horizon(self) -> int:
        """First second that is not simulated."""
        return self.window_end + self.cooling

    @cached_property
    def cooling(self) -> int:
        """Seconds from the end of the window to the horizon.

        If not said, the least time in which the limit of every SLA passes for the last letter of the window.
        """
        if self.cool_down is not None:
            return round(self.cool_down)
        longest = max((sla.within.seconds for sla in self.sla.values()), default=0)
        # Even an office-hours clock counts something every fortnight.
        calendar = Calendar(self.start, (self.window_end + 60 * longest) // DAY + 30, self.holidays)
        return max((calendar.time_for(sla.within, self.window_end) for sla in self.sla.values()), default=0)

    def calendar(self) -> Calendar:
        """Weekdays, holidays and SLA clocks from day 0 to some time after the horizon."""
        return Calendar(self.start, self.horizon // DAY + CALENDAR_MARGIN, self.holidays)

    def resolved(self) -> dict[str, Any]:
        """The scenario as plain values that, written as YAML, give the same scenario again."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
