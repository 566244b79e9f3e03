"""Generated rosters: the few shift patterns by which a plan would cost least, out of all that labour rules allow.

1. A staffing of few people on the given rosters is found on a few replications, allocated as serves best where the
   plan may do so.
2. There it is measured what people more in each slot of the day change (`sim.planner.slot_effects`), and what one
   person more or fewer of each cell does.
3. By these effects a programme takes people from the given rosters and puts others on any pattern of the pool, at the
   least cost without more late letters (`sim.planner.pattern_choice`). The patterns that it uses, at most so many a
   team, become rosters that the plan may use beside the given ones.
4. What the programme proposes is made good by simulation, whoever is then not needed goes, and there the plan begins.

How many people each roster gets, and whether any, the search of the plan decides, and its proof is the same.

Source: a requirement covered by a pool of shifts, Dantzig, Operations Research 2 (1954), 339-341; an integer programme
and simulation in turn, Atlason, Epelman and Henderson, Management Science 54 (2008), 295-309.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from sim.experiment.cost import estimate
from sim.models.roster_rules import RosterRules
from sim.models.shift_patterns import ShiftPattern, shift_patterns
from sim.models.staffing import Allocation
from sim.models.studies import Plan
from sim.planner.allocation import Allocated, allocated
from sim.planner.pattern_choice import MeasuredStaffing, PatternChoice
from sim.planner.sample import SearchSample
from sim.planner.search import Search
from sim.planner.simulator import Simulator, late_at_worst
from sim.planner.slot_effects import DUTY_SLOTS, busy_by_slot, slot_effects
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, StaffingCell, staffed, staffing_cells, with_patterns
from sim.scenario.setting import Setting

_REPLICATIONS: Final = 4
"""On which staffings are found, and effects are measured."""

_BESIDES: Final = 0.3
"""Part of a plan's budget that may be simulated besides, from the staffing on the given rosters on."""

_LEAST: Final = 1.5
"""And at least so many times what measures effects."""

