"""Which unit of each team a letter belongs to."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sim.core.streams import Purpose, subject
from sim.core.tables import NO_UNIT, Bools, Floats, Int16s, Int32s, Int64s
from sim.models.staffing import teams_above
from sim.sampling.quantiles import choice
from sim.scenario.setting import Places, Setting

OneALetter = Callable[..., Floats]
"""Draws one uniform a letter for a purpose and subjects, as `sim.core.streams.uniforms` does."""


class Jurisdiction:
    """The letters' own unit of each team, shape (letters,); worked out when first asked for.

    In this order: a letter's home unit and the units above it; the unit with the name of its category; the unit
    beside its home, or beside a unit above it, where a team has as many units in every place as the home's team
    or one above that (a station's chief); or else one drawn by weights, within the letter's unit of the team above
    if that has any.
    """

    def __init__(self, setting: Setting, category: Int16s, home: Int32s, uniforms: OneALetter) -> None:
        self._setting = setting
        self._category = category
        self._uniforms = uniforms
        places = setting.places
        self._units = {places.home_team: home}
        self._line = [places.home_team, *teams_above(places.home_team, setting.scenario.teams)]
        for team, above in pairwise(self._line):
            self._units[above] = places.above[self._units[team]]

    def unit_of(self, team: str) -> Int32s:
        """Each letter's unit of a team."""
        if team not in self._units:
            self._units[team] = self._find(team)
        return self._units[team]

    def repeated(self, times: int) -> "Jurisdiction":
        """The same units for as many letters again behind these, and again."""
        return _Repeated(self, times)

    def _find(self, team: str) -> Int32s:
        named: Int32s = named_units(self._setting, team)[self._category]
        if (named != NO_UNIT).all():
            return named
        beside = next((other for other in self._line if _beside(self._setting, team, other)), None)
        if beside is not None:
            places = self._setting.places
            others = self._units[beside] + np.int32(places.of_team(team).start - places.of_team(beside).start)
        else:
            others = self._draw(team)
        return np.where(named != NO_UNIT, named, others)

    def _draw(self, team: str) -> Int32s:
        uniforms = self._uniforms(Purpose.PLACE, subject(team))
        places = self._setting.places
        units, above = _rows(places, team), self._setting.scenario.teams[team].within
        share = places.share[units]
        if above is None:
            return choice(share, uniforms).astype(np.int32) + np.int32(units.start)
        # The units within one place stand side by side: each letter's uniform is laid on its place's stretch of shares.
        until = np.concatenate([[0.0], np.cumsum(share)])
        parent = self.unit_of(above)
        first = np.searchsorted(places.above[units], parent)
        end = np.searchsorted(places.above[units], parent, side="right")
        nobody = until[first] == until[end]
        first, end = np.where(nobody, 0, first), np.where(nobody, len(share), end)
        point = until[first] + uniforms * (until[end] - until[first])
        index: Int64s = np.clip(np.searchsorted(until[1:], point, side="right"), first, end - 1)
        return index.astype(np.int32) + np.int32(units.start)


class _Repeated(Jurisdiction):
    def __init__(self, own: Jurisdiction, times: int) -> None:
        self._own, self._times = own, times

    def unit_of(self, team: str) -> Int32s:
        return np.tile(self._own.unit_of(team), self._times)


def letters_of_units(setting: Setting, team: str, by_home: Floats) -> Floats:
    """How many of some letters have each unit of a team as their own, as `Jurisdiction` has it, on average.

    Args:
        by_home: letters by category and home unit, shape (categories, units of the home team).

    Returns: shape (categories, units of the team).
    """
    places, teams = setting.places, setting.scenario.teams
    line = [places.home_team, *teams_above(places.home_team, teams)]
    if team in line:
        letters, unit = by_home, np.arange(places.units)[_rows(places, line[0])]
        for above in line[1 : line.index(team) + 1]:
            letters = _summed(letters, places.above[unit], places.of_team(above))
            unit = np.arange(places.units)[_rows(places, above)]
        return letters
    beside = next((other for other in line if _beside(setting, team, other)), None)
    within = teams[team].within
    share = places.share[_rows(places, team)]
    if beside is not None:
        letters = letters_of_units(setting, beside, by_home).copy()
    elif within is None:
        letters = by_home.sum(axis=1, keepdims=True) * share
    else:
        place = places.above[_rows(places, team)] - places.of_team(within).start
        whole = np.bincount(place, share, len(places.of_team(within)))
        coming = letters_of_units(setting, within, by_home)
        # Places whose units take no letters, or that have none, leave theirs to all units.
        rate = np.divide(coming, whole, out=np.zeros_like(coming), where=whole > 0)
        letters = rate[:, place] * share + coming[:, whole == 0].sum(axis=1, keepdims=True) * share
    named = named_units(setting, team)
    for category in np.flatnonzero(named != NO_UNIT).tolist():
        letters[category] = 0.0
        letters[category, named[category] - places.of_team(team).start] = by_home[category].sum()
    return letters


def _summed(letters: Floats, above: Int32s, units: range) -> Floats:
    """Letters by category and unit, added up over the units that each unit above has within it."""
    total = np.zeros((len(units), len(letters)))
    np.add.at(total, above - units.start, letters.T)
    return total.T


def _beside(setting: Setting, team: str, other: str) -> bool:
    """Whether a team has a unit beside each unit of another one."""
    places, teams = setting.places, setting.scenario.teams
    same = np.array_equal(places.above[_rows(places, team)], places.above[_rows(places, other)])
    return teams[team].within == teams[other].within and same


def homes_of(setting: Setting, category: Int16s, uniforms: Floats, area: Bools) -> Int32s:
    """Home unit of each letter: the one with the name of its category, or one drawn by share within an area.

    Args:
        area: which units of the home team letters come from, shape (units of that team,).
    """
    places = setting.places
    units = _rows(places, places.home_team)
    share = np.where(area, places.share[units], 0.0)
    drawn = units.start + choice(share / share.sum(), uniforms)
    named = named_units(setting, places.home_team)[category]
    return np.where(named != NO_UNIT, named, drawn).astype(np.int32)


def area_of(places: Places, name: str | None) -> Bools:
    """Which units of the home team lie in a place, the unit of that name or those within it; all for None."""
    names = np.array([*places.names, ""])  # the last row is NO_UNIT's
    above = np.append(places.above, NO_UNIT)
    unit = np.arange(places.units)[_rows(places, places.home_team)]
    inside = np.full(len(unit), name is None)
    for _ in places.teams:
        inside |= names[unit] == name
        unit = above[unit]
    return inside


def area_share(places: Places, area: Bools) -> float:
    """Share of all letters whose homes lie in an area."""
    return float(places.share[_rows(places, places.home_team)][area].sum())


def named_units(setting: Setting, team: str) -> Int32s:
    """The unit of a team that has the name of each category, or NO_UNIT, shape (categories,)."""
    places = setting.places
    units = {places.names[unit]: unit for unit in places.of_team(team)}
    return np.array([units.get(category, NO_UNIT) for category in setting.scenario.categories], dtype=np.int32)


def _rows(places: Places, team: str) -> slice:
    units = places.of_team(team)
    return slice(units.start, units.stop)
