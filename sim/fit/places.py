"""Teams and units: which people belong together, which units lie within which, and where letters are at home."""

import re
from collections import Counter
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.tables import Bools, Floats, Int64s
from sim.fit.finding import language_name, unlike
from sim.fit.log import NO_CODE, EventLog

_WITHIN: Final = 0.98
"""Share of a unit's letters that one unit above has, from which on it lies within that one."""

_ALIKE: Final = 0.6
"""Likeness of the activities of two units (cosine of their counts) from which on they are of one team."""

_FEW_EVENTS: Final = 20
"""Units with fewer events join the team that they are most like."""


class TeamDraft(NamedTuple):
    """A team and its units."""

    name: str
    units: tuple[int, ...]  # codes of the log, in the order of the scenario
    within: str | None
    per_parent: tuple[int, ...] | None  # units within each unit above
    names: tuple[str, ...]  # of the units


class LogPlaces(NamedTuple):
    """Teams of a log; codes of units are those of `unit_names`."""

    teams: tuple[TeamDraft, ...]  # the home team first
    team_of: Int64s  # index of the team of each unit, or -1 of a unit that nobody uses
    home: Int64s  # unit of the home team that each case belongs to, or NO_CODE
    unit_of_event: Int64s  # or NO_CODE
    unit_of_spell: Int64s
    unit_names: tuple[str, ...]  # of the log, or where it has none of groups of people who do the same


def places_of_log(log: EventLog) -> LogPlaces:
    """Teams from the log's units, or from its people where it names no units."""
    named = np.count_nonzero(log.unit != NO_CODE) > 0.05 * log.events
    if named:
        unit, spell_unit = log.unit.astype(np.int64), log.spells.unit.astype(np.int64)
        names = log.units
        label = _teams_of_units(log, unit)
    else:
        group, names = _groups_of_people(log)
        unit, spell_unit = (_looked_up(group, codes) for codes in (log.resource, log.spells.resource))
        label = list(names)
    kept = [label[code] if used else "" for code, used in enumerate(_used(unit, log.home, len(names)))]
    drafts = _structure(log, unit, kept, names)
    team_of = np.full(len(names), -1)
    for index, team in enumerate(drafts):
        team_of[list(team.units)] = index
    home = _homes(log, unit, team_of) if named else np.full(log.cases, NO_CODE)
    return LogPlaces(tuple(drafts), team_of, home, unit, spell_unit, tuple(names))


def _used(unit: Int64s, home: Any, units: int) -> Bools:
    used = np.zeros(units, dtype=np.bool_)
    used[unit[unit != NO_CODE]] = True
    used[home[(home != NO_CODE) & (home < units)]] = True
    return used


def _looked_up(group: Int64s, codes: Any) -> Int64s:
    return np.where(codes == NO_CODE, NO_CODE, np.append(group, NO_CODE)[codes])


def _teams_of_units(log: EventLog, unit: Int64s) -> list[str]:
    """A team for each unit: as the log says, or by the stem of numbered names, or by what they do."""
    if all(log.teams) and log.teams:
        return [_team_name(team) for team in log.teams]
    stems = [_stem(name) for name in log.units]
    numbered = Counter(stem for stem, name in zip(stems, log.units, strict=True) if stem != name)
    alike = _alike(_profiles(unit, log.activity, len(log.units), len(log.activities)), log.units)
    taken = {_team_name(stem) for stem, many in numbered.items() if many > 1}
    return [
        _team_name(stem) if numbered[stem] > 1 else group if group not in taken else f"{group}_others"
        for stem, group in zip(stems, alike, strict=True)
    ]


def _groups_of_people(log: EventLog) -> tuple[Int64s, tuple[str, ...]]:
    """A group for each person: those who do the same activities."""
    if not len(log.resources):
        return np.empty(0, dtype=np.int64), ()
    profiles = _profiles(log.resource.astype(np.int64), log.activity, len(log.resources), len(log.activities))
    labels = _alike(profiles, log.resources)
    names = tuple(dict.fromkeys(labels))
    return np.array([names.index(label) for label in labels], dtype=np.int64), names


def _profiles(unit: Int64s, activity: Any, units: int, activities: int) -> Floats:
    counts = np.zeros((units, activities))
    there = unit != NO_CODE
    np.add.at(counts, (unit[there], activity[there]), 1)
    return counts


