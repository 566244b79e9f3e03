"""A scenario made ready: everything that is the same in all its replications, worked out once."""

from typing import NamedTuple

from sim.calendar import Calendar
from sim.drawing.places import Places, places_of
from sim.models.scenario import Scenario


class Setting(NamedTuple):
    """A scenario with its units numbered and its calendar known."""

    scenario: Scenario
    places: Places
    calendar: Calendar


def setting_of(scenario: Scenario) -> Setting:
    """Make a scenario ready to be drawn and measured."""
    return Setting(scenario, places_of(scenario.teams), scenario.calendar())
