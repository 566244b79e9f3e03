"""A scenario made ready: everything that is the same in all its replications, worked out once."""

from typing import NamedTuple

from sim.core.calendar import Calendar
from sim.models.scenario import Scenario
from sim.scenario.places import Places, places_of


class CoolDown(NamedTuple):
    """Why a simulation goes on for so long after its window."""

    typed: int | None  # seconds, as the scenario says; None if it does not
    seconds: int  # as it is
    sla: str  # the one that needs most
    lacking: int | None  # seconds by which it is too short for that one; None if longer than can be told


class Setting(NamedTuple):
    """A scenario with its units numbered and its calendar known."""

    scenario: Scenario
    places: Places
    calendar: Calendar
    cool_down: CoolDown | None = None  # None if nobody has asked what its SLAs need


def setting_of(scenario: Scenario) -> Setting:
    """Make a scenario ready to be drawn and measured."""
    return Setting(scenario, places_of(scenario.teams), scenario.calendar())
