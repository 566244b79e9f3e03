"""The root of a scenario: everything a planner can configure, checked as a whole."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from sim.core.calendar import CALENDAR_MARGIN, Calendar
from sim.core.clock import (
    DAY,
    DURATION,
    LONGEST_DURATION,
    MOMENT,
    OFFICE_HOURS,
    parse_date,
    parse_duration,
)
from sim.core.errors import ScenarioError
from sim.models.arrivals import Arrivals
from sim.models.backlog import InitialBacklog
from sim.models.base import Duration, Label, Name, Record, Title, Whole
from sim.models.categories import Category, Channel, sections_of_trace
from sim.models.crosschecks import cross_checks
from sim.models.holidays import Day, Holidays
from sim.models.labels import ChineseText, Labels, TextInBoth, TitleInBoth, apart
from sim.models.periods import window_durations
from sim.models.repeat_letters import RepeatLetters
from sim.models.sla import OpenHours, Sla
from sim.models.staff_changes import LeaveCalendar, StaffChange
from sim.models.staffing import ALWAYS, ROSTERS, RosterPattern, Team
from sim.models.studies import Plan, SensitivitySettings, Stress
from sim.models.supervision import Extension, Supervise
from sim.models.system import System
from sim.models.workflow import Workflow

OLDEST_DRAWN: Final = 3_653
"""Days, ten years: no letter whose age is drawn is older."""


def _this_version(written: Any) -> Any:
    if type(written) is not int or written != 1:  # true is 1 for Python
        raise ValueError(f"must be 1 (got {written!r})")
    return written


def _refuse_dates(written: Any, info: ValidationInfo) -> Any:
    """Say what is wrong with a window by dates that could not be made durations."""
    if isinstance(written, dict) and {"from", "until"} & set(written) and "start" in info.data:
        window_durations(written, info.data["start"], info.data.get("warm_up", 0.0))
    return written


Window = Annotated[
    Duration,
    Field(ge=1),
    BeforeValidator(_refuse_dates),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": DURATION},
                {
                    "type": "object",
                    "properties": {key: {"type": "string", "pattern": MOMENT} for key in ("from", "until")},
                    "required": ["from", "until"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A duration, or the dates of the window, `{from, until}`, which say the warm-up too: the time before it."""


