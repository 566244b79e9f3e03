"""Public holidays of a country or region, with single days off and make-up working days over them."""

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema, model_serializer, model_validator

from sim.core.calendar import DaysOff, place_of
from sim.core.clock import DATE, parse_date
from sim.models.base import Record

_YEARS: Final = range(1950, 2101)
"""Years in which a scenario can start; nobody knows the public holidays of others."""


def _parse_day(written: Any) -> date:
    try:
        day = parse_date(written)
        if day.year in _YEARS:
            return day
    except ValueError as error:
        if "exist" in str(error):
            raise
    raise ValueError(f"must be a date between {_YEARS[0]} and {_YEARS[-1]}, such as 2021-05-03 (got {written!r})")


Day = Annotated[
    date,
    BeforeValidator(_parse_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DATE}),
]
"""A date, `2021-05-03`."""


class Holidays(Record):
    """Public holidays and make-up working days; a place alone is written as its code: `china`, `GB-ENG`, `DE-BY`."""

    country: str | None = None
    """`china`, or an ISO 3166 code such as `DE`; weekends alone are off if not said."""
    region: str | None = None
    """ISO 3166-2 code of a region, such as `BY`; without one only what is a holiday in all regions is one."""
    days_off: tuple[Day, ...] = ()
    """Further days off, with the standing of public holidays."""
    working: tuple[Day, ...] = ()
    """Working days that would be off otherwise: make-up days."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:
        if not isinstance(written, str):
            return written
        country, _, region = written.partition("-")
        return {"country": country, "region": region or None}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.country is None and self.region is not None:
            raise ValueError(f"the region '{self.region}' needs the country that it is part of")
        if self.country is not None:
            place_of(self.country, self.region)
        both = sorted({*self.days_off} & {*self.working})
        if both:
            raise ValueError(f"{both[0]} is both a day off and a working day")
        if self.country is None and not (self.days_off or self.working):
            raise ValueError("must say a country, days_off or working")
        return self

    @model_serializer(mode="plain")
    def _write(self) -> Any:
        place = "-".join(part for part in (self.country, self.region) if part)
        lists = {
            key: [day.isoformat() for day in days]
            for key, days in (("days_off", self.days_off), ("working", self.working))
            if days
        }
        if not lists:
            return place
        return {key: value for key, value in (("country", self.country), ("region", self.region)) if value} | lists

    @cached_property
    def rule(self) -> DaysOff:
        """The same as a calendar takes it."""
        country, region = (None, None) if self.country is None else place_of(self.country, self.region)
        return DaysOff(country, region, frozenset(self.days_off), frozenset(self.working))
