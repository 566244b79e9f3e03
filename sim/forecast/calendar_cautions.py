"""Cautions about the calendar: days that are not known, or that nobody told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sim.core.calendar import regional_days, unannounced_years
from sim.core.clock import Clock
from sim.metrics.figures import Caution
from sim.scenario.setting import Setting

DATES: Final = 3
"""How many days are named at most."""


def unknown_years(setting: Setting) -> Iterator[Caution]:
    """Years whose make-up working days are not known."""
    scenario = setting.scenario
    if scenario.holidays is not None:
        last = scenario.start + timedelta(seconds=scenario.horizon - 1)
        for year in unannounced_years(scenario.holidays.rule, scenario.start, last):
            yield Caution("holidays", str(year))


def regional_holidays(setting: Setting) -> Iterator[Caution]:
    """Days that are holidays only in some regions of a country, where no region is named."""
    scenario = setting.scenario
    if scenario.holidays is None:
        return
    last = scenario.start + timedelta(seconds=scenario.horizon - 1)
    regional = regional_days(scenario.holidays.rule, scenario.start, last)
    if regional is not None:
        dates = [day.isoformat() for day in regional.days[:DATES]]
        figures = {"days": len(regional.days), "dates": dates, "example": regional.regions[0]}
        yield Caution("regions", regional.country, figures)


def clock_without_holidays(setting: Setting) -> Iterator[Caution]:
    """SLAs that count working days or office hours, where no holidays are known."""
    scenario = setting.scenario
    slas = [name for name, sla in scenario.sla.items() if sla.within.clock is not Clock.CALENDAR]
    if slas and scenario.holidays is None:
        yield Caution("clock without holidays", None, {"slas": slas})