class Scenario(Record):
    """One mailbox: how letters arrive, who handles them, which SLAs hold, and how to simulate it."""

    schema_: Annotated[Literal[1], BeforeValidator(_this_version)] = Field(default=1, alias="schema")
    """Version of this language."""
    name: TitleInBoth = ""
    """Title on reports; `{en: ..., zh: ...}` gives it in both languages."""
    name_zh: Annotated[Title, Field(max_length=200)] = ""
    """Title on reports in Chinese."""
    about: TextInBoth = ""
    """What this scenario is for; in both languages as `name`."""
    about_zh: ChineseText = ""
    """What this scenario is for, in Chinese."""
    labels: Annotated[Labels, Field(default_factory=dict)]
    """What people call teams, units, steps, SLAs, categories, channels and rosters, by language:
    `zh: {station: 派出所, functional.conduct: 督察}`. What has no label is shown as typed."""
    start: Day
    """Day 0, 00:00 local time; decides weekdays and holidays."""
    warm_up: Duration = 0.0
    """Letters received before its end are simulated, not counted."""
    window: Window
    """Letters received in the window are counted: a duration, or `{from: 2021-05-10, until: 2021-06-07}`."""
    cool_down: Duration | None = None
    """Time after the window in which arrivals go on; the longest SLA limit if not said."""
    replications: Annotated[Whole, Field(ge=1, le=100_000)] = 20
    """How often it is simulated, with other chance each time."""
    seed: Annotated[Whole, Field(ge=0, lt=2**63)] = 1
    """Number that all chance follows from: the same seed gives the same figures."""
    holidays: Holidays | None = None
    """Public holidays and make-up working days: `china`, the ISO code of another country or region, or own lists; every
    Monday to Friday is a working day if not said."""
    office_hours: OpenHours = OFFICE_HOURS
    """When office hours count, of SLAs and of waits, on working days."""
    arrivals: Arrivals
    """How many letters come, and when."""
    channels: Annotated[Mapping[Label, Channel], Field(min_length=1)] = {"mailbox": Channel(share=1.0)}
    """Ways in for letters, by name; one, `mailbox`, if not said."""
    categories: Annotated[Mapping[Label, Category], Field(min_length=1)] = {"letter": Category(share=1.0)}
    """Kinds of letters, by name; one, `letter`, if not said."""
    teams: Annotated[Mapping[Name, Team], Field(min_length=1)]
    """Who works, where and when, by name."""
    rosters: Mapping[Name, RosterPattern] = {}
    """Rosters besides the built-in ones."""
    backlog: InitialBacklog | None = None
    """Letters that are open on day 0, 00:00: a CSV file with one row each, or counts by step; none if not said."""
    staff_changes: tuple[StaffChange, ...] = ()
    """What changes in the staff on dates: sickness, training, hires, another roster."""
    leave: tuple[LeaveCalendar, ...] = ()
    """Leave calendars: CSV files of how many people of which unit are on leave on which date."""
    workflow: Workflow
    """Steps in order."""
    sla: Mapping[Name, Sla] = {}
    """Service level agreements, by name."""
    supervise: tuple[Supervise, ...] = ()
    """What happens to letters that are about to miss an SLA, or have: another priority or unit, a prompt sheet."""
    extension: tuple[Extension, ...] = ()
    """More time for letters that are about to miss an SLA: compliance is told against both limits."""
    repeat_letters: RepeatLetters | None = None
    """Letters that writers send again about the same matter, more of them if the first one was late; none if not
    said."""
    stress: Stress | None = None
    """How `stress` loads it; with sensible defaults if not said."""
    plan: Plan | None = None
    """What `plan` may change; with sensible defaults if not said."""
    sensitivity: SensitivitySettings | None = None
    """What `sensitivity` varies besides the figures that are marked."""
    system: System | None = None
    """What `targets` assumes of the IT system, and asks of it; with sensible defaults if not said."""

    @model_validator(mode="before")
    @classmethod
    def _in_both_languages(cls, written: Any) -> Any:
        return apart(written)

    @model_validator(mode="before")
    @classmethod
    def _window_by_dates(cls, written: Any) -> Any:
        """A window by its dates as durations; one that is none is left, for the field to say what is wrong."""
        if not isinstance(written, dict) or not isinstance(written.get("window"), dict):
            return written
        try:
            start = parse_date(written.get("start"))
            warm_up, window = window_durations(written["window"], start, parse_duration(written.get("warm_up", "0 s")))
        except ValueError:
            return written
        return {**written, "warm_up": f"{warm_up} s", "window": f"{window} s"}

    @property
    def headcount(self) -> int:
        """People of the teams that are counted."""
        return sum(team.headcount for team in self.teams.values() if team.counted)

    @property
    def staff_cost(self) -> float:
        """Cost of these people, in the unit of the teams' `cost`."""
        return sum(team.headcount * team.cost for team in self.teams.values() if team.counted)

    @property
    def category_shares(self) -> dict[str, float]:
        """Share of all letters of each category."""
        return {name: category.share or 0.0 for name, category in self.categories.items()}

    @property
    def channel_shares(self) -> dict[str, float]:
        """Share of all letters of each channel."""
        return {name: channel.share or 0.0 for name, channel in self.channels.items()}

    @property
    def channels_have_times(self) -> bool:
        """Whether letters of some channel come at other times than those of others."""
        return any(channel.has_times for channel in self.channels.values())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        sections, problems = sections_of_trace(self)
        scenario = self.model_copy(update=sections) if sections else self
        problems += cross_checks(scenario)
        if problems:
            raise ScenarioError(self.name or "the scenario", problems)
        return scenario

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
        days = (self.window_end + longest) // DAY + 30
        while True:
            calendar = self.days(days)
            try:
                ends = [calendar.time_for(sla.within, self.window_end, sla.office_hours) for sla in self.sla.values()]
                return max(ends, default=0)
            except ValueError:
                # Office hours may be minutes a day, and own days off many.
                days *= 2
                if days > LONGEST_DURATION // DAY:
                    raise

    @property
    def _days_before(self) -> int:
        """Days before day 0 that clocks of open letters may have begun on."""
        if self.backlog is None:
            return 0
        if self.backlog.rows is None:
            return OLDEST_DRAWN
        oldest: date = self.backlog.rows.received.min().astype("datetime64[D]").item()
        return max((self.start - oldest).days + 1, 0)

    def calendar(self) -> Calendar:
        """Weekdays, holidays and SLA clocks from day 0 to some time after the horizon."""
        return self.days(self.horizon // DAY + CALENDAR_MARGIN)

    def days(self, count: int) -> Calendar:
        """Weekdays, holidays and SLA clocks of a number of days from day 0 on."""
        rule = self.holidays.rule if self.holidays else None
        return Calendar(self.start, count, rule, self.office_hours, before=self._days_before)

    def changed(self, **update: Any) -> Self:
        """A copy with some values replaced, which are not checked."""
        copy = self.model_copy(update=update)
        # A copy takes over what the original had worked out of its length.
        copy.__dict__.pop("cooling", None)
        return copy

    def stretch(self, day: int, *, warm_up: int, window: int, cool_down: int) -> Self:
        """The same mailbox from a day on, with the level that its letters have reached by then; durations in seconds.

        What builds up before that day is left out.
        """
        return self.changed(
            start=self.start + timedelta(days=day),
            warm_up=float(warm_up),
            window=float(window),
            cool_down=float(cool_down),
            arrivals=self.arrivals.from_day(day),
            staff_changes=tuple(change.from_day(day) for change in self.staff_changes),
            backlog=self.backlog if day == 0 else None,
        )

    def resolved(self) -> dict[str, Any]:
        """The scenario as plain values that, written as YAML, give the same scenario again."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
