"""Stability limit: the rate of letters at which the work that comes fills all the hours of those who can do it.

Above it the backlog grows for ever, whatever the SLA. Work and hours are the exact means of an ordinary week. Work that
can move (to a cover, by escalation) goes wherever there are hours left for it: a linear program finds the largest rate
at which all work finds a place, which no order of service can exceed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from sim.capacity.counts import count_compliance
from sim.capacity.variants import own_rate
from sim.core.clock import DAY, MINUTE, WEEK
from sim.core.tables import FINISH, NEVER, NO_UNIT, Floats, Int64s
from sim.experiment.cost import estimate
from sim.experiment.replications import simulate_infinite_servers
from sim.forecast.ordinary_week import other_duty, work_of_steps
from sim.metrics.replication import Replication
from sim.models.workflow import WorkStep
from sim.sampling.attendance import average_on_duty
from sim.scenario.setting import Setting
from sim.statistics import stacked

_LETTERS: Final = 50_000
"""Letters from which compliance without queues is estimated."""

_LEAST_REPLICATIONS: Final = 3
_MOST_REPLICATIONS: Final = 10


@dataclass(frozen=True)
class StabilityLimit:
    """Stability limit: the largest rate of letters that can be worked off in the long run.

    Attributes:
        per_day: letters a day.
        unmoved: the same if all work stayed at its own unit, where anybody is ever on duty.
        units: those whose hours are full there; several where work can move between them.
        teams: that these belong to, each once.
        some_leave: whether some of the work is of letters that may leave out of patience; then the backlog may not grow
            above it, for it counts all work that may come.
    """

    per_day: float
    unmoved: float
    units: tuple[str, ...]
    teams: tuple[str, ...]
    some_leave: bool = False


@dataclass(frozen=True)
class TeamLimit:
    """Load that a team can work off in the long run, of the work that nobody else can do.

    Attributes:
        per_day: letters a day whose work would fill all hours of all its people together.
        unit: the unit that its own share of the letters fills first; its backlog grows although others are idle.
        unit_per_day: letters a day, over all units, at which that happens.
        work_min: minutes of such work that a letter brings the team.
    """

    team: str
    per_day: float
    unit: str
    unit_per_day: float
    work_min: float


class Limits(NamedTuple):
    """Limits of a staffing, and compliance without queues."""

    stability: StabilityLimit | None
    """None where letters bring no work to anybody on duty."""
    teams: tuple[TeamLimit, ...]
    """Of every team that letters bring work to which only it can do, the lowest first."""
    steps: dict[str, float]
    """Letters a day from which on letters wait ever longer for each step, because its unit's hours are filled by work
    that ranks before it or with it; without steps of which that is true at no rate."""
    ceiling: dict[str, float]
    """Compliance with each SLA if nobody ever had to queue; without those of no letter."""


class _Ways(NamedTuple):
    """Work by where it can be done: one row for each unit, cover and escalation that occur together."""

    unit: Int64s
    cover: Int64s  # or NO_UNIT
    escalate: Int64s  # or NO_UNIT
    work: Floats  # seconds of work a second, at a rate of one letter a day


def staffing_limits(setting: Setting) -> Limits:
    """The limits of a staffing, and what compliance would be without queues.

    Args:
        setting: at a constant rate of letters.
    """
    enough = int(np.ceil(_LETTERS / max(estimate(setting).letters, 1.0)))
    replications = _without_queues(setting, min(max(enough, _LEAST_REPLICATIONS), _MOST_REPLICATIONS))
    decided = stacked([count_compliance(replication).decided for replication in replications])
    met, known = decided.met.sum(axis=0), (decided.met + decided.late).sum(axis=0)
    ceiling = {name: float(met[row] / known[row]) for row, name in enumerate(setting.scenario.sla) if known[row] > 0}
    ways, hours = _ways(setting, replications), _hours(setting, replications)
    return Limits(_stability(setting, ways, hours), _teams(setting, ways, hours), _steps(setting, hours), ceiling)


def stability(setting: Setting) -> StabilityLimit | None:
    """The stability limit alone; as `staffing_limits`."""
    replications = _without_queues(setting, _LEAST_REPLICATIONS)
    return _stability(setting, _ways(setting, replications), _hours(setting, replications))


def _without_queues(setting: Setting, replications: int) -> list[Replication]:
    return [simulate_infinite_servers(setting, number) for number in range(replications)]


def _stability(setting: Setting, ways: _Ways, hours: Floats) -> StabilityLimit | None:
    """The largest rate, and where hours are full there; without units that are never staffed."""
    places, nowhere = setting.places, np.full_like(ways.unit, NO_UNIT)
    solved, stays = _largest_rate(ways, hours), hours[ways.unit] > 0
    unmoved = ways._replace(
        cover=np.where(stays, nowhere, ways.cover), escalate=np.where(stays, nowhere, ways.escalate)
    )
    alone = _largest_rate(unmoved, hours)
    if solved is None or alone is None:
        return None
    per_day, full = solved
    return StabilityLimit(
        per_day=per_day,
        unmoved=alone[0],
        units=tuple(places.names[unit] for unit in full),
        teams=tuple(dict.fromkeys(places.teams[places.team_of[unit]] for unit in full)),
        some_leave=_some_leave(setting),
    )


def _some_leave(setting: Setting) -> bool:
    stays = work_of_steps(setting, all_leave=True)
    return any((stays[number] < work * (1 - 1e-9)).any() for number, work in work_of_steps(setting).items())


def _largest_rate(ways: _Ways, hours: Floats) -> tuple[float, list[int]] | None:
    """The largest rate such that the work of each way is split among its units, none of which gets more than its hours.

    Returns: letters a day, and the units that are full then; None without work for anybody.
    """
    to = np.stack([ways.unit, ways.cover, ways.escalate])
    open_to = (to != NO_UNIT) & (hours[to] > 0)
    rows = np.flatnonzero((ways.work > 0) & open_to.any(axis=0))
    if not len(rows):
        return None
    # Variables: the rate, then what each unit takes of each way.
    kind, way = np.nonzero(open_to[:, rows])
    columns, scale = 1 + np.arange(len(way)), ways.work[rows].max()
    parts = np.concatenate([np.ones(len(way)), -ways.work[rows] / scale])
    at = np.concatenate([way, np.arange(len(rows))]), np.concatenate([columns, np.zeros(len(rows), np.int64)])
    shared = csr_array((parts, at), shape=(len(rows), len(way) + 1))
    within = csr_array((np.ones(len(way)), (to[kind, rows[way]], columns)), shape=(len(hours), len(way) + 1))
    gain = np.append(-1.0, np.zeros(len(way)))
    found = linprog(gain, A_ub=within, b_ub=hours / scale, A_eq=shared, b_eq=np.zeros(len(rows)), method="highs")
    return float(found.x[0]), np.flatnonzero(found.ineqlin.marginals < -1e-9).tolist()


def _teams(setting: Setting, ways: _Ways, hours: Floats) -> tuple[TeamLimit, ...]:
    places, found = setting.places, []
    stays = (ways.cover == NO_UNIT) & (ways.escalate == NO_UNIT)
    by_unit = np.bincount(ways.unit[stays], ways.work[stays], places.units)
    for team in places.teams:
        units = slice(places.of_team(team).start, places.of_team(team).stop)
        work, have = by_unit[units], hours[units]
        filled = np.flatnonzero((work > 0) & (have > 0))
        if not len(filled):
            continue
        rates = have[filled] / work[filled]
        first = int(rates.argmin())
        found.append(
            TeamLimit(
                team=team,
                per_day=float(have.sum() / work.sum()),
                unit=places.names[units.start + int(filled[first])],
                unit_per_day=float(rates[first]),
                work_min=float(work.sum() * DAY / MINUTE),
            )
        )
    return tuple(sorted(found, key=lambda limit: limit.unit_per_day))


def _steps(setting: Setting, hours: Floats) -> dict[str, float]:
    """Of each step: work that can move, or leave out of patience before, is left out.

    Of priorities that differ by category the gravest are taken.
    """
    scenario, a_letter_a_day = setting.scenario, WEEK * own_rate(setting.scenario)
    all_work, all_stays = work_of_steps(setting), work_of_steps(setting, all_leave=True)
    work = [
        (step, all_work[number], all_stays[number] / a_letter_a_day)
        for number, step in enumerate(scenario.workflow)
        if isinstance(step, WorkStep)
    ]
    found = {}
    for step, own, _ in work:
        before = np.zeros_like(own)
        for other, _, its in work:
            stays = other.cover is None and other.escalate is None
            if stays and min(other.priority.values) <= max(step.priority.values):
                before += its
        at = np.flatnonzero((own > 0) & (before > 0) & (hours > 0))
        if len(at):
            found[step.name] = float((hours[at] / before[at]).min())
    return found


def _ways(setting: Setting, replications: Sequence[Replication]) -> _Ways:
    """The work that a letter a day brings, by where it can be done."""
    a_letter_a_day = WEEK * own_rate(setting.scenario)
    found = []
    for number, work in work_of_steps(setting).items():
        step = setting.scenario.workflow[number]
        assert isinstance(step, WorkStep), "only people work"
        units = np.flatnonzero(work > 0)
        if step.cover is None and step.escalate is None:
            nowhere = np.full_like(units, NO_UNIT)
            found.append(_Ways(units, nowhere, nowhere, work[units] / a_letter_a_day))
            continue
        # How the units that work can move to belong to its own unit is as drawn.
        drawn = np.concatenate([_moves(replication, number) for replication in replications], axis=1)
        moves, seen = np.unique(drawn, axis=1, return_counts=True)
        share = seen / np.bincount(moves[0], seen)[moves[0]]
        found.append(_Ways(moves[0], moves[1], moves[2], work[moves[0]] * share / a_letter_a_day))
    return _Ways(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _moves(replication: Replication, step: int) -> Int64s:
    """Unit, cover and escalation of the visits of a step, shape (3, visits)."""
    workload, rows = replication.workload, np.flatnonzero(replication.workload.step == step)
    escalate = np.where(workload.escalate_after[rows] == NEVER, NO_UNIT, workload.escalate_to[rows])
    return np.stack([workload.unit[rows], workload.cover[rows], escalate]).astype(np.int64)


def _hours(setting: Setting, replications: Sequence[Replication]) -> Floats:
    """Person-seconds a second that are left for letters, and what people stay longer after their shifts, (units,)."""
    scenario, overtime = setting.scenario, np.zeros(setting.places.units)
    for replication in replications:
        roster = replication.roster
        ends = (roster.end > scenario.window_start) & (roster.end <= scenario.window_end)
        overtime += np.bincount(roster.unit, roster.people * ends, roster.units)
    overtime *= _stay(setting, replications) * WEEK / (len(replications) * scenario.window)
    left: Floats = np.maximum(average_on_duty(setting) + overtime - other_duty(setting, replications), 0.0) / WEEK
    return left


def _stay(setting: Setting, replications: Sequence[Replication]) -> Floats:
    """Seconds that somebody who is always busy stays on average after a shift, to finish what must be, (units,).

    The residual life of the visit in hand, if that is one to finish (renewal theory: E[S^2] / (2 E[S])).
    """
    finish, work = np.zeros((2, setting.places.units))
    for replication in replications:
        workload, visits = replication.workload, np.flatnonzero(replication.workload.unit != NO_UNIT)
        unit, service = workload.unit[visits], workload.service[visits].astype(np.float64)
        work += np.bincount(unit, service, len(work))
        finish += np.bincount(unit, np.where(workload.at_shift_end[visits] == FINISH, service**2, 0.0), len(work)) / 2
    return np.divide(finish, work, out=np.zeros_like(finish), where=work > 0)
