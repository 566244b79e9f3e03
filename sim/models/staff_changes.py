"""What changes in the staff on dates: leave, sickness, training, hires, another roster from a date on."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sim.models.base import PERCENTAGE, Factor, Record, Title, parse_share, reader_of, same_file
from sim.models.periods import Period


def _parse_people(written: Any) -> Any:
    if isinstance(written, str):
        return parse_share(written)
    if isinstance(written, bool) or not isinstance(written, int):
        raise ValueError(f"must be a number of people such as -3 or +2, or a part such as +10% (got {written!r})")
    return written


def _whole_or_part(people: int | float) -> int | float:
    if isinstance(people, float) and not -1 <= people <= 100:
        raise ValueError(f"must be -100% or more and at most 10000% (got {100 * people:g}%)")
    if isinstance(people, int) and abs(people) > 1_000_000:
        raise ValueError(f"must be at most 1000000 people more or less (got {people})")
    return people


def _write_people(people: int | float) -> int | str:
    return people if isinstance(people, int) else f"{100 * people:+.10g}%"


People = Annotated[
    int | float,
    AfterValidator(_whole_or_part),
    BeforeValidator(_parse_people),
    PlainSerializer(_write_people, return_type=int | str),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": PERCENTAGE}]}),
]
"""People more or less: a number, `-3` or `+2`, or a part of those there, `+10%`."""


class StaffChange(Period):
    """A period in which more or fewer people of a team work its shifts, or work at another speed.

    It holds for the shifts that start in the period; several changes that meet add up.
    """

    team: str
    """The team that it concerns."""
    roster: str | None = None
    """The roster that it concerns, which the team need not have before; if not said, all of the team in proportion."""
    unit: str | None = None
    """The unit of the team that it concerns, by name; if not said, all of the team together."""
    people: People | None = None
    """People more or less, `-3` or `+2`, or a part of those that the team has without changes, `+10%`."""
    speed: Annotated[Factor, Field(gt=0)] | None = None
    """Speed at which work is done there, of letters received in the period: at `50%` everything takes twice as long."""
    why: Title = ""
    """What is behind it."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.people is None and self.speed is None:
            raise ValueError("needs people or speed")
        if self.speed is not None and self.roster is not None:
            raise ValueError("speed is of all who work at a unit, whatever their roster")
        return self


@dataclass(frozen=True)
class LeaveRows:
    """The rows of a leave calendar; two of the same file are equal."""

    unit: tuple[str, ...] = field(compare=False)
    day: tuple[date, ...] = field(compare=False)
    people: tuple[int, ...] = field(compare=False)
    line: tuple[int, ...] = field(compare=False)
    digest: str


class LeaveCalendar(Record):
    """A CSV file that says who is on leave: `unit`, `date` and `people`, how many miss the shifts of that day."""

    team: str
    """The team whose units it names."""
    roster: str | None = None
    """The roster that the people miss; if not said, all of the team in proportion."""
    file: str
    """Path of the CSV file, relative to the scenario."""
    sha256: str | None = None
    """Hash of the file, which says which one is meant; any will do if not said, and a run's own scenario says it."""
    _rows: LeaveRows = PrivateAttr(default=LeaveRows((), (), (), (), ""))

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Self:
        rows: LeaveRows = reader_of(info).read_leave(self.file)
        same_file(self.sha256, rows.digest, self.file)
        self._rows = rows
        return self.model_copy(update={"sha256": rows.digest})

    @property
    def rows(self) -> LeaveRows:
        """The rows of the file."""
        return self._rows