_PARTS: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Of the people of that staffing, until letters enough are late."""

_ENOUGH: Final = 40
"""Late letters of all targets by which effects are measured."""

_WAY: Final = (1.0, 0.5)
"""Parts of the way to the proposed staffing that are tried, until one can be made good."""

_FINE: Final = 8
"""The first steps down from there are this part of the way."""

_PLENTY: Final = 2
"""A generated roster may have so many times the people that the programme gives it, or one a unit."""

_Bounds = Mapping[str, Mapping[str, tuple[int, int]]]

_Heads = Mapping[tuple[str, str], int]


class Generation(NamedTuple):
    """Cells with generated rosters and where their plan begins, the patterns, and letters simulated for them."""

    start: Allocated
    patterns: tuple[ShiftPattern, ...]
    letters: int


def letters_to_generate(setting: Setting, replications: int, budget: int) -> int:
    """Letters that may be simulated besides a plan's budget, about, to generate rosters; 0 where none are.

    Args:
        replications: of the search.
    """
    if (setting.scenario.plan or Plan()).rosters is None:
        return 0
    teams = {cell.team for cell in staffing_cells(setting.scenario)}
    probes = len(teams) * DUTY_SLOTS * min(replications, _REPLICATIONS)
    return int(max(_BESIDES * budget, _LEAST * probes * estimate(setting).letters))


def generated(simulator: Simulator, rules: RosterRules, replications: int, first: int, besides: int) -> Generation:
    """Generate rosters for the teams of a plan.

    Args:
        replications: of the search; a few of them are used.
        first: letters at which the search for a staffing on the given rosters ends.
        besides: letters that may be simulated from there on, about.
    """
    numbers = range(min(replications, _REPLICATIONS))
    given, found = _first(simulator, numbers, first)
    before = simulator.meter.letters
    measured = _measured(given, numbers, found, before + besides)
    pool = [pattern for pattern in shift_patterns(rules) if pattern.name not in given.setting.scenario.rosters]
    most = _most(given, rules)
    pooled = _vary(given.setting, pool, {team: {each.name: (0, most[team]) for each in pool} for team in most})
    proposed = PatternChoice(pooled, measured).staffing(rules.patterns)
    extended, chosen = _adding(given, pool, proposed, most)
    start = None
    if found is not None:
        both = [_people(extended.cells, each) for each in (_heads(given.cells, found), proposed)]
        begun = _heads(extended.cells, _begun(extended, numbers, *both, until=before + besides))
        extended, chosen = _adding(given, pool, begun, most)
        start = _people(extended.cells, begun)
    return Generation(Allocated(extended, start), chosen, simulator.meter.letters - before)


def _heads(cells: tuple[StaffingCell, ...], people: People) -> _Heads:
    return {(cell.team, cell.roster): heads for cell, heads in zip(cells, people, strict=True)}


def _people(cells: tuple[StaffingCell, ...], heads: _Heads) -> People:
    return tuple(heads.get((cell.team, cell.roster), 0) for cell in cells)


def _adding(
    given: Simulator, pool: Sequence[ShiftPattern], heads: _Heads, most: Mapping[str, int]
) -> tuple[Simulator, tuple[ShiftPattern, ...]]:
    """A simulator of the given cells and of those patterns that have people, and these patterns."""
    bounds: dict[str, dict[str, tuple[int, int]]] = {team: {} for team in most}
    for team, pattern in product(most, pool):
        if number := heads.get((team, pattern.name), 0):
            several = max(_PLENTY * number, given.setting.scenario.teams[team].unit_count)
            bounds[team][pattern.name] = (0, min(several, most[team]))
    chosen = tuple(pattern for pattern in pool if any(pattern.name in own for own in bounds.values()))
    setting = _vary(given.setting, chosen, bounds)
    own, of_team = {(cell.team, cell.roster): cell.deal for cell in given.cells}, _deals(given)
    cells = [
        cell._replace(deal=own.get((cell.team, cell.roster), of_team[cell.team]))
        for cell in staffing_cells(setting.scenario)
    ]
    return given.of(tuple(cells), setting), chosen


def _most(given: Simulator, rules: RosterRules) -> dict[str, int]:
    """Most people on generated rosters of each team that gets some: as on all given ones, or twice those today."""
    teams = dict.fromkeys(cell.team for cell in given.cells if rules.teams is None or cell.team in rules.teams)
    return {
        team: max(
            sum(cell.most for cell in given.cells if cell.team == team),
            2 * given.setting.scenario.teams[team].headcount,
        )
        for team in teams
    }


def _first(simulator: Simulator, numbers: range, until: int) -> Allocated:
    """A staffing of few people on the given rosters, if any meets the targets."""
    if (simulator.setting.scenario.plan or Plan()).deal == "free":
        return allocated(simulator, len(numbers), until)
    search = Search(_sample(simulator, numbers), until)
    if search.begin() and search.best is not None:
        search.substitute(search.descend(search.best))
    return Allocated(simulator, search.best)


def _measured(given: Simulator, numbers: range, found: People | None, until: int) -> MeasuredStaffing:
    """A staffing at which it shows what people more or fewer change, measured.

    Args:
        found: the staffing of few people that meets the targets; None if none was found, and the most are measured.
    """
    few = _lacking(given, numbers, found or tuple(cell.most for cell in given.cells))
    surface = Search(_sample(given, numbers), until).local.surface(few)
    deals = _deals(given)
    setting = staffed(given.setting, given.cells, few)
    return MeasuredStaffing(
        given, few, found, surface, slot_effects(given, few, deals, numbers), busy_by_slot(setting, deals)
    )


def _lacking(simulator: Simulator, numbers: range, people: People) -> People:
    """The same staffing, or as few people fewer that letters enough are late to measure what changes that."""
    fewer = people
    for part in _PARTS:
        fewer = tuple(max(int(part * heads), cell.least) for cell, heads in zip(simulator.cells, people, strict=True))
        if late_at_worst(simulator.decided(fewer, numbers)).sum() >= _ENOUGH:
            break
    return fewer


def _deals(given: Simulator) -> dict[str, Allocation]:
    """How people on generated rosters are allocated, by team: by weights where some on a given roster are."""
    deals: dict[str, Allocation] = {cell.team: "evenly" for cell in given.cells}
    return deals | {cell.team: cell.deal for cell in given.cells if cell.deal == "weights"}


def _begun(extended: Simulator, numbers: range, given: People, proposed: People, *, until: int) -> People:
    """A cheap staffing that meets the targets: the given one, or what the proposed one comes to, made good."""
    search = Search(_sample(extended, numbers), until)
    search.trials.of(given)
    for part in _WAY:
        there = tuple(round(a + part * (b - a)) for a, b in zip(given, proposed, strict=True))
        repaired = search.local.repaired(there)
        if repaired is not None:
            # What was made good in haste has too many people in some places.
            search.substitute(search.descend(repaired, _FINE))
            break
    return search.best or given


def _sample(simulator: Simulator, numbers: range) -> SearchSample:
    return SearchSample(simulator, numbers, Stability(simulator))


def _vary(setting: Setting, patterns: Sequence[ShiftPattern], bounds: _Bounds) -> Setting:
    """The same setting whose plan may vary patterns too.

    Args:
        bounds: fewest and most people by team and name of the pattern.
    """
    vary: dict[str, dict[str, tuple[int, int]]] = {}
    for cell in staffing_cells(setting.scenario):
        vary.setdefault(cell.team, {})[cell.roster] = (cell.least, cell.most)
    vary = {team: {**own, **bounds.get(team, {})} for team, own in vary.items()}
    asked = (setting.scenario.plan or Plan()).model_copy(update={"vary": vary})
    scenario = with_patterns(setting.scenario, patterns)
    return setting._replace(scenario=scenario.model_copy(update={"plan": asked}))
