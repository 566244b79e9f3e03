"""Generated rosters: the few shift patterns by which a plan would cost least, out of all that labour rules allow.

1. A staffing of few people on the given rosters is found on a few replications, allocated as serves best where the
   plan may do so.
2. There it is measured what a person more in each slot of the day changes (`sim.planner.slot_effects`).
3. On that response surface a programme takes people from the given rosters and puts others on any pattern of the
   pool, at the least cost without more late letters (`sim.planner.pattern_choice`). The patterns that it uses, at most
   so many a team, become rosters that the plan may use beside the given ones.
4. What the programme proposes is made good and improved by simulation, and is where the plan begins.

How many people each roster gets, and whether any, the search of the plan decides, and its proof is the same.

Source: a requirement covered by a pool of shifts, Dantzig, Operations Research 2 (1954), 339-341; an integer programme
and simulation in turn, Atlason, Epelman and Henderson, Management Science 54 (2008), 295-309.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sim.models.roster_rules import RosterRules
from sim.models.shift_patterns import ShiftPattern, shift_patterns
from sim.models.studies import Plan
from sim.planner.allocation import Allocated, allocated
from sim.planner.pattern_choice import PatternChoice
from sim.planner.sample import SearchSample
from sim.planner.search import Search
from sim.planner.simulator import Simulator, late_at_worst
from sim.planner.slot_effects import slot_effects
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, staffing_cells, with_patterns
from sim.scenario.setting import Setting

_REPLICATIONS: Final = 4
"""On which staffings are found, and effects are measured."""

GENERATION: Final = 0.2
"""Part of a plan's budget that may be simulated besides, from the staffing on the given rosters on."""

_PARTS: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Of the people of that staffing, until letters enough are late."""

_ENOUGH: Final = 40
"""Late letters of all targets by which effects are measured."""

_PLENTY: Final = 2
"""A generated roster may have so many times the people that the programme gives it, or one a unit."""

_Bounds = Mapping[str, Mapping[str, tuple[int, int]]]


class Generation(NamedTuple):
    """Cells with generated rosters and where their plan begins, the patterns, and letters simulated for them."""

    start: Allocated
    patterns: tuple[ShiftPattern, ...]
    letters: int


def generated(simulator: Simulator, rules: RosterRules, replications: int, first: int, besides: int) -> Generation:
    """Generate rosters for the teams of a plan.

    Args:
        replications: of the search; a few of them are used.
        first: letters at which the search for a staffing on the given rosters ends.
        besides: letters that may be simulated from there on, about.
    """
    numbers = range(min(replications, _REPLICATIONS))
    given, found = _first(simulator, numbers, first)
    setting, before = given.setting, simulator.meter.letters
    people = found or tuple(cell.most for cell in given.cells)
    measured = _lacking(given, numbers, people)
    most = {
        team: sum(cell.most for cell in given.cells if cell.team == team)
        for team in dict.fromkeys(cell.team for cell in given.cells)
        if rules.teams is None or team in rules.teams
    }
    effects = slot_effects(given, measured, tuple(most), numbers)
    pool = [pattern for pattern in shift_patterns(rules) if pattern.name not in setting.scenario.rosters]
    pooled = _vary(
        setting, pool, {team: {pattern.name: (0, bound) for pattern in pool} for team, bound in most.items()}
    )
    proposed = PatternChoice(pooled, given.cells, people, measured, tuple(most), effects).staffing(rules.patterns)
    bounds: dict[str, dict[str, tuple[int, int]]] = {}
    for (team, roster), heads in proposed.items():
        if heads and team in most and roster in {pattern.name for pattern in pool}:
            several = max(_PLENTY * heads, setting.scenario.teams[team].unit_count)
            bounds.setdefault(team, {})[roster] = (0, min(several, most[team]))
    chosen = tuple(pattern for pattern in pool if any(pattern.name in own for own in bounds.values()))
    extended = _extended(given, _vary(setting, chosen, bounds))
    start = None if found is None else _begun(extended, numbers, given, found, proposed, before + besides)
    return Generation(Allocated(extended, start), chosen, simulator.meter.letters - before)


def _first(simulator: Simulator, numbers: range, until: int) -> Allocated:
    """A staffing of few people on the given rosters, if any meets the targets."""
    if (simulator.setting.scenario.plan or Plan()).deal == "free":
        return allocated(simulator, len(numbers), until)
    search = Search(_sample(simulator, numbers), until)
    if search.begin() and search.best is not None:
        search.substitute(search.descend(search.best))
    return Allocated(simulator, search.best)


def _lacking(simulator: Simulator, numbers: range, people: People) -> People:
    """The same staffing, or as few people fewer that letters enough are late to measure what changes that."""
    fewer = people
    for part in _PARTS:
        fewer = tuple(max(int(part * heads), cell.least) for cell, heads in zip(simulator.cells, people, strict=True))
        if late_at_worst(simulator.decided(fewer, numbers)).sum() >= _ENOUGH:
            break
    return fewer


def _extended(given: Simulator, setting: Setting) -> Simulator:
    """A simulator of the cells that a setting may vary.

    Those that there were are allocated as they are, and new ones by weights where one of their team is.
    """
    deals = {(cell.team, cell.roster): cell.deal for cell in given.cells}
    by_weights = {cell.team for cell in given.cells if cell.deal == "weights"}
    cells = []
    for cell in staffing_cells(setting.scenario):
        own = "weights" if cell.team in by_weights else cell.deal
        cells.append(cell._replace(deal=deals.get((cell.team, cell.roster), own)))
    return given.of(tuple(cells), setting)


def _begun(
    extended: Simulator,
    numbers: range,
    given: Simulator,
    found: People,
    proposed: Mapping[tuple[str, str], int],
    until: int,
) -> People:
    """The cheapest staffing near the one on given rosters, and near the proposed one, that meets the targets."""
    heads = {(cell.team, cell.roster): number for cell, number in zip(given.cells, found, strict=True)}
    search = Search(_sample(extended, numbers), until)
    search.trials.of(tuple(heads.get((cell.team, cell.roster), 0) for cell in extended.cells))
    people, _ = search.near(tuple(proposed[cell.team, cell.roster] for cell in extended.cells))
    search.local.improve(search.substitute(search.best or people))
    return search.best or people


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
