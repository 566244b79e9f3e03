"""Choice of a few shift patterns out of a pool: an integer programme on effects measured at one staffing.

Whoever comes or goes changes how many people of a team are on duty in each slot of the day. Late letters of each slot
of receipt fall exponentially with that, by what was measured; tangents hold that from below, so that the programme is
linear. People fewer harm more than as many more help, and no slot gets fewer people than its urgent work keeps busy.
Where no staffing of the given rosters meets the targets, people on duty have to be as many as the urgent work of each
slot and its square root (Halfin and Whitt, Operations Research 29 (1981), 567-588).

First patterns may be many and have parts of people, which shows those that serve at all; among these the few are
chosen, for whole people. Solved by HiGHS.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.core.tables import Floats, Int64s
from sim.models.studies import Plan
from sim.planner.response_surface import Surface
from sim.planner.sample import EPSILON
from sim.planner.simulator import PlanTargets, Simulator
from sim.planner.slot_effects import DUTY_SLOTS, SlotEffects, people_by_slot
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, staffing_cells
from sim.scenario.setting import Setting

_TANGENTS: Final = (-3.0, -2.0, -1.3, -0.8, -0.4, -0.15, 0.0, 0.15, 0.4, 0.8, 1.3, 2.0, 3.0)
"""Changes of the logarithm of late letters at which tangents touch the exponential."""

_STEEPEST: Final = 6.0
"""Times the measured effect of people more, at most, by which people fewer harm."""

_BY_DAY: Final = np.array([3 <= slot < 10 for slot in range(DUTY_SLOTS)], dtype=np.float64)
"""Slots of the day from 06:00 to 20:00."""

_UNSOCIAL: Final = 0.01
"""Part by which other hours cost more in the programme, so that nobody comes at night for what can be done by day."""

_CANDIDATES: Final = 12
"""Patterns of a team, at most, of which the few are chosen."""

_GAP: Final = 0.002
_NODES: Final = 2_000
"""The choice is proposed to a simulation, and need not be the very best."""


class MeasuredStaffing(NamedTuple):
    """A staffing of given cells and what was measured there.

    Attributes:
        people: the staffing that was measured.
        start: one with nobody fewer that meets the targets, or None if there is none.
        surface: what people more or fewer of each cell change.
        effects: what people more of each team change by slot of the day.
        busy: people on the roster of each team whom urgent work keeps busy, shape (teams, DUTY_SLOTS).
    """

    simulator: Simulator
    people: People
    start: People | None
    surface: Surface
    effects: SlotEffects
    busy: Floats


class PatternChoice:
    """Programme of the cheapest people on given rosters and patterns.

    Its columns are people on patterns, more and fewer people of the given cells, more and fewer people on duty by team
    and slot, late letters by target and slot of receipt, and whether a pattern is used.

    Args:
        pooled: plan that may vary all patterns of the pool.
        measured: staffing of the given rosters from which people come and go.
    """

    def __init__(self, pooled: Setting, measured: MeasuredStaffing) -> None:
        given, effects, scenario = measured.simulator.cells, measured.effects, pooled.scenario
        known = {(cell.team, cell.roster) for cell in given}
        new = [cell for cell in staffing_cells(scenario) if (cell.team, cell.roster) not in known]
        self._cells, self._new = (*new, *given), len(new)
        both = (measured.people, measured.start or measured.people)
        self._here, start = (np.array(each, dtype=np.float64) for each in both)
        teams = list(dict.fromkeys(cell.team for cell in given))
        part = np.zeros((len(self._cells), len(teams), DUTY_SLOTS))
        for row, cell in enumerate(self._cells):
            part[row, teams.index(cell.team)] = people_by_slot(scenario.roster(cell.roster))
        on_duty = part.reshape(len(part), -1)
        of_given = on_duty[len(new) :]
        self._on_duty: Floats = np.concatenate([on_duty, -of_given])
        by_day = on_duty @ np.tile(_BY_DAY, len(teams)) / on_duty.sum(axis=1)
        price = np.array([cell.cost for cell in self._cells]) * (1 + _UNSOCIAL * (1 - by_day))
        self._cost: Floats = np.concatenate([price, -price[len(new) :]])
        least, most = (np.array([each[which] for each in self._cells], dtype=np.float64) for which in (3, 4))
        self._most: Floats = np.concatenate(
            [most[: len(new)], most[len(new) :] - self._here, self._here - least[len(new) :]]
        )
        self._spare: Floats = np.maximum(self._here @ of_given - measured.busy.ravel(), 0.0)

        self._late, targets, slots = effects.late.ravel(), *effects.late.shape
        self._helps, self._harms = _changes(measured, of_given, teams)
        by_hour = (scenario.plan or Plan()).every_hour
        # Each row adds up the late letters that one target counts together.
        together = np.eye(len(self._late)) if by_hour else np.kron(np.eye(targets), np.ones(slots))
        self._sums: Floats = np.asarray(together)
        allowed = self._sums @ ((1 - effects.targets)[:, np.newaxis] * effects.letters).ravel()
        if measured.start is not None:
            # Where the surface says more of a staffing that does, that is allowed too, so that it can stay as it is.
            change = self._helps.T @ ((start - self._here) @ of_given)
            now = np.max([self._late * np.exp(-at) * (1 + at - change) for at in _TANGENTS], axis=0)
            allowed = np.maximum(allowed, self._sums @ np.maximum(now, 0.0))
        self._allowed: Floats = allowed
        self._needed: Floats | None = None
        if measured.start is None:
            # What was measured is far from what does: square-root staffing at each unit.
            units = np.array([scenario.teams[team].unit_count for team in teams])[:, np.newaxis]
            needed = measured.busy + np.sqrt(measured.busy * units)
            self._needed = np.maximum(needed.ravel() - self._here @ of_given, 0.0)

        stability = Stability(Simulator(pooled, self._cells, PlanTargets(pooled)))
        hours = stability.hours[:, len(new) :]
        self._hours: Floats = np.concatenate([stability.hours, -hours], axis=1)
        self._lacking: Floats = np.minimum(stability.work, hours @ start) - hours @ self._here

    def staffing(self, patterns: int) -> dict[tuple[str, str], int]:
        """People by team and roster in the cheapest staffing, with at most so many patterns a team."""
        use = self._solved(np.arange(self._new))
        if use is None:
            use = np.concatenate([np.zeros(self._new), self._here])
        else:
            few = self._solved(self._most_used(use, _CANDIDATES), patterns)
            if few is None:
                rest = np.setdiff1d(np.arange(self._new), self._most_used(use, patterns))
                use[rest] = 0
            use = np.ceil(use - EPSILON) if few is None else few
        heads = np.rint(use).astype(int).tolist()
        return {(cell.team, cell.roster): number for cell, number in zip(self._cells, heads, strict=True)}

    def _most_used(self, use: Floats, patterns: int) -> Int64s:
        """So many patterns of each team, at most, that have most people."""
        team = np.array([cell.team for cell in self._cells[: self._new]])
        own = [np.flatnonzero((team == each) & (use[: self._new] > EPSILON)) for each in dict.fromkeys(team.tolist())]
        return np.sort(np.concatenate([each[np.argsort(-use[each], kind="stable")[:patterns]] for each in own]))

    def _solved(self, usable: Int64s, patterns: int | None = None) -> Floats | None:
        """People of each cell in the cheapest staffing; None if there is none.

        Args:
            usable: patterns that may have people.
            patterns: so many of them at most, of each team; any number, with parts of people, if None.
        """
        people, duty, late = self._on_duty.shape[0], self._on_duty.shape[1], len(self._late)
        chosen = usable[:0] if patterns is None else usable
        most = self._most.copy()
        most[np.setdiff1d(np.arange(self._new), usable)] = 0
        endless = np.full(duty, np.inf)
        found = milp(
            np.concatenate([self._cost, np.zeros(2 * duty + late + len(chosen))]),
            integrality=np.repeat(
                [patterns is not None, True, False, True],
                [self._new, people - self._new, 2 * duty + late, len(chosen)],
            ).astype(int),
            bounds=Bounds(0, np.concatenate([most, endless, self._spare, np.full(late, np.inf), np.ones(len(chosen))])),
            constraints=list(self._constraints(chosen, patterns)),
            options={"mip_rel_gap": _GAP, "node_limit": _NODES, "presolve": False},
        )
        if found.x is None:
            return None
        cells, change = len(self._cells), np.asarray(found.x[:people])
        change[self._new : cells] += self._here - change[cells:]
        return change[:cells]

    def _constraints(self, chosen: Int64s, patterns: int | None) -> Iterator[LinearConstraint]:
        people, duty, late, used = *self._on_duty.shape, len(self._late), len(chosen)
        balance = np.hstack([-self._on_duty.T, np.eye(duty), -np.eye(duty), np.zeros((duty, late + used))])
        yield LinearConstraint(balance, 0, 0)
        for at in _TANGENTS:
            # late >= here * exp(-at) * (1 + at - change), where change is what people more or fewer on duty bring
            level = self._late * np.exp(-at)
            slope = level[:, np.newaxis] * np.hstack([self._helps.T, -self._harms.T])
            rows = np.hstack([np.zeros((late, people)), slope, np.eye(late), np.zeros((late, used))])
            yield LinearConstraint(rows, level * (1 + at), np.inf)
        if self._needed is None:
            yield LinearConstraint(np.pad(self._sums, ((0, 0), (people + 2 * duty, used))), -np.inf, self._allowed)
        else:
            more = np.hstack([np.zeros((duty, people)), np.eye(duty), -np.eye(duty), np.zeros((duty, late + used))])
            yield LinearConstraint(more, self._needed, np.inf)
        hours = np.pad(self._hours, ((0, 0), (0, 2 * duty + late + used)))
        yield LinearConstraint(hours, self._lacking - EPSILON, np.inf)
        if patterns is None or not used:
            return
        heads = np.zeros((used, people + 2 * duty + late))
        heads[np.arange(used), chosen] = 1
        yield LinearConstraint(np.hstack([heads, np.diag(-self._most[chosen])]), -np.inf, 0)
        team = np.array([self._cells[pattern].team for pattern in chosen])
        for each in dict.fromkeys(team.tolist()):
            counted = np.concatenate([np.zeros(people + 2 * duty + late), team == each])
            yield LinearConstraint(counted, -np.inf, patterns)


def _changes(measured: MeasuredStaffing, part: Floats, teams: list[str]) -> tuple[Floats, Floats]:
    """By what one person more on duty in a slot, and one fewer, changes the logarithm of late letters.

    The effects of slots are those of several people more at once. By the cells, whose people were measured one by one,
    fewer and the first few more change it by more.

    Args:
        part: of each slot that a person of each given cell is on duty, shape (cells, teams * slots).

    Returns: each shape (teams * slots, targets * slots), 0 or more.
    """
    effects, surface = measured.effects, measured.surface
    targets, slots = effects.late.shape
    of_slots = effects.fewer.reshape(-1, targets * slots)
    share = effects.late / effects.late.sum(axis=1, keepdims=True)
    by_target = (of_slots.reshape(-1, targets, slots) * share).sum(axis=2)
    expected, more, fewer = np.zeros((3, len(teams), targets))
    for row, cell in enumerate(measured.simulator.cells):
        team = teams.index(cell.team)
        if measured.people[row]:
            expected[team] += part[row] @ by_target
            more[team] -= surface.more[row].reshape(targets, -1).mean(axis=1)
            fewer[team] += surface.fewer[row].reshape(targets, -1).mean(axis=1)
    known = np.maximum(expected, EPSILON)
    harms = np.where(expected > EPSILON, np.clip(fewer / known, 1.0, _STEEPEST), 1.0)
    helps = np.where(expected > EPSILON, np.clip(more / known, 1.0, harms), 1.0)
    times = [np.repeat(np.repeat(each, slots, axis=0), slots, axis=1) for each in (helps, harms)]
    return of_slots * times[0], of_slots * times[1]