def _alike(counts: Floats, names: tuple[str, ...]) -> list[str]:
    """Group units by what they do, the busiest first, and name each group after what its names share."""
    share = np.sqrt(counts)
    length = np.linalg.norm(share, axis=1)
    share /= np.maximum(length, 1e-9)[:, None]
    centres: list[Floats] = []
    members: list[list[int]] = []
    for unit in np.argsort(-counts.sum(axis=1), kind="stable").tolist():
        alike = [float(share[unit] @ centre / np.linalg.norm(centre)) for centre in centres]
        best = int(np.argmax(alike)) if alike else -1
        if best >= 0 and (alike[best] >= _ALIKE or counts[unit].sum() < _FEW_EVENTS):
            members[best].append(unit)
            centres[best] = centres[best] + share[unit]
        else:
            members.append([unit])
            centres.append(share[unit].copy())
    label = [""] * len(names)
    taken: list[str] = []
    for group in members:
        stem = Counter(_stem(names[unit]) for unit in group).most_common(1)[0]
        name = unlike(_team_name(stem[0] if stem[1] > len(group) / 2 else "team"), taken)
        taken.append(name)
        for unit in group:
            label[unit] = name
    return label


def _team_name(text: str) -> str:
    return language_name(text, "team")


def _stem(name: str) -> str:
    """A numbered name without its number."""
    return re.sub(r"[\s_\-#]*\d+$", "", name)


def _structure(log: EventLog, unit: Int64s, label: list[str], names: tuple[str, ...]) -> list[TeamDraft]:
    """Teams with what lies within what; the team with most units that lie within others comes first."""
    teams = {name: [code for code, each in enumerate(label) if each == name] for name in dict.fromkeys(label) if name}
    above: dict[str, tuple[str, dict[int, int]]] = {}
    by_size = sorted(teams, key=lambda name: -len(teams[name]))
    for position, name in enumerate(by_size):
        # The nearest one above has most units of those that determine each letter's unit.
        for other in by_size[position + 1 :]:
            if 1 < len(teams[other]) < len(teams[name]):
                parents = _parents(log, unit, teams[name], teams[other])
                if parents is not None:
                    above[name] = other, parents
                    break
    order: dict[str, list[int]] = {}
    for name in reversed(by_size):
        codes = sorted(teams[name], key=lambda code: _natural(names[code]))
        if name in above:
            other, parents = above[name]
            rank = {parent: place for place, parent in enumerate(order[other])}
            codes.sort(key=lambda code, rank=rank, parents=parents: rank[parents[code]])  # type: ignore[misc]
        order[name] = codes
    for name, twin in _twins(log, unit, teams, above).items():
        order[name] = [twin[1][code] for code in order[twin[0]]]
    depth = {name: _depth(name, above) for name in teams}
    homes = max(by_size, key=lambda name: (depth[name], _letters(log, unit, teams[name]))) if teams else ""
    drafts = []
    for name in sorted(teams, key=lambda name: (name != homes, by_size.index(name))):
        codes = order[name]
        per_parent = None
        if name in above:
            other, parents = above[name]
            per_parent = tuple(sum(parents[code] == parent for code in codes) for parent in order[other])
        within = above[name][0] if name in above else None
        drafts.append(TeamDraft(name, tuple(codes), within, per_parent, tuple(names[code] for code in codes)))
    return drafts


def _depth(name: str, above: dict[str, tuple[str, dict[int, int]]]) -> int:
    return 1 + _depth(above[name][0], above) if name in above else 0


def _letters(log: EventLog, unit: Int64s, codes: list[int]) -> int:
    if (log.home != NO_CODE).any():
        return int(np.isin(log.home, codes).sum())
    return len(np.unique(log.case[np.isin(unit, codes)]))


def _parents(log: EventLog, unit: Int64s, codes: list[int], others: list[int]) -> dict[int, int] | None:
    """The unit above that has the letters of each unit; None if some unit's letters are of several."""
    pairs = _together(log, unit, codes, others)
    of = pairs.sum(axis=1)
    known = of > 0
    if known.sum() < max(2, 0.5 * len(codes)):
        return None
    best = pairs.argmax(axis=1)
    sure = pairs[np.arange(len(codes)), best].sum() >= _WITHIN * of.sum()
    if not sure or len(np.unique(best[known])) < 2:
        return None
    return {code: others[int(parent)] for code, parent in zip(codes, best, strict=True)}


