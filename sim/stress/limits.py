"""Where the backlog grows without bound: the rate at which the work that comes fills all the hours of some unit.

Work and hours are those of the window with nobody ever waiting, cover, escalation and other duty as they will be.
Other duty comes whatever the rate, and is taken off the hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.clock import DAY, MINUTE
from sim.cost import estimate
from sim.drawing.jurisdiction import named_units
from sim.infinite_servers import simulate_without_queues
from sim.measuring.outcome import Outcome
from sim.setting import Setting
from sim.statistics import Estimate, Ratio, ratio_over, stacked
from sim.stress.trials import kept
from sim.tables import NO_UNIT, OTHER_DUTY, WORK, Floats

LETTERS: Final = 50_000
"""Letters from which the work of a letter is estimated."""

LEAST_REPLICATIONS: Final = 5
MOST_REPLICATIONS: Final = 10


@dataclass(frozen=True)
class Limit:
    """How much load a team can work off in the long run, at its best.

    Attributes:
        per_day: letters a day whose work would fill all hours of all its people together.
        unit: the unit that its own share of the letters fills first; its backlog grows although others are idle.
        unit_per_day: letters a day, over all units, at which that happens.
        work_min: minutes of work that a letter brings the team.
    """

    team: str
    per_day: Estimate
    unit: str
    unit_per_day: Estimate
    work_min: float


class _Seen(NamedTuple):
    """One replication in which nobody queued: sums over its window."""

    letters: Floats  # ()
    work: Floats  # seconds, (teams, categories)
    hours: Floats  # seconds left for letters, (units,)
    kept: Ratio  # (slas,)


def without_queues(setting: Setting) -> tuple[tuple[Limit, ...], dict[str, float]]:
    """What there is to know before anybody queues.

    Returns: the limit of every team that letters bring work to, the lowest first; and compliance with each SLA if
        nobody ever had to queue, which no number of people in these rosters raises; without those of no letter.
    """
    enough = int(np.ceil(LETTERS / max(estimate(setting).letters, 1.0)))
    replications = range(min(max(enough, LEAST_REPLICATIONS), MOST_REPLICATIONS))
    seen = stacked([_look(simulate_without_queues(setting, number)) for number in replications])
    part, whole = (each.sum(axis=0) for each in seen.kept)
    ceiling = {name: float(part[row] / whole[row]) for row, name in enumerate(setting.scenario.sla) if whole[row] > 0}
    return _limits(setting, seen), ceiling


def _limits(setting: Setting, seen: _Seen) -> tuple[Limit, ...]:
    places, days = setting.places, setting.scenario.window / DAY
    found = []
    for index, team in enumerate(places.teams):
        work, hours = seen.work[:, index], seen.hours[:, places.first[index] : places.first[index + 1]] / days
        if not seen.letters.all() or not work.sum() > 0:
            continue
        a_letter = work / seen.letters[:, np.newaxis]
        by_unit = a_letter @ _shares(setting, team)
        filled = np.flatnonzero((by_unit.sum(axis=0) > 0) & (hours.sum(axis=0) > 0))
        if not len(filled):
            continue
        rates = ratio_over(Ratio(hours[:, filled], by_unit[:, filled]))
        first = int(rates.mean.argmin())
        found.append(
            Limit(
                team=team,
                per_day=ratio_over(Ratio(hours.sum(axis=1), a_letter.sum(axis=1))).at(),
                unit=places.names[places.first[index] + filled[first]],
                unit_per_day=rates.at(first),
                work_min=float(work.sum() / seen.letters.sum() / MINUTE),
            )
        )
    return tuple(sorted(found, key=lambda limit: limit.unit_per_day.mean or 0.0))


def _look(outcome: Outcome) -> _Seen:
    setting, workload, stretches = outcome.setting, outcome.workload, outcome.log.stretches
    assert stretches is not None, "simulated with stretches"
    scenario, places, roster = setting.scenario, setting.places, outcome.roster
    begin, end = scenario.window_start, scenario.window_end
    work = stretches.kind == WORK
    seconds = np.clip(stretches.end[work], begin, end) - np.clip(stretches.start[work], begin, end)
    visit, unit = stretches.visit[work], stretches.unit[work]
    other = workload.step[visit] == OTHER_DUTY
    present = roster.people * (np.clip(roster.end, begin, end) - np.clip(roster.start, begin, end))
    left = np.bincount(roster.unit, present, places.units) - np.bincount(unit[other], seconds[other], places.units)
    category = workload.category[workload.letter_of_visit()[visit[~other]]]
    categories = len(scenario.categories)
    code = places.team_of[unit[~other]] * categories + category
    by_category = np.bincount(code, seconds[~other], len(places.teams) * categories)
    return _Seen(
        np.asarray(float(outcome.counted.sum())),
        by_category.reshape(-1, categories).astype(np.float64),
        np.maximum(left, 0.0),
        kept(outcome),
    )


def _shares(setting: Setting, team: str) -> Floats:
    """Share of the letters of each category that come to each unit of a team, shape (categories, units)."""
    places, units = setting.places, setting.places.of_team(team)
    named: Sequence[int] = named_units(setting, team).tolist()
    share = np.tile(places.share[units.start : units.stop], (len(named), 1))
    for category, unit in enumerate(named):
        if unit != NO_UNIT:
            share[category] = 0.0
            share[category, unit - units.start] = 1.0
    return share
