"""Days off: the public holidays of a country or one of its regions, and what somebody's own lists say over them."""

import sys
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.core.tables import Bools

if TYPE_CHECKING:
    from holidays import HolidayBase

CHINA: Final = "CN"
SATURDAY: Final = 5


class DaysOff(NamedTuple):
    """Which days are off: those of a country, and single days over them."""

    country: str | None = None
    """ISO 3166 code; without one only weekends are off."""
    region: str | None = None
    """ISO 3166-2 code without the country's, such as `BY`; without one only what is off in all regions."""
    days_off: frozenset[date] = frozenset()
    """Off as well, as public holidays are."""
    working: frozenset[date] = frozenset()
    """Worked as well: make-up days."""


class Regional(NamedTuple):
    """Days that are off in some regions of a country, where nobody said which region is meant."""

    country: str
    days: tuple[date, ...]
    """Counted as working days, ascending."""
    regions: tuple[str, ...]
    """In which one or more of them are off."""


def days_off(rule: DaysOff, first: date, count: int) -> tuple[Bools, Bools]:
    """Which days are named as holidays, and which are working days; shape (count,) each.

    Args:
        first: the first of the days.
    """
    days = [first + timedelta(days=day) for day in range(count)]
    if rule.country is None:
        named = np.zeros(count, dtype=np.bool_)
        working = np.array([day.weekday() < SATURDAY for day in days], dtype=np.bool_)
    else:
        known = _known(rule.country, rule.region, days[0].year, days[-1].year)
        named = np.array([day in known for day in days], dtype=np.bool_)
        working = np.array([known.is_working_day(day) for day in days], dtype=np.bool_)
    for own, is_working in ((rule.days_off, False), (rule.working, True)):
        places = [(day - first).days for day in own if 0 <= (day - first).days < count]
        named[places], working[places] = not is_working, is_working
    return named, working


def place_of(country: str, region: str | None) -> tuple[str, str | None]:
    """Codes of a country and a region as they are known here, from codes in any case, or `china`.

    Raises:
        ValueError: no ISO 3166 code whose public holidays are known; the text says which regions a country has.
    """
    code = CHINA if country.lower() in ("china", "chn") else country.upper()
    try:
        known = _known(code, None, 2021, 2021)
    except NotImplementedError:
        raise ValueError(f"must be 'china' or an ISO country code (got '{country}')") from None
    if region is None:
        return code, None
    regions = {each.lower(): each for each in known.subdivisions}
    if region.lower() not in regions:
        there = ", ".join(regions.values()) or "none"
        raise ValueError(f"{country} has no region '{region}'; those that are known: {there}")
    return code, regions[region.lower()]


def unannounced_years(rule: DaysOff, first: date, last: date) -> list[int]:
    """Years, of those between two days, whose make-up working days China has not announced and no own list says."""
    if rule.country != CHINA:
        return []
    listed = {day.year for day in (*rule.days_off, *rule.working)}
    years = range(first.year, last.year + 1)
    announced = {year for year in years for day in _known(CHINA, None, year, year).weekend_workdays if day.year == year}
    return [year for year in years if year not in listed | announced]


@lru_cache(maxsize=16)
def regional_days(rule: DaysOff, first: date, last: date) -> Regional | None:
    """Working days between two days that are public holidays in some regions of the country only.

    None if there is none, or if a region is named.
    """
    if rule.country is None or rule.region is not None:
        return None
    years = (first.year, last.year)
    everywhere = _known(rule.country, None, *years)
    regions: dict[str, set[date]] = {}
    for region in everywhere.subdivisions:
        there = [day for day in _known(rule.country, region, *years) if first <= day <= last]
        off = {day for day in there if everywhere.is_working_day(day)} - rule.days_off - rule.working
        if off:
            regions[region] = off
    if not regions:
        return None
    return Regional(rule.country, tuple(sorted(set().union(*regions.values()))), tuple(regions))


def _known(country: str, region: str | None, first_year: int, last_year: int) -> "HolidayBase":
    """Public holidays as a library knows them."""
    import holidays  # heavy; only scenarios with holidays need it
    from holidays.registry import EntityLoader

    # The package of the countries would load every one of them. Without what it does itself, only those that are
    # asked for are loaded.
    countries = ModuleType("holidays.countries")
    countries.__path__ = [str(Path(holidays.__file__).with_name("countries"))]
    sys.modules.setdefault(countries.__name__, countries)

    # The library takes the names of its classes for codes, too.
    if country not in EntityLoader.get_country_codes():
        raise NotImplementedError(country)
    return holidays.country_holidays(country, subdiv=region, years=range(first_year, last_year + 1))