def _together(log: EventLog, unit: Int64s, codes: list[int], others: list[int]) -> Floats:
    """How many letters went through each unit of one team and each of another, shape (codes, others)."""
    number = np.full(int(unit.max(initial=0)) + 2, -1)
    number[codes] = np.arange(len(codes))
    theirs = np.full(len(number), -1)
    theirs[others] = np.arange(len(others))
    home = log.home[log.case]
    own = np.where((number[home] >= 0) & (home >= 0), number[home], number[unit])
    first = _first_per_case(log, np.where(unit != NO_CODE, own, -1))
    second = _first_per_case(log, np.where(unit != NO_CODE, theirs[unit], -1))
    both = (first >= 0) & (second >= 0)
    pairs = np.zeros((len(codes), len(others)))
    np.add.at(pairs, (first[both], second[both]), 1)
    return pairs


def _first_per_case(log: EventLog, code: Int64s) -> Int64s:
    """The code of the first event of each case that has one, or -1."""
    found = np.full(log.cases, -1)
    rows = np.flatnonzero(code >= 0)[::-1]
    found[log.case[rows]] = code[rows]
    return found


def _twins(
    log: EventLog, unit: Int64s, teams: dict[str, list[int]], above: dict[str, tuple[str, dict[int, int]]]
) -> dict[str, tuple[str, dict[int, int]]]:
    """Teams with a unit beside each unit of another one: a station's chief. By name: that team, and unit by unit."""
    found: dict[str, tuple[str, dict[int, int]]] = {}
    for name, codes in teams.items():
        for other, theirs in teams.items():
            same = name in above and other in above and above[name][0] == above[other][0]
            if name == other or len(codes) != len(theirs) or len(codes) < 2 or other in found or not same:
                continue
            if _letters(log, unit, codes) > _letters(log, unit, theirs):
                continue
            beside = _parents(log, unit, codes, theirs)
            if beside is not None and len(set(beside.values())) >= 0.9 * len(codes):
                back = {parent: code for code, parent in beside.items()}
                free = [code for code in codes if code not in back.values()]
                found[name] = other, {their: back[their] if their in back else free.pop() for their in theirs}
    return found


def own_units(log: EventLog, places: LogPlaces) -> Int64s:
    """The unit of each team that a letter belongs to, as far as its home or its category tells, shape (teams, cases).

    NO_CODE where it is drawn by weights.
    """
    own = np.full((len(places.teams), log.cases), NO_CODE)
    numbers = {team.name: index for index, team in enumerate(places.teams)}
    parents = parents_of(places)
    if not places.teams:
        return own
    own[0] = places.home
    line, at = [0], 0
    while (within := places.teams[at].within) is not None:
        above = numbers[within]
        own[above] = np.where(own[at] == NO_CODE, NO_CODE, parents[own[at]])
        line.append(above)
        at = above
    for index, team in enumerate(places.teams):
        if len(team.units) == 1:
            own[index] = team.units[0]
            continue
        if index in line:
            continue
        beside = next((other for other in line if places.teams[other].per_parent == team.per_parent is not None), None)
        if beside is not None:
            twin = np.full(len(places.unit_names) + 1, NO_CODE)
            twin[list(places.teams[beside].units)] = team.units
            own[index] = twin[own[beside]]
        named = np.array(
            [
                team.units[team.names.index(category)] if category in team.names else NO_CODE
                for category in log.categories
            ]
        )[log.category]
        own[index] = np.where(named != NO_CODE, named, own[index])
    return own


def parents_of(places: LogPlaces) -> Int64s:
    """The unit that each unit lies within, or NO_CODE; one more for NO_CODE itself."""
    numbers = {team.name: team for team in places.teams}
    parents = np.full(len(places.unit_names) + 1, NO_CODE)
    for team in places.teams:
        if team.within is not None and team.per_parent is not None:
            parents[list(team.units)] = np.repeat(numbers[team.within].units, team.per_parent)
    return parents


def _homes(log: EventLog, unit: Int64s, team_of: Int64s) -> Int64s:
    """Each case's unit of the home team: as the log says, or where it was first."""
    first = _first_per_case(log, np.where((unit != NO_CODE) & (team_of[unit] == 0), unit, -1))
    said = log.home.astype(np.int64)
    return np.where(said != NO_CODE, said, first)


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts `station-2` before `station-10`."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)
